"""What changed about a subject: figures of two days, and what was not said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from index.generations import open_current
from qa.overview.changes import changes, fresh, new_names
from qa.overview.mentions import mentions, read_subject


def test_two_share_prices_of_a_company_stand_side_by_side(sample_index):
    generation, subject = open_current(sample_index), read_subject("테슬라")
    (change,) = changes(subject, mentions(subject, generation), generation)
    before, after = change.before, change.after
    assert (before.amount.value, after.amount.value) == (155.45, 180.01)
    assert (str(before.published), str(after.published)) == ("2024-04-18", "2024-05-03")
    assert before.amount.span.of(before.quote.quote) == "155달러 45센트"
    assert {before.amount.unit, after.amount.unit} == {"달러"}


# Its heading and what else is said; the sentence with the figure is the last one.
BRIEFING = """[한빛 브리핑] 소식

◇ {heading}

{lead} {figure}
"""
LEAD = "테슬라가 분기 성적을 내놨습니다. 전기차 판매가 실적을 좌우했습니다."


def figures(folder: Path, *told: tuple[str, str]) -> list[tuple[float, float]]:
    """Index one briefing a week, each of a heading and a sentence; return what changed."""
    (folder / "in").mkdir()
    for week, (heading, figure) in enumerate(told):
        text = BRIEFING.format(heading=heading, lead=LEAD, figure=figure)
        (folder / "in" / f"2024-01-{1 + 7 * week:02}.txt").write_text(text, encoding="utf-8")
    build(folder / "in", folder / "index")
    generation, subject = open_current(folder / "index"), read_subject("테슬라")
    found = changes(subject, mentions(subject, generation), generation)
    return [(each.before.amount.value, each.after.amount.value) for each in found]


HEADING = "테슬라 실적 발표"


def test_a_figure_that_changed_is_found(tmp_path):
    told = [
        (HEADING, "테슬라의 1분기 순이익은 10억 달러입니다."),
        (HEADING, "테슬라의 2분기 순이익은 12억 달러입니다."),
    ]
    assert figures(tmp_path, *told) == [(1e9, 1.2e9)]


@pytest.mark.parametrize(
    "told",
    [
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "테슬라의 1분기 순이익은 10억 달러입니다."],
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "테슬라의 연간 순이익은 40억 달러입니다."],
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "테슬라의 2분기 순이익은 1조 원입니다."],
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "테슬라의 2분기 매출은 90억 달러입니다."],
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "포드의 2분기 순이익은 12억 달러입니다."],
        ["테슬라의 1분기 순이익은 10억 달러입니다.", "2분기 순이익은 12억 달러로 전망됩니다."],
    ],
    ids=["same", "other period", "other unit", "other noun", "other company", "expected"],
)
def test_figures_for_other_things_are_not_compared(tmp_path, told):
    assert figures(tmp_path, *((HEADING, each) for each in told)) == []


def test_words_of_no_lexicon_own_no_figures(sample_index):
    generation, subject = open_current(sample_index), read_subject("매출")
    assert changes(subject, mentions(subject, generation), generation) == []


def test_what_is_new_was_not_said_before(sample_index):
    generation, subject = open_current(sample_index), read_subject("틱톡")
    found = mentions(subject, generation)
    before, new = found[:1], found[1:]
    assert "멈추기로 했습니다" in fresh(found[3], before, generation).quote
    assert new_names(subject, new, before)[:2] == ["조 바이든", "바이트댄스"]
    assert new_names(subject, before, before) == []
    repeated = fresh(found[0], found[:1], generation)  # all of it was said: quoted all the same
    assert repeated.quote in found[0].first.text
