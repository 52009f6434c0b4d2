"""Arrays whose rows lie in several files, read as one; nothing is copied that need not be.

Knows nothing about what the rows mean.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# The system counts every page of a mapped file that was ever read as memory of the process, with
# what lies around it: gigabytes, after some questions about a large index. So pages are let go of
# once so many bytes may be counted, what was read and 64 kB around it; they stay in its cache.
_HELD, _AROUND = 64 * 1024 * 1024, 64 * 1024


class Chunked:
    """Arrays with rows of one kind, one after another; safe to share between threads."""

    def __init__(self, arrays: Sequence[Array], maps: Sequence[mmap.mmap] = ()) -> None:
        """Join `arrays`, at least one; `maps` are those of files that they lie in."""
        self._arrays = list(arrays)
        self._maps = maps if sum(map(len, maps)) > _HELD else ()
        self._held = 0
        self._starts = [0, *np.cumsum([len(each) for each in arrays]).tolist()]

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def width(self) -> int:
        """The number of columns."""
        return int(self._arrays[0].shape[1])

    def between(self, start: int, end: int) -> Array:
        """Return rows `[start, end)`: a view where they lie in one array, else a copy."""
        self._note(end - start, runs=1)
        if len(self._arrays) == 1:  # as in every index but large ones
            return self._arrays[0][start:end]
        number = max(bisect_right(self._starts, start) - 1, 0)
        if number == len(self._arrays):  # nothing, at the very end
            return self._arrays[-1][:0]
        pieces = [self._part(number, start, end)]
        while number + 1 < len(self._arrays) and self._starts[number + 1] < end:
            number += 1
            pieces.append(self._part(number, start, end))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def take(self, rows: NDArray[np.int64]) -> Array:
        """Return these rows, in this order: a copy."""
        if self._maps:
            self._note(len(rows), runs=1 + int((np.diff(rows) != 1).sum()))
        if len(self._arrays) == 1:
            return np.asarray(self._arrays[0][rows])
        found = np.empty((len(rows), *self._arrays[0].shape[1:]), self._arrays[0].dtype)
        number = np.searchsorted(self._starts, rows, side="right") - 1
        for each in np.unique(number).tolist():
            mine = number == each
            found[mine] = self._arrays[each][rows[mine] - self._starts[each]]
        return found

    def whole(self) -> Array:
        """Return all rows as one array."""
        return np.concatenate(self._arrays)

    def _note(self, rows: int, runs: int) -> None:
        row = self._arrays[0][:1].nbytes
        self._held += rows * row + runs * _AROUND
        if self._maps and self._held > _HELD:
            self._held = 0
            for each in self._maps:
                each.madvise(mmap.MADV_DONTNEED)

    def _part(self, number: int, start: int, end: int) -> Array:
        first = self._starts[number]
        return self._arrays[number][max(start - first, 0) : end - first]


def each_of(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges `[start, end)`, range after range."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes  # numbers of the ranges before each
    return np.asarray(np.repeat(starts - before, sizes) + np.arange(sizes.sum()))


def mapped(paths: Sequence[Path]) -> Chunked:
    """Join `.npy` files that are mapped into memory.

    As plain arrays over the mapped files: slices of numpy's `memmap` class cost ten times as much.
    Raises `OSError` if one is no such file.
    """
    arrays = [_load(path, mmap_mode="r") for path in paths]
    maps = [getattr(array.base, "_mmap", None) for array in arrays]
    known = [each for each in maps if each is not None and hasattr(mmap, "MADV_DONTNEED")]
    return Chunked(arrays, known)


def joined(paths: Sequence[Path]) -> NDArray[np.int64]:
    """Join files that say where the rows of something begin, `(n + 1,)` each, from 0.

    Raises `OSError` if one is no such file.
    """
    firsts = [_load(path) for path in paths]
    offsets = np.cumsum([0, *(first[-1] for first in firsts)])
    moved = [first[:-1] + offset for first, offset in zip(firsts, offsets, strict=False)]
    return np.concatenate([*moved, offsets[-1:]]).astype(np.int64)


def _load(path: Path, mmap_mode: Literal["r"] | None = None) -> Array:
    try:
        return np.asarray(np.load(path, mmap_mode))
    except (ValueError, EOFError) as error:
        raise OSError(f"{path.name}: {error}") from error
