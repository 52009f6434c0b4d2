"""What a reader narrows the search to: days, a programme, one briefing.

It comes from chips and fields, not from the words of a question; those are read by `qa.when`, and
both hold at once. Knows nothing about how anything is found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Where to look; every part that is not given excludes nothing.

    `since` and `until` are the first and the last day, `source` the id of a briefing. `any_day`
    tells that the date phrases of the question are to exclude nothing either.
    """

    since: date | None = None
    until: date | None = None
    programme: str = ""
    source: str = ""
    any_day: bool = False

    def days(self, published: Sequence[date]) -> frozenset[date] | None:
        """Return those of the days on which something was published that are in the scope.

        None where it does not say anything about days.
        """
        if self.since is None and self.until is None:
            return None
        first, last = self.since or date.min, self.until or date.max
        return frozenset(day for day in published if first <= day <= last)


EVERYWHERE = Scope()


def read_scope(
    since: str = "", until: str = "", programme: str = "", source: str = "", any_day: bool = False
) -> Scope:
    """Read the parts as programs and pages send them: days as ISO dates, "" for none.

    Raises `ValueError` saying which is no date, or that the days are the wrong way round.
    """
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise ValueError(f'"since" ({since}) is after "until" ({until})')
    return Scope(first, last, programme, source, any_day)


def _day(name: str, written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f'"{name}" is not a date like 2024-04-23: {written!r}') from None
