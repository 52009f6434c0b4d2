"""`python -m qa.evaluate DIR`: how often the answers of an index are right, by kind of question.

DIR holds `briefings/` and `questions.jsonl`, in the format of `bench/README.md`, which also says
how the scores are counted. `--questions` takes the judgements of readers, too (`qa.feedback`).
Knows nothing about how answers are made.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.build import build
from index.embed import open_embedder
from index.errors import BriefingError, SourceError
from index.generations import open_current
from index.schema import Passage
from qa.answer import Answer
from qa.assistant import Assistant
from qa.baselines import baselines
from qa.feedback import history_of, read_questions
from qa.scores import TURN, Judged, abstention, scores, table, table_beside
from qa.words import error_sentence


def load_turns(folder: Path) -> list[dict[str, Any]]:
    """Read the answerable turns of `dialogues.jsonl`, if there is one, as questions.

    Each has the questions before it as `history`, and its number as its kind.
    """
    path = folder / "dialogues.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    turns = []
    for dialogue in map(json.loads, filter(str.strip, lines)):
        asked: list[str] = []
        for number, turn in enumerate(dialogue["turns"], start=1):
            if turn["file"] is not None:
                about = {"id": f"{dialogue['id']}-{number}", "kind": f"{TURN} {number}"}
                turns.append({**turn, **about, "history": list(asked)})
            asked.append(turn["question"])
    return turns


def judge(
    question: dict[str, Any], answer: Answer, assistant: Assistant, took_ms: float, floor_ms: float
) -> Judged:
    """Compare an answer with what a question's writer expected."""
    section = evidence = 0
    if question["file"] is not None:
        for rank, hit in reversed(list(enumerate(answer.hits, start=1))):
            if overlaps(hit.passage, question, assistant):
                section = rank
        wanted = _folded(question["evidence"])
        for rank, citation in reversed(list(enumerate(answer.citations, start=1))):
            quote = _folded(citation.quote)
            if wanted in quote or quote in wanted:
                evidence = rank
    first = answer.citations[0].quote if answer.citations else ""
    return Judged(
        id=question["id"],
        kind=question["kind"],
        section_rank=section,
        evidence_rank=evidence,
        holds_answer=bool(question["answer"]) and _folded(question["answer"]) in _folded(first),
        refused=answer.status == "no_evidence",
        confidence=answer.confidence,
        took_ms=took_ms,
        floor_ms=floor_ms,
    )


def _gold_span(question: dict[str, Any], assistant: Assistant) -> tuple[int, int]:
    """Find the section that the evidence stands in: the last heading before it, and its body."""
    briefing = assistant.briefing(question["file"])
    if briefing is None:
        return (0, 0)
    words = map(re.escape, _folded(question["evidence"]).split())
    match = re.search(r"\s+".join(words), briefing.text)
    at = match.start() if match else -1
    for section in briefing.sections:
        if section.span.start <= at < section.span.end:
            return section.span
    return (at, at + 1)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def load(folder: Path) -> list[dict[str, Any]]:
    """Read the questions and the turns of a folder."""
    return [*read_judged(folder / "questions.jsonl"), *load_turns(folder)]


def read_judged(path: Path) -> list[dict[str, Any]]:
    """Read questions of which it is known what answers them; raises `SourceError` if of one not."""
    questions = read_questions(path)
    for number, question in enumerate(questions, start=1):
        for field in ("kind", "file", "evidence", "answer"):
            if field not in question:
                raise SourceError(path, "bad_question", line=number, detail=f'no "{field}"')
    return questions


def evaluate(questions: Sequence[dict[str, Any]], index: Path) -> list[Judged]:
    """Ask every question against an index, after one to warm up."""
    assistant = Assistant(index)
    assistant.warm()
    assistant.prepare()
    assistant.ask(questions[0]["question"])
    judged = []
    for question in questions:
        started = time.perf_counter()
        answer = assistant.ask(question["question"], history_of(question))
        took_ms = (time.perf_counter() - started) * 1000
        judged.append(judge(question, answer, assistant, took_ms, _floor_ms(question, assistant)))
    return judged


def _floor_ms(question: dict[str, Any], assistant: Assistant) -> float:
    generation, embedder = assistant.open()
    started = time.perf_counter()
    generation.vectors.search(embedder.encode_query(question["question"]), 10)
    return (time.perf_counter() - started) * 1000


def compare(questions: Sequence[dict[str, Any]], index: Path) -> dict[str, dict[str, float]]:
    """Return the share of each kind whose section each baseline finds first."""
    assistant, generation = Assistant(index), open_current(index)
    _, embedder = assistant.open()
    passages = list(generation.archive.all_passages())
    alone = [q for q in questions if not q["kind"].startswith(TURN)]
    questions = [q for q in alone if q["file"] is not None]
    table = {}
    for name, search in baselines(generation, embedder).items():
        found: dict[str, list[bool]] = {}
        for question in questions:
            rows = search(question["question"])
            right = bool(rows) and overlaps(passages[rows[0]], question, assistant)
            found.setdefault(question["kind"], []).append(right)
        table[name] = {kind: sum(hits) / len(hits) for kind, hits in found.items()}
    return table


def overlaps(passage: Passage, question: dict[str, Any], assistant: Assistant) -> bool:
    """Tell whether a passage shares text with the segment that answers a question."""
    start, end = _gold_span(question, assistant)
    same_file = passage.source.id == question["file"]
    return same_file and passage.span.start < end and start < passage.span.end


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m qa.evaluate", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with briefings/ and questions.jsonl")
    parser.add_argument("--questions", type=Path, help="these instead, such as readers' judgements")
    parser.add_argument("--index", type=Path, help="ask this index instead of a temporary one")
    parser.add_argument("--model", help="build the temporary index with this encoder")
    parser.add_argument("--compare", action="store_true", help="measure baselines beside")
    parser.add_argument("--json", action="store_true", help="print scores as JSON")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            index = args.index or Path(scratch)
            if args.index is None:
                build(args.folder / "briefings", index, open_embedder(args.model))
            questions = read_judged(args.questions) if args.questions else load(args.folder)
            judged = evaluate(questions, index)
            beside = compare(questions, index) if args.compare else {}
    except BriefingError as error:
        print(error_sentence(error, "ko"), file=sys.stderr)
        return 2
    if args.json:
        report = {
            "scores": scores(judged),
            "abstention": abstention(judged),
            "baselines_R@1": beside,
        }
        print(json.dumps({**report, "questions": [dataclasses.asdict(j) for j in judged]}))
    else:
        print(table(judged))
        if beside:
            print(table_beside(beside, scores(judged)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
