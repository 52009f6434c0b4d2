"""`python -m bench plot scale.json growth.svg`: draw how costs grow, from what `bench scale` wrote.

Both axes are logarithmic, so a straight line is a power law; its exponent stands beside its name.
Measures nothing.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.results import exponent

# Panels: title, and the costs drawn there with how they are called.
PANELS = (
    (
        "CPU time of a question (p50), ms",
        {
            "its CPU time, ms, p50": "all of it",
            "encoder, p50": "encoder",
            "words (tantivy), p50": "words (tantivy)",
            "nearest (FAISS), p50": "nearest (FAISS)",
            "measuring (NumPy), p50": "measuring (NumPy)",
        },
    ),
    (
        "What an index takes",
        {
            "files mapped, MB": "files mapped, MB",
            "own memory for the index, MB": "own memory, MB",
            "on disk, bytes a passage": "disk, bytes a passage",
            "one more briefing, s": "one more briefing, s",
        },
    ),
)
COLOURS = ("#1d4ed8", "#b45309", "#15803d", "#be185d", "#6d28d9")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 300, 48, 180, 34, 34


class Line(NamedTuple):
    """One cost: its name, and its values at the sizes."""

    name: str
    values: Sequence[float]


def draw(sizes: Sequence[float], costs: Sequence[Mapping[str, float]]) -> str:
    """Return the SVG; `costs` are those of `bench scale`, one mapping for each size."""
    panels = [
        panel(title, sizes, [Line(name, [c[key] for c in costs]) for key, name in lines.items()])
        for title, lines in PANELS
    ]
    placed = [f'<g transform="translate({n * WIDTH} 0)">{p}</g>' for n, p in enumerate(panels)]
    box = f"0 0 {WIDTH * len(panels)} {HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="sans-serif"'
        f' font-size="11"><rect width="100%" height="100%" fill="#fff"/>{"".join(placed)}</svg>\n'
    )


def panel(title: str, sizes: Sequence[float], lines: Sequence[Line]) -> str:
    """Return one plot with its axes."""
    values = [value for line in lines for value in line.values]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(size: float) -> float:
        share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - math.log10(value)) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(
            f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>'
        )
    for size in sizes:
        parts.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{size:,.0f}</text>'
        )
    ends = _apart([y(line.values[-1]) for line in lines])
    for colour, line, end in zip(COLOURS, lines, ends, strict=False):
        points = [f"{x(s):.1f},{y(v):.1f}" for s, v in zip(sizes, line.values, strict=True)]
        power_law = exponent(sizes, line.values)
        grows = "" if power_law is None else f"  n^{power_law:.2f}"
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"'
            ' stroke-width="2"/>'
            f'<text x="{WIDTH - RIGHT + 8}" y="{end + 4:.1f}" fill="{colour}">{line.name}{grows}'
            "</text>"
        )
    return "".join(parts)


def _apart(places: Sequence[float], least: float = 14) -> list[float]:
    """Move labels down where they would lie over one another."""
    moved = dict(enumerate(places))
    below = -math.inf
    for n in sorted(moved, key=lambda n: moved[n]):
        moved[n] = below = max(moved[n], below + least)
    return [moved[n] for n in range(len(places))]


def main(argv: Sequence[str] | None = None) -> None:
    """Draw one file."""
    parser = argparse.ArgumentParser(prog="python -m bench plot", description=__doc__)
    parser.add_argument("json", type=Path, help="what `bench scale --json` wrote")
    parser.add_argument("svg", type=Path)
    args = parser.parse_args(argv)
    told = json.loads(args.json.read_text(encoding="utf-8"))
    sizes = [each["serve"]["passages"] for each in told["measured"]]
    args.svg.write_text(draw(sizes, told["costs"]), encoding="utf-8")
