"""Vectors of passages and of their sentences: the only home of faiss.

Unit rows, inner product, higher is better. Passage vectors are searched with FAISS, sentence
vectors lie beside it in flat files that are mapped into memory and read for the candidates alone.
Knows nothing about texts: row *i* is passage *i*.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import Chunked, joined, mapped

Floats = NDArray[np.float32]

_PASSAGES = "passages.faiss"

# Below this many sentences all of them are compared with the question (5 ms at the limit, on two
# cores), above it only those of the passages already found.
_ALL_SENTENCES = 20_000


class Vectors:
    """Open vectors; safe to share between threads."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open what writers wrote into `folders`, at least one, as one after another."""
        self._passages = _read(folders[0])
        for folder in folders[1:]:
            self._passages.merge_from(_read(folder))
        # (n + 1,): where each row's sentences begin; (m, d) float16.
        self.first = joined([folder / "first.npy" for folder in folders])
        self._sentences = mapped([folder / "sentences.npy" for folder in folders])
        self._compared = len(self._sentences) <= _ALL_SENTENCES
        if self._compared:  # widened once, at most 30 MB, and not for every question
            self._sentences = Chunked([self._sentences.whole().astype(np.float32)])

    def __len__(self) -> int:
        return int(self._passages.ntotal)

    @property
    def sentences(self) -> int:
        """The number of sentences of all rows."""
        return len(self._sentences)

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

    def sentences_of(self, start: int, end: int) -> NDArray[np.floating]:
        """Return the vectors of the sentences of rows `[start, end)`, in reading order."""
        return self._sentences.between(int(self.first[start]), int(self.first[end]))

    def sentence_scores(self, query: Floats, row: int) -> Floats:
        """Return the inner products of `query` with a passage's sentences, in reading order."""
        return np.asarray(self.sentences_of(row, row + 1), dtype=np.float32) @ query

    def best_sentences(self, query: Floats, rows: NDArray[np.int64]) -> Floats:
        """Return the best of each row's `sentence_scores`, `(len(rows),)`."""
        if not len(rows):
            return np.empty(0, np.float32)
        vectors = [self.sentences_of(row, row + 1) for row in rows.tolist()]
        scores = np.concatenate(vectors).astype(np.float32, copy=False) @ query
        starts = np.cumsum([0, *map(len, vectors[:-1])])
        return np.asarray(np.maximum.reduceat(scores, starts))

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
        passages = self.of(np.arange(len(self)))
        sentences = self.sentences_of(0, len(self)).astype(np.float32)
        return np.concatenate([np.linalg.norm(rows, axis=1) for rows in (passages, sentences)])


def _read(folder: Path) -> faiss.Index:
    try:
        return faiss.read_index(str(folder / _PASSAGES))
    except RuntimeError as error:
        raise OSError(str(error)) from error


class VectorWriter:
    """Writes new vectors into an empty folder, batch by batch in row order."""

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._passages = faiss.IndexFlatIP(dim)
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
        self._passages.add(np.ascontiguousarray(passages, dtype=np.float32))
        self._sentences.append(sentences.astype(np.float16))
        self._counts.extend(counts)

    def copy(self, vectors: Vectors, start: int, end: int) -> None:
        """Append rows `[start, end)` of vectors that were written before, bit for bit."""
        counts = np.diff(vectors.first[start : end + 1]).tolist()
        self.add(vectors.of(np.arange(start, end)), vectors.sentences_of(start, end), counts)

    def close(self) -> None:
        """Write the files; raises `OSError` if they can't be."""
        path = self._folder / _PASSAGES
        path.touch()  # for what it raises: FAISS would say it in C++
        try:
            faiss.write_index(self._passages, str(path))
        except RuntimeError as error:
            raise OSError(str(error)) from error
        dim = self._passages.d
        stacked = np.concatenate([np.empty((0, dim), np.float16), *self._sentences])
        np.save(self._folder / "sentences.npy", stacked)
        np.save(self._folder / "first.npy", np.cumsum(self._counts, dtype=np.int64))
