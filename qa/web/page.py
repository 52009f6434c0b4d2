"""The page as a whole: masthead, tabs, reader, what programs can call; its style and scripts."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
from gradio.events import api

from index.errors import BriefingError, IndexMissing
from qa import screen, view
from qa.api import Api
from qa.desk import Desk
from qa.web.ask_tab import conversation, question_box, reader
from qa.web.index_tab import LISTED, IndexTab, listing
from qa.web.overview_tab import overview_tab
from qa.web.parts import BUILDING, I18N, QUIET, html, language
from qa.words import KO, for_scripts

EXAMPLES = 4
# Answers take tens of milliseconds each; this many people may be answered at the same moment. One
# at a time is gradio's default, and would let one slow question hold up everybody.
ASKED_AT_ONCE = 16
# How often a page looks at what happens, in seconds: while something is loaded or built; and while
# a folder is only watched.
_SOON, _LATER = 0.5, 5.0
_ASSETS = Path(__file__).parent
_SCRIPTS = ("view.js", "tools.js", "overview.js")
STYLES = [_ASSETS / "view.css", _ASSETS / "overview.css"]


def serve(
    desk: Desk,
    host: str,
    port: int,
    *,
    login: tuple[str, str] | None,
    may_change: bool,
    mcp: bool,
    max_bytes: int,
) -> tuple[gr.Blocks, str]:
    """Serve the page in the background; return it and its address.

    `login` is the name and the password that visitors need, `max_bytes` the size of the largest
    file that they may add. Raises `OSError` where it can't listen.
    """
    blocks = page(desk, may_change)
    _, url, _ = blocks.launch(
        server_name=host,
        server_port=port,
        auth=login,
        max_file_size=max_bytes,
        mcp_server=mcp,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=["api"],
        i18n=I18N,
        theme=theme(),
        css_paths=STYLES,
        head=head(),
    )
    return blocks, url


def page(desk: Desk, may_change: bool = True) -> gr.Blocks:
    """Lay the page out and wire it; visitors rebuild and add to the index only if they may."""

    # Telemetry is gradio's default; both this and the variable that `app` sets switch it off, as
    # some of gradio looks only at one of them (read in gradio 6.31, `blocks.py`, `analytics.py`).
    def now(words: str, listed: int, request: gr.Request) -> tuple[Any, ...]:
        return refresh(desk, may_change, words, listed, request)

    blocks = gr.Blocks(title=KO["product"], analytics_enabled=False, fill_height=True)
    with blocks:
        with gr.Row(elem_id="masthead"):
            html(f"<h1>{KO['product']}</h1>")
            state = html(view.state_html("loading", KO["loading"]), "state")
        timer = gr.Timer(_SOON)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(I18N("tab_ask"), elem_id="ask"):
                talk = conversation()
                make = gr.Button(I18N("build"), visible=False, variant="primary", elem_id="build")
                question_box(desk, talk)
            with gr.Tab(I18N("tab_overview"), elem_id="glance"):
                overview_tab(desk.assistant)
            with gr.Tab(I18N("tab_index"), elem_id="index"):
                tab = IndexTab(desk, timer, may_change)
        reader(desk)
        refreshed = [state, talk, make, tab.sources, tab.more, tab.watching, timer]
        gr.on(
            [blocks.load, timer.tick],
            now,
            [tab.words, tab.listed],
            refreshed,
            queue=False,
            **QUIET,
        )
        if may_change:
            make.click(tab.indexing.rebuild, None, tab.built, **BUILDING, **QUIET)
        programs = Api(desk.assistant)
        for call in (programs.ask, programs.search, programs.get_source):
            api(_offered(call), api_name=call.__name__)
    blocks.queue(default_concurrency_limit=ASKED_AT_ONCE)
    return blocks


def refresh(
    desk: Desk,
    may_change: bool,
    words: str = "",
    listed: int = LISTED,
    request: gr.Request | None = None,
) -> tuple[Any, ...]:
    """Return (state, chat, build button, list, its button, watch switch, timer): as it now stands.

    `words` and `listed` are what of the list of briefings is looked at.
    """
    lang = language(request)
    state = screen.state_html(desk, lang)
    examples = desk.assistant.examples(EXAMPLES) if desk.counts() else []
    offered = may_change and isinstance(desk.problem, IndexMissing) and desk.step is None
    return (
        state,
        gr.Chatbot(
            placeholder=view.empty_html(lang),
            examples=[{"text": example} for example in examples],
        ),
        gr.Button(visible=offered),
        *listing(desk, words, listed, lang),
        gr.Checkbox(value=desk.watching),
        gr.Timer(_SOON if desk.step or not desk.watching else _LATER, active=not desk.settled()),
    )


def _offered(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call whose errors gradio tells to the program, rather than that there was one."""

    @functools.wraps(call)
    def told(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the call takes
        try:
            return call(*args, **named)
        except (ValueError, BriefingError) as error:
            raise gr.Error(str(error)) from error

    return told


def head() -> str:
    """Return what the page's head gets: the icon, the words and the scripts."""
    # The icon is the square of the masthead; a file of its own would be one more thing to serve.
    rect = "<rect width='16' height='16' fill='#9b2226'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'>{rect}</svg>"
    icon = f"data:image/svg+xml,{quote(svg)}"
    words = f"const WORDS = {json.dumps(for_scripts())};"
    scripts = [(_ASSETS / name).read_text(encoding="utf-8") for name in _SCRIPTS]
    return f'<link rel="icon" href="{icon}"><script>{"".join([words, *scripts])}</script>'


def theme() -> gr.themes.Base:
    """Return the theme: fonts of the system, and the paper until our style has come."""
    # A web font would be a request that leaves the machine. Colours are variables of view.css;
    # these two are --paper there, and are drawn before that file has come.
    font = ["Pretendard", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic"]
    return gr.themes.Base(
        primary_hue="stone",
        neutral_hue="stone",
        radius_size="sm",
        font=[*font, "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "D2Coding", "NanumGothicCoding", "monospace"],
    ).set(body_background_fill="#fcfbf8", body_background_fill_dark="#141416", block_padding="0px")
