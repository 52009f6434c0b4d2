"""Train the embedded encoder: `python -m training.train --bench bench --out OUT --minutes 60`.

Contrastive, with late chunking: each question against the sentences of its own segment, against
all sentences and against all segments of the batch. The learning
rate follows the clock, so the run ends annealed however busy the machine is; killed, it goes on
from its last checkpoint when started again. At the end the tuned weights are averaged with the
untuned ones ("WiSE-FT"), the share chosen on folders that were held out. OUT then holds `log.json`,
`tuned.safetensors`, `final.safetensors` and `tokenizer.json`; `training.export` ships them.
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
from torch.nn import functional

from training.convert import load_fp32
from training.data import (
    FOLDERS,
    PAIRS,
    Batch,
    Example,
    Mixture,
    Renamer,
    read_bench,
    read_klue,
    read_lexicon,
    read_real,
    read_translations,
)
from training.encoder import Trained
from training.heldout import Report, measure, score, table

log = logging.getLogger("training.train")

# What is trained on, by source, and the folders that are held out.
Read = tuple[dict[str, list[Example]], list[Example]]

FROZEN = 4  # of 12 layers, and the embeddings
SEGMENTS = 8  # of a step
DROPOUT = 0.1
TEMPERATURE = 0.04
# Finding the segment is what tuning forgets first, and its loss is the smallest.
WEIGHTS = {"within": 1.0, "sentence": 1.0, "segment": 2.0}
PEAK_RATE = 4e-5
WARM_UP = 0.04  # of the run
DECAY = 0.01
CLIP = 1.0
MAX_TOKENS = 500  # of a segment with its heading: the encoder reads 512
ALPHAS = (0.5, 0.75, 1.0)
CHECKPOINT_S = 300.0


def loss_of(encoder: Trained, batch: Batch) -> dict[str, Tensor]:
    """Return the three losses of a batch, not yet weighted.

    Negatives are of this batch alone: vectors remembered from the steps before (XBM) reward the
    encoder for drifting away from its own past; with 250 passages of them the held-out score fell
    below the untuned model's within 108 steps.
    """
    keep = batch.source not in PAIRS and batch.source != "klue"  # those hardly come round
    pooled = encoder.passages([e.passage for e in batch.examples], keep)
    questions = encoder.questions([q.text for _, q in batch.asked], keep=False)
    owner = torch.tensor([number for number, _ in batch.asked])
    first = torch.searchsorted(pooled.owner, torch.arange(len(batch.examples)))
    gold = first[owner] + torch.tensor([q.sentence for _, q in batch.asked])
    texts = [e.passage.quote(span) for e in batch.examples for span in e.passage.sentences]
    scores = questions @ pooled.sentences.T / TEMPERATURE  # (questions, sentences)
    # The same words elsewhere answer as well, and must not be pushed away.
    numbers = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    same = torch.tensor([numbers[text] for text in texts])
    twins = same[gold][:, None] == same
    twins[torch.arange(len(gold)), gold] = False
    scores = scores.masked_fill(twins, -1e4)
    inside = scores.masked_fill(pooled.owner != owner[:, None], -1e4)
    whole = questions @ pooled.passages.T / TEMPERATURE  # (questions, passages)
    return {
        "within": functional.cross_entropy(inside, gold),
        "sentence": functional.cross_entropy(scores, gold),
        "segment": functional.cross_entropy(whole, owner),
    }


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
        encoder = Trained(model, tokenizer, FROZEN, DROPOUT)
        start = {name: value.clone() for name, value in encoder.upper.state_dict().items()}
        sources, held_out = self._examples(tokenizer)
        trained = [p for p in encoder.parameters() if p.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=0.0, weight_decay=DECAY, fused=True)
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

        bench, data = self.options.bench, self.options.data

        def folders(names: Sequence[str]) -> list[Example]:
            paths = [bench / "train" / name for name in names]
            return [e for path in paths for e in read_bench(path, MAX_TOKENS, count)]

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
        return sources, folders([name for name in FOLDERS if name not in self.options.folders])

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
                group["lr"] = rate_at(done)
            encoder.train()
            losses = loss_of(encoder, next(batches))
            optimiser.zero_grad()
            torch.autograd.backward([WEIGHTS[name] * value for name, value in losses.items()])
            torch.nn.utils.clip_grad_norm_(encoder.upper.parameters(), CLIP)
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
        tuned = {name: value.clone() for name, value in encoder.upper.state_dict().items()}
        self._write(encoder, "tuned.safetensors")
        share, scores = self.options.alpha, dict[float, float]()
        for alpha in ALPHAS if held_out else ():
            encoder.upper.load_state_dict(mixed(start, tuned, alpha))
            report = measure(encoder, held_out)
            scores[alpha] = score(report)
            self._note(f"alpha {alpha}", report)
        if share is None:
            share = max(scores, key=lambda alpha: scores[alpha])
        encoder.upper.load_state_dict(mixed(start, tuned, share))
        self._write(encoder, "final.safetensors")
        self.record["chosen"] = {"alpha": share, "scores": scores, "steps": self.step}
        self._write_log()
        log.info("final.safetensors is written: alpha %s of %s", share, scores)

    def _write(self, encoder: Trained, name: str) -> None:
        state = {key: value.contiguous() for key, value in encoder.model.state_dict().items()}
        save_file(state, str(self.out / name))

    def _note(self, name: str, report: Report) -> None:
        """Put a measurement into `log.json`, and a table of it into the log."""
        self.record[name] = report
        self._write_log()
        log.info("%s: %.4f\n%s", name, score(report), table(report))

    def _write_log(self) -> None:
        self.log_path.write_text(json.dumps(self.record, indent=1) + "\n", encoding="utf-8")

    def _save(self, encoder: Trained, optimiser: torch.optim.Optimizer) -> None:
        state = {
            "upper": encoder.upper.state_dict(),
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
        state = torch.load(self.checkpoint_path, weights_only=True)
        encoder.upper.load_state_dict(state["upper"])
        optimiser.load_state_dict(state["optimiser"])
        self.step, self.clock = state["step"], state["clock"]
        log.info("going on after step %d, %.1f min", self.step, self.clock / 60)


def mixed(start: dict[str, Tensor], tuned: dict[str, Tensor], alpha: float) -> dict[str, Tensor]:
    """Average weights: 0 gives `start`, 1 gives `tuned`."""
    return {name: torch.lerp(start[name], tuned[name], alpha) for name in start}


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
        "--folders",
        nargs="+",
        choices=FOLDERS,
        default=FOLDERS,
        help="of train/ that are learnt from; the rest measures",
    )
    parser.add_argument(
        "--alpha", type=float, help="share of the tuned weights, where no folder is left to choose"
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.alpha is None and len(options.folders) == len(FOLDERS):
        parser.error("--alpha is needed where every folder is learnt from")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    Run(options).go()


if __name__ == "__main__":
    main()
