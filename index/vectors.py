"""Vectors of passages and of their sentences, in flat files that are mapped into memory.

Unit rows, inner product, higher is better. Passage vectors are searched (see `nearest`), sentence
vectors are read for the candidates alone. Knows nothing about texts: row *i* is passage *i*.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Chunked, each_of, joined, mapped
from index.lists import make
from index.nearest import Floats, Made, Nearest, blocks

_PASSAGES = "passages.npy"

# Below this many sentences all of them are compared with the question (5 ms at the limit, on two
# cores), above it only those of the passages already found.
_ALL_SENTENCES = 20_000


class Vectors:
    """Open vectors; safe to share between threads."""

    def __init__(self, folders: Sequence[Path], lists: Path | None = None) -> None:
        """Open what writers wrote into `folders`, at least one, as one after another.

        `lists` is the folder of their lists, which may not be there.
        """
        self._passages = mapped([folder / _PASSAGES for folder in folders])  # (n, d)
        self._nearest = Nearest(self._passages, lists)
        # (n + 1,): where each row's sentences begin; (m, d) float16.
        self.first = joined([folder / "first.npy" for folder in folders])
        self._sentences = mapped([folder / "sentences.npy" for folder in folders])
        self._compared = len(self._sentences) <= _ALL_SENTENCES
        if self._compared:  # widened once, at most 30 MB, and not for every question
            self._sentences = Chunked([self._sentences.whole().astype(np.float32)])

    def __len__(self) -> int:
        return len(self._passages)

    @property
    def sentences(self) -> int:
        """The number of sentences of all rows."""
        return len(self._sentences)

    @property
    def dim(self) -> int:
        """The width of every vector."""
        return self._passages.width

    def search(
        self, query: Floats, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], Floats]:
        """Find the rows nearest to one query, among `allowed` if given.

        `query` is `(d,)` of unit length. Returns `(rows, scores)`, both `(m,)` with `m <= limit`:
        inner products in [-1, 1], best first, ties by lower row. Raises `ValueError` if `d`
        differs.
        """
        if query.shape != (self.dim,):
            raise ValueError(f"the query has shape {query.shape}, the index ({self.dim},)")
        return self._nearest.search(query, limit, allowed)

    def of(self, rows: NDArray[np.int64]) -> Floats:
        """Return the passage vectors of these rows, `(len(rows), d)`."""
        return self._passages.take(rows)

    def sentences_of(self, start: int, end: int) -> NDArray[np.floating]:
        """Return the vectors of the sentences of rows `[start, end)`, in reading order."""
        return self._sentences.between(int(self.first[start]), int(self.first[end]))

    def sentence_scores(self, query: Floats, rows: NDArray[np.int64]) -> Floats:
        """Return the inner products with all sentences of these rows, `(m,)`, row after row."""
        sentences = self._sentences.take(each_of(self.first[rows], self.first[rows + 1]))
        return np.asarray(sentences.astype(np.float32, copy=False) @ query)

    def best_sentences(self, query: Floats, rows: NDArray[np.int64]) -> Floats:
        """Return the best of each row's `sentence_scores`, `(len(rows),)`."""
        if not len(rows):
            return np.empty(0, np.float32)
        counts = self.first[rows + 1] - self.first[rows]
        starts = np.cumsum(counts) - counts
        return np.asarray(np.maximum.reduceat(self.sentence_scores(query, rows), starts))

    def search_sentences(
        self, query: Floats, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Find the rows with the nearest sentences, best first; none if the index is too large."""
        if not self._compared or not len(self._sentences):
            return np.empty(0, np.int64)
        scores = self._sentences.between(0, len(self._sentences)) @ query
        by_row = np.maximum.reduceat(scores, self.first[:-1])
        rows = np.arange(len(self)) if allowed is None else allowed
        return rows[np.argsort(-by_row[rows], kind="stable")[:limit]]

    def lengths(self) -> Floats:
        """Return the length of every vector, of passages and then of sentences; 1 if all is well.

        Reads all of them.
        """
        kinds = (self._passages, self._sentences)
        return np.concatenate(
            [np.linalg.norm(b.astype(np.float32), axis=1) for k in kinds for b in blocks(k, 0)]
            or [np.empty(0, np.float32)]
        )

    def make_lists(self, folder: Path, questions: Floats) -> Made:
        """Put the passages into lists, or what came since; see `lists.make`."""
        return make(folder, self._passages, questions)


class VectorWriter:
    """Writes new vectors into an empty folder, batch by batch in row order."""

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._dim = dim
        self._passages: list[Floats] = []
        self._sentences: list[NDArray[np.float16]] = []
        self._counts: list[int] = [0]

    def add(self, passages: Floats, sentences: NDArray[np.floating], counts: list[int]) -> None:
        """Append passage rows `(n, d)` and their sentences `(sum(counts), d)`, in reading order.

        Raises `ValueError` if a row is not of unit length or the counts do not add up.
        """
        if len(passages) != len(counts) or len(sentences) != sum(counts):
            raise ValueError(f"{len(passages)}, {len(sentences)} rows for {len(counts)} passages")
        for rows in (passages, sentences):
            if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3):
                raise ValueError("a vector is not of unit length")
        self._passages.append(passages.astype(np.float32))
        self._sentences.append(sentences.astype(np.float16))
        self._counts.extend(counts)

    def copy(self, vectors: Vectors, start: int, end: int) -> None:
        """Append rows `[start, end)` of vectors that were written before, bit for bit."""
        counts = np.diff(vectors.first[start : end + 1]).tolist()
        self.add(vectors.of(np.arange(start, end)), vectors.sentences_of(start, end), counts)

    def close(self) -> None:
        """Write the files; raises `OSError` if they can't be."""
        for name, rows, kind in (
            (_PASSAGES, self._passages, np.float32),
            ("sentences.npy", self._sentences, np.float16),
        ):
            np.save(self._folder / name, np.concatenate([np.empty((0, self._dim), kind), *rows]))
        np.save(self._folder / "first.npy", np.cumsum(self._counts, dtype=np.int64))
