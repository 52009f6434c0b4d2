"""Questions, and passages that search finds for them but that miss them: what to tell apart.

`index` and `qa` find them, with the encoder that ships. Knows nothing about training.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

from index.build import build
from index.embed import Embedder
from index.generations import Generation, current
from qa.evaluate import read_judged
from qa.scores import UNANSWERABLE
from qa.weights import load_weights
from training.asked import Asked, look
from training.data import Miss

_NEAR = 2  # passages for each question


def read_misses(folder: Path, embedder: Embedder) -> dict[str, list[Miss]]:
    """Return the questions of a folder by the ids of the passages that are nearest, and miss them.

    Those that another passage answers are among them, so that what is learnt is to read the
    passage, and not how questions without an answer are put.
    """
    rows = read_judged(folder / "questions.jsonl")
    misses: dict[str, list[Miss]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as index:
        build(folder / "briefings", Path(index), embedder)
        asked = Asked(Generation(current(Path(index))), embedder, rows, 0)
        for each in look(asked, load_weights()):
            found = [each.ranking.sentences[at].passage for at in each.ranking.order.tolist()]
            passages = list({p.id: p for p in found}.values())
            gold = next((p.id for p in passages if each.gold(p)), "")
            if not gold and each.row["kind"] != UNANSWERABLE:
                continue  # answered by what search has not found: it may be anywhere
            for near in [p.id for p in passages if p.id != gold][:_NEAR]:
                misses[near].append(Miss(each.row["question"], gold))
    return misses
