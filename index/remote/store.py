"""A generation on a server, as asking sees it; see `index.store`.

The server proposes rows; what they hold is fetched and measured here, by the same vectors and the
same counts as on one machine. In memory are the catalogue of sources and what was fetched last.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch, StoreDamaged
from index.lexical import BOOSTS
from index.manifest import FORMAT, Manifest, check_words, manifest_of
from index.remote.catalogue import read_catalogue, read_written
from index.remote.fetched import Fetched
from index.remote.milvus import Milvus
from index.remote.rows import idf, places
from index.schema import Briefing, Passage
from index.terms import RowTerms, Terms, TermTable, numbered

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]

LAYOUT = 1  # of what a push writes
CARD = "card"  # the key of the first text that is read, and the last that is written
_ID = re.compile(r"[0-9a-f]{16}")


class RemoteIndex:
    """The generations on a server; see `index.store.Index`."""

    def __init__(self, url: str, token: str = "") -> None:
        self._server = Milvus(url, token)

    def current(self) -> str:
        """Return the id of the current generation; raises `StoreEmpty`, `StoreFailed`."""
        return self._server.current()

    def open(self) -> RemoteGeneration:
        """Open the current generation; raises what `RemoteGeneration` raises too."""
        return RemoteGeneration(self._server, self.current())


class RemoteGeneration:
    """An open generation on a server; safe to share between threads."""

    def __init__(self, server: Milvus, generation: str) -> None:
        """Open a generation, whole: counts and widths are those of its card.

        Raises `StoreDamaged`, `StoreFailed`, and `IndexMismatch` if it was pushed in another layout
        or built with another format, analyzer or lexicon.
        """
        self._fetched = Fetched(server, generation)
        card = self._card(server, generation)
        self.manifest = card.manifest
        check_words(self.manifest)
        catalogue = read_catalogue(self._fetched.long_text("catalogue", card.pieces))
        self.manifest.sources.update({s.id: s.sha256 for s in catalogue.sources})
        self._fetched.catalogue = catalogue
        total = self.manifest.counts["passages"]
        self._check(server, total)
        self.days = catalogue.days()
        self.archive = _Texts(self._fetched)
        self.vectors = _Meaning(self._fetched, total, self.manifest.dim)
        self.lexical = _Words(self._fetched, total)
        self.body_terms = _Counts(self._fetched, card.body_terms, "terms")
        self.heading_terms = _Counts(self._fetched, card.heading_terms, "heading")

    def _card(self, server: Milvus, generation: str) -> Card:
        text = server.newest_text(generation, CARD)
        if text is None:
            raise StoreDamaged(server.url, ["it was not pushed to the end"])
        try:
            fields = json.loads(text)
            for what, found, ours in (
                ("the layout", fields["layout"], LAYOUT),
                ("format", fields["manifest"]["format"], FORMAT),
            ):
                if found != ours:
                    raise IndexMismatch(what, found, ours)
            return Card(**{**fields, "manifest": manifest_of(fields["manifest"])})
        except (ValueError, KeyError, TypeError) as error:
            raise StoreDamaged(server.url, [f"its card can't be read: {error}"]) from error

    def _check(self, server: Milvus, total: int) -> None:
        found = [
            ("passages", server.count(self.manifest.id), total),
            ("wide vectors", server.dim(self.manifest.id), self.manifest.dim),
        ]
        problems = [f"{n} {what} instead of {right}" for what, n, right in found if n != right]
        if problems:
            raise StoreDamaged(server.url, problems)


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What is read first of a generation: it is there only if all else is."""

    layout: int
    manifest: Manifest  # its `sources` and `files` are left out
    pieces: int  # of the catalogue
    body_terms: int  # of all passages
    heading_terms: int


class _Texts:
    """See `index.store.Texts`."""

    def __init__(self, fetched: Fetched) -> None:
        self._fetched = fetched
        self._catalogue = fetched.catalogue
        self.rows_on = self._catalogue.rows_on
        self.rows_of = self._catalogue.rows_of
        self.programmes = self._catalogue.programmes
        self.sources = self._catalogue.summaries

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        return [row.passage for row in self._fetched.rows(rows)]

    def passage(self, identity: str) -> Passage | None:
        if not _ID.fullmatch(identity):
            return None
        row = self._fetched.server.row_of(self._fetched.generation, identity)
        return None if row is None else self.passages([row])[0]

    def passages_of(self, source_id: str) -> list[Passage]:
        return self.passages(self._catalogue.rows_of_source(source_id).tolist())

    def newest_passages(self) -> Iterator[Passage]:
        for number in self._catalogue.newest():
            yield from self.passages_of(self._catalogue.sources[number].id)

    def briefing(self, source_id: str) -> Briefing | None:
        number = self._catalogue.number_of.get(source_id)
        if number is None:
            return None
        entry = self._catalogue.entries[number]
        text = self._fetched.long_text(f"source{number}", entry.pieces)
        return read_written(text, entry.source)


