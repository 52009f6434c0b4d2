#!/usr/bin/env python3
"""Check the folder against itself: pages, sections, evidence, answers; print counts by kind."""

import collections
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from index.read import find_briefings, read_briefing  # noqa: E402

KINDS = {"lexical", "paraphrase", "keyword", "colloquial", "english", "date", "unanswerable"}
sections: dict[str, dict[str, str]] = {}
for path in find_briefings(HERE / "briefings"):
    page = read_briefing(path, HERE / "briefings")
    assert str(page.source.published) == path.stem, path.name
    sections[path.name] = {s.heading: page.text[s.span.start : s.span.end] for s in page.sections}
    assert len(sections[path.name]) == len(page.sections) == 6, path.name
everything = "\n".join(text for page in sections.values() for text in page.values())
rows = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
assert [row["id"] for row in rows] == [f"q{n:03d}" for n in range(1, len(rows) + 1)]
assert len({row["question"] for row in rows}) == len(rows)
asked = set()
for row in rows:
    gold = [row[name] for name in ("file", "section", "evidence", "answer")]
    assert row["kind"] in KINDS and (None in gold) == (row["kind"] == "unanswerable"), row["id"]
    if row["kind"] == "unanswerable":
        assert gold == [None] * 4, row["id"]
        continue
    file, section, evidence, answer = gold
    assert evidence in sections[file][section] and everything.count(evidence) == 1, row["id"]
    assert answer in evidence and answer not in row["question"], row["id"]
    asked.add((file, section))
assert asked == {(file, section) for file, page in sections.items() for section in page}
print(len(sections), "briefings", len(rows), "questions", dict(collections.Counter(row["kind"] for row in rows)))
