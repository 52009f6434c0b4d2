"""What we measure ourselves beside must be right too."""

import math

import pytest

from qa.baselines import Bm25, reciprocal_rank_fusion


def test_bm25_is_the_formula():
    documents = [["a", "a", "b"], ["b", "c"], ["d"]]
    index = Bm25(documents)
    assert index.search(["a"]) == [0]
    assert index.search(["b"]) == [1, 0]  # the shorter document first
    assert index.search(["b", "b"]) == index.search(["b"])
    assert index.search(["z"]) == []
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    assert idf == pytest.approx(0.9808, abs=1e-4)


def test_fusion_sums_reciprocal_ranks():
    assert reciprocal_rank_fusion([[1, 2, 3], [3, 1]]) == [1, 3, 2]
    assert reciprocal_rank_fusion([[2], [1]]) == [1, 2]  # a tie goes to the lower row
    assert reciprocal_rank_fusion([[], []]) == []
    assert reciprocal_rank_fusion([]) == []
