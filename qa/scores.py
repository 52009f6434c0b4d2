"""How well an index answered: scores by kind of question, refusing, calibration, time, as text.

`bench/README.md` says how the scores are counted. Knows nothing about how anything is asked.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence

HARD = ("paraphrase", "english", "colloquial")
UNANSWERABLE = "unanswerable"
TURN = "turn"


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """One question and how well it went; ranks count from 1, 0 for not found."""

    id: str
    kind: str
    section_rank: int
    evidence_rank: int
    holds_answer: bool
    refused: bool
    confidence: float
    took_ms: float
    floor_ms: float  # what encoding the question and one FAISS search take alone


def scores(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Return the scores of each kind, of `hard` and of `all` answerable questions.

    The turns of dialogues are kinds by themselves and in neither.
    """
    answerable = [j for j in judged if j.kind != UNANSWERABLE]
    groups = {kind: [j for j in answerable if j.kind == kind] for kind in _kinds(answerable)}
    groups["hard"] = [j for j in answerable if j.kind in HARD]
    groups["all"] = _alone(answerable)
    return {name: _scores(group) for name, group in groups.items() if group}


def _alone(judged: Sequence[Judged]) -> list[Judged]:
    return [j for j in judged if not j.kind.startswith(TURN)]


def _kinds(judged: Sequence[Judged]) -> list[str]:
    return list(dict.fromkeys(j.kind for j in judged))


def _scores(group: Sequence[Judged]) -> dict[str, float]:
    def share(hits: Sequence[bool]) -> float:
        return sum(hits) / len(hits)

    reciprocal = [1 / j.section_rank if j.section_rank else 0.0 for j in group]
    return {
        "n": len(group),
        **{f"R@{k}": share([0 < j.section_rank <= k for j in group]) for k in (1, 3, 5)},
        "MRR@10": sum(reciprocal) / len(group),
        **{f"evidence@{k}": share([0 < j.evidence_rank <= k for j in group]) for k in (1, 3)},
        "answer@1": share([j.holds_answer for j in group]),
        "refused": share([j.refused for j in group]),
    }


def abstention(judged: Sequence[Judged]) -> dict[str, float]:
    """Return precision, recall and F1 of refusing the unanswerable."""
    refused = [j for j in _alone(judged) if j.refused]
    right = sum(j.kind == UNANSWERABLE for j in refused)
    wanted = sum(j.kind == UNANSWERABLE for j in judged)
    precision = right / len(refused) if refused else 0.0
    recall = right / wanted if wanted else 0.0
    both = precision + recall
    return {
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / both if both else 0.0,
    }


def reliability(judged: Sequence[Judged]) -> list[tuple[float, int, float, float]]:
    """Return how often confidence is right: a row for each fifth of [0, 1] that has questions.

    A row is the mean confidence, the number of questions, the share of them that the index answers
    (which is what it is the probability of), and the share whose answer is among the quotes.
    """
    rows = []
    for fifth in range(_FIFTHS):
        there = [j for j in _alone(judged) if _fifth(j.confidence) == fifth]
        if there:
            mean = statistics.fmean(j.confidence for j in there)
            answerable = sum(j.kind != UNANSWERABLE for j in there) / len(there)
            quoted = sum(j.evidence_rank > 0 for j in there) / len(there)
            rows.append((mean, len(there), answerable, quoted))
    return rows


_FIFTHS = 5


def _fifth(confidence: float) -> int:
    return min(int(_FIFTHS * confidence), _FIFTHS - 1)


def table(judged: Sequence[Judged]) -> str:
    """Write all of it out."""
    rows = scores(judged)
    names = list(next(iter(rows.values())))
    lines = [f"{'kind':12}" + "".join(f"{name:>12}" for name in names)]
    for kind, row in rows.items():
        cells = [f"{row[n]:12.0f}" if n == "n" else f"{row[n]:12.3f}" for n in names]
        lines.append(f"{kind:12}" + "".join(cells))
    refusing = " · ".join(f"{name} {value:.3f}" for name, value in abstention(judged).items())
    lines.append(f"refusing: {refusing}")
    lines.append("confidence, questions, of which answerable, and quoted with the answer:")
    for mean, count, answerable, quoted in reliability(judged):
        lines.append(f"{mean:12.2f}{count:12}{answerable:12.2f}{quoted:12.2f}")
    ours, floor = ([getattr(j, name) for j in _alone(judged)] for name in ("took_ms", "floor_ms"))
    lines.append(f"from question to answer: {_latency(ours)}")
    lines.append(f"encoder and FAISS alone: {_latency(floor)}")
    lines.append(f"ratio of the medians: {statistics.median(ours) / statistics.median(floor):.2f}")
    return "\n".join(lines)


def table_beside(table: dict[str, dict[str, float]], ours: dict[str, dict[str, float]]) -> str:
    """Write out the share of each kind whose section others find first, and ours."""
    kinds = list(next(iter(table.values())))
    lines = ["", f"{'R@1':30}" + "".join(f"{kind:>12}" for kind in kinds)]
    rows = {**table, "this": {kind: ours[kind]["R@1"] for kind in kinds}}
    for name, row in rows.items():
        lines.append(f"{name:30}" + "".join(f"{row[kind]:12.3f}" for kind in kinds))
    return "\n".join(lines)


def _latency(times: Sequence[float]) -> str:
    p95 = sorted(times)[int(0.95 * (len(times) - 1))]
    return f"p50 {statistics.median(times):.1f} ms · p95 {p95:.1f} ms"
