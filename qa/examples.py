"""Example questions, made from the indexed segments; only those that are answered are offered.

No LLM: a name that opens a heading and a measure that one of its sentences gives a figure for make
"한국전력 부채는 얼마?", and any name makes "ASML에 무슨 일이 있었나?". Knows nothing about screens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from index.schema import Passage
from qa.answer import Answer
from qa.question import offers

# What briefings give figures for, as a question calls it.
_MEASURES = (
    "부채 매출 순이익 영업이익 보조금 과징금 벌금 관세 투자액 투자 인수 자사주 배당 주가 시가총액 "
    "환율 금리 물가 유가 금값 수주 주문 가입자 이용자 감원 생산량 판매량 인도량 수출 예산"
).split()
# A name opens the heading and ends with a comma, an ellipsis, a quote or a particle.
_NAME = re.compile(
    r"^[\"'‘“]?([가-힣A-Za-z0-9&·]{2,12}?)[\"'’”]?(?:,|…|\s|의 |은 |는 |이 |가 |도 )"
)
_FIGURES = frozenset({"money", "percent", "count"})


def examples(
    passages: Iterable[Passage], question_of: Callable[[Passage], str | None], count: int
) -> list[str]:
    """Return up to `count` questions, each about another name."""
    chosen: list[str] = []
    names: set[str] = set()
    for passage in passages:
        if len(chosen) == count:
            break
        name = subject_of(passage)
        if name in names:
            continue
        question = question_of(passage)
        if question is not None:
            chosen.append(question)
            names.add(name)
    return chosen


def question_of(passage: Passage, ask: Callable[[str], Answer]) -> str | None:
    """Return a question that `ask` answers from this very passage; None if none is found."""
    name = subject_of(passage)
    questions = _questions(passage, name) if name else ()
    return next((question for question in questions if _works(question, passage, ask)), None)


def subject_of(passage: Passage) -> str:
    """Return the name that opens the heading of a passage, "" if none does."""
    match = _NAME.match(passage.heading)
    return match[1] if match else ""


def _questions(passage: Passage, name: str) -> Iterator[str]:
    for sentence in map(passage.quote, passage.sentences):
        for measure in _MEASURES:
            if measure in sentence and measure not in name and offers(sentence) & _FIGURES:
                yield f"{name} {measure}{_topic(measure)} 얼마?"
                break
    yield f"{name}에 무슨 일이 있었나?"
    day = passage.source.published
    if day:  # where it is in the news more than once
        yield f"{day.month}월 {day.day}일 {name}에 무슨 일이 있었나?"


def _works(question: str, passage: Passage, ask: Callable[[str], Answer]) -> bool:
    answer = ask(question)
    if not answer.citations:
        return False
    first = answer.citations[0]
    figure = "얼마" not in question or bool(offers(first.quote) & _FIGURES)
    return figure and first.passage.id == passage.id


def _topic(noun: str) -> str:
    """Return the topic particle: 은 after a consonant, 는 after a vowel."""
    return "은" if (ord(noun[-1]) - ord("가")) % 28 else "는"
