"""What the chat shows of the desk that all visitors share, as HTML: how it stands, and briefings.

Knows nothing about the web framework.
"""

from __future__ import annotations

from typing import Any

from index.errors import BriefingError, IndexMissing
from index.schema import Span
from qa import view
from qa.assistant import Assistant
from qa.desk import Desk
from qa.markup import Place, read_place
from qa.question import MAX_CHARS
from qa.words import Language, error_sentence, say


def fault(question: str, language: Language) -> str | None:
    """Return what is wrong with a question before it is asked, or None."""
    if not question.strip():
        return say(language, "hint_empty")
    if len(question) > MAX_CHARS:
        return say(language, "hint_long", limit=MAX_CHARS, length=len(question))
    return None


def state_html(desk: Desk[Any], language: Language) -> str:
    """Say whether questions can be answered."""
    sources = desk.sources()
    if desk.problem is None and desk.assistant.ready:
        sections = sum(source.sections for source in sources)
        text = say(language, "ready", sources=f"{len(sources):,}", sections=f"{sections:,}")
        return view.state_html("ready", text)
    if desk.step is not None or desk.problem is None:
        return view.state_html("loading", say(language, "loading"))
    if isinstance(desk.problem, IndexMissing):
        return view.state_html("missing", say(language, "no_index", folder=desk.folder))
    return view.state_html("failed", error_sentence(desk.problem, language))


def place_html(assistant: Assistant, link: str, language: Language) -> str:
    """Show the briefing that a link leads to; the link may be old, or typed by hand."""
    place = read_place(link)
    try:
        shown = _briefing(assistant, place, language) if place else None
    except BriefingError:
        shown = None
    return shown or view.gone_html(language)


def _briefing(assistant: Assistant, place: Place, language: Language) -> str | None:
    if place.kind == "briefing":
        briefing = assistant.briefing(place.id)
        return view.reader_html(briefing, None, (), language) if briefing else None
    passage = assistant.passage(place.id)
    briefing = assistant.briefing(passage.source.id) if passage else None
    if passage is None or briefing is None:
        return None
    origin = passage.span.start
    marks = [Span(origin + start, origin + end) for start, end in place.marks]
    return view.reader_html(briefing, passage.span, marks, language)
