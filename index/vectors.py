"""Vectors of passages and of their sentences: the only home of faiss.

Unit rows, inner product, higher is better. Passage vectors are searched with FAISS, sentence
vectors lie beside it in a flat file that is mapped into memory and read for the candidates alone.
Knows nothing about texts: row *i* is passage *i*.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Below this many sentences all of them are compared with the question (5 ms at the limit, on two
# cores), above it only those of the passages already found.
_ALL_SENTENCES = 20_000


class Vectors:
    """Open vectors; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._passages = faiss.read_index(str(folder / "passages.faiss"))
        # (n + 1,) int64: where each row's sentences begin; (m, d) float16. As plain arrays over the
        # mapped files: slices of numpy's `memmap` class cost ten times as much.
        self.first = np.load(folder / "first.npy")
        self.sentences = np.asarray(np.load(folder / "sentences.npy", mmap_mode="r"))
        self._compared = len(self.sentences) <= _ALL_SENTENCES
        if self._compared:  # widened once, at most 30 MB, and not for every question
            self.sentences = self.sentences.astype(np.float32)

    def __len__(self) -> int:
        return int(self._passages.ntotal)

    @property
    def dim(self) -> int:
        """The width of every vector."""
        return int(self._passages.d)

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
        limit = min(limit, len(self))
        if limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        chosen = None if allowed is None else faiss.IDSelectorBatch(allowed)
        # The stubs of faiss 1.15 do not know the argument that its own documentation uses.
        parameters = faiss.SearchParameters(sel=chosen) if chosen else None  # type: ignore[call-arg]
        scores, rows = self._passages.search(query[None], limit, params=parameters)
        found = rows[0] >= 0
        order = np.lexsort((rows[0][found], -scores[0][found]))
        return rows[0][found][order], scores[0][found][order]

    def of(self, rows: NDArray[np.int64]) -> Floats:
        """Return the passage vectors of these rows, `(len(rows), d)`."""
        if not len(rows):
            return np.empty((0, self.dim), np.float32)
        return np.asarray(self._passages.reconstruct_batch(rows))

    def sentence_scores(self, query: Floats, row: int) -> Floats:
        """Return the inner products of `query` with a passage's sentences, in reading order."""
        rows = self.sentences[self.first[row] : self.first[row + 1]]
        return np.asarray(rows, dtype=np.float32) @ query

    def best_sentences(self, query: Floats, rows: NDArray[np.int64]) -> Floats:
        """Return the best of each row's `sentence_scores`, `(len(rows),)`."""
        if not len(rows):
            return np.empty(0, np.float32)
        ranges = [np.arange(self.first[row], self.first[row + 1]) for row in rows]
        scores = self.sentences[np.concatenate(ranges)].astype(np.float32, copy=False) @ query
        starts = np.cumsum([0, *map(len, ranges[:-1])])
        return np.asarray(np.maximum.reduceat(scores, starts))

    def search_sentences(
        self, query: Floats, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Find the rows with the nearest sentences, best first; none if the index is too large."""
        if not self._compared or not len(self.sentences):
            return np.empty(0, np.int64)
        scores = self.sentences @ query
        by_row = np.maximum.reduceat(scores, self.first[:-1])
        rows = np.arange(len(self)) if allowed is None else allowed
        return rows[np.argsort(-by_row[rows], kind="stable")[:limit]]


class VectorWriter:
    """Writes new vectors into an empty folder, batch by batch in row order."""

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._passages = faiss.IndexFlatIP(dim)
        self._sentences: list[NDArray[np.float16]] = []
        self._counts: list[int] = [0]

    def add(self, passages: Floats, sentences: Floats, counts: list[int]) -> None:
        """Append passage rows `(n, d)` and their sentences `(sum(counts), d)`, in reading order.

        Raises `ValueError` if a row is not of unit length or the counts do not add up.
        """
        if len(passages) != len(counts) or len(sentences) != sum(counts):
            raise ValueError(f"{len(passages)}, {len(sentences)} rows for {len(counts)} passages")
        for rows in (passages, sentences):
            if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3):
                raise ValueError("a vector is not of unit length")
        self._passages.add(np.ascontiguousarray(passages, dtype=np.float32))
        self._sentences.append(sentences.astype(np.float16))
        self._counts.extend(counts)

    def close(self) -> None:
        """Write the files."""
        faiss.write_index(self._passages, str(self._folder / "passages.faiss"))
        dim = self._passages.d
        stacked = np.concatenate([np.empty((0, dim), np.float16), *self._sentences])
        np.save(self._folder / "sentences.npy", stacked)
        np.save(self._folder / "first.npy", np.cumsum(self._counts, dtype=np.int64))
