"""Question → evidence → answer, over one generation of an index.

Knows nothing about which generation is current, nor about screens.
"""

from __future__ import annotations

import dataclasses
from datetime import date

from index.embed import Embedder
from index.store import Store
from qa.answer import Answer
from qa.confidence import confidence
from qa.conversation import ordinal, points_back, subject
from qa.digest import asks_for_all, digest
from qa.extractive import answer, hits, missing, opened, quotes
from qa.keyboard import hangul_of
from qa.question import Question, read_question
from qa.rank import Ranking, rank
from qa.retrieve import Candidates, find
from qa.scope import EVERYWHERE, Scope
from qa.weights import Weights

# How near, on the index's scale, a turn is to the nearest sentence of a passage that it asks about;
# one that asks for a kind of answer ("왜 안 올랐대?") is more likely to. On the dialogues of
# bench/train one right answer of 58 is lost on the second turns, and of 336 turns like "점심 뭐
# 먹지?" and "파이썬 코드 짜줘" after the first ones 78 are answered instead of 285.
_NEAR, _NEAR_ENOUGH = 0.32, 0.14


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """A question, the ones before it (the oldest first), where to look, and what day it is."""

    question: str
    history: tuple[str, ...]
    scope: Scope = EVERYWHERE
    today: date | None = None


def respond(turn: Turn, store: Store, embedder: Embedder, weights: Weights) -> Answer:
    """Answer one turn; that nothing is found is an answer too."""
    meant = hangul_of(turn.question)
    if meant:
        # Whatever came before: keys that make syllables say nothing as they stand.
        typed = _respond(turn, _read(turn, store), store, embedder, weights)
        right = dataclasses.replace(turn, question=meant)
        answered = typed.status == "answered"
        if not answered and _in_turn(right, store, embedder, weights).status == "answered":
            return dataclasses.replace(typed, suggestion=meant)
    return _in_turn(turn, store, embedder, weights)


def _in_turn(turn: Turn, store: Store, embedder: Embedder, weights: Weights) -> Answer:
    number = ordinal(turn.question)
    if number is not None and turn.history:
        # What was shown is found again: the same question finds the same.
        last = max((n for n, each in enumerate(turn.history) if ordinal(each) is None), default=0)
        before = dataclasses.replace(turn, question=turn.history[last], history=turn.history[:last])
        chosen = opened(_in_turn(before, store, embedder, weights), number, turn.question)
        if chosen is not None:
            return chosen
    own = _read(turn, store)
    told = digest(own, turn.scope, store) if asks_for_all(own) else []
    if told:
        return answer(own, told, (), (), (), 1.0, weights)
    about = subject(turn.question, turn.history)
    if not about:
        return _respond(turn, own, store, embedder, weights)
    both = _read(turn, store, about)
    if points_back(turn.question):
        return _respond(turn, both, store, embedder, weights)
    joined = _respond(turn, both, store, embedder, weights, unless_it_strays=own)
    # It is short, but may be a new topic: then the briefings answer it as it stands. One that names
    # nothing hardly is. (Second turns of bench/train, of 64: .81 → .91 with the encoder that ships;
    # with one that had not learnt from them, of 32: .88 both ways.)
    if joined.status == "answered" and not own.names:
        return joined
    alone = _respond(turn, own, store, embedder, weights)
    # Where neither answers, what is near lies by what was talked about, if this is about it at all.
    if joined.confidence and alone.status != "answered":
        return joined
    return max(alone, joined, key=lambda answer: answer.confidence)


def _read(turn: Turn, store: Store, about: str = "") -> Question:
    return read_question(turn.question, store.days, turn.today, about)


def _respond(
    turn: Turn,
    asked: Question,
    store: Store,
    embedder: Embedder,
    weights: Weights,
    unless_it_strays: Question | None = None,
) -> Answer:
    """Answer what was asked; for `unless_it_strays`, what a turn says by itself, see `_strays`."""
    if turn.scope.any_day:
        asked = dataclasses.replace(asked, when=asked.when.without_days())
    candidates = find(asked, store, embedder, weights, turn.scope)
    ranking = rank(asked, candidates, store, weights)
    own = unless_it_strays
    strays = own is not None and _strays(own, asked, candidates, ranking, store, embedder)
    return answer(
        asked,
        quotes=quotes(asked, ranking),
        hits=hits(asked, candidates, ranking, store),
        missing=missing(asked, store),
        absent=ranking.absent,
        confidence=0.0 if strays else _sureness(asked, candidates, ranking, weights),
        weights=weights,
    )


def _sureness(asked: Question, candidates: Candidates, ranking: Ranking, weights: Weights) -> float:
    """Return the confidence; news as a whole is there wherever all that it is to be on is said.

    Confidence was fitted to questions that ask for something in the news.
    """
    fitted = confidence(asked, candidates, ranking, weights)
    if not (asked.gist and asked.terms and ranking.sentences):
        return fitted
    place = ranking.sentences[int(ranking.order[0])].place
    if not candidates.held[place].all():
        return fitted
    titled = bool(candidates.in_heading[place].all())
    return max(fitted, weights.sure if titled else weights.cut_off)


def _strays(
    own: Question,
    asked: Question,
    candidates: Candidates,
    ranking: Ranking,
    store: Store,
    embedder: Embedder,
) -> bool:
    """Tell whether a turn has nothing to do with what is found for it and the one before.

    Else thanks, or the weather, would be answered with what was asked before: with none of its
    words there, the passage has to be near in meaning.
    """
    if not ranking.sentences:
        return False
    place = ranking.sentences[int(ranking.order[0])].place
    held = dict(zip(asked.terms, candidates.held[place].tolist(), strict=True))
    if any(held.get(term) for term in own.terms):
        return False
    row = candidates.rows[place : place + 1]
    cosines = store.vectors.sentence_scores(embedder.encode_query(own.typed), row)
    return float(store.manifest.scale.of(cosines).max()) < (_NEAR_ENOUGH if own.expects else _NEAR)
