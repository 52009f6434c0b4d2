"""BM25 against the formula, written out."""

import math
from datetime import date

import numpy as np
import pytest

from index.lexical import Lexical, LexicalWriter
from index.terms import TermTable, TermTableWriter, numbered

TEXTS = [
    "asml 네덜란드 투자 asml",
    "소프트뱅크 ai 투자",
    "틱톡 유럽 조사",
    "asml 수주",
]
SERIALS = [0, 3, 4, 9]
DAYS = [date(2024, 4, 23), date(2024, 4, 25), None, date(2024, 4, 18)]


@pytest.fixture
def lexical(tmp_path):
    writer = LexicalWriter(tmp_path / "l")
    for number, (text, day) in enumerate(zip(TEXTS, DAYS, strict=True)):
        fields = {"text": text.split(), "heading": ["제목", f"h{number}"], "entities": []}
        entities = ["노광장비"] if number == 3 else []
        writer.add(SERIALS[number], fields | {"entities": entities}, day)
    writer.close()
    return Lexical(tmp_path / "l", np.array(SERIALS))


def bm25(term: str, row: int) -> float:
    docs = [text.split() for text in TEXTS]
    n = sum(term in doc for doc in docs)
    idf = math.log(1 + (len(docs) - n + 0.5) / (n + 0.5))
    tf = docs[row].count(term)
    average = sum(map(len, docs)) / len(docs)
    return idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(docs[row]) / average))


def test_scores_are_bm25(lexical):
    rows = np.array([0, 1, 2, 3])
    expected = [bm25("asml", row) + bm25("투자", row) for row in range(4)]
    np.testing.assert_allclose(lexical.scores("text", ["asml", "투자"], rows), expected, rtol=1e-5)


def test_scores_come_in_the_order_of_the_rows(lexical):
    rows = np.array([3, 0])
    expected = [bm25("asml", 3), bm25("asml", 0)]
    np.testing.assert_allclose(lexical.scores("text", ["asml"], rows), expected, rtol=1e-5)


def test_a_term_asked_twice_counts_once(lexical):
    rows = np.array([0])
    once, twice = (lexical.scores("text", terms, rows) for terms in (["asml"], ["asml", "asml"]))
    assert once.tolist() == twice.tolist()


def test_search_finds_best_first_in_any_field(lexical):
    rows, scores = lexical.search(["asml", "투자"], 10)
    assert rows.tolist() == [0, 3, 1]
    assert scores[0] > scores[1] > scores[2] > 0
    assert lexical.search(["h2"], 10)[0].tolist() == [2]
    assert lexical.search(["노광장비"], 10)[0].tolist() == [3]


def test_ties_go_to_the_lower_row(lexical):
    assert lexical.search(["제목"], 10)[0].tolist() == [0, 1, 2, 3]


def test_search_on_some_days_only(lexical):
    rows, scores = lexical.search(["제목"], 10, [date(2024, 4, 23), date(2024, 4, 25)])
    assert rows.tolist() == [0, 1]
    assert scores.tolist() == lexical.search(["제목"], 10)[1][:2].tolist()
    assert lexical.search(["제목"], 10, [])[0].tolist() == []


@pytest.mark.parametrize("terms", [[], ["없는말"]])
def test_nothing_asked_or_nothing_known(lexical, terms):
    assert lexical.search(terms, 10)[0].tolist() == []
    assert lexical.scores("text", terms, np.array([0, 1])).tolist() == [0, 0]


def test_no_rows(lexical):
    assert lexical.scores("text", ["asml"], np.array([], dtype=np.int64)).tolist() == []


def test_frequency_counts_passages(lexical):
    assert [lexical.frequency(t) for t in ("asml", "제목", "없는말", "노광장비")] == [2, 4, 0, 0]


def ranges(*pairs):
    return np.array(pairs, dtype=np.int64).reshape(-1, 2).T


def test_terms_are_matched_sentence_by_sentence(tmp_path):
    writer = TermTableWriter(tmp_path / "t")
    for text in ("asml 투자 asml", "", "투자 유럽"):
        writer.add(text.split())
    writer.close()
    table = TermTable([tmp_path / "t"])
    assert len(table) == 3
    wanted = numbered(["투자", "asml", "없다"])
    assert table.matches(wanted, *ranges((0, 3))).tolist() == [
        [True, True, False],
        [False, False, False],
        [True, False, False],
    ]
    assert table.matches(wanted, *ranges((2, 3), (0, 1))).tolist() == [
        [True, False, False],
        [True, True, False],
    ]
    assert table.counts(wanted, *ranges((0, 2), (0, 3), (1, 2))).tolist() == [
        [1, 2, 0],
        [2, 2, 0],
        [0, 0, 0],
    ]
    assert table.total == 5
    assert table.lengths(*ranges((0, 3), (2, 3))).tolist() == [3, 0, 2, 2]
    assert table.matches(numbered([]), *ranges((0, 3))).shape == (3, 0)
    assert table.matches(wanted, *ranges()).shape == (0, 3)


@pytest.mark.parametrize("share", [0.03, 0.2, 0.9])
def test_a_filter_that_keeps_many_finds_what_naming_each_finds(tmp_path, monkeypatch, share):
    chance = np.random.default_rng(1)
    words = [f"w{int(n)}" for n in 40 * chance.random(6000) ** 2]
    writer = LexicalWriter(tmp_path / "l")
    for row in range(600):
        text = words[10 * row : 10 * row + 1 + row % 10]
        writer.add(2 * row, {"text": text, "heading": [], "entities": []}, None)
    writer.close()
    lexical = Lexical(tmp_path / "l", np.arange(0, 1200, 2))
    allowed = np.flatnonzero(chance.random(600) < share)
    for terms in (["w0", "w1", "w9"], ["w39"], ["w38", "w2"]):
        found = [each.tolist() for each in lexical.search(terms, 20, allowed=allowed)]
        assert set(found[0]) <= set(allowed.tolist())
        with monkeypatch.context() as patch:
            patch.setattr("index.lexical._WIDE", 0)
            named = [each.tolist() for each in lexical.search(terms, 20, allowed=allowed)]
        assert found == named
