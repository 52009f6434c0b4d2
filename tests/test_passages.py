"""From sections to passages: whole sentences, windows that fit, stable ids."""

from datetime import date

from index.passages import content_id, cut
from index.schema import Briefing, Section, Source, Span


def words(texts):
    return [len(text.split()) for text in texts]


def briefing(*sections: tuple[str, str], source: str = "a.txt") -> Briefing:
    text, spans = "", []
    for heading, body in sections:
        text += f"◇ {heading}\n\n"
        spans.append(Section(heading, Span(len(text), len(text) + len(body))))
        text += body + "\n\n"
    return Briefing(
        Source(source, "제목", "0" * 64, published=date(2024, 4, 23)), text, tuple(spans)
    )


def test_a_section_that_fits_is_one_passage():
    page = briefing(("첫째", "하나입니다. 둘입니다."), ("둘째", "셋입니다."))
    first, second = cut(page, 100, words)
    assert (first.heading, first.section, first.text) == ("첫째", 0, "하나입니다. 둘입니다.")
    assert [first.quote(s) for s in first.sentences] == ["하나입니다.", "둘입니다."]
    assert (second.heading, second.section, second.text) == ("둘째", 1, "셋입니다.")


def test_offsets_are_those_of_the_source():
    page = briefing(("첫째", "하나입니다. 둘입니다."), ("둘째", "셋입니다."))
    for passage in cut(page, 100, words):
        assert passage.span.of(page.text) == passage.text
        for sentence in passage.sentences:
            assert sentence.of(page.text) == passage.quote(sentence)


def test_a_long_section_becomes_windows_of_about_equal_length():
    body = " ".join(f"오늘은 {i}번 문장을 읽습니다." for i in range(20))  # 4 words each
    passages = cut(briefing(("긴 꼭지", body)), 50, words)
    assert [len(p.sentences) for p in passages] == [10, 10]
    assert " ".join(p.text for p in passages) == body
    assert {p.section for p in passages} == {0}


def test_a_sentence_too_long_for_the_encoder_stands_alone():
    long = "아주 " * 60 + "깁니다."
    passages = cut(briefing(("꼭지", f"짧습니다. {long} 끝입니다.")), 40, words)
    assert [len(p.sentences) for p in passages] == [1, 1, 1]


def test_a_section_without_sentences_gives_nothing():
    assert cut(briefing(("빈 꼭지", "")), 100, words) == []


def test_ids_depend_on_date_heading_and_text_alone():
    one = cut(briefing(("가", "하나입니다.")), 100, words)[0]
    renamed = cut(briefing(("나", "둘입니다."), ("가", "하나입니다."), source="b.txt"), 100, words)[
        1
    ]
    assert one.id == renamed.id == content_id("2024-04-23", "가", "하나입니다.")


def test_the_same_words_twice_get_two_ids():
    first, second = cut(briefing(("가", "하나입니다."), ("가", "하나입니다.")), 100, words)
    assert first.id != second.id
