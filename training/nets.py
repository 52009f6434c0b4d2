"""Fit the small nets of `qa.weights`: a choice among alternatives, or yes or no.

Several nets from different seeds are put side by side into one, which is steadier than any of them
and still one hidden layer. Knows nothing about what the features mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qa.weights import Net

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_EPOCHS = 40
_BATCH = 64
_NEVER = -1e4  # the score of what fills up a row


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One question's sentences `(m, f)`: the passage of each, and which of them are right."""

    features: Floats
    places: NDArray[np.int64]  # (m,), from 0
    right: Flags  # (m,)
    right_passage: Flags  # (m,): of the sentences whose passage holds the answer


def fit_choice(choices: Sequence[Choice], units: int, seeds: int) -> Net:
    """Fit scores so that a softmax over all sentences of a question picks the right one.

    The loss counts the right sentence and the right passage alike: the latter by the probability of
    its sentences together.
    """
    usable = [c for c in choices if c.right.any()]
    mean, scale = _scaling(np.concatenate([c.features for c in usable]))
    longest = max(len(c.right) for c in usable)
    x = torch.zeros(len(usable), longest, len(mean))
    there, right, passage = (torch.zeros(len(usable), longest, dtype=torch.bool) for _ in range(3))
    for i, choice in enumerate(usable):
        size = len(choice.right)
        x[i, :size] = torch.from_numpy(_scaled(choice.features, mean, scale))
        there[i, :size] = True
        right[i, :size] = torch.from_numpy(choice.right)
        passage[i, :size] = torch.from_numpy(choice.right_passage)

    def loss(net: nn.Module, rows: Tensor) -> Tensor:
        scores = net(x[rows]).squeeze(-1).masked_fill(~there[rows], _NEVER)
        total = torch.logsumexp(scores, 1)
        won = torch.logsumexp(scores.masked_fill(~right[rows], _NEVER), 1)
        near = torch.logsumexp(scores.masked_fill(~passage[rows], _NEVER), 1)
        return (2 * total - won - near).mean()

    return _fit(loss, len(usable), mean, scale, units, seeds)


def fit_chance(features: Floats, right: Flags, weight: Floats, units: int, seeds: int) -> Net:
    """Fit scores `(n, f)` → `(n,)` whose logistic function is the chance of `right`."""
    mean, scale = _scaling(features)
    x = torch.from_numpy(_scaled(features, mean, scale))
    y, w = torch.from_numpy(right).float(), torch.from_numpy(weight).float()

    def loss(net: nn.Module, rows: Tensor) -> Tensor:
        scores = net(x[rows]).squeeze(-1)
        return nn.functional.binary_cross_entropy_with_logits(scores, y[rows], w[rows])

    return _fit(loss, len(right), mean, scale, units, seeds)


def _scaling(rows: Floats) -> tuple[Floats, Floats]:
    return rows.mean(axis=0), rows.std(axis=0) + 1e-6


def _scaled(rows: Floats, mean: Floats, scale: Floats) -> NDArray[np.float32]:
    return np.clip((rows - mean) / scale, -4.0, 4.0).astype(np.float32)


def _fit(
    loss: Callable[[nn.Module, Tensor], Tensor],
    count: int,
    mean: Floats,
    scale: Floats,
    units: int,
    seeds: int,
) -> Net:
    nets = [_trained(loss, count, len(mean), units, seed) for seed in range(seeds)]
    hidden, bias, out, base = (
        [getattr(net[layer], name).detach().double().numpy() for net in nets]
        for layer, name in ((0, "weight"), (0, "bias"), (2, "weight"), (2, "bias"))
    )
    return Net(
        mean=mean,
        scale=scale,
        hidden=np.concatenate(hidden).T,
        bias=np.concatenate(bias),
        out=np.concatenate(out, axis=1)[0] / seeds,
        base=float(np.mean(base)),
    )


def _trained(
    loss: Callable[[nn.Module, Tensor], Tensor], count: int, features: int, units: int, seed: int
) -> nn.Sequential:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(features, units), nn.Tanh(), nn.Linear(units, 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _EPOCHS)
    for _ in range(_EPOCHS):
        for rows in torch.split(torch.randperm(count), _BATCH):
            optimizer.zero_grad()
            torch.autograd.backward(loss(net, rows))
            optimizer.step()
        schedule.step()
    return net
