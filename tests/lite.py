"""A Milvus Lite server on this machine, which a test may kill; skips where it is not installed."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Lite:
    """The server; what it acknowledged lies in `folder` and outlives it."""

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("milvus_lite") is None:
            pytest.skip('milvus-lite is not installed: pip install -e ".[dev]"')
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self, wait: bool = True) -> None:
        """Start it at the same port, over the same folder, and wait until it listens."""
        place = ["--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.folder)]
        with (self.folder.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "milvus_lite", "server", *place], stdout=log, stderr=log
            )
        until = time.monotonic() + 30
        while wait:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.05)

    def pause(self) -> None:
        """Let it listen and answer nothing, until it is resumed."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
