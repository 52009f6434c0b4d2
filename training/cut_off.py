"""`python -m training.cut_off MODEL FOLDER…`: from which confidence on something is an answer.

Asks as the product answers, with the encoder that ships, on folders that neither it nor `fit` has
learnt from: out of fold, with encoders of half the folders, confidence comes out lower than it will
be. Each folder is asked as one index, and each of its briefings as an index by itself. Rewrites
`cut_off`, `sure` and `refused` in `qa/weights.json`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.respond import Turn, respond
from qa.scores import UNANSWERABLE
from qa.weights import load_weights
from training.asked import indexes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEIGHTS = Path("qa/weights.json")
# The share of answerable questions that may be refused, on folders and on briefings alone together:
# to refuse wrongly is worse than to show what is only related.
REFUSED_WRONGLY = 0.025
# From which confidence on the reader is told that this is the answer, and not only related: where
# at least so many of the questions of like confidence have an answer.
SURE, ALIKE = 0.8, 60


def choose(chances: Floats, right: Flags, wholes: Flags) -> dict[str, Any]:
    """Choose by confidences, `(n,)` each; `right` tells what has an answer, `wholes` where.

    Returns the fields of `weights.json`: `cut_off`, `sure`, and what share of the questions is
    refused, with an answer and without.
    """
    cut_off = float(np.quantile(chances[right], REFUSED_WRONGLY))
    refused = chances < cut_off
    return {
        "cut_off": round(cut_off, 4),
        "sure": round(max(_sure_from(chances[wholes], right[wholes]), cut_off), 4),
        "refused": {
            name: {
                "unanswerable": round(float(refused[kind & ~right].mean()), 3),
                "answerable": round(float(refused[kind & right].mean()), 3),
            }
            for name, kind in (("folders", wholes), ("briefings alone", ~wholes))
        },
    }


def _sure_from(chances: Floats, right: Flags) -> float:
    """Return the chance from which on every run of `ALIKE` questions is right often enough."""
    order = np.argsort(chances, kind="stable")
    runs = np.convolve(right[order], np.full(ALIKE, 1 / ALIKE), mode="valid")
    below = np.flatnonzero(runs < SURE)
    middle = (int(below[-1]) + 1 if len(below) else 0) + ALIKE // 2
    return float(chances[order[min(middle, len(order) - 1)]])


def compact(fields: dict[str, Any]) -> str:
    """Write `weights.json`: a line for each feature, and not for each number."""
    lines, numbers = json.dumps(fields, indent=1).split("["), []
    for line in lines[1:]:
        inside, _, rest = line.partition("]")
        numbers.append(f"[{' '.join(inside.split())}]{rest}")
    return "".join([lines[0], *numbers]) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Ask, choose and rewrite."""
    parser = argparse.ArgumentParser(prog="python -m training.cut_off", description=__doc__)
    parser.add_argument("model", help="the encoder that ships: index/model")
    parser.add_argument("folders", type=Path, nargs="+", help="that nothing has learnt from")
    args = parser.parse_args(argv)
    weights, chances, right, wholes = load_weights(), [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        whole, single = indexes([(args.model, args.folders)], Path(scratch))
        for asked in (*whole, *single):
            files = set(asked.generation.manifest.sources)
            for row in asked.questions:
                turn = Turn(row["question"], ())
                answer = respond(turn, asked.generation, asked.embedder, weights)
                chances.append(answer.confidence)
                right.append(row["kind"] != UNANSWERABLE and row["file"] in files)
                wholes.append(len(files) > 1)
    chosen = choose(np.array(chances), np.array(right), np.array(wholes))
    fields = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    names = [folder.name for folder in args.folders]
    WEIGHTS.write_text(compact(fields | chosen | {"cut_off_on": names}), encoding="utf-8")
    print(chosen)


if __name__ == "__main__":
    main()
