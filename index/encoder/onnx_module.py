"""The embedded encoder as a module of sentence-transformers, where `Transformer` stands.

`index/model/modules.json` names it, so that `SentenceTransformer("index/model",
trust_remote_code=True)` is the embedded model: that flag is what sentence-transformers asks for
before it imports a class that is not its own. The product does not need this, for it opens the
encoder without torch (`index.embed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any, Self

import torch
from sentence_transformers.base.modules import InputModule

from index.encoder.onnx_encoder import CONFIG, GRAPH, TOKENIZER, OnnxEncoder
from index.encoder.states import pad

Features = dict[str, torch.Tensor | Any]


class OnnxModule(InputModule):
    """Texts → `token_embeddings`, on ONNX Runtime; there is nothing in it to train."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder
        self.encoder = OnnxEncoder(folder)
        self.tokenizer = self.encoder.tokenizer
        self.max_seq_length = self.encoder.max_length

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *_: object, **__: object) -> Self:
        """Open a folder; whatever else sentence-transformers passes has no meaning here."""
        return cls(Path(model_name_or_path, subfolder))

    def preprocess(
        self, inputs: Sequence[object], prompt: str | None = None, **_: object
    ) -> Features:
        """Return `input_ids` and `attention_mask`, int64 `(texts, tokens)`."""
        encodings = self.tokenizer.encode_batch([f"{prompt or ''}{text}" for text in inputs])
        ids, mask = pad(encodings, self.max_seq_length, self.encoder.pad)
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(self, features: Features, **_: object) -> Features:
        """Add `token_embeddings`, float32 `(texts, tokens, dim)`, to the features."""
        ids, mask = (features[name].cpu().numpy() for name in ("input_ids", "attention_mask"))
        states = torch.from_numpy(self.encoder.run(ids, mask))
        return {**features, "token_embeddings": states.to(features["input_ids"].device)}

    def get_embedding_dimension(self) -> int:
        """Return the length of a token state."""
        return self.encoder.dim

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Copy the encoder's files."""
        for name in (CONFIG, GRAPH, TOKENIZER):
            copyfile(self.folder / name, Path(output_path, name))
