"""What a question gets: an `Answer` that quotes its sources, or says that it found none.

A `Citation` can't misquote: its constructor compares the quote with the passage. Knows nothing
about how answers are found or shown.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Literal

from index.schema import Hit, Passage, Span

Status = Literal["answered", "no_evidence"]


@dataclasses.dataclass(frozen=True, slots=True)
class Citation:
    """One or more neighbouring sentences of a passage, word for word.

    `span` is of the source's text. Raises `ValueError` unless it lies in the passage and `quote` is
    what stands there.
    """

    passage: Passage
    quote: str
    span: Span

    def __post_init__(self) -> None:
        inside = self.passage.span.start <= self.span.start < self.span.end <= self.passage.span.end
        if not inside or self.passage.quote(self.span) != self.quote:
            raise ValueError(f"not a quote from passage {self.passage.id}: {self.quote!r}")


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """The days that a question's own words kept the search to.

    `phrase` is those words; `first` and `last` are the first and last such day on which something
    was published, None where nothing was.
    """

    phrase: str
    first: date | None
    last: date | None


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One sentence under an answer that a language model was asked to write.

    `number` counts, from 1, the cited passages (`Answer.cited`). `quoted` tells that this is a
    quote, in the place of a sentence that its passage does not support.
    """

    text: str
    number: int
    quoted: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """Why a language model's text is missing or ends early: a code, and what the server said."""

    code: Literal["away", "slow", "refused", "rubbish", "broken", "silent"]
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `understood_as` is the question as it was looked for: after the earlier one that it leans on.
    `confidence` is the probability, in [0, 1], that the quotes answer the question. `citations` are
    the quotes, best first, none when the status is `no_evidence`; `hits` are the passages found,
    best first, whatever the status. `missing` are names in the question that no indexed briefing
    knows, under any name. `sure` tells that the quotes are to be read as the answer, and not only
    as related to the question. `period` is what its words said about days, if they excluded any.
    `suggestion` is a question that is answered, and may have been meant. `statements` are what a
    language model made of the quotes, if one was asked, and `failure` is what went wrong there;
    `done` is False in the snapshots of an answer still growing.
    """

    question: str
    status: Status
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    missing: tuple[str, ...] = ()
    sure: bool = True
    understood_as: str = ""
    period: Period | None = None
    suggestion: str = ""
    by: Literal["extractive", "llm"] = "extractive"
    done: bool = True
    statements: tuple[Statement, ...] = ()
    failure: Failure | None = None

    @property
    def cited(self) -> tuple[Passage, ...]:
        """Return the passages that are quoted, in the order they are numbered in, each once."""
        return tuple({each.passage.id: each.passage for each in self.citations}.values())
