"""The tab that lists what is indexed, takes in new briefings, and rebuilds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import BriefingError
from qa import catalogue, screen, view
from qa.desk import Desk
from qa.web.parts import BUILDING, I18N, QUIET, html, language
from qa.words import Language

LISTED = 50  # briefings at a time


class Indexing:
    """The handlers: plain functions and generators of what each output shows next."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def find(
        self, words: str, listed: int = LISTED, request: gr.Request | None = None
    ) -> tuple[str, Any]:
        """Return (list, its button for more): the briefings that hold these words."""
        return listing(self.desk, words, listed, language(request))

    def rebuild(self, request: gr.Request | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield (progress, stop button, timer) until the build ends; one under way is watched."""
        lang = language(request)
        self.desk.start_build()
        yield from self.follow(lang)

    def follow(self, lang: Language) -> Iterator[tuple[Any, ...]]:
        """Yield the same of the build that is under way."""
        while (step := self.desk.step) is not None:
            spent = time.monotonic() - step.since
            shown = catalogue.progress_html(step.stage, step.done, step.total, spent, lang)
            yield shown, gr.Button(visible=True), gr.Timer(active=True)
            time.sleep(0.2)
        yield screen.outcome_html(self.desk, lang), gr.Button(visible=False), gr.Timer(active=True)

    def rollback(self, request: gr.Request | None = None) -> tuple[Any, ...]:
        """Go back to the generation before; return (progress, timer)."""
        lang = language(request)
        try:
            self.desk.roll_back()
            shown = catalogue.rolled_back_html(lang)
        except BriefingError as error:
            shown = view.error_html(error, lang)
        return shown, gr.Timer(active=True)

    def watch(self, on: bool) -> Any:  # noqa: ANN401 - whatever gradio makes of a timer
        """Begin or end to index every change by itself; return the timer that shows it."""
        self.desk.watch(on)
        return gr.Timer(active=True)

    def look(
        self, files: list[str] | None, pasted: str, request: gr.Request | None = None
    ) -> tuple[str, Any]:
        """Return (preview, take-in button): what was read of files and pasted text."""
        offers = self.desk.keeper.look(list(map(Path, files or [])), pasted)
        readable = any(offer.briefing for offer in offers)
        return catalogue.offers_html(offers, language(request)), gr.Button(visible=readable)

    def take(
        self, files: list[str] | None, pasted: str, request: gr.Request | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Put them into the folder and index it.

        Yields (files, pasted text, preview, take-in button, progress, stop button, timer).
        """
        lang = language(request)
        keeper = self.desk.keeper
        try:
            keeper.take(keeper.look(list(map(Path, files or [])), pasted))
        except BriefingError as error:
            yield *[gr.skip()] * 2, view.error_html(error, lang), *[gr.skip()] * 4
            return
        yield None, "", "", gr.Button(visible=False), *[gr.skip()] * 3
        self.desk.start_build()
        for shown in self.follow(lang):
            yield *[gr.skip()] * 4, *shown


def listing(desk: Desk, words: str, listed: int, lang: Language) -> tuple[str, Any]:
    """Return (list, its button for more): `listed` of the briefings that hold these words."""
    shown, more = screen.sources_html(desk, words, listed, lang)
    return shown, gr.Button(visible=more)


class IndexTab:
    """The tab as it is laid out: what other parts of the page show anew, or wire."""

    def __init__(self, desk: Desk, timer: gr.Timer, may_change: bool) -> None:
        """Place the tab; where visitors may not change the index, only its list.

        Nothing that changes it is wired then, so that no request can.
        """
        self.indexing = Indexing(desk)
        with gr.Column(visible=may_change, elem_id="change"):
            with gr.Row(elem_id="index-tools"):
                again = gr.Button(I18N("rebuild"), elem_id="rebuild")
                stop = gr.Button(I18N("stop"), elem_id="stop", variant="stop", visible=False)
                back = gr.Button(I18N("rollback"), elem_id="rollback")
                self.watching = gr.Checkbox(label=I18N("watch"), container=False, elem_id="watch")
            progress = html("", "progress")
            self.built = [progress, stop, timer]  # what `Indexing.rebuild` shows
            self._intake(may_change)
        self._list()
        if may_change:
            again.click(self.indexing.rebuild, None, self.built, **BUILDING, **QUIET)
            stop.click(desk.cancel, None, None, queue=False, **QUIET)
            back.click(self.indexing.rollback, None, [progress, timer], **QUIET)
            self.watching.input(self.indexing.watch, self.watching, timer, **QUIET)

    def _intake(self, may_change: bool) -> None:
        with gr.Accordion(I18N("intake"), open=False, elem_id="intake"):
            with gr.Row():
                files = gr.File(label=I18N("intake_files"), file_count="multiple", height=150)
                pasted = gr.Textbox(label=I18N("intake_paste"), lines=5, max_lines=12)
            look = gr.Button(I18N("intake_look"), elem_id="look")
            preview = html("", "preview")
            take = gr.Button(I18N("intake_take"), visible=False, variant="primary", elem_id="take")
        if not may_change:
            return
        inputs = [files, pasted]
        look.click(self.indexing.look, inputs, [preview, take], **QUIET)
        outputs = [*inputs, preview, take, *self.built]
        take.click(self.indexing.take, inputs, outputs, **BUILDING, **QUIET)
        # What has changed since it was looked at is not taken in unseen.
        gr.on(
            [files.change, pasted.change],
            lambda: ("", gr.Button(visible=False)),
            None,
            [preview, take],
            queue=False,
            **QUIET,
        )

    def _list(self) -> None:
        label = I18N("find")
        self.words = gr.Textbox(
            "", label=label, placeholder=label, show_label=False, container=False, elem_id="find"
        )
        self.sources = html("", "sources")
        # Not a `gr.State`, for which every page keeps a connection open (gradio 6.31).
        self.listed = gr.Number(LISTED, precision=0, visible=False)
        self.more = gr.Button(I18N("more"), visible=False, size="sm", elem_id="more")
        asked, outputs = [self.words, self.listed], [self.sources, self.more]
        self.words.change(lambda: LISTED, None, self.listed, queue=False, **QUIET).then(
            self.indexing.find, asked, outputs, **QUIET
        )
        self.more.click(
            lambda count: count + LISTED, self.listed, self.listed, queue=False, **QUIET
        ).then(self.indexing.find, asked, outputs, **QUIET)
