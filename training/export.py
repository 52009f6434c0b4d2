"""Ship trained weights: `python -m training.export OUT [FOLDER]` after `training.train --out OUT`.

Writes OUT's `final.safetensors`, or any other average of the untuned and the tuned weights
(`--alpha`, 0 to 1), as a folder like `index/model`: int8 blocks, graph, tokenizer. The pieces are
those that the shipped tokenizer has now: their vectors are not trained, so the layers fit any
choice of them. The folder's README.md and LICENSE stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.torch import load_file

from training.convert import SHIPPED, load_fp32
from training.train import HEAD, mixed
from training.write import state_of, write_model

LAYERS = "encoder."  # what training may move; the embeddings stay


def export(out: Path, folder: Path, alpha: float | None) -> None:
    """Write the model of a finished run; `alpha` None takes the share that the run chose."""
    model, tokenizer = load_fp32()
    start = {name: value for name, value in model.state_dict().items() if name.startswith(LAYERS)}
    found = load_file(out / ("final.safetensors" if alpha is None else "tuned.safetensors"))
    tuned = {name: found[name] for name in start}
    model.load_state_dict(mixed(start, tuned, 1.0 if alpha is None else alpha), strict=False)
    answering = load_file(out / HEAD)["answering"].numpy()
    write_model(folder, state_of(model), model.config, tokenizer, answering)


def main() -> None:
    """Read the command line and write the folder."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("out", type=Path, help="what training.train wrote")
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--alpha", type=float, help="share of the tuned weights")
    options = parser.parse_args()
    export(options.out, options.folder, options.alpha)
    print(f"{options.folder}: written from {options.out}")


if __name__ == "__main__":
    main()
