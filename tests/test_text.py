"""Korean text rules."""

import unicodedata

import pytest

from index.schema import Span
from index.text import normalize, sentences, spaced, tokens, tokens_of


def cut(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text, Span(0, len(text)))]


def test_normalize_makes_one_text_of_many_habits():
    composed = "한국 경제\n둘째 줄"
    for raw in (
        unicodedata.normalize("NFD", composed),
        "한국\u00a0경제\r\n둘째\u3000줄",
        "\ufeff한국\u200b 경제\r둘째 줄",
        "한국 경제\u2028둘째\u202e 줄",
        "한국 \x00경제\n둘째 줄\x07",
    ):
        assert normalize(raw) == composed


def test_tabs_become_spaces():
    assert normalize("가\t나") == "가 나"


def test_sentences_are_whole_and_in_order():
    text = "  첫 문장입니다. 환율은 1,330.5원이죠.\n\n'셋째'라고 말했습니다.  "
    assert cut(text) == ["첫 문장입니다.", "환율은 1,330.5원이죠.", "'셋째'라고 말했습니다."]


def test_a_line_that_ends_with_a_comma_goes_on():
    text = "공을 들였는데,\n\n한숨을 돌렸습니다. 끝입니다."
    assert cut(text) == ["공을 들였는데,\n\n한숨을 돌렸습니다.", "끝입니다."]


def test_an_ending_without_a_full_stop_ends_no_sentence():
    text = '4조 원을 투자한다 밝혔고, 아마존도 나섰습니다. "좋다"고 말했다 전했습니다.'
    first, second = cut(text)
    assert first == "4조 원을 투자한다 밝혔고, 아마존도 나섰습니다."
    assert second == '"좋다"고 말했다 전했습니다.'


def test_a_comma_at_the_end_of_the_text_is_no_trap():
    assert cut("여기까지,") == ["여기까지,"]
    assert cut("여기까지,\n\n") == ["여기까지,"]


@pytest.mark.parametrize("text", ["", "  \n ", "\n\n"])
def test_no_sentence_in_white_space(text: str):
    assert cut(text) == []


def test_sentences_keep_within_their_span():
    text = "앞입니다. 가운데입니다. 뒤입니다."
    start, end = text.index("가운데"), text.index(" 뒤")
    assert [s.of(text) for s in sentences(text, Span(start, end))] == ["가운데입니다."]


def test_particles_do_not_hide_a_name():
    asked, told = tokens("ASML은 어디에 투자하나?"), tokens("ASML이 네덜란드에 투자하며")
    assert set(asked) & set(told) == {"asml", "투자"}


def test_numbers_lose_their_commas_and_wide_letters_their_width():
    assert tokens("1,330만 배럴") == ["1330", "만", "배럴"]
    assert tokens("ＡＩ 반도체") == tokens("AI 반도체")


@pytest.mark.parametrize("clock", ["한국시간으로", "한국 시각으로"])
def test_the_time_of_day_here_is_no_news_of_here(clock):
    assert "한국" not in tokens(f"연준은 {clock} 내일 금리를 정합니다.")
    assert tokens("한국 물가와 시간당 임금")[:2] == ["한국", "물가"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("삼성전자는용인에얼마를투자하나?", "삼성전자는 용인에 얼마를 투자하나?"),
        ("4월24일브리핑에서금리소식은뭐야", "4월 24일 브리핑에서 금리 소식은 뭐야"),
        ("엔비디아 실적은?", "엔비디아 실적은?"),
        ("반도체장비 what is ASML?", "반도체장비 what is ASML?"),
        ("", ""),
    ],
)
def test_what_is_typed_without_spaces_gets_them(typed, meant):
    assert spaced(typed) == meant


def test_many_texts_are_analysed_as_each_alone():
    texts = ["삼성전자가 투자합니다.", "", "엔화가 내렸습니다."]
    assert tokens_of(texts) == [tokens(text) for text in texts]
