"""Examples from every source, mixed into the batches of training steps.

Knows nothing about where examples come from, and nothing about encoders.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from training.data import HARD, Example, Question, entries

# Shares of the steps. Briefings are what is asked about, and each of their passages brings three
# questions; real text keeps it from learning how these briefings are written.
SHARES = {"briefings": 0.52, "real": 0.33, "klue": 0.09, "lexicon": 0.03, "translations": 0.03}
PAIRS = ("lexicon", "translations")  # sources of single sentences: cheap, and many fit a step
# Of a passage, in one step: questions share its encoding.
_ASKED, _NEVER_ANSWERED, _ANSWERED_ELSEWHERE = 4, 2, 1


class Batch(NamedTuple):
    """The examples of one step, and which of their questions are asked: `(example, question)`.

    `missed` are questions that one of the examples is near to, and that none of them answers.
    """

    examples: Sequence[Example]
    asked: Sequence[tuple[int, Question]]
    missed: Sequence[str]


class Mixture:
    """An endless, reproducible stream of batches; `seed` alone decides it.

    A batch is of one group and of passages about as long as one another: so the others are hard
    negatives, and little is padded. `rename` may put another name into a question.
    """

    def __init__(
        self,
        sources: dict[str, list[Example]],
        size: int,
        seed: int,
        rename: Callable[[str, random.Random], str],
    ) -> None:
        self._rng = random.Random(seed)
        self._rename = rename
        self._names = list(sources)
        self._streams = {
            name: self._stream(name, found, size * 6 if name in PAIRS else size)
            for name, found in sources.items()
        }

    def __iter__(self) -> Iterator[Batch]:
        weights = [SHARES[name] for name in self._names]
        while True:
            (name,) = self._rng.choices(self._names, weights)
            yield next(self._streams[name])

    def _stream(self, name: str, examples: list[Example], size: int) -> Iterator[Batch]:
        groups: dict[str, list[Example]] = defaultdict(list)
        for example in examples:
            groups[example.group].append(example)
        while True:
            batches = []
            for members in groups.values():
                lengths = {id(e): e.tokens * self._rng.uniform(0.85, 1.2) for e in members}
                ordered = sorted(members, key=lambda e: lengths[id(e)])
                shift = self._rng.randrange(size)  # or the ends would always meet the same ones
                starts = [0, *range(shift or size, len(ordered), size)]
                ends = [*starts[1:], len(ordered)]
                batches += [ordered[a:b] for a, b in zip(starts, ends, strict=True)]
            self._rng.shuffle(batches)
            for members in batches:
                asked = [(n, q) for n, e in enumerate(members) for q in self._ask(e)]
                missed = [text for e in members for text in self._miss(e, members)]
                if len(members) > 1 and len(asked) > 1:
                    yield Batch(members, asked, missed)

    def _ask(self, example: Example) -> list[Question]:
        """Choose some questions of a passage, hard ones first."""
        most = 1 if example.group.startswith(PAIRS) else _ASKED
        # Weighted choice without repetition: exponential keys, the smallest first.
        ordered = sorted(
            example.questions, key=lambda q: self._rng.expovariate(2.0 if q.kind in HARD else 1.0)
        )
        return [
            q if q.kind == "lexicon" else q._replace(text=self._rename(q.text, self._rng))
            for q in ordered[:most]
        ]

    def _miss(self, example: Example, members: Sequence[Example]) -> list[str]:
        """Choose some questions that a passage misses, and none of the others here answers."""
        here = {member.passage.id for member in members}
        never = [miss.text for miss in example.misses if not miss.answered_by]
        elsewhere = [m.text for m in example.misses if m.answered_by and m.answered_by not in here]
        return [
            text
            for texts, most in ((never, _NEVER_ANSWERED), (elsewhere, _ANSWERED_ELSEWHERE))
            for text in self._rng.sample(texts, min(most, len(texts)))
        ]


class Renamer:
    """Puts what a thing is, or another of its names, where a question names it.

    '엔비디아는 얼마를…' becomes 'AI 칩 회사는 얼마를…': the same gold, asked harder. Particles
    follow the new last letter.
    """

    SHARE = 0.25

    def __init__(self, lexicon: Path) -> None:
        # Names of one letter, and those that mean two things, are not safe to replace.
        self._others = {
            entry["name"]: [*entry["desc"], *entry["aliases"][:3]]
            for entry in entries(lexicon)
            if len(entry["name"]) > 1 and not entry.get("ambiguous") and entry["desc"]
        }

    def __call__(self, question: str, rng: random.Random) -> str:
        """Return the question, or in `SHARE` of the cases, where it can be, the renamed one."""
        if rng.random() > self.SHARE:
            return question
        words = question.split(" ")
        for place in rng.sample(range(len(words)), len(words)):
            for length in range(len(words[place]), 1, -1):
                name, rest = words[place][:length], words[place][length:]
                if name in self._others and (not rest or rest in _PARTICLES):
                    other = rng.choice(self._others[name])
                    words[place] = other + _particle(other, rest)
                    return " ".join(words)
        return question


# Particle → (after a consonant, after a vowel); those that never change are their own.
_PARTICLES = {
    form: pair
    for pair in [
        ("은", "는"),
        ("이", "가"),
        ("을", "를"),
        ("과", "와"),
        ("으로", "로"),
        ("이랑", "랑"),
    ]
    for form in pair
} | {
    same: (same, same) for same in ("의", "에", "에서", "도", "만", "에게", "한테", "보다", "까지")
}


def _particle(word: str, particle: str) -> str:
    if not particle:
        return ""
    closed = "가" <= word[-1] <= "힣" and (ord(word[-1]) - ord("가")) % 28 != 0
    return _PARTICLES[particle][0 if closed else 1]
