"""From candidates to sentences: small indexes, ties, and the newest or the oldest."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder

from index.build import build
from index.generations import Generation, open_current
from index.schema import Passage, Source, Span
from qa.confidence import confidence
from qa.extractive import hits, missing, quotes
from qa.question import read_question, subjects
from qa.rank import Ranking, Sentence, _by_date, rank
from qa.retrieve import find
from qa.weights import PASSAGE_FEATURES, SENTENCE_FEATURES, load_weights

PAGE = "[아침] 제목\n\n김하나 앵커 2024. 4. {day}. 06:20\n\n◇ {heading}\n\n{body}\n"


def index(tmp_path: Path, *pages: tuple[int, str, str]) -> Generation:
    folder = tmp_path / "briefings"
    folder.mkdir()
    for day, heading, body in pages:
        text = PAGE.format(day=day, heading=heading, body=body)
        (folder / f"2024-04-{day}.txt").write_text(text, encoding="utf-8")
    build(folder, tmp_path / "index", FakeEmbedder())
    return open_current(tmp_path / "index")


def look(generation: Generation, text: str):
    question = read_question(text, generation.days, date(2024, 5, 1))
    candidates = find(question, generation, FakeEmbedder(), load_weights())
    sentences = rank(question, candidates, generation, load_weights())
    return question, candidates, sentences


def test_one_passage_of_one_sentence(tmp_path):
    generation = index(tmp_path, (23, "수출", "수출이 늘었습니다."))
    question, candidates, ranking = look(generation, "수출은 어떻게 됐나?")
    assert [s.passage.quote(s.span) for s in ranking.best(3)] == ["수출이 늘었습니다."]
    assert (ranking.chances.tolist(), ranking.passage_chances.tolist()) == ([1.0], [1.0])
    (hit,) = hits(question, candidates, ranking, generation)
    assert (hit.terms, hit.lexical_rank, hit.dense_rank) == (("수출",), 1, 1)
    assert 0 < confidence(question, candidates, ranking, load_weights()) < 1


def test_chances_add_up_to_one(tmp_path):
    pages = [
        (23, "수출", "수출이 늘었습니다. 유가는 내렸습니다."),
        (24, "환율", "환율이 올랐습니다."),
    ]
    _, _, ranking = look(index(tmp_path, *pages), "수출")
    assert ranking.chances.sum() == pytest.approx(1)
    assert ranking.passage_chances.sum() == pytest.approx(1)
    assert ranking.scores[ranking.order].tolist() == sorted(ranking.scores, reverse=True)


def test_passages_alike_keep_the_order_of_their_rows(tmp_path):
    same = ("수출", "수출이 늘었습니다.")
    generation = index(tmp_path, *[(day, *same) for day in (23, 24, 25)])
    question, candidates, sentences = look(generation, "수출")
    assert candidates.rows.tolist() == [0, 1, 2]
    found = hits(question, candidates, sentences, generation)
    assert [hit.passage.source.id for hit in found] == [f"2024-04-{d}.txt" for d in (23, 24, 25)]


def test_nothing_to_look_for_is_nothing_to_be_sure_of(tmp_path):
    generation = index(tmp_path, (23, "수출", "수출이 늘었습니다."))
    for text in ("", "?", "언제 어디"):
        question, candidates, sentences = look(generation, text)
        assert confidence(question, candidates, sentences, load_weights()) == 0


def test_a_strict_day_keeps_to_its_briefings(tmp_path):
    same = ("수출", "수출이 늘었습니다.")
    generation = index(tmp_path, (23, *same), (24, *same))
    _, candidates, _ = look(generation, "4월 24일 브리핑에서 수출은?")
    assert candidates.rows.tolist() == [1]
    question, candidates, ranking = look(generation, "4월 1일 브리핑에서 수출은?")
    assert (len(candidates), ranking.best(3)) == (0, [])
    assert confidence(question, candidates, ranking, load_weights()) == 0
    assert hits(question, candidates, ranking, generation) == []


def test_a_day_in_passing_only_favours(tmp_path):
    same = ("수출", "수출이 늘었습니다.")
    generation = index(tmp_path, (23, *same), (24, *same))
    _, candidates, _ = look(generation, "4월 24일에 수출은 얼마?")
    assert candidates.rows.tolist() == [1, 0]
    on_day = candidates.features[:, PASSAGE_FEATURES.index("on_day")]
    assert on_day.tolist() == [1, 0]


def test_names_that_the_index_does_not_know(tmp_path):
    generation = index(tmp_path, (23, "ASML", "ASML이 공장을 짓습니다."))
    question, *_ = look(generation, "퀄컴과 에이에스엠엘의 공장은?")
    assert missing(question, generation) == ["퀄컴"]


def test_names_that_the_best_passage_does_not_hold(tmp_path):
    generation = index(tmp_path, (23, "엔비디아", "엔비디아 매출이 늘었습니다."))
    assert look(generation, "엔비디아 매출은?")[2].absent == ()
    assert look(generation, "NVIDIA 매출은?")[2].absent == ()  # by another name
    question, _, ranking = look(generation, "프라다 매출은?")
    assert (ranking.absent, subjects(question)) == (("프라다",), ("프라다",))


def ranking_of(*passages: tuple[date | None, float]) -> Ranking:
    """Make a ranking of one sentence a passage: its day and its chance."""
    span = Span(0, 5)
    sources = [
        Source(f"{i}", "제목", "0" * 64, published=day) for i, (day, _) in enumerate(passages)
    ]
    made = tuple(Passage(s.id, s, 0, "꼭지", "문장입니다", span, (span,)) for s in sources)
    features = np.zeros((len(made), len(SENTENCE_FEATURES)))
    chances = np.array([chance for _, chance in passages])
    sentences = tuple(Sentence(passage, span, place) for place, passage in enumerate(made))
    order = np.argsort(-chances, kind="stable")
    return Ranking(made, sentences, features, np.log(chances), chances, chances, order)


@pytest.mark.parametrize(("order", "first"), [("newest", 2), ("oldest", 1)])
def test_the_newest_and_the_oldest_of_what_is_relevant(order, first):
    ranking = ranking_of(
        (date(2024, 4, 2), 0.6),
        (date(2024, 4, 1), 0.2),
        (date(2024, 4, 3), 0.15),
        (date(2024, 4, 9), 0.04),  # newer, but about something else
        (None, 0.1),  # nobody knows when
    )
    places = _by_date(ranking, order, np.array([True, True, True, False, True])).tolist()
    assert places[0] == first
    assert places[1:] == [place for place in ranking.order if place != first]


def test_without_dates_the_order_stays():
    ranking = ranking_of((None, 0.6), (None, 0.4))
    assert _by_date(ranking, "newest", np.array([True, True])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("question", "day"),
    [("테슬라 소식 가운데 가장 최근 것은?", 25), ("테슬라 이야기가 제일 처음 나온 방송은?", 23)],
)
def test_stories_are_put_in_order_by_their_names(tmp_path, question, day):
    pages = [
        (23, "테슬라 감원", "테슬라가 직원을 줄입니다."),
        (24, "테슬라 실적", "테슬라 이야기가 가장 많이 나온 날입니다. 테슬라 소식입니다."),
        (25, "테슬라 공장", "테슬라가 공장을 짓습니다."),
        (26, "최근 환율", "최근 환율 소식이 가장 많이 나왔습니다."),
    ]
    asked, _, ranking = look(index(tmp_path, *pages), question)
    assert ranking.best(1)[0].passage.source.id == f"2024-04-{day}.txt"
    assert quotes(asked, ranking)[0].passage.source.id == f"2024-04-{day}.txt"
