"""The fitted numbers of search and ranking, by name, in a JSON file that a person can read.

`python -m training.fit` makes `weights.json`; the names here are its documentation. A `Sum` weighs
features; a `Net` is one hidden layer of a few units over features scaled to mean 0 and deviation 1:
enough for "words decide if they are rare, else meaning does", and nothing is pickled.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of a passage, for a question. BM25 scores are shares of the most that the question could get,
# cosines are on the index's scale (`index.scale`).
PASSAGE_FEATURES = (
    "bm25_text",  # BM25 of the body
    "bm25_heading",  # the same of the heading
    "bm25_entities",  # the same of other names and descriptions of what the passage names
    "bm25_others",  # of the body, for other words of the same meaning as the question's
    "bm25_others_heading",  # of the heading, for those
    "cosine",  # of the question with the passage
    "best_sentence",  # of the question with the nearest of its sentences
    "on_day",  # 1 if it was published on a day that the question names in passing
)

# Of a sentence of one of the best passages, those of its passage beside its own.
SENTENCE_FEATURES = (
    "cosine",  # of the question with the sentence
    "nearest",  # the same less the best of its passage: 0 for the nearest sentence
    "behind",  # the same less the best of all
    "answers",  # how near the sentence is to what would answer; NaN if the encoder can't tell
    "answers_nearest",  # the same less the best of its passage
    "answers_behind",  # the same less the best of all
    "cover",  # the share of the question's terms, by idf, that the sentence holds
    "cover_rest",  # the same of the terms that neither the heading nor the lead holds
    "others",  # the idf, summed, of other words of the same meaning that it holds
    "neighbour",  # the cosine of the better neighbour, less its own
    "expected",  # 1 if it offers one of the kinds of answer that are asked for
    "asked",  # 1 if the question asks for any kind of answer that we know
    "length",  # log of its terms + 1
    *(f"passage_{name}" for name in PASSAGE_FEATURES),
    "passage_cosine_behind",  # less that of the best passage
    "passage_best_behind",
    "passage_text_share",  # BM25 of the body as a share of that of the best passage
    "passage_cover",  # the share of the question's terms that body and heading hold
    "passage_score_behind",  # how far its score as a candidate is behind the best
)

# Of the best sentence, for the question whether it answers.
CONFIDENCE_FEATURES = (
    "score",  # its score
    "chance",  # log of its probability among all sentences that were ranked
    "section_chance",  # log of that of its whole passage
    "lead",  # its score less that of the fourth best sentence
    "cosine",
    "answers",
    "expected",
    "asked",
    "cover",
    *(f"passage_{name}" for name in PASSAGE_FEATURES),
    "passage_cover",
    "most_cosine",  # the best cosine of any sentence that was ranked
    "most_answers",  # the nearest of any to what would answer
    "most_cover",  # the best cover of any
    "most_passage_cover",
    "unknown",  # the share of the question's terms, by idf, that the index does not hold
    "unknown_terms",  # how many terms that is
    "unknown_names",  # how many of them are names
    "absent_names",  # how many names of the question its passage does not hold, under any name
    "absent_subjects",  # how many of them are what something is asked about
    "terms",  # how many the question has, 8 at most
    "filtered",  # 1 if it names days, and the index has briefings of them
    "english",  # 1 if the question has no Hangul
    "long",  # characters of the question / 40
    "searched",  # log of the passages that could have been found, 64 at most
)


@dataclasses.dataclass(frozen=True, slots=True)
class Net:
    """One hidden layer: `f` features, `h` units, one score."""

    mean: Floats  # (f,)
    scale: Floats  # (f,)
    hidden: Floats  # (f, h)
    bias: Floats  # (h,)
    out: Floats  # (h,)
    base: float

    def score(self, features: Floats) -> Floats:
        """Return the scores `(n,)` of rows of features `(n, f)`."""
        # Four deviations are as far as anything that was fitted on goes; what an encoder can't tell
        # counts as average.
        x = np.nan_to_num(np.clip((features - self.mean) / self.scale, -4.0, 4.0))
        return np.asarray(np.tanh(x @ self.hidden + self.bias) @ self.out + self.base)


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """What search and ranking were fitted to.

    From the confidence `cut_off` on something is quoted, from `sure` on as the answer; below that
    it is only related.
    """

    passage: Floats  # in the order of PASSAGE_FEATURES
    sentence: Net
    confidence: Net
    cut_off: float
    sure: float


@functools.cache
def load_weights() -> Weights:
    """Read the weights that ship with the package."""
    return read_weights(Path(__file__).parent / "weights.json")


def read_weights(path: Path) -> Weights:
    """Read weights; raises `KeyError` if a feature named above is missing."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        passage=np.array([fields["passage"][name] for name in PASSAGE_FEATURES]),
        sentence=_net(fields["sentence"], SENTENCE_FEATURES),
        confidence=_net(fields["confidence"], CONFIDENCE_FEATURES),
        cut_off=float(fields["cut_off"]),
        sure=float(fields["sure"]),
    )


def _net(fields: Mapping[str, Any], names: tuple[str, ...]) -> Net:
    rows = [fields["features"][name] for name in names]
    return Net(
        mean=np.array([row["mean"] for row in rows]),
        scale=np.array([row["scale"] for row in rows]),
        hidden=np.array([row["hidden"] for row in rows]),
        bias=np.array(fields["bias"]),
        out=np.array(fields["out"]),
        base=float(fields["base"]),
    )
