"""Every error that we raise on purpose; a message says what is wrong, then what to do about it.

    BriefingError
    ├── SourceError         one briefing file can't be read; the others can
    ├── IndexMissing        there is no index where one was asked for
    ├── IndexDamaged        files of the index are missing or not what was written
    ├── IndexMismatch       the index was built with something else than what is installed
    ├── IndexBusy           somebody else is building this index
    ├── ModelUnavailable    an encoder can't be loaded
    └── MissingExtra        an optional package is not installed

Only the `main`s and `app` catch `BriefingError`. That nothing was found is not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class BriefingError(Exception):
    """The base of all: catch it to show its message to the user."""


class SourceError(BriefingError):
    """One briefing file can't be read; `path` names it and `reason` says why."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason


class IndexMissing(BriefingError):
    """There is no published index in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"no index in {folder}; build one with: python -m index build FOLDER --index {folder}"
        )
        self.folder = folder


class IndexDamaged(BriefingError):
    """Files of a generation are missing or not what was written."""

    def __init__(self, folder: Path, problems: Sequence[str]) -> None:
        listed = "; ".join(problems)
        super().__init__(
            f"the index in {folder} is damaged ({listed}); "
            f"rebuild it with: python -m index build FOLDER --index {folder.parent}"
        )
        self.folder = folder
        self.problems = tuple(problems)


class IndexMismatch(BriefingError):
    """The index was built with something that differs from what would now read it."""

    def __init__(self, what: str, built_with: object, now: object) -> None:
        super().__init__(
            f"the index was built with {what} {built_with!r}, but this program has {now!r}; "
            "rebuild it with: python -m index build FOLDER"
        )
        self.what = what
        self.built_with = built_with
        self.now = now


class IndexBusy(BriefingError):
    """Somebody else is building this index; `by` says who."""

    def __init__(self, by: str) -> None:
        super().__init__(f"the index is being built by {by}; wait until it is done, then try again")
        self.by = by


class ModelUnavailable(BriefingError):
    """An encoder can't be loaded."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the model {name!r} can't be loaded ({reason}); "
            "leave out --model to use the embedded Korean model"
        )
        self.name = name
        self.reason = reason


class MissingExtra(BriefingError):
    """An optional package is not installed; the message is the command that installs it."""

    def __init__(self, extra: str) -> None:
        super().__init__(f'this needs an optional package: pip install "briefing-qa[{extra}]"')
        self.extra = extra
