"""What the chat shows: an `Answer` or an error as HTML, never to be mixed up.

Every piece is one line that opens with a block tag, so that a Markdown renderer passes it on as it
is; all text goes through `escape` and the words are those of `qa.words`. Knows nothing about the
web framework, nor where answers come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from index.errors import BriefingError
from qa.answer import Answer, Citation, Period
from qa.markup import escape
from qa.sources import button_html, cards_html, number_html, source_html
from qa.words import Language, day, error_sentence, say

# Cards beside an answer, and below a "not found", where more would look like an answer after all.
_OTHERS = 5
_NEAREST = 3


def question_html(question: str) -> str:
    """Show a question exactly as it was typed."""
    return f'<div class="asked">{escape(question)}</div>'


_ASKED = re.compile('<div class="asked">(.*)</div>', re.DOTALL)


def content_of(message: Mapping[str, Any]) -> str:
    """Return what a message of the conversation shows, as HTML."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)  # as the browser sends it back


def question_text(message: Mapping[str, Any]) -> str:
    """Return the question of a message of the conversation, "" if it is none."""
    asked = _ASKED.fullmatch(content_of(message))
    return unescape(asked[1]) if asked and message["role"] == "user" else ""


def pending_html(language: Language, ready: bool) -> str:
    """Say that an answer is on its way."""
    return f'<div class="pending">{escape(say(language, "reading" if ready else "waiting"))}</div>'


def answer_html(answer: Answer, language: Language) -> str:
    """Show an answer: its quotes, then the passages of their numbers, then more to read, folded.

    Three parts, so that the passages can stand beside the others where there is room.
    """
    if answer.status == "no_evidence":
        return _not_found(answer, language)
    found: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        found.setdefault(citation.passage.id, []).append(citation)
    why = {hit.passage.id: hit for hit in answer.hits}
    said = _written(answer, language) if answer.by == "llm" else ""
    sources = "".join(
        source_html(number, citations, why.get(identity), language, folded=len(found) > _UNFOLDED)
        for number, (identity, citations) in enumerate(found.items(), start=1)
    )
    quotes = "".join(_quotes(n, each) for n, each in enumerate(found.values(), start=1))
    others = [hit.passage for hit in answer.hits if hit.passage.id not in found][:_OTHERS]
    return (
        f'<article class="answer"><div class="quotes">{_read_as(answer, language)}'
        f"{_step(answer, language)}{said}{quotes}</div>"
        f'<div class="cited" role="group" aria-label="{escape(say(language, "cited"))}">'
        f'{sources}</div><div class="more">{_tools(answer, language)}'
        f"{cards_html('further', others, language)}</div></article>"
    )


_UNFOLDED = 3  # passages of an answer to a question; a whole briefing has more


def _quotes(number: int, citations: Sequence[Citation]) -> str:
    quotes = "".join(f"<p>{escape(citation.quote)}</p>" for citation in citations)
    return f'<div class="quoted">{number_html(number)}<blockquote>{quotes}</blockquote></div>'


def _written(answer: Answer, language: Language) -> str:
    """Show what a language model has written so far, marked as such, and what went wrong."""
    told = [f'<p class="author">{escape(say(language, "written"))}</p>']
    for statement in answer.statements:
        number = number_html(statement.number)
        text = f"<bdi>{escape(statement.text)}</bdi>"
        if statement.quoted:
            why = escape(say(language, "written_quoted"))
            text = f"<q>{text}</q> <small>({why})</small>"
        told.append(f"<p>{text} {number}</p>")
    if not answer.statements:
        told = []
    if answer.failure:
        reason = say(language, f"llm_{answer.failure.code}", detail=answer.failure.detail)
        told.append(f'<p class="author">{escape(say(language, "llm_failed", reason=reason))}</p>')
    elif not answer.done:
        told.append(f'<p class="pending">{escape(say(language, "writing"))}</p>')
    return f'<section class="said">{" ".join(told)}</section>'


_WRITING = re.compile('<p class="pending">[^<]*</p>')


