"""Any encoder of sentence-transformers as an `Embedder`.

Late-chunked where the model pools by the mean, otherwise sentence by sentence. Importing this
imports torch and takes seconds; nothing does so before such a model is asked for. Knows nothing of
indexes; how a model is found and loaded is `index.encoder.hub`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from index.encoder.late import Prefixes, compose
from index.encoder.states import Floats
from index.schema import Passage

_DEFAULT_LENGTH = 512  # tokens, where a model doesn't say what it can read


def dimension_of(model: SentenceTransformer) -> int:
    """Return the length of a model's vectors; encodes a word where the model doesn't say."""
    known = model.get_embedding_dimension()
    return len(model.encode("", show_progress_bar=False)) if known is None else int(known)


class SentenceEncoder:
    """A model whose second module pools by the mean, as a `TokenEncoder`."""

    def __init__(self, model: SentenceTransformer, tokenizer: Tokenizer) -> None:
        # A copy: truncation and padding are settings of the tokenizer, and it is the model's.
        self.tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.max_length: int = model.max_seq_length or _DEFAULT_LENGTH
        self.pad: int = model.tokenizer.pad_token_id or 0
        self.dim = dimension_of(model)
        self._model = model

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Floats:
        """Encode ids and mask `(texts, tokens)` → states `(texts, tokens, states)`."""
        device = self._model.device
        features = {
            "input_ids": torch.from_numpy(ids).to(device),
            "attention_mask": torch.from_numpy(mask).to(device),
        }
        with torch.inference_mode():
            states = self._model[0](features)["token_embeddings"]
        return np.asarray(states.float().cpu().numpy(), np.float32)

    def finish(self, pooled: Floats) -> Floats:
        """Apply the modules after the pooling: `(n, states)` → `(n, dim)`."""
        features = {"sentence_embedding": torch.from_numpy(pooled).to(self._model.device)}
        with torch.inference_mode():
            for module in list(self._model)[2:]:
                features = module(features)
        return np.asarray(features["sentence_embedding"].float().cpu().numpy(), np.float32)


class OneByOne:
    """An `Embedder` for every other model: each sentence is encoded by itself with its heading."""

    def __init__(self, model: SentenceTransformer, name: str, prefixes: Prefixes) -> None:
        self.id = name
        self.dim = dimension_of(model)
        self.answering: Floats | None = None
        self._model = model
        self._prefixes = prefixes
        limit: int = model.max_seq_length or _DEFAULT_LENGTH
        self.max_tokens = limit - self.count_tokens([prefixes.passage])[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text without special ones."""
        tokenizer = self._model.tokenizer
        if isinstance(tokenizer, Tokenizer):
            return [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
        counts: list[int] = [len(tokenizer.tokenize(text)) for text in texts]
        return counts

    def encode_query(self, question: str) -> Floats:
        """Return the unit vector `(dim,)` of a question."""
        row: Floats = self._encode([self._prefixes.query + question])[0]
        return row

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """Return unit rows `(n, dim)` for n passages and `(m, dim)` for their m sentences."""
        whole, parts = [self._encode([])], [self._encode([])]
        for done, passage in enumerate(passages, start=1):
            lead = f"{passage.heading}. " if passage.heading else ""
            quotes = [lead + passage.quote(sentence) for sentence in passage.sentences]
            texts = [compose(passage)[0], *quotes]
            rows = self._encode([self._prefixes.passage + text for text in texts])
            whole.append(rows[:1])
            parts.append(rows[1:])
            if progress is not None:
                progress(done)
        return np.concatenate(whole), np.concatenate(parts)

    def _encode(self, texts: list[str]) -> Floats:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        rows = self._model.encode(
            texts, prompt="", normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, np.float32)
