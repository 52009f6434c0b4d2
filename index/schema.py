"""The nouns of the project: read this first.

A briefing file is read into a `Briefing`: its `Source`, its text and its `Section`s (a reader calls
them segments, 꼭지). A section is cut into `Passage`s, which are what is searched and shown; their
sentences are what is quoted. Everything that is ever shown is a `Span` of a source's text, so
nothing can be misquoted.

These types know nothing about files, engines or the screen, and import nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range `[start, end)` of code points in a source's normalised text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Cut this span out of the source's text."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Source:
    """One briefing file.

    `id` is its path relative to the folder that was indexed, with `/` on every system; `sha256` is
    that of the file's bytes. `published` is None where the page does not say, never a guess.
    """

    id: str
    title: str
    sha256: str
    programme: str | None = None
    anchor: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One indexed briefing in a list: its `Source` without the checksum, and how much it holds."""

    id: str
    title: str
    programme: str | None
    published: date | None
    sections: int
    passages: int


@dataclass(frozen=True, slots=True)
class Section:
    """One segment of a briefing: its heading, "" where the page has none, and its body."""

    heading: str
    span: Span


@dataclass(frozen=True, slots=True)
class Briefing:
    """A briefing as read: `sections` are ordered, do not overlap and hold no site furniture."""

    source: Source
    text: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A section, or a window of whole sentences of one too long for the encoder.

    `id` is made from the content, so links survive a rebuild. `section` counts the sections of the
    source from 0. `sentences` are spans of the *source's* text, in reading order; the laws
    `source_text[start:end] == text` and `sentence.of(source_text)` hold for every passage.
    """

    id: str
    source: Source
    section: int
    heading: str
    text: str
    span: Span
    sentences: tuple[Span, ...]

    def quote(self, sentence: Span) -> str:
        """Return the words of one of the passage's sentences."""
        return self.text[sentence.start - self.span.start : sentence.end - self.span.start]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and why.

    `score` is higher for better and comparable only within one question. Ranks count from 1 and are
    None where that half of the search did not find the passage. `terms` are the words of the
    question that the passage holds, `others` its words that mean the same as some of the question.
    """

    passage: Passage
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    terms: tuple[str, ...]
    others: tuple[str, ...] = ()
