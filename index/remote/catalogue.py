"""The sources of a generation on a server: all but their texts, held in memory by who asks.

A source's rows follow each other, so that which rows a day or a programme has is known without
asking. Knows nothing about servers.
"""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Callable, Collection, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.remote.rows import KEY, SOURCE
from index.schema import Briefing, Section, Source, SourceSummary, Span

Rows = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A source: its rows are `[first, first + passages)`, its text is in `pieces` pieces."""

    source: Source
    first: int
    passages: int
    sections: int
    pieces: int


def _shown(source: Source) -> str:
    parts = [source.title, source.programme or "", str(source.published or ""), source.id]
    return " ".join(parts)


class Catalogue:
    """The sources by their numbers, which are their places; rows ascend with them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self.sources = [entry.source for entry in entries]
        self.number_of = {entry.source.id: n for n, entry in enumerate(entries)}
        self._firsts = np.array([entry.first for entry in entries], dtype=np.int64)
        self._counts = np.array([entry.passages for entry in entries], dtype=np.int64)

    def days(self) -> list[date]:
        """Return the days on which briefings were published, oldest first."""
        return sorted({s.published for s in self.sources if s.published is not None})

    def programmes(self) -> list[str]:
        """Return the names of all programmes, in their order."""
        return sorted({s.programme for s in self.sources if s.programme})

    def newest(self) -> list[int]:
        """Return the numbers of the sources, newest first; those without a date last."""

        def age(number: int) -> tuple[bool, int, str]:
            source = self.sources[number]
            day = source.published
            return day is None, -day.toordinal() if day else 0, source.id

        return sorted(range(len(self.sources)), key=age)

    def summaries(self, words: str = "", first: int = 0, count: int = -1) -> list[SourceSummary]:
        """List sources as `index.archive.Archive.sources` does."""
        wanted = unicodedata.normalize("NFC", words).lower().split()
        found = [
            entry
            for entry in (self.entries[number] for number in self.newest())
            if all(word in _shown(entry.source).lower() for word in wanted)
        ]
        return [
            SourceSummary(
                *(each.source.id, each.source.title, each.source.programme),
                *(each.source.published, each.sections, each.passages),
            )
            for each in found[first : None if count < 0 else first + count]
        ]

    def rows(self, wanted: Callable[[Source], bool]) -> Rows:
        """Return the rows of the sources that are wanted, ascending."""
        chosen = [entry for entry in self.entries if wanted(entry.source)]
        return np.concatenate([np.empty(0, np.int64), *map(_rows, chosen)])

    def rows_on(self, days: Collection[date]) -> Rows:
        """Return the rows of the passages published on any of these days, ascending."""
        return self.rows(lambda source: source.published in days)

    def rows_of(self, programme: str, source: str) -> Rows:
        """Return the rows of a programme's passages and of a source's, ascending; "" for any."""
        return self.rows(lambda s: programme in ("", s.programme) and source in ("", s.id))

    def rows_of_source(self, source: str) -> Rows:
        """Return the rows of a source, ascending; none if there is no such source."""
        number = self.number_of.get(source)
        return np.empty(0, np.int64) if number is None else _rows(self.entries[number])

    def expression(self, rows: Rows) -> str:
        """Say in the server's language which rows are meant: at least one, each once."""
        numbers = np.searchsorted(self._firsts, rows, side="right") - 1
        found, counts = np.unique(numbers, return_counts=True)
        whole = found[counts == self._counts[found]]
        single = rows[~np.isin(numbers, whole)]
        parts = [(SOURCE, whole), (KEY, single)]
        return " or ".join(f"{name} in {list_.tolist()}" for name, list_ in parts if len(list_))

    def written(self) -> str:
        """Return it as text, for `read_catalogue`."""
        lines = [dataclasses.asdict(entry) for entry in self.entries]
        return json.dumps(lines, ensure_ascii=False, default=date.isoformat)


def read_catalogue(text: str) -> Catalogue:
    """Read what `Catalogue.written` wrote; raises `ValueError` or `TypeError` if it did not."""
    return Catalogue([_entry(**fields) for fields in json.loads(text)])


def _entry(source: dict[str, str | None], **counts: int) -> Entry:
    day = source["published"]
    published = date.fromisoformat(day) if day else None
    return Entry(Source(**{**source, "published": published}), **counts)  # type: ignore[arg-type]


def _rows(entry: Entry) -> Rows:
    return np.arange(entry.first, entry.first + entry.passages)


def written_briefing(briefing: Briefing) -> str:
    """Return what `Catalogue` does not hold of a briefing as text, for `read_briefing`."""
    sections = [[section.heading, *section.span] for section in briefing.sections]
    return json.dumps([briefing.text, sections], ensure_ascii=False)


def read_written(text: str, source: Source) -> Briefing:
    """Read what `written_briefing` wrote."""
    body, sections = json.loads(text)
    found = tuple(Section(heading, Span(start, end)) for heading, start, end in sections)
    return Briefing(source, body, found)
