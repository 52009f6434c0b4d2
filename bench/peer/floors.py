"""What no system can go below: the encoder, FAISS and Kiwi, each alone over the same texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import faiss
import numpy as np

from bench.peer.serve import BEST, Corpus, System, serve
from index.embed import open_embedder
from index.schema import Passage, Source, Span
from index.text import analyzer, tokens, tokens_of


class Encoder:
    """The embedded encoder: one vector a text and one a question."""

    def __init__(self) -> None:
        self._embedder = open_embedder()
        self._embedder.encode_query("준비")

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        source = Source("floor", "", "")
        spans = [Span(0, len(text)) for text in corpus.texts]
        self._embedder.encode_passages(
            [
                Passage(str(row), source, 0, "", text, span, (span,))
                for row, (text, span) in enumerate(zip(corpus.texts, spans, strict=True))
            ]
        )

    def ask(self, question: str) -> Sequence[int]:
        """Encode it, and find nothing."""
        self._embedder.encode_query(question)
        return []


class Nearest:
    """An exact FAISS index of as many random vectors."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(1)
        self._index = faiss.IndexFlatIP(384)

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        self._index.add(self._chance.standard_normal((len(corpus.texts), 384), np.float32))
        self._query = self._chance.standard_normal((1, 384), np.float32)

    def ask(self, question: str) -> Sequence[int]:
        """Search a random vector, and find nothing that has to do with the question."""
        self._index.search(self._query, BEST)
        return []


class Morphemes:
    """Kiwi with the rules of `index.text`."""

    def __init__(self) -> None:
        analyzer()

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        tokens_of(corpus.texts)

    def ask(self, question: str) -> Sequence[int]:
        """Cut it, and find nothing."""
        tokens(question)
        return []


def floor(setup: str) -> System:
    """Return a floor by its name."""
    floors: dict[str, Callable[[], System]]
    floors = {"encoder": Encoder, "faiss": Nearest, "kiwi": Morphemes}
    return floors[setup]()


if __name__ == "__main__":
    serve(floor)
