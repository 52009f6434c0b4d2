"""How a passage is shown: as the source of a quote, or as a card one can unfold.

All text goes through `escape`, on one line, as in `qa.view`. Knows nothing about answers' states,
nor about the web framework.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.schema import Hit, Passage, Source, Span
from qa.answer import Citation
from qa.markup import Place, escape, marked
from qa.words import Language, day, say

_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"  # as many as `qa.digest` quotes at most


def button_html(look: str, key: str, language: Language) -> str:
    """Show a button that looks and acts as `look` says, see `tools.js`."""
    return f'<button type="button" class="{look}">{escape(say(language, key))}</button>'


def number_html(number: int) -> str:
    """Show the number, from 1, that a quote and its source share."""
    return f'<span class="number">{_NUMBERS[number - 1]}</span>'


def source_html(
    number: int, citations: Sequence[Citation], hit: Hit | None, language: Language, folded: bool
) -> str:
    """Show the passage that sentences are quoted from, marked, and why it was found."""
    passage = citations[0].passage
    marks = [citation.span for citation in citations]
    whole = f'<div class="passage">{_passage(passage, marks)}</div>'
    if folded:  # of a whole briefing, one reads the quotes
        title = escape(say(language, "whole_passage"))
        whole = f'<details class="folded"><summary>{title}</summary>{whole}</details>'
    return (
        f'<section class="source"><p class="cite">{number_html(number)} '
        f"{_heading(passage, language)} {_byline(passage.source, language)}</p>"
        f"{whole}{_open(passage, marks, language)}{_why(hit, language)}</section>"
    )


def _why(hit: Hit | None, language: Language) -> str:
    """Tell on demand how a passage was found."""
    if hit is None:
        return ""
    ranks = {"why_words": hit.lexical_rank, "why_meaning": hit.dense_rank}
    told = [
        say(language, key, rank=rank) if rank else say(language, f"{key}_not")
        for key, rank in ranks.items()
    ]
    for key, words in (("why_others", hit.others), ("why_terms", hit.terms)):
        if words:
            told.insert(0, say(language, key, words=", ".join(words)))
    lines = "".join(f"<li><bdi>{escape(line)}</bdi></li>" for line in told)
    return (
        f'<details class="why"><summary>{escape(say(language, "why"))}</summary>'
        f"<ul>{lines}</ul></details>"
    )


def cards_html(title: str, passages: Sequence[Passage], language: Language) -> str:
    """Show passages that nothing is quoted from, each folded, under a title of `qa.words`."""
    if not passages:
        return ""
    cards = "".join(_card(passage, language) for passage in passages)
    return f'<section class="cards"><h2>{escape(say(language, title))}</h2>{cards}</section>'


def _card(passage: Passage, language: Language) -> str:
    source = passage.source
    return (
        f"<details><summary>{_heading(passage, language)} {_byline(source, language)}</summary>"
        f'<div class="passage">{_passage(passage, ())}</div>'
        f"{_open(passage, (), language, this_one=True)}</details>"
    )


def _passage(passage: Passage, marks: Iterable[Span]) -> str:
    shown = marked(passage.text, Span(0, len(passage.text)), _within(passage, marks))
    # Paragraphs stand close together here: an empty line of the page would tear the passage apart.
    return re.sub(f"(?:{escape(chr(10))})+", '<span class="gap"></span>', shown)


def _within(passage: Passage, spans: Iterable[Span]) -> tuple[Span, ...]:
    origin = passage.span.start
    return tuple(Span(start - origin, end - origin) for start, end in spans)


def _open(
    passage: Passage, marks: Iterable[Span], language: Language, this_one: bool = False
) -> str:
    link = escape(Place("passage", passage.id, _within(passage, marks)).link())
    judge = f" {button_html('this-one', 'judge_this', language)}" if this_one else ""
    return (
        f'<p class="open"><a href="{link}">{escape(say(language, "open"))}</a> '
        f"{button_html('copy-link', 'copy_link', language)}{judge}</p>"
    )


def _heading(passage: Passage, language: Language) -> str:
    heading = passage.heading or say(language, "no_heading")
    return f"<strong><bdi>{escape(heading)}</bdi></strong>"


def _byline(source: Source, language: Language) -> str:
    title = f"<span><bdi>{escape(source.title)}</bdi></span>"
    return f'<span class="byline">{title}{dateline(source, language)}</span>'


def dateline(source: Source, language: Language) -> str:
    """Show when and on which programme a briefing came."""
    parts = [day(language, source.published), source.programme or ""]
    return "".join(f"<span><bdi>{escape(part)}</bdi></span>" for part in parts if part)
