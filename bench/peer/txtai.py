"""txtai's hybrid index (`hybrid=True`): dense and BM25 scores, added half and half."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from txtai import Embeddings
from txtai.scoring.bm25 import BM25

from bench.peer.serve import BEST, DEFAULT, MODEL, Corpus, serve
from index.text import tokens


class Morphemes(BM25):  # type: ignore[misc]
    """txtai's BM25 with Kiwi's morphemes instead of words."""

    def loadtokenizer(self) -> Any:  # noqa: ANN401
        """Return what cuts a text."""
        return tokens


class Txtai:
    """An `Embeddings` with both halves."""

    def __init__(self, setup: str) -> None:
        if setup == DEFAULT:
            settings: dict[str, Any] = {"path": os.environ["MINILM"]}
        else:
            tokens("준비")
            scoring = {"method": "bench.peer.txtai.Morphemes", "terms": True, "normalize": True}
            encoder = {"method": "sentence-transformers", "vectors": {"trust_remote_code": True}}
            settings = {"path": str(MODEL), "scoring": scoring, **encoder}
        self._index = Embeddings(hybrid=True, content=True, **settings)
        self._index.batchtransform(["준비"], "query")

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        self._index.index(enumerate(corpus.texts))

    def ask(self, question: str) -> Sequence[int]:
        """See `System`."""
        return [int(found["id"]) for found in self._index.search(question, BEST)]


if __name__ == "__main__":
    serve(Txtai, ["txtai"])
