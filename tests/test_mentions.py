"""A subject across briefings: which segments are about it, in which sentences."""

from __future__ import annotations

import pytest

from index.generations import open_current
from qa.overview.mentions import MAX_CHARS, mentions, names_in, read_subject


def about(typed: str, index) -> list[tuple[str, str]]:
    found = mentions(read_subject(typed), open_current(index))
    return [(str(each.published), each.first.heading) for each in found]


TIKTOK = [
    ("2024-04-19", 'EU, 틱톡 라이트에 "24시간 안에 답하라"'),
    ("2024-04-23", "EU, 포인트 주는 틱톡 라이트 조사…청소년 중독 우려"),
    ("2024-04-25", "바이든, 틱톡 매각법 서명…시한은 내년 1월 19일"),
    ("2024-04-25", "틱톡, 유럽서 '라이트' 보상 자진 중단"),
]


@pytest.mark.parametrize("typed", ["틱톡", "TikTok", " tiktok "])
def test_an_entity_is_followed_under_all_its_names_by_date(sample_index, typed):
    assert about(typed, sample_index) == TIKTOK


def test_a_segment_that_only_touches_it_is_left_out(sample_index):
    assert about("한국은행", sample_index) == []  # named in one sentence
    korea = [heading for _, heading in about("한국", sample_index)]
    assert korea == ["파이낸셜타임스가 진단한 한국 경제…옛 공식 안 통한다"]


def test_an_amount_is_not_about_its_currency(sample_index):
    headings = [heading for _, heading in about("달러", sample_index)]
    assert "애플, 사상 최대 1,100억 달러 자사주 매입" not in headings
    assert names_in("애플, 사상 최대 1,100억 달러 자사주 매입") == ["애플"]
    assert names_in("달러 강세에 엔화 급락") == ["달러", "엔화"]


def test_words_of_no_lexicon_are_followed_too(sample_index):
    subject = read_subject("대만달러 반감기")
    assert subject.entity is None
    assert about("반감기", sample_index) == [
        ("2024-04-19", "비트코인 반감기 코앞…하루 공급 900개에서 450개로")
    ]


def test_the_sentences_that_name_it_are_quoted(sample_index):
    for mention in mentions(read_subject("틱톡"), open_current(sample_index)):
        assert mention.in_heading
        assert all("틱톡" in sentence.quote for sentence in mention.sentences)


@pytest.mark.parametrize("typed", ["", "  ", "?!", "가" * (MAX_CHARS + 1)])
def test_what_is_no_subject(typed):
    assert read_subject(typed) is None
