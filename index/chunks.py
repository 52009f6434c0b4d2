"""The flat arrays of an index, in chunks of consecutive rows: vectors, terms, terms of headings.

    chunks/0000/vectors/     see vectors
               /terms/       see terms; of every sentence
               /headings/    see terms; of every passage's heading, and of its names' other names
          /lists/            see lists; over all chunks, where they hold many rows

A chunk is written once. Generations share it by hard links, so that one more briefing costs what it
holds and not what the index holds; a chunk that loses rows or is small is written anew from the old
one. Knows nothing about texts and generations.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lists import is_due, take_over
from index.nearest import Floats, Made, made_in
from index.share import share
from index.terms import TermTable, TermTableWriter
from index.vectors import Vectors, VectorWriter

# Rows of a chunk. What is written has at most FULL, which bounds the memory (75 MB); what has fewer
# than SMALL is joined to what comes after it, which bounds the number of files.
FULL, SMALL = 8192, 4096

_VECTORS, _TERMS, _HEADINGS, _LISTS = "vectors", "terms", "headings", "lists"


class Chunks:
    """Opens all chunks below a folder; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folders = sorted(each for each in folder.iterdir() if each.name != _LISTS)
        self.lists = folder / _LISTS
        self.vectors = Vectors([each / _VECTORS for each in self.folders], self.lists)
        self.terms = TermTable([each / _TERMS for each in self.folders])
        self.headings = TermTable([each / _HEADINGS for each in self.folders])

    def starts(self) -> list[int]:
        """Return the row at which each chunk begins, and the one after the last."""
        sizes = [len(Vectors([each / _VECTORS])) for each in self.folders]
        return list(itertools.accumulate(sizes, initial=0))

    def is_due(self) -> bool:
        """Tell whether lists are to be made, or made anew."""
        return is_due(self.lists, len(self.vectors))


class ChunksWriter:
    """Writes chunks into a new folder: first those of another one, then the new rows.

    New rows come twice, in the same order: their terms, and later, since that takes much longer,
    their vectors.
    """

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._dim = dim
        self._number = 0
        self._unfinished: list[_Chunk] = []

    def take(self, base: Chunks, kept: NDArray[np.bool_]) -> None:
        """Take over the rows of another folder that are to be kept, `(n,)`."""
        take_over(base.lists, self._folder / _LISTS, kept)
        starts = base.starts()
        for folder, start, end in zip(base.folders, starts, starts[1:], strict=False):
            if end - start >= SMALL and kept[start:end].all():
                self._finish()
                _link(folder, self._next())
            else:
                for first, last in _ranges(kept, start, end):
                    self._copy(base, first, last)

    def add_terms(self, heading: Sequence[str], sentences: Sequence[Sequence[str]]) -> None:
        """Append the terms of one passage: those of its heading and of each sentence."""
        chunk = self._with_room()
        chunk.headings.add(heading)
        for sentence in sentences:
            chunk.terms.add(sentence)
        chunk.rows += 1

    def add_vectors(self, passages: Floats, sentences: Floats, counts: list[int]) -> None:
        """Append the vectors of passages whose terms came before; see `VectorWriter.add`."""
        done = read = 0
        while done < len(counts):
            chunk = next(each for each in self._unfinished if each.embedded < each.rows)
            some = counts[done : done + chunk.rows - chunk.embedded]
            end = read + sum(some)
            chunk.vectors.add(passages[done : done + len(some)], sentences[read:end], some)
            self._embedded(chunk, len(some))
            done, read = done + len(some), end

    def close(self, questions: Callable[[], Floats] | None = None) -> Made | None:
        """Write what is left; raises `ValueError` if a row has terms and no vectors.

        Returns how the lists were made that these rows are in, if they are. Lists that are due are
        made only where `questions` gives the vectors of some, to measure them by: that takes as
        long as the index is large.
        """
        self._finish()
        if not self._number:
            self._open().close()
        chunks = Chunks(self._folder)
        if questions is not None and chunks.is_due():
            return chunks.vectors.make_lists(chunks.lists, questions())
        return made_in(chunks.lists)

    def _copy(self, base: Chunks, start: int, end: int) -> None:
        while start < end:
            chunk = self._with_room()
            stop = min(end, start + FULL - chunk.rows)
            first, last = base.vectors.first[start], base.vectors.first[stop]
            chunk.vectors.copy(base.vectors, start, stop)
            chunk.terms.copy(base.terms, int(first), int(last))
            chunk.headings.copy(base.headings, start, stop)
            chunk.rows += stop - start
            self._embedded(chunk, stop - start)
            start = stop

    def _embedded(self, chunk: _Chunk, count: int) -> None:
        chunk.embedded += count
        if chunk.embedded == FULL:
            self._unfinished.remove(chunk)
            chunk.close()

    def _with_room(self) -> _Chunk:
        if not self._unfinished or self._unfinished[-1].rows == FULL:
            return self._open()
        return self._unfinished[-1]

    def _open(self) -> _Chunk:
        chunk = _Chunk(self._next(), self._dim)
        self._unfinished.append(chunk)
        return chunk

    def _finish(self) -> None:
        for chunk in self._unfinished:
            chunk.close()
        self._unfinished = []

    def _next(self) -> Path:
        folder = self._folder / f"{self._number:04}"
        self._number += 1
        return folder


class _Chunk:
    """A chunk that is being written: of its rows, `embedded` have their vectors."""

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir()
        self.vectors = VectorWriter(folder / _VECTORS, dim)
        self.terms = TermTableWriter(folder / _TERMS)
        self.headings = TermTableWriter(folder / _HEADINGS)
        self.rows = self.embedded = 0

    def close(self) -> None:
        if self.embedded != self.rows:
            raise ValueError(f"{self.rows} rows with terms, {self.embedded} with vectors")
        for writer in (self.vectors, self.terms, self.headings):
            writer.close()


def _ranges(kept: NDArray[np.bool_], start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches of kept rows within `[start, end)`."""
    marks = np.concatenate([[False], kept[start:end], [False]])
    edges = (np.flatnonzero(np.diff(marks.astype(np.int8))) + start).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _link(folder: Path, target: Path) -> None:
    for path in sorted(folder.rglob("*")):
        beside = target / path.relative_to(folder)
        if path.is_file():
            beside.parent.mkdir(parents=True, exist_ok=True)
            share(path, beside)
