"""Date phrases in a question → the days of the corpus that are asked for.

"4월 24일 브리핑", "지난주", "3월 초 방송", "2분기에 나온", "가장 최근", "last week". A phrase that
says when something was *broadcast* is a filter, and is taken out of what is looked for; a date that
may as well stand in the text ("5월에 상장한 우버", "지난주 하락 폭") only favours the days it
names. Phrases without a year mean the latest year in which the corpus has such days, and relative
ones count from the last briefing that is not in the future: an archive's yesterday is not the
clock's.

Knows dates and words, and nothing about indexes.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Literal

from qa.days import YEAR, Days, phrases, year_of

Order = Literal["newest", "oldest"]


@dataclasses.dataclass(frozen=True, slots=True)
class When:
    """What a question says about time.

    `days` are days of the corpus, None where none are asked for; `strict` tells whether other days
    are excluded (then `days` may be empty) or only come second. `phrase` is what was read so, ""
    for nothing, and `rest` the question without a strict phrase. `order` asks for the newest or the
    oldest of what is relevant.
    """

    rest: str
    phrase: str = ""
    days: frozenset[date] | None = None
    strict: bool = False
    order: Order | None = None

    def without_days(self) -> When:
        """Return the same without days; what is looked for stays as it was read."""
        return dataclasses.replace(self, phrase="", days=None, strict=False)


# What follows the date of a broadcast: "4월 24일 브리핑에서", "2월에 나온", "6월 1일자 뉴스".
_AIRED = r"브리핑|방송|뉴스|보도|기사|아침 소식|소식|briefings?|broadcasts?|news|episodes?|shows?"
_CUE = re.compile(
    rf"^(?P<tail>\s*(자|날|일자)?(에|의|에서|때|당시|기준)?\s*((아침|오전|당시|날)\s*)?({_AIRED})"
    r"(에 따르면|에 나온|에서 전한|에서 나온|에서는|에서|에는|에|의|때|은|는|자"
    r"| 기준으로| 기준| 때| 당시)?"
    r"|\s*(자|에|에서)?\s*(나온|나왔던|전한|전해진|보도된|보도한|소개된|소개한|다룬|방송된|방송한)(?=\s))",
    re.IGNORECASE,
)
_NEAR_CUE = re.compile(
    rf"^.{{0,16}}?(({_AIRED})(에서|에|은|는|의|\s|$)|(무슨|어떤) (일|소식|이야기))", re.IGNORECASE
)


def read_when(question: str, corpus: Sequence[date], clock: date) -> When:
    """Read the date phrases of a question, for a corpus with briefings on these days, ascending."""
    days = list(corpus)
    if not days:
        return When(question)
    today = days[bisect_right(days, clock) - 1]  # the last of all where all are in the future
    ends = _first_or_last(question, days)
    if ends is not None:
        return ends
    order, rest = _order(question)
    for match, pick in phrases(question, days, today):
        return _resolved(question, match, pick, days, order)
    return When(rest, order=order)


def _resolved(
    question: str, match: re.Match[str], pick: Days, days: list[date], order: Order | None
) -> When:
    chosen = frozenset(filter(pick, days))
    after = question[match.end() :]
    cue = _CUE.match(after)
    strict = bool(cue or _NEAR_CUE.match(after))
    if not strict:
        return When(question, match.group().strip(), chosen or None, order=order)
    later = re.search(r"말고,?\s*(바로\s*)?(그\s*)?다음", after)
    if later and chosen:
        following = frozenset(day for day in days if day > max(chosen))
        rest = _tidy(question[: match.start()] + re.sub(r"^.*다음(에|으로)?( 나온)?", "", after))
        return When(rest, match.group().strip(), following, True, "oldest")
    end = match.end() + (cue.end("tail") if cue else 0)
    rest = _tidy(question[: match.start()] + " " + question[end:])
    return When(rest or question, match.group().strip(), chosen, True, order)


def _tidy(text: str) -> str:
    return re.sub(r"^\s*(에서는|에서|에는|에|의|은|는|자)?\s+", "", " ".join(text.split())).strip(
        " ,"
    )


# "첫 브리핑", "마지막 방송", "가장 최근 브리핑에서", "2020년 첫 브리핑", "the latest briefing".
_FIRST = re.compile(
    YEAR
    + r"(?:(?:가장|제일|맨)\s*)?(?:첫|처음|이른|오래된|(?:the )?(?:first|earliest))(?:\s*번째)?"
    rf"\s*(?:날짜의\s*)?(?:{_AIRED})(?:에서는|에서|에는|에|때|의|은|는)?",
    re.IGNORECASE,
)
_LAST = re.compile(
    YEAR + r"(?:(?:가장|제일|맨)\s*)?(?:최근|마지막|최신|(?:the )?(?:last|latest|most recent))"
    r"(?:\s*날짜의)?\s*(?:브리핑|방송|briefing|broadcast|episode|show)"
    r"(?:에서는|에서|에는|에|때|의|은|는)?",
    re.IGNORECASE,
)


def _first_or_last(question: str, days: list[date]) -> When | None:
    for pattern, end in ((_LAST, -1), (_FIRST, 0)):
        match = pattern.search(question)
        # "소식 가운데 첫 소식" orders what is relevant; only a whole briefing is the first of all.
        if match is None or (
            end == 0 and not re.search("브리핑|방송|briefing|show", match.group())
        ):
            continue
        year = year_of(match, days[-1])
        within = [day for day in days if year is None or day.year == year]
        rest = _tidy(question[: match.start()] + " " + question[match.end() :])
        chosen = frozenset(within[end:][:1])
        return When(rest or question, match.group().strip(), chosen, strict=True)
    return None


# What asks for the newest or the oldest, with the words around it that say nothing else:
# "소식 가운데 가장 최근 것", "제일 처음 나온 브리핑에서는".
_MOST = r"(?:(?:가장|제일|맨)\s*)"
_AMONG = r"(?:(?:가운데|중에서?|중)(?:는|도)?\s*)?"
_THAT = (
    r"(?:\s*(?:으로)?\s*(?:나온|나왔던|나왔을 때|전한|전해진|보도된|보도한|다룬|소개된))?"
    rf"(?:\s*(?:것|거|{_AIRED})(?:에서는|에서|에는|은|는|이|에|의)?(?=\s|\?|$))?"
)
_NEWEST = re.compile(
    rf"{_AMONG}(?:{_MOST}(?:최근|나중|마지막|늦게)|최근(?=에|의|\s)|최신|마지막(?=(?:으로)?\s*(?:나온|전한|보도)))"
    rf"(?:에|의)?{_THAT}|\b(?:the )?(?:latest|most recent|newest)\b",
    re.IGNORECASE,
)
_OLDEST = re.compile(
    rf"{_AMONG}(?:{_MOST}(?:처음|먼저|앞서|첫|이른)|처음(?=(?:으로)?\s*(?:나온|전한|보도|나왔))){_THAT}"
    r"|\b(?:first|earliest)\b(?=.*(report|mention|news))",
    re.IGNORECASE,
)


def _order(question: str) -> tuple[Order | None, str]:
    """Return the order that is asked for, and the question without the words that ask for it."""
    orders: tuple[tuple[re.Pattern[str], Order], ...] = ((_NEWEST, "newest"), (_OLDEST, "oldest"))
    for pattern, order in orders:
        match = pattern.search(question)
        if match:
            rest = _tidy(question[: match.start()] + " " + question[match.end() :])
            return order, rest or question
    return None, question
