"""Figures, dates and names as Korean texts write them, so that two texts can be compared.

1조 3천억 원 = 1.3조원, 20퍼센트 = 20%, 두 배 = 2배; 4월 23일 lies in 2024년 4월 23일. Words that
tune a figure (약, 넘게) and the direction of a change are not read. Knows nothing about answers or
models.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal

from index.lexicon import Entity, holds, load_lexicon
from index.schema import Span
from index.text import names, tokens, tokens_of
from qa.numerals import COUNTS, value_of

_ALIKE = {  # units written in more ways than one → the way they are compared
    **dict.fromkeys(("%포인트", "퍼센트포인트", "퍼센트 포인트", "%p"), "%p"),
    **{"퍼센트": "%", "불": "달러", "사람": "명", "달": "개월", "나노미터": "나노", "nm": "나노"},
    **{"킬로미터": "km", "킬로그램": "kg", "기가와트": "GW", "메가와트": "MW"},
}
_PLAIN = (
    "% 원 달러 엔 유로 위안 파운드 루피 명 인 배럴 배 곳 개국 개월 개 건 대 번 차례 가지 위 호 차 "
    "편 척 채 톤 년 주년 월 일 주 시간 시 분기 분 초 세 살 선 점 포인트 km kg GW MW bp 나노"
)
_UNIT = "|".join(sorted(map(re.escape, [*_ALIKE, *_PLAIN.split()]), key=len, reverse=True))

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
# After a blank, digits go on with the number only if they are thousands or have a sign themselves:
# "1조 3천억", "1만 5000", but not "2만 30개국".
_NUMBER = (
    rf"{_DIGITS}(?:\s?[십백천만억조]+(?:{_DIGITS}|\s(?:\d{{4}}|{_DIGITS}(?=\s?[십백천만억조])))?)*"
)
_FIGURE = re.compile(
    rf"(?<![\dA-Za-z.])(?<![A-Za-z]-)(?P<number>(?>{_NUMBER}))여?"
    rf"(?:\s?(?P<unit>{_UNIT})(?:\s?(?P<cents>\d\d?)\s?센트)?)?(?![A-Za-z])"
)
_SIGNS = "일이삼사오육칠팔구십백천만억조"
_SPELT = re.compile(  # 삼조 원, 일조 삼천억 원, 이십 퍼센트; not 수천 명, 몇 억 원, 이 명
    rf"(?<![가-힣\d])(?<![몇수] )(?P<number>[{_SIGNS}]*[십백천만억조][{_SIGNS}]*"
    rf"(?:(?<=[만억조])\s[{_SIGNS}]+)?|[일이삼사오육칠팔구](?=\s?퍼센트))"
    r"\s?(?P<unit>원|달러|불|엔|유로|위안|명|퍼센트포인트|퍼센트|%|배럴|톤)"
)
_COUNTED = re.compile(
    rf"(?<![가-힣])(?P<number>{'|'.join(COUNTS)})\s?"
    r"(?P<unit>명|사람|배럴|배|곳|개월|개국|개|건|달|가지|차례|척|채)"
)
_RANGE = re.compile(r"\s?(?:~|∼|–|-|에서)\s?")
_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)년\s?)?(?P<month>1[0-2]|0?[1-9])월\s?(?P<day>[12]\d|3[01]|0?[1-9])일"
    r"|(?P<year2>(?:19|20)\d\d)년\s?(?P<month2>1[0-2]|0?[1-9])월"
    r"|(?<!\d)(?P<year3>(?:19|20)\d\d)(?:-|\.\s?)(?P<month3>1[0-2]|0?[1-9])(?:-|\.\s?)"
    r"(?P<day3>[12]\d|3[01]|0?[1-9])(?!\d)"
)
_WIDE = {**{0xFF10 + n: str(n) for n in range(10)}, 0xFF05: "%", 0xFF0C: ",", 0xFF0E: "."}
# Latin letters with what belongs to their name: GPT-4o, S&P500, H100; but 30km is a figure.
_LATIN = re.compile(r"[A-Za-z0-9]+(?:[&.'+-][A-Za-z0-9]+)*")
_NO_NAME = re.compile(r"[\d.+-]*(?:km|kg|GW|MW|nm|bp|p)?")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A number and its unit, "" where none is known; `span` is of the text that was read."""

    value: Decimal
    unit: str
    span: Span


