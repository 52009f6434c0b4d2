"""Rounds of measurements → medians, ratios and Markdown tables. Measures nothing itself."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Collection, Mapping, Sequence

import numpy as np

COSTS = {
    "p50": "p50, ms",
    "p95": "p95, ms",
    "build": "build, s",
    "ready": "ready, s",
    "mb": "memory, MB",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """What one fresh process of a system took: milliseconds a question, seconds, megabytes."""

    p50: float
    p95: float
    build: float
    ready: float
    mb: float


@dataclasses.dataclass(slots=True)
class Result:
    """A system with a set-up: its rounds by their number, or why there are none."""

    name: str
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    rounds: dict[int, Round] = dataclasses.field(default_factory=dict)
    quality: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)
    error: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Ratio:
    """A cost beside ours: the median over rounds, and the least and most of a round."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least of the values that so large a share does not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def median(result: Result, cost: str) -> float:
    """Return the median of a cost over a result's rounds."""
    return statistics.median(float(getattr(each, cost)) for each in result.rounds.values())


def ratio(result: Result, ours: Result, cost: str) -> Ratio | None:
    """Compare a cost with ours round by round; None where no round has both."""
    both = result.rounds.keys() & ours.rounds.keys()
    found = [getattr(result.rounds[n], cost) / getattr(ours.rounds[n], cost) for n in both]
    return Ratio(statistics.median(found), min(found), max(found)) if found else None


def quality(
    found: Sequence[Sequence[int]], right: Sequence[Collection[int]], kinds: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return the share of questions of each kind, and of all, found first and among the first five.

    `right` are the rows that answer each question; those that none answers do not count.
    """
    ranks: dict[str, list[float]] = {}
    for rows, wanted, kind in zip(found, right, kinds, strict=True):
        if wanted:
            rank = next((n for n, row in enumerate(rows, start=1) if row in wanted), math.inf)
            ranks.setdefault(kind, []).append(rank)
    ranks["all"] = [rank for each in ranks.values() for rank in each]
    return {
        kind: {"n": len(each)} | {f"R@{k}": sum(r <= k for r in each) / len(each) for k in (1, 5)}
        for kind, each in ranks.items()
        if each
    }


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float | None:
    """Return k of the power law cost = a × size^k that fits best; None for less than two sizes."""
    if len(sizes) < 2 or min(costs) <= 0:
        return None
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def cost_table(results: Sequence[Result], ours: Result) -> str:
    """Return a row for each system: medians, and beside each its ratio to ours with its range."""
    rows = [["", *(column for title in COSTS.values() for column in (title, "× ours"))]]
    for result in results:
        row = [result.name]
        for cost in COSTS:
            if not result.rounds:
                row += ["failed", ""]
                continue
            beside = None if result is ours else ratio(result, ours, cost)
            row += [_short(median(result, cost)), "" if beside is None else str(beside)]
        rows.append(row)
    return _markdown(rows)


def quality_table(results: Sequence[Result], ours: Result) -> str:
    """Return a row for each system: R@1 / R@5 by kind, in the order of our kinds."""
    kinds = list(ours.quality)
    titles = [f"{kind} ({ours.quality[kind]['n']:.0f})" for kind in kinds]
    rows = [["R@1 / R@5", *titles]]
    for result in results:
        cells = [_found(result.quality.get(kind)) for kind in kinds]
        rows.append([result.name, *cells])
    return _markdown(rows)


def failures(results: Sequence[Result]) -> str:
    """Return a line for each system that failed, with its reason; "" if none did."""
    return "\n".join(f"- {each.name} failed: {each.error}" for each in results if each.error)


def floor_table(floors: Sequence[Result], ours: Result) -> str:
    """Return a row for each floor: what of ours is spent in it."""
    rows = [["floor", "p50, ms", "of ours", "over all passages, s", "of ours"]]
    for each in floors:
        if not each.rounds:
            rows.append([each.name, "failed", "", "", ""])
            continue
        row = [each.name]
        for cost in ("p50", "build"):
            share = ratio(each, ours, cost)
            row += [_short(median(each, cost)), "" if share is None else str(share)]
        rows.append(row)
    return _markdown(rows)


def _found(scores: Mapping[str, float] | None) -> str:
    return "failed" if scores is None else f"{scores['R@1']:.3f} / {scores['R@5']:.3f}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    first, *others = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([first, "| " + " | ".join(["---"] * len(rows[0])) + " |", *others])
