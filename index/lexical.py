"""BM25 over our own tokens: the only home of tantivy.

Each passage is a document with fields of tokens and its serial number; tantivy only counts them, it
never sees Korean text. Scores are Okapi BM25 (k1 = 1.2, b = 0.75, idf as in Lucene). Knows nothing
about languages.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.share import share

# `entities` holds the terms of the other names of what a passage names, and of what that is.
FIELDS = ("text", "heading", "entities")
# Of a term that more passages hold it does not matter that some of them were removed, and to count
# them takes the longer the more there are.
_MANY = 10_000
# Filters by rows that keep more than one document in so many.
_WIDE = 50
# What a match in a field counts for when candidates are proposed; all are measured apart later.
BOOSTS = {"text": 1.0, "heading": 1.0, "entities": 0.4}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="ours", index_option="freq")
    builder.add_unsigned_field("serial", indexed=True, fast=True)
    # Days since 0001-01-01; 0 where the page has no date. For filters by date.
    builder.add_unsigned_field("day", indexed=True, fast=True)
    return builder.build()


def _open(folder: Path, reuse: bool) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder), reuse=reuse)
    spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("ours", spaces)
    return index


class Lexical:
    """An open lexical index; safe to share between threads."""

    def __init__(self, folder: Path, serials: NDArray[np.int64]) -> None:
        """Open a folder; `serials` are the numbers of the documents by row, ascending."""
        self._serials = serials
        with _as_os_error():
            self._links = None if _lockable(folder) else _linked(folder)
            self._index = _open(Path(self._links.name) if self._links else folder, reuse=True)
            self._schema = self._index.schema
            self._searcher = self._index.searcher()
            # Until their segment is merged, tantivy counts removed documents in `doc_freq`.
            segments = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]
        self._some_removed = any(segment["deletes"] for segment in segments)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        days: Collection[date] | None = None,
        allowed: NDArray[np.int64] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the rows that hold most of `terms`, in any field.

        Returns `(rows, scores)`, both `(m,)` with `m <= limit`, best first, ties by lower row.
        `days` keeps to passages published on one of them, `allowed` to these rows.
        """
        query = self._any(BOOSTS, terms)
        if days is not None:
            query = self._only(query, "day", [day.toordinal() for day in days])
        rows, scores = self._among(query, limit, allowed)
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def _among(
        self, query: tantivy.Query, limit: int, allowed: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        if allowed is None:
            return self._run(query, limit)
        if len(allowed) * _WIDE > len(self._serials):
            # To name a good part of all documents takes longer than to pass over the others.
            asked = 2 * limit * len(self._serials) // len(allowed)
            rows, scores = self._run(query, asked)
            (there,) = np.nonzero(np.isin(rows, allowed))
            if len(there) >= limit or len(rows) < asked:
                return rows[there[:limit]], scores[there[:limit]]
        return self._run(self._only(query, "serial", self._serials[allowed].tolist()), limit)

    def scores(
        self, field: str, terms: Sequence[str], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the BM25 score of each of `rows` in one field, in their order; 0 for no match."""
        hold = {term: self._searcher.doc_freq(field, term) for term in terms}
        held = [term for term, count in hold.items() if count]
        if not held or not len(rows):
            return np.zeros(len(rows), np.float32)
        query, limit = self._any({field: 1.0}, held), sum(hold.values())
        if limit > len(rows):  # else all that match are as quickly found as some of them
            query, limit = self._only(query, "serial", self._serials[rows].tolist()), len(rows)
        found, scores = self._run(query, limit)
        by_row = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return np.array([by_row.get(row, 0.0) for row in rows.tolist()], dtype=np.float32)

    def frequencies(
        self, terms: Sequence[str], fields: Sequence[str] = ("text", "heading")
    ) -> list[int]:
        """Count the passages that hold each term; see `frequency`."""
        return [self.frequency(term, fields) for term in terms]

    def frequency(self, term: str, fields: Sequence[str] = ("text", "heading")) -> int:
        """Count the passages that hold `term`, in the one of `fields` where most do."""
        return max(self._frequency(term, field) for field in fields)

    def _frequency(self, term: str, field: str) -> int:
        about = int(self._searcher.doc_freq(field, term))
        if not self._some_removed or about > _MANY:
            return about
        found = self._searcher.search(self._any({field: 1.0}, [term]), 1)
        return int(found.count)  # type: ignore[attr-defined]  # its stubs forget it

    def _any(self, boosts: Mapping[str, float], terms: Sequence[str]) -> tantivy.Query:
        """Return the sum over fields and terms, flat: then tantivy passes by what can't be best.

        (Block-max WAND. A sum of one sum a field took twice as long on a million passages.)
        """
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, term), boost))
                for field, boost in boosts.items()
                for term in dict.fromkeys(terms)
            ]
        )

    def _term(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term, "freq")

    def _only(self, query: tantivy.Query, field: str, values: list[int]) -> tantivy.Query:
        among = tantivy.Query.term_set_query(self._schema, field, values)
        silent = tantivy.Query.const_score_query(among, 0.0)  # a filter adds nothing to the score
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Must, silent)]
        )

    def _run(
        self, query: tantivy.Query, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        hits = self._searcher.search(query, limit, count=False).hits
        serials = self._searcher.fast_field_values("serial", [address for _, address in hits])
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        return np.searchsorted(self._serials, np.array(serials, dtype=np.int64)), scores


class LexicalWriter:
    """Writes a new lexical index into a folder; raises `OSError` where the disk is full."""

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        """Begin with nothing, or with what another folder holds; that one is not touched."""
        folder.mkdir()
        for path in () if base is None else base.iterdir():
            # tantivy replaces the lists of its files, and writes its segments only once.
            if path.suffix == ".json":
                shutil.copyfile(path, folder / path.name)
            elif path.suffix != ".lock":
                share(path, folder / path.name)
        # One thread keeps the rows of a segment in order; Kiwi, not tantivy, is what costs time.
        index = _open(folder, reuse=base is not None)
        with _as_os_error():
            self._writer = index.writer(heap_size=64_000_000, num_threads=1)

    def remove(self, serials: Iterable[int]) -> None:
        """Take out the documents with these numbers."""
        # By a query: as a term, a number of Python's is not taken for an unsigned one.
        gone = tantivy.Query.term_set_query(_schema(), "serial", list(serials))
        self._writer.delete_documents_by_query(gone)

    def add(self, serial: int, fields: Mapping[str, Sequence[str]], published: date | None) -> None:
        """Append one passage: the terms of each of `FIELDS`."""
        document = tantivy.Document()
        for field in FIELDS:
            document.add_text(field, " ".join(fields[field]))
        document.add_unsigned("serial", serial)
        document.add_unsigned("day", published.toordinal() if published else 0)
        with _as_os_error():
            self._writer.add_document(document)

    def close(self) -> None:
        """Commit; the folder is complete."""
        with _as_os_error():
            self._writer.commit()
            self._writer.wait_merging_threads()


def _lockable(folder: Path) -> bool:
    """Tell whether tantivy can lock a folder, which it does by writing, even to read."""
    return all(os.access(path, os.W_OK) for path in [folder, *folder.glob(".*.lock")])


def _linked(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a folder of links to the files of one that nobody may write to."""
    # A thread of tantivy's may still write there while it is removed.
    links = tempfile.TemporaryDirectory(prefix="lexical-", ignore_cleanup_errors=True)
    for path in folder.glob("[!.]*"):
        (Path(links.name) / path.name).symlink_to(path.absolute())
    return links


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # what the binding makes of every error of tantivy's
        raise OSError(str(error)) from error
