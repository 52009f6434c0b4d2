"""How surely the best sentence answers: features of a ranking, and the fitted chance from them.

`weights` names the features. Knows nothing about how sentences are found, ranked or shown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from qa.question import Question, subjects
from qa.rank import Ranking, share_of
from qa.retrieve import Candidates
from qa.weights import CONFIDENCE_FEATURES, SENTENCE_FEATURES, Weights

Floats = NDArray[np.float64]

# Passages of the folders that were fitted on: what a larger index does to chance was not seen.
_FITTED = 64


def confidence_features(question: Question, candidates: Candidates, ranking: Ranking) -> Floats:
    """Return the features of the best sentence, in the order of `CONFIDENCE_FEATURES`."""
    best = int(ranking.order[0])
    place = ranking.sentences[best].place
    most = dict(zip(SENTENCE_FEATURES, ranking.features.max(axis=0).tolist(), strict=True))
    known = dict(zip(question.terms, candidates.known.tolist(), strict=True))
    runners = np.sort(ranking.scores)[::-1][:4]
    columns = {
        **dict(zip(SENTENCE_FEATURES, ranking.features[best].tolist(), strict=True)),
        "score": float(ranking.scores[best]),
        "chance": math.log(max(float(ranking.chances[best]), 1e-9)),
        "section_chance": math.log(max(float(ranking.passage_chances[place]), 1e-9)),
        "lead": float(ranking.scores[best] - runners[-1]),
        "most_cosine": most["cosine"],
        "most_answers": most["answers"],
        "most_cover": most["cover"],
        "most_passage_cover": most["passage_cover"],
        "unknown": float(share_of(~candidates.known[None], candidates.idf)[0]),
        "unknown_terms": float((~candidates.known).sum()),
        "unknown_names": float(sum(not known[name] for name in question.names)),
        "absent_names": float(len(ranking.absent)),
        "absent_subjects": float(len(set(ranking.absent) & set(subjects(question)))),
        "terms": float(min(len(question.terms), 8)),
        "filtered": float(question.when.strict),
        "english": float(not any("가" <= char <= "힣" for char in question.text)),
        "long": len(question.when.rest) / 40,
        "searched": math.log(min(max(candidates.searched, 1), _FITTED)),
    }
    return np.array([columns[name] for name in CONFIDENCE_FEATURES])


def confidence(
    question: Question, candidates: Candidates, ranking: Ranking, weights: Weights
) -> float:
    """Return the probability, in [0, 1], that the index answers, and with the best sentence.

    It is 0 where there is nothing to look for, or nowhere to look.
    """
    if not ranking.sentences or not question.terms:
        return 0.0
    features = confidence_features(question, candidates, ranking)
    return 1.0 / (1.0 + math.exp(-float(weights.confidence.score(features[None])[0])))
