"""The terms of many short texts as numbers, in flat arrays that are mapped into memory.

A ranker compares a question with the sentences of many passages; analysing those again would take
longer than everything else (Kiwi reads 100 characters a millisecond). A term is kept as 32 bits of
a hash, so there is no vocabulary to hold or to merge; one foreign match in 4 × 10^9 comparisons
does no harm.
Knows nothing about languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Chunked, each_of, joined, mapped

Terms = NDArray[np.uint32]
Places = NDArray[np.int64]  # of texts, counted from 0
_NONE = np.empty(0, np.uint32)


def numbered(terms: Sequence[str]) -> Terms:
    """Return the number of each term, `(len(terms),)`: the same on every machine."""
    digests = (hashlib.blake2b(term.encode(), digest_size=4).digest() for term in terms)
    return np.frombuffer(b"".join(digests), dtype="<u4")


class TermTable:
    """The terms of texts numbered from 0 (sentences, headings); safe to share between threads."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open what writers wrote into `folders`, at least one, as one after another."""
        # (t,) uint32 in reading order, and (m + 1,): where each text's terms begin.
        self._terms = mapped([folder / "terms.npy" for folder in folders])
        self._first = joined([folder / "first.npy" for folder in folders])

    @classmethod
    def of(cls, texts: Sequence[Terms]) -> TermTable:
        """Make a table of the terms of some texts that are at hand."""
        table = cls.__new__(cls)
        table._terms = Chunked([np.concatenate([_NONE, *texts])])
        table._first = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        return table

    def __len__(self) -> int:
        return len(self._first) - 1

    @property
    def total(self) -> int:
        """The number of terms of all texts."""
        return len(self._terms)

    def between(self, start: int, end: int) -> Terms:
        """Return the numbers of the terms of texts `[start, end)`, in reading order."""
        return self._terms.between(int(self._first[start]), int(self._first[end]))

    def matches(self, wanted: Terms, starts: Places, ends: Places) -> NDArray[np.bool_]:
        """Tell which of `wanted` stand in which of the texts of some ranges `[start, end)`.

        Returns a row for each text, range after range, and a column for each of `wanted`.
        """
        return self._counted(wanted, starts, ends, self.lengths(starts, ends)) > 0

    def counts(self, wanted: Terms, starts: Places, ends: Places) -> NDArray[np.int64]:
        """Count how often each of `wanted` stands in all texts of a range `[start, end)` together.

        Returns a row for each range and a column for each of `wanted`.
        """
        return self._counted(wanted, starts, ends, self.sizes(starts, ends))

    def lengths(self, starts: Places, ends: Places) -> NDArray[np.int64]:
        """Count the terms of each text of some ranges `[start, end)`, range after range."""
        texts = each_of(starts, ends)
        return np.asarray(self._first[texts + 1] - self._first[texts])

    def sizes(self, starts: Places, ends: Places) -> NDArray[np.int64]:
        """Count the terms of each range `[start, end)` of texts, `(len(starts),)`."""
        return np.asarray(self._first[ends] - self._first[starts])

    def _counted(
        self, wanted: Terms, starts: Places, ends: Places, lengths: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Count `wanted` in consecutive stretches, of these lengths, of the terms of all ranges."""
        terms = self._terms.take(each_of(self._first[starts], self._first[ends]))
        # A question has some ten terms: to compare them all is quicker than to search for them.
        which, place = np.divmod(np.flatnonzero(wanted[:, None] == terms), max(len(terms), 1))
        stretch = np.searchsorted(np.cumsum(lengths), place, side="right")
        cells = len(lengths) * len(wanted)
        found = np.bincount(stretch * len(wanted) + which, minlength=cells)
        return found.reshape(len(lengths), len(wanted))


class RowTerms:
    """The terms of rows, each of which has some texts of a table: its sentences, or its heading."""

    def __init__(self, table: TermTable, first: NDArray[np.int64]) -> None:
        """`first` is where each row's texts begin, `(n + 1,)`."""
        self._table = table
        self._first = first

    @property
    def total(self) -> int:
        """The number of terms of all rows."""
        return self._table.total

    def counts(self, wanted: Terms, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count how often each of `wanted` stands in each row, `(len(rows), len(wanted))`."""
        return self._table.counts(wanted, self._first[rows], self._first[rows + 1])

    def sizes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the terms of each row, `(len(rows),)`."""
        return self._table.sizes(self._first[rows], self._first[rows + 1])

    def matches(self, wanted: Terms, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of `wanted` stand in which text, `(m, len(wanted))` for all m texts."""
        return self._table.matches(wanted, self._first[rows], self._first[rows + 1])

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the terms of each text, `(m,)`, row after row."""
        return self._table.lengths(self._first[rows], self._first[rows + 1])


class TermTableWriter:
    """Writes the terms of new texts into an empty folder, in order."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._terms: list[Terms] = []
        self._counts: list[int] = [0]

    def add(self, terms: Sequence[str]) -> None:
        """Append one text's terms."""
        self._terms.append(numbered(terms))
        self._counts.append(len(terms))

    def copy(self, table: TermTable, start: int, end: int) -> None:
        """Append texts `[start, end)` of a table that was written before."""
        self._terms.append(table.between(start, end))
        self._counts.extend(table.lengths(np.array([start]), np.array([end])).tolist())

    def close(self) -> None:
        """Write the files."""
        np.save(self._folder / "terms.npy", np.concatenate([_NONE, *self._terms]))
        np.save(self._folder / "first.npy", np.cumsum(self._counts, dtype=np.int64))
