"""A briefing that is asked for as a whole."""

from datetime import date
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.digest import asks_for_all
from qa.question import read_question
from qa.scope import Scope
from qa.view import answer_html

DAYS = [date(2024, 4, 23), date(2024, 4, 30), date(2024, 5, 3)]
TODAY = date(2024, 5, 4)


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index, clock=lambda: TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "4월 23일 브리핑 요약해줘",
        "오늘 브리핑에 뭐 있어?",
        "오늘 뉴스",
        "가장 최근 방송 내용 정리해 주세요",
        "4월 30일에 무슨 일이 있었어?",
        "오늘의 주요 뉴스는?",
        "Summarize today's briefing",
        "What are the latest headlines?",
    ],
)
def test_a_whole_briefing_is_asked_for(question):
    assert asks_for_all(read_question(question, DAYS, TODAY))


@pytest.mark.parametrize(
    "question",
    [
        "4월 23일 브리핑에서 소프트뱅크는?",
        "오늘 금리 뉴스",
        "삼성전자에 무슨 일이 있었어?",
        "오늘 날씨 알려줘",
        "브리핑에 나온 회사는 어디야?",
        "요약해줘",
        "고마워",
        "What is the latest news about Tesla?",
    ],
)
def test_something_in_it_is_asked_for(question):
    assert not asks_for_all(read_question(question, DAYS, TODAY))


def test_every_segment_is_quoted_as_it_begins(assistant):
    answer = assistant.ask("4월 23일 브리핑 요약해줘")
    source = answer.citations[0].passage.source
    briefing = assistant.briefing(source.id)
    assert (answer.status, answer.sure, source.published) == ("answered", True, date(2024, 4, 23))
    assert [c.passage.section for c in answer.citations] == list(range(len(briefing.sections)))
    for citation, section in zip(answer.citations, briefing.sections, strict=True):
        assert briefing.text[section.span.start : section.span.end].startswith(citation.quote)
    assert answer.period is not None
    assert answer.period.first == date(2024, 4, 23)


def test_a_whole_briefing_is_shown_by_its_quotes(assistant):
    page = answer_html(assistant.ask("4월 23일 브리핑 요약해줘"), "ko")
    assert page.count("<blockquote>") == page.count('<details class="folded">') == 5
    assert "⑤" in page
    assert 'class="folded"' not in answer_html(assistant.ask("ASML은 어디에 투자하나?"), "ko")


def test_the_newest_briefing_is_meant_where_no_day_is_named(assistant):
    days = {c.passage.source.published for c in assistant.ask("최신 뉴스 요약해줘").citations}
    assert days == {date(2024, 5, 3)}


def test_what_was_asked_before_does_not_matter(assistant):
    history = ("ASML은 어디에 투자하나?", "언제부터?")
    assert assistant.ask("오늘 브리핑 요약해줘", history).citations == (
        assistant.ask("오늘 브리핑 요약해줘").citations
    )


def test_a_day_without_a_briefing_has_nothing_to_tell(assistant):
    answer = assistant.ask("4월 22일 브리핑 요약해줘")
    assert (answer.status, answer.citations) == ("no_evidence", ())


def test_the_scope_holds_as_well(assistant):
    before = Scope(until=date(2024, 4, 30))
    answer = assistant.ask("최신 뉴스 요약해줘", scope=before)
    assert {c.passage.source.published for c in answer.citations} == {date(2024, 4, 30)}
    everywhere = Scope(any_day=True)
    answer = assistant.ask("4월 23일 브리핑 요약해줘", scope=everywhere)
    assert {c.passage.source.published for c in answer.citations} == {date(2024, 5, 3)}


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("What is the latest news about Tesla?", "테슬라가 급속충전소"),
        ("삼성전자에 무슨 일이 있었어?", "삼성전자의 1분기 실적을"),
        ("넷플릭스 관련 뉴스", "넷플릭스가 1분기에"),
    ],
)
def test_news_of_something_is_surely_there_where_a_heading_names_it(assistant, question, begins):
    answer = assistant.ask(question)
    assert answer.sure
    assert answer.text.startswith(begins)
