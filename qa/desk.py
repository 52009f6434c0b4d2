"""What all visitors of the chat share: the assistant, and at most one build under way.

The chat stays open while things load or are built; here is kept how far that is, what came of it
and what is in the way. It knows nothing about screens, words or the web framework.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from index.errors import BriefingError
from index.schema import SourceSummary
from qa.assistant import Assistant

# What a build gives when it is done; asking knows no more of it.
Outcome = TypeVar("Outcome")


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """How far a build is; `since` is when its stage began, in seconds of the monotonic clock."""

    stage: str
    done: int
    total: int
    since: float


class Desk(Generic[Outcome]):
    """What all visitors share: the assistant, and at most one build, which everybody can watch.

    `build` indexes `folder` and reports its progress: a stage, how much is done, and of how much.
    `roll_back` goes back to the generation before.
    """

    def __init__(
        self,
        assistant: Assistant,
        folder: Path,
        build: Callable[[Callable[[str, int, int], None]], Outcome],
        roll_back: Callable[[], object],
    ) -> None:
        self.assistant = assistant
        self.folder = folder
        self._build_index = build
        self._roll_back = roll_back
        self.problem: BriefingError | None = None
        self.step: Step | None = None
        self.outcome: Outcome | BriefingError | None = None
        self._building = threading.Lock()

    def warm(self) -> None:
        """Load what an answer needs and remember what is in the way, if anything is."""
        try:
            self.assistant.warm()
        except BriefingError as error:
            self.problem = error
        else:
            self.problem = None

    def start_build(self) -> None:
        """Begin a build in the background, unless one is under way."""
        if self._building.acquire(blocking=False):
            self.outcome = None
            self.step = Step("start", 0, 0, time.monotonic())
            threading.Thread(target=self._build, daemon=True).start()

    def _build(self) -> None:
        try:
            self.outcome = self._build_index(self._note)
            self.warm()
        except BriefingError as error:
            self.outcome = error
        finally:
            self.step = None
            self._building.release()

    def roll_back(self) -> None:
        """Go back to the generation before; raises what is in the way of that."""
        self._roll_back()
        self.warm()

    def _note(self, stage: str, done: int, total: int) -> None:
        before = self.step
        since = before.since if before and before.stage == stage else time.monotonic()
        self.step = Step(stage, done, total, since)

    def sources(self) -> list[SourceSummary]:
        """Return what is indexed; what is in the way of that is remembered as the problem."""
        if not self.assistant.ready:
            return []
        try:
            return self.assistant.sources()
        except BriefingError as error:  # for example, the folder was removed while we run
            self.problem = error
            return []

    def settled(self) -> bool:
        """Tell whether the state will stay as it is until somebody does something."""
        return self.step is None and (self.assistant.ready or self.problem is not None)
