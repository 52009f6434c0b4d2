"""`python -m bench scale --passages 1000,10000,100000`: what a question costs as the corpus grows.

Each size is a made-up corpus (`bench.corpus`) whose vectors come from a stand-in (`bench.standin`);
with `--place` corpora and indexes are kept there and used again. Above 10,000 passages Kiwi is
stood in for while building, too. One process builds, one serves the questions, one adds a briefing.
The table goes to the screen, all of it into `--json`.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.corpus import ROOT, Corpus
from bench.results import exponent
from bench.standin import StandIn, without_kiwi, write_table
from index.build import add, build, rollback
from index.generations import Generation, current
from index.text import analyzer
from qa.assistant import Assistant
from qa.evaluate import read_judged

_TABLE, _BRIEFINGS, _QUESTIONS, _INDEX = "table.npz", "briefings", "questions.jsonl", "index"
_WARM = 20  # questions
_KIWI = 10_000  # passages that it analyses in some minutes

# What a question's time is spent in: the methods whose time counts as which stage.
_STAGES = {
    "encoder": {"embedder": ["encode_query"]},
    "nearest (FAISS)": {"vectors": ["search", "search_sentences"]},
    "words (tantivy)": {"lexical": ["search", "scores", "frequency"]},
    "texts (SQLite)": {"archive": ["passages", "rows_on", "rows_of"]},
    "measuring (NumPy)": {
        "vectors": ["of", "best_sentences", "sentence_scores"],
        "terms": ["counts", "matches", "sizes", "lengths"],
        "headings": ["counts", "sizes"],
    },
}


_NAMES = {"wall": "question to answer, ms", "whole": "its CPU time, ms"}


class _Clock:
    """Adds up the CPU time that calls of methods take, by stage.

    Not the time on the wall: that says as much about what else the machine does.
    """

    def __init__(self, parts: dict[str, Any]) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        for stage, methods in _STAGES.items():
            for part, names in methods.items():
                for name in names:
                    timed = self._timed(stage, getattr(parts[part], name))
                    setattr(parts[part], name, timed)

    def _timed(self, stage: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*args: Any, **named: Any) -> Any:  # noqa: ANN401
            started = time.thread_time()
            found = method(*args, **named)
            self.spent[stage] += 1000 * (time.thread_time() - started)
            return found

        return timed


def _memory() -> dict[str, float]:
    """Return MB of this process's own memory, and of files that are mapped into it (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    own, files = (int(fields[key].split()[0]) / 1024 for key in ("RssAnon", "RssFile"))
    return {"own": own, "mapped": files}


def _build(place: Path) -> dict[str, Any]:
    embedder = StandIn(place.parent / _TABLE)
    analyzer()
    quick = int(place.name) > _KIWI
    if quick:
        without_kiwi()
    started = time.perf_counter()
    summary = build(place / _BRIEFINGS, place / _INDEX, embedder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "passages": summary.passages, "peak_mb": peak, "kiwi": not quick}


def _add(place: Path) -> dict[str, Any]:
    embedder = StandIn(place.parent / _TABLE)
    analyzer()
    started = time.perf_counter()
    added = add([place / "more.txt"], place / _INDEX, embedder)
    seconds = time.perf_counter() - started
    rollback(place / _INDEX)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "passages": added.passages - added.before, "peak_mb": peak}


