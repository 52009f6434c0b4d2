"""What the measurements of size are made of; nothing is timed here."""

from xml.etree import ElementTree

import numpy as np
import pytest

from bench.corpus import Corpus, skeleton
from bench.plot import PANELS, draw
from bench.results import exponent
from bench.standin import StandIn, _sentences, _tokens
from index.passages import cut
from index.read import read_briefing
from index.text import sentences, tokens


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_exponent_of_a_power_law(power):
    sizes = [1e3, 1e4, 1e6]
    assert exponent(sizes, [3 * size**power for size in sizes]) == pytest.approx(power)
    assert exponent([10], [1]) is None


@pytest.fixture(scope="module")
def briefing(tmp_path_factory):
    corpus, folder = Corpus(200), tmp_path_factory.mktemp("made")
    path = folder / "0.txt"
    path.write_text(corpus.page(3), encoding="utf-8")
    return read_briefing(path, folder)


def test_rules_cut_and_analyse_nearly_as_kiwi_does(briefing):
    pairs = [
        (sentences(briefing.text, each.span), _sentences(briefing.text, each.span))
        for each in briefing.sections
    ]
    assert np.mean([kiwi == rules for kiwi, rules in pairs]) > 0.7
    texts = [span.of(briefing.text) for kiwi, _ in pairs for span in kiwi]
    shared = [len(set(tokens(t)) & set(_tokens(t))) / max(len(set(tokens(t))), 1) for t in texts]
    assert np.mean(shared) > 0.85


def test_vectors_depend_on_the_text_and_are_near_for_variants(tmp_path):
    first, other = "가람나리전자의 값은 12원입니다.", "다른 이야기입니다."
    variant = "타별하결식품의 값은 98원입니다."
    base = np.eye(2, StandIn.dim, dtype=np.float32)

    keys = np.array([skeleton(first), skeleton(other)])
    np.savez(tmp_path / "table.npz", keys=keys, passages=base, sentences=base)
    embedder = StandIn(tmp_path / "table.npz")
    path = tmp_path / "a.txt"
    path.write_text(f"[아침] 제목\n\n◇ 소식\n\n{first} {variant} {other}\n", encoding="utf-8")
    passages = cut(read_briefing(path, tmp_path), 500, embedder.count_tokens)
    whole, parts = embedder.encode_passages(passages)
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1, atol=1e-5)
    assert parts[0] @ parts[1] > 0.8 > 0.3 > abs(parts[0] @ parts[2])
    np.testing.assert_array_equal(whole, embedder.encode_passages(passages)[0])


def test_the_plot_draws_each_cost_at_each_size_with_its_exponent():
    names = [name for _, lines in PANELS for name in lines]
    costs = [{name: scale * (n + 1) for n, name in enumerate(names)} for scale in (1, 10)]
    svg = draw([1000, 10_000], costs)
    assert svg.count("<polyline") == len(names)
    assert svg.count("n^1.00") == len(names)
    ElementTree.fromstring(svg)
