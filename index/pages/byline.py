"""Who read a briefing out, in which programme and when: what a page's head says of it.

A date is taken from a line made for it (a byline, 입력 2024.04.23) or from a file name, never from
a story, whose dates are those of events. Knows nothing about sections.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from index.pages.furniture import ROLES

_NUMERIC = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:\s?[.\-/]\s?|\s?년\s?)(\d{1,2})(?:\s?[.\-/]\s?|\s?월\s?)(\d{1,2})(?!\d)"
)
_SHORT_YEAR = re.compile(r"(?<![\d.])(\d\d)[.\-/]\s?(\d\d)[.\-/]\s?(\d\d)(?=\.?\s+\d{1,2}:\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.?\s(\d{1,2}),?\s((?:19|20)\d\d)\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})\s([A-Za-z]{3,9})\.?,?\s((?:19|20)\d\d)\b")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. /]?(\d\d)[-_. /]?(\d\d)(?!\d)")
_IN_NAME_SHORT = re.compile(r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)")

_FIRST_ISSUED = re.compile(
    r"(?:입력|등록|송고|작성|발행|게시|승인|방송|published)\S{0,3}\s?[:：]?\s?$", re.I
)
_CHANGED = re.compile(r"(?:수정|업데이트|갱신|updated|modified)\S{0,3}\s?[:：]?\s?$", re.IGNORECASE)
_CLOCK = re.compile(r"(?:오전|오후)?\s?\d{1,2}:\d\d(?::\d\d)?")
_LABELS = re.compile(
    rf"{ROLES}|외신|입력|등록|송고|작성|발행|게시|승인|수정|업데이트|기사|최종|시각|조회수?|[월화수목금토일]요일"
)

_NAME_THEN_ROLE = re.compile(
    rf"(?<![가-힣])([가-힣]{{2,4}})\s?(?:외신|경제|국제|선임|수석|전문)?\s?{ROLES}(?![가-힣])"
)
_ROLE_THEN_NAME = re.compile(
    rf"(?:{ROLES}|진행|출연)\s?[:：]?\s([가-힣]{{2,4}})(?:입니다)?(?![가-힣])"
)
_NOT_NAMES = {
    "외신",
    "경제",
    "국제",
    "선임",
    "수석",
    "전문",
    "담당",
    "시민",
    "인턴",
    "객원",
    "취재",
}
_DATELINE = re.compile(
    rf"^[\[(][^\])=]{{1,20}}=[^\])=]{{1,20}}[\])]\s?((?:[가-힣·,\s]{{2,20}}?){ROLES}\s?=\s?)?"
)
# [글로벌 비즈] 제목, <글로벌 아침> 제목, 제목 [월드 모닝콜]
_SERIES = re.compile(
    r"^[\[<【〈《]([^\]>】〉》]{2,30})[\]>】〉》]|[\[<【〈《]([^\]>】〉》]{2,30})[\]>】〉》]$"
)
_NOT_SERIES = re.compile(r"단독|속보|종합|영상|포토|인터뷰|기획|특집|사설|칼럼|오늘|\d")


def dates(text: str) -> list[tuple[int, date]]:
    """Find the full dates in `text` and where each starts; 2024-13-45 is none."""
    found = []
    for pattern, order in (
        (_NUMERIC, (1, 2, 3)),
        (_SHORT_YEAR, (1, 2, 3)),
        (_MONTH_FIRST, (3, 1, 2)),
        (_DAY_FIRST, (3, 2, 1)),
    ):
        for match in pattern.finditer(text):
            day = _date(*(match.group(part) for part in order))
            if day is not None:
                found.append((match.start(), day))
    return sorted(found)


def date_of_name(name: str) -> date | None:
    """Find a date in a path: 2024-04-23, 20240423, 2024/04/23 or 240423; the last name first."""
    parts = unicodedata.normalize("NFC", name).rsplit("/", 1)
    for part in (parts[-1], name):
        for match in (*_IN_NAME.finditer(part), *_NUMERIC.finditer(part)):
            day = _date(*match.groups())
            if day is not None:
                return day
    for match in _IN_NAME_SHORT.finditer(parts[-1]):
        day = _date(*match.groups())
        if day is not None:
            return day
    return None


def issued(head: Iterable[str], foot: Iterable[str]) -> date | None:
    """Find when the page was first issued, by its own words.

    `head` and `foot` are the lines around the stories; in the foot only a labelled date counts.
    """
    ranked: list[tuple[int, int, date]] = []
    for number, line in enumerate(head):
        ranked += [(rank, number, day) for rank, day in _issue_dates(line) if rank < 3]
    for number, line in enumerate(foot):
        ranked += [(rank, number, day) for rank, day in _issue_dates(line) if rank == 0]
    return min(ranked, key=lambda found: found[:2])[2] if ranked else None


def is_byline(line: str) -> bool:
    """Tell whether a line is made for a date or for the name of a reporter."""
    if len(line) > 120:
        return False
    if any(rank < 3 for rank, _ in _issue_dates(line)):
        return True
    named = _NAME_THEN_ROLE.search(line) or _ROLE_THEN_NAME.search(line)
    return named is not None and len(line) - len(named.group()) <= 12


def _issue_dates(line: str) -> list[tuple[int, date]]:
    """Rank the dates of a line: 0 labelled 입력, 1 in a byline, 2 labelled 수정, 3 of an event."""
    if len(line) > 120:
        return []
    found = dates(line)
    rest = _CLOCK.sub("", _SHORT_YEAR.sub("", _NUMERIC.sub("", line)))
    bare = sum(char.isalpha() for char in _LABELS.sub("", rest)) <= 12
    official = bool(_CLOCK.search(line) or re.search(ROLES, line))
    ranked = []
    for start, day in found:
        before = line[max(0, start - 12) : start]
        if _CHANGED.search(before):
            rank = 2
        elif _FIRST_ISSUED.search(before):
            rank = 0
        else:
            rank = 1 if bare or (official and len(line) <= 60) else 3
        ranked.append((rank, day))
    return ranked


def anchor_of(line: str) -> str | None:
    """Find the name of the person who reads out or writes: 임선우 외신캐스터, 앵커 서하림."""
    for pattern in (_NAME_THEN_ROLE, _ROLE_THEN_NAME):
        for match in pattern.finditer(line):
            if match.group(1) not in _NOT_NAMES:
                return match.group(1)
    return None


def dateline(line: str) -> str:
    """Return the agency's opening of a first paragraph, (서울=연합뉴스) 홍길동 기자 = , or ""."""
    match = _DATELINE.match(line)
    return match.group() if match else ""


def series_of(title: str) -> str | None:
    """Find the programme that a title carries in brackets."""
    match = _SERIES.search(title)
    if match is None:
        return None
    name = (match.group(1) or match.group(2)).strip()
    return None if _NOT_SERIES.search(name) else name


def programme_of(line: str, anchor: str | None) -> str:
    """Cut the anchor off a programme line: "모닝벨 '글로벌 비즈' - 임선우 외신캐스터"."""
    text = re.sub(rf"(?:외신|경제|국제)?\s?{ROLES}(?![가-힣])", " ", line)
    if anchor:
        text = re.sub(rf"{anchor}(?:입니다)?", " ", text)
    text = re.sub(r"(?<![가-힣])(?:진행|출연|앵커|스튜디오)\s*[:：]?(?=\W*$)", " ", text)
    text = re.sub(r"\(\s*[:：]?\s*\)", " ", " ".join(text.split()))
    return re.sub(r"^[\s\-–—|/,:：ㅣ]+|[\s\-–—|/,:：ㅣ(]+$", "", text)


def _date(year: str, month: str, day: str) -> date | None:
    if month.isalpha():
        if month[:3].lower() not in _MONTHS:
            return None
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
