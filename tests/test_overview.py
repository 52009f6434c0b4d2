"""The overview tab: a briefing at a glance, a subject across briefings, nothing hostile alive."""

from __future__ import annotations

import html
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_view import HOSTILE, Page

from index.schema import Passage, Source, SourceSummary, Span
from qa.answer import Citation
from qa.assistant import Assistant
from qa.markup import read_place
from qa.overview.amounts import Amount
from qa.overview.cards import Card, glance_html
from qa.overview.changes import Change, Stated
from qa.overview.mentions import Mention, Subject
from qa.overview.screen import overview_html
from qa.overview.timeline import Entry, Followed, followed_html, plot_svg


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    """Answer from the sample briefings."""
    assistant = Assistant(sample_index)
    assistant.warm()
    return assistant


def show(assistant: Assistant, language="ko", **wanted: str) -> Page:
    return Page(overview_html(assistant, wanted, language))


def test_the_newest_briefing_is_shown_first_a_card_for_each_segment(assistant):
    page = show(assistant)
    assert page.tags.count("blockquote") == 6
    assert "2024년 5월 3일" in page.words
    assert "테슬라가 급속충전소 '슈퍼차저'를 맡은 팀을 사실상 없앴습니다." in page.words
    assert "브리핑 3건에 걸친 이야기, 최초 2024년 4월 18일" in page.words


def test_a_card_opens_the_briefing_at_its_quote(assistant):
    links = show(assistant, source="2024-04-25.txt").links
    places = [place for place in map(read_place, links) if place and place.marks]
    passage = assistant.passage(places[0].id)
    assert passage.source.id == "2024-04-25.txt"
    assert places[0].marks[0].of(passage.text) == "바이든 대통령이 24일 틱톡 매각법에 서명했습니다."


def test_an_old_link_to_a_briefing_shows_the_newest(assistant):
    assert show(assistant, source="없음.txt").words == show(assistant).words


def test_a_subject_is_shown_with_what_is_new_since_a_day(assistant):
    words = show(assistant, subject="TikTok", since="2024-04-23").words
    assert "브리핑 3건, 꼭지 4개" in words
    assert "틱톡, TikTok" not in words
    assert "2024년 4월 23일 이후 새로 나온 꼭지 2개" in words
    last = show(assistant, subject="틱톡").words  # since the last briefing but one
    assert "2024년 4월 30일 이후 새로 나온 것이 없습니다." in last
    assert show(assistant, subject="틱톡", since="x").words == last
    assert (
        "New segments since 23 April 2024: 2"
        in show(assistant, "en", subject="틱톡", since="2024-04-23").words
    )


def test_figures_that_changed_stand_side_by_side(assistant):
    page = show(assistant, subject="테슬라")
    for told in ("숫자가 바뀌었습니다", "155달러 45센트", "180달러 1센트"):
        assert told in page.words
    assert "숫자가 바뀌었습니다" not in show(assistant, subject="틱톡").words


@pytest.mark.parametrize("text", [*HOSTILE, "가" * 61])
def test_whatever_is_typed_is_shown_as_text(assistant, text):
    page = show(assistant, subject=text, since=text)
    assert {"script", "img", "h1", "b"}.isdisjoint(page.tags)
    if text != "가" * 61:
        shown = overview_html(assistant, {"source": text}, "ko")
        assert "2024년 5월 3일" in Page(shown).words
    else:
        assert "60자 안으로" in page.words


def test_before_the_index_is_open_the_page_waits(tmp_path):
    assert 'class="pending"' in overview_html(Assistant(tmp_path), {}, "ko")


def mention_of(day: date | None, text: str, heading: str = "꼭지") -> Mention:
    """Mention a subject in a segment of one sentence."""
    source = Source("a/2024.txt", heading, "0", programme=heading, published=day)
    span = Span(5, 5 + len(text))
    passage = Passage("p1", source, 0, heading, text, span, (span,))
    return Mention((passage,), (0,), True, (Citation(passage, text, span),))


def entry_of(
    day: date | None, text: str = "문장", new: bool = False, heading: str = "꼭지"
) -> Entry:
    mention = mention_of(day, text, heading)
    return Entry(mention, mention.sentences[0], new)


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\n" not in text])
def test_hostile_briefings_are_text_on_every_part_of_the_page(text):
    entry = entry_of(date(2024, 4, 1), text, new=True, heading=text)
    quote = entry.quote
    source = SourceSummary(text, text, text, date(2024, 4, 1), 1, 1)
    figure = Stated(Amount(text, 1.0, "원", Span(0, 1), "", False), quote)
    card = Card(quote, (text,), (quote.passage,))
    followed = Followed(
        Subject(text, None), (entry,), date(2024, 3, 1), (date(2024, 3, 1),), (text,),
        (Change(figure, figure),),
    )  # fmt: skip
    for shown in (glance_html([source], 0, [card], "ko"), followed_html(followed, "ko")):
        page = Page(shown)
        assert {"script", "img", "h1", "iframe", "style", "base"}.isdisjoint(page.tags)
        assert text in html.unescape(shown)
        assert all(link.startswith("#/") for link in page.links)


def test_the_plot_places_days_in_proportion():
    first = date(2024, 4, 1)
    days = [first, first + timedelta(5), first + timedelta(5), first + timedelta(10)]
    shown = plot_svg([entry_of(day, new=day == days[-1]) for day in days])
    assert shown.count("<circle") == 4
    assert [shown.count(f'cx="{at}%"') for at in ("3.00", "50.00", "97.00")] == [1, 2, 1]
    assert shown.count('class="new"') == 1
    assert 'aria-hidden="true"' in shown
    assert ">24.4.1<" in shown
    assert ">24.4.11<" in shown


def test_the_plot_of_one_day_of_none_and_of_many_on_a_day():
    day = date(2024, 4, 1)
    assert 'cx="50.00%"' in plot_svg([entry_of(day)])
    assert plot_svg([entry_of(None)]) == ""
    assert plot_svg([]) == ""
    assert plot_svg([entry_of(day)] * 20).count("<circle") == 8  # the list below has all


def test_only_briefings_around_the_chosen_one_are_listed():
    sources = [SourceSummary(f"{n}.txt", "제목", None, date(2020, 1, 1), 1, 1) for n in range(5000)]
    shown = html.unescape(glance_html(sources, 2500, [], "ko"))
    assert shown.count("<option") == 30
    assert '<option value="2500.txt" selected>' in shown
    assert 'value="2501.txt" aria-label="이전 브리핑"' in shown
    assert " disabled" in glance_html(sources, 0, [], "ko")
