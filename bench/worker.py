"""The other end of `bench.peer.serve`: a system's process, told and asked in lines of JSON."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from bench.venvs import ROOT

# Nothing is to be looked up or told elsewhere while it is measured.
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
}


class Failed(Exception):
    """A system gave no result; the message is the reason it gave, or its last words."""


class Worker:
    """One process, ended with the `with` block.

    `ready` is how many seconds it took from its start, imports included, until it had opened its
    models. Raises `Failed`.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        limit: float = 900,
    ) -> None:
        """Start it; `limit` is the most seconds that one answer may take."""
        self._limit = limit
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **_OFFLINE, "PYTHONPATH": path, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
        )
        try:
            self.versions: dict[str, str] = self.tell(do="open")["versions"]
        except BaseException:
            self.end()
            raise
        self.ready = time.perf_counter() - started

    def tell(self, **order: Any) -> dict[str, Any]:  # noqa: ANN401
        """Give an order and return its answer."""
        told, heard = self._process.stdin, self._process.stdout
        assert told is not None
        assert heard is not None
        try:
            told.write(json.dumps(order) + "\n")
            told.flush()
        except BrokenPipeError:
            raise Failed(self._last_words()) from None
        # Answers are whole lines, one an order: whatever can be read is one.
        if not select.select([heard], [], [], self._limit)[0]:
            raise Failed(f"no answer in {self._limit:.0f} s")
        line = heard.readline()
        if not line:
            raise Failed(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def end(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def _last_words(self) -> str:
        code = self._process.wait()
        self._said.seek(0)
        words = [line.strip() for line in self._said if line.strip()] or ["it said nothing"]
        return f"ended with status {code}: {words[-1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