class _Meaning:
    """See `index.store.Meaning`."""

    def __init__(self, fetched: Fetched, total: int, dim: int) -> None:
        self._fetched = fetched
        self._total = total
        self._dim = dim

    def __len__(self) -> int:
        return self._total

    def search(self, query: Floats, limit: int, allowed: Rows | None = None) -> tuple[Rows, Floats]:
        if query.shape != (self._dim,):
            raise ValueError(f"the query has shape {query.shape}, the index ({self._dim},)")
        rows = np.array(self._fetched.nearest(query.tolist(), limit, allowed), dtype=np.int64)
        return _best_first(rows, self.of(rows) @ query)

    def search_sentences(self, query: Floats, limit: int, allowed: Rows | None = None) -> Rows:
        return np.empty(0, np.int64)  # as on one machine where there are many sentences

    def of(self, rows: Rows) -> Floats:
        vectors = [row.vector for row in self._fetched.rows(rows.tolist())]
        return np.stack(vectors) if vectors else np.empty((0, self._dim), np.float32)

    def best_sentences(self, query: Floats, rows: Rows) -> Floats:
        found = self._fetched.rows(rows.tolist())
        return np.array([(row.sentences @ query).max() for row in found], dtype=np.float32)

    def sentence_scores(self, query: Floats, rows: Rows) -> Floats:
        found = self._fetched.rows(rows.tolist())
        return np.concatenate([np.empty(0, np.float32), *(row.sentences @ query for row in found)])


class _Words:
    """See `index.store.Words`."""

    def __init__(self, fetched: Fetched, total: int) -> None:
        self._fetched = fetched
        self._total = total

    def __len__(self) -> int:
        return self._total

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        days: Collection[date] | None = None,
        allowed: Rows | None = None,
    ) -> tuple[Rows, Floats]:
        if days is not None:
            on = self._fetched.catalogue.rows_on(days)
            allowed = on if allowed is None else np.intersect1d(on, allowed)
        query = {
            place: boost * weight
            for field, boost in BOOSTS.items()
            for place, weight in self._query(field, terms).items()
        }
        if not query:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        rows = np.array(self._fetched.nearest(query, limit, allowed), dtype=np.int64)
        scores = self._scores(query, rows)
        return _best_first(rows[scores > 0], scores[scores > 0])

    def scores(self, field: str, terms: Sequence[str], rows: Rows) -> Floats:
        return self._scores(self._query(field, terms), rows)

    def frequencies(
        self, terms: Sequence[str], fields: Sequence[str] = ("text", "heading")
    ) -> list[int]:
        number = numbered(terms)
        wanted = [place for field in fields for place in places(field, number)]
        counts = np.array(self._fetched.frequencies(wanted), dtype=np.int64)
        return [int(n) for n in counts.reshape(len(fields), len(terms)).max(axis=0)]

    def _query(self, field: str, terms: Sequence[str]) -> dict[int, float]:
        wanted = places(field, numbered(list(dict.fromkeys(terms))))
        counts = zip(wanted, self._fetched.frequencies(wanted), strict=True)
        return {place: idf(count, self._total) for place, count in counts if count}

    def _scores(self, query: dict[int, float], rows: Rows) -> Floats:
        held = [row.weights for row in self._fetched.rows(rows.tolist())]
        scores = [sum(w * each.get(place, 0.0) for place, w in query.items()) for each in held]
        return np.array(scores, dtype=np.float32)


class _Counts:
    """See `index.store.Counts`: the terms of `Row.terms` or of `Row.heading`."""

    def __init__(self, fetched: Fetched, total: int, which: str) -> None:
        self._fetched = fetched
        self._which = which
        self.total = total

    def counts(self, wanted: Terms, rows: Rows) -> NDArray[np.int64]:
        return self._of(rows).counts(wanted, np.arange(len(rows)))

    def sizes(self, rows: Rows) -> NDArray[np.int64]:
        return self._of(rows).sizes(np.arange(len(rows)))

    def matches(self, wanted: Terms, rows: Rows) -> NDArray[np.bool_]:
        return self._of(rows).matches(wanted, np.arange(len(rows)))

    def lengths(self, rows: Rows) -> NDArray[np.int64]:
        return self._of(rows).lengths(np.arange(len(rows)))

    def _of(self, rows: Rows) -> RowTerms:
        found = self._fetched.rows(rows.tolist())
        texts = [row.terms if self._which == "terms" else (row.heading,) for row in found]
        first = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        return RowTerms(TermTable.of([terms for each in texts for terms in each]), first)


def _best_first(rows: Rows, scores: Floats) -> tuple[Rows, Floats]:
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
