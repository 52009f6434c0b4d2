"""A subject followed across briefings: the segments that are about it, by date.

A subject is an entity of the lexicon, under all its names, or any words. A segment is about it if
its heading names it, or two of its sentences do; one that only touches it in passing is not. Knows
nothing about questions, answers or screens.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from index.generations import Generation
from index.lexicon import Entity, load_lexicon
from index.schema import Passage
from index.terms import numbered
from index.text import normalize, tokens, tokens_of
from qa.answer import Citation

MAX_CHARS = 60  # of a subject as it is typed

# Passages that are looked through, those first that name it most, as a person reads the result.
_READ = 400
# Of what is found in bench/train and bench/dev, 30 segments of 30 that were read are about what
# their heading names, and 31 of 40 about what only two sentences name; four in five are the former.
_SENTENCES = 2
# A place stands in many sentences without being what they are about ("중국 내 가격").
_PLACES = frozenset("country region place city".split())
_SENTENCES_OF_PLACE = 3
_AMOUNT_OF = r"(?<=[\d조억만천백])\s?(?:여\s?)?"  # "35억 달러" is not about the dollar


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """What is followed: `name` as it is shown; `entity` is None for words of no lexicon."""

    name: str
    entity: Entity | None

    @property
    def names(self) -> tuple[str, ...]:
        """All names under which it is found."""
        return self.entity.names if self.entity else (self.name,)


@dataclasses.dataclass(frozen=True, slots=True)
class Mention:
    """A segment that is about a subject.

    `passages` are those of the segment that were looked through, at these `rows`. `sentences` are
    those that name the subject, in reading order; none if only the heading does.
    """

    passages: tuple[Passage, ...]
    rows: tuple[int, ...]
    in_heading: bool
    sentences: tuple[Citation, ...]

    @property
    def first(self) -> Passage:
        """Where the segment begins."""
        return self.passages[0]

    @property
    def published(self) -> date | None:
        """The day of its briefing."""
        return self.first.source.published


def read_subject(typed: str) -> Subject | None:
    """Read what a person typed; None where there is no word in it, or too many."""
    text = " ".join(normalize(typed).split())
    if len(text) > MAX_CHARS or not tokens(text):
        return None
    return next(
        (Subject(text, each) for each in load_lexicon().entities(text, text) if _is(each, text)),
        Subject(text, None),
    )


def _is(entity: Entity, text: str) -> bool:
    folded = text.replace(" ", "").lower()
    return any(name.replace(" ", "").lower() == folded for name in entity.names)


def mentions(subject: Subject, generation: Generation) -> list[Mention]:
    """Return the segments that are about a subject, the oldest first; those without a date last."""
    terms = list(dict.fromkeys(itertools.chain(*tokens_of(subject.names))))
    rows, _ = generation.lexical.search(terms, _READ)
    rows = np.sort(rows)
    segments: dict[tuple[str, int], list[tuple[int, Passage]]] = {}
    for row, passage in zip(rows.tolist(), generation.archive.passages(rows.tolist()), strict=True):
        segments.setdefault((passage.source.id, passage.section), []).append((row, passage))
    found = [_mention(subject, parts, generation) for parts in segments.values()]
    enough = _SENTENCES
    if subject.entity and subject.entity.kind in _PLACES:
        enough = _SENTENCES_OF_PLACE
    about = [m for m in found if m.in_heading or len(m.sentences) >= enough]
    return sorted(about, key=_when)


def _when(mention: Mention) -> tuple[date, str, int]:
    first = mention.first
    return mention.published or date.max, first.source.id, first.section


def _mention(
    subject: Subject, parts: Sequence[tuple[int, Passage]], generation: Generation
) -> Mention:
    first = parts[0][1]
    sentences: list[Citation] = []
    for row, passage in parts:
        for number in _naming(subject, passage, row, generation):
            span = passage.sentences[number]
            sentences.append(Citation(passage, passage.quote(span), span))
    rows, passages = zip(*parts, strict=True)
    return Mention(passages, rows, named(subject, [first.heading], first.text)[0], tuple(sentences))


def _naming(subject: Subject, passage: Passage, row: int, generation: Generation) -> Iterable[int]:
    """Return the numbers of the passage's sentences that name the subject."""
    if subject.entity is None:
        wanted = numbered(sorted(set(tokens(subject.name))))
        held = generation.body_terms.matches(wanted, np.array([row]))
        return np.flatnonzero(held.all(axis=1)).tolist()
    quotes = [passage.quote(span) for span in passage.sentences]
    found = named(subject, quotes, f"{passage.heading}\n{passage.text}")
    return [number for number, is_named in enumerate(found) if is_named]


def names_in(heading: str) -> list[str]:
    """Return the names of the entities that a heading names, currencies of amounts left out."""
    found = load_lexicon().entities(heading)
    kept = [each for each in found if named(Subject(each.names[0], each), [heading], "")[0]]
    return [each.names[0] for each in kept]


def named(subject: Subject, texts: Sequence[str], context: str) -> list[bool]:
    """Tell which of some texts, out of a `context`, name the subject."""
    if subject.entity is None:
        wanted = set(tokens(subject.name))
        return [wanted <= set(each) for each in tokens_of(texts)]
    if subject.entity.kind == "currency":
        amounts = re.compile(_AMOUNT_OF + f"(?:{'|'.join(map(re.escape, subject.entity.names))})")
        texts = [amounts.sub("", text) for text in texts]
    lexicon = load_lexicon()
    return [subject.entity in lexicon.entities(text, context) for text in texts]
