"""Questions that lean on the turns before them, over the sample briefings."""

import json
from datetime import date

import pytest
from conftest import ROOT

from qa.assistant import Assistant
from qa.conversation import leans, ordinal, subject
from qa.question import read_question

ASML = "ASML은 어디에 투자하나?"


@pytest.fixture(scope="module")
def assistant(sample_index) -> Assistant:
    return Assistant(sample_index)


@pytest.mark.parametrize(
    "question",
    [
        "그럼 언제부터?",
        "그 회사 주가는?",
        "왜?",
        "거기는 직원이 몇 명이야?",
        "And when does it start?",
    ],
)
def test_what_leans_on_the_turns_before(question):
    assert leans(question)
    assert subject(question, ["ASML은 어디에 투자하나?"]) == "ASML은 어디에 투자하나?"
    assert subject(question, []) == ""


@pytest.mark.parametrize(
    "question",
    ["소프트뱅크는 AI 개발에 얼마를 더 투자하나?", "EU는 왜 틱톡 라이트를 조사하기로 했나?"],
)
def test_what_stands_alone(question):
    assert not leans(question)
    assert subject(question, ["ASML은 어디에 투자하나?"]) == ""


def test_the_last_question_that_stood_alone_is_meant():
    history = [
        "ASML은 네덜란드 어디에 투자하나?",
        "소프트뱅크는 AI에 얼마를 더 투자하나?",
        "언제부터?",
    ]
    assert subject("그 돈은 어디에 써?", history) == history[1]


def test_what_is_asked_for_is_what_the_turn_asks():
    read = read_question("그럼 언제부터?", about="소프트뱅크는 얼마를 투자하나?")
    assert (read.expects, read.names) == ({"date"}, ("소프트뱅크",))
    assert (read.typed, read.text) == (
        "그럼 언제부터?",
        "소프트뱅크는 얼마를 투자하나? 그럼 언제부터?",
    )


@pytest.mark.parametrize(
    ("first", "then", "heading"),
    [
        ("테슬라는 직원을 얼마나 줄이나?", "그 회사 주가는?", "테슬라"),
        ("ASML은 어디에 투자하나?", "왜 거기를 골랐어?", "ASML"),
        ("샘 올트먼이 투자한 태양광 회사는?", "그 회사는 무엇을 만들어?", "올트먼"),
        ("한국전력 부채는 얼마?", "왜 그렇게 쌓였어?", "한국 경제"),
        ("EU는 왜 틱톡 라이트를 조사하나?", "벌금은 얼마까지 물 수 있어?", "틱톡"),
        ("이란 공격 뒤 국제유가는 얼마였어?", "왜 안 올랐대?", "이란 공습"),
        ("How many people is Tesla laying off?", "And what happened to its shares?", "테슬라"),
    ],
)
def test_the_next_turn_stays_with_its_subject(assistant, first, then, heading):
    assert heading in assistant.ask(first).hits[0].passage.heading
    answer = assistant.ask(then, [first])
    assert heading in answer.hits[0].passage.heading
    assert (answer.question, answer.understood_as) == (then, f"{first} {then}")


@pytest.mark.parametrize(
    "said", ["고마워", "네, 감사합니다!", "ㅋㅋㅋ", "thanks!", "점심 뭐 먹지?", "오늘 서울 날씨는?"]
)
def test_what_is_no_news_is_not_answered_with_what_was_asked_before(assistant, said):
    answer = assistant.ask(said, [ASML])
    assert (answer.status, answer.understood_as) == ("no_evidence", said)


def test_another_topic_is_read_as_it_stands(assistant):
    question = "한국전력 부채는 얼마?"
    answer = assistant.ask(question, ["테슬라는 직원을 얼마나 줄이나?"])
    assert answer.understood_as == question
    assert "200조" in answer.text


def test_somebody_whom_no_briefing_mentions_is_refused_whatever_came_before(assistant):
    before = ["샘 올트먼이 투자한 태양광 회사는?", "한국전력 부채는 얼마?"]
    answer = assistant.ask("닌텐도 신제품 발표는 언제?", before)
    assert (answer.status, answer.missing) == ("no_evidence", ("닌텐도",))


def test_dialogues_over_the_samples_stay_where_they_are_led(assistant):
    """Of 42 exchanges nearly all find their segment first; one first turn fits two stories."""
    lines = (ROOT / "tests/data/dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[int, list[bool]] = {1: [], 2: [], 3: []}
    for dialogue in map(json.loads, lines):
        history: list[str] = []
        for number, turn in enumerate(dialogue["turns"], start=1):
            first = assistant.ask(turn["question"], history).hits[0].passage
            there = (first.source.id, first.heading[: len(turn["heading"])])
            found[number].append(there == (turn["file"], turn["heading"]))
            history.append(turn["question"])
    shares = {number: sum(right) / len(right) for number, right in found.items()}
    assert len(lines) == 14
    assert min(shares.values()) >= 0.92


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("두 번째 거 자세히", 2),
        ("3번째 소식은?", 3),
        ("첫번째 구절 더 보여줘", 1),
        ("②번", 2),
        ("tell me more about the second one", 2),
        ("엔화 두 번째 개입은 언제였나?", None),
        ("연준이 여섯 번째로 동결했나?", None),
        ("두 번째로 큰 회사는?", None),
        ("한국전력 부채는 얼마?", None),
    ],
)
def test_one_of_the_passages_shown_is_pointed_to(question, number):
    assert ordinal(question) == number


def test_the_second_passage_is_opened(assistant):
    first = assistant.ask(ASML)
    shown = list(dict.fromkeys(hit.passage.id for hit in first.hits))
    history = [ASML]
    for asked, place in (("두 번째 거 자세히", 1), ("세 번째는?", 2)):
        answer = assistant.ask(asked, history)
        assert (answer.status, answer.sure) == ("answered", True)
        assert {each.passage.id for each in answer.citations} == {shown[place]}
        assert answer.hits[0].passage.id == shown[place]
        assert answer.citations[0].span == answer.citations[0].passage.sentences[0]
        assert answer.understood_as == f"{ASML} {asked}"
        history.append(asked)
    assert assistant.ask("아홉 번째 거", []).understood_as == "아홉 번째 거"


def test_a_day_is_carried_over_until_another_is_named():
    days = [date(2024, 4, 16), date(2024, 4, 23)]
    about = "4월 16일 방송에서 테슬라는 직원을 얼마나 줄이나?"
    assert read_question("주가는?", days, days[-1], about).when.days == {days[0]}
    assert read_question("4월 23일 방송에서는?", days, days[-1], about).when.days == {days[1]}
