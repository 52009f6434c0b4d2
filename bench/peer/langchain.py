"""LangChain: FAISS and BM25 retrievers under an `EnsembleRetriever`, half and half, by RRF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings

from bench.peer.serve import BEST, DEFAULT, MODEL, Corpus, serve
from index.text import tokens


class LangChain:
    """Two retrievers and their ensemble."""

    def __init__(self, setup: str) -> None:
        self._words: dict[str, Any] = {}
        if setup == DEFAULT:
            self._embeddings = HuggingFaceEmbeddings(model_name=os.environ["MINILM"])
        else:
            tokens("준비")
            self._words = {"preprocess_func": tokens}
            self._embeddings = HuggingFaceEmbeddings(
                model_name=str(MODEL),
                model_kwargs={"trust_remote_code": True},
                encode_kwargs={"prompt_name": "passage"},
                query_encode_kwargs={"prompt_name": "query"},
            )
        self._embeddings.embed_query("준비")

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        rows = [{"row": row} for row in range(len(corpus.texts))]
        near = FAISS.from_texts(list(corpus.texts), self._embeddings, metadatas=rows)
        words = BM25Retriever.from_texts(list(corpus.texts), metadatas=rows, **self._words)
        words.k = BEST
        retrievers = [words, near.as_retriever(search_kwargs={"k": BEST})]
        self._ensemble = EnsembleRetriever(retrievers=retrievers, weights=[0.5, 0.5])

    def ask(self, question: str) -> Sequence[int]:
        """See `System`."""
        return [found.metadata["row"] for found in self._ensemble.invoke(question)][:BEST]


if __name__ == "__main__":
    serve(
        LangChain,
        ["langchain-classic", "langchain-community", "langchain-huggingface", "rank-bm25"],
    )
