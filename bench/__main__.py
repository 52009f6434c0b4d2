"""`python -m bench`: how long the first answer of a new process takes, beside importing torch.

Both are whole processes, run in turn on the same machine, so that their ratio holds where the
machine's speed does not. `python -m bench check`, `corpus`, `peers`, `scale` and `plot` are told
by their own `--help`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import check, corpus, peers, plot, scale

ROOT = Path(__file__).parents[1]
QUESTION = "한국전력 부채는 얼마?"


def _seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


_VERBS = {
    "check": check.main,
    "corpus": corpus.main,
    "peers": peers.main,
    "plot": plot.main,
    "scale": scale.main,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Print both medians and their ratio, or run what the first argument names."""
    verb, *rest = [*(sys.argv[1:] if argv is None else argv), ""]
    if verb in _VERBS:
        return _VERBS[verb](rest[:-1])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args(argv).runs
    python = sys.executable
    with tempfile.TemporaryDirectory() as index:
        _seconds([python, "-m", "index", "build", "briefings", "--index", index])
        answer = [python, "-m", "qa", QUESTION, "--index", index]
        floor = [python, "-c", "import sentence_transformers"]
        pairs = [(_seconds(answer), _seconds(floor)) for _ in range(runs + 1)][1:]  # one to warm up
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"first answer of a new process     {ours:.2f} s")
    print(f"import sentence_transformers      {theirs:.2f} s")
    print(f"ratio (median of {runs} pairs)        {ratio:.2f}")


if __name__ == "__main__":
    main()
