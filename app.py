"""The web chat: `python app.py`, then ask in the browser; every answer quotes its source.

The only file that knows gradio, and one of the few that sees both building and asking. It holds the
layout and the wiring; what is shown is made by `qa.view` and `qa.catalogue`, every word is in
`qa.words`.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypedDict
from urllib.parse import quote

import gradio as gr
from gradio.events import api

from index.build import Summary, build, rollback
from index.errors import BriefingError, IndexMissing
from qa import catalogue, screen, view
from qa.api import Api
from qa.assistant import Assistant
from qa.desk import Desk
from qa.words import EN, KO, Language, for_scripts, language_of, say

EXAMPLES = 4
# Answers take tens of milliseconds each; this many people may be answered at the same moment. One
# at a time is gradio's default, and would let one slow question hold up everybody.
ASKED_AT_ONCE = 16
_ASSETS = Path(view.__file__).parent
_I18N = gr.I18n(ko=KO, en=EN)

Message = dict[str, Any]  # gradio's own shape: {"role": …, "content": …}


class _Quiet(TypedDict):
    show_progress: Literal["hidden"]
    api_visibility: Literal["private"]


# What the page asks for itself: no spinner over the text, and not offered to programs.
_QUIET: _Quiet = {"show_progress": "hidden", "api_visibility": "private"}


class Chat:
    """The handlers: plain functions and generators of what each output shows next."""

    def __init__(self, desk: Desk[Summary]) -> None:
        self.desk = desk

    def respond(
        self,
        question: str,
        history: list[Message],
        scope: str = "",
        request: gr.Request | None = None,
    ) -> Iterator[tuple[Any, Any, Any, str]]:
        """Yield (conversation, question box, scope, hint): that it is read, then the answer."""
        language = _language(request)
        fault = screen.fault(question, language)
        if fault:
            yield gr.skip(), gr.skip(), gr.skip(), view.hint_html(fault, urgent=True)
            return
        hint = view.hint_html(say(language, "hint_keys"))
        asked = [*history, {"role": "user", "content": view.question_html(question.strip())}]
        pending = view.pending_html(language, self.desk.assistant.ready)
        within, kept = screen.scope_of(scope)
        yield [*asked, {"role": "assistant", "content": pending}], "", kept, hint
        try:
            earlier = [view.question_text(message) for message in history]
            answer = self.desk.assistant.ask(question, [text for text in earlier if text], within)
            shown = view.answer_html(answer, language)
        except BriefingError as error:
            shown = view.error_html(error, language)
        yield [*asked, {"role": "assistant", "content": shown}], gr.skip(), gr.skip(), hint

    def open_place(self, link: str, request: gr.Request | None = None) -> str:
        """Show the briefing that a link leads to; the link may be old, or typed by hand."""
        return screen.place_html(self.desk.assistant, link, _language(request))

    def judge(self, said: dict[str, Any], request: gr.Request | None = None) -> str:
        """Keep what a reader says of an answer; return what to tell him."""
        return screen.judged(self.desk.assistant, said, _language(request))

    def greet(self, request: gr.Request | None = None) -> tuple[str, str]:
        """Return what stands below the question box, in the visitor's language."""
        language = _language(request)
        return view.hint_html(say(language, "hint_keys")), view.keep_html(language)

    def refresh(self, request: gr.Request | None = None) -> tuple[Any, ...]:
        """Return (state, chat, build button, sources, timer): the page as things now stand."""
        language = _language(request)
        desk = self.desk
        state = screen.state_html(desk, language)
        sources, settled = desk.sources(), desk.settled()
        examples = desk.assistant.examples(EXAMPLES) if sources else []
        empty = view.empty_html(language)
        return (
            state,
            gr.Chatbot(placeholder=empty, examples=[{"text": example} for example in examples]),
            gr.Button(visible=isinstance(desk.problem, IndexMissing) and desk.step is None),
            catalogue.sources_html(sources, language) if settled else "",
            gr.Timer(active=not settled),
        )

    def rebuild(self, request: gr.Request | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield (progress, *refresh) until the build ends; one under way is only watched."""
        language = _language(request)
        self.desk.start_build()
        while (step := self.desk.step) is not None:
            spent = time.monotonic() - step.since
            shown = catalogue.progress_html(step.stage, step.done, step.total, spent, language)
            yield shown, screen.state_html(self.desk, language), *[gr.skip()] * 4
            time.sleep(0.2)
        yield self._outcome(language), *self.refresh(request)

    def _outcome(self, language: Language) -> str:
        outcome = self.desk.outcome
        if isinstance(outcome, BriefingError):
            return view.error_html(outcome, language)
        if outcome is None:
            return ""
        counts = {
            "sources": outcome.files,
            "sections": outcome.sections,
            "passages": outcome.passages,
        }
        changes = {
            "added": outcome.difference.added,
            "changed": outcome.difference.changed,
            "renamed": [f"{old} → {new}" for old, new in outcome.difference.renamed],
            "removed": outcome.difference.removed,
        }
        return catalogue.summary_html(counts, outcome.seconds, changes, outcome.refused, language)

    def rollback(self, request: gr.Request | None = None) -> tuple[Any, ...]:
        """Go back to the generation before; return (progress, *refresh)."""
        language = _language(request)
        try:
            self.desk.roll_back()
            shown = catalogue.rolled_back_html(language)
        except BriefingError as error:
            shown = view.error_html(error, language)
        return shown, *self.refresh(request)


def page(desk: Desk[Summary]) -> gr.Blocks:
    """Lay the page out and wire it."""
    chat = Chat(desk)
    # Telemetry is gradio's default; both this and the variable set in `main` switch it off, as some
    # of gradio looks only at one of them (read in gradio 6.31, `blocks.py` and `analytics.py`).
    blocks = gr.Blocks(title=KO["product"], analytics_enabled=False, fill_height=True)
    with blocks:
        with gr.Row(elem_id="masthead"):
            _html(f"<h1>{KO['product']}</h1>")
            state = _html(view.state_html("loading", KO["loading"]), "state")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(_I18N("tab_ask"), elem_id="ask"):
                conversation = _conversation()
                make = gr.Button(_I18N("build"), visible=False, variant="primary", elem_id="build")
                _question_box(chat, conversation)
            with gr.Tab(_I18N("tab_index"), elem_id="index"):
                with gr.Row(elem_id="index-tools"):
                    again = gr.Button(_I18N("rebuild"), elem_id="rebuild")
                    back = gr.Button(_I18N("rollback"), elem_id="rollback")
                progress = _html("", "progress")
                sources = _html("", "sources")
        _reader(chat)
        timer = gr.Timer(0.5)
        shown = [state, conversation, make, sources, timer]
        gr.on([blocks.load, timer.tick], chat.refresh, None, shown, queue=False, **_QUIET)
        # A group of its own: a build takes minutes, and everybody who watches it holds a place.
        gr.on(
            [again.click, make.click],
            chat.rebuild,
            None,
            [progress, *shown],
            concurrency_id="rebuild",
            concurrency_limit=8,
            **_QUIET,
        )
        back.click(chat.rollback, None, [progress, *shown], **_QUIET)
        programs = Api(desk.assistant)
        for call in (programs.ask, programs.search, programs.get_source):
            api(_offered(call), api_name=call.__name__)
    blocks.queue(default_concurrency_limit=ASKED_AT_ONCE)
    return blocks


def _offered(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call whose errors gradio tells to the program, rather than that there was one."""

    @functools.wraps(call)
    def told(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the call takes
        try:
            return call(*args, **named)
        except (ValueError, BriefingError) as error:
            raise gr.Error(str(error)) from error

    return told


def _html(value: str, elem_id: str | None = None) -> gr.HTML:
    # Without gradio's own typography, which would put frames around tables and lists.
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def _reader(chat: Chat) -> None:
    # Gradio marks them, so they are no methods.
    def open_place(link: str, request: gr.Request) -> str:
        return chat.open_place(str(link), request)

    def judge(said: dict[str, Any], request: gr.Request) -> str:
        return chat.judge(said, request)

    gr.HTML(
        js_on_load="briefing.reader(element, server.open_place); tools.judgeWith(server.judge);",
        server_functions=[open_place, judge],
        apply_default_css=False,
        elem_id="reader",
    )


def _conversation() -> gr.Chatbot:
    # Messages are our own escaped HTML on one line, so nothing of theirs is read as Markdown; the
    # sanitiser and the lack of LaTeX delimiters are the second lock on the same door.
    return gr.Chatbot(
        label=_I18N("tab_ask"),
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


def _question_box(chat: Chat, conversation: gr.Chatbot) -> None:
    box = gr.Textbox(
        label=_I18N("ask_label"),
        placeholder=_I18N("ask_placeholder"),
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        submit_btn=str(_I18N("send")),
        autofocus=True,
        elem_id="question",
    )
    scope = _scope(chat)
    with gr.Row(elem_id="below"):
        hint = _html(view.hint_html(KO["hint_keys"]), "hint")
        keep = _html(view.keep_html("ko"), "keep")
        new_chat = gr.Button(_I18N("new_chat"), size="sm", elem_id="new-chat")
    inputs, outputs = [box, conversation, scope], [conversation, box, scope, hint]
    gr.on(None, chat.greet, None, [hint, keep], queue=False, **_QUIET)  # when the page opens
    box.submit(chat.respond, inputs, outputs, **_QUIET)
    conversation.example_select(_chosen, None, box, **_QUIET).then(
        chat.respond, inputs, outputs, **_QUIET
    )
    new_chat.click(lambda: [], None, conversation, queue=False, **_QUIET)


def _scope(chat: Chat) -> gr.HTML:
    def programmes(_: str) -> list[str]:  # the page must send something
        return screen.programmes(chat.desk)

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


def _language(request: gr.Request | None) -> Language:
    return language_of(request.headers.get("accept-language") if request else None)


def _head() -> str:
    # The icon is the square of the masthead; a file of its own would be one more thing to serve.
    rect = "<rect width='16' height='16' fill='#9b2226'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'>{rect}</svg>"
    icon = f"data:image/svg+xml,{quote(svg)}"
    words = f"const WORDS = {json.dumps(for_scripts())};"
    scripts = [(_ASSETS / name).read_text(encoding="utf-8") for name in ("view.js", "tools.js")]
    return f'<link rel="icon" href="{icon}"><script>{"".join([words, *scripts])}</script>'


def _theme() -> gr.themes.Base:
    # Fonts of the system only: a web font would be a request that leaves the machine. Colours are
    # variables of view.css; these two are --paper there, and are drawn before that file has come.
    font = ["Pretendard", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic"]
    return gr.themes.Base(
        primary_hue="stone",
        neutral_hue="stone",
        radius_size="sm",
        font=[*font, "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "D2Coding", "NanumGothicCoding", "monospace"],
    ).set(body_background_fill="#fcfbf8", body_background_fill_dark="#141416", block_padding="0px")


def _open(desk: Desk[Summary], build_first: bool) -> None:
    """Load what is there, so that it answers while the folder is indexed again."""
    desk.warm()
    if build_first:
        desk.start_build()


def main(argv: list[str] | None = None) -> int:
    """Serve the chat until interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    index = os.environ.get("BRIEFING_INDEX", "var/index")
    parser.add_argument("--index", type=Path, default=Path(index), help="folder of the index")
    parser.add_argument("--folder", type=Path, default=Path("briefings"), help="briefings to index")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--build", action="store_true", help="index the folder first")
    options = parser.parse_args(argv)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # see `page`
    folder, index = options.folder, options.index
    desk = Desk(
        Assistant(index),
        folder,
        build=lambda note: build(folder, index, progress=note),
        roll_back=lambda: rollback(index),
    )
    threading.Thread(target=_open, args=(desk, options.build), daemon=True).start()
    try:
        blocks = page(desk)
        _, url, _ = blocks.launch(
            server_name=options.host,
            server_port=options.port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            ssr_mode=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=["api"],
            i18n=_I18N,
            theme=_theme(),
            css_paths=_ASSETS / "view.css",
            head=_head(),
        )
    except OSError:
        print(say("ko", "port_taken", host=options.host, port=options.port), file=sys.stderr)
        return 1
    print(say("ko", "serving", url=url), flush=True)
    blocks.block_thread()
    return 0


if __name__ == "__main__":
    sys.exit(main())
