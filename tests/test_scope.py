"""What the search is narrowed to: read as it is sent, and kept to."""

from datetime import date

import pytest

from qa.assistant import Assistant
from qa.scope import EVERYWHERE, Scope, read_scope
from qa.screen import scope_of

APRIL = "4월 25일 브리핑에서 ASML 소식은?"


@pytest.fixture(scope="module")
def assistant(sample_index):
    return Assistant(sample_index)


def sources(answer):
    return {hit.passage.source.id for hit in answer.hits}


def test_a_scope_excludes_what_is_not_in_it(assistant):
    everywhere = sources(assistant.ask("ASML 소식"))
    assert {"2024-04-18.txt", "2024-04-23.txt", "2024-04-25.txt"} <= everywhere
    only = assistant.ask("ASML 소식", scope=Scope(source="2024-04-18.txt"))
    assert sources(only) == {"2024-04-18.txt"}
    assert only.citations[0].passage.heading.startswith("ASML")
    later = assistant.ask(
        "ASML 소식", scope=Scope(since=date(2024, 4, 19), until=date(2024, 4, 24))
    )
    assert sources(later) <= {"2024-04-19.txt", "2024-04-23.txt"}
    assert "2024-04-23.txt" in sources(later)
    (programme,) = assistant.programmes()
    assert sources(assistant.ask("ASML 소식", scope=Scope(programme=programme))) == everywhere


@pytest.mark.parametrize(
    "scope",
    [
        Scope(source="없는.txt"),
        Scope(programme="없는 프로그램"),
        Scope(since=date(2030, 1, 1)),
        Scope(source="2024-04-18.txt", since=date(2024, 4, 19)),
    ],
)
def test_nothing_is_found_where_there_is_nothing(assistant, scope):
    answer = assistant.ask("ASML 소식", scope=scope)
    assert (answer.status, answer.hits, answer.confidence) == ("no_evidence", (), 0.0)


def test_the_days_of_a_question_are_told_and_can_be_left_out(assistant):
    answer = assistant.ask(APRIL)
    assert sources(answer) == {"2024-04-25.txt"}
    assert (answer.period.phrase, answer.period.first) == ("4월 25일", date(2024, 4, 25))
    anywhere = assistant.ask(APRIL, scope=Scope(any_day=True))
    assert len(sources(anywhere)) > 1
    assert anywhere.period is None
    outside = assistant.ask(APRIL, scope=Scope(source="2024-04-18.txt"))
    assert outside.hits == ()


def test_a_scope_is_read_as_it_is_sent():
    assert read_scope("2024-04-01", "", "글로벌 비즈", "a.txt") == Scope(
        date(2024, 4, 1), None, "글로벌 비즈", "a.txt"
    )
    assert read_scope() == EVERYWHERE
    with pytest.raises(ValueError, match='"until" is not a date'):
        read_scope("", "내일")
    with pytest.raises(ValueError, match="is after"):
        read_scope("2024-04-02", "2024-04-01")


def test_the_page_forgets_what_was_meant_for_one_question():
    scope, kept = scope_of('{"since": "2024-04-01", "any_day": true}')
    assert scope == Scope(since=date(2024, 4, 1), any_day=True)
    assert scope_of(kept)[0] == Scope(since=date(2024, 4, 1))
    for nonsense in ("", "{", "[]", "3", '{"since": "gestern"}'):
        assert scope_of(nonsense) == (EVERYWHERE, "" if nonsense else '{"any_day": false}')