def left_html(shown: str) -> str:
    """Return an answer as it stands when nobody writes on it any more."""
    return _WRITING.sub("", shown)


def _read_as(answer: Answer, language: Language) -> str:
    """Say how a question was read: with an earlier one that it leans on, on which days."""
    said = ""
    if answer.understood_as not in ("", answer.question):
        read = say(language, "understood_as", question=answer.understood_as)
        said = f'<p class="understood">{escape(read)}</p>'
    return said + _period(answer.period, language)


def _period(period: Period | None, language: Language) -> str:
    """Show the days that were searched as a chip that takes them away."""
    if period is None:
        return ""
    days = say(language, "period_none")
    if period.first and period.last:
        ends = dict.fromkeys((day(language, period.first), day(language, period.last)))
        days = " – ".join(ends)
    told = escape(say(language, "period", phrase=period.phrase, days=days))
    return f'<p class="period">{told} {button_html("any-day", "any_day", language)}</p>'


def _tools(answer: Answer, language: Language) -> str:
    """Offer to copy the answer, and to say whether it is right."""
    tools = [("right", "judge_right"), ("wrong", "judge_wrong")]
    if answer.citations:
        tools = [("copy", "copy_answer"), *tools]
    shown = "".join(button_html(look, key, language) for look, key in tools)
    return f'<p class="tools">{shown}</p>'


def _step(answer: Answer, language: Language) -> str:
    """Say that what follows may not be the answer, if so."""
    if answer.sure:
        return ""
    return f'<p class="related">{escape(say(language, "only_related"))}</p>'


def follow_ups_html(questions: Sequence[str], language: Language) -> str:
    """Offer questions that can be asked next, each with a click."""
    if not questions:
        return ""
    asks = "".join(
        f'<li><button type="button" class="ask-this">{escape(question)}</button></li>'
        for question in questions
    )
    title = escape(say(language, "follow_ups"))
    return f'<section class="follow-ups"><h2>{title}</h2><ul>{asks}</ul></section>'


def error_html(error: BriefingError, language: Language) -> str:
    """Show that something went wrong; never looks like an answer, nor like a missing one."""
    return (
        f'<section class="failure" role="alert"><h2>{escape(say(language, "failed_title"))}</h2>'
        f"<p>{escape(error_sentence(error, language))}</p></section>"
    )


def state_html(kind: str, text: str) -> str:
    """Show the line that says whether questions can be answered; `kind` is its look."""
    return f'<p class="state {kind}" role="status">{escape(text)}</p>'


def hint_html(text: str, urgent: bool = False) -> str:
    """Show the line below the question box."""
    return f'<p class="hint{" urgent" if urgent else ""}" role="status">{escape(text)}</p>'


def keep_html(language: Language) -> str:
    """Show what a conversation can be kept as."""
    looks = [("save-markdown", "save_markdown"), ("save-json", "save_json"), ("print", "print")]
    shown = "".join(button_html(look, key, language) for look, key in looks)
    return f'<p class="keep">{shown}</p>'


def empty_html(language: Language) -> str:
    """Show what a chat without questions says."""
    title, text = say(language, "empty_title"), say(language, "empty_text")
    return f'<div class="empty"><h2>{escape(title)}</h2><p>{escape(text)}</p></div>'


def _not_found(answer: Answer, language: Language) -> str:
    nearest = [hit.passage for hit in answer.hits][:_NEAREST]
    why = say(language, "none_text")
    if answer.missing:
        why = say(language, "none_missing", names=", ".join(answer.missing))
    return (
        f'<section class="not-found"><h2>{escape(say(language, "none_title"))}</h2>'
        f"<p>{escape(why)}</p>{_suggestion(answer, language)}"
        f"{_read_as(answer, language)}{_tools(answer, language)}"
        f"{cards_html('nearest', nearest, language)}</section>"
    )


def _suggestion(answer: Answer, language: Language) -> str:
    if not answer.suggestion:
        return ""
    ask = f'<button type="button" class="ask-this">{escape(answer.suggestion)}</button>'
    return f'<p class="suggestion">{escape(say(language, "suggestion"))} {ask}</p>'
