"""What others do, over the same passages, to be measured beside: words alone, meaning alone, RRF.

Each baseline gives the rows of its ten best passages. Knows nothing about answers.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from index.embed import Embedder
from index.generations import Generation
from index.text import normalize, tokens

Baseline = Callable[[str], Sequence[int]]

_DEEP = 50
_BEST = 10
_RRF = 60  # the constant of Cormack, Clarke and Büttcher (SIGIR 2009), everybody's default


def baselines(generation: Generation, embedder: Embedder) -> dict[str, Baseline]:
    """Return the baselines by name."""
    texts = [f"{p.heading} {p.text}" for p in generation.archive.all_passages()]
    whitespace = Bm25([normalize(text).lower().split() for text in texts])
    morphemes = Bm25([tokens(text) for text in texts])

    def by_space(question: str) -> list[int]:
        return whitespace.search(normalize(question).lower().split())

    def by_morpheme(question: str) -> list[int]:
        return morphemes.search(tokens(question))

    def by_vector(question: str) -> list[int]:
        rows: list[int] = generation.vectors.search(embedder.encode_query(question), _DEEP)[
            0
        ].tolist()
        return rows

    def fused(question: str) -> list[int]:
        return reciprocal_rank_fusion([by_morpheme(question), by_vector(question)])

    return {
        "BM25, split at white space": by_space,
        "BM25 on morphemes": by_morpheme,
        "vectors alone": by_vector,
        "RRF of morphemes and vectors": fused,
    }


class Bm25:
    """Okapi BM25 in memory (k1 = 1.2, b = 0.75), for a comparison and not for speed."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._average = sum(map(len, documents)) / max(len(documents), 1)
        self._holders: dict[str, list[int]] = defaultdict(list)
        for row, counts in enumerate(self._counts):
            for term in counts:
                self._holders[term].append(row)

    def search(self, terms: Sequence[str]) -> list[int]:
        """Return the rows that hold any of the terms, best first, ties by lower row."""
        scores: dict[int, float] = defaultdict(float)
        for term in dict.fromkeys(terms):
            rows = self._holders.get(term, [])
            idf = math.log1p((len(self._counts) - len(rows) + 0.5) / (len(rows) + 0.5))
            for row in rows:
                count, length = self._counts[row][term], self._counts[row].total()
                spread = 1.2 * (0.25 + 0.75 * length / self._average)
                scores[row] += idf * count * 2.2 / (count + spread)
        return sorted(scores, key=lambda row: (-scores[row], row))[:_DEEP]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Fuse rankings by the sum of 1 / (60 + rank), ranks from 1; ties by lower row."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] += 1 / (_RRF + rank)
    return sorted(scores, key=lambda row: (-scores[row], row))[:_BEST]
