"""What is shown: values, the three looks of an outcome, and nothing hostile left alive."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT

from index import errors
from index.reports import Difference, Offer, Summary
from index.schema import Briefing, Hit, Passage, Section, Source, SourceSummary, Span
from qa import catalogue, reader, view
from qa.answer import Answer, Citation, Period
from qa.markup import Place, escape, marked, read_place
from qa.replay import Change, Replay
from qa.words import EN, KO, day, error_sentence, language_of, say

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</article></div><h1>x</h1>",
    "[링크](javascript:alert(1)) ![x](http://example.com/x.png)",
    "**굵게** _기울임_ `code` ~~취소~~ # 제목",
    "$$\\frac{1}{2}$$ \\(x\\) \\[y\\]",
    "${alert(1)} {{value}} {{{value}}}",
    "&lt;b&gt; &amp;amp; &#60;",
    "```html\n<b>x</b>\n```\n\n| a | b |\n|---|---|",
    "    네 칸 들여 쓴 줄\n\n\n- 목록\n1. 목록\n> 인용",
    "왼쪽\u202eksdnal\u202c 오른쪽\u200b공백",
    # Event handlers, elements, links, entities, templates, RTL: sixty with those above.
    *json.loads((ROOT / "tests/data/hostile.json").read_text(encoding="utf-8")),
]


def answer_of(text: str, cited: tuple[int, ...] = (0,), heading: str = "꼭지", title: str = "제목"):
    """Answer from one passage whose sentences are the lines of `text`, 100 letters in."""
    source = Source("a/2024.txt", title, "0", programme="글로벌 비즈", published=date(2024, 4, 23))
    starts = [100 + match.start() for match in re.finditer(r"^", text, re.M)]
    lines = text.split("\n")
    sentences = tuple(Span(s, s + len(line)) for s, line in zip(starts, lines, strict=True))
    span = Span(100, 100 + len(text))
    passage = Passage("p1", source, 0, heading, text, span, sentences)
    other = Passage("p2", source, 1, "다른 꼭지", text, span, sentences)
    hits = (Hit(passage, 2.0, 1, 1, ()), Hit(other, 1.0, 2, None, ()))
    citations = tuple(Citation(passage, lines[i], sentences[i]) for i in cited)
    status = "answered" if cited else "no_evidence"
    return Answer("물음", status, 0.9, "\n".join(c.quote for c in citations), citations, hits)


class Page(HTMLParser):
    """The tags of a piece of HTML, and its text."""

    def __init__(self, shown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; none of ours has an event handler."""
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        self.words += data


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_read_back_as_it_was_and_means_nothing(text):
    shown = escape(text)
    assert html.unescape(shown) == text
    assert not re.search(r"[<>\"'`*_~|$!\[\](){}\n\\]", shown)
    assert not re.search(r"(?<!&)#", shown)


def test_why_tells_the_words_that_were_found_and_what_was_not():
    answer = answer_of("첫 문장이다.")
    hit = dataclasses.replace(answer.hits[0], terms=("문장",), others=("글",), lexical_rank=None)
    words = Page(view.answer_html(dataclasses.replace(answer, hits=(hit,)), "ko")).words
    assert "질문의 낱말: 문장같은 뜻의 낱말: 글낱말로는 찾지 못함뜻으로는 1번째" in words


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2024, 4, 1), date(2024, 4, 30), "(2024년 4월 1일 – 2024년 4월 30일)"),
        (date(2024, 4, 1), date(2024, 4, 1), "(2024년 4월 1일)"),
        (None, None, "(그날 나온 브리핑이 없습니다)"),
    ],
)
def test_the_days_that_were_searched_are_said(first, last, told):
    for cited in ((0,), ()):
        answer = answer_of("첫 문장이다.", cited)
        answer = dataclasses.replace(answer, period=Period("4월 <b>", first, last))
        assert f"기간: 4월 <b> {told} 날짜 빼고" in Page(view.answer_html(answer, "ko")).words


def test_the_reader_leads_to_the_segments_beside():
    passage = answer_of("첫 문장이다.").citations[0].passage
    briefing = Briefing(passage.source, "가" * 200, (Section("꼭지", passage.span),))
    shown = reader.reader_html(briefing, passage.span, (), "ko", None, passage)
    assert Page(shown).links == ["#/s/p1"]
    assert "앞 꼭지" not in shown
    assert 'value="a/2024.txt"' in html.unescape(shown)


def test_control_characters_are_shown_as_pictures():
    assert escape("\x1b[31m\x00\x7f\r\n") == "␛&#91;31m␀␡&#10;"


def test_marks_are_clipped_and_may_touch_or_overlap():
    text = "가나다라마바사"
    assert marked(text, Span(1, 6), [Span(4, 9), Span(0, 2), Span(1, 3)]) == (
        "<mark>나</mark><mark>다</mark>라<mark>마바</mark>"
    )
    assert marked(text, Span(0, 0), [Span(0, 3)]) == ""
    assert marked(text, Span(0, 7), []) == text


