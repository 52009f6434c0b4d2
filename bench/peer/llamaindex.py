"""LlamaIndex: FAISS and BM25 retrievers under a `QueryFusionRetriever`, by reciprocal rank."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from bench.peer.serve import BEST, DEFAULT, MODEL, Corpus, serve
from index.text import tokens


class Morphemes(BaseRetriever):  # type: ignore[misc]
    """LlamaIndex's BM25 on Kiwi's morphemes.

    It takes no tokenizer of one's own, but a pattern: so morphemes go in as words. The nodes it
    gives are those of the whole texts, since the fusion knows a node again by its text.
    """

    def __init__(self, nodes: list[TextNode]) -> None:
        super().__init__()
        self._nodes = {node.node_id: node for node in nodes}
        spaced = [TextNode(text=" ".join(tokens(node.text)), id_=node.node_id) for node in nodes]
        self._words = BM25Retriever.from_defaults(
            nodes=spaced, similarity_top_k=BEST, skip_stemming=True, token_pattern=r"\S+"
        )

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._words.retrieve(" ".join(tokens(query_bundle.query_str)) or " ")
        return [NodeWithScore(node=self._nodes[f.node.node_id], score=f.score) for f in found]


class LlamaIndex:
    """Two retrievers and their fusion; BM25 is listed first, for it wins ties then.

    Listed second, as in the documentation, it loses every tie to the other ranker.
    """

    def __init__(self, setup: str) -> None:
        Settings.llm = MockLLM()  # no query is rewritten, so none is asked
        self._plugged = setup != DEFAULT
        if self._plugged:
            self._encoder = HuggingFaceEmbedding(
                model_name=str(MODEL),
                trust_remote_code=True,
                query_instruction="query: ",
                text_instruction="passage: ",
            )
            tokens("준비")
        else:
            self._encoder = HuggingFaceEmbedding(model_name=os.environ["MINILM"])
        self._encoder.get_query_embedding("준비")

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        texts = enumerate(corpus.texts)
        nodes = [TextNode(text=text, id_=str(row), metadata={}) for row, text in texts]
        dimension = len(self._encoder.get_query_embedding("준비"))
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimension))
        near = VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=self._encoder,
        ).as_retriever(similarity_top_k=BEST)
        self._fusion = QueryFusionRetriever(
            [self._words(nodes), near],
            similarity_top_k=BEST,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

    def _words(self, nodes: list[TextNode]) -> Any:  # noqa: ANN401
        if not self._plugged:
            return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=BEST)
        return Morphemes(nodes)

    def ask(self, question: str) -> Sequence[int]:
        """See `System`."""
        return [int(found.node.node_id) for found in self._fusion.retrieve(QueryBundle(question))]


if __name__ == "__main__":
    serve(
        LlamaIndex,
        ["llama-index-core", "llama-index-retrievers-bm25", "llama-index-vector-stores-faiss"],
    )
