"""A whole Milvus 2.3.5 on this machine, from the package `milvus`: without Docker.

It listens at every address, so it is started only where nothing but this machine can reach it: see
`make standalone`.
"""

from __future__ import annotations

import importlib.util
import signal
import socket
from pathlib import Path
from typing import Any

import pytest


class Standalone:
    """The server; what it acknowledged lies in `folder` and outlives it."""

    def __init__(self, folder: Path) -> None:
        alone = [name for _, name in socket.if_nameindex()] == ["lo"]
        if not alone or importlib.util.find_spec("milvus") is None:
            pytest.skip("make standalone runs this, cut off from every network")
        self.folder = folder
        self.start()

    def start(self) -> None:
        """Start it over the same folder, and wait until it is ready: some 15 seconds."""
        from milvus import MilvusServer

        self._server: Any = MilvusServer()
        self._server.set_base_dir(str(self.folder))
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.listen_port}"

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        process = self._server.server_proc
        process.send_signal(signal.SIGKILL)
        process.wait()
