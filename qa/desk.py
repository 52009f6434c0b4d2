"""What all visitors of the chat share: the assistant, and at most one build under way.

The chat stays open while things load or are built; here is kept how far that is, what came of it
and what is in the way. It knows nothing about screens, words or the web framework, nor how an index
is built: that side comes as a `Keeper`.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from index.errors import BriefingError, BuildCancelled, IndexBusy
from index.reports import Offer, Summary
from qa.answer import Answer
from qa.assistant import Assistant
from qa.conversation import ordinal, subject
from qa.llm.writer import Writer
from qa.replay import Replay
from qa.scope import Scope

# (stage, done, total); what it raises ends the build.
Note = Callable[[str, int, int], None]


class Keeper(Protocol):
    """The folder of briefings that is indexed, and what can be done to its index."""

    folder: Path

    def build(self, note: Note) -> tuple[Summary, Replay]:
        """Index the folder, and ask saved questions again."""

    def roll_back(self) -> object:
        """Go back to the generation before."""

    def look(self, files: Sequence[Path], pasted: str) -> list[Offer]:
        """Read what may be taken in, without keeping it."""

    def take(self, offers: Sequence[Offer]) -> list[str]:
        """Put them into the folder; return the names they have there."""

    def watch(self, changed: Callable[[], None], stop: threading.Event) -> None:
        """Call `changed` now and whenever the folder changes, until `stop` is set."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """How far a build is; `since` is when its stage began, in seconds of the monotonic clock."""

    stage: str
    done: int
    total: int
    since: float


class Desk:
    """What all visitors share: the assistant, and at most one build, which everybody can watch."""

    def __init__(self, assistant: Assistant, keeper: Keeper, writer: Writer | None = None) -> None:
        """Share these; `writer` is a language model's, if there is one."""
        self.assistant = assistant
        self.keeper = keeper
        self.writer = writer
        self.problem: BriefingError | None = None
        self.step: Step | None = None
        self.outcome: tuple[Summary, Replay] | BriefingError | None = None
        self._building = threading.Lock()
        self._cancelled = threading.Event()
        self._unwatched: threading.Event | None = None  # set to end the watching

    def warm(self) -> None:
        """Load what an answer needs and remember what is in the way, if anything is."""
        try:
            self.assistant.warm()
        except BriefingError as error:
            self.problem = error
        else:
            self.problem = None

    def ask(self, question: str, history: Sequence[str], scope: Scope) -> Answer:
        """Answer the next turn of a conversation; raises what `Assistant.ask` raises.

        One that leans on those before is said in full by the language model, if there is one. Where
        that finds nothing, it is read as it is without one.
        """
        if self.writer and ordinal(question) is None and subject(question, history):
            meant = self.writer.restate(question, history)
            answer = self.assistant.ask(meant, (), scope) if meant else None
            if answer and answer.status == "answered":
                return dataclasses.replace(answer, question=question, understood_as=meant)
        return self.assistant.ask(question, history, scope)

    def start_build(self) -> None:
        """Begin a build in the background, unless one is under way."""
        if self._building.acquire(blocking=False):
            self._begin()
            threading.Thread(target=self._build, daemon=True).start()

    def _begin(self) -> None:
        self._cancelled.clear()
        self.outcome = None
        self.step = Step("start", 0, 0, time.monotonic())

    def _build(self) -> None:
        try:
            self.outcome = self.keeper.build(self._note)
            self.warm()
        except BriefingError as error:
            self.outcome = error
        finally:
            self.step = None
            self._building.release()

    def _note(self, stage: str, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise BuildCancelled
        before = self.step
        since = before.since if before and before.stage == stage else time.monotonic()
        self.step = Step(stage, done, total, since)

    def cancel(self) -> None:
        """End the build that is under way, if any, at its next step; the index stays as it was."""
        self._cancelled.set()

    def roll_back(self) -> None:
        """Go back to the generation before; raises what is in the way of that."""
        self.keeper.roll_back()
        self.warm()

    @property
    def watching(self) -> bool:
        """Tell whether every change of the folder is indexed by itself."""
        return self._unwatched is not None

    def watch(self, on: bool) -> None:
        """Begin or end to index every change of the folder by itself."""
        if on and self._unwatched is None:
            self._unwatched = threading.Event()
            threading.Thread(target=self._watch, args=(self._unwatched,), daemon=True).start()
        elif not on and self._unwatched is not None:
            self._unwatched.set()
            self._unwatched = None

    def _watch(self, stop: threading.Event) -> None:
        try:
            self.keeper.watch(self._changed, stop)
        except BriefingError as error:
            self.outcome = error
            self.watch(on=False)

    def _changed(self) -> None:
        self._building.acquire()
        self._begin()
        self._build()
        if isinstance(self.outcome, IndexBusy):  # the watcher tries again
            raise self.outcome

    def counts(self) -> dict[str, int]:
        """Return how much is indexed, by "sources", "sections" and so on; empty if nothing is.

        What is in the way of that is remembered as the problem.
        """
        if not self.assistant.ready:
            return {}
        try:
            return self.assistant.manifest().counts
        except BriefingError as error:  # for example, the folder was removed while we run
            self.problem = error
            return {}

    def settled(self) -> bool:
        """Tell whether the state will stay as it is until somebody does something."""
        return (
            self.step is None
            and not self.watching
            and (self.assistant.ready or self.problem is not None)
        )
