"""What every adapter has in common: a system's process, asked in lines of JSON.

`python -m bench.peer.NAME SETUP` is told `{"do": "open"}`, `{"do": "build", "corpus": PATH}` and
`{"do": "ask", "questions": […]}`, a line each, and answers each with a line: `{"seconds": …}`, for
asking `{"found": [[row, …], …], "ms": […]}`, with the process's memory in MB. What goes wrong is
answered, too: `{"error": "…"}`. Only the standard library is needed, for every environment runs
this.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

DEFAULT, PLUGGED = "default", "ours"  # a system as it comes, or with our model and morphemes
BEST = 10  # passages asked for
MODEL = Path(__file__).parents[2] / "index" / "model"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is indexed: `folder` holds the pages, `texts` are their passages, in order of rows."""

    folder: Path
    texts: Sequence[str]
    ids: Sequence[str]

    @classmethod
    def read(cls, path: Path) -> Corpus:
        """Read what `write` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(Path(told["folder"]), told["texts"], told["ids"])

    def write(self, path: Path) -> None:
        """Write into a JSON file."""
        told = {"folder": str(self.folder), "texts": list(self.texts), "ids": list(self.ids)}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


class System(Protocol):
    """An adapter: made with the name of its set-up, which loads what building and asking need."""

    def build(self, corpus: Corpus) -> None:
        """Index the corpus."""
        ...

    def ask(self, question: str) -> Sequence[int]:
        """Return the rows of the passages found, best first."""
        ...


def serve(make: Callable[[str], System], packages: Sequence[str] = ()) -> None:
    """Answer until standard input ends; `packages` are those whose versions are told."""
    # Libraries print what they like: that goes to standard error, and only answers to the other.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(told: dict[str, Any]) -> None:
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    system: System | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if system is None:
                started = time.perf_counter()
                system = make(sys.argv[1])
                done: dict[str, Any] = {"seconds": time.perf_counter() - started}
                done["versions"] = {name: version(name) for name in packages}
            else:
                done = _do(system, asked)
            say({**done, "mb": memory()})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


def _do(system: System, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["do"] == "build":
        corpus = Corpus.read(Path(asked["corpus"]))
        started = time.perf_counter()
        system.build(corpus)
        return {"seconds": time.perf_counter() - started}
    found, took = [], []
    for question in asked["questions"]:
        started = time.perf_counter()
        rows = system.ask(question)
        took.append(1000 * (time.perf_counter() - started))
        found.append(list(rows))
    return {"found": found, "ms": took}


def memory() -> float:
    """Return the resident memory of this process in MB: all that is mapped, files included."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
