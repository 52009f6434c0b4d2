"""What the chat shows of the desk that all visitors share, as HTML: how it stands, and briefings.

Knows nothing about the web framework.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from index.errors import BriefingError, IndexMissing
from index.schema import Span
from qa import catalogue, reader, view
from qa.answer import Citation
from qa.assistant import Assistant
from qa.desk import Desk
from qa.feedback import Judgement, Verdict, record
from qa.markup import Place, read_place
from qa.question import MAX_CHARS
from qa.scope import EVERYWHERE, Scope, read_scope
from qa.words import Language, error_sentence, say


def fault(question: str, language: Language) -> str | None:
    """Return what is wrong with a question before it is asked, or None."""
    if not question.strip():
        return say(language, "hint_empty")
    if len(question) > MAX_CHARS:
        return say(language, "hint_long", limit=MAX_CHARS, length=len(question))
    return None


def state_html(desk: Desk, language: Language) -> str:
    """Say whether questions can be answered."""
    counts = desk.counts()
    if desk.problem is None and desk.assistant.ready:
        held = {name: f"{counts.get(name, 0):,}" for name in ("sources", "sections")}
        return view.state_html("ready", say(language, "ready", **held))
    if desk.step is not None or desk.problem is None:
        return view.state_html("loading", say(language, "loading"))
    if isinstance(desk.problem, IndexMissing):
        return view.state_html("missing", say(language, "no_index", folder=desk.keeper.folder))
    return view.state_html("failed", error_sentence(desk.problem, language))


def sources_html(desk: Desk, words: str, count: int, language: Language) -> tuple[str, bool]:
    """List up to `count` of the briefings that hold these words; tell whether there are more."""
    found = desk.assistant.sources(words, 0, count + 1) if desk.counts() else []
    return catalogue.sources_html(found[:count], words, language), len(found) > count


def outcome_html(desk: Desk, language: Language) -> str:
    """Say what came of the last build, if there was one."""
    outcome = desk.outcome
    if isinstance(outcome, BriefingError):
        return view.error_html(outcome, language)
    return catalogue.summary_html(*outcome, language) if outcome else ""


def scope_of(sent: str) -> tuple[Scope, str]:
    """Read the scope that the page sends; return it, and what of it stays for the next question.

    What is no scope narrows nothing: the fields of the page can't make such.
    """
    try:
        parts = json.loads(sent or "{}")
        written = {n: str(parts.get(n) or "") for n in ("since", "until", "programme", "source")}
        scope = read_scope(**written, any_day=bool(parts.get("any_day")))
    except (ValueError, AttributeError):
        return EVERYWHERE, ""
    return scope, json.dumps({**parts, "any_day": False})


def programmes(desk: Desk) -> list[str]:
    """Return the names of the programmes that can be asked for."""
    return desk.assistant.programmes() if desk.counts() else []


def judged(assistant: Assistant, said: Mapping[str, Any], language: Language) -> str:
    """Keep what a reader says of an answer, and return what to tell him.

    `said` is what the page sends: "question", "history", "verdict" and "link", which leads to what
    the answer quotes, or is "". Only words of the index are kept beside the questions.
    """
    question, *history = (
        str(each) for each in [said.get("question", ""), *said.get("history", [])]
    )
    wrong = next((what for each in (question, *history) if (what := fault(each, language))), None)
    if wrong:
        return wrong
    verdict: Verdict = "right" if said.get("verdict") == "right" else "wrong"
    try:
        citation = _cited(assistant, str(said.get("link", "")))
        record(Judgement(question.strip(), tuple(history), verdict, citation), assistant.index)
    except BriefingError as error:
        return error_sentence(error, language)
    return say(language, "judged")


def follow_ups_html(
    assistant: Assistant, links: Sequence[str], count: int, language: Language
) -> str:
    """Offer up to `count` questions to ask next; "" where these links lead nowhere (any more)."""
    places = filter(None, map(read_place, links))
    try:
        passages = [assistant.passage(place.id) for place in places if place.kind == "passage"]
        found = [passage for passage in passages if passage is not None]
        questions = assistant.follow_ups(found, count) if found else []
    except BriefingError:
        return ""
    return view.follow_ups_html(questions, language)


def _cited(assistant: Assistant, link: str) -> Citation | None:
    place = read_place(link)
    passage = assistant.passage(place.id) if place and place.kind == "passage" else None
    if place is None or passage is None:
        return None
    start, end = place.marks[0] if place.marks else (0, len(passage.text))
    span = Span(passage.span.start + start, passage.span.start + end)
    try:
        return Citation(passage, passage.quote(span), span)
    except ValueError:  # marks typed by hand
        return None


def place_html(assistant: Assistant, link: str, language: Language) -> str:
    """Show the briefing that a link leads to; the link may be old, or typed by hand."""
    place = read_place(link)
    try:
        shown = _briefing(assistant, place, language) if place else None
    except BriefingError:
        shown = None
    return shown or reader.gone_html(language)


def _briefing(assistant: Assistant, place: Place, language: Language) -> str | None:
    if place.kind == "briefing":
        briefing = assistant.briefing(place.id)
        return reader.reader_html(briefing, None, (), language) if briefing else None
    passage = assistant.passage(place.id)
    briefing = assistant.briefing(passage.source.id) if passage else None
    if passage is None or briefing is None:
        return None
    origin = passage.span.start
    marks = [Span(origin + start, origin + end) for start, end in place.marks]
    before, after = assistant.beside(passage)
    return reader.reader_html(briefing, passage.span, marks, language, before, after)
