"""`python -m training.fit --group MODEL FOLDER…`: fit `qa/weights.json` on folders of questions.

Three small models, each on what the one before gives: which passages are candidates (a weighted
sum), which sentence (a net over their features), and how surely (another). Every folder is asked as
one index, and each of its briefings as an index by itself, where most questions of the folder have
no answer: so confidence learns from many more refusals than the folders' own, and from small
indexes as well as larger ones. Readers of either are taken to ask alike: as many of their questions
have an answer.

An encoder must not have been trained on the folders that are asked with it: its cosines look better
there than they will ever be, and the nets would trust them too much. So two encoders that are
trained on half of the folders each let all of them be asked, and what is fitted serves a third one
that was trained on all.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from qa.confidence import confidence_features
from qa.scores import UNANSWERABLE
from qa.weights import CONFIDENCE_FEATURES, PASSAGE_FEATURES, SENTENCE_FEATURES, Net, Weights
from training.asked import Asked, Groups, Looked, indexes, look
from training.cut_off import WEIGHTS, choose, compact
from training.nets import Choice, fit_chance, fit_choice

Floats = NDArray[np.float64]

SENTENCE_UNITS, CONFIDENCE_UNITS, SEEDS = 16, 8, 3


def passage_weights(asked: Sequence[Asked], start: Weights) -> Floats:
    """Fit the weighted sum so that a softmax over the candidates picks the right passage."""
    tables, right = [], []
    for group in asked:
        for each in look(group, start):
            rows = each.candidates.rows.tolist()
            gold = np.array([each.gold(p) for p in group.generation.archive.passages(rows)])
            if gold.any() and not gold.all():
                tables.append(each.candidates.features)
                right.append(gold)
    scale = np.concatenate(tables).std(axis=0) + 1e-9

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = float(weights @ weights), 2 * weights
        for table, gold in zip(tables, right, strict=True):
            x = table / scale
            scores = x @ weights
            total += float(np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[gold]))
            slope = slope + _softmax(scores) @ x - _softmax(scores[gold]) @ x[gold]
        return total / len(tables), slope / len(tables)

    return np.asarray(minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x / scale)


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum())


def choice(looked: Looked) -> Choice:
    """Turn what was found into a choice among sentences."""
    evidence, sentences = looked.row["evidence"] or "", looked.ranking.sentences
    gold = np.array([looked.gold(s.passage) for s in sentences])
    same = [_same(evidence, s.passage.quote(s.span)) for s in sentences]
    return Choice(
        features=looked.ranking.features,
        places=np.array([s.place for s in sentences]),
        right=gold & np.array(same),
        right_passage=gold,
    )


def _same(evidence: str, sentence: str) -> bool:
    return bool(evidence) and (evidence in sentence or sentence in evidence)


def fit(groups: Groups, start: Weights, scratch: Path) -> dict[str, Any]:
    """Return the content of `weights.json`."""
    whole, single = indexes(groups, scratch)
    weights = dataclasses.replace(start, passage=passage_weights(whole, start))
    looked = [(asked.half, look(asked, weights)) for asked in whole]
    halves = [
        fit_choice(
            [choice(each) for half, found in looked if half != left_out for each in found],
            SENTENCE_UNITS,
            SEEDS,
        )
        for left_out in (0, 1)
    ]
    choices = [choice(each) for _, found in looked for each in found]
    sentence = fit_choice(choices, SENTENCE_UNITS, SEEDS)
    sureness = _fit_confidence(whole, single, weights, halves)
    return {
        "fitted_on": [folder.name for _, folders in groups for folder in folders],
        "encoders": sorted({asked.embedder.id.rpartition(":")[2] for asked in whole}),
        **sureness.chosen,
        "passage": {
            name: round(float(weight), 4)
            for name, weight in zip(PASSAGE_FEATURES, weights.passage, strict=True)
        },
        "sentence": _fields(sentence, SENTENCE_FEATURES),
        "confidence": _fields(sureness.net, CONFIDENCE_FEATURES),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Sureness:
    """How confidence was fitted: the net, and what `cut_off.choose` makes of the out of fold."""

    net: Net
    chosen: dict[str, Any]


def _fit_confidence(
    whole: Sequence[Asked], single: Sequence[Asked], weights: Weights, halves: Sequence[Net]
) -> Sureness:
    """Fit on sentences ranked by a net that saw the other half of the folders."""
    tables, right, half, is_whole = [], [], [], []
    for asked in (*whole, *single):
        files = set(asked.generation.manifest.sources)
        for each in look(asked, dataclasses.replace(weights, sentence=halves[asked.half])):
            tables.append(confidence_features(each.question, each.candidates, each.ranking))
            right.append(each.row["kind"] != UNANSWERABLE and each.row["file"] in files)
            half.append(asked.half)
            is_whole.append(len(files) > 1)
    x, y, sides, wholes = np.stack(tables), np.array(right), np.array(half), np.array(is_whole)
    weight = _alike(y, wholes)
    chances = np.zeros(len(y))
    for side in (0, 1):
        other = sides != side
        net = fit_chance(x[other], y[other], weight[other], CONFIDENCE_UNITS, SEEDS)
        chances[~other] = 1 / (1 + np.exp(-net.score(x[~other])))
    return Sureness(fit_chance(x, y, weight, CONFIDENCE_UNITS, SEEDS), choose(chances, y, wholes))


def _alike(right: NDArray[np.bool_], wholes: NDArray[np.bool_]) -> Floats:
    """Weigh questions so that as many of a briefing's alone have an answer as of a whole folder's.

    And so that both kinds of index count as much.
    """
    weight = np.ones(len(right))
    for answered in (False, True):
        same = right == answered
        weight[same & ~wholes] = (same & wholes).sum() / max((same & ~wholes).sum(), 1)
    return weight


def _fields(net: Net, names: Sequence[str]) -> dict[str, Any]:
    return {
        "features": {
            name: {
                "mean": _rounded(net.mean[i]),
                "scale": _rounded(net.scale[i]),
                "hidden": _rounded(net.hidden[i]),
            }
            for i, name in enumerate(names)
        },
        "bias": _rounded(net.bias),
        "out": _rounded(net.out),
        "base": _rounded(net.base),
    }


def _rounded(values: Floats | float) -> Any:  # noqa: ANN401 - a number, or a list of them
    return np.vectorize(lambda v: float(f"{v:.5g}"))(np.asarray(values)).tolist()


def _untrained() -> Weights:
    """Return weights to look with before any are fitted: bare meaning and words, alike."""
    passage = {"bm25_text": 10.0, "bm25_heading": 5.0, "cosine": 40.0, "best_sentence": 40.0}
    return Weights(
        passage=np.array([passage.get(name, 0.0) for name in PASSAGE_FEATURES]),
        sentence=_blank(len(SENTENCE_FEATURES)),
        confidence=_blank(len(CONFIDENCE_FEATURES)),
        cut_off=0.5,
        sure=0.5,
    )


def _blank(features: int) -> Net:
    one = np.ones(features)
    return Net(0 * one, one, np.zeros((features, 1)), np.zeros(1), np.zeros(1), 0.0)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.fit", description=__doc__)
    parser.add_argument(
        "--group",
        nargs="+",
        action="append",
        required=True,
        metavar=("MODEL", "FOLDER"),
        help="an encoder's folder, and folders of questions that it has not seen; may be repeated",
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        groups = [(model, [Path(folder) for folder in folders]) for model, *folders in args.group]
        fields = fit(groups, _untrained(), Path(scratch))
    args.out.write_text(compact(fields), encoding="utf-8")
    print(f"cut-off {fields['cut_off']}, passages {fields['passage']}")


if __name__ == "__main__":
    main()
