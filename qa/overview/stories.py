"""The same story in several briefings: a segment and those before it that it goes on from.

Two segments tell the same story if their headings share a name, or two words, and their texts are
near by meaning and by words. Fitted for precision on the briefings of bench/train. Knows nothing
about questions, answers or screens.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from index.generations import Generation
from index.lexicon import Entity, load_lexicon
from index.schema import Passage
from index.terms import Terms
from index.text import tokens_of

DAYS = 31  # between one telling and the next

# What the vectors (cosine) and the words must reach. Within a month, that finds 3 pairs in
# bench/train/[1-8], and 5 in the sample briefings: one story, each of them. From 0.93 together on
# two reports on one company pass as often as one story told on.
_NEAR = 0.64
_TOGETHER = 0.945
# Names that half of the news has, so that sharing one says nothing.
_COMMON = frozenset("country currency place city region term index indicator commodity".split())
_COMMON_WORDS = frozenset(
    "달러 분기 중국 미국 일본 한국 최고 최대 최저 사상 올해 상장 인상".split()
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Segment:
    passage: Passage  # its first
    vector: NDArray[np.float32]  # (d,), of unit length
    terms: Terms  # of heading and text, ascending, without repeats


def told_before(source_id: str, generation: Generation) -> dict[int, list[Passage]]:
    """Return, by the number of a briefing's section, where its story was told before.

    That is the first passage of each such segment in the briefings of a month before, the oldest
    first; sections whose story is new are left out, and so is a briefing without a date.
    """
    passages = generation.archive.passages_of(source_id)
    published = passages[0].source.published if passages else None
    if published is None:
        return {}
    span = (published - timedelta(DAYS), published)
    days = [day for day in generation.days if span[0] <= day <= span[1]]
    segments = _segments(generation.archive.rows_on(days), generation)
    weigh = _Weights([segment.terms for segment in segments])
    here = [each for each in segments if each.passage.source.id == source_id]
    before = [each for each in segments if each.passage.source.published != published]
    found = {}
    for segment in here:
        same = [each.passage for each in before if _same(segment, each, weigh)]
        if same:
            found[segment.passage.section] = sorted(same, key=_order)
    return found


def _order(passage: Passage) -> tuple[str, str, int]:
    return str(passage.source.published), passage.source.id, passage.section


def _segments(rows: NDArray[np.int64], generation: Generation) -> list[_Segment]:
    """Return the segments that some rows belong to, in their order."""
    parts: dict[tuple[str, int], list[tuple[int, Passage]]] = {}
    for row, passage in zip(rows.tolist(), generation.archive.passages(rows.tolist()), strict=True):
        parts.setdefault((passage.source.id, passage.section), []).append((row, passage))
    return [
        _Segment(
            passage=of_one[0][1],
            vector=_mean(generation.vectors.of(np.array([row for row, _ in of_one]))),
            terms=_terms([row for row, _ in of_one], generation),
        )
        for of_one in parts.values()
    ]


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _terms(rows: Iterable[int], generation: Generation) -> Terms:
    pieces = [generation.headings.between(row, row + 1) for row in rows]
    for row in rows:
        start, end = generation.vectors.first[row : row + 2].tolist()
        pieces.append(generation.terms.between(start, end))
    return np.unique(np.concatenate(pieces))


class _Weights:
    """How much a term tells: rare ones most, as counted in the segments of the same weeks."""

    def __init__(self, segments: Sequence[Terms]) -> None:
        pieces = segments or [np.empty(0, np.uint32)]
        self._terms, counts = np.unique(np.concatenate(pieces), return_counts=True)
        self._squares = np.log((len(segments) + 1) / (counts + 0.5)) ** 2

    def likeness(self, one: Terms, other: Terms) -> float:
        """Return the cosine of two segments' weighted terms, in [0, 1]."""
        sizes = self._sum(one) * self._sum(other)
        shared = self._sum(np.intersect1d(one, other, assume_unique=True))
        return shared / float(np.sqrt(sizes)) if sizes else 0.0

    def _sum(self, terms: Terms) -> float:
        return float(self._squares[np.searchsorted(self._terms, terms)].sum())


def _same(one: _Segment, other: _Segment, weigh: _Weights) -> bool:
    near = float(one.vector @ other.vector)
    return (
        near >= _NEAR
        and near + 2 * weigh.likeness(one.terms, other.terms) >= _TOGETHER
        and _share_a_name(one.passage, other.passage)
    )


def _share_a_name(one: Passage, other: Passage) -> bool:
    """Tell whether two headings name the same, or have two telling words in common."""
    words = [
        {word for word in said if len(word) > 1 and not word[0].isdigit()} - _COMMON_WORDS
        for said in tokens_of([one.heading, other.heading])
    ]
    return len(words[0] & words[1]) > 1 or bool(_names(one) & _names(other))


def _names(passage: Passage) -> set[Entity]:
    found = load_lexicon().entities(passage.heading, passage.text)
    return {entity for entity in found if entity.kind not in _COMMON}
