"""Answers by quoting: no LLM, no network, always there.

The ranked sentences become citations, the candidates become hits; below the cut-off on its
confidence it says that there is no evidence, and the hits are not an answer. Knows nothing about
how sentences are ranked.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from index.lexical import FIELDS
from index.schema import Hit, Passage, Span
from index.store import Store
from qa.answer import Answer, Citation, Period
from qa.question import Question, actors, subjects
from qa.rank import Ranking, Sentence
from qa.retrieve import Candidates
from qa.weights import Weights
from qa.when import When

QUOTES = 3
HITS = 10
_OF_ONE_SECTION = 2


def answer(
    question: Question,
    quotes: Sequence[Citation],
    hits: Sequence[Hit],
    missing: Sequence[str],
    absent: Sequence[str],
    confidence: float,
    weights: Weights,
) -> Answer:
    """Answer with the quotes, best first, or say that there is no evidence.

    `missing` are the question's names that the index does not hold, `absent` those that the best
    passage does not hold: what is asked about somebody is not answered, or not surely, without him.
    """
    if set(actors(question)) & set(missing):
        confidence = 0.0
    found = confidence >= weights.cut_off and bool(quotes)
    about = bool(set(subjects(question)) & set(absent))
    citations = tuple(quotes if found else ())
    return Answer(
        question=question.typed,
        understood_as=question.text,
        status="answered" if found else "no_evidence",
        confidence=confidence,
        text=citations[0].quote if citations else "",
        citations=citations,
        hits=tuple(hits),
        missing=tuple(missing),
        period=_period(question.when),
        sure=found and confidence >= weights.sure and not about,
    )


def _period(when: When) -> Period | None:
    if not when.strict or when.days is None:
        return None
    return Period(when.phrase, min(when.days, default=None), max(when.days, default=None))


def quotes(question: Question, ranking: Ranking) -> list[Citation]:
    """Return up to three quotes, best first, none of which holds another.

    News that is asked for as a whole is answered by how its passage begins; a sentence that points
    back is quoted with the one before it.
    """
    if not ranking.sentences:
        return []
    best = ranking.best(QUOTES)
    chosen = [] if not question.gist else [lead(ranking.passages[_order(question, ranking)[0]])]
    alone = {(s.passage.id, s.span) for s in best}
    for sentence in best:
        before = _needed(sentence)
        span = sentence.span
        if before is not None and (sentence.passage.id, before) not in alone:
            span = Span(before.start, span.end)
        if not any(_within(sentence.passage, span, other) for other in chosen):
            chosen.append(Citation(sentence.passage, sentence.passage.quote(span), span))
    return chosen[:QUOTES]


_TELLING = 20  # letters: what is shorter only hands over to the next piece of news


def lead(passage: Passage) -> Citation:
    """Quote the first two sentences that tell something."""
    told = [n for n, s in enumerate(passage.sentences) if s.end - s.start >= _TELLING]
    first = told[0] if told else 0
    last = min(first + 1, len(passage.sentences) - 1)
    span = Span(passage.sentences[first].start, passage.sentences[last].end)
    return Citation(passage, passage.quote(span), span)


def opened(before: Answer, number: int, question: str) -> Answer | None:
    """Answer with one of the passages that an answer showed, the quoted ones first, from 1.

    It is quoted from its beginning. None if so many were not shown.
    """
    shown = [each.passage for each in before.citations] + [each.passage for each in before.hits]
    passages = list({passage.id: passage for passage in shown}.values())
    if number > len(passages):
        return None
    passage = passages[number - 1]
    spans = passage.sentences[:QUOTES]
    return dataclasses.replace(
        before,
        question=question,
        understood_as=f"{before.understood_as} {question}",
        status="answered",
        sure=True,
        text=passage.quote(spans[0]),
        citations=tuple(Citation(passage, passage.quote(span), span) for span in spans),
        hits=tuple(sorted(before.hits, key=lambda hit: hit.passage.id != passage.id)),
    )


# "이 회사는", "그는", "이를 위해", "두 회사의": who or what is said in the sentence before.
_POINTS_BACK = re.compile(
    r"(이|그)(는|가|를|에|로|와|도|들|것|때|런|러|중|번|같은)?[ ,]"
    r"|(이|그)(들|것|곳|에 따라|로써|로 인해)|(두|세|양) ?(회사|기업|나라|사람|측)|여기에"
)


def _needed(sentence: Sentence) -> Span | None:
    """Return the sentence before one that points back to it."""
    sentences = sentence.passage.sentences
    number = sentences.index(sentence.span)
    points = _POINTS_BACK.match(sentence.passage.quote(sentence.span))
    return sentences[number - 1] if points and number else None


def _within(passage: Passage, span: Span, quote: Citation) -> bool:
    return (
        quote.passage.id == passage.id
        and quote.span.start <= span.start
        and span.end <= quote.span.end
    )


def missing(question: Question, generation: Store) -> list[str]:
    """Return the names in a question that the index does not hold, as they were typed."""
    low = question.text.lower()
    known = generation.lexical.frequencies(question.names, FIELDS)
    places = [
        (low.find(name), len(name))
        for name, frequency in zip(question.names, known, strict=True)
        if not frequency
    ]
    return [question.text[at : at + length] for at, length in places if at >= 0]


def hits(
    question: Question,
    candidates: Candidates,
    ranking: Ranking,
    generation: Store,
) -> list[Hit]:
    """Return up to ten passages, at most two of one section, best first.

    The order is that of their sentences together, then of the candidates that were not read so
    closely; where the newest or the oldest was asked for, that comes first.
    """
    order = _order(question, ranking)
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
            others=tuple(itertools.compress(candidates.others, candidates.others_held[place])),
        )
        for place, passage in chosen
    ]


def _order(question: Question, ranking: Ranking) -> list[int]:
    order = np.argsort(-ranking.passage_chances.round(9), kind="stable").tolist()
    if question.when.order and order:
        first = ranking.best(1)[0].place
        order.sort(key=lambda place: place != first)
    return list(order)


def _of_each_section(passages: Iterable[tuple[int, Passage]]) -> list[tuple[int, Passage]]:
    of_section: Counter[tuple[str, int]] = Counter()
    chosen = []
    for place, passage in passages:
        section = (passage.source.id, passage.section)
        of_section[section] += 1
        if of_section[section] <= _OF_ONE_SECTION:
            chosen.append((place, passage))
    return chosen[:HITS]
