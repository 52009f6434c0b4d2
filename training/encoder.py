"""The encoder as it is trained: late chunking in torch, on a GPU where there is one.

Gives what `index.encoder.late` gives, for a `BertModel` that gradients flow through, and learns
beside it what a question is multiplied by to tell answers from what is only near
(`Embedder.answering`). Knows nothing about losses or questions files.
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
# Where the score of an answer, and that of there being none, begin: e5's cosines lie about .8.
_SCALE, _NO_ANSWER = 25.0, 0.8


class Pooled(NamedTuple):
    """Unit vectors of n passages `(n, d)` and of their m sentences `(m, d)`, in reading order.

    `owner (m,)` is each sentence's passage.
    """

    passages: Tensor
    sentences: Tensor
    owner: Tensor


class Trained(nn.Module):
    """A `BertModel` whose layers are trained; the vectors of its pieces stay as they are."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer, dropout: float) -> None:
        super().__init__()
        self.model, self.tokenizer = model, tokenizer
        self.layers: nn.Module = model.encoder
        model.embeddings.requires_grad_(False)
        model.embeddings.dropout.p = 0.0
        layers: list[Any] = list(model.encoder.layer)
        for layer in layers:
            layer.attention.output.dropout.p = dropout
            layer.output.dropout.p = dropout
            # Dropout of attention would cost the fused kernel, and a third of the time.
            layer.attention.self.dropout.p = 0.0
        self.answering = nn.Parameter(torch.eye(model.config.hidden_size))
        self.scale = nn.Parameter(torch.tensor(_SCALE))
        self.no_answer = nn.Parameter(torch.tensor(_NO_ANSWER))

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.answering.device

    def questions(self, texts: Sequence[str]) -> Tensor:
        """Return unit vectors `(n, d)` of questions."""
        states, mask, _ = self._states([QUERY + text for text in texts])
        return _unit(_mean(states, mask))

    def passages(self, passages: Sequence[Passage]) -> Pooled:
        """Return the vectors of passages and sentences; all are read up to 512 tokens."""
        composed = [compose(passage) for passage in passages]
        states, mask, encodings = self._states([PASSAGE + text for text, _ in composed])
        members = [
            _members(encoding, spans, states.shape[1]).to(self.device)
            for encoding, (_, spans) in zip(encodings, composed, strict=True)
        ]
        # (m, w) against the states of each sentence's own passage: one product per passage.
        parts = torch.cat([part @ row for part, row in zip(members, states, strict=True)])
        counts = torch.tensor([len(part) for part in members])
        owner = torch.repeat_interleave(torch.arange(len(passages)), counts).to(self.device)
        return Pooled(_unit(_mean(states, mask)), _unit(parts), owner)

    def answers(self, questions: Tensor, sentences: Tensor) -> tuple[Tensor, Tensor]:
        """Return how well sentences answer questions `(q, m)`, and what none doing so is worth.

        Both are logits, the second `(1,)`.
        """
        return (
            questions @ self.answering @ sentences.T * self.scale,
            (self.no_answer * self.scale)[None],
        )

    def _states(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, list[Encoding]]:
        """Return the last states `(n, w, d)` of texts, their mask `(n, w)`, and their tokens."""
        encodings = self.tokenizer.encode_batch(list(texts))
        ids, seen = (torch.from_numpy(each).to(self.device) for each in pad(encodings, LIMIT, PAD))
        states: Tensor = self.model(input_ids=ids, attention_mask=seen).last_hidden_state
        return states, seen.bool(), encodings


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
