"""Train the embedded encoder: `python -m training.train --bench bench --out OUT --minutes 60`.

The learning rate follows the clock, so the run ends annealed however busy the machine is; killed,
it goes on from its last checkpoint when started again. At the end the tuned weights are averaged
with the untuned ones ("WiSE-FT"), the share chosen on folders that were held out. OUT then holds
`log.json`, `tuned.safetensors`, `final.safetensors`, `answering.safetensors` and `tokenizer.json`;
`training.export` ships them.
"""

from __future__ import annotations

import argparse
import json
import logging
import pickle
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from index.embed import open_embedder
from training.convert import load_fp32
from training.data import (
    Example,
    read_bench,
    read_klue,
    read_lexicon,
    read_real,
    read_translations,
)
from training.encoder import Trained
from training.heldout import Report, measure, score, table
from training.losses import WEIGHTS, loss_of
from training.misses import read_misses
from training.mixture import Batch, Mixture, Renamer

log = logging.getLogger("training.train")

# What is trained on, by source, and the folders that are held out.
Read = tuple[dict[str, list[Example]], list[Example]]

SEGMENTS = 20  # of a step
DROPOUT = 0.2
PEAK_RATE = 5e-5
HEAD_RATE = 8  # times faster: what is learnt from nothing
WARM_UP = 0.04  # of the run
DECAY = 0.01
CLIP = 1.0
MAX_TOKENS = 500  # of a segment with its heading: the encoder reads 512
ALPHAS = (0.5, 0.75, 1.0)
CHECKPOINT_S = 300.0
HEAD = "answering.safetensors"


def rate_at(done: float) -> float:
    """Return the learning rate at a share of the run: up for a moment, then down a line to zero."""
    rising = done / WARM_UP
    falling = (1 - done) / (1 - WARM_UP)
    return PEAK_RATE * max(0.0, min(rising, falling))


