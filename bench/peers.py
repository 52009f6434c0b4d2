"""`python -m bench peers DIR`: other retrieval libraries over the same passages, beside ours.

DIR holds `briefings/` and `questions.jsonl` (`bench/README.md`). Each library runs in an
environment of its own, made from the package registry at the first run (minutes, ≈ 2.5 GB), as it
is documented and again with our model and morphemes. Every round starts every system anew, one
after the other, so that ratios are of the same minutes. Tables go to the screen, all of it into
`--json`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import results, venvs
from bench.peer.serve import DEFAULT, PLUGGED, Corpus
from bench.results import Result, Round, percentile
from bench.worker import Failed, Worker
from index.build import build
from index.generations import open_current
from index.schema import Passage
from qa.assistant import Assistant
from qa.evaluate import overlaps, read_judged

TITLES = {
    "txtai": "txtai",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "haystack": "Haystack",
}
FLOORS = {"encoder": "encoder alone", "faiss": "FAISS alone", "kiwi": "Kiwi alone"}
_SETUPS = {DEFAULT: "", PLUGGED: ", our model and morphemes"}


@dataclasses.dataclass(frozen=True, slots=True)
class System:
    """What is measured: the command and the environment of its process."""

    result: Result
    command: Sequence[str]
    env: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What every system does: index the corpus, then answer the questions.

    `right` are the rows of the passages of the segment that answers each question.
    """

    corpus: Corpus
    questions: Sequence[str]
    kinds: Sequence[str]
    right: Sequence[set[int]]


def text_of(passage: Passage) -> str:
    """Return what the others are given of a passage: its day, its heading and its text."""
    day = passage.source.published
    told = f"{day.year}년 {day.month}월 {day.day}일" if day else ""
    return "\n".join(filter(None, [told, passage.heading, passage.text]))


def work(folder: Path) -> Work:
    """Cut the briefings of a folder as our index does, and read its questions."""
    questions = read_judged(folder / "questions.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        build(folder / "briefings", Path(scratch))
        assistant = Assistant(Path(scratch))
        passages = list(open_current(Path(scratch)).archive.all_passages())
        right = [
            {
                row
                for row, passage in enumerate(passages)
                if passage.source.id == question["file"] and overlaps(passage, question, assistant)
            }
            for question in questions
        ]
    texts, ids = [text_of(each) for each in passages], [each.id for each in passages]
    return Work(
        corpus=Corpus(folder / "briefings", texts, ids),
        questions=[question["question"] for question in questions],
        kinds=[question["kind"] for question in questions],
        right=right,
    )


def peers(names: Sequence[str], cache: Path) -> Iterator[System]:
    """Make the environments of these libraries; yield each with each set-up."""
    for name in names:
        found, python, minilm = None, "", ""
        try:
            python = str(venvs.python_of(name, cache))
            minilm = str(venvs.minilm(cache))
        except venvs.NotInstalled as error:
            found = f"not installed: {error}"
        for setup, title in _SETUPS.items():
            result = Result(TITLES[name] + title, error=found)
            command = [python, "-m", f"bench.peer.{name}", setup]
            yield System(result, command, {"MINILM": minilm})


def own(name: str, setup: str, title: str) -> System:
    """Return a system that runs in our own environment."""
    return System(Result(title), [sys.executable, "-m", f"bench.peer.{name}", setup], {})


def measure(system: System, number: int, todo: Work, corpus: Path) -> None:
    """Run a round of a system, whose corpus is also in a file; what fails is kept as its result."""
    result = system.result
    try:
        with Worker(system.command, system.env) as worker:
            built = worker.tell(do="build", corpus=str(corpus))
            worker.tell(do="ask", questions=todo.questions[:20])  # to warm up
            asked = worker.tell(do="ask", questions=todo.questions)
    except Failed as error:
        result.error = str(error)
        result.rounds.clear()
        result.quality.clear()
        return
    result.versions = worker.versions
    result.quality = results.quality(asked["found"], todo.right, todo.kinds)
    result.rounds[number] = Round(
        p50=percentile(asked["ms"], 0.5),
        p95=percentile(asked["ms"], 0.95),
        build=built["seconds"],
        ready=worker.ready,
        mb=asked["mb"],
    )


def machine() -> dict[str, Any]:
    """Describe where it is measured."""
    told = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (told.read_text(encoding="utf-8").splitlines() if told.is_file() else [])
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg(),
    }


def _import_seconds() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sentence_transformers"], check=True)
    return time.perf_counter() - started


def report(told: Mapping[str, Any], systems: Sequence[Result], floors: Sequence[Result]) -> str:
    """Return the Markdown that tells everything measured; our result is the first of systems."""
    ours, where = systems[0], told["machine"]
    imported = statistics.median(told["import_sentence_transformers_s"])
    parts = [
        f"{told['passages']} passages, {told['questions']} questions, {told['rounds']} rounds; "
        f"{where['processor']}, {where['cores']} cores, {where['memory_gb']} GB, "
        f"Python {where['python']}, load {where['load'][0]:.1f} at the start and "
        f"{told['load_at_end'][0]:.1f} at the end.",
        results.quality_table(systems, ours),
        results.cost_table(systems, ours),
        results.floor_table(floors, ours),
        f"`import sentence_transformers` alone: {imported:.1f} s.",
        results.failures([*systems, *floors]),
    ]
    return "\n\n".join(filter(None, parts))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench peers", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with briefings/ and questions.jsonl")
    parser.add_argument("--only", action="append", choices=TITLES, help="these libraries alone")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=venvs.cache_folder(), help="environments")
    parser.add_argument("--json", type=Path, help="write everything into this file")
    args = parser.parse_args(argv)
    folder, cache = args.folder.resolve(), args.cache.resolve()
    systems = [own("ours", DEFAULT, "this project"), *peers(args.only or list(TITLES), cache)]
    floors = [own("floors", name, title) for name, title in FLOORS.items()]
    told: dict[str, Any] = {"machine": machine(), "rounds": args.rounds}
    todo = work(folder)
    imports = []
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus.json"
        todo.corpus.write(corpus)
        for number in range(args.rounds):
            for system in [*systems, *floors]:
                if system.result.error is None:
                    print(f"round {number + 1}: {system.result.name}", file=sys.stderr)
                    measure(system, number, todo, corpus)
            imports.append(_import_seconds())
    told |= {
        "passages": len(todo.corpus.texts),
        "questions": len(todo.questions),
        "load_at_end": os.getloadavg(),
        "import_sentence_transformers_s": imports,
    }
    found = [[each.result for each in group] for group in (systems, floors)]
    if args.json:
        both = {
            name: [dataclasses.asdict(each) for each in group]
            for name, group in zip(("systems", "floors"), found, strict=True)
        }
        args.json.write_text(json.dumps({**told, **both}, indent=1) + "\n", encoding="utf-8")
    print(report(told, *found))
