"""A published generation → the same on a server, current there once it is whole.

It is written beside the others, loaded, counted, and only then does the alias name it: whoever asks
meanwhile asks the one before. The last three are kept. One may push to a server at a time. Knows
nothing about questions.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from index.errors import NothingToRollBack, StoreDamaged, StoreEmpty
from index.generations import KEPT, Generation
from index.lexicon import load_lexicon, terms_of
from index.remote.catalogue import Catalogue, Entry, written_briefing
from index.remote.fetched import piece_key
from index.remote.milvus import Milvus
from index.remote.rows import Row, packed, weights
from index.remote.store import CARD, LAYOUT, Card
from index.schema import Passage
from index.terms import Terms, numbered

# (stage, done, total): how many passages are on the server.
Progress = Callable[[str, int, int], None]

_PIECE = 16_000  # letters of a piece of a long text: at most four bytes each
_BLOCK = 256  # passages that are sent together


def push(generation: Generation, server: Milvus, progress: Progress) -> str:
    """Make a generation the current one of a server; return its id.

    One that is there already, whole, is only made current. Raises `StoreFailed`, and `StoreDamaged`
    if the server does not hold what was sent; then it goes on with the one before.
    """
    identity = generation.manifest.id
    _sweep(server)
    if identity not in server.generations():
        _write(generation, server, progress)
    server.make_current(identity)
    _sweep(server)
    return identity


def roll_back(server: Milvus) -> str:
    """Make the generation before the current one of a server current again; return its id.

    Raises `NothingToRollBack`, `StoreEmpty`, `StoreFailed`.
    """
    kept = _kept(server)
    if not kept:
        raise StoreEmpty(server.url)
    if len(kept) < 2:
        raise NothingToRollBack(server.url)
    server.make_current(kept[1])
    return kept[1]


def _kept(server: Milvus) -> list[str]:
    """Return the current generation and those before it, newest first.

    Ids begin with a time, so what comes after the current one was rolled back, and what has no card
    was never whole.
    """
    try:
        now = server.current()
    except StoreEmpty:
        return []
    older = (each for each in server.generations() if each <= now)
    return list(itertools.islice((g for g in older if server.newest_text(g, CARD)), KEPT))


def _sweep(server: Milvus) -> None:
    kept = _kept(server)
    for identity in server.generations():
        if identity not in kept:
            server.drop(identity)


def _write(generation: Generation, server: Milvus, progress: Progress) -> None:
    identity, manifest = generation.manifest.id, generation.manifest
    total = manifest.counts["passages"]
    server.create(identity, manifest.dim)
    frequencies: Counter[int] = Counter()
    entries: dict[str, Entry] = {}  # by the source's id, in the order of their numbers
    summaries = {each.id: each for each in generation.archive.sources()}

    def number(source: str, first: int) -> int:
        if source not in entries:
            briefing = generation.archive.briefing(source)
            assert briefing is not None
            texts = _pieces(f"source{len(entries)}", written_briefing(briefing))
            server.put(identity, texts)
            its = summaries[source]
            counts = (first, its.passages, its.sections, len(texts))
            entries[source] = Entry(briefing.source, *counts)
        return len(entries) - 1  # the rows of a source follow each other

    for block in _batched(enumerate(_rows(generation))):
        frequencies.update(place for _, row in block for place in row.weights)
        rows = [packed(n, number(row.passage.source.id, n), row) for n, row in block]
        server.insert(identity, rows)
        progress("push", block[-1][0] + 1, total)
    for source in summaries:  # one without a passage can be read, too
        number(source, total)
    server.put(identity, {str(place): str(count) for place, count in frequencies.items()})
    catalogue = _pieces("catalogue", Catalogue(list(entries.values())).written())
    server.put(identity, catalogue)
    texts = sum(entry.pieces for entry in entries.values()) + len(frequencies) + len(catalogue)
    found = server.finish(identity)
    if found != (total, texts):
        raise StoreDamaged(server.url, [f"{found} rows and texts instead of {(total, texts)}"])
    card = Card(
        layout=LAYOUT,
        manifest=dataclasses.replace(manifest, sources={}, files={}),
        pieces=len(catalogue),
        body_terms=generation.body_terms.total,
        heading_terms=generation.heading_terms.total,
    )
    server.put(identity, {CARD: json.dumps(dataclasses.asdict(card), ensure_ascii=False)})


def _rows(generation: Generation) -> Iterator[Row]:
    """Yield every row with all that was measured when it was built."""
    named = list(map(_named, generation.archive.all_passages()))
    first, total = generation.vectors.first, max(len(named), 1)
    means = {
        "text": generation.body_terms.total / total,
        "heading": generation.heading_terms.total / total,
        "entities": sum(map(len, named)) / total,
    }
    for n, passage in enumerate(generation.archive.all_passages()):
        places = range(int(first[n]), int(first[n + 1]))
        sentences = tuple(generation.terms.between(place, place + 1) for place in places)
        terms = {
            "text": np.concatenate(sentences),
            "heading": generation.headings.between(n, n + 1),
            "entities": named[n],
        }
        sparse: dict[int, float] = {}
        for field, its in terms.items():
            sparse |= weights(field, its, means[field])
        yield Row(
            passage=passage,
            vector=generation.vectors.of(np.array([n]))[0],
            sentences=generation.vectors.sentences_of(n, n + 1).astype(np.float32),
            terms=sentences,
            heading=terms["heading"],
            weights=sparse,
        )


def _named(passage: Passage) -> Terms:
    """Return the terms of what a passage names: a generation keeps them only as words."""
    found = load_lexicon().entities(f"{passage.heading}. {passage.text}")
    return numbered(list(itertools.chain(*map(terms_of, found))))


def _pieces(name: str, text: str) -> dict[str, str]:
    starts = range(0, max(len(text), 1), _PIECE)
    return {piece_key(name, n): text[start : start + _PIECE] for n, start in enumerate(starts)}


def _batched(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    while block := list(itertools.islice(rows, _BLOCK)):
        yield block
