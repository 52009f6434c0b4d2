"""Date phrases, read against the days of a corpus."""

from datetime import date, timedelta

import pytest

from qa.when import read_when

DAYS = [date(2023, 4, 24), date(2024, 2, 27), date(2024, 3, 5), date(2024, 3, 29)]
DAYS += [date(2024, 4, 15), date(2024, 4, 18), date(2024, 4, 24), date(2024, 5, 2)]
TODAY = date(2024, 5, 2)


def days(question: str, clock: date = TODAY) -> list[str] | None:
    when = read_when(question, DAYS, clock)
    return None if when.days is None else sorted(f"{day:%y%m%d}" for day in when.days)


@pytest.mark.parametrize(
    ("question", "expected", "rest"),
    [
        ("4월 24일 브리핑에서 테슬라 소식은?", ["240424"], "테슬라 소식은?"),
        ("2023년 4월 24일 방송에서 뭐랬지?", ["230424"], "뭐랬지?"),
        ("2024-03-05 브리핑의 금리 이야기", ["240305"], "금리 이야기"),
        ("3월에 나온 엔비디아 소식", ["240305", "240329"], "엔비디아 소식"),
        ("3월 초 브리핑에서 연준은?", ["240305"], "연준은?"),
        ("4월 중순에 전한 ASML 소식", ["240415", "240418"], "ASML 소식"),
        ("3월 말 방송에 나온 금값", ["240329"], "금값"),
        ("작년 4월에 나온 소식", ["230424"], "소식"),
        ("1분기 브리핑에 나온 애플", ["240227", "240305", "240329"], "애플"),
        ("상반기 방송의 환율", [f"{d:%y%m%d}" for d in DAYS[1:]], "환율"),
        ("연초 브리핑에서 반도체는?", ["240227"], "반도체는?"),
        ("첫 브리핑에서 다룬 회사", ["230424"], "다룬 회사"),
        ("마지막 방송에서 유가는?", ["240502"], "유가는?"),
        ("가장 최근 브리핑에서 엔화는?", ["240502"], "엔화는?"),
        ("2023년 마지막 브리핑의 코스피", ["230424"], "코스피"),
        ("어제 브리핑에 나온 애플", [], "애플"),
        ("지난주 방송에서 테슬라는?", ["240424"], "테슬라는?"),
        ("지난달 뉴스에서 ASML은?", ["240415", "240418", "240424"], "ASML은?"),
        ("최근 10일 방송에서 금리는?", ["240424", "240502"], "금리는?"),
        ("What did the briefing of April 24 news say about Tesla?", ["240424"], None),
        ("Tesla news last week briefing", ["240424"], None),
        ("the latest briefing on oil", ["240502"], None),
    ],
)
def test_a_broadcast_is_a_filter(question, expected, rest):
    when = read_when(question, DAYS, TODAY)
    assert days(question) == expected
    assert when.strict
    if rest is not None:
        assert when.rest == rest


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("5월에 상장한 우버의 첫날 주가는?", ["240502"]),
        ("4월 24일에 발표한 실적은?", ["240424"]),
    ],
)
def test_a_date_in_passing_favours_and_stays(question, expected):
    when = read_when(question, DAYS, TODAY)
    assert (days(question), when.strict, when.rest) == (expected, False, question)


@pytest.mark.parametrize(
    "question",
    [
        "ASML은 어디에 투자하나?",
        "2분기 영업이익은 얼마?",
        "오늘 서울 날씨는?",
        "연말 금값 목표",
        "",
    ],
)
def test_what_is_no_date_filters_nothing(question):
    when = read_when(question, DAYS, TODAY)
    assert (when.days, when.strict, when.order, when.rest) == (None, False, None, question)


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("테슬라 소식 가운데 가장 최근 것은?", "newest"),
        ("테슬라 이야기가 제일 처음 나온 때는?", "oldest"),
        ("가장 나중에 보도된 곳은 어디인가요?", "newest"),
        ("What is the latest on Tesla?", "newest"),
    ],
)
def test_the_newest_and_the_oldest(question, order):
    assert read_when(question, DAYS, TODAY).order == order


def test_the_next_one():
    when = read_when(
        "4월 15일에 나온 테슬라 소식 말고, 바로 그다음에 나온 테슬라 소식은?", DAYS, TODAY
    )
    assert sorted(when.days or []) == [date(2024, 4, 18), date(2024, 4, 24), date(2024, 5, 2)]
    assert (when.order, when.rest) == ("oldest", "테슬라 소식은?")


def test_days_that_no_briefing_has_are_an_empty_filter():
    when = read_when("4월 1일 브리핑에서 뭐라고 했나?", DAYS, TODAY)
    assert (when.days, when.strict) == (frozenset(), True)


@pytest.mark.parametrize("question", ["2월 30일 브리핑", "13월 3일 방송", "0월에 나온 소식"])
def test_days_that_do_not_exist_are_no_dates(question):
    when = read_when(question, DAYS, TODAY)
    assert not when.days or date(2024, 3, 1) not in when.days


def test_an_archive_has_its_own_yesterday():
    assert days("어제 방송의 금리", clock=date(2030, 1, 1)) == []
    late = [*DAYS, date(2024, 5, 3)]
    when = read_when("어제 방송의 금리", late, date(2030, 1, 1))
    assert when.days == frozenset({date(2024, 5, 2)})


def test_the_future_of_the_corpus_is_not_yesterday():
    when = read_when("어제 방송의 금리", DAYS, date(2024, 4, 25))
    assert when.days == frozenset()
    assert read_when("이번 주 방송", DAYS, date(2024, 4, 25) - timedelta(1)).days == frozenset(
        {date(2024, 4, 24)}
    )


def test_a_corpus_without_days_has_no_dates():
    assert read_when("4월 24일 브리핑", [], TODAY).days is None


@pytest.mark.parametrize(
    ("question", "order", "rest"),
    [
        (
            "ASML 소식 가운데 가장 최근 것은 무슨 내용인가요?",
            "newest",
            "ASML 소식 무슨 내용인가요?",
        ),
        (
            "ASML 이야기가 제일 처음 나온 브리핑에서는 뭐라고 했나요?",
            "oldest",
            "ASML 이야기가 뭐라고 했나요?",
        ),
        (
            "사우디 감산 소식 중 가장 먼저 나온 방송에서는 언제까지 줄이나?",
            "oldest",
            "사우디 감산 소식 언제까지 줄이나?",
        ),
        ("테슬라 공장은 어디에 짓나?", None, "테슬라 공장은 어디에 짓나?"),
    ],
)
def test_words_that_ask_for_an_order_are_not_looked_for(question, order, rest):
    when = read_when(question, DAYS, TODAY)
    assert (when.order, when.rest) == (order, rest)
