"""`python -m bench.updates 1000 10000`: what a full build costs, and one more briefing after it.

Briefings are made up (`bench.corpus`). With `--real` the embedded encoder embeds them, otherwise a
stand-in does, which gives random unit vectors: then all but the encoder is measured. Each build is
a process of its own, whose imports are not counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.corpus import Corpus
from bench.standin import StandIn
from index.build import add, build
from index.embed import Embedder, open_embedder
from index.generations import current, open_current
from index.nearest import Floats
from index.schema import Passage
from index.text import analyzer

ROOT = Path(__file__).parents[1]


class Timed:
    """An `Embedder` that adds up the seconds which passages take it."""

    def __init__(self, embedder: Embedder) -> None:
        self.id, self.dim, self.max_tokens = embedder.id, embedder.dim, embedder.max_tokens
        self.answering = embedder.answering
        self.count_tokens = embedder.count_tokens
        self.encode_query = embedder.encode_query
        self.embedder = embedder
        self.seconds = 0.0

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """See `Embedder.encode_passages`."""
        started = time.perf_counter()
        try:
            return self.embedder.encode_passages(passages, progress)
        finally:
            self.seconds += time.perf_counter() - started


def run(what: str, place: Path, real: bool) -> dict[str, float]:
    """Build all, or add the one briefing; measure this process.

    `bare` is the share of the encoder's rate in the build, beside all passages at once.
    """
    embedder = Timed(open_embedder() if real else StandIn())
    analyzer()
    embedder.encode_query("준비")
    started = time.perf_counter()
    if what == "build":
        summary = build(place / "briefings", place / "index", embedder)
    else:
        summary = add([place / "more.txt"], place / "index", embedder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    inside = embedder.seconds
    bare = 1.0
    if what == "build":
        passages = list(open_current(place / "index").archive.all_passages())
        embedder.encode_passages(passages)
        bare = (embedder.seconds - inside) / inside
    files = [path for path in current(place / "index").rglob("*") if path.is_file()]
    return {
        "seconds": seconds,
        "encoded": summary.encoded,
        "rate": summary.encoded / seconds,
        "encoder": inside / seconds,
        "bare": bare,
        "rss": peak,  # before the encoder gets all passages at once
        "bytes": sum(path.stat().st_size for path in files) / summary.passages,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.updates", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000, 10000], help="passages")
    parser.add_argument("--real", action="store_true", help="embed with the embedded encoder")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.run:
        print(json.dumps(run(args.run[0], Path(args.run[1]), args.real)))
        return
    print("passages  what   seconds  passages/s  peak MB  bytes/passage  in encoder  of bare rate")
    for size, what in itertools.product(args.sizes, ["build", "add"]):
        if what == "build":
            scratch = tempfile.TemporaryDirectory()
            place, corpus = Path(scratch.name), Corpus(size)
            corpus.write(place)
            (place / "more.txt").write_text(corpus.page(corpus.briefings), encoding="utf-8")
        command = [sys.executable, "-m", "bench.updates", "--run", what, scratch.name]
        done = subprocess.run(
            command + ["--real"] * args.real, cwd=ROOT, check=True, capture_output=True, text=True
        )
        row = json.loads(done.stdout)
        print(
            f"{size:8}  {what:5}  {row['seconds']:7.2f}  {row['rate']:10.0f}  {row['rss']:7.0f}"
            f"  {row['bytes']:13.0f}  {row['encoder']:10.2f}  {row['bare']:12.2f}",
            flush=True,
        )
        if what == "add":
            scratch.cleanup()


if __name__ == "__main__":
    main()
