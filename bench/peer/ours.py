"""Our own index and assistant: pages → answers with their passages, as the chat asks."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.peer.serve import Corpus, serve
from index.build import build
from index.embed import open_embedder
from index.text import analyzer
from qa.assistant import Assistant


class Ours:
    """Builds from the pages themselves: reading, cutting and finding sentences are in the time."""

    def __init__(self, setup: str) -> None:
        self._scratch = tempfile.TemporaryDirectory()
        self._embedder = open_embedder()
        analyzer()
        self._embedder.encode_query("준비")
        self._assistant = Assistant(Path(self._scratch.name))
        self._rows: dict[str, int] = {}

    def build(self, corpus: Corpus) -> None:
        """See `System`."""
        build(corpus.folder, Path(self._scratch.name), self._embedder)
        self._rows = {identity: row for row, identity in enumerate(corpus.ids)}
        self._assistant.warm()
        self._assistant.prepare()

    def ask(self, question: str) -> Sequence[int]:
        """See `System`."""
        return [self._rows[hit.passage.id] for hit in self._assistant.ask(question).hits]


if __name__ == "__main__":
    serve(Ours, ["onnxruntime", "tantivy", "faiss-cpu", "kiwipiepy"])
