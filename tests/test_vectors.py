"""Vectors against a five-line exact oracle."""

import numpy as np
import pytest

from index.vectors import Vectors, VectorWriter


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.fixture
def written(tmp_path):
    passages, sentences, counts = unit(40, 8), unit(100, 8, seed=1), [2, 3] * 20
    writer = VectorWriter(tmp_path / "v", 8)
    writer.add(passages[:25], sentences[:62], counts[:25])
    writer.add(passages[25:], sentences[62:], counts[25:])
    writer.close()
    return Vectors([tmp_path / "v"]), passages, sentences


def test_search_agrees_with_the_oracle(written):
    vectors, passages, _ = written
    for query in unit(5, 8, seed=2):
        exact = passages @ query
        order = np.argsort(-exact, kind="stable")[:7]
        rows, scores = vectors.search(query, 7)
        assert rows.tolist() == order.tolist()
        np.testing.assert_allclose(scores, exact[order], atol=1e-6)


def test_search_among_allowed_rows_only(written):
    vectors, passages, _ = written
    allowed = np.array([3, 9, 30])
    query = unit(8, seed=3)
    rows, _ = vectors.search(query, 10, allowed)
    assert rows.tolist() == sorted(allowed, key=lambda r: -(passages[r] @ query))


def test_ties_go_to_the_lower_row(tmp_path):
    same = np.tile(unit(1, 8), (4, 1))
    writer = VectorWriter(tmp_path / "v", 8)
    writer.add(same, same, [1, 1, 1, 1])
    writer.close()
    vectors = Vectors([tmp_path / "v"])
    assert vectors.search(same[0], 4)[0].tolist() == [0, 1, 2, 3]
    assert vectors.search_sentences(same[0], 4).tolist() == [0, 1, 2, 3]


def test_sentence_rows_belong_to_their_passage(written):
    vectors, _, sentences = written
    query = unit(8, seed=4)
    np.testing.assert_allclose(
        vectors.sentence_scores(query, np.array([39, 0])),
        np.concatenate([sentences[97:], sentences[:2]]) @ query,
        atol=2e-3,
    )


def test_rows_of_the_nearest_sentences(written):
    vectors, _, sentences = written
    query = sentences[63]  # the second passage of the second batch begins at 62
    assert vectors.search_sentences(query, 3)[0] == 25


def test_a_query_of_another_width_is_refused(written):
    with pytest.raises(ValueError, match=r"\(9,\).*\(8,\)"):
        written[0].search(unit(9), 3)


def test_nothing_is_found_in_nothing(tmp_path):
    VectorWriter(tmp_path / "v", 8).close()
    vectors = Vectors([tmp_path / "v"])
    assert len(vectors) == 0
    assert vectors.search(unit(8), 5)[0].tolist() == []
    assert vectors.search_sentences(unit(8), 5).tolist() == []


@pytest.mark.parametrize(
    ("passages", "sentences", "counts", "message"),
    [
        (unit(2, 8), unit(3, 8), [1, 1], "2, 3 rows"),
        (unit(2, 8), unit(2, 8), [2], "2, 2 rows"),
        (2 * unit(1, 8), unit(1, 8), [1], "unit length"),
        (unit(1, 8), np.full((1, 8), np.nan, np.float32), [1], "unit length"),
    ],
)
def test_rows_that_break_a_law_are_refused(tmp_path, passages, sentences, counts, message):
    with pytest.raises(ValueError, match=message):
        VectorWriter(tmp_path / "v", 8).add(passages, sentences, counts)
