"""A folder that is watched: every change is mirrored, half-written files are waited for."""

import threading
import time
from pathlib import Path

import pytest

from index.errors import IndexBusy, SourceError
from index.watch import watch


def texts(folder: Path) -> list[str]:
    return sorted(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))


class Watched:
    """Watches a folder in a thread, and remembers what it held at each call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[list[str]] = []
        self.busy = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=watch, args=(folder, self.mirror, self.stop))

    def mirror(self) -> None:
        """Note what is there, unless the index is busy."""
        if self.busy:
            self.busy -= 1
            raise IndexBusy(None, None)
        self.seen.append(texts(self.folder))

    def wait_for(self, calls: int) -> None:
        """Wait until it was called so often."""
        until = time.monotonic() + 30
        while len(self.seen) < calls and time.monotonic() < until:
            time.sleep(0.05)
        assert len(self.seen) >= calls

    def __enter__(self) -> "Watched":
        self.thread.start()
        self.wait_for(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.mark.slow
def test_changes_are_mirrored_when_they_are_complete(tmp_path):
    (tmp_path / "a.txt").write_text("하나", encoding="utf-8")
    with Watched(tmp_path) as watched:
        assert watched.seen == [["하나"]]
        with (tmp_path / "b.txt").open("w", encoding="utf-8") as file:
            for part in range(5):  # longer than the changes are gathered for
                file.write(f"{part} ")
                file.flush()
                time.sleep(0.6)
        watched.wait_for(2)
        assert watched.seen[1] == ["0 1 2 3 4 ", "하나"]
        watched.busy = 1
        (tmp_path / "a.txt").unlink()
        watched.wait_for(3)
        assert watched.seen[-1] == ["0 1 2 3 4 "]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="no such folder"):
        watch(tmp_path / "nothing", lambda: None)