class Run:
    """One training run with its files in a folder; `clock` is seconds spent before this start."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.out = options, Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.log_path = self.out / "log.json"
        self.checkpoint_path = self.out / "checkpoint.pt"
        self.record: dict[str, object] = {}
        self.step, self.clock = 0, 0.0

    def go(self) -> None:
        """Train, measure, average and write."""
        torch.manual_seed(self.options.seed)
        model, tokenizer = load_fp32(_tokenizer(self.options.tokenizer))
        tokenizer.save(str(self.out / "tokenizer.json"))
        encoder = Trained(model, tokenizer, DROPOUT).to(_device())
        start = {name: value.clone() for name, value in encoder.layers.state_dict().items()}
        sources, held_out = self._examples(tokenizer)
        head = [encoder.answering, encoder.scale, encoder.no_answer]
        groups = [
            {"params": list(encoder.layers.parameters()), "weight_decay": DECAY, "times": 1},
            {"params": head, "weight_decay": 0.0, "times": HEAD_RATE},
        ]
        optimiser = torch.optim.AdamW(groups, lr=0.0, fused=True)
        self._resume(encoder, optimiser)
        mixture = Mixture(sources, SEGMENTS, self.options.seed, Renamer(self.options.lexicon))
        self._train(encoder, optimiser, iter(mixture))
        self._finish(encoder, start, held_out)

    def _examples(self, tokenizer: Tokenizer) -> Read:
        """Read everything, or what this run has read before: Kiwi takes minutes for it."""
        path = self.out / "examples.pkl"
        if not path.exists():
            path.write_bytes(pickle.dumps(self._read(tokenizer)))
        read: Read = pickle.loads(path.read_bytes())
        return read

    def _read(self, tokenizer: Tokenizer) -> Read:
        def count(texts: Sequence[str]) -> list[int]:
            found = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
            return [len(encoding.ids) for encoding in found]

        bench, data, shipped = self.options.bench, self.options.data, open_embedder()

        def folders(names: Sequence[str]) -> list[Example]:
            paths = [bench / "train" / name for name in names]
            return [
                example
                for path in paths
                for example in read_bench(path, MAX_TOKENS, count, read_misses(path, shipped))
            ]

        sources = {
            "briefings": folders(self.options.folders),
            "real": read_real(self.options.real, count),
            "klue": read_klue(data, count),
            "lexicon": read_lexicon(self.options.lexicon, count),
            "translations": read_translations(data, count),
        }
        for name, examples in sources.items():
            asked = sum(len(e.questions) for e in examples)
            log.info("%s: %d passages, %d questions, %d tokens", name, len(examples), asked,
                     sum(e.tokens for e in examples))  # fmt: skip
        return sources, folders(self.options.held_out)

    def _train(
        self, encoder: Trained, optimiser: torch.optim.Optimizer, batches: Iterator[Batch]
    ) -> None:
        for _ in range(self.step):  # the batches of the steps that are done
            next(batches)
        budget = self.options.minutes * 60
        before, began = self.clock, time.monotonic()
        saved = self.clock
        recent: deque[dict[str, float]] = deque(maxlen=25)
        while self.clock < budget:
            done = self.clock / budget
            torch.manual_seed(self.options.seed * 1_000_003 + self.step)
            for group in optimiser.param_groups:
                group["lr"] = rate_at(done) * group["times"]
            encoder.train()
            losses = loss_of(encoder, next(batches))
            optimiser.zero_grad()
            torch.autograd.backward([WEIGHTS[name] * value for name, value in losses.items()])
            torch.nn.utils.clip_grad_norm_(encoder.layers.parameters(), CLIP)
            optimiser.step()
            self.step += 1
            self.clock = before + time.monotonic() - began
            recent.append({name: float(value.detach()) for name, value in losses.items()})
            if self.step % 25 == 0:
                means = {n: sum(r[n] for r in recent) / len(recent) for n in losses}
                shown = " ".join(f"{n} {v:.3f}" for n, v in means.items())
                log.info("step %d, %.1f min: %s", self.step, self.clock / 60, shown)
            if self.clock - saved > CHECKPOINT_S:
                self._save(encoder, optimiser)
                self.clock = before + time.monotonic() - began
                saved = self.clock
        self._save(encoder, optimiser)

    def _finish(self, encoder: Trained, start: dict[str, Tensor], held_out: list[Example]) -> None:
        """Average by the share that was given, or that the held-out folders choose, and write."""
        tuned = {name: value.clone() for name, value in encoder.layers.state_dict().items()}
        self._write(encoder, "tuned.safetensors")
        share, scores = self.options.alpha, dict[float, float]()
        for alpha in ALPHAS if held_out else ():
            encoder.layers.load_state_dict(mixed(start, tuned, alpha))
            report = measure(encoder, held_out)
            scores[alpha] = score(report)
            self._note(f"alpha {alpha}", report)
        if share is None:
            share = max(scores, key=lambda alpha: scores[alpha])
        encoder.layers.load_state_dict(mixed(start, tuned, share))
        self._write(encoder, "final.safetensors")
        self.record["chosen"] = {"alpha": share, "scores": scores, "steps": self.step}
        self._write_log()
        log.info("final.safetensors is written: alpha %s of %s", share, scores)

    def _write(self, encoder: Trained, name: str) -> None:
        state = {key: value.contiguous() for key, value in encoder.model.state_dict().items()}
        save_file(state, str(self.out / name))
        save_file({"answering": encoder.answering.detach().contiguous()}, self.out / HEAD)

    def _note(self, name: str, report: Report) -> None:
        """Put a measurement into `log.json`, and a table of it into the log."""
        self.record[name] = report
        self._write_log()
        log.info("%s: %.4f\n%s", name, score(report), table(report))

    def _write_log(self) -> None:
        self.log_path.write_text(json.dumps(self.record, indent=1) + "\n", encoding="utf-8")

    def _save(self, encoder: Trained, optimiser: torch.optim.Optimizer) -> None:
        state = {
            "encoder": encoder.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": self.step,
            "clock": self.clock,
        }
        beside = self.checkpoint_path.with_suffix(".new")
        torch.save(state, beside)
        beside.replace(self.checkpoint_path)

    def _resume(self, encoder: Trained, optimiser: torch.optim.Optimizer) -> None:
        if self.log_path.exists():
            self.record = json.loads(self.log_path.read_text(encoding="utf-8"))
        if not self.checkpoint_path.exists():
            return
        state = torch.load(self.checkpoint_path, weights_only=True, map_location="cpu")
        encoder.load_state_dict(state["encoder"])
        optimiser.load_state_dict(state["optimiser"])
        self.step, self.clock = state["step"], state["clock"]
        log.info("going on after step %d, %.1f min", self.step, self.clock / 60)


def mixed(start: dict[str, Tensor], tuned: dict[str, Tensor], alpha: float) -> dict[str, Tensor]:
    """Average weights: 0 gives `start`, 1 gives `tuned`."""
    return {name: torch.lerp(start[name], tuned[name], alpha) for name in start}


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _tokenizer(path: Path | None) -> Tokenizer | None:
    return Tokenizer.from_file(str(path)) if path else None


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--bench", type=Path, default=Path("bench"), help="with train/ and dev/")
    parser.add_argument("--real", type=Path, required=True, help="questions on real text")
    parser.add_argument("--data", type=Path, required=True, help="KLUE-MRC and translations")
    parser.add_argument("--lexicon", type=Path, required=True, help="entities: *.jsonl")
    parser.add_argument("--tokenizer", type=Path, help="another than the shipped one's pieces")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--held-out", nargs="*", default=[], help="folders of train/ that are not learnt from"
    )
    parser.add_argument(
        "--alpha", type=float, help="share of the tuned weights, where no folder is left to choose"
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.alpha is None and not options.held_out:
        parser.error("--alpha is needed where every folder is learnt from")
    names = {path.name for path in (options.bench / "train").iterdir()}
    if unknown := set(options.held_out) - names:
        parser.error(f"there is no {' or '.join(sorted(unknown))} in {options.bench / 'train'}")
    options.folders = sorted(names - set(options.held_out))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    Run(options).go()


if __name__ == "__main__":
    main()
