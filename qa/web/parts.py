"""What every part of the page needs of gradio. Knows nothing about what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import gradio as gr

from qa.words import EN, KO, Language, language_of

I18N = gr.I18n(ko=KO, en=EN)


class _Quiet(TypedDict):
    show_progress: Literal["hidden"]
    api_visibility: Literal["private"]


# What the page asks for itself: no spinner over the text, and not offered to programs.
QUIET: _Quiet = {"show_progress": "hidden", "api_visibility": "private"}


class _Building(TypedDict):
    concurrency_id: str
    concurrency_limit: int


# A group of its own: a build takes minutes, and everybody who watches it holds a place.
BUILDING: _Building = {"concurrency_id": "rebuild", "concurrency_limit": 8}


def html(value: str, elem_id: str | None = None) -> gr.HTML:
    """Place our own HTML, without gradio's typography: it puts frames around tables and lists."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def language(request: gr.Request | None) -> Language:
    """Return the language of a visitor's browser; Korean where there is none."""
    headers: Mapping[str, Any] = request.headers if request else {}
    return language_of(headers.get("accept-language"))
