"""Making the lists that `nearest` searches: when they are due, how they grow, how many to read.

Generations share lists by hard links; rows that are gone are only struck off, and rows that come
are first searched without a list. Knows nothing about what the rows mean.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import Chunked
from index.nearest import (
    KEPT,
    LISTS,
    MADE,
    Floats,
    Made,
    Nearest,
    blocks,
    faiss,
    load_kept,
    made_in,
)
from index.share import share

# Rows that are all compared in less than 5 ms, on one core.
EXACT = 16_384
# So many of the 50 nearest rows have to be found, on the average of the sampled questions.
RECALL, NEAREST = 0.99, 50
# Rows for each list from which its centre is learnt, and how often the centres are moved.
_SAMPLE, _ROUNDS = 40, 10


def take_over(old: Path, new: Path, kept_rows: NDArray[np.bool_]) -> None:
    """Share lists with another folder, without the members of rows that are not kept, `(n,)`.

    Nothing is written anew but who is kept.
    """
    if not old.is_dir():
        return
    new.mkdir()
    for path in sorted(old.iterdir()):
        if path.name != KEPT:
            share(path, new / path.name)
    kept = load_kept(old)
    of_rows = kept_rows[: int(kept.sum())]
    if of_rows.all():
        share(old / KEPT, new / KEPT)
        return
    kept[np.flatnonzero(kept)] = of_rows
    np.save(new / KEPT, kept)


def is_due(folder: Path, rows: int) -> bool:
    """Tell whether so many rows need lists, or new ones: many came or went since then."""
    if not folder.is_dir():
        return rows > EXACT
    kept = load_kept(folder)
    there = int(kept.sum())
    return rows - there > EXACT or _many_gone(kept)


def make(folder: Path, vectors: Chunked, questions: Floats) -> Made:
    """Put all rows into lists, and read as many for a question as `questions`, `(q, d)`, need.

    Lists that are there are gone on with, unless many members are gone or they have doubled: then
    the centres are found anew.
    """
    made, kept = made_in(folder), np.empty(0, np.bool_)
    if made is not None and len(vectors) <= 2 * made.trained and not _many_gone(load_kept(folder)):
        kept = load_kept(folder)
        index, trained = faiss.read_index(str(folder / LISTS)), made.trained
    else:
        index, trained = _trained(vectors), len(vectors)
    for block in blocks(vectors, int(kept.sum())):
        index.add(block)
    _write(folder, index, kept, len(vectors))
    made = Made(index.ntotal, trained, index.nlist, 8, 0.0, len(questions))
    wanted = _exactly(vectors, questions)
    while made.recall < RECALL and made.read < made.lists:
        made = dataclasses.replace(made, read=min(2 * made.read, made.lists))
        _tell(folder, made)
        made = dataclasses.replace(
            made, recall=_recall(Nearest(vectors, folder), questions, wanted)
        )
    _tell(folder, made)
    return made


def _many_gone(kept: NDArray[np.bool_]) -> bool:
    return len(kept) > EXACT and 4 * int(kept.sum()) < 3 * len(kept)


def _trained(vectors: Chunked) -> Any:  # noqa: ANN401
    count = int(4 * len(vectors) ** 0.5)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(vectors.width),
        vectors.width,
        count,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.niter, index.cp.min_points_per_centroid = _ROUNDS, 1
    rows = np.linspace(0, len(vectors) - 1, min(len(vectors), _SAMPLE * count)).astype(np.int64)
    index.train(vectors.take(rows))
    return index


def _recall(nearest: Nearest, questions: Floats, wanted: Floats) -> float:
    found = [nearest.search(question, NEAREST)[1] for question in questions]
    near = [(scores >= last - 1e-6).sum() for scores, last in zip(found, wanted, strict=True)]
    return round(float(sum(near)) / (NEAREST * len(near)), 4)


def _write(folder: Path, index: Any, kept: NDArray[np.bool_], rows: int) -> None:  # noqa: ANN401
    folder.mkdir(exist_ok=True)
    new = np.ones(rows - int(kept.sum()), np.bool_)
    # Beside and renamed: what is there has a second name in an older generation.
    np.save(folder / f".{KEPT}", np.concatenate([kept, new]))
    (folder / f".{KEPT}").replace(folder / KEPT)
    beside = folder / f".{LISTS}"
    beside.touch()  # for what it raises: FAISS would say it in C++
    try:
        faiss.write_index(index, str(beside))
    except RuntimeError as error:
        raise OSError(str(error)) from error
    beside.replace(folder / LISTS)


def _tell(folder: Path, made: Made) -> None:
    beside = folder / f".{MADE}"
    beside.write_text(json.dumps(dataclasses.asdict(made)), encoding="utf-8")
    beside.replace(folder / MADE)


def _exactly(vectors: Chunked, questions: Floats) -> Floats:
    """Return the score of the last of the nearest rows, `(q,)`, all being compared."""
    best = np.empty((len(questions), 0), np.float32)
    for block in blocks(vectors, 0):
        best = np.sort(np.concatenate([best, questions @ block.T], axis=1), axis=1)[:, -NEAREST:]
    return np.asarray(best[:, 0])
