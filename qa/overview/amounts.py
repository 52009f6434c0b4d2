"""Figures as sentences state them: "매출은 85억6천만 달러" is 8,560,000,000 달러 for "매출".

Only what stands right after its noun is read, since anything else may belong to something else; how
much something rose or fell, and the ends of a range, are no figures for it. Knows nothing about
indexes, entities or screens.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from index.schema import Span
from qa.numerals import value_of

_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_NUMBER = rf"{_DIGITS}(?:\s?[조억만천](?:\s?{_DIGITS})?)*(?:\s?[조억만천])*"
_UNITS = (
    r"%포인트|%p|%|퍼센트|원|달러|유로|위안|엔|파운드|루블|루피|프랑"
    r"|명|대|곳|건|개|배럴|톤|척|채"
)
# The noun and its particle; perhaps a day, a change until then, or a word that only tunes the
# figure; the figure and its unit, with the hundredths that currencies have.
_STATED = re.compile(
    r"(?P<noun>[가-힣A-Za-z][가-힣A-Za-z·]*?)(?:은|는|이|가|을|를|도)? "
    r"(?:\d+일 )?(?:\d[\d.]*%(?: 넘게| 가까이)? (?:[가-힣]{0,2}[른린은진뛴한솟]) )?"
    r"(?:(?:약|무려|최대|최소|이미|아직|현재|지금|모두|총|연) )*(?:[가-힣]+당 )?"
    rf"(?:{_NUMBER} ?(?:{_UNITS})?에서 (?P<moved>))?"  # what it was before it moved
    rf"(?P<number>{_NUMBER}) ?(?P<unit>{_UNITS})(?![가-힣]*당)(?: (?P<hundredths>\d+)(?:센트|전))?"
)
_TUNED = r" ?(?:넘게|가까이|가량|정도|쯤|안팎|이상|포인트|씩|어치)* ?"
_MOVED = (
    r"더|오르|오른|올라|올랐|올려|올렸|올린|내리|내린|내렸|내려|줄|늘|깎|뛰|뛴|빠지|빠진|빠졌|떨어|낮|높"
    r"|상승|하락|급등|급락|폭등|폭락|인상|인하|증가|감소|추가|할인|얹|덜|보태|많|적|불어|솟|치솟|밀"
    r"|비싸|싸|웃|밑|부족|성장|뒷걸음|반등|추락|축소|확대|곤두박질|차이"
)
_NO_LEVEL = re.compile(rf"{_TUNED}(?:{_MOVED})|에서|~|∼|-")
# After "3.5%에서 3.25%": it moved there, while "3.25%에서 3.5% 사이" is a range.
_MOVED_TO = re.compile(
    r"(?:대|선)?로 (?:다시 |크게 |한꺼번에 )?"
    r"(?:낮|내[리렸려]|올[리렸려라]|높|끌|늘|줄|넓|깎|확대|축소)"
)
_NO_NOUN = re.compile("한|한때|우리 돈|원화로|[가-힣]")
_PERIODS = {  # the shortest first: "지난해 4분기" is a quarter
    "days": re.compile("초순|중순|하순|열흘|하루|일주일"),
    "month": re.compile(r"\d월|이달|지난달|한 달"),
    "quarter": re.compile("분기"),
    "half": re.compile("상반기|하반기"),
    "year": re.compile(r"연간|작년|지난해|올해|내년|\d{4}년|한 해"),
}
_ABOUT_TO = re.compile("전망|예상|목표|점치|내다|관측|예고|닿|추정|계획")
_BARE = re.compile(r"[가-힣A-Za-z0-9·]+")
_BOUND = re.compile(
    r".*(?:은|는|을|를|의|에|에서|로|고|며|도|한|된|할|인|던|와|과|해|서|지만|데|자|게|온|운|린|간|난)|\d+일"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """A figure for something: `noun` is what, with the words before that are part of its name.

    `period` is the kind of time ("quarter", "year") that is named before it, "" if none; `expected`
    tells that the sentence speaks of what is expected or meant.
    """

    noun: str
    value: float
    unit: str
    span: Span  # of the text that was read, from the figure to its unit
    period: str
    expected: bool


def amounts(text: str) -> Iterator[Amount]:
    """Yield the figures that a sentence states for a noun, in reading order."""
    expected = bool(_ABOUT_TO.search(text))
    for match in _STATED.finditer(text):
        noun = _noun(text[: match.end("noun")])
        moved = match["moved"] is not None
        if _NO_NOUN.fullmatch(noun) or bool(_MOVED_TO.match(text, match.end())) < moved:
            continue
        if not moved and _NO_LEVEL.match(text, match.end()):
            continue
        figure = float(value_of(match["number"])) + float(match["hundredths"] or 0) / 100
        unit = match["unit"].replace("퍼센트", "%").replace("%포인트", "%p")
        span = Span(match.start("number"), match.end())
        yield Amount(noun, figure, unit, span, _period(text[: match.start("number")]), expected)


def _noun(before: str) -> str:
    """Return the noun that ends a text, with up to two words before it without a particle."""
    words: list[str] = []
    for word in reversed(before.split(" ")):
        if words and (not _BARE.fullmatch(word) or _BOUND.fullmatch(word)):
            break
        if not _period(word):
            words.insert(0, word)
        if len(words) == 3:
            break
    return " ".join(words)


def _period(text: str) -> str:
    return next((kind for kind, words in _PERIODS.items() if words.search(text)), "")
