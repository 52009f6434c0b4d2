"""A briefing at a glance as HTML: a card for each segment, and what there is to choose.

All text goes through `escape`. Knows nothing about indexes or the web framework.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from index.schema import Passage, SourceSummary, Span
from qa.answer import Citation
from qa.markup import Place, escape
from qa.words import Language, day, say

_LISTED = 30  # briefings to choose from around the chosen one; the steps lead to all others
_NAMES = 4  # offered to be followed, of a heading


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """A segment: its telling sentence, the names of its heading, where its story was told before.

    `before` are passages of other briefings, the oldest first.
    """

    quote: Citation
    names: tuple[str, ...]
    before: tuple[Passage, ...]


def glance_html(
    sources: Sequence[SourceSummary], chosen: int, cards: Sequence[Card], language: Language
) -> str:
    """Show the chosen one of `sources`, which are the newest first, at a glance."""
    source = sources[chosen]
    title = f'<a href="{escape(Place("briefing", source.id).link())}">{_bdi(source.title)}</a>'
    parts = [day(language, source.published), source.programme or ""]
    byline = "".join(f"<span>{_bdi(part)}</span>" for part in parts if part)
    shown = "".join(f"<li>{_card(card, language)}</li>" for card in cards)
    return (
        f'<div class="overview">{subject_box("", language)}{_choice(sources, chosen, language)}'
        f'<h2>{title}</h2><p class="byline">{byline}</p><ol class="glance">{shown}</ol></div>'
    )


def none_html(language: Language) -> str:
    """Say that there is no briefing to show."""
    return f'<div class="overview"><p>{escape(say(language, "overview_none"))}</p></div>'


def subject_box(typed: str, language: Language) -> str:
    """Return the box for what is to be followed."""
    label, hint, send = (
        escape(say(language, key))
        for key in ("overview_subject", "overview_subject_hint", "overview_follow")
    )
    return (
        f'<form class="subject-box"><label>{label} <input name="subject" type="search"'
        f' value="{escape(typed)}" placeholder="{hint}" autocomplete="off"></label>'
        f'<button type="submit">{send}</button></form>'
    )


def quote_link(quote: Citation, said: str) -> str:
    """Return a link to a quote, marked, in its briefing; `said` is HTML."""
    start, end = quote.span
    origin = quote.passage.span.start
    place = Place("passage", quote.passage.id, (Span(start - origin, end - origin),))
    return f'<a href="{escape(place.link())}">{said}</a>'


def heading_link(passage: Passage, language: Language) -> str:
    """Return a link to a passage by its heading."""
    link = escape(Place("passage", passage.id).link())
    return f'<a href="{link}">{_bdi(passage.heading or say(language, "no_heading"))}</a>'


def _card(card: Card, language: Language) -> str:
    passage = card.quote.passage
    quote = quote_link(card.quote, _bdi(card.quote.quote))
    return (
        f"<h3>{heading_link(passage, language)}</h3><blockquote>{quote}</blockquote>"
        f"{names_html(card.names[:_NAMES], language)}{_story(card, language)}"
    )


def names_html(names: Sequence[str], language: Language) -> str:
    """Return buttons that follow these names."""
    buttons = "".join(
        f'<button type="button" class="follow" value="{escape(name)}" aria-label="'
        f'{escape(say(language, "overview_follow_name", name=name))}">{_bdi(name)}</button>'
        for name in names
    )
    return f'<p class="names">{buttons}</p>' if buttons else ""


def _story(card: Card, language: Language) -> str:
    if not card.before:
        return ""
    count = 1 + len({passage.source.id for passage in card.before})
    first = day(language, card.before[0].source.published)
    told = escape(say(language, "overview_story", count=count, first=first))
    items = "".join(
        f"<li>{escape(day(language, passage.source.published))} {heading_link(passage, language)}"
        "</li>"
        for passage in card.before
    )
    return f'<details class="story"><summary>{told}</summary><ul>{items}</ul></details>'


def _choice(sources: Sequence[SourceSummary], chosen: int, language: Language) -> str:
    """Return the steps to the briefings before and after, and a list of those around."""
    first = max(0, min(chosen - _LISTED // 2, len(sources) - _LISTED))
    options = "".join(
        f'<option value="{escape(source.id)}"{" selected" if at == chosen else ""}>'
        f"{escape(day(language, source.published))} — {escape(source.title)}</option>"
        for at, source in enumerate(sources[first : first + _LISTED], start=first)
    )
    label = escape(say(language, "overview_briefing"))
    older = _step(sources, chosen + 1, "overview_older", "←", language)
    newer = _step(sources, chosen - 1, "overview_newer", "→", language)
    return (
        f'<p class="choice">{older}<select name="source" aria-label="{label}">{options}</select>'
        f"{newer}</p>"
    )


def _step(
    sources: Sequence[SourceSummary], to: int, key: str, sign: str, language: Language
) -> str:
    there = 0 <= to < len(sources)
    value = escape(sources[to].id) if there else ""
    return (
        f'<button type="button" class="to-briefing" value="{value}"{"" if there else " disabled"}'
        f' aria-label="{escape(say(language, key))}">{sign}</button>'
    )


def _bdi(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
