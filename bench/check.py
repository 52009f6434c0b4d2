"""`python -m bench check FOLDER…`: check folders of briefings and questions against themselves.

Each page is read as the product reads it. Stops at the first question that is not as it should be.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from index.read import find_briefings, read_briefing
from qa.scores import UNANSWERABLE


def check(folder: Path) -> Counter[str]:
    """Return how many questions of each kind a folder has; raises `ValueError` about a bad one."""
    sections: dict[tuple[str, str], str] = {}
    for path in find_briefings(folder / "briefings"):
        page = read_briefing(path, folder / "briefings")
        for section in page.sections:
            sections[path.name, section.heading] = section.span.of(page.text)
    everything = "\n".join(sections.values())
    rows = [
        json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()
    ]
    asked: set[str] = set()
    for row in rows:
        gold = [row[name] for name in ("file", "section", "evidence", "answer")]
        if row["kind"] == UNANSWERABLE:
            right = gold == [None] * 4
        else:
            file, section, evidence, answer = gold
            right = (
                evidence in sections.get((file, section), "") and everything.count(evidence) == 1
            )
            right = right and answer in evidence and answer not in row["question"]
        if not right or row["question"] in asked:
            raise ValueError(f"{folder}: {row['id']} ({row['question']}) is not as it should be")
        asked.add(row["question"])
    return Counter(row["kind"] for row in rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Print what each folder holds."""
    parser = argparse.ArgumentParser(prog="python -m bench check", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args(argv).folders:
        found = check(folder)
        print(f"{folder}: {found.total()} questions {dict(found)}")
