"""What cosines mean in an index: another encoder, another scale, the same answers."""

import numpy as np
import pytest
from conftest import SAMPLES

from index.build import add, build
from index.embed import open_embedder
from index.generations import LocalIndex, open_current
from index.scale import Scale, measure
from qa.respond import Turn, respond
from qa.weights import load_weights

QUESTIONS = (
    "ASML은 어디에 투자하나?",
    "소프트뱅크는 AI에 얼마를 더 투자하나?",
    "EU는 왜 틱톡 라이트를 조사하나?",
    "김치찌개는 어떻게 끓여?",
    "애플 신제품 발표는 언제?",
)


class Squeezed:
    """The embedded encoder with every cosine c moved to `share` · c + 1 - `share`."""

    answering = None

    def __init__(self, share: float) -> None:
        self._embedder, self._share = open_embedder(), share
        self.id, self.dim = f"squeezed:{share}", self._embedder.dim + 1
        self.max_tokens, self.count_tokens = (
            self._embedder.max_tokens,
            self._embedder.count_tokens,
        )

    def encode_query(self, question):
        """Return the vector of a text."""
        return self._moved(self._embedder.encode_query(question)[None])[0]

    def encode_passages(self, passages, progress=None):
        """Return the vectors of passages, and of their sentences."""
        return tuple(map(self._moved, self._embedder.encode_passages(passages, progress)))

    def _moved(self, rows):
        more = np.full((len(rows), 1), (1 - self._share) ** 0.5)
        return np.hstack([rows * self._share**0.5, more]).astype(np.float32)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    name = "2024-04-23.txt"
    (folder / name).write_bytes((SAMPLES / name).read_bytes())
    return folder


def asked(page, index, embedder):
    build(page, index, embedder)
    store = LocalIndex(index).open()
    return [respond(Turn(q, ()), store, embedder, load_weights()) for q in QUESTIONS]


def test_an_encoder_whose_cosines_lie_close_together_answers_alike(page, tmp_path):
    ours = asked(page, tmp_path / "a", Squeezed(1.0))
    theirs = asked(page, tmp_path / "b", Squeezed(0.25))
    assert [answer.status for answer in ours] == ["answered"] * 3 + ["no_evidence"] * 2
    for one, other in zip(ours, theirs, strict=True):
        assert other.status == one.status
        assert [c.quote for c in other.citations] == [c.quote for c in one.citations]
        assert other.confidence == pytest.approx(one.confidence, abs=0.02)
    wide, narrow = (open_current(tmp_path / name).manifest.scale for name in "ab")
    assert narrow.own == pytest.approx(0.25 * wide.own + 0.75, abs=1e-3)
    assert narrow.foreign == pytest.approx(0.25 * wide.foreign + 0.75, abs=1e-3)


def test_one_more_briefing_keeps_the_scale_and_a_build_measures_it(page, tmp_path):
    build(page, tmp_path / "index")
    first = open_current(tmp_path / "index").manifest.scale
    assert 0.6 < first.own < 0.8
    assert 0.05 < first.foreign < 0.2
    more = SAMPLES / "2024-04-16.txt"
    add([more], tmp_path / "index")
    assert open_current(tmp_path / "index").manifest.scale == first
    (page / more.name).write_bytes(more.read_bytes())
    build(page, tmp_path / "fresh")
    assert open_current(tmp_path / "fresh").manifest.scale != first


def test_a_scale_is_told_from_foreign_to_own():
    cosines = np.array([0.79, 0.92, 0.855], np.float32)
    assert Scale(0.92, 0.79).of(cosines) == pytest.approx([0.0, 1.0, 0.5], abs=1e-5)
    assert Scale(0.5, 0.5).of(np.array([0.55])) == pytest.approx([1.0])


def test_an_empty_index_leaves_cosines_as_they_are():
    nothing = measure(lambda text: np.zeros(3, np.float32), [], np.empty((0, 3), np.float32))
    assert nothing.of(np.array([0.3])).tolist() == [0.3]
