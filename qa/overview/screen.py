"""What the overview tab shows: a briefing at a glance, or a subject across briefings.

Reads what the page asks for, looks it up and hands it to `qa.cards` and `qa.timeline`. Knows
nothing about the web framework.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from index.errors import BriefingError
from index.generations import Generation
from qa import view
from qa.assistant import Assistant
from qa.overview.cards import Card, glance_html, none_html
from qa.overview.changes import changes, fresh, new_names
from qa.overview.glance import glance
from qa.overview.mentions import MAX_CHARS, Mention, mentions, names_in, read_subject
from qa.overview.stories import told_before
from qa.overview.timeline import Entry, Followed, followed_html, notice_html
from qa.words import Language, say

_NAMES = 12  # that are new beside a subject


def overview_html(assistant: Assistant, wanted: Mapping[str, Any], language: Language) -> str:
    """Show what the page asks for.

    `wanted` may hold "subject", a name or words to follow, with "since", a day as ISO writes it; or
    "source", the id of the briefing to show, the newest if it is not indexed (any more).
    """
    if not assistant.ready:
        return view.pending_html(language, ready=False)
    try:
        generation, _ = assistant.open()
        if not isinstance(generation, Generation):  # on a server: that is for asking alone
            return none_html(language)
        typed = str(wanted.get("subject") or "").strip()
        if typed:
            return _followed(typed, str(wanted.get("since") or ""), generation, language)
        return _glance(str(wanted.get("source") or ""), generation, language)
    except BriefingError as error:
        return view.error_html(error, language)


def _glance(source_id: str, generation: Generation, language: Language) -> str:
    sources = generation.archive.sources()
    if not sources:
        return none_html(language)
    chosen = next((n for n, source in enumerate(sources) if source.id == source_id), 0)
    before = told_before(sources[chosen].id, generation)
    cards = [
        Card(
            quote,
            tuple(names_in(quote.passage.heading)),
            tuple(before.get(quote.passage.section, ())),
        )
        for quote in glance(sources[chosen].id, generation)
    ]
    return glance_html(sources, chosen, cards, language)


def _followed(typed: str, since: str, generation: Generation, language: Language) -> str:
    subject = read_subject(typed)
    if subject is None:
        return notice_html(say(language, "subject_unread", limit=MAX_CHARS), typed, language)
    found = mentions(subject, generation)
    day = _since(since, generation.days)
    before = [each for each in found if not _is_new(each, day)]
    new = [each for each in found if _is_new(each, day)]
    entries = tuple(
        Entry(each, fresh(each, before if _is_new(each, day) else (), generation), each in new)
        for each in found
    )
    return followed_html(
        Followed(
            subject=subject,
            entries=entries,
            since=day,
            days=tuple(generation.days[:-1]),
            names=tuple(new_names(subject, new, before)[:_NAMES]) if before else (),
            changes=tuple(changes(subject, found, generation)),
        ),
        language,
    )


def _since(typed: str, days: Sequence[date]) -> date | None:
    """Return a day of a briefing that is not the last: the one asked for, or the last but one."""
    try:
        asked = date.fromisoformat(typed)
    except ValueError:
        asked = date.max
    return max((day for day in days[:-1] if day <= asked), default=None)


def _is_new(mention: Mention, since: date | None) -> bool:
    return since is not None and mention.published is not None and mention.published > since
