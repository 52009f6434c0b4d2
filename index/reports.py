"""What building tells: what may be taken in, and what an update did. Knows nothing of how."""

from __future__ import annotations

import dataclasses

from index.errors import SourceError
from index.schema import Briefing


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """How what is indexed now differs from what was before, by source id; `renamed` are pairs."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """What a build did, and what is indexed now.

    `generation` is the current one: the one before, if nothing changed. `before` is the number of
    passages until then, `encoded` how many were embedded. `due` tells that so many passages came
    since they were put into lists that a `build` would make searching quicker: it does so anew.
    """

    generation: str
    files: int
    sections: int
    passages: int
    sentences: int
    seconds: float
    refused: tuple[SourceError, ...] = ()
    difference: Difference = dataclasses.field(default_factory=Difference)
    before: int = 0
    encoded: int = 0
    due: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """A briefing that may be taken in, as it was read; None where it is refused for `problem`.

    `name` is that of the file it came from, or that it would get; `data` are its bytes.
    """

    name: str
    data: bytes
    briefing: Briefing | None
    problem: SourceError | None = None
