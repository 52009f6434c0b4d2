"""What the reader beside the chat shows: a whole briefing as HTML, open at a quote.

Knows nothing about the web framework, nor where briefings come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from index.schema import Briefing, Passage, Span
from qa.markup import Place, escape, marked
from qa.sources import dateline
from qa.words import Language, say


def reader_html(
    briefing: Briefing,
    here: Span | None,
    marks: Sequence[Span],
    language: Language,
    before: Passage | None = None,
    after: Passage | None = None,
) -> str:
    """Show a whole briefing; `here` is set off and `marks` (of its text) are marked.

    What stands outside the segments, such as greetings and the site's furniture, is shown faintly.
    `before` and `after` begin the segments next to the one that is read.
    """
    lines: list[str] = []
    start = 0
    for line in briefing.text.splitlines(keepends=True):
        span = Span(start, start + len(line))
        start = span.end
        if line.strip():
            look = _look(line, span, briefing, here)
            lines.append(f'<p class="{look}">{marked(briefing.text, span, marks)}</p>')
    source = briefing.source
    byline = f'<p class="byline">{dateline(source, language)}</p>'
    steps = _step_to("previous", before, language) + _step_to("next", after, language)
    only = (
        f'<button type="button" class="only-this" value="{escape(quote(source.id))}">'
        f"{escape(say(language, 'only_this'))}</button>"
    )
    head = (
        f'<h2><bdi>{escape(source.title)}</bdi></h2>{byline}<nav class="steps">{steps}{only}</nav>'
    )
    return _panel(head, "".join(lines), language)


def _step_to(which: str, passage: Passage | None, language: Language) -> str:
    if passage is None:
        return ""
    link = escape(Place("passage", passage.id).link())
    title = escape(passage.heading or say(language, "no_heading"))
    return f'<a class="{which}" href="{link}" title="{title}">{escape(say(language, which))}</a>'


def gone_html(language: Language) -> str:
    """Say, in the reader, that a link leads nowhere any more."""
    head = f"<h2>{escape(say(language, 'gone_title'))}</h2>"
    return _panel(head, f"<p>{escape(say(language, 'gone_text'))}</p>", language)


def _look(line: str, span: Span, briefing: Briefing, here: Span | None) -> str:
    inside = [s for s in briefing.sections if s.span.start < span.end and span.start < s.span.end]
    if here and here.start < span.end and span.start < here.end:
        return "here"
    if inside:
        return "body"
    headings = [section.heading for section in briefing.sections if section.heading]
    return "heading" if any(heading in line for heading in headings) else "aside"


def _panel(head: str, body: str, language: Language) -> str:
    close, name = escape(say(language, "close")), escape(say(language, "scope_source"))
    return (
        f'<div class="reader" role="dialog" aria-label="{name}" tabindex="-1">'
        f"<header><div>{head}</div>"
        f'<button type="button" class="shut" aria-label="{close}">✕</button></header>'
        f'<div class="page" tabindex="0">{body}</div></div>'
    )
