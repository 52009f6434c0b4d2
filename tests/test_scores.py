"""Scores, refusing and calibration of answers whose judgement is known."""

import pytest

from qa.scores import Judged, abstention, reliability, scores, table


def judged(kind: str, section: int, evidence: int, confidence: float, refused: bool) -> Judged:
    return Judged("1", kind, section, evidence, evidence == 1, refused, confidence, 30.0, 20.0)


ALL = [
    judged("keyword", 1, 1, 0.95, False),
    judged("keyword", 3, 0, 0.85, False),
    judged("paraphrase", 2, 3, 0.5, False),
    judged("paraphrase", 0, 0, 0.1, True),
    judged("unanswerable", 0, 0, 0.15, True),
    judged("unanswerable", 0, 0, 0.9, False),
    judged("turn 2", 1, 1, 1.0, False),
]


def test_scores_by_kind():
    found = scores(ALL)
    assert list(found) == ["keyword", "paraphrase", "turn 2", "hard", "all"]
    assert found["keyword"]["R@1"] == 0.5
    assert found["keyword"]["R@3"] == 1.0
    assert found["keyword"]["MRR@10"] == pytest.approx((1 + 1 / 3) / 2)
    assert found["paraphrase"] == found["hard"]
    assert (found["paraphrase"]["evidence@1"], found["paraphrase"]["evidence@3"]) == (0.0, 0.5)
    assert (found["all"]["n"], found["all"]["refused"]) == (4, 0.25)


def test_refusing():
    assert abstention(ALL) == {"precision": 0.5, "recall": 0.5, "F1": 0.5}
    assert abstention(ALL[:3]) == {"precision": 0.0, "recall": 0.0, "F1": 0.0}


def test_reliability_has_a_row_for_each_fifth_with_questions():
    assert reliability(ALL) == [
        (pytest.approx(0.125), 2, 0.5, 0.0),
        (pytest.approx(0.5), 1, 1.0, 1.0),
        (pytest.approx(0.9), 3, pytest.approx(2 / 3), pytest.approx(1 / 3)),
    ]
    assert reliability([judged("keyword", 1, 1, 1.0, False)]) == [(1.0, 1, 1.0, 1.0)]


def test_all_of_it_is_written_out():
    text = table(ALL)
    assert "refusing: precision 0.500 · recall 0.500 · F1 0.500" in text
    assert "ratio of the medians: 1.50" in text
    assert "        0.90           3        0.67        0.33" in text
