"""How near an encoder puts things here: what its cosines mean in this index.

One encoder puts a question at .7 to what it asks for and at .1 to anything else, another at .92 and
.79; what is fitted to cosines of the one can't read those of the other. So they are told on a scale
from 0, foreign questions, to 1, passages asked for by their own headings, which is measured at
every build. Knows nothing about what is done with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

# What no briefing is asked, and none answers.
_FOREIGN = (
    "김치찌개는 어떻게 끓여?",
    "내일 소풍 갈 때 뭐 입을까?",
    "파이썬으로 정렬하는 코드 짜줘",
    "우리 집 고양이가 밥을 안 먹어",
    "기타 코드 쉽게 잡는 법",
    "무릎이 아플 때 하는 운동은?",
    "삼각형의 넓이 공식은?",
    "이 시를 영어로 번역해 줘",
    "화분에 물은 며칠마다 줘?",
    "심심한데 농담 하나 해줘",
    "꿈에 뱀이 나오면 무슨 뜻이야?",
    "자전거 체인이 빠졌을 때 어떻게 해?",
    "How do I bake sourdough bread?",
    "What is the plot of Hamlet?",
)
# Passages that are asked for: with as many others, the mean of the own is still within .01.
SAMPLE = 64
_LEAST = 0.05  # between 0 and 1: an encoder that tells nothing apart is not taken at its word


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """Mean cosines: of headings with their `own` passages, and of foreign questions with any."""

    own: float
    foreign: float

    def of(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Tell cosines on this scale: 0 where `foreign` lies, 1 where `own` does."""
        width = max(self.own - self.foreign, _LEAST)
        return np.asarray((cosines.astype(np.float64) - self.foreign) / width)


def measure(
    encode: Callable[[str], NDArray[np.float32]],
    headings: Sequence[str],
    passages: NDArray[np.float32],
) -> Scale:
    """Measure by questions `encode`d to `(d,)`, and passages `(n, d)` with their headings."""
    if not len(passages):
        return Scale(1.0, 0.0)
    own = np.stack([encode(heading) for heading in headings])
    foreign = np.stack([encode(question) for question in _FOREIGN])
    means = float((own * passages).sum(axis=1).mean()), float((foreign @ passages.T).mean())
    return Scale(round(means[0], 4), round(means[1], 4))
