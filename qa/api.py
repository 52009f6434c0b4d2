"""What programs can ask the running chat: `ask`, `search`, `get_source`; see `docs/api.md`.

Each takes and returns plain JSON values. Knows nothing about the web framework that offers it.
"""

from __future__ import annotations

import time
from typing import Any

from index.schema import Briefing
from qa.assistant import Assistant
from qa.protocol import answer_fields, hit_fields
from qa.question import MAX_CHARS
from qa.scope import read_scope


class Api:
    """The calls; each raises `ValueError` for what can't be asked, and what opening does."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def ask(self, question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question from the briefings with whole sentences, quoted word for word.

        `history` are the earlier questions of a conversation, oldest first.
        """
        started = time.perf_counter()
        answer = self.assistant.ask(_asked(question), [_asked(each) for each in history or []])
        return answer_fields(answer, (time.perf_counter() - started) * 1000)

    def search(
        self,
        question: str,
        limit: int = 10,
        since: str = "",
        until: str = "",
        programme: str = "",
        source: str = "",
    ) -> list[dict[str, Any]]:
        """Return up to `limit` (at most 10) passages that a question finds, best first.

        They are what was found, and not an answer. `since` and `until` (like 2024-04-23),
        `programme` and `source` narrow the search; "" narrows nothing.
        """
        if limit < 1:
            raise ValueError(f'"limit" is {limit}; it must be 1 or more')
        scope = read_scope(since, until, programme, source)
        hits = self.assistant.ask(_asked(question), (), scope).hits
        return [hit_fields(hit) for hit in hits[: int(limit)]]

    def get_source(self, source: str) -> dict[str, Any]:
        """Return a whole briefing by its id, a path as `ask` and `search` name it.

        Its text is the one that all `start` and `end` count in.
        """
        briefing = self.assistant.briefing(source)
        if briefing is None:
            raise ValueError(f'no briefing "{source}" is indexed')
        return _briefing(briefing)


def _asked(question: str) -> str:
    if not question.strip():
        raise ValueError("the question is empty")
    if len(question) > MAX_CHARS:
        raise ValueError(f"the question has {len(question)} characters, over {MAX_CHARS}")
    return question


def _briefing(briefing: Briefing) -> dict[str, Any]:
    source = briefing.source
    return {
        "source": source.id,
        "title": source.title,
        "published": source.published.isoformat() if source.published else None,
        "programme": source.programme,
        "anchor": source.anchor,
        "text": briefing.text,
        "segments": [
            {"heading": section.heading, "start": section.span.start, "end": section.span.end}
            for section in briefing.sections
        ],
    }
