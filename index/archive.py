"""The texts of an index in one SQLite file: sources, their sections, and the passages by row.

A passage's text is not stored twice: it is cut out of its source's text by its span, so the law
`source_text[start:end] == passage.text` can't be broken. A passage keeps its serial number for
life; its row is its place among those that are there. Knows nothing about search.
"""

from __future__ import annotations

import functools
import shutil
import sqlite3
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.errors import SourceError
from index.schema import Briefing, Passage, Section, Source, SourceSummary, Span

_SCHEMA = """
CREATE TABLE sources (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, sha256 TEXT NOT NULL,
    programme TEXT, anchor TEXT, published TEXT, text TEXT NOT NULL);
CREATE INDEX sources_by_date ON sources (published, id);
CREATE TABLE sections (
    source INTEGER NOT NULL, number INTEGER NOT NULL, heading TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, PRIMARY KEY (source, number)) WITHOUT ROWID;
CREATE TABLE passages (
    serial INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, words BLOB NOT NULL,
    source INTEGER NOT NULL, section INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences BLOB NOT NULL);
CREATE INDEX passages_by_source ON passages (source, serial);
CREATE INDEX passages_by_words ON passages (words);
"""

_SOURCE = "s.id, s.title, s.sha256, s.programme, s.anchor, s.published"
# What a source is looked up by.
_SHOWN = (
    "s.title || ' ' || ifnull(s.programme, '') || ' ' || ifnull(s.published, '') || ' ' || s.id"
)
_PASSAGE = (
    f"SELECT p.serial, {_SOURCE}, p.id, p.section, c.heading, p.start, p.end, p.sentences,"
    " substr(s.text, p.start + 1, p.end - p.start)"
    " FROM passages p JOIN sources s ON s.number = p.source"
    " JOIN sections c ON c.source = p.source AND c.number = p.section"
)

_OF_SOURCE = "FROM passages WHERE source = ?"

# Passages that are kept once read, by row: some megabytes, and half a millisecond of a question.
_KEPT = 2_000


class _Columns(NamedTuple):
    """What filters look at, by row, `(n,)` each.

    A year's passages as objects of Python's cost more than everything else a question asks for.
    """

    serials: NDArray[np.int64]
    source: NDArray[np.int32]
    day: NDArray[np.int32]  # 0 where a page has no date


