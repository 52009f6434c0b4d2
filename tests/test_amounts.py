"""Figures as sentences state them: values, units, nouns, and what is no figure for a noun."""

from __future__ import annotations

import pytest

from qa.overview.amounts import amounts


@pytest.mark.parametrize(
    ("text", "noun", "figure", "unit", "period"),
    [
        ("매출은 85억6천만 달러로 2% 감소했는데요.", "매출", 8.56e9, "달러", ""),
        ("한빛 주가는 17일 155달러 45센트로 마감했습니다.", "한빛 주가", 155.45, "달러", ""),
        ("주가는 5.6% 내린 161달러 48센트로 장을 마쳤습니다.", "주가", 161.48, "달러", ""),
        ("지난해 4분기 영업손실이 1조7천억 원에 달했습니다.", "영업손실", 1.7e12, "원", "quarter"),
        ("기준금리를 연 3.5%에서 3.25%로 내렸습니다.", "기준금리", 3.25, "%", ""),
        ("작년 매출 447억 유로를 거뒀습니다.", "매출", 4.47e10, "유로", "year"),
    ],
)
def test_what_is_stated_for_a_noun(text, noun, figure, unit, period):
    (found,) = amounts(text)
    assert (found.noun, found.value, found.unit, found.period) == (noun, figure, unit, period)
    assert found.span.of(text).endswith(("%", "달러", "센트", "원", "유로"))


@pytest.mark.parametrize(
    "text",
    [
        "주가는 12% 급락했습니다.",  # how far it fell
        "가격을 500달러 올렸습니다.",
        "기준금리는 5.25에서 5.5% 사이입니다.",  # a range
        "매출 전망은 57억에서 62억 유로 사이입니다.",
        "우리 돈 150조 원에 이릅니다.",  # of nothing
        "직원들이 기뻐했습니다.",
        "",
    ],
)
def test_what_is_no_figure_for_a_noun(text):
    assert list(amounts(text)) == []


def test_what_is_expected_is_told_from_what_is():
    (expected,) = amounts("목표가를 2,300달러에서 2,700달러로 올려 잡았습니다.")
    (is_so,) = amounts("금값은 온스당 2,431달러입니다.")
    assert (expected.expected, is_so.expected) == (True, False)