@dataclasses.dataclass(frozen=True, slots=True)
class Date:
    """At least two of year, month and day; `span` is of the text that was read."""

    year: int | None
    month: int
    day: int | None
    span: Span

    def parts(self) -> Iterator[tuple[Decimal, str]]:
        """Yield the values that it states and their units."""
        for value, unit in ((self.year, "년"), (self.month, "월"), (self.day, "일")):
            if value is not None:
                yield Decimal(value), unit


def dates(text: str) -> list[Date]:
    """Return the dates of a text in reading order; a lone year, month or day is a figure."""
    found = []
    for match in _DATE.finditer(text.translate(_WIDE)):
        year = match["year"] or match["year2"] or match["year3"]
        month = match["month"] or match["month2"] or match["month3"]
        day = match["day"] or match["day3"]
        date = (int(year) if year else None, int(month), int(day) if day else None)
        found.append(Date(*date, Span(*match.span())))
    return found


def figures(text: str) -> list[Figure]:
    """Return the figures of a text in reading order, but those of its dates."""
    rest = _DATE.sub(_blank, text.translate(_WIDE))
    found: list[Figure] = []
    for pattern in (_FIGURE, _SPELT, _COUNTED):
        for match in pattern.finditer(rest):
            cents = Decimal(match.groupdict().get("cents") or 0) / 100
            unit = match["unit"] or ""
            value = value_of(match["number"]) + cents
            found.append(Figure(value, _ALIKE.get(unit, unit), Span(*match.span())))
        rest = pattern.sub(_blank, rest)
    found.sort(key=lambda figure: figure.span)
    for n in range(len(found) - 2, -1, -1):  # "5.25에서 5.5%": the first has the unit of the second
        here, after = found[n], found[n + 1]
        if not here.unit and _RANGE.fullmatch(text[here.span.end : after.span.start]):
            found[n] = dataclasses.replace(here, unit=after.unit)
    return found


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def unsupported(sentence: str, passage: str) -> list[str]:
    """Return every figure, date and proper name of a sentence that the passage does not hold.

    As they stand in the sentence, figures first. A date is held by one that says as much or more;
    a name by itself or by another name of the same entity.
    """
    held = dates(passage)
    values = {(figure.value, figure.unit) for figure in figures(passage)}
    values |= {part for date in held for part in date.parts()}
    wrong: list[Date | Figure] = [
        date
        for date in dates(sentence)
        if not any(set(date.parts()) <= set(other.parts()) for other in held)
    ]
    wrong += [each for each in figures(sentence) if (each.value, each.unit) not in values]
    return [each.span.of(sentence) for each in wrong] + _strange_names(sentence, passage)


def _strange_names(sentence: str, passage: str) -> list[str]:
    lexicon = load_lexicon()
    there = lexicon.entities(passage)
    shared = [entity for entity in lexicon.entities(sentence) if entity in there]
    aliases = [name for entity in shared for name in entity.names]
    known = {*tokens(passage), *(term for terms in tokens_of(aliases) for term in terms)}
    latin = {word.lower() for text in (passage, *aliases) for word in _LATIN.findall(text)}
    strange = [
        word
        for word in _LATIN.findall(sentence)
        if not _NO_NAME.fullmatch(word) and word.lower() not in latin
    ]
    for entity in lexicon.entities(sentence):
        if (
            entity not in there
            and (name := _written(entity, sentence))
            and not holds(passage, name)
        ):
            strange.append(name)
    strange += [n for n in names(sentence) if n not in known and not holds(passage, n)]
    return list(dict.fromkeys(strange))


def _written(entity: Entity, text: str) -> str:
    """Return the longest of an entity's names that a text holds as it is written, or ""."""
    return max((name for name in entity.names if name in text), key=len, default="")
