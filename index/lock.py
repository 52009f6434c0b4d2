"""One builder of an index at a time; a second one is told who the first is.

The operating system holds the lock and gives it back when its holder ends, however that ends, so
a dead holder is in nobody's way. Knows nothing about what is built.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexBusy

_LOCK = "LOCK"
_HOLDER = "BUILDER"  # beside the lock, which loses its content when somebody tries to take it


@contextmanager
def only_builder(index: Path) -> Iterator[None]:
    """Hold the lock of an index, whose folder is made if need be; raises `IndexBusy` at once."""
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexBusy(*_holder(index)) from None
    try:
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        holder = json.dumps({"pid": os.getpid(), "started": started})
        (index / _HOLDER).write_text(holder, encoding="utf-8")
        yield
    finally:
        (index / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(index: Path) -> tuple[int | None, str | None]:
    try:
        holder = json.loads((index / _HOLDER).read_text(encoding="utf-8"))
        return int(holder["pid"]), str(holder["started"])
    except (OSError, ValueError, KeyError, TypeError):  # it has only just begun, or ends
        return None, None
