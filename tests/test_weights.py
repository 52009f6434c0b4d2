"""Fitted numbers: read by name, computed as written."""

import json
from pathlib import Path

import numpy as np
import pytest

from qa import weights
from qa.weights import Net, load_weights, read_weights

SHIPPED = Path(weights.__file__).parent / "weights.json"


def test_a_net_is_one_hidden_layer():
    net = Net(
        mean=np.array([1.0, 0.0]),
        scale=np.array([2.0, 1.0]),
        hidden=np.array([[1.0, 0.0], [0.5, -1.0]]),
        bias=np.array([0.0, 0.1]),
        out=np.array([2.0, -1.0]),
        base=0.25,
    )
    expected = 2 * np.tanh(1.0 + 0.5 * 2) - np.tanh(-2.0 + 0.1) + 0.25
    assert net.score(np.array([[3.0, 2.0]])) == pytest.approx([expected])


def test_a_net_does_not_trust_what_it_never_saw():
    net = Net(np.zeros(1), np.ones(1), np.ones((1, 1)), np.zeros(1), np.ones(1), 0.0)
    assert net.score(np.array([[4.0], [400.0]])).tolist() == [np.tanh(4.0)] * 2


def test_what_an_encoder_cant_tell_counts_as_average():
    net = Net(np.array([5.0]), np.ones(1), np.ones((1, 1)), np.zeros(1), np.ones(1), 0.5)
    assert net.score(np.array([[np.nan], [5.0]])).tolist() == [0.5, 0.5]


def test_the_shipped_weights_are_complete_and_sane():
    shipped = load_weights()
    assert 0 < shipped.cut_off < 1
    assert shipped.passage[weights.PASSAGE_FEATURES.index("bm25_text")] > 0
    assert shipped.passage[weights.PASSAGE_FEATURES.index("best_sentence")] > 0
    for net, names in (
        (shipped.sentence, weights.SENTENCE_FEATURES),
        (shipped.confidence, weights.CONFIDENCE_FEATURES),
    ):
        assert net.hidden.shape == (len(names), len(net.out))
        assert (net.scale > 0).all()


def test_a_missing_feature_is_named(tmp_path):
    fields = json.loads(SHIPPED.read_text(encoding="utf-8"))
    del fields["passage"]["cosine"]
    (tmp_path / "w.json").write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(KeyError, match="cosine"):
        read_weights(tmp_path / "w.json")
