"""What readers judged: a file of questions with the passage that answers them, a line each.

The lines are those of the benchmark's `questions.jsonl`, so `qa.evaluate` takes the file as it is,
and a build replays it. Nothing is kept but question, earlier questions and passage: no names, no
addresses, no times. Knows nothing about screens.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from index.errors import IndexNotWritten, SourceError
from qa.answer import Citation

Verdict = Literal["right", "wrong"]

_FILE = "feedback.jsonl"


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader said of an answer; without a citation, of "no evidence".

    That there is no evidence and that is right makes the question an unanswerable one; what is
    wrong is kept too, but is nothing that could be asked for.
    """

    question: str
    history: tuple[str, ...]
    verdict: Verdict
    citation: Citation | None

    def fields(self) -> dict[str, Any]:
        """Return the line that is kept, as `bench/README.md` describes it."""
        source = self.citation.passage.source.id if self.citation else None
        kind = "unanswerable" if self.citation is None else "judged"
        return {
            "kind": "wrong" if self.verdict == "wrong" else kind,
            "question": self.question,
            "history": list(self.history),
            "file": source,
            "evidence": self.citation.quote if self.citation else "",
            "answer": "",
        }


def feedback_file(index: Path) -> Path:
    """Return where the judgements of an index's readers are kept: beside its generations."""
    return index / _FILE


def record(judgement: Judgement, index: Path) -> None:
    """Append a judgement; raises `IndexNotWritten`.

    A line is written at once, so that those of several processes do not mix.
    """
    line = json.dumps(judgement.fields(), ensure_ascii=False) + "\n"
    try:
        file = os.open(feedback_file(index), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
    except OSError as error:
        raise IndexNotWritten(index, error.strerror or error) from error


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Read questions and judgements, but for those that say an answer was wrong.

    Each gets its line number as `id` unless it has one. Raises `SourceError` naming the line that
    is none, or saying that the file can't be opened.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SourceError(path, "not_opened", detail=error.strerror) from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
        except json.JSONDecodeError as error:
            detail = f"not JSON: {error.msg}"
            raise SourceError(path, "bad_question", line=number, detail=detail) from None
        if not isinstance(question, dict) or not isinstance(question.get("question"), str):
            detail = 'no "question" with a text'
            raise SourceError(path, "bad_question", line=number, detail=detail)
        if question.get("kind") != "wrong":
            questions.append({"id": str(number), **question})
    return questions


def history_of(question: Mapping[str, Any]) -> Sequence[str]:
    """Return the earlier questions of one that was read."""
    return tuple(question.get("history", ()))
