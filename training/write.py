"""Write an encoder as the folder that ships: `index/model`, or one beside it to compare.

The folder is a `SentenceTransformer` whose first module is ours (`index.encoder.onnx_module`). What
it is and where it comes from stands in its README.md and LICENSE, written by hand and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from index.encoder.onnx_encoder import ANSWERING, CONFIG, GRAPH, TOKENIZER, digest_of
from training.graph import build_graph

_MODULES = (
    ("", "index.encoder.onnx_module.OnnxModule"),
    ("1_Pooling", "sentence_transformers.sentence_transformer.modules.Pooling"),
    ("2_Normalize", "sentence_transformers.base.modules.Normalize"),
)


def state_of(model: BertModel) -> dict[str, NDArray[np.float32]]:
    """Return a model's weights as numpy arrays under `BertModel`'s names."""
    state = model.state_dict()
    return {name: weights.detach().cpu().float().numpy() for name, weights in state.items()}


def write_model(
    folder: Path,
    state: Mapping[str, NDArray[np.float32]],
    config: BertConfig,
    tokenizer: Tokenizer,
    answering: NDArray[np.float32] | None = None,
) -> None:
    """Write weights, tokenizer and settings, replacing those that are there.

    `state` has `BertModel`'s names and any number of layers; matrices become int8 blocks.
    `answering` is that of `Embedder`, `(dim, dim)`, and becomes fp16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    graph = build_graph(state, config.num_attention_heads, config.layer_norm_eps)
    (folder / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    # One line, so that no checkout changes its bytes by changing line ends.
    (folder / TOKENIZER).write_bytes(tokenizer.to_str(pretty=False).encode())
    (folder / ANSWERING).unlink(missing_ok=True)
    if answering is not None:
        np.save(folder / ANSWERING, answering.astype(np.float16))
    settings = {
        "dim": config.hidden_size,
        "max_length": config.max_position_embeddings,
        "pad": tokenizer.token_to_id("<pad>"),
        "digest": digest_of(folder),
    }
    _write_json(folder / CONFIG, settings)
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": kind}
        for number, (path, kind) in enumerate(_MODULES)
    ]
    _write_json(folder / "modules.json", modules)
    pooling = {"embedding_dimension": config.hidden_size, "pooling_mode": "mean"}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": "query: ", "document": "passage: ", "passage": "passage: "}
    about = {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", about)


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8", newline="\n")
