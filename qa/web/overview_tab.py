"""The tab that shows a briefing at a glance, or a name across briefings."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.assistant import Assistant
from qa.overview.screen import overview_html
from qa.web.parts import language


def overview_tab(assistant: Assistant) -> None:
    """Place the tab; the page asks for what it shows by itself."""

    def show(wanted: dict[str, Any], request: gr.Request) -> str:
        return overview_html(assistant, wanted, language(request))

    gr.HTML(
        js_on_load="overview(element, server.show)",
        server_functions=[show],
        apply_default_css=False,
        elem_id="overview",
    )
