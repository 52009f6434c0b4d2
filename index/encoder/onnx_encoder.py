"""The embedded encoder on ONNX Runtime: batches of tokens → their states, without torch.

Opens a folder that `training.write` made (`index/model` is one): `model.onnx`, whose weights are
int8 blocks computed in fp32, and `tokenizer.json`. Knows nothing about prefixes, pooling, sentences
or passages; it is the only home of `onnxruntime`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.errors import ModelUnavailable

CONFIG = "onnx_encoder.json"
GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
ANSWERING = "answering.npy"  # a model that was not trained for it has none


@dataclass(frozen=True, slots=True)
class OnnxConfig:
    """What `onnx_encoder.json` says; `digest` is `digest_of` the files it was written beside."""

    dim: int
    max_length: int  # tokens of one text, with the two special ones
    pad: int
    digest: str


def digest_of(folder: Path) -> str:
    """Return the sha256 of all weights and the tokenizer, 64 hexadecimal digits, in 0.03 s."""
    digest = hashlib.sha256()
    optional = (ANSWERING,) if (folder / ANSWERING).exists() else ()
    for name in (GRAPH, TOKENIZER, *optional):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class OnnxEncoder:
    """An open encoder; safe to call from many threads at once.

    `threads` are those of one matrix product, 0 for one per core. Opening takes about 0.5 s and
    190 MB. Raises `ModelUnavailable` if a file is missing or is not what was written.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        try:
            self.config = OnnxConfig(**json.loads((folder / CONFIG).read_text(encoding="utf-8")))
            digest = digest_of(folder)
        except (OSError, ValueError, TypeError) as error:
            raise ModelUnavailable(str(folder), str(error)) from error
        # Checked here, because ONNX Runtime and tokenizers raise anything at all on damaged files.
        if digest != self.config.digest:
            reason = f"a file beside {CONFIG} is damaged: digest {digest[:16]}, "
            raise ModelUnavailable(str(folder), reason + f"not {self.config.digest[:16]}")
        self.dim = self.config.dim
        self.max_length = self.config.max_length
        self.pad = self.config.pad
        self.answering = _answering(folder / ANSWERING)
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._session = onnxruntime.InferenceSession(
            folder / GRAPH, _options(threads), providers=["CPUExecutionProvider"]
        )

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Encode one batch: ids and mask `(texts, tokens)` → states `(texts, tokens, dim)`."""
        inputs = {"input_ids": ids, "attention_mask": mask}
        states: NDArray[np.float32] = self._session.run(["token_embeddings"], inputs)[0]
        return states

    def finish(self, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return pooled vectors as they are: nothing follows the pooling in this encoder."""
        return pooled


def _answering(path: Path) -> NDArray[np.float32] | None:
    return np.load(path).astype(np.float32) if path.exists() else None


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: a warning would land among the answers
    # Otherwise DequantizeLinear is kept for int8 kernels instead of being folded into fp32 weights,
    # and each question would widen 21 million of them anew.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return options
