"""The encoder as it is trained: late chunking in torch, with the lowest layers frozen and cached.

Gives what `index.encoder.late` gives, for a `BertModel` that gradients flow through. The states
below the first trained layer never change, so those of texts that come round are kept. Knows
nothing about losses or questions files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from index.encoder.late import compose
from index.encoder.states import pad
from index.schema import Passage, Span

QUERY, PASSAGE = "query: ", "passage: "
LIMIT = 512
PAD = 1


class Pooled(NamedTuple):
    """Unit vectors of n passages `(n, d)` and of their m sentences `(m, d)`, in reading order.

    `owner (m,)` is each sentence's passage.
    """

    passages: Tensor
    sentences: Tensor
    owner: Tensor


class Trained(nn.Module):
    """A `BertModel` whose layers from `frozen` on are trained; `train()` reaches only those."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer, frozen: int, dropout: float) -> None:
        super().__init__()
        self.model, self.tokenizer, self.frozen = model, tokenizer, frozen
        layers: list[Any] = list(model.encoder.layer)[frozen:]
        self.upper = nn.ModuleList(layers)
        self._kept: dict[str, Tensor] = {}
        model.requires_grad_(False)
        self.upper.requires_grad_(True)
        for layer in layers:
            layer.attention.output.dropout.p = dropout
            layer.output.dropout.p = dropout
            # Dropout of attention would cost the fused kernel, and a third of the time.
            layer.attention.self.dropout.p = 0.0

    def train(self, mode: bool = True) -> Trained:
        """Set the mode of the trained layers; the frozen ones always evaluate."""
        super().train(False)
        self.upper.train(mode)
        return self

    def questions(self, texts: Sequence[str], keep: bool = True) -> Tensor:
        """Return unit vectors `(n, d)` of questions."""
        states, mask = self._states([QUERY + text for text in texts], keep)
        return _unit(_mean(states, mask))

    def passages(self, passages: Sequence[Passage], keep: bool = True) -> Pooled:
        """Return the vectors of passages and sentences; all are read up to 512 tokens."""
        composed = [compose(passage) for passage in passages]
        texts = [PASSAGE + text for text, _ in composed]
        states, mask = self._states(texts, keep)  # (n, w, d), (n, w)
        members = [
            _members(encoding, spans, states.shape[1])
            for encoding, (_, spans) in zip(
                self.tokenizer.encode_batch(texts), composed, strict=True
            )
        ]
        # (m, w) against the states of each sentence's own passage: one product per passage.
        parts = torch.cat([part @ row for part, row in zip(members, states, strict=True)])
        counts = torch.tensor([len(part) for part in members])
        owner = torch.repeat_interleave(torch.arange(len(passages)), counts)
        return Pooled(_unit(_mean(states, mask)), _unit(parts), owner)

    def _states(self, texts: Sequence[str], keep: bool) -> tuple[Tensor, Tensor]:
        """Return the last states `(n, w, d)` and the mask `(n, w)` of texts."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, self._below(missing), strict=True)) if missing else {}
        if keep:
            self._kept.update(fresh)
        rows = [fresh[text] if text in fresh else self._kept[text] for text in texts]
        states = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        lengths = torch.tensor([len(row) for row in rows])
        mask = torch.arange(states.shape[1]) < lengths[:, None]
        attended = _attended(mask)
        for layer in self.upper:
            states = layer(states, attention_mask=attended)
        return states, mask

    @torch.no_grad()
    def _below(self, texts: Sequence[str]) -> list[Tensor]:
        """Return the states `(tokens, d)` that enter the first trained layer."""
        ids, seen = pad(self.tokenizer.encode_batch(list(texts)), LIMIT, PAD)
        mask = torch.from_numpy(seen).bool()
        states = self.model.embeddings(input_ids=torch.from_numpy(ids))
        attended = _attended(mask)
        for layer in list(self.model.encoder.layer)[: self.frozen]:
            states = layer(states, attention_mask=attended)
        return [row[: int(n)].clone() for row, n in zip(states, mask.sum(1), strict=True)]


def _attended(mask: Tensor) -> Tensor | None:
    return None if bool(mask.all()) else mask[:, None, None, :].expand(-1, 1, mask.shape[1], -1)


def _members(encoding: Encoding, spans: Sequence[Span], width: int) -> Tensor:
    """Return which tokens each sentence is the mean of, `(sentences, width)`, rows summing to 1."""
    ends = torch.tensor([end for _, end in encoding.offsets][: LIMIT - 1]) - 1 - len(PASSAGE)
    members = torch.zeros(len(spans), width)
    for row, (start, end) in enumerate(spans):
        inside = (ends >= start) & (ends < end)
        # A sentence beyond the limit is stood for by its passage; none is, after `cut`.
        members[row, : len(ends)] = (
            inside if bool(inside.any()) else torch.ones_like(inside)
        ).float()
    return members / members.sum(dim=1, keepdim=True)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask[..., None].float()
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _unit(rows: Tensor) -> Tensor:
    return nn.functional.normalize(rows, dim=-1)
