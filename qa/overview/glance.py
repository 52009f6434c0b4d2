"""A briefing at a glance: its segments, each with the one sentence that tells most of it.

The sentence is quoted as it stands. Knows nothing about questions or screens.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from index.generations import Generation
from index.schema import Passage, Span
from qa.answer import Citation

# Added to a sentence's cosine with its segment; by reading what is chosen in bench/train.
_HEADING = 0.3  # for all of the heading's terms
_FIGURE = 0.05
_UNCLEAR = -0.3
_LATER = -0.03  # for each sentence before it: news begins with what is new

_DIGIT = re.compile(r"\d")
# What needs the sentence before it, or only hands over to the next one.
_POINTS_BACK = re.compile(
    r"(이|그|여기)(는|가|를|에|로|와|도|들|것|때|런|러|중|번|같은|처럼|서)?[ ,]"
    r"|(이|그)(들|것|곳|에 따라|로써|로 인해)|(두|세|양) ?(회사|기업|나라|사람|측)"
    r"|(하지만|그러나|그런데|그래도|다만|반면|또|또한|한편|앞서|특히|게다가|반대로|정작|문제는)[ ,]"
)
_SHORT, _LONG = 20, 120  # letters


def glance(source_id: str, generation: Generation) -> list[Citation]:
    """Return one quoted sentence for each segment of a briefing, in reading order.

    Segments without a sentence are left out, as is everything of a briefing that is not indexed.
    """
    rows = generation.archive.rows_of("", source_id)
    segments: dict[int, list[tuple[int, Passage]]] = {}
    for row, passage in zip(rows.tolist(), generation.archive.passages(rows.tolist()), strict=True):
        segments.setdefault(passage.section, []).append((row, passage))
    return [
        telling([row for row, _ in parts], [passage for _, passage in parts], generation)
        for _, parts in sorted(segments.items())
    ]


def telling(
    rows: Sequence[int],
    passages: Sequence[Passage],
    generation: Generation,
    among: Collection[Span] | None = None,
) -> Citation:
    """Quote the sentence that tells most of a segment, which these passages at these rows are.

    `among` keeps to some of its sentences. Raises `ValueError` if there is none.
    """
    whole = generation.vectors.of(np.array(rows)).mean(axis=0)
    scored: list[tuple[float, Citation]] = []
    for row, passage in zip(rows, passages, strict=True):
        alone = np.array([row])
        near = generation.vectors.sentence_scores(whole, alone)
        heading = np.unique(generation.headings.between(row, row + 1))
        held = generation.body_terms.matches(heading, alone).sum(axis=1) / max(len(heading), 1)
        for number, span in enumerate(passage.sentences):
            if among is None or span in among:
                quote = Citation(passage, passage.quote(span), span)
                score = float(near[number]) + _HEADING * float(held[number]) + _LATER * number
                scored.append((score + _clear(quote.quote), quote))
    return max(scored, key=lambda each: each[0])[1]


def _clear(quote: str) -> float:
    """Return what a sentence's own look adds to its score."""
    unclear = not _SHORT <= len(quote) <= _LONG or bool(_POINTS_BACK.match(quote))
    return _FIGURE * bool(_DIGIT.search(quote)) + _UNCLEAR * unclear
