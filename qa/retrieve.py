"""Question → candidate passages, best first, each with what is known about why.

Words (BM25 on morphemes) and meaning (cosines of passage and best sentence) each propose
candidates; all are then measured by all, and fused as one weighted sum of scores. Ranks would throw
away how sure each half is: reciprocal rank fusion finds less than BM25 alone on Korean questions.
Knows nothing about answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.store import Counts, Store
from index.terms import numbered
from qa.question import Question, other_terms
from qa.scope import EVERYWHERE, Scope
from qa.weights import PASSAGE_FEATURES, Weights

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# How many passages each half proposes. More change nothing on bench/train, and cost milliseconds.
_PROPOSED = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Candidates:
    """The passages in question, best first, and what was measured; `c` of them, `t` terms.

    `features` are in the order of `PASSAGE_FEATURES`; ranks count from 1, 0 where not found.
    """

    rows: Rows  # (c,)
    scores: Floats  # (c,)
    features: Floats  # (c, len(PASSAGE_FEATURES))
    dense_ranks: Rows  # (c,)
    lexical_ranks: Rows  # (c,)
    query: NDArray[np.float32]  # (d,): what their sentences are compared with
    answering: NDArray[np.float32] | None  # (d,): the same, for whether they answer
    idf: Floats  # (t,)
    known: NDArray[np.bool_]  # (t,): the index holds the term somewhere
    in_body: NDArray[np.bool_]  # (c, t)
    in_heading: NDArray[np.bool_]  # (c, t)
    others: tuple[str, ...]  # the terms of other words for what the question says
    others_idf: Floats  # (u,): 0 for what the index does not hold
    others_held: NDArray[np.bool_]  # (c, u): by body or heading
    searched: int  # how many passages could have been found

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Tell which terms body or heading hold, `(c, t)`."""
        return self.in_body | self.in_heading


def find(
    question: Question,
    generation: Store,
    embedder: Embedder,
    weights: Weights,
    scope: Scope = EVERYWHERE,
) -> Candidates:
    """Find the candidates for a question within a scope, in an open generation."""
    query = embedder.encode_query(question.when.rest)
    by_words, by_meaning, rows, searched = _propose(question, generation, query, scope)
    idf, known = _idf(question.terms, generation)
    others = other_terms(question)
    others_idf, others_known = _idf(others, generation)
    words = _Words(question.terms, idf, others, others_idf * others_known)
    body, heading = _count(words, generation, rows)
    asking = _asking(question, query, embedder)
    features = _features(question, words, generation, query, rows, body, heading)
    scores = features @ weights.passage
    order = np.lexsort((rows, -scores))
    rows = rows[order]
    return Candidates(
        rows=rows,
        scores=scores[order],
        features=features[order],
        dense_ranks=_ranks(by_meaning, rows),
        lexical_ranks=_ranks(by_words, rows),
        query=asking,
        answering=None if embedder.answering is None else asking @ embedder.answering,
        idf=idf,
        known=known,
        in_body=body.counts[order, : len(idf)] > 0,
        in_heading=heading.counts[order, : len(idf)] > 0,
        others=others,
        others_idf=words.others_idf,
        others_held=(body.counts + heading.counts)[order, len(idf) :] > 0,
        searched=searched,
    )


def _asking(
    question: Question, query: NDArray[np.float32], embedder: Embedder
) -> NDArray[np.float32]:
    """Return what sentences are compared with, `(d,)`.

    A turn that leans on an earlier question finds its passage by both, but its sentence by what it
    asks itself as much: else what was answered before is quoted again. (On the dialogues of
    bench/train the right sentence comes first for 0.60 of the later turns, and 0.45 by both alone.)
    """
    if question.asking == question.when.rest:
        return query
    both = query + embedder.encode_query(question.asking)
    return np.asarray(both / np.linalg.norm(both), dtype=np.float32)


def _propose(
    question: Question, generation: Store, query: NDArray[np.float32], scope: Scope
) -> tuple[Rows, Rows, Rows, int]:
    """Return the best rows by words, by meaning, all that either proposes, and of how many."""
    vectors, archive = generation.vectors, generation.archive
    days = _days(question, generation, scope)
    allowed = None if days is None else archive.rows_on(days)
    chosen = None
    if scope.programme or scope.source:
        chosen = archive.rows_of(scope.programme, scope.source)
        allowed = chosen if allowed is None else np.intersect1d(allowed, chosen)
    by_words, _ = generation.lexical.search(question.terms, _PROPOSED, days, chosen)
    by_meaning, _ = vectors.search(query, _PROPOSED, allowed)
    by_sentence = vectors.search_sentences(query, _PROPOSED, allowed)
    rows = np.unique(np.concatenate([by_words, by_meaning, by_sentence]))
    return by_words, by_meaning, rows, len(vectors) if allowed is None else len(allowed)


