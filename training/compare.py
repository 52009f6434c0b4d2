"""How far the shipped encoder is from the fp32 weights it holds, by vectors and by what it finds.

e5's cosines lie close together (0.7-0.9), so a cosine near 1 between two encoders says little: what
counts is whether a question still finds the same segment. Knows nothing about where weights come
from but `training.convert.load_fp32`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, open_embedder
from index.encoder.states import Floats
from index.passages import cut
from index.read import read_briefing
from index.schema import Passage
from training.torch_encoder import late_chunked


class Found(NamedTuple):
    """Unit rows of passages, sentences and questions, and each question's best passage."""

    vectors: tuple[Floats, Floats, Floats]
    first: NDArray[np.int64]


def segments(bench: Path, embedder: Embedder) -> tuple[list[Passage], list[str]]:
    """Read all passages and answerable questions of the folders of a benchmark."""
    passages: list[Passage] = []
    questions: list[str] = []
    for folder in sorted(path.parent for path in bench.glob("*/questions.jsonl")):
        briefings = folder / "briefings"
        for path in sorted(briefings.iterdir()):
            briefing = read_briefing(path, briefings)
            passages += cut(briefing, embedder.max_tokens, embedder.count_tokens)
        lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines if line.strip()]
        questions += [each["question"] for each in records if each["kind"] != "unanswerable"]
    return passages, questions


def top_rows(embedder: Embedder, passages: Sequence[Passage], questions: Sequence[str]) -> Found:
    """Encode everything with one embedder, and rank by the passages' vectors alone."""
    whole, parts = embedder.encode_passages(passages)
    asked = np.stack([embedder.encode_query(question) for question in questions])
    return Found((whole, parts, asked), np.argmax(asked @ whole.T, axis=1))


def compare(folder: Path, bench: Path) -> str:
    """Compare the encoder in `folder` with the untuned fp32 weights; returns lines to read."""
    from training.convert import load_fp32

    shipped = open_embedder(str(folder))
    passages, questions = segments(bench, shipped)
    ours = top_rows(shipped, passages, questions)
    theirs = top_rows(late_chunked(*load_fp32()), passages, questions)
    lines = [f"{len(passages)} passages, {len(questions)} questions"]
    for place, name in enumerate(("passages", "sentences", "questions")):
        cosines = np.sum(ours.vectors[place] * theirs.vectors[place], axis=1)
        lines.append(f"cosine of {name}: lowest {cosines.min():.5f}, mean {cosines.mean():.5f}")
    changed = np.mean(ours.first != theirs.first)
    lines.append(f"another first segment for {changed:.2%} of the questions")
    return "\n".join(lines)
