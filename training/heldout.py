"""How well an encoder finds segments and sentences, by the kind of question.

Everything is by the vectors alone, without BM25, lexicon or ranker: what training can move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch

from training.data import Example
from training.encoder import Trained

# segment@k: rank of the right segment's vector; sentence@k: of the sentence among all sentences;
# within@k: among those of the right segment.
MEASURES = (
    "segment@1",
    "segment@3",
    "segment@5",
    "sentence@1",
    "sentence@3",
    "within@1",
    "within@3",
)
CHOSEN_BY = ("segment@1", "segment@3", "sentence@1", "sentence@3", "within@1", "within@3")
Report = dict[str, dict[str, float]]


@torch.no_grad()
def measure(encoder: Trained, examples: Sequence[Example]) -> Report:
    """Ask every question of `examples` among all their passages; kind → measure → share right.

    "told apart" is how often the best answer to a question with one scores above the best to a
    question without (the area under the ROC curve).
    """
    encoder.eval()
    ordered = sorted(range(len(examples)), key=lambda n: examples[n].tokens)
    examples = [examples[n] for n in ordered]
    passages, sentences, first = [], [], [0]
    for start in range(0, len(examples), 8):
        pooled = encoder.passages([e.passage for e in examples[start : start + 8]])
        passages.append(pooled.passages)
        sentences.append(pooled.sentences)
    for example in examples:
        first.append(first[-1] + len(example.passage.sentences))
    segments = torch.tensor(_segments(examples)).to(encoder.device)
    asked = [(n, q) for n, e in enumerate(examples) for q in e.questions]
    asked.sort(key=lambda each: len(each[1].text))
    vectors = torch.cat(
        [
            encoder.questions([q.text for _, q in asked[start : start + 32]])
            for start in range(0, len(asked), 32)
        ]
    )
    by_passage = vectors @ torch.cat(passages).T  # (questions, passages)
    by_sentence = vectors @ torch.cat(sentences).T  # (questions, sentences)
    # A section that was cut into windows is as near as its nearest window.
    lowest = torch.full((len(asked), int(segments.max()) + 1), -1.0).to(encoder.device)
    by_segment = lowest.scatter_reduce(1, segments.expand(len(asked), -1), by_passage, "amax")
    hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row, (number, question) in enumerate(asked):
        gold = first[number] + question.sentence
        own = by_sentence[row, first[number] : first[number + 1]]
        ranks = {
            "segment": _rank(by_segment[row], int(segments[number])),
            "sentence": _rank(by_sentence[row], gold),
            "within": _rank(own, question.sentence),
        }
        for measure_name in MEASURES:
            what, most = measure_name.split("@")
            for kind in (question.kind, "all"):
                hits[kind][measure_name].append(ranks[what] < int(most))
    report = {
        kind: {
            "questions": len(found["segment@1"]),
            **{name: round(sum(found[name]) / len(found[name]), 4) for name in MEASURES},
        }
        for kind, found in sorted(hits.items())
    }
    never = [miss.text for e in examples for miss in e.misses if not miss.answered_by]
    missed = encoder.questions(list(dict.fromkeys(never)))
    ours, theirs = (encoder.answers(q, torch.cat(sentences))[0].amax(1) for q in (vectors, missed))
    report["all"]["told apart"] = round(float((ours[:, None] > theirs).float().mean()), 4)
    return report


def score(report: Report) -> float:
    """Return the one figure by which averages are chosen: segments and sentences count alike."""
    return sum(report["all"][name] for name in CHOSEN_BY) / len(CHOSEN_BY)


def table(report: Report) -> str:
    """Lay a report out for the log."""
    lines = [f"{'':>12} {'n':>4} " + " ".join(f"{name:>10}" for name in MEASURES)]
    for kind, row in report.items():
        figures = " ".join(f"{row[name]:>10.3f}" for name in MEASURES)
        lines.append(f"{kind:>12} {row['questions']:>4.0f} {figures}")
    lines.append(f"told apart {report['all']['told apart']}")
    return "\n".join(lines)


def _segments(examples: Sequence[Example]) -> list[int]:
    """Give each passage the number of the section that it was cut from."""
    numbers: dict[tuple[str, str, int], int] = {}
    return [
        numbers.setdefault((e.group, e.passage.source.id, e.passage.section), len(numbers))
        for e in examples
    ]


def _rank(scores: torch.Tensor, gold: int) -> int:
    return int((scores > scores[gold]).sum())
