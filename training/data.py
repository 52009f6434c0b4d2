"""What the encoder learns from: passages, and the questions that one of their sentences answers.

Reads the briefing benchmark, questions on real text, KLUE-MRC, the lexicon and Korean-English
pairs into one shape. Only sources whose licence allows training are named here. Knows tokens only
by their number, and nothing about encoders.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from index.passages import CountTokens, cut
from index.read import find_briefings, read_briefing
from index.schema import Briefing, Passage, Section, Source, Span
from index.text import normalize

HARD = ("paraphrase", "english", "colloquial")
UNANSWERABLE = "unanswerable"

TRANSLATIONS = ("tatoeba_anki_enko", "opensource_guide_enko", "hf_course_enko")  # CC BY, Apache-2.0
# Long texts without segments are read in windows: attention and padding cost less, and a briefing's
# segments are of this length too.
WINDOW_TOKENS = 256


# A line of a JSON file; questions have `question`, `kind`, `evidence`, and say what they are on.
Row = dict[str, Any]


class Question(NamedTuple):
    """A question, its kind as in the benchmark, and the number of the sentence that answers it."""

    text: str
    kind: str
    sentence: int


class Miss(NamedTuple):
    """A question that a passage does not answer though it is on the same; another one may."""

    text: str
    answered_by: str  # the id of a passage, "" for none


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A passage and the questions that it answers; `group` holds those that are on like topics."""

    group: str
    passage: Passage
    questions: tuple[Question, ...]
    tokens: int
    misses: tuple[Miss, ...] = ()


def read_bench(
    folder: Path, max_tokens: int, count: CountTokens, misses: Mapping[str, Sequence[Miss]]
) -> list[Example]:
    """Read a folder of `briefings/` and `questions.jsonl`; all passages, asked about or not.

    `folder` may have `dialogues.jsonl`: their first turns can be understood alone and are questions
    as well. `misses` are by the ids of the passages.
    Raises `ValueError` if more than a twentieth of the evidence is in no passage.
    """
    by_file = {}
    for path in find_briefings(folder / "briefings"):
        briefing = read_briefing(path, folder / "briefings")
        by_file[briefing.source.id] = cut(briefing, max_tokens, count)
    rows = _lines(folder / "questions.jsonl")
    dialogues = folder / "dialogues.jsonl"
    if dialogues.exists():
        rows += [{"kind": "dialogue", **d["turns"][0]} for d in _lines(dialogues)]
    asked: dict[str, list[Question]] = defaultdict(list)
    lost, answerable = 0, 0
    for row in rows:
        file = row.get("file")
        if row["kind"] == UNANSWERABLE or file is None:
            continue
        answerable += 1
        found = _locate(by_file[file], row["evidence"], row.get("section") or "")
        if found is None:
            lost += 1
        else:
            passage, sentence = found
            asked[passage.source.id + passage.id].append(
                Question(row["question"], row["kind"], sentence)
            )
    if lost * 20 > answerable:
        raise ValueError(f"{folder}: {lost} of {answerable} pieces of evidence are in no passage")
    passages = [passage for cuts in by_file.values() for passage in cuts]
    asked_of = [tuple(asked[p.source.id + p.id]) for p in passages]
    examples = _examples(folder.name, passages, asked_of, count)
    return [dataclasses.replace(e, misses=tuple(misses.get(e.passage.id, ()))) for e in examples]


def read_real(folder: Path, count: CountTokens) -> list[Example]:
    """Read `NAME.jsonl` on `NAME.texts.jsonl`; only windows that answer something.

    A question without an answer is missed by every window of its text.
    """
    examples = []
    for texts in sorted(folder.glob("*.texts.jsonl")):
        name = texts.name.removesuffix(".texts.jsonl")
        asked: dict[int, list[Row]] = defaultdict(list)
        missed: dict[int, list[Miss]] = defaultdict(list)
        for row in _lines(folder / f"{name}.jsonl"):
            if row["kind"] == UNANSWERABLE:
                missed[row["n"]].append(Miss(row["question"], ""))
            else:
                asked[row["n"]].append(row)
        for text in _lines(texts):
            windows = _windows(f"real/{name}", text["title"], text["text"], count)
            found: dict[str, list[Question]] = defaultdict(list)
            for row in asked[text["n"]]:
                place = _locate(windows, row["evidence"], "")
                if place is not None:
                    question = Question(row["question"], row["kind"], place[1])
                    found[place[0].id].append(question)
            misses = tuple(missed[text["n"]])
            examples += [
                dataclasses.replace(example, misses=misses)
                for example in _asked_about(f"real/{name}", windows, found, count)
            ]
    return examples


