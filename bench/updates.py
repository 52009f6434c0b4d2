"""`python -m bench.updates 1000 10000`: what a full build costs, and one more briefing after it.

Briefings of twenty segments of eight sentences are made up from the sentences of the samples. With
`--real` the embedded encoder embeds them, otherwise a stand-in does, which gives random unit
vectors: then all but the encoder is measured. Each build is a process of its own, whose imports are
not counted.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build import add, build
from index.embed import Embedder, open_embedder
from index.generations import current
from index.passages import cut
from index.read import find_briefings, read_briefing
from index.schema import Passage
from index.text import analyzer

ROOT = Path(__file__).parents[1]
SEGMENTS, SENTENCES = 20, 8
Floats = NDArray[np.float32]


class StandIn:
    """Random unit vectors that depend on the text alone."""

    id = "stand-in:1"
    dim = 384
    max_tokens = 500

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Guess two characters a token."""
        return [len(text) // 2 for text in texts]

    def encode_query(self, question: str) -> Floats:
        """Return the vector of a text."""
        return np.asarray(self._rows(question, 1)[0])

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """See `Embedder.encode_passages`."""
        rows = [self._rows(each.text, 1 + len(each.sentences)) for each in passages]
        return np.stack([row[0] for row in rows]), np.concatenate([row[1:] for row in rows])

    def _rows(self, text: str, count: int) -> Floats:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        rows = np.random.default_rng(seed).standard_normal((count, self.dim), dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def write_briefings(folder: Path, passages: int) -> None:
    """Write enough briefings for so many passages, one for each day, and `more.txt` beside them."""
    chance = random.Random(1)
    samples = ROOT / "briefings"
    told = [read_briefing(path, samples) for path in find_briefings(samples)]
    cuts = [p for each in told for p in cut(each, 500, lambda texts: [1] * len(texts))]
    sentences = [p.quote(sentence) for p in cuts for sentence in p.sentences]
    folder.mkdir()
    for number in range(passages // SEGMENTS + 1):
        day = date(2000, 1, 1) + timedelta(days=number)
        segments = [
            f"◇ {chance.choice(cuts).heading} {number}-{place}\n\n"
            + " ".join(chance.sample(sentences, SENTENCES))
            for place in range(SEGMENTS)
        ]
        page = f"[아침 소식] {number}\n\n김하나 앵커 {day:%Y. %-m. %-d}. 06:20\n\n" + "\n\n".join(
            segments
        )
        last = number == passages // SEGMENTS
        path = folder.parent / "more.txt" if last else folder / f"{day}.txt"
        path.write_text(page, encoding="utf-8")


def run(what: str, place: Path, real: bool) -> dict[str, float]:
    """Build all, or add the one briefing; measure this process."""
    embedder: Embedder = open_embedder() if real else StandIn()
    analyzer()
    embedder.encode_query("준비")
    started = time.perf_counter()
    if what == "build":
        summary = build(place / "briefings", place / "index", embedder)
    else:
        summary = add([place / "more.txt"], place / "index", embedder)
    seconds = time.perf_counter() - started
    files = [path for path in current(place / "index").rglob("*") if path.is_file()]
    return {
        "seconds": seconds,
        "encoded": summary.encoded,
        "rate": summary.encoded / seconds,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
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
    print("passages  what   seconds  passages/s  peak MB  bytes/passage")
    for size, what in itertools.product(args.sizes, ["build", "add"]):
        if what == "build":
            scratch = tempfile.TemporaryDirectory()
            write_briefings(Path(scratch.name) / "briefings", size)
        command = [sys.executable, "-m", "bench.updates", "--run", what, scratch.name]
        done = subprocess.run(
            command + ["--real"] * args.real, cwd=ROOT, check=True, capture_output=True, text=True
        )
        row = json.loads(done.stdout)
        print(
            f"{size:8}  {what:5}  {row['seconds']:7.2f}  {row['rate']:10.0f}  {row['rss']:7.0f}"
            f"  {row['bytes']:13.0f}",
            flush=True,
        )
        if what == "add":
            scratch.cleanup()


if __name__ == "__main__":
    main()