@pytest.mark.parametrize("identity", ["0a1b", "폴더/2024 04.txt", "../x?mark=1-2#&", *HOSTILE])
def test_a_place_survives_its_link(identity):
    for place in (
        Place("passage", identity, (Span(0, 5), Span(9, 12))),
        Place("passage", identity),
        Place("briefing", identity),
    ):
        assert read_place(place.link()) == place
        assert re.fullmatch(r"#/[sb]/[^\s\"'<>]*", place.link())


@pytest.mark.parametrize(
    "link", ["", "#", "#/x/1", "javascript:1", "#/s/a?mark=1", "#/s/a?mark=a-b"]
)
def test_what_is_no_place_is_none(link):
    assert read_place(link) is None


def test_an_answer_quotes_marks_and_names_its_source():
    shown = view.answer_html(answer_of("첫 문장이다.\n둘째 문장이다.\n셋째다.", (1, 2)), "ko")
    assert "<blockquote><p>둘째 문장이다.</p><p>셋째다.</p></blockquote>" in shown
    assert shown.count("<mark>") == 2
    assert "<mark>둘째 문장이다.</mark>" in shown
    page = Page(shown)
    assert "꼭지" in page.words
    assert "2024년 4월 23일" in page.words
    assert "글로벌 비즈" in page.words
    assert page.links == ["#/s/p1?mark=8-16&mark=17-21", "#/s/p2"]
    assert page.tags.count("details") == 2  # why, and the other passage
    assert "낱말로는 1번째뜻으로는 1번째" in page.words
    assert page.words.index("①") < page.words.index("더 읽을거리")


def test_sentences_of_one_passage_share_one_source_line():
    assert view.answer_html(answer_of("하나.\n둘.", (1, 0)), "ko").count('class="cite"') == 1


def test_answer_not_found_and_error_are_three_different_things():
    answered = view.answer_html(answer_of("하나."), "ko")
    nothing = view.answer_html(answer_of("하나.", ()), "ko")
    failed = view.error_html(errors.IndexBusy(12, "2024-04-23T06:20:00+09:00"), "ko")
    assert answered.startswith('<article class="answer">')
    assert nothing.startswith('<section class="not-found">')
    assert failed.startswith('<section class="failure" role="alert">')
    assert "근거를 찾지 못했습니다" in nothing
    assert "blockquote" not in nothing
    assert "<mark>" not in nothing
    assert "답이 아닙니다" in Page(nothing).words


def test_not_found_without_any_passage_is_still_a_card():
    shown = view.answer_html(Answer("물음", "no_evidence", 0.0, "", (), ()), "en")
    assert "No evidence found" in shown
    assert "details" not in shown


def summary_of(**fields) -> Summary:
    counts = {"files": 1, "sections": 2, "passages": 3, "sentences": 4, "seconds": 1.25}
    return Summary("1", **(counts | fields))


def offer_of(text: str) -> Offer:
    briefing = Briefing(Source(text, text, "0"), "글", (Section(text, Span(0, 1)),))
    return Offer(text, b"", briefing)


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\n" not in text])
def test_a_hostile_briefing_is_shown_as_text(text):
    for shown in (
        view.answer_html(answer_of(text, (0,), heading=text, title=text), "ko"),
        view.answer_html(answer_of(text, (), heading=text, title=text), "ko"),
        view.error_html(errors.SourceError(text, "pdf_broken", detail=text), "ko"),
        catalogue.sources_html([SourceSummary(text, text, text, None, 1, 1)], "", "ko"),
        catalogue.offers_html([offer_of(text)], "ko"),
        catalogue.summary_html(summary_of(), Replay(1, (Change(text, text, text),)), "ko"),
    ):
        assert "\n" not in shown
        page = Page(shown)
        assert text in page.words
        assert not {"script", "img", "svg", "h1", "b", "iframe", "style"} & set(page.tags)
        assert all(link.startswith("#/") for link in page.links)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_question_is_shown_as_typed(text):
    page = Page(view.question_html(text))
    assert page.words == text
    assert page.tags == ["div"]


def test_the_reader_shows_the_whole_briefing_with_the_place_marked():
    text = "인사말\n\n◇ 첫 꼭지\n\n하나다. 둘이다.\n\n◇ 다음\n\n셋이다.\n"
    first = Span(text.index("하나"), text.index("둘이다.") + 4)
    last = Span(text.index("셋"), text.index("셋") + 4)
    sections = (Section("첫 꼭지", first), Section("다음", last))
    briefing = Briefing(Source("a.txt", "제목", "0"), text, sections)
    mark = Span(text.index("둘"), first.end)
    shown = reader.reader_html(briefing, first, [mark], "ko")
    assert '<p class="aside">인사말' in shown
    assert '<p class="heading">◇ 첫 꼭지' in shown
    assert '<p class="here">하나다. <mark>둘이다.</mark>' in shown
    assert '<p class="body">셋이다.' in shown
    assert "날짜 미상" in shown
    assert 'class="here"' not in reader.reader_html(briefing, None, (), "ko")


