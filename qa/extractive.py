"""Answers by quoting: no LLM, no network, always there.

The ranked sentences become citations, the candidates become hits; below the cut-off on its
confidence it says that there is no evidence, and the hits are not an answer. Knows nothing about
how sentences are ranked.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from index.generations import Generation
from index.lexical import FIELDS
from index.schema import Hit, Passage
from qa.answer import Answer, Citation
from qa.question import Question
from qa.rank import Ranking, Sentence
from qa.retrieve import Candidates

QUOTES = 3
HITS = 10
_OF_ONE_SECTION = 2


def answer(
    question: Question,
    sentences: Sequence[Sentence],
    hits: Sequence[Hit],
    missing: Sequence[str],
    confidence: float,
    cut_off: float,
) -> Answer:
    """Quote the sentences, best first, or say that there is no evidence."""
    found = confidence >= cut_off and bool(sentences)
    citations = tuple(
        Citation(s.passage, s.passage.quote(s.span), s.span) for s in (sentences if found else ())
    )
    return Answer(
        question=question.text,
        status="answered" if found else "no_evidence",
        confidence=confidence,
        text=citations[0].quote if citations else "",
        citations=citations,
        hits=tuple(hits),
        missing=tuple(missing),
    )


def missing(question: Question, generation: Generation) -> list[str]:
    """Return the names in a question that the index does not hold, as they were typed."""
    low = question.text.lower()
    places = [
        (low.find(name), len(name))
        for name in question.names
        if not generation.lexical.frequency(name, FIELDS)
    ]
    return [question.text[at : at + length] for at, length in places if at >= 0]


def hits(
    question: Question,
    candidates: Candidates,
    ranking: Ranking,
    generation: Generation,
) -> list[Hit]:
    """Return up to ten passages, at most two of one section, best first.

    The order is that of their sentences together, then of the candidates that were not read so
    closely; where the newest or the oldest was asked for, that comes first.
    """
    order = np.argsort(-ranking.passage_chances.round(9), kind="stable").tolist()
    if question.when.order and order:
        first = ranking.best(1)[0].place
        order.sort(key=lambda place: place != first)
    chosen = _of_each_section([(place, ranking.passages[place]) for place in order])
    if len(chosen) < HITS < len(candidates):
        more = range(len(order), min(len(candidates), len(order) + HITS))
        rest = generation.archive.passages([int(candidates.rows[place]) for place in more])
        chosen = _of_each_section([*chosen, *zip(more, rest, strict=True)])
    return [
        Hit(
            passage=passage,
            score=float(candidates.scores[place]),
            dense_rank=int(candidates.dense_ranks[place]) or None,
            lexical_rank=int(candidates.lexical_ranks[place]) or None,
            terms=tuple(itertools.compress(question.terms, candidates.held[place].tolist())),
        )
        for place, passage in chosen
    ]


def _of_each_section(passages: Iterable[tuple[int, Passage]]) -> list[tuple[int, Passage]]:
    of_section: Counter[tuple[str, int]] = Counter()
    chosen = []
    for place, passage in passages:
        section = (passage.source.id, passage.section)
        of_section[section] += 1
        if of_section[section] <= _OF_ONE_SECTION:
            chosen.append((place, passage))
    return chosen[:HITS]
