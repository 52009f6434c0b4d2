"""The public contract of `python -m qa --jsonl`: an `Answer` as one JSON object, version 2.

Fields are only ever added within a version; `docs/jsonl.md` describes them for programs. Knows
nothing about streams.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from index.schema import Hit
from qa.answer import Answer, Citation
from qa.scope import Scope, read_scope

VERSION = 2


def answer_fields(answer: Answer, took_ms: float) -> dict[str, Any]:
    """Return what is written for an answer: hits best first, citations best first."""
    return {
        "version": VERSION,
        "understood_as": answer.understood_as,
        "status": answer.status,
        "confidence": round(answer.confidence, 4),
        "sure": answer.sure,
        "text": answer.text,
        "by": answer.by,
        "citations": [_citation(citation) for citation in answer.citations],
        "hits": [hit_fields(hit) for hit in answer.hits],
        "missing": list(answer.missing),
        "suggestion": answer.suggestion,
        "took_ms": round(took_ms, 2),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    source = citation.passage.source
    return {
        "source": source.id,
        "title": source.title,
        "published": source.published.isoformat() if source.published else None,
        "heading": citation.passage.heading,
        "quote": citation.quote,
        "start": citation.span.start,
        "end": citation.span.end,
        "passage_id": citation.passage.id,
    }


def hit_fields(hit: Hit) -> dict[str, Any]:
    """Return what is written for a passage that was found."""
    return {
        "source": hit.passage.source.id,
        "heading": hit.passage.heading,
        "start": hit.passage.span.start,
        "end": hit.passage.span.end,
        "text": hit.passage.text,
        "score": round(hit.score, 6),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "passage_id": hit.passage.id,
    }


class Request(NamedTuple):
    """What one input line asks; `history` are the earlier questions, the oldest first."""

    id: Any
    question: str
    history: list[str]
    scope: Scope


def read_request(line: str) -> Request:
    """Read one input line.

    The id may be any JSON value; it is written back as it came. Raises `ValueError` saying what is
    wrong.
    """
    try:
        request = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(request, dict):
        raise ValueError('not an object like {"id": 1, "question": "…"}')
    question = request.get("question")
    if not isinstance(question, str):
        raise BadRequest(request.get("id"), 'no "question" with a text')
    history = request.get("history", [])
    if not isinstance(history, list) or not all(isinstance(each, str) for each in history):
        raise BadRequest(request.get("id"), '"history" is not a list of texts')
    try:
        scope = read_scope(
            since=_text(request, "since"),
            until=_text(request, "until"),
            programme=_text(request, "programme"),
            source=_text(request, "source"),
        )
    except ValueError as error:
        raise BadRequest(request.get("id"), str(error)) from None
    return Request(request.get("id"), question, history, scope)


def _text(request: dict[str, Any], name: str) -> str:
    """Return the text under a name; "" where there is none or null."""
    text = request.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ValueError(f'"{name}" is not a text')
    return text


class BadRequest(ValueError):
    """A line that has an id, but can't be answered."""

    def __init__(self, identity: Any, reason: str) -> None:  # noqa: ANN401 - any JSON value
        super().__init__(reason)
        self.identity = identity