def _serve(place: Path) -> dict[str, Any]:
    embedder = StandIn(place.parent / _TABLE)
    analyzer()
    embedder.encode_query("준비")
    before = _memory()
    started = time.perf_counter()
    generation = Generation(current(place / _INDEX))
    opened = time.perf_counter() - started
    after_open = _memory()
    assistant = _Opened(place / _INDEX, generation, embedder)
    questions = read_judged(place / _QUESTIONS)
    for question in questions[:_WARM]:
        assistant.ask(question["question"])
    parts = {name: getattr(generation, name) for name in ("vectors", "lexical", "archive")}
    parts |= {"terms": generation.terms, "headings": generation.headings, "embedder": embedder}
    clock = _Clock(parts)
    took: dict[str, list[float]] = defaultdict(list, wall=[])
    right: dict[str, list[bool]] = defaultdict(list)
    for question in questions:
        clock.spent.clear()
        started = time.thread_time()
        answer = assistant.ask(question["question"])
        whole = 1000 * (time.thread_time() - started)
        took["whole"].append(whole)
        for stage in _STAGES:
            took[stage].append(clock.spent[stage])
        took["rest"].append(whole - sum(clock.spent.values()))
        quote = answer.citations[0].quote if answer.citations else None
        wanted = question["answer"]
        right[question["kind"]].append(wanted in quote if wanted and quote else wanted is quote)
    memory = {"before": before, "open": after_open, "asked": _memory()}
    # Once more as the product asks: with an encoder on all cores, which no thread's clock tells.
    assistant = _Opened(place / _INDEX, generation, StandIn(place.parent / _TABLE, threads=0))
    for question in questions:
        started = time.perf_counter()
        assistant.ask(question["question"])
        took["wall"].append(1000 * (time.perf_counter() - started))
    passages = len(generation.vectors)
    files = [path for path in generation.folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    lists = generation.manifest.lists
    return {
        "passages": passages,
        "open_s": opened,
        "memory_mb": memory,
        "bytes_a_passage": size / passages,
        "lists": None if lists is None else dataclasses.asdict(lists),
        "ms": {
            stage: {f"p{p}": float(np.percentile(each, p)) for p in (50, 95)}
            for stage, each in took.items()
        },
        "right": {kind: float(np.mean(each)) for kind, each in right.items()},
    }


class _Opened(Assistant):
    """An assistant over an open generation, whose embedder no name opens."""

    def __init__(self, index: Path, generation: Generation, embedder: StandIn) -> None:
        super().__init__(index, clock=lambda: date(2024, 1, 1))
        self._both = generation, embedder

    def open(self) -> tuple[Generation, StandIn]:
        return self._both


_STEPS = {"build": _build, "serve": _serve, "add": _add}


def _run(step: str, place: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.scale", "--step", step, str(place)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(place: Path, passages: int) -> dict[str, Any]:
    if not (place / _QUESTIONS).exists():
        corpus = Corpus(passages)
        corpus.write(place)
        (place / "more.txt").write_text(corpus.page(corpus.briefings), encoding="utf-8")
    built = None if (place / _INDEX / "CURRENT").exists() else _run("build", place)
    return {"build": built, "serve": _run("serve", place), "add": _run("add", place)}


def _costs(each: dict[str, Any]) -> dict[str, float]:
    serve, memory = each["serve"], each["serve"]["memory_mb"]
    stages = {
        f"{_NAMES.get(stage, stage)}, {p}": took[p]
        for stage, took in serve["ms"].items()
        for p in ("p50", "p95")
    }
    own = memory["asked"]["own"] - memory["before"]["own"]
    return {
        **stages,
        "opening, s": serve["open_s"],
        "own memory for the index, MB": own,
        "files mapped, MB": memory["asked"]["mapped"] - memory["before"]["mapped"],
        "serving process, MB": sum(memory["asked"].values()),
        "own memory, bytes a passage": own * 2**20 / serve["passages"],
        "on disk, bytes a passage": serve["bytes_a_passage"],
        "one more briefing, s": each["add"]["seconds"],
    }


def table(measured: Sequence[dict[str, Any]]) -> str:
    """Return a table: a row for each cost, a column for each size, and the exponent."""
    sizes = [each["serve"]["passages"] for each in measured]
    columns = [_costs(each) for each in measured]
    lines = [
        f"| passages | {' | '.join(f'{size:,}' for size in sizes)} | grows as n^ |",
        "| --- " * (len(sizes) + 2) + "|",
    ]
    for name in columns[0]:
        costs = [column[name] for column in columns]
        power = exponent(sizes, costs)
        cells = [f"{cost:,.0f}" if cost >= 100 else f"{cost:.2f}" for cost in costs]
        lines.append(f"| {' | '.join([name, *cells, '' if power is None else f'{power:.2f}'])} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(prog="python -m bench scale", description=__doc__)
    parser.add_argument("--passages", default="1000,10000", help="sizes, with commas")
    parser.add_argument("--place", type=Path, help="where to keep corpora and indexes")
    parser.add_argument("--json", type=Path, help="write everything into this file")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.step:
        print(json.dumps(_STEPS[args.step[0]](Path(args.step[1]))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        place = args.place or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        if not (place / _TABLE).exists():
            write_table(place / _TABLE)
        measured = [
            _measure(place / size, int(size)) for size in args.passages.split(",") if size.strip()
        ]
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    if args.json:
        told = {"machine": machine, "measured": measured, "costs": list(map(_costs, measured))}
        args.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    print(table(measured))
    for each in measured:
        serve = each["serve"]
        print(f"{serve['passages']:,}: right {serve['right']}, lists {serve['lists']}")


if __name__ == "__main__":
    main()
