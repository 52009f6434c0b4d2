"""fp32 weights in torch as an `Embedder`: what a training run starts from, moves, and is judged by.

Encodes as the product does (`index.encoder.late`); knows nothing about files.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertModel

from index.encoder.late import LateChunked, Prefixes
from index.encoder.states import Floats

PREFIXES = Prefixes(query="query: ", passage="passage: ")


class TorchEncoder:
    """A `BertModel` as a `TokenEncoder`; put it in evaluation mode before."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.max_length = model.config.max_position_embeddings
        self.pad = model.config.pad_token_id or 0
        self.dim = model.config.hidden_size
        self._model = model

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Floats:
        """Encode ids and mask `(texts, tokens)` → states `(texts, tokens, dim)`."""
        inputs = (torch.from_numpy(each) for each in (ids, mask))
        with torch.inference_mode():
            states: Floats = self._model(*inputs).last_hidden_state.numpy()
        return states

    def finish(self, pooled: Floats) -> Floats:
        """Return pooled vectors as they are."""
        return pooled


def late_chunked(model: BertModel, tokenizer: Tokenizer) -> LateChunked:
    """Return an `Embedder` over fp32 weights, e.g. those that are being trained."""
    return LateChunked(TorchEncoder(model, tokenizer), "fp32", PREFIXES)
