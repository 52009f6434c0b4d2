"""The sentences of the best passages → which of them answers.

`weights` names the features. The score of a passage is that of its sentences together, so that one
with two good sentences comes before one with a lucky one. Knows nothing about how passages are
found or shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.schema import Passage, Span
from index.store import Store
from index.terms import numbered
from qa.question import Question, offers
from qa.retrieve import Candidates
from qa.weights import PASSAGE_FEATURES, SENTENCE_FEATURES, Weights
from qa.when import Order

Floats = NDArray[np.float64]

# Passages whose sentences are compared: the right one is among the first ten candidates of 0.983 of
# the questions of bench/train 7 and 8, among the first twenty of 0.996, which take twice the time.
DEPTH = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may answer; `place` is its passage's among the candidates, from 0."""

    passage: Passage
    span: Span
    place: int


@dataclasses.dataclass(frozen=True, slots=True)
class Ranking:
    """The sentences of the best candidates; `m` of them in `p` passages.

    `absent` are the names of the question that the best passage does not hold, under any name.
    `chances` are probabilities among all that were ranked, `passage_chances` those of a passage's
    sentences together. `features` are in the order of `SENTENCE_FEATURES`.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]  # in the order of the candidates, as they stand in the text
    features: Floats  # (m, f)
    scores: Floats  # (m,)
    chances: Floats  # (m,)
    passage_chances: Floats  # (p,)
    order: NDArray[np.int64]  # (m,): into `sentences`, the one that answers best first
    absent: tuple[str, ...] = ()

    def best(self, count: int) -> list[Sentence]:
        """Return the sentences that answer best, best first."""
        return [self.sentences[i] for i in self.order[:count]]


def rank(
    question: Question, candidates: Candidates, generation: Store, weights: Weights
) -> Ranking:
    """Rank the sentences of the best candidates."""
    passages = tuple(generation.archive.passages(candidates.rows[:DEPTH].tolist()))
    sentences = tuple(
        Sentence(passage, span, place)
        for place, passage in enumerate(passages)
        for span in passage.sentences
    )
    if not sentences:
        none = np.empty(0)
        table = np.empty((0, len(SENTENCE_FEATURES)))
        return Ranking((), (), table, none, none, none, np.empty(0, np.int64))
    features = _features(question, candidates, generation, passages)
    scores = weights.sentence.score(features)
    chances = np.exp(scores - np.logaddexp.reduce(scores))
    places = np.array([sentence.place for sentence in sentences])
    passage_chances = np.bincount(places, chances).astype(np.float64)
    # Rounded, since equal sentences may differ in the last bit of a matrix product.
    order = np.argsort(-scores.round(9), kind="stable")
    ranking = Ranking(passages, sentences, features, scores, chances, passage_chances, order)
    when = question.when.order
    if when is not None:
        order = _by_date(ranking, when, _on_subject(question, candidates, ranking))
    place = sentences[int(order[0])].place
    absent = _absent(question, candidates, generation, place)
    return dataclasses.replace(ranking, order=order, absent=absent)


def _absent(
    question: Question, candidates: Candidates, generation: Store, place: int
) -> tuple[str, ...]:
    held = dict(zip(question.terms, candidates.held[place].tolist(), strict=True))
    row = candidates.rows[place : place + 1]
    return tuple(
        name
        for name in question.names
        if not held[name] and not generation.lexical.scores("entities", (name,), row)[0] > 0
    )


# What is on the subject when the newest or the oldest is asked for: a passage that holds all names
# of the question or, where it has none, nearly as many of its terms as any; and that has a name in
# its heading or is not much less probable than the best.
_NEARLY_COVERED = 0.75
_NEARLY_AS_PROBABLE = 0.02


def _on_subject(question: Question, candidates: Candidates, ranking: Ranking) -> NDArray[np.bool_]:
    """Tell which passages are on what the question asks about, `(p,)`."""
    count = len(ranking.passages)
    held = candidates.held[:count]
    probable = ranking.passage_chances >= _NEARLY_AS_PROBABLE * ranking.passage_chances.max()
    names = np.array([term in question.names for term in question.terms], dtype=np.bool_)
    full = held[:, names].all(axis=1)
    if names.any() and full.any():
        titled = candidates.in_heading[:count][:, names].any(axis=1)
        return np.asarray(full & (titled | probable))
    covers = share_of(held, candidates.idf)
    return np.asarray((covers >= _NEARLY_COVERED * covers.max()) & probable)


def _by_date(ranking: Ranking, order: Order, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Put the newest or the oldest of some passages first, whole; the rest keep their order."""
    dated = [
        (passage.source.published, place)
        for place, passage in enumerate(ranking.passages)
        if passage.source.published is not None and among[place]
    ]
    if not dated:
        return ranking.order
    end = (max if order == "newest" else min)(day for day, _ in dated)
    chosen = max(
        (place for day, place in dated if day == end),
        key=lambda place: ranking.passage_chances[place],
    )
    others = np.array([ranking.sentences[i].place != chosen for i in ranking.order])
    return ranking.order[np.argsort(others, kind="stable")]


