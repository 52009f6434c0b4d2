"""Which sentences are quoted, and with what before them."""

from datetime import date

import numpy as np
import pytest

from index.schema import Passage, Source, Span
from qa.extractive import quotes
from qa.question import Question, read_question
from qa.rank import Ranking, Sentence
from qa.weights import SENTENCE_FEATURES

SENTENCES = (
    "해운업계 소식입니다.",
    "하팍로이드가 홍해를 돌아가는 항해가 이어질 것으로 봤습니다.",
    "독일 함부르크에 본사를 둔 세계 5위 선사입니다.",
    "이 회사는 운임을 올리기로 했습니다.",
    "주가는 3% 올랐습니다.",
)


def ranking(*chances: float) -> Ranking:
    """Rank the sentences of one passage."""
    text = " ".join(SENTENCES)
    starts = [text.index(sentence) for sentence in SENTENCES]
    spans = tuple(Span(at, at + len(s)) for at, s in zip(starts, SENTENCES, strict=True))
    source = Source("a.txt", "제목", "0" * 64, published=date(2024, 3, 12))
    passage = Passage("p", source, 0, "해운", text, Span(0, len(text)), spans)
    found = np.array(chances)
    features = np.zeros((len(spans), len(SENTENCE_FEATURES)))
    sentences = tuple(Sentence(passage, span, 0) for span in spans)
    order = np.argsort(-found, kind="stable")
    return Ranking((passage,), sentences, features, found, found, np.array([1.0]), order)


def asked(text: str) -> Question:
    return read_question(text, [date(2024, 3, 12)], date(2024, 3, 12))


def quoted(question: str, found: Ranking) -> list[str]:
    return [citation.quote for citation in quotes(asked(question), found)]


def test_news_as_a_whole_is_told_from_its_beginning():
    found = ranking(0.5, 0.05, 0.05, 0.1, 0.3)
    first, *rest = quoted("3월 12일 브리핑에서 해운 쪽 소식은?", found)
    assert first == f"{SENTENCES[1]} {SENTENCES[2]}"  # not the sentence that hands over
    assert rest == [SENTENCES[0], SENTENCES[4]]


def test_a_sentence_that_points_back_comes_with_the_one_before():
    found = ranking(0.0, 0.1, 0.0, 0.5, 0.4)
    assert quoted("하팍로이드는 운임을 어떻게 하나?", found) == [
        f"{SENTENCES[2]} {SENTENCES[3]}",
        SENTENCES[4],
        SENTENCES[1],
    ]


def test_but_not_where_that_one_is_quoted_anyway():
    found = ranking(0.0, 0.1, 0.4, 0.5, 0.0)
    assert quoted("운임은?", found) == [SENTENCES[3], SENTENCES[2], SENTENCES[1]]


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("3월 12일 방송에 나온 자동차 회사 뉴스는?", True),
        ("테슬라 소식 알려줘", True),
        ("3월에 나온 엔비디아 소식은 뭐였어?", True),
        ("ASML 이야기가 제일 처음 나온 브리핑에서는 뭐라고 했나요?", True),
        ("What was the news about Tesla in the briefing of March 12?", True),
        ("3월 12일 브리핑에서 테슬라 주가는 얼마나 빠졌나?", False),
        ("업황 걱정을 누그러뜨린 태평양 건너 경쟁사의 소식은?", False),
        ("이야기를 지어낸 작가는 누구인가?", False),
    ],
)
def test_what_asks_for_news_as_a_whole(question, whole):
    assert asked(question).gist is whole
