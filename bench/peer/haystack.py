"""Haystack 2: BM25 and embedding retrievers in memory, joined by reciprocal rank fusion."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from haystack import Document, Pipeline
from haystack.components.embedders import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bench.peer.serve import BEST, DEFAULT, MODEL, Corpus, serve
from index.text import tokens


class Haystack:
    """A pipeline of two retrievers and a joiner over one store."""

    def __init__(self, setup: str) -> None:
        self._plugged = setup != DEFAULT
        model: dict[str, Any] = {"model": os.environ["MINILM"], "progress_bar": False}
        asked, told = dict(model), dict(model)
        pattern = {}
        if self._plugged:
            asked |= {"model": str(MODEL), "trust_remote_code": True, "prefix": "query: "}
            told |= {"model": str(MODEL), "trust_remote_code": True, "prefix": "passage: "}
            # It takes no tokenizer of one's own, but a pattern: so morphemes go in as words.
            tokens("준비")
            pattern = {"bm25_tokenization_regex": r"\S+"}
        self._documents = SentenceTransformersDocumentEmbedder(**told)
        self._store = InMemoryDocumentStore(**pattern)
        self._pipeline = Pipeline()
        for name, part in {
            "text": SentenceTransformersTextEmbedder(**asked),
            "words": InMemoryBM25Retriever(self._store, top_k=BEST),
            "near": InMemoryEmbeddingRetriever(self._store, top_k=BEST),
            "joiner": DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=BEST),
        }.items():
            self._pipeline.add_component(name, part)
        self._pipeline.connect("text.embedding", "near.query_embedding")
        self._pipeline.connect("words", "joiner")
        self._pipeline.connect("near", "joiner")
        self._pipeline.warm_up()
        self._documents.warm_up()

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        documents = [Document(id=str(row), content=text) for row, text in enumerate(corpus.texts)]
        embedded = self._documents.run(documents)["documents"]
        if self._plugged:
            embedded = [
                Document(id=each.id, content=self._words(each.content), embedding=each.embedding)
                for each in embedded
            ]
        self._store.write_documents(embedded)

    def _words(self, text: str) -> str:
        return " ".join(tokens(text)) if self._plugged else text

    def ask(self, question: str) -> Sequence[int]:
        """See `System`."""
        asked = {"text": {"text": question}, "words": {"query": self._words(question)}}
        found = self._pipeline.run(asked)["joiner"]["documents"]
        return [int(document.id) for document in found]


if __name__ == "__main__":
    serve(Haystack, ["haystack-ai"])