def _days(question: Question, generation: Store, scope: Scope) -> Collection[date] | None:
    """Return the days that question and scope both allow, None for all."""
    when = question.when
    asked = when.days if when.strict else None
    within = scope.days(generation.days)
    return asked if within is None else within if asked is None else asked & within


def _idf(terms: Sequence[str], generation: Store) -> tuple[Floats, NDArray[np.bool_]]:
    total = len(generation.lexical)
    counts = np.array(generation.lexical.frequencies(terms), dtype=np.float64)
    return np.log1p((total - counts + 0.5) / (counts + 0.5)), counts > 0


class _Words(NamedTuple):
    """What is looked for: the question's terms, other words for them, and the idf of each."""

    terms: tuple[str, ...]
    idf: Floats
    others: tuple[str, ...]
    others_idf: Floats

    @property
    def most(self) -> float:
        """The most that BM25 could give these terms, so that scores of questions compare.

        Every term in one passage, and often: a term's share tends to k1 + 1 = 2.2 times its idf.
        """
        return max(2.2 * float(self.idf.sum()), 1e-9)

    def shares(self) -> Floats:
        """Return the idf as shares of the most, `(w, 2)`: a column for terms, one for others."""
        shares = np.zeros((len(self.terms) + len(self.others), 2))
        shares[: len(self.terms), 0] = self.idf / self.most
        shares[len(self.terms) :, 1] = self.others_idf / self.most
        return shares


class _Counted(NamedTuple):
    """How often words stand in each of some stretches of texts."""

    counts: NDArray[np.int64]  # (c, w)
    lengths: Floats  # (c,): in terms, as multiples of the mean

    def bm25(self, weights: Floats) -> Floats:
        """Return BM25 (k1 = 1.2, b = 0.75) for each column of idf `(w, k)`, `(c, k)`."""
        spread = 1.2 * (0.25 + 0.75 * self.lengths)
        return np.asarray(self.counts * 2.2 / (self.counts + spread[:, None]) @ weights)


def _count(words: _Words, generation: Store, rows: Rows) -> tuple[_Counted, _Counted]:
    """Count the words in the bodies and in the headings of these rows.

    The proposals have scores of their own, but not for every candidate, nor field by field; to ask
    tantivy for those takes five times as long as to count in the mapped terms.
    """
    wanted = numbered([*words.terms, *words.others])

    def counted(terms: Counts) -> _Counted:
        mean = max(terms.total, 1) / max(len(generation.vectors), 1)
        return _Counted(terms.counts(wanted, rows), terms.sizes(rows) / mean)

    return counted(generation.body_terms), counted(generation.heading_terms)


def _features(
    question: Question,
    words: _Words,
    generation: Store,
    query: NDArray[np.float32],
    rows: Rows,
    body: _Counted,
    heading: _Counted,
) -> Floats:
    vectors, lexical, scale = generation.vectors, generation.lexical, generation.manifest.scale
    text, title = body.bm25(words.shares()), heading.bm25(words.shares())
    columns = {
        "bm25_text": text[:, 0],
        "bm25_heading": title[:, 0],
        "bm25_entities": lexical.scores("entities", words.terms, rows) / words.most,
        "bm25_others": text[:, 1],
        "bm25_others_heading": title[:, 1],
        "cosine": scale.of(vectors.of(rows) @ query),
        "best_sentence": scale.of(vectors.best_sentences(query, rows)),
        "on_day": np.isin(rows, _favoured(question, generation)).astype(np.float64),
    }
    return np.stack([columns[name] for name in PASSAGE_FEATURES], axis=1).astype(np.float64)


def _favoured(question: Question, generation: Store) -> Rows:
    when = question.when
    if when.days is None or when.strict:
        return np.empty(0, np.int64)
    return generation.archive.rows_on(when.days)


def _ranks(found: Rows, rows: Rows) -> Rows:
    rank = {row: i + 1 for i, row in enumerate(found.tolist())}
    return np.array([rank.get(row, 0) for row in rows.tolist()], dtype=np.int64)
