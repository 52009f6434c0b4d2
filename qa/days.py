"""Phrases that name days, and which days they pick: "4월 24일", "3월 초", "지난주", "2분기".

What a phrase means in a question is the business of `qa.when`. Phrases without a year mean the
latest year in which the corpus has such days. Knows nothing about broadcasts and questions.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

YEAR = r"(?:(?P<year>(?:19|20)\d\d)년?\s*|(?P<rel>올해|작년|지난해|재작년|내년)\s*)?"
_PART = r"(?P<part>초순|중순|하순|상순|초|말|첫날|마지막 ?날|(?P<week>첫|둘|셋|넷|다섯)째 ?주)"
_MONTHS = "january february march april may june july august september october november december"
_EN_MONTH = "|".join(f"{m}|{m[:3]}" for m in _MONTHS.split())
_BACK = {"올해": 0, "작년": 1, "지난해": 1, "재작년": 2, "내년": -1}
_WEEKS = {"첫": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5}

Days = Callable[[date], bool]


def year_of(match: re.Match[str], today: date) -> int | None:
    """Return the year that a phrase with `YEAR` in it names, or None."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    return today.year - _BACK[groups["rel"]] if groups.get("rel") else None


def phrases(question: str, days: list[date], today: date) -> Iterator[tuple[re.Match[str], Days]]:
    """Yield each phrase with the days it picks, the most telling first."""
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(question):
            try:
                pick = read(match, today)
            except ValueError:  # the 31st of a month that has none
                continue
            if year_of(match, today) is None and pattern not in _RELATIVE:
                pick = _latest_year(pick, days, today)
            yield match, pick


def _latest_year(pick: Days, days: list[date], today: date) -> Days:
    years = {day.year for day in days if pick(day) and day <= today} or {
        day.year for day in days if pick(day)
    }
    year = max(years, default=today.year)
    return lambda day: pick(day) and day.year == year


def _between(first: date, last: date) -> Days:
    return lambda day: first <= day <= last


def _in_year(match: re.Match[str], today: date, pick: Days) -> Days:
    year = year_of(match, today)
    return pick if year is None else lambda day: day.year == year and pick(day)


def _day(match: re.Match[str], today: date) -> Days:
    month, number = int(match["month"]), int(match["day"])
    date(2024, month, number)  # raises on 2월 30일
    return _in_year(match, today, lambda day: (day.month, day.day) == (month, number))


def _month(match: re.Match[str], today: date) -> Days:
    month = int(match["month"])
    date(2024, month, 1)
    first, last = _part(match["part"], match["week"])
    return _in_year(match, today, lambda day: day.month == month and first <= day.day <= last)


def _part(part: str | None, week: str | None) -> tuple[int, int]:
    """Return the first and last day of a part of a month; parts overlap, as in speech."""
    if week:
        return 7 * _WEEKS[week] - 6, 7 * _WEEKS[week]
    if not part:
        return 1, 31
    if part == "첫날":
        return 1, 1
    named = {"초": (1, 10), "중순": (10, 21), "말": (20, 31), "마": (28, 31)}
    named |= {"초순": (1, 10), "상순": (1, 10), "하순": (20, 31)}
    return named.get(part, named["마"])


