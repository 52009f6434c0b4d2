"""Folders of questions, asked without answering: what `fit` learns from.

Knows nothing about what is fitted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.build import build
from index.embed import Embedder, open_embedder
from index.generations import Generation, current
from index.schema import Passage
from qa.evaluate import read_judged
from qa.question import Question, read_question
from qa.rank import Ranking, rank
from qa.retrieve import Candidates, find
from qa.weights import Weights

Row = dict[str, Any]
# Folders of questions, by the encoder that has not seen them.
Groups = Sequence[tuple[str, Sequence[Path]]]


class Remembering:
    """An `Embedder` that encodes nothing twice: every briefing is indexed, and asked, often."""

    def __init__(self, embedder: Embedder) -> None:
        self.id, self.dim, self.max_tokens = embedder.id, embedder.dim, embedder.max_tokens
        self.answering = embedder.answering
        self.count_tokens = embedder.count_tokens
        self._embedder = embedder
        self._queries: dict[str, NDArray[np.float32]] = {}
        self._passages: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def encode_query(self, question: str) -> NDArray[np.float32]:
        """Return the vector of a question."""
        if question not in self._queries:
            self._queries[question] = self._embedder.encode_query(question)
        return self._queries[question]

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the vectors of passages and of their sentences."""
        new = [p for p in passages if p.id not in self._passages]
        if new:
            rows, sentences = self._embedder.encode_passages(new, progress)
            ends = np.cumsum([len(p.sentences) for p in new])
            for passage, row, own in zip(new, rows, np.split(sentences, ends[:-1]), strict=True):
                self._passages[passage.id] = (row, own)
        known = [self._passages[p.id] for p in passages]
        return np.stack([row for row, _ in known]), np.concatenate([own for _, own in known])


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """An index, its encoder, the questions that are asked, and its half of the folders."""

    generation: Generation
    embedder: Embedder
    questions: Sequence[Row]
    half: int


@dataclasses.dataclass(frozen=True, slots=True)
class Looked:
    """What was found for one question."""

    row: Row
    question: Question
    candidates: Candidates
    ranking: Ranking

    def gold(self, passage: Passage) -> bool:
        """Tell whether the answer stands in this passage."""
        return passage.source.id == self.row["file"] and self.row["evidence"] in passage.text


def look(asked: Asked, weights: Weights) -> list[Looked]:
    """Look for every question of an index, without answering."""
    found = []
    for row in asked.questions:
        question = read_question(row["question"], asked.generation.days)
        candidates = find(question, asked.generation, asked.embedder, weights)
        ranking = rank(question, candidates, asked.generation, weights)
        if ranking.sentences:  # none on a day without a briefing: refused without a model
            found.append(Looked(row, question, candidates, ranking))
    return found


def indexes(groups: Groups, scratch: Path) -> tuple[list[Asked], list[Asked]]:
    """Index each folder whole, and each of its briefings alone.

    A briefing alone is asked all on itself, and a fifth of the rest.
    """
    whole: list[Asked] = []
    single: list[Asked] = []
    for model, folders in groups:
        embedder = Remembering(open_embedder(model))
        for folder in folders:
            number = len(whole)
            questions, place = read_judged(folder / "questions.jsonl"), scratch / str(number)
            generation = _index(folder / "briefings", place / "whole", embedder)
            whole.append(Asked(generation, embedder, questions, number % 2))
            for path in sorted((folder / "briefings").iterdir()):
                alone = place / path.stem
                alone.mkdir()
                (alone / path.name).write_bytes(path.read_bytes())
                generation = _index(alone, alone / "index", embedder)
                asked = [
                    row
                    for i, row in enumerate(questions)
                    if row["file"] == path.name or i % 5 == number % 5
                ]
                single.append(Asked(generation, embedder, asked, number % 2))
    return whole, single


def _index(folder: Path, index: Path, embedder: Embedder) -> Generation:
    build(folder, index, embedder)
    return Generation(current(index))
