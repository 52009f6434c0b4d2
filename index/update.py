"""One update of an index: read what changed, cut it, embed the passages, write a new generation.

What did not change is taken over, and what was embedded before is not embedded again. Knows nothing
about who asked for it, locks and questions.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.embed import Embedder
from index.errors import SourceError
from index.generations import Generation, NewGeneration, new_generation
from index.lexicon import load_lexicon, terms_of
from index.mirror import Changes, differ
from index.nearest import Floats
from index.passages import content_id, cut, words_id
from index.read import SUFFIXES, read_briefing
from index.reports import Summary
from index.reuse import Journal, Reusing
from index.scale import SAMPLE, Scale, measure
from index.schema import Briefing, Passage
from index.text import tokens_of
from index.vectors import Vectors

# (stage, done, total): "read" counts files, "embed" passages. What it raises ends the build.
Progress = Callable[[str, int, int], None]
# (before, after, embedder): called when a generation is complete, but not yet the current one.
# What it raises ends the build.
Approve = Callable[[Generation | None, Generation, Embedder], None]

# Questions by which it is measured whether search finds what is near.
_ASKED = 200

# Passages that are embedded together: enough to sort by length, few enough to stop soon.
_BLOCK = 256


@dataclasses.dataclass
class Update:
    """One update of an index: `old` is what was there, `base` the same if it can be built upon.

    With `renew`, passages are put into lists anew where that is due.
    """

    index: Path
    bare: Embedder
    _: dataclasses.KW_ONLY
    old: Generation | None
    base: Generation | None
    renew: bool
    started: float
    progress: Progress | None = None
    approve: Approve | None = None

    def __post_init__(self) -> None:
        self.report = self.progress or _silent
        self.journal = Journal(self.index, self.bare.id)
        self.embedder = Reusing(self.bare, self.old, self.journal)

    def publish(self, changes: Changes, place: Path) -> Summary:
        """Write and publish a generation, unless nothing changed; `place` is blamed for nothing."""
        kept = set(self.base.manifest.sources) - changes.gone if self.base else set()
        changed = changes.read or changes.gone or self.base is None
        if self.base is not None and not changed and not self._due(self.base):
            self.journal.clear()
            return self._summary(self.base, changes.refused)
        with new_generation(self.index, self.embedder.dim, self.base, changes.gone) as new:
            unread = self._read(changes.read, new)
            refused = [*changes.refused, *unread]
            if changed and len(unread) == len(changes.read):
                if not kept:
                    raise nothing_readable(place, refused)
                if self.base is not None and not changes.gone:
                    self.journal.clear()
                    return self._summary(self.base, refused)
            archive = self._embed(new)
            questions = functools.partial(self._questions, archive) if self.renew else None
            scale = self._scale(archive, new.close_vectors(questions))
            now = new.close(self.embedder.id, self.embedder.dim, scale)
            archive.close()
            if self.approve is not None:
                self.approve(self.old, now, self.bare)
            new.publish()
        self.journal.clear()
        return self._summary(now, refused)

    def _due(self, base: Generation) -> bool:
        return self.renew and base.chunks.is_due()

    def _read(self, files: Sequence[tuple[Path, Path]], new: NewGeneration) -> list[SourceError]:
        refused: list[SourceError] = []
        for done, (path, root) in enumerate(files):
            self.report("read", done, len(files))
            try:
                briefing = read_briefing(path, root)
                _add(
                    briefing,
                    cut(briefing, self.embedder.max_tokens, self.embedder.count_tokens),
                    new,
                )
            except SourceError as error:
                refused.append(error)
        self.report("read", len(files), len(files))
        return refused

    def _questions(self, archive: Archive) -> Floats:
        """Ask for some passages by their headings, as a reader might."""
        chance = np.random.default_rng(1)
        rows = chance.integers(len(archive.serials), size=_ASKED)
        return np.stack([self.embedder.encode_query(text) for text in _headings(archive, rows)])

    def _scale(self, archive: Archive, vectors: Vectors) -> Scale:
        if self.base is not None and not self.renew:
            return self.base.manifest.scale
        count = len(archive.serials)
        rows = np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.int64)
        headings = _headings(archive, rows)
        return measure(self.embedder.encode_query, headings, vectors.of(rows))

    def _embed(self, new: NewGeneration) -> Archive:
        archive = new.close_texts()
        first = len(archive.serials) - new.added
        done = 0
        self.report("embed", done, new.added)
        for block in _batched(archive.all_passages(first), _BLOCK):
            vectors, sentences = self.embedder.encode_passages(block)
            new.chunks.add_vectors(vectors, sentences, [len(p.sentences) for p in block])
            done += len(block)
            self.report("embed", done, new.added)
        return archive

    def _summary(self, now: Generation, refused: Sequence[SourceError]) -> Summary:
        counts = now.manifest.counts
        return Summary(
            generation=now.manifest.id,
            files=counts["sources"],
            sections=counts["sections"],
            passages=counts["passages"],
            sentences=counts["sentences"],
            seconds=time.monotonic() - self.started,
            refused=tuple(refused),
            difference=differ(self.old.manifest.sources if self.old else {}, now.manifest.sources),
            before=len(self.old.archive.serials) if self.old else 0,
            encoded=self.embedder.encoded,
            due=now.chunks.is_due(),
        )


def _headings(archive: Archive, rows: NDArray[np.int64]) -> list[str]:
    """Return the headings of some passages, or how they begin."""
    return [p.heading or p.quote(p.sentences[0]) for p in archive.passages(rows.tolist())]


def _add(briefing: Briefing, passages: Sequence[Passage], new: NewGeneration) -> None:
    # The same segment may stand in two files (a page saved twice): ids are told apart by the file.
    told_apart = [
        dataclasses.replace(p, id=content_id(p.id, p.source.id)) if new.archive.has(p.id) else p
        for p in passages
    ]
    serials = new.archive.add(briefing, told_apart, list(map(words_id, told_apart)))
    # Heading and sentences of every passage in one go: Kiwi works on them side by side.
    texts = [[p.heading, *map(p.quote, p.sentences)] for p in told_apart]
    terms = iter(tokens_of(list(itertools.chain(*texts))))
    for serial, passage, each in zip(serials, told_apart, texts, strict=True):
        heading, *sentences = itertools.islice(terms, len(each))
        heading += _other_names(passage.heading, heading)
        new.chunks.add_terms(heading, sentences)
        named = load_lexicon().entities(f"{passage.heading}. {passage.text}")
        fields = {
            "text": list(itertools.chain(*sentences)),
            "heading": heading,
            "entities": list(itertools.chain(*map(terms_of, named))),
        }
        new.lexical.add(serial, fields, passage.source.published)
    new.added += len(serials)


def _other_names(heading: str, terms: Sequence[str]) -> list[str]:
    """Return the terms of the other names of what a heading names: "소뱅" is asked for in full."""
    names = itertools.chain(*(entity.names for entity in load_lexicon().entities(heading)))
    found = itertools.chain(*tokens_of(list(names)))
    return [term for term in dict.fromkeys(found) if term not in terms]


def nothing_readable(folder: Path, refused: Sequence[SourceError]) -> SourceError:
    """Return the error that says why a folder gives no briefing."""
    if not refused:
        kinds = ", ".join(SUFFIXES)
        return SourceError(folder, "no_briefings", kinds=kinds)
    return SourceError(folder, "none_readable", count=len(refused), first=refused[0])


def _batched(items: Iterable[Passage], size: int) -> Iterator[tuple[Passage, ...]]:
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, size)):
        yield batch


def _silent(stage: str, done: int, total: int) -> None:
    pass