class Archive:
    """Reads the file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        # `immutable`: a published file never changes; SQLite need not lock or look for a journal.
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._read: dict[int, Passage] = {}

    @property
    def serials(self) -> NDArray[np.int64]:
        """The serial of each row, `(n,)`; raises `OSError` if the file is damaged."""
        return self._columns.serials

    @functools.cached_property
    def _columns(self) -> _Columns:
        with _as_os_error():
            numbers = self._table("SELECT serial, source FROM passages ORDER BY serial")
            sources = self._db.execute("SELECT number, published FROM sources").fetchall()
        source = numbers[:, 1].astype(np.int32)
        day = np.zeros(max((number for number, _ in sources), default=0) + 1, np.int32)
        for number, published in sources:
            day[number] = date.fromisoformat(published).toordinal() if published else 0
        return _Columns(np.ascontiguousarray(numbers[:, 0]), source, day[source])

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def counts(self) -> dict[str, int]:
        """Count the rows of each table, and the sentences."""
        tables = ("sources", "sections", "passages")
        counts = {table: self._number(f"SELECT count(*) FROM {table}") for table in tables}
        total = self._number("SELECT total(length(sentences)) FROM passages")
        return {**counts, "sentences": total // 8}

    def checksums(self) -> dict[str, str]:
        """Return the SHA-256 of each source's bytes, by its id."""
        return dict(self._db.execute("SELECT id, sha256 FROM sources ORDER BY number"))

    def _table(self, query: str) -> NDArray[np.int64]:
        """Return rows of two numbers, `(n, 2)`, read as they come."""
        pair = np.dtype((np.int64, 2))
        read = np.fromiter(self._db.execute(query), pair)
        return np.asarray(read, dtype=np.int64).reshape(-1, 2)

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of these rows, in this order."""
        found = {row: self._read[row] for row in rows if row in self._read}
        missing = [row for row in rows if row not in found]
        if missing:
            marks = ",".join("?" * len(missing))
            serials = self.serials[missing].tolist()
            new = self._db.execute(f"{_PASSAGE} WHERE p.serial IN ({marks})", serials)
            by_serial = {each[0]: _passage(each) for each in new}
            found |= {row: by_serial[n] for row, n in zip(missing, serials, strict=True)}
            if len(self._read) > _KEPT:
                self._read = {}
            self._read |= found
        return [found[row] for row in rows]

    def all_passages(self, start: int = 0) -> Iterator[Passage]:
        """Yield every passage from row `start` on, in row order, reading as it goes."""
        first = self.serials[start : start + 1].tolist()
        where = "WHERE p.serial >= ? ORDER BY p.serial"
        return map(_passage, self._db.execute(f"{_PASSAGE} {where}", first) if first else ())

    def rows_of_words(self, words: Sequence[bytes]) -> dict[bytes, int]:
        """Return for each of `words`, as given to `ArchiveWriter.add`, a row that has it."""
        marks = ",".join("?" * len(words))
        query = f"SELECT words, serial FROM passages WHERE words IN ({marks})"
        found = dict(self._db.execute(query, words))
        rows = np.searchsorted(self.serials, list(found.values())).tolist()
        return dict(zip(found, rows, strict=True))

    def days(self) -> list[date]:
        """Return the days on which briefings were published, oldest first."""
        days = "SELECT DISTINCT published FROM sources WHERE published NOT NULL ORDER BY published"
        return [date.fromisoformat(day) for (day,) in self._db.execute(days)]

    def rows_on(self, days: Collection[date]) -> NDArray[np.int64]:
        """Return the rows of the passages published on any of these days, ascending."""
        ordinals = [day.toordinal() for day in days]
        return np.flatnonzero(np.isin(self._columns.day, np.array(ordinals, np.int32)))

    def rows_of(self, programme: str, source: str) -> NDArray[np.int64]:
        """Return the rows of a programme's passages and of a source's, ascending; "" for any."""
        numbers = self._db.execute(
            "SELECT number FROM sources WHERE (?1 = '' OR programme = ?1) AND (?2 = '' OR id = ?2)",
            (programme, source),
        ).fetchall()
        return np.flatnonzero(np.isin(self._columns.source, np.array(numbers, np.int32)))

    def programmes(self) -> list[str]:
        """Return the names of all programmes, in their order."""
        names = "SELECT DISTINCT programme FROM sources WHERE programme != '' ORDER BY programme"
        return [name for (name,) in self._db.execute(names)]

    def newest_passages(self) -> Iterator[Passage]:
        """Yield every passage, those of the newest briefing first, reading as it goes."""
        order = "SELECT id FROM sources ORDER BY published IS NULL, published DESC, id"
        for (source,) in self._db.execute(order):
            yield from self.passages_of(source)

    def passages_of(self, source_id: str) -> list[Passage]:
        """Return the passages of a source, in reading order."""
        query = f"{_PASSAGE} WHERE s.id = ? ORDER BY p.serial"
        return list(map(_passage, self._db.execute(query, (source_id,))))

    def passage(self, identity: str) -> Passage | None:
        """Return the passage with this id."""
        found = self._db.execute(f"{_PASSAGE} WHERE p.id = ?", (identity,)).fetchone()
        return _passage(found) if found else None

    def sources(self, words: str = "", first: int = 0, count: int = -1) -> list[SourceSummary]:
        """List sources, newest first and those without a date last.

        Only those whose title, programme, date or id holds each of the `words`; of these, `count`
        (all, if negative) from the `first` on.
        """
        wanted = unicodedata.normalize("NFC", words).split()
        holds = f" AND instr(lower({_SHOWN}), lower(?))" * len(wanted)
        rows = self._db.execute(
            "SELECT s.id, s.title, s.programme, s.published,"
            " (SELECT count(*) FROM sections WHERE source = s.number),"
            " (SELECT count(*) FROM passages WHERE source = s.number)"
            f" FROM sources s WHERE 1{holds}"
            " ORDER BY s.published IS NULL, s.published DESC, s.id LIMIT ? OFFSET ?",
            (*wanted, count, first),
        )
        return [
            SourceSummary(identity, title, programme, _date(published), sections, passages)
            for identity, title, programme, published, sections, passages in rows
        ]

    def briefing(self, source_id: str) -> Briefing | None:
        """Return a whole briefing as it was read."""
        row = self._db.execute(
            f"SELECT {_SOURCE}, s.text, s.number FROM sources s WHERE s.id = ?", (source_id,)
        ).fetchone()
        if row is None:
            return None
        sections = self._db.execute(
            "SELECT heading, start, end FROM sections WHERE source = ? ORDER BY number", (row[7],)
        )
        found = tuple(Section(heading, Span(start, end)) for heading, start, end in sections)
        return Briefing(_source(row[:6]), row[6], found)


class ArchiveWriter:
    """Writes a new file; passages get their rows in the order in which they are added.

    Raises `OSError` where the disk is full.
    """

    def __init__(self, path: Path, base: Path | None = None) -> None:
        """Begin with nothing, or with what another file holds; that one is not touched."""
        if base is not None:
            shutil.copyfile(base, path)
        self._db = sqlite3.connect(path)
        # Nobody reads the file before it is published, and what is left of a crash is thrown away.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        if base is None:
            self._db.executescript(_SCHEMA)
        self._source = self._next("sources", "number")
        self._serial = self._next("passages", "serial")

    def _next(self, table: str, column: str) -> int:
        last = self._db.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]
        return 0 if last is None else int(last) + 1

    def remove(self, sources: Collection[str]) -> list[int]:
        """Take out sources with all that is theirs; return the serials of their passages."""
        gone: list[int] = []
        for source in sources:
            found = self._db.execute("SELECT number FROM sources WHERE id = ?", (source,))
            number = found.fetchone()
            gone += [n for (n,) in self._db.execute(f"SELECT serial {_OF_SOURCE}", number)]
            self._db.execute(f"DELETE {_OF_SOURCE}", number)
            self._db.execute("DELETE FROM sections WHERE source = ?", number)
            self._db.execute("DELETE FROM sources WHERE number = ?", number)
        return gone

    def add(
        self, briefing: Briefing, passages: Sequence[Passage], words: Sequence[bytes]
    ) -> list[int]:
        """Store a briefing with its passages; return their serials, which ascend from all before.

        `words` tells for each passage what it says: equal if it says the same as another.
        Raises `SourceError` if a source of this id is there.
        """
        source, number = briefing.source, self._source
        published = source.published.isoformat() if source.published else None
        with _as_os_error():
            try:
                self._db.execute(
                    "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(number, source.id, source.title, source.sha256),
                        *(source.programme, source.anchor, published, briefing.text),
                    ),
                )
            except sqlite3.IntegrityError:
                raise SourceError(source.id, "same_name") from None
            self._db.executemany(
                "INSERT INTO sections VALUES (?, ?, ?, ?, ?)",
                [(number, i, s.heading, *s.span) for i, s in enumerate(briefing.sections)],
            )
            rows = [
                (serial, p.id, said, number, p.section, *p.span, _packed(p.sentences))
                for serial, (p, said) in enumerate(zip(passages, words, strict=True), self._serial)
            ]
            self._db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._source += 1
        self._serial += len(rows)
        return [row[0] for row in rows]

    def has(self, identity: str) -> bool:
        """Tell whether a passage of this id is stored already."""
        return bool(self._db.execute("SELECT 1 FROM passages WHERE id = ?", (identity,)).fetchone())

    def close(self) -> None:
        """Commit; the file is complete."""
        with _as_os_error():
            self._db.commit()
        self._db.close()


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error


def _packed(sentences: Sequence[Span]) -> bytes:
    return np.array(sentences, dtype="<i4").tobytes()  # (m, 2)


def _date(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _source(row: Sequence[Any]) -> Source:
    identity, title, sha256, programme, anchor, published = row
    return Source(identity, title, sha256, programme, anchor, _date(published))


def _passage(row: Sequence[Any]) -> Passage:
    identity, section, heading, start, end, packed, text = row[7:]
    spans = np.frombuffer(packed, dtype="<i4").reshape(-1, 2).tolist()
    return Passage(
        id=identity,
        source=_source(row[1:7]),
        section=section,
        heading=heading,
        text=text,
        span=Span(start, end),
        sentences=tuple(Span(*span) for span in spans),
    )