def read_klue(folder: Path, count: CountTokens) -> list[Example]:
    """Read KLUE-MRC's training pairs (CC BY-SA 4.0); the sentence is the one with the answer.

    Questions whose answer stands in several sentences are left out: which one was meant is unknown.
    """
    asked: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in _zipped(folder / "klue_mrc_wiki" / "train.jsonl.gz"):
        answer = row["answer"].strip("'\" ")
        if answer:
            asked[row["title"], row["p"]].append((row["q"], answer))
    examples = []
    for (title, text), pairs in asked.items():
        windows = _windows("klue", title, text, count)
        found: dict[str, list[Question]] = defaultdict(list)
        for question, answer in pairs:
            places = [
                (passage.id, number)
                for passage in windows
                for number, sentence in enumerate(passage.sentences)
                if answer in passage.quote(sentence)
            ]
            if len(places) == 1:
                found[places[0][0]].append(Question(question, "klue", places[0][1]))
        examples += _asked_about("klue", windows, found, count)
    return examples


def read_lexicon(folder: Path, count: CountTokens) -> list[Example]:
    """Read names with what they are: descriptors and other names ask, the name answers."""
    described = [entry for entry in entries(folder) if entry["desc"]]
    asked = [
        tuple(Question(text, "lexicon", 0) for text in (*entry["desc"], *entry["aliases"]))
        for entry in described
    ]
    passages = [_single("lexicon", entry["name"]) for entry in described]
    return _examples("lexicon", passages, asked, count)


def read_translations(folder: Path, count: CountTokens) -> list[Example]:
    """Read Korean sentences that an English one asks for; licences are CC BY and Apache-2.0."""
    examples = []
    for name in TRANSLATIONS:
        group = f"translations/{name}"
        rows = [
            row
            for row in _zipped(folder / name / "pairs.jsonl.gz")
            if 8 <= len(row["ko"]) <= 120 and 12 <= len(row["en"]) <= 240
        ]
        passages = [_single(group, row["ko"]) for row in rows]
        asked = [(Question(row["en"], "english", 0),) for row in rows]
        examples += _examples(group, passages, asked, count)
    return examples


def _windows(group: str, title: str, raw: str, count: CountTokens) -> list[Passage]:
    text = normalize(raw)
    source = Source(f"{group}/{title}", title, sha256="")
    briefing = Briefing(source, text, (Section(normalize(title), Span(0, len(text))),))
    return cut(briefing, WINDOW_TOKENS, count)


def _asked_about(
    group: str, passages: Sequence[Passage], found: Mapping[str, list[Question]], count: CountTokens
) -> list[Example]:
    kept = [passage for passage in passages if found.get(passage.id)]
    return _examples(group, kept, [tuple(found[passage.id]) for passage in kept], count)


def _single(group: str, answer: str) -> Passage:
    """Make a passage of one sentence, without a heading."""
    text = normalize(answer)
    span = Span(0, len(text))
    return Passage(text, Source(group, "", sha256=""), 0, "", text, span, (span,))


def _examples(
    group: str,
    passages: Sequence[Passage],
    asked: Sequence[tuple[Question, ...]],
    count: CountTokens,
) -> list[Example]:
    lengths = count([f"{passage.heading}. {passage.text}" for passage in passages])
    return [
        Example(group, passage, questions, tokens)
        for passage, questions, tokens in zip(passages, asked, lengths, strict=True)
    ]


def _locate(passages: Sequence[Passage], evidence: str, heading: str) -> tuple[Passage, int] | None:
    """Find the sentence with most letters of the evidence, under its heading if possible."""
    wanted, under = _folded(evidence), _folded(heading)
    best: tuple[float, Passage, int] | None = None
    for passage in passages:
        bonus = 0.5 if under and _folded(passage.heading) == under else 0.0
        for number, sentence in enumerate(passage.sentences):
            quote = _folded(passage.quote(sentence))
            shared = len(wanted) if wanted in quote else len(quote) if quote in wanted else 0
            if shared * 2 > len(wanted) and (best is None or shared + bonus > best[0]):
                best = (shared + bonus, passage, number)
    return None if best is None else best[1:]


def _folded(text: str) -> str:
    return "".join(normalize(text).split())


def entries(lexicon: Path) -> list[Row]:
    """Read every entry that has a name and descriptors; the drafts may lack either."""
    rows = [row for path in sorted(lexicon.glob("*.jsonl")) for row in _lines(path)]
    return [{"aliases": [], **row} for row in rows if "name" in row and "desc" in row]


def _lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _zipped(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