def _features(
    question: Question,
    candidates: Candidates,
    generation: Store,
    passages: Sequence[Passage],
) -> Floats:
    """Return `(m, len(SENTENCE_FEATURES))` for all m sentences of the passages."""
    counts = [len(passage.sentences) for passage in passages]
    starts = np.cumsum([0, *counts[:-1]])
    of_passage = np.repeat(np.arange(len(passages)), counts)  # (m,)
    own = _own(question, candidates, generation, passages)
    held, cosine, answers = own.pop("held"), own["cosine"], own["answers"]
    whole = _of_passages(candidates, len(passages))
    given = (candidates.in_heading[: len(passages)] | held[starts])[of_passage]  # or by the lead
    columns = {
        **own,
        "nearest": cosine - np.maximum.reduceat(cosine, starts)[of_passage],
        "behind": cosine - cosine.max(),
        "answers_nearest": answers - np.maximum.reduceat(answers, starts)[of_passage],
        "answers_behind": answers - answers.max(),
        "cover": share_of(held, candidates.idf),
        "cover_rest": _share_of_rest(held, given, candidates.idf),
        "neighbour": np.concatenate([_neighbour(c) - c for c in np.split(cosine, starts[1:])]),
        "asked": np.full(len(cosine), float(bool(question.expects))),
        **{f"passage_{name}": values[of_passage] for name, values in whole.items()},
    }
    return np.stack([columns[name] for name in SENTENCE_FEATURES], axis=1)


def _own(
    question: Question, candidates: Candidates, generation: Store, passages: Sequence[Passage]
) -> dict[str, Any]:
    """Measure the sentences by themselves; `held` is `(m, t)`, all else `(m,)`."""
    rows, terms = candidates.rows[: len(passages)], generation.body_terms
    held = terms.matches(numbered([*question.terms, *candidates.others]), rows)
    offered = [
        bool(offers(passage.quote(sentence), question.expects))
        for passage in passages
        for sentence in passage.sentences
    ]
    scores = generation.vectors.sentence_scores
    cosine = generation.manifest.scale.of(scores(candidates.query, rows))
    unknown = np.full(len(cosine), np.nan)
    answering = candidates.answering
    said = len(question.terms)
    return {
        "held": held[:, :said],
        "cosine": cosine,
        "answers": unknown if answering is None else scores(answering, rows).astype(np.float64),
        "others": held[:, said:] @ candidates.others_idf,
        "expected": np.array(offered, dtype=np.float64),
        "length": np.log1p(terms.lengths(rows)),
    }


def _of_passages(candidates: Candidates, count: int) -> dict[str, Floats]:
    """Measure the first `count` candidates, `(count,)` each."""
    features = dict(zip(PASSAGE_FEATURES, candidates.features[:count].T, strict=True))
    text = features["bm25_text"]
    return {
        **features,
        "cosine_behind": features["cosine"] - features["cosine"].max(),
        "best_behind": features["best_sentence"] - features["best_sentence"].max(),
        "text_share": text / max(float(text.max()), 1e-9),
        "cover": share_of(candidates.held[:count], candidates.idf),
        "score_behind": candidates.scores[:count] - candidates.scores[0],
    }


def _share_of_rest(held: NDArray[np.bool_], given: NDArray[np.bool_], idf: Floats) -> Floats:
    """Return what `share_of` is over the terms that are not given, row by row; 0 where all are."""
    return np.asarray((held & ~given) @ idf / np.maximum(~given @ idf, 1e-9))


def share_of(held: NDArray[np.bool_], idf: Floats) -> Floats:
    """Return the share of all terms, by idf, that each row of `held (n, t)` has, `(n,)`."""
    total = idf.sum()
    return np.asarray(held @ idf / total) if total > 0 else np.zeros(len(held))


def _neighbour(cosines: Floats) -> Floats:
    if len(cosines) < 2:
        return cosines
    before = np.concatenate([cosines[:1], cosines[:-1]])
    after = np.concatenate([cosines[1:], cosines[-1:]])
    return np.asarray(np.maximum(before, after))
