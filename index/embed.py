"""The `Embedder` seam: questions, passages and their sentences → unit vectors.

`open_embedder` gives the embedded Korean model, which needs no torch, or any sentence-transformers
model by its name or folder. Knows nothing about where vectors go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from index.encoder.late import LateChunked, Prefixes
from index.encoder.onnx_encoder import CONFIG, OnnxEncoder
from index.encoder.states import Floats
from index.schema import Passage

EMBEDDED = "embedded"
_FOLDER = Path(__file__).parent / "model"
_E5 = Prefixes(query="query: ", passage="passage: ")


class Embedder(Protocol):
    """An encoder of questions and passages. `encode_query` may be called from many threads.

    `id` changes whenever a weight, the tokenizer or a prefix does: vectors of two embedders can be
    compared only if their ids are equal. `max_tokens` is the most that a heading with its sentences
    may count, with the full stop and two special tokens, to be read whole. `answering (dim, dim)`
    is what a question's vector is multiplied by to be compared with sentences for whether they
    answer it, or are only on the same; None where that was not trained.
    """

    id: str
    dim: int
    max_tokens: int
    answering: Floats | None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text alone, without special ones."""
        ...

    def encode_query(self, question: str) -> Floats:
        """Return the unit vector `(dim,)` of a question."""
        ...

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """Return unit rows `(n, dim)` for n passages and `(m, dim)` for all their m sentences.

        Row i is passage i; sentence rows are in reading order over the passages. `progress` is
        called with the number of passages done so far.
        """
        ...


def open_embedder(name: str | None = None, threads: int = 0) -> Embedder:
    """Open the embedded model (None or "embedded") or any sentence-transformers model.

    `name` is a hub's `owner/model` or a folder. `threads` are those of one matrix product of the
    embedded model, 0 for one per core. Raises `ModelUnavailable`.
    """
    folder = _FOLDER if name in (None, EMBEDDED) else Path(str(name))
    if folder == _FOLDER or (folder / CONFIG).is_file():
        encoder = OnnxEncoder(folder, threads)
        opened_by = EMBEDDED if folder == _FOLDER else str(name)
        name = f"{opened_by}:{encoder.config.digest[:16]}"
        return LateChunked(encoder, name, _E5, encoder.answering)
    # Imported here, for it imports torch, whose seconds the embedded model can do without.
    from index.encoder.hub import open_from_hub

    return open_from_hub(str(name), _E5)


def name_of(identity: str) -> str:
    """Return the name that `open_embedder` opens an embedder's `id` by."""
    return identity.rpartition(":")[0]
