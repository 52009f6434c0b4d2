"""What asking needs of an index, wherever it lies: in a folder or on a cluster.

`index.generations.Generation` and `index.remote.store.RemoteGeneration` are such stores. A row is a
passage, and rows count from 0 in each of a store's parts. Knows nothing about engines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.manifest import Manifest
from index.schema import Briefing, Passage, SourceSummary
from index.terms import Terms

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]


class Texts(Protocol):
    """Passages, sources, and which rows are whose; see `index.archive.Archive`."""

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of these rows, in this order."""
        ...

    def passage(self, identity: str) -> Passage | None:
        """Return the passage with this id."""
        ...

    def passages_of(self, source_id: str) -> list[Passage]:
        """Return the passages of a source, in reading order."""
        ...

    def newest_passages(self) -> Iterator[Passage]:
        """Yield every passage, those of the newest briefing first, reading as it goes."""
        ...

    def rows_on(self, days: Collection[date]) -> Rows:
        """Return the rows of the passages published on any of these days, ascending."""
        ...

    def rows_of(self, programme: str, source: str) -> Rows:
        """Return the rows of a programme's passages and of a source's, ascending; "" for any."""
        ...

    def programmes(self) -> list[str]:
        """Return the names of all programmes, in their order."""
        ...

    def sources(self, words: str = "", first: int = 0, count: int = -1) -> list[SourceSummary]:
        """List sources, newest first; `count` from the `first` of those that hold all `words`."""
        ...

    def briefing(self, source_id: str) -> Briefing | None:
        """Return a whole briefing as it was read."""
        ...


class Meaning(Protocol):
    """Unit vectors of passages and of their sentences; see `index.vectors.Vectors`."""

    def __len__(self) -> int: ...

    def search(self, query: Floats, limit: int, allowed: Rows | None = None) -> tuple[Rows, Floats]:
        """Find the rows nearest to one query, with their inner products, best first.

        Raises `ValueError` if the query is not as wide as the vectors.
        """
        ...

    def search_sentences(self, query: Floats, limit: int, allowed: Rows | None = None) -> Rows:
        """Find the rows with the nearest sentences; none where that would take too long."""
        ...

    def of(self, rows: Rows) -> Floats:
        """Return the passage vectors of these rows, `(len(rows), d)`."""
        ...

    def best_sentences(self, query: Floats, rows: Rows) -> Floats:
        """Return the best inner product among each row's sentences, `(len(rows),)`."""
        ...

    def sentence_scores(self, query: Floats, rows: Rows) -> Floats:
        """Return the inner products with all sentences of these rows, row after row."""
        ...


class Words(Protocol):
    """BM25 by fields of terms; see `index.lexical.Lexical`."""

    def __len__(self) -> int: ...

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        days: Collection[date] | None = None,
        allowed: Rows | None = None,
    ) -> tuple[Rows, Floats]:
        """Find the rows that hold most of `terms`, in any field, with their scores, best first."""
        ...

    def scores(self, field: str, terms: Sequence[str], rows: Rows) -> Floats:
        """Return the BM25 score of each of `rows` in one field, in their order; 0 for no match."""
        ...

    def frequencies(
        self, terms: Sequence[str], fields: Sequence[str] = ("text", "heading")
    ) -> list[int]:
        """Count the passages that hold each term, in the one of `fields` where most do."""
        ...


class Counts(Protocol):
    """The terms of each row's texts: its sentences, or its heading; see `index.terms.RowTerms`."""

    @property
    def total(self) -> int:
        """The number of terms of all rows."""
        ...

    def counts(self, wanted: Terms, rows: Rows) -> NDArray[np.int64]:
        """Count how often each of `wanted` stands in each row, `(len(rows), len(wanted))`."""
        ...

    def sizes(self, rows: Rows) -> NDArray[np.int64]:
        """Count the terms of each row, `(len(rows),)`."""
        ...

    def matches(self, wanted: Terms, rows: Rows) -> NDArray[np.bool_]:
        """Tell which of `wanted` stand in which text, `(m, len(wanted))` for all m texts."""
        ...

    def lengths(self, rows: Rows) -> NDArray[np.int64]:
        """Count the terms of each text, `(m,)`, row after row."""
        ...


class Store(Protocol):
    """One generation of an index, open; safe to share between threads."""

    @property
    def manifest(self) -> Manifest:
        """What it was built with."""
        ...

    @property
    def days(self) -> list[date]:
        """The days on which briefings were published, oldest first."""
        ...

    @property
    def archive(self) -> Texts:
        """Its texts."""
        ...

    @property
    def vectors(self) -> Meaning:
        """Its vectors."""
        ...

    @property
    def lexical(self) -> Words:
        """Its words."""
        ...

    @property
    def body_terms(self) -> Counts:
        """The terms of each row's sentences."""
        ...

    @property
    def heading_terms(self) -> Counts:
        """The terms of each row's heading, and of the other names of what it names."""
        ...


class Index(Protocol):
    """Where generations are published, one of which is current."""

    def current(self) -> str:
        """Return the id of the current generation; raises `IndexMissing` if there is none."""
        ...

    def open(self) -> Store:
        """Open the current generation.

        Raises `IndexMissing`, `IndexDamaged`, `IndexMismatch`, `StoreFailed`.
        """
        ...