def test_progress_tells_the_rate_and_the_time_left():
    shown = Page(catalogue.progress_html("embed", 10, 40, 5.0, "ko")).words
    assert shown == "구절을 색인하는 중 10/40 · 초당 2.0건 · 약 15초 남음"
    assert "약 5분 남음" in catalogue.progress_html("embed", 10, 40, 100.0, "ko")
    assert "남은 시간 계산 중" in Page(catalogue.progress_html("embed", 0, 40, 1.0, "ko")).words
    assert "0/0" not in catalogue.progress_html("read", 0, 0, 0.0, "ko")


def test_a_summary_lists_what_was_refused():
    added = Difference(added=("새.txt",))
    refused = (errors.SourceError("나쁜.pdf", "pdf_locked"),)
    summary = summary_of(difference=added, refused=refused, before=2, encoded=1)
    words = Page(catalogue.summary_html(summary, Replay(), "ko")).words
    assert "브리핑 1건, 꼭지 2개, 구절 3개" in words
    assert "구절 2 → 3, 새로 벡터로 만든 구절 1" in words
    assert "나쁜.pdf" in words
    assert "암호로 잠긴 PDF" in words
    assert "더한 브리핑 1건" in words
    assert "새.txt" in words
    nothing = catalogue.summary_html(summary_of(), Replay(), "ko")
    assert "details" not in nothing
    assert "바뀐 브리핑이 없습니다" in nothing


def test_a_summary_of_many_names_is_short():
    names = tuple(f"{number}.txt" for number in range(5000))
    shown = catalogue.summary_html(summary_of(difference=Difference(names)), Replay(), "en")
    assert "Briefings added: 5000" in shown
    assert shown.count("<li>") == 21


def test_both_languages_say_the_same_things():
    assert KO.keys() == EN.keys()
    for key in KO:
        assert set(re.findall(r"{\w+}", KO[key])) == set(re.findall(r"{\w+}", EN[key])), key
        assert not re.search("[가-힣]", EN[key]), key


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ko"),
        ("", "ko"),
        ("*", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", "en"),
        ("fr", "en"),
        ("KO", "ko"),
    ],
)
def test_the_browsers_first_language_decides(header, language):
    assert language_of(header) == language


def test_dates_are_written_out_and_unknown_ones_said_to_be():
    assert day("ko", date(2024, 4, 3)) == "2024년 4월 3일"
    assert day("en", date(2024, 4, 3)) == "3 April 2024"
    assert day("ko", None) == "날짜 미상"


@pytest.mark.parametrize(
    "error",
    [
        errors.BriefingError("무엇"),
        errors.SourceError("a.txt", "empty"),
        errors.IndexMissing(Path("var/index")),
        errors.IndexDamaged(Path("var/index/1"), ["a", "b"]),
        errors.IndexMismatch("analyzer", 1, 2),
        errors.IndexBusy(12, "2024-04-23T06:20:00+09:00"),
        errors.IndexBusy(None, None),
        errors.IndexNotWritten(Path("var/index"), "No space left on device"),
        errors.NothingToRollBack(Path("var/index")),
        errors.ModelUnavailable("이름", "없음"),
        errors.MissingExtra("milvus"),
        errors.WorkersFailed("tcp://127.0.0.1:8786", "it is away"),
        errors.StoreEmpty("http://localhost:19530"),
        errors.StoreDamaged("http://localhost:19530", ["a", "b"]),
        errors.StoreFailed("http://localhost:19530", "it is away"),
    ],
)
def test_every_error_is_a_sentence_of_its_own_in_both_languages(error):
    korean, english = error_sentence(error, "ko"), error_sentence(error, "en")
    assert re.search("[가-힣]", korean)
    assert korean != english
    if type(error) is not errors.BriefingError:
        assert korean != say("ko", "error_other", message=error)


def test_a_question_that_was_read_with_another_says_so():
    answer = Answer(
        "그럼 언제?", "answered", 0.9, "", (), (), understood_as="<b>ASML은? 그럼 언제?"
    )
    shown = view.answer_html(answer, "ko")
    assert (
        '<p class="understood">앞의 질문과 이어 읽었습니다: &#60;b&#62;ASML은? 그럼 언제?</p>'
        in shown
    )
    alone = Answer("언제?", "answered", 0.9, "", (), (), understood_as="언제?")
    assert "understood" not in view.answer_html(alone, "ko")


def test_what_is_not_surely_the_answer_says_so():
    unsure = Answer("언제?", "answered", 0.5, "", (), (), sure=False)
    assert "관련 구절" in view.answer_html(unsure, "ko")
    assert "related passages" in view.answer_html(unsure, "en")


def test_questions_come_back_from_the_conversation_as_they_were_typed():
    for question in ("ASML은?", '<script>&amp; "a"\n두 줄'):
        message = {"role": "user", "content": view.question_html(question)}
        assert view.question_text(message) == question
        assert view.question_text({**message, "role": "assistant"}) == ""
    assert view.question_text({"role": "user", "content": "다른 글"}) == ""
