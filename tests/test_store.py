"""The contract of a store: a folder and a server give the same answers, filters and errors."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from lite import Lite

from index.errors import IndexMismatch, IndexMissing
from index.generations import Generation, LocalIndex, open_current
from index.store import Index, Store
from index.terms import numbered
from qa.assistant import Assistant
from qa.protocol import answer_fields
from qa.question import read_question
from qa.scope import Scope

QUESTIONS = [
    "한국전력 부채는 얼마?",
    "ASML은 어디에 투자하나?",
    "테슬라는 몇 명을 줄이나?",
    "테슬라 소식은?",
    "가장 최근 테슬라 소식",
    "4월 23일 브리핑에서 소프트뱅크는 얼마를 투자하나?",
    "지난 방송에서 엔화 환율은?",
    "전기를 너무 싸게 팔아 생긴 빚",
    "How much does SoftBank invest?",
    "일본은행 총재는 뭐라고 했나?",
    "오늘 서울 날씨는?",
    "삼천포상사 매출은?",
    "",
    "?!",
]


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    server = Lite(tmp_path_factory.mktemp("lite") / "data")
    yield server
    server.kill()


@pytest.fixture(scope="module")
def local(sample_index: Path) -> Generation:
    return open_current(sample_index)


PLACES = ["a folder", pytest.param("a server", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=PLACES)
def index(request: pytest.FixtureRequest, sample_index: Path) -> Index:
    if request.param == "a folder":
        return LocalIndex(sample_index)
    url = request.getfixturevalue("lite").url
    from index.remote.milvus import Milvus
    from index.remote.push import push
    from index.remote.store import RemoteIndex

    push(open_current(sample_index), Milvus(url), lambda *_: None)
    return RemoteIndex(url)


@pytest.fixture(scope="module")
def store(index: Index) -> Store:
    return index.open()


@pytest.fixture(scope="module")
def assistant(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return Assistant(tmp_path_factory.mktemp("nothing"), clock=today, store=index)


@pytest.fixture(scope="module")
def reference(sample_index: Path) -> Assistant:
    return Assistant(sample_index, clock=today)


def today() -> date:
    return date(2024, 5, 4)


def said(assistant: Assistant, question: str, scope: Scope) -> dict:
    return answer_fields(assistant.ask(question, (), scope), 0.0)


SCOPES = [
    Scope(),
    Scope(since=date(2024, 4, 19), until=date(2024, 4, 25)),
    Scope(source="2024-04-23.txt"),
    Scope(source="no such.txt"),
]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_that_of_a_folder(assistant, reference, question, scope):
    expected = said(reference, question, scope)
    found = said(assistant, question, scope)
    hits, best = found.pop("hits"), expected.pop("hits")
    assert found == expected | {"confidence": pytest.approx(expected["confidence"], abs=0.02)}
    assert [h["passage_id"] for h in hits[:1]] == [h["passage_id"] for h in best[:1]]
    assert {h["source"] for h in hits} == {h["source"] for h in best}


def test_an_answer_is_quoted_from_its_briefing(assistant):
    answer = assistant.ask("한국전력 부채는 얼마?")
    assert "200조 원" in answer.text
    citation = answer.citations[0]
    briefing = assistant.briefing(citation.passage.source.id)
    assert citation.span.of(briefing.text) == citation.quote
    assert assistant.passage(citation.passage.id) == citation.passage


def test_days_and_names_are_those_of_the_files(store, local):
    files = sorted(local.manifest.sources)
    assert [day.isoformat() + ".txt" for day in store.days] == files
    assert store.manifest.counts == local.manifest.counts
    assert store.manifest.sources == local.manifest.sources
    assert store.archive.programmes() == local.archive.programmes()
    for words, first, count in (
        ("", 0, -1),
        ("", 1, 2),
        ("2024-04 브리핑", 1, 3),
        ("테슬라", 0, -1),
    ):
        listed = store.archive.sources(words, first, count)
        assert listed == local.archive.sources(words, first, count)
        assert listed
    assert store.archive.sources("없는말") == []
    for name in files:
        assert store.archive.briefing(name) == local.archive.briefing(name)
        assert store.archive.passages_of(name) == local.archive.passages_of(name)
    assert list(store.archive.newest_passages()) == list(local.archive.newest_passages())


@pytest.mark.parametrize("identity", ["", "no such", '" or id != "', "0" * 16])
def test_what_is_not_there_is_none(store, identity):
    assert store.archive.passage(identity) is None
    assert store.archive.briefing(identity) is None
    assert store.archive.passages_of(identity) == []


def filters(store: Store) -> list[np.ndarray | None]:
    one = store.archive.rows_on([date(2024, 4, 23)])
    two = store.archive.rows_of("", "2024-05-03.txt")
    none = store.archive.rows_on([date(2020, 1, 1)])
    return [None, one, np.union1d(one, two), none, one[1:3], np.union1d(one[:2], two)]


@pytest.mark.parametrize("number", range(6))
def test_nearest_rows_are_those_of_exact_search(store, local, number):
    allowed = filters(store)[number]
    expected = filters(local)[number]
    assert (allowed is None) == (expected is None)
    assert allowed is None or allowed.tolist() == expected.tolist()
    vectors = local.vectors.of(np.arange(len(local.vectors)))
    among = np.arange(len(vectors)) if allowed is None else allowed
    for query in vectors[::7]:
        rows, scores = store.vectors.search(query, 10, allowed)
        exact = vectors[among] @ query
        best = among[np.argsort(-exact, kind="stable")[:10]]
        assert rows.tolist() == best.tolist()
        np.testing.assert_allclose(scores, np.sort(exact)[::-1][:10], atol=1e-5)


@pytest.mark.parametrize("width", [1, 383, 385])
def test_a_query_of_another_width_is_refused(store, width):
    with pytest.raises(ValueError, match=f"{width}"):
        store.vectors.search(np.ones(width, np.float32), 5)


@pytest.mark.parametrize("number", range(6))
def test_words_find_the_same_rows_with_the_same_scores(store, local, number):
    for question in filter(None, QUESTIONS):
        terms = read_question(question, local.days, today()).terms
        days = [date(2024, 4, 23), date(2024, 4, 25)] if number % 2 else None
        rows, scores = store.lexical.search(terms, 10, days, filters(store)[number])
        expected, exact = local.lexical.search(terms, 10, days, filters(local)[number])
        np.testing.assert_allclose(scores, exact, rtol=1e-5)
        # Where two score the same but for the last bit, either may come first.
        assert sorted(rows.tolist()) == sorted(expected.tolist())
        assert store.lexical.frequencies(terms) == local.lexical.frequencies(terms)
        for field in ("text", "heading", "entities"):
            np.testing.assert_allclose(
                store.lexical.scores(field, terms, rows),
                local.lexical.scores(field, terms, rows),
                rtol=1e-5,
            )


def test_what_was_measured_of_rows_is_the_same_in_any_order(store, local):
    rows = np.random.default_rng(1).permutation(len(local.vectors))
    query = local.vectors.of(rows[:1])[0]
    wanted = numbered(["테슬라", "투자", "엔", "없는낱말"])
    for ours, right in (
        (store.body_terms, local.body_terms),
        (store.heading_terms, local.heading_terms),
    ):
        assert ours.total == right.total
        np.testing.assert_array_equal(ours.counts(wanted, rows), right.counts(wanted, rows))
        np.testing.assert_array_equal(ours.matches(wanted, rows), right.matches(wanted, rows))
        np.testing.assert_array_equal(ours.sizes(rows), right.sizes(rows))
        np.testing.assert_array_equal(ours.lengths(rows), right.lengths(rows))
    assert store.archive.passages(rows.tolist()) == local.archive.passages(rows.tolist())
    np.testing.assert_array_equal(store.vectors.of(rows), local.vectors.of(rows))
    best = local.vectors.best_sentences(query, rows)
    np.testing.assert_allclose(store.vectors.best_sentences(query, rows), best, atol=1e-6)
    scores = local.vectors.sentence_scores(query, rows[:3])
    np.testing.assert_allclose(store.vectors.sentence_scores(query, rows[:3]), scores, atol=1e-6)
    nothing = np.empty(0, np.int64)
    assert store.vectors.of(nothing).shape == (0, local.vectors.dim)
    assert store.body_terms.counts(wanted, nothing).shape == (0, 4)


def test_an_index_of_another_encoder_is_refused(assistant, monkeypatch):
    class Other:
        id = "other:1"

    monkeypatch.setattr(assistant, "_opened", None)
    monkeypatch.setattr("qa.assistant.open_embedder", lambda name: Other())
    with pytest.raises(IndexMismatch, match="other:1"):
        assistant.ask("엔화")


def test_an_index_of_other_words_is_refused(index, monkeypatch):
    monkeypatch.setattr("index.manifest.ANALYZER", "kiwi-0.1/0")
    with pytest.raises(IndexMismatch, match="the analyzer"):
        index.open()


@pytest.mark.parametrize("place", PLACES)
def test_nothing_there_is_said(place, tmp_path):
    if place == "a folder":
        index: Index = LocalIndex(tmp_path)
    else:
        server = Lite(tmp_path / "data")
        from index.remote.store import RemoteIndex

        index = RemoteIndex(server.url)
    try:
        for call in (index.current, index.open):
            with pytest.raises(IndexMissing, match=r"python -m index (build|push)"):
                call()
    finally:
        if place == "a server":
            server.kill()
