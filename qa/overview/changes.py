"""What changed about a subject: what is new since a day, and figures that became others.

Knows nothing about questions or screens.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from index.generations import Generation
from index.lexicon import Entity, load_lexicon
from index.nearest import Floats
from index.schema import Span
from qa.answer import Citation
from qa.overview.amounts import Amount, amounts
from qa.overview.glance import telling
from qa.overview.mentions import Mention, Subject, named

# Two figures are for the same thing if their sentences and their segments are this near, besides
# owner, noun, unit and kind of period. Followed for every entity of bench/train/[1-8], bench/dev
# and the samples, 4 changes are shown, all of them right; by noun and unit alone there are 16, 6 of
# them wrong: the key rates of two countries, a forecast and a price.
_NEAR = 0.53
_NEAR_SEGMENTS = 0.54
_OWNERS = frozenset("company person institution brand product platform team".split()) | {
    "central bank"
}
# What many have one of: a rate or a tariff of some country.
_SHARED = frozenset("country region place city indicator policy term technology".split())
_SAID = 0.8  # a cosine of two sentences that say the same


@dataclasses.dataclass(frozen=True, slots=True)
class Stated:
    """A figure where it is stated; `quote` is its sentence, `amount.span` lies in `quote.quote`."""

    amount: Amount
    quote: Citation

    @property
    def published(self) -> date | None:
        """The day of its briefing."""
        return self.quote.passage.source.published


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """Two figures for the same thing of two days, the earlier first."""

    before: Stated
    after: Stated


@dataclasses.dataclass(frozen=True, slots=True)
class _Placed:
    stated: Stated
    sentence: Floats  # (d,)
    segment: Floats  # (d,)


def changes(subject: Subject, mentions: Sequence[Mention], generation: Generation) -> list[Change]:
    """Return the newest change of each figure that is a subject's, the newest first.

    Words of no lexicon own no figures: "매출" is everybody's.
    """
    found: dict[tuple[str, str], list[_Placed]] = {}
    for mention in mentions:
        for placed in _stated(subject, mention, generation):
            amount = placed.stated.amount
            found.setdefault((_noun(amount.noun, subject), amount.unit), []).append(placed)
    newest = [change for placed in found.values() if (change := _newest(placed))]
    return sorted(newest, key=lambda each: str(each.after.published), reverse=True)


def _noun(noun: str, subject: Subject) -> str:
    """Return a noun without the subject's own name: "주가" for "테슬라 주가"."""
    words = [word for word in noun.split() if not word.startswith(subject.names)]
    return " ".join(words) or noun


def _newest(placed: Sequence[_Placed]) -> Change | None:
    """Return the last figure of some for the same noun with the last other one before it."""
    for after in reversed(placed):
        for before in reversed(placed):
            days = before.stated.published, after.stated.published
            if days[0] and days[1] and days[0] < days[1] and _same(before, after):
                same_value = before.stated.amount.value == after.stated.amount.value
                return None if same_value else Change(before.stated, after.stated)
    return None


def _same(one: _Placed, other: _Placed) -> bool:
    here, there = one.stated.amount, other.stated.amount
    if here.expected != there.expected or here.period != there.period:
        return False
    return (
        float(one.sentence @ other.sentence) >= _NEAR
        and float(one.segment @ other.segment) >= _NEAR_SEGMENTS
    )


def _stated(subject: Subject, mention: Mention, generation: Generation) -> Iterator[_Placed]:
    """Yield the figures of a segment that are the subject's."""
    segments = generation.vectors.of(np.array(mention.rows))
    for passage, row, segment in zip(mention.passages, mention.rows, segments, strict=True):
        vectors = generation.vectors.sentences_of(row, row + 1)
        for span, vector in zip(passage.sentences, vectors, strict=True):
            quote = passage.quote(span)
            for amount in amounts(quote):
                if _owns(subject, mention, quote, amount):
                    stated = Stated(amount, Citation(passage, quote, span))
                    yield _Placed(stated, np.asarray(vector, np.float32), segment)


def _owns(subject: Subject, mention: Mention, quote: str, amount: Amount) -> bool:
    """Tell whether a figure is the subject's: its noun names it, or nobody else has a claim."""
    entity = subject.entity
    context = f"{mention.first.heading}\n{mention.first.text}"
    if entity is None or named(subject, [amount.noun], context)[0]:
        return entity is not None and entity.kind not in _SHARED
    if not mention.in_heading:
        return False
    claims = [e for e in load_lexicon().entities(quote, context) if e.kind in _OWNERS]
    heading = load_lexicon().entities(mention.first.heading, mention.first.text)
    return claims == [entity] or (not claims and heading[:1] == [entity])


def fresh(mention: Mention, before: Sequence[Mention], generation: Generation) -> Citation:
    """Quote what tells most of a segment's subject and was not said of it `before`, if anything.

    Where only the heading names the subject, any sentence may be quoted.
    """
    told = list(mention.sentences)
    known = [_vector(each, said, generation) for each in before for said in each.sentences]
    if told and known:
        near = np.stack([_vector(mention, each, generation) for each in told]) @ np.stack(known).T
        told = [each for each, n in zip(told, near.max(axis=1), strict=True) if n < _SAID] or told
    among = {each.span for each in told} or None
    return telling(mention.rows, mention.passages, generation, among)


def _vector(mention: Mention, sentence: Citation, generation: Generation) -> Floats:
    place = [passage.id for passage in mention.passages].index(sentence.passage.id)
    row = mention.rows[place]
    number = sentence.passage.sentences.index(Span(*sentence.span))
    return np.asarray(generation.vectors.sentences_of(row, row + 1)[number], np.float32)


def new_names(subject: Subject, new: Sequence[Mention], before: Sequence[Mention]) -> list[str]:
    """Return who or what is named beside the subject in the `new` segments for the first time."""
    known = {entity for mention in before for entity in _names(mention)}
    found = dict.fromkeys(entity for mention in new for entity in _names(mention))
    return [e.names[0] for e in found if e not in known and e != subject.entity]


def _names(mention: Mention) -> list[Entity]:
    lexicon = load_lexicon()
    texts = [mention.first.heading, *(passage.text for passage in mention.passages)]
    return [e for e in lexicon.entities("\n".join(texts)) if e.kind in _OWNERS]
