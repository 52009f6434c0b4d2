"""Keep an index in step with a folder: the only home of watchfiles.

Whatever changes in the folder, the whole of it is mirrored, which costs only what changed. Knows
nothing about how an index is built.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import watchfiles

from index.errors import IndexBusy
from index.read import find_briefings

# A file is read when neither it nor any other has changed for so long: half-written ones are
# waited for.
_STILL_S = 1.0
State = tuple[Path, int, int]  # of a file: its size, and when it was written
_BUSY_S = 1.0  # until another builder is asked again whether it is done


def watch(folder: Path, mirror: Callable[[], None], stop: threading.Event | None = None) -> None:
    """Call `mirror` now and after every change in a folder, until `stop` is set.

    While another builder holds the index it is tried again. Raises `SourceError` if there is no
    such folder, and what `mirror` raises but for `IndexBusy`.
    """
    mirrored: list[State] | None = None
    # Looked at every second, too: what changed before the system began to watch, or lies on a drive
    # of which it hears nothing.
    events = watchfiles.watch(
        folder, stop_event=stop, rust_timeout=1000, yield_on_timeout=True, raise_interrupt=False
    )
    for _ in itertools.chain([None], events):
        if mirrored is None or list(_states(folder)) != mirrored:
            mirrored = _still(folder)
            _mirror(mirror)


def _mirror(mirror: Callable[[], None]) -> None:
    while True:
        try:
            return mirror()
        except IndexBusy:
            time.sleep(_BUSY_S)


def _still(folder: Path) -> list[State]:
    """Wait until nothing changes, and return how the files are then."""
    before, now = None, list(_states(folder))
    while now != before:
        time.sleep(_STILL_S)
        before, now = now, list(_states(folder))
    return now


def _states(folder: Path) -> Iterator[State]:
    for path in find_briefings(folder):
        try:
            status = path.stat()
        except OSError:  # gone meanwhile
            continue
        yield path, status.st_size, status.st_mtime_ns
