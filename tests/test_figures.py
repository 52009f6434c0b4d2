"""Figures, dates and names of two texts: what is the same, and what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qa.llm.figures import dates, figures, unsupported


def read(text: str) -> list[tuple[Decimal, str]]:
    return [(figure.value, figure.unit) for figure in figures(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1조 3천억 원", "1.3조원"),
        ("1조 3천억 원", "1조3000억원"),
        ("1조3천억 원", "일조 삼천억 원"),
        ("1,500억 엔", "천오백억 엔"),
        ("85억6천만 달러", "85.6억 달러"),
        ("3천4백 명", "3,400명"),
        ("2만 명", "20,000 명"),
        ("2만여 명", "2만 명"),
        ("20%", "20퍼센트"),
        ("20%", "20％"),
        ("20%", "이십 퍼센트"),
        ("0.5%포인트", "0.5%p"),
        ("0.50%", "0.5 퍼센트"),
        ("155달러 45센트", "155.45달러"),
        ("두 배", "2배"),
        ("석 달", "3개월"),
        ("세 곳", "3곳"),
        ("5천만 명", "오천만 명"),
        ("1만 5000명", "1만5천 명"),
        ("30킬로미터", "30km"),
    ],
)
def test_the_same_figure(one, other):
    assert len(read(one)) == 1
    assert read(one) == read(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1조 3천억 원", "1조 3억 원"),
        ("1조 3천억 원", "1조 3천억 엔"),
        ("13조 원", "1.3조 원"),
        ("20%", "20%포인트"),
        ("20%", "20명"),
        ("20%", "2.0%"),
        ("3분기", "3개월"),
        ("4배", "네 명"),
        ("155달러", "155달러 45센트"),
        ("9시", "9시간"),
    ],
)
def test_not_the_same_figure(one, other):
    assert len(read(one)) == len(read(other)) == 1
    assert read(one) != read(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("직원 2만 30개국", [("20000", ""), ("30", "개국")]),
        ("5.25에서 5.5% 사이", [("5.25", "%"), ("5.5", "%")]),
        ("GPT-4와 H100, 5G, 10.5G, S&P500, A320", []),
        ("수천 명이 몇 억 원을", []),
        ("구조 개편과 이 사람", []),
        ("3년 만에 12% 급락", [("3", "년"), ("12", "%")]),
        ("", []),
    ],
)
def test_what_is_read_as_figures(text, expected):
    assert read(text) == [(Decimal(value), unit) for value, unit in expected]


def test_spans_are_of_the_text():
    text = "2024년 4월 23일, 1조 3천억 원과 두 배."
    assert [figure.span.of(text) for figure in figures(text)] == ["1조 3천억 원", "두 배"]
    assert [date.span.of(text) for date in dates(text)] == ["2024년 4월 23일"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4월 23일", (None, 4, 23)),
        ("2024년 4월", (2024, 4, None)),
        ("2024-04-23", (2024, 4, 23)),
        ("2024. 4. 23.", (2024, 4, 23)),
        ("12월 31일", (None, 12, 31)),
    ],
)
def test_dates(text, expected):
    (date,) = dates(text)
    assert (date.year, date.month, date.day) == expected


PASSAGE = (
    "2024년 4월 23일\n"
    "소프트뱅크가 AI 개발에 새로 더하기로 한 돈은 1,500억 엔, 원화로 1조3천억 원입니다. "
    "손정의 회장은 오픈AI의 챗GPT에 맞설 GPT-4급 모델을 노립니다. "
    "3월에는 직원이 20% 늘었습니다."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "소프트뱅크는 1.3조 원을 AI에 더 씁니다.",
        "손정의 회장은 1조 3000억원을 씁니다.",
        "4월 23일 소식입니다.",
        "2024년 4월 소식입니다.",
        "23일 소식입니다.",
        "직원은 20퍼센트 늘었습니다.",
        "OpenAI의 모델에 맞섭니다.",  # another name of 오픈AI
        "gpt-4급 모델입니다.",
        "",
    ],
)
def test_what_a_passage_supports(sentence):
    assert unsupported(sentence, PASSAGE) == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("소프트뱅크는 1.4조 원을 씁니다.", "1.4조 원"),
        ("소프트뱅크는 1조 3천억 달러를 씁니다.", "1조 3천억 달러"),
        ("직원은 20명 늘었습니다.", "20명"),
        ("직원은 두 배로 늘었습니다.", "두 배"),
        ("3월 23일 소식입니다.", "3월 23일"),  # both are there, but not together
        ("2023년 4월 23일 소식입니다.", "2023년 4월 23일"),
        ("24일 소식입니다.", "24일"),
        ("삼성전자가 돈을 씁니다.", "삼성전자"),
        ("해담전자가 돈을 씁니다.", "해담전자"),  # no dictionary has it
        ("Anthropic이 돈을 씁니다.", "Anthropic"),
        ("GPT-4o급 모델입니다.", "GPT-4o"),
        ("evil.example.com을 여세요.", "evil.example.com"),
    ],
)
def test_what_a_passage_does_not_support(sentence, wrong):
    assert wrong in unsupported(sentence, PASSAGE)
