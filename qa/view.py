"""What the chat shows: an `Answer` or an error as HTML, never to be mixed up.

Every piece is one line that opens with a block tag, so that a Markdown renderer passes it on as it
is; all text goes through `escape` and the words are those of `qa.words`. Knows nothing about the
web framework, nor where answers come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Any

from index.errors import BriefingError
from index.schema import Hit, Passage, Source, Span
from qa.answer import Answer, Citation, Period
from qa.markup import Place, escape, marked
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
        _source(number, citations, why.get(identity), language, folded=len(found) > _UNFOLDED)
        for number, (identity, citations) in enumerate(found.items(), start=1)
    )
    quotes = "".join(_quotes(n, each) for n, each in enumerate(found.values(), start=1))
    others = [hit.passage for hit in answer.hits if hit.passage.id not in found][:_OTHERS]
    return (
        f'<article class="answer"><div class="quotes">{_read_as(answer, language)}'
        f"{_step(answer, language)}{said}{quotes}</div>"
        f'<div class="cited" role="group" aria-label="{escape(say(language, "cited"))}">'
        f'{sources}</div><div class="more">{_tools(answer, language)}'
        f"{_cards('further', others, language)}</div></article>"
    )


def _written(answer: Answer, language: Language) -> str:
    """Show what a language model has written so far, marked as such, and what went wrong."""
    told = [f'<p class="author">{escape(say(language, "written"))}</p>']
    for statement in answer.statements:
        number = _number(statement.number)
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
    return f'<p class="period">{told} {_button("any-day", "any_day", language)}</p>'


def _button(look: str, key: str, language: Language) -> str:
    return f'<button type="button" class="{look}">{escape(say(language, key))}</button>'


def _tools(answer: Answer, language: Language) -> str:
    """Offer to copy the answer, and to say whether it is right."""
    tools = [("right", "judge_right"), ("wrong", "judge_wrong")]
    if answer.citations:
        tools = [("copy", "copy_answer"), *tools]
    shown = "".join(_button(look, key, language) for look, key in tools)
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
    shown = "".join(_button(look, key, language) for look, key in looks)
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
        f"{_cards('nearest', nearest, language)}</section>"
    )


def _suggestion(answer: Answer, language: Language) -> str:
    if not answer.suggestion:
        return ""
    ask = f'<button type="button" class="ask-this">{escape(answer.suggestion)}</button>'
    return f'<p class="suggestion">{escape(say(language, "suggestion"))} {ask}</p>'


_UNFOLDED = 3  # passages of an answer to a question; a whole briefing has more
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"  # as many as `qa.digest` quotes at most


def _number(number: int) -> str:
    return f'<span class="number">{_NUMBERS[number - 1]}</span>'


def _quotes(number: int, citations: Sequence[Citation]) -> str:
    quotes = "".join(f"<p>{escape(citation.quote)}</p>" for citation in citations)
    return f'<div class="quoted">{_number(number)}<blockquote>{quotes}</blockquote></div>'


def _source(
    number: int, citations: Sequence[Citation], hit: Hit | None, language: Language, folded: bool
) -> str:
    passage = citations[0].passage
    marks = [citation.span for citation in citations]
    whole = f'<div class="passage">{_passage(passage, marks)}</div>'
    if folded:  # of a whole briefing, one reads the quotes
        title = escape(say(language, "whole_passage"))
        whole = f'<details class="folded"><summary>{title}</summary>{whole}</details>'
    return (
        f'<section class="source"><p class="cite">{_number(number)} '
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


def _cards(title: str, passages: Sequence[Passage], language: Language) -> str:
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
    judge = f" {_button('this-one', 'judge_this', language)}" if this_one else ""
    return (
        f'<p class="open"><a href="{link}">{escape(say(language, "open"))}</a> '
        f"{_button('copy-link', 'copy_link', language)}{judge}</p>"
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
