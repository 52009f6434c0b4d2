"""The tab where one asks: conversation, question box, scope, and the reader beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from index.errors import BriefingError
from qa import screen, view
from qa.answer import Answer
from qa.desk import Desk
from qa.web.parts import I18N, QUIET, html, language
from qa.words import KO, say

FOLLOW_UPS = 3

Message = dict[str, Any]  # gradio's own shape: {"role": …, "content": …}


class Asking:
    """The handlers: plain functions and generators of what each output shows next."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def respond(
        self,
        question: str,
        history: list[Message],
        scope: str = "",
        request: gr.Request | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield (conversation, question box, scope, hint, answer): that it is read, then all."""
        lang = language(request)
        same = gr.skip()
        before = [_left(message) for message in history]
        # What is sent ends the writing, even if it is no question.
        left = same if before == history else before
        if history and not question.strip():
            # Enter pressed twice: the first time sent the question and emptied the box.
            yield left, same, same, same, None
            return
        fault = screen.fault(question, lang)
        if fault:
            yield left, same, same, view.hint_html(fault, urgent=True), None
            return
        hint = view.hint_html(say(lang, "hint_keys"))
        asked = [*before, {"role": "user", "content": view.question_html(question.strip())}]
        pending = view.pending_html(lang, self.desk.assistant.ready)
        within, kept = screen.scope_of(scope)
        yield [*asked, _said(pending)], "", kept, hint, None
        try:
            earlier = [view.question_text(message) for message in history]
            answer = self.desk.ask(question, [text for text in earlier if text], within)
        except BriefingError as error:
            yield [*asked, _said(view.error_html(error, lang))], same, same, hint, None
            return
        yield [*asked, _said(view.answer_html(answer, lang))], same, same, hint, answer

    def write(
        self, history: list[Message], answer: Answer | None, request: gr.Request | None = None
    ) -> Iterator[Any]:
        """Yield the conversation with what the language model writes about its last answer.

        Apart from `respond`, so that a new question need not wait for it: it ends the writing.
        """
        yield gr.skip()  # else gradio empties the conversation when nothing else comes (6.31)
        lang = language(request)
        for grown in self.desk.writer.write(answer) if answer and self.desk.writer else ():
            yield [*history[:-1], _said(view.answer_html(grown, lang))]

    def follow_ups(self, links: list[str], request: gr.Request | None = None) -> str:
        """Offer what to ask next, after an answer whose passages these links lead to, best first.

        The page asks for it once the answer is there: finding it takes longer than answering, and
        gradio sends no further question before `respond` is done.
        """
        return screen.follow_ups_html(self.desk.assistant, links, FOLLOW_UPS, language(request))

    def open_place(self, link: str, request: gr.Request | None = None) -> str:
        """Show the briefing that a link leads to; the link may be old, or typed by hand."""
        return screen.place_html(self.desk.assistant, link, language(request))

    def judge(self, said: dict[str, Any], request: gr.Request | None = None) -> str:
        """Keep what a reader says of an answer; return what to tell him."""
        return screen.judged(self.desk.assistant, said, language(request))

    def greet(self, request: gr.Request | None = None) -> tuple[str, str]:
        """Return what stands below the question box, in the visitor's language."""
        lang = language(request)
        return view.hint_html(say(lang, "hint_keys")), view.keep_html(lang)


def _said(shown: str) -> Message:
    return {"role": "assistant", "content": shown}


def _left(message: Message) -> Message:
    """Return a message as it is once nobody writes it any more."""
    shown = view.content_of(message)
    left = view.left_html(shown)
    return message if left == shown else {**message, "content": left}


def conversation() -> gr.Chatbot:
    """Place the conversation.

    Messages are our own escaped HTML on one line, so nothing of theirs is read as Markdown; the
    sanitiser and the lack of LaTeX delimiters are the second lock on the same door.
    """
    return gr.Chatbot(
        label=I18N("tab_ask"),
        show_label=False,
        container=False,
        elem_id="conversation",
        placeholder=view.empty_html("ko"),
        layout="panel",
        buttons=[],
        height=None,
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        feedback_options=None,
        autoscroll=False,
        scale=1,
    )


def question_box(desk: Desk, talk: gr.Chatbot) -> None:
    """Place the question box and what belongs to it, below the conversation."""
    asking = Asking(desk)
    box = gr.Textbox(
        label=I18N("ask_label"),
        placeholder=I18N("ask_placeholder"),
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        submit_btn=str(I18N("send")),
        autofocus=True,
        elem_id="question",
    )
    scope = _scope(desk)
    with gr.Row(elem_id="below"):
        hint = html(view.hint_html(KO["hint_keys"]), "hint")
        keep = html(view.keep_html("ko"), "keep")
        new_chat = gr.Button(I18N("new_chat"), size="sm", elem_id="new-chat")
    answer = gr.State(None)
    inputs, outputs = [box, talk, scope], [talk, box, scope, hint, answer]
    gr.on(None, asking.greet, None, [hint, keep], queue=False, **QUIET)  # when the page opens
    # Else what is sent while an answer comes, or in the moment after it, would be lost.
    sent = box.submit(asking.respond, inputs, outputs, trigger_mode="always_last", **QUIET)
    chosen = talk.example_select(_chosen, None, box, **QUIET)
    begun = chosen.then(asking.respond, inputs, outputs, **QUIET)
    # "multiple", as gradio goes on counting what was ended as under way (6.31).
    written = [
        each.then(asking.write, [talk, answer], talk, trigger_mode="multiple", **QUIET)
        for each in (sent, begun)
    ]
    asked_anew = [box.submit, talk.example_select, new_chat.click]
    gr.on(asked_anew, None, cancels=written, queue=False)
    new_chat.click(lambda: [], None, talk, queue=False, **QUIET)


def reader(desk: Desk) -> None:
    """Place the pane that opens a briefing at a quote."""
    asking = Asking(desk)

    # Gradio marks them, so they are no methods.
    def open_place(link: str, request: gr.Request) -> str:
        return asking.open_place(str(link), request)

    def judge(said: dict[str, Any], request: gr.Request) -> str:
        return asking.judge(said, request)

    def follow_ups(links: list[str], request: gr.Request) -> str:
        return asking.follow_ups(list(map(str, links)), request)

    gr.HTML(
        js_on_load="briefing.reader(element, server.open_place); tools.serve(server);",
        server_functions=[open_place, judge, follow_ups],
        apply_default_css=False,
        elem_id="reader",
    )


def _scope(desk: Desk) -> gr.HTML:
    def programmes(_: str) -> list[str]:  # the page must send something
        return screen.programmes(desk)

    return gr.HTML(
        "",
        html_template="",  # `tools.scope` draws it; the value is what it holds
        js_on_load="tools.scope(element, props, watch, server.programmes)",
        server_functions=[programmes],
        apply_default_css=False,
        elem_id="scope",
    )


def _chosen(event: gr.SelectData) -> str:
    return str(event.value["text"])