def _quarter(match: re.Match[str], today: date) -> Days:
    number = int(match["quarter"])
    return _in_year(match, today, lambda day: (day.month + 2) // 3 == number)


def _half(match: re.Match[str], today: date) -> Days:
    first = match["half"] == "상"
    return _in_year(match, today, lambda day: (day.month <= 6) == first)


def _season(match: re.Match[str], today: date) -> Days:
    months = (1, 2) if match["season"] == "초" else (12,)
    return _in_year(match, today, lambda day: day.month in months)


def _whole_year(match: re.Match[str], today: date) -> Days:
    year = year_of(match, today)
    return lambda day: day.year == year


def _english_day(match: re.Match[str], today: date) -> Days:
    month = _month_number(match["name"])
    number = int(match["day"]) if match["day"] else None
    year = int(match["year"]) if match["year"] else None
    return lambda day: (
        day.month == month
        and (number is None or day.day == number)
        and (year is None or day.year == year)
    )


def _month_number(name: str) -> int:
    return [m.lower() for m in calendar.month_abbr].index(name[:3].lower())


def _iso(match: re.Match[str], today: date) -> Days:
    only = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return lambda day: day == only


def _ago(match: re.Match[str], today: date) -> Days:
    word = re.sub(r"\s", "", match.group().lower())
    if match.re is _LAST_DAYS:
        return _between(today - timedelta(days=int(match["days"])), today)
    back = {"그저께": 2, "그제": 2, "엊그제": 2, "어제": 1, "yesterday": 1}
    if word in back:
        before = today - timedelta(days=back[word])
        return lambda day: day == before
    monday = today - timedelta(days=today.weekday())
    spans = {
        "오늘": (today, today),
        "이번주": (monday, today),
        "지난주": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "저번주": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "지지난주": (monday - timedelta(days=14), monday - timedelta(days=8)),
        "이번달": (today.replace(day=1), today),
        "이달": (today.replace(day=1), today),
        "지난달": _month_before(today),
        "저번달": _month_before(today),
    }
    english = {"today": "오늘", "thisweek": "이번주", "lastweek": "지난주"}
    english |= {"thismonth": "이번달", "lastmonth": "지난달"}
    return _between(*spans[english.get(word, word)])


def _month_before(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


_LAST_DAYS = re.compile(r"(?:최근|지난)\s*(?P<days>\d{1,3})\s*일(?:간|\s*동안)?")
_WORDS = re.compile(
    r"지지난\s?주|지난\s?주|저번\s?주|이번\s?주|지난\s?달|저번\s?달|이번\s?달|이달(?=\s|에)|그저께|엊그제"
    r"|그제|어제(?=\s|의)|오늘(?=\s*(?:아침\s*)?(?:브리핑|방송|뉴스|소식))"
    r"|\b(?:yesterday|last week|this week|last month|this month)\b",
    re.IGNORECASE,
)
_RELATIVE = (_LAST_DAYS, _WORDS)
_NAMED_DAY = (
    rf"\b(?P<name>{_EN_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*(?P<year>20\d\d))?"
)
_NAMED_MONTH = rf"\b(?:in|during|of)\s+(?P<name>{_EN_MONTH})\b(?P<day>)(?:,?\s*(?P<year>20\d\d))?"
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days]], ...] = (
    (re.compile(r"(?P<year>20\d\d)[-./]\s?(?P<month>\d\d?)[-./]\s?(?P<day>\d\d?)"), _iso),
    (re.compile(YEAR + r"(?P<month>1[0-2]|[1-9])월\s*(?P<day>[12]\d|3[01]|[1-9])일"), _day),
    (re.compile(_NAMED_DAY, re.IGNORECASE), _english_day),
    (re.compile(YEAR + rf"(?:지난\s*)?(?P<month>1[0-2]|[1-9])월\s*{_PART}?"), _month),
    (re.compile(_NAMED_MONTH, re.IGNORECASE), _english_day),
    (_LAST_DAYS, _ago),
    (_WORDS, _ago),
    (
        re.compile(
            YEAR + r"(?P<quarter>[1-4])\s?(?:/4)?분기(?=에?\s*(?:브리핑|방송|뉴스|나온|전한))"
        ),
        _quarter,
    ),
    (re.compile(YEAR + r"(?P<half>상|하)반기(?=에?\s*(?:브리핑|방송|뉴스|나온|전한))"), _half),
    (
        re.compile(YEAR + r"연(?P<season>초|말)(?=에?\s*(?:브리핑|방송|뉴스|나온|전한|소식))"),
        _season,
    ),
    (
        re.compile(
            r"(?:(?P<year>(?:19|20)\d\d)년|(?P<rel>올해|작년|지난해|재작년))(?=에?\s*(?:브리핑|방송|뉴스|나온|전한))"
        ),
        _whole_year,
    ),
)
