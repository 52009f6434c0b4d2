"""Which of many unit rows are nearest to a query.

Few rows are all compared. More are kept in lists of neighbours (IVF), as 8-bit copies that are a
quarter as large: only the lists nearest to the query are read, and what they offer is compared by
the vectors themselves. Rows that came after the lists were made are all compared as before.
A graph (HNSW) was tried: for queries that are like the rows it is five times as quick, but
questions are not, and to find 0.99 of what is near to them it takes four times as long.
Knows nothing about what the rows mean.

    lists/lists.faiss   the lists
         /kept.npy      (members,) bool: which members are rows still; row i is the i-th of them
         /lists.json    see `Made`
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import Chunked

faiss: Any = _faiss  # its stubs lack half of what is used here
Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

LISTS, KEPT, MADE = "lists.faiss", "kept.npy", "lists.json"
# 8 bits may put rows into another order than the vectors do.
_MORE = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """How lists were made, and how many of them are read for a question."""

    members: int
    trained: int  # how many members there were when the centres of the lists were found
    lists: int
    read: int
    recall: float  # of the 50 nearest rows, over sampled questions
    questions: int


class Nearest:
    """Finds rows; safe to share between threads."""

    def __init__(self, vectors: Chunked, lists: Path | None = None) -> None:
        """Search unit rows, `(n, d)`, with the help of the lists in a folder, if there are any."""
        self._vectors = vectors
        self._lists = _Lists(lists) if lists is not None and lists.is_dir() else None
        self._start = self._lists.rows if self._lists else 0  # of what no list knows
        self._rest = faiss.IndexFlatIP(vectors.width)
        for block in blocks(vectors, self._start):
            self._rest.add(block)

    def search(self, query: Floats, limit: int, allowed: Rows | None = None) -> tuple[Rows, Floats]:
        """Return the `(rows, scores)` nearest to a query, best first, ties by lower row."""
        limit = min(limit, len(self._vectors))
        if limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        after = allowed if allowed is None else allowed[allowed >= self._start] - self._start
        chosen = None if after is None else faiss.IDSelectorBatch(after)
        among = faiss.SearchParameters(sel=chosen) if chosen else None
        products, found = self._rest.search(query[None], limit, params=among)
        there = found[0] >= 0
        rows, scores = found[0][there] + self._start, products[0][there]
        if self._lists is not None:
            before = allowed if allowed is None else allowed[allowed < self._start]
            more = self._lists.search(query, _MORE * limit, before)
            rows = np.concatenate([more, rows])
            scores = np.concatenate([self._vectors.take(more) @ query, scores])
        order = np.lexsort((rows, -scores))[:limit]
        return rows[order], scores[order]


class _Lists:
    def __init__(self, folder: Path) -> None:
        made, kept = made_in(folder), load_kept(folder)
        if made is None:
            raise OSError(f"{MADE} is missing")
        self.rows = int(kept.sum())
        self._count, self._read = made.lists, made.read
        try:
            # Mapped: read as far as it is needed, and once for all processes of a machine.
            self._index = faiss.read_index(str(folder / LISTS), faiss.IO_FLAG_MMAP)
        except RuntimeError as error:
            raise OSError(f"{LISTS}: {error}") from error
        if self._index.ntotal != len(kept):
            raise OSError(f"{LISTS}: {self._index.ntotal} members, {len(kept)} are told of")
        # By default FAISS starts threads for each question to read ahead.
        faiss.downcast_InvertedLists(self._index.invlists).prefetch_nthread = 0
        # (rows,) and (members,), for the way there and back; None where they are the same.
        whole = self.rows == len(kept)
        self._member = None if whole else np.flatnonzero(kept).astype(np.int32)
        self._row = None if whole else (np.cumsum(kept) - 1).astype(np.int32)
        self._there = None if whole else _selector(kept)

    def search(self, query: Floats, limit: int, allowed: Rows | None) -> Rows:
        """Return rows that are near to a query; their order is not exact."""
        chosen, count = self._there, self.rows
        if allowed is not None:
            if not len(allowed):
                return np.empty(0, np.int64)
            mask = np.zeros(self._index.ntotal, np.bool_)
            mask[allowed if self._member is None else self._member[allowed]] = True
            chosen, count = _selector(mask), len(allowed)
        # As many rows have to be looked at as there would be if all members were wanted.
        read = min(self._count, -(-self._read * self._index.ntotal // count))
        named = {} if chosen is None else {"sel": chosen[0]}
        parameters = faiss.SearchParametersIVF(nprobe=read, **named)
        members = self._index.search(query[None], limit, params=parameters)[1][0]
        members = members[members >= 0]
        return np.asarray(members if self._row is None else self._row[members], dtype=np.int64)


def _selector(mask: NDArray[np.bool_]) -> tuple[Any, NDArray[np.uint8]]:
    bits = np.packbits(mask, bitorder="little")
    return faiss.IDSelectorBitmap(bits), bits  # FAISS does not keep the bits alive itself


def made_in(folder: Path) -> Made | None:
    """Return how the lists in a folder were made, None where there are none."""
    path = folder / MADE
    try:
        return Made(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
    except (ValueError, TypeError) as error:
        raise OSError(f"{path.name}: {error}") from error


def load_kept(folder: Path) -> NDArray[np.bool_]:
    """Return which members of the lists in a folder are rows still, `(members,)`."""
    try:
        return np.asarray(np.load(folder / KEPT))
    except (ValueError, EOFError) as error:
        raise OSError(f"{KEPT}: {error}") from error


def blocks(vectors: Chunked, start: int) -> Iterator[Floats]:
    """Yield the rows from `start` on, in as many as fit into a few megabytes."""
    for first in range(start, len(vectors), 8192):
        yield np.ascontiguousarray(vectors.between(first, min(first + 8192, len(vectors))))
