"""The recipe: see what changed, read it, cut it, embed the passages, publish a new generation.

What did not change is taken over, and what was embedded before is not embedded again. The old
generation serves until the new one is complete. Knows nothing about questions.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.archive import Archive
from index.embed import Embedder, name_of, open_embedder
from index.errors import IndexMismatch, IndexMissing, IndexNotWritten, SourceError
from index.generations import (
    Generation,
    NewGeneration,
    new_generation,
    open_intact,
    reusable,
    roll_back,
    sweep,
)
from index.lexicon import load_lexicon, terms_of
from index.lock import only_builder
from index.manifest import has_these_words
from index.mirror import Changes, compare, differ
from index.nearest import Floats
from index.passages import content_id, cut, words_id
from index.read import SUFFIXES, read_briefing
from index.reports import Summary
from index.reuse import Journal, Reusing
from index.schema import Briefing, Passage
from index.text import tokens_of

# (stage, done, total): "read" counts files, "embed" passages. What it raises ends the build.
Progress = Callable[[str, int, int], None]
# (before, after, embedder): called when a generation is complete, but not yet the current one.
# What it raises ends the build.
Approve = Callable[[Generation | None, Generation, Embedder], None]

# Questions by which it is measured whether search finds what is near.
_ASKED = 200

# Passages that are embedded together: enough to sort by length, few enough to stop soon.
_BLOCK = 256


def build(
    folder: Path,
    index: Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    approve: Approve | None = None,
) -> Summary:
    """Make `index` hold exactly the briefings below `folder`, in a new generation.

    `embedder` is the embedded one unless another is given; the index remembers which it was. Files
    that can't be read are refused one by one and listed in the summary. Raises `SourceError` if
    none can be read, `IndexBusy`, `IndexNotWritten`, what `progress` and `approve` raise; whatever
    it raises, the old generation still serves. One that is damaged is replaced as a whole.
    """
    started = time.monotonic()
    embedder = embedder or open_embedder()
    with _builder(index):
        old = reusable(index)
        same = old and has_these_words(old.manifest) and old.manifest.embedder == embedder.id
        base = old if same else None
        update = _Update(
            index,
            embedder,
            old=old,
            base=base,
            renew=True,
            started=started,
            progress=progress,
            approve=approve,
        )
        changes = compare(folder, base.manifest.sources if base else {})
        return update.publish(changes, folder)


def add(
    files: Sequence[Path],
    index: Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    approve: Approve | None = None,
) -> Summary:
    """Add files to an index, or replace what is indexed under their names.

    `embedder` must be the one of the index, which is opened unless given. Raises `SourceError` if
    none of the files can be read, `IndexDamaged`, `IndexMismatch`, and what `build` raises.
    """
    started = time.monotonic()
    with _builder(index):
        try:
            base = open_intact(index)
        except IndexMissing:
            base = None
        update = _Update(
            index,
            _own(base, embedder),
            old=base,
            base=base,
            renew=base is None,  # else one more briefing would cost what the index holds
            started=started,
            progress=progress,
            approve=approve,
        )
        changes = _additions(files, base.manifest.sources if base else {})
        if len(changes.refused) == len(files):
            raise _nothing(files[0].parent, changes.refused)
        return update.publish(changes, files[0].parent)


def remove(
    sources: Sequence[str],
    index: Path,
    embedder: Embedder | None = None,
    approve: Approve | None = None,
) -> Summary:
    """Take briefings out of an index by their ids.

    Raises `IndexMissing`, `SourceError` if one is not there or none would be left, and what `add`
    raises.
    """
    started = time.monotonic()
    with _builder(index):
        base = open_intact(index)
        for source in sources:
            if source not in base.manifest.sources:
                raise SourceError(source, "not_indexed")
        if not set(base.manifest.sources) - set(sources):
            raise SourceError(sources[0], "nothing_left")
        update = _Update(
            index,
            _own(base, embedder),
            old=base,
            base=base,
            renew=False,
            started=started,
            approve=approve,
        )
        return update.publish(Changes((), frozenset(sources)), index)


def rollback(index: Path) -> str:
    """Go back to the generation before the current one; return its id.

    Raises `IndexBusy`, `NothingToRollBack`, and what opening that generation raises.
    """
    with _builder(index):
        return roll_back(index)


def _additions(files: Sequence[Path], indexed: Mapping[str, str]) -> Changes:
    # Read here, to know: what can't be read must not replace what could.
    read, gone, refused = [], [], []
    for path in files:
        try:
            source = read_briefing(path, path.parent).source
        except SourceError as error:
            refused.append(error)
            continue
        if indexed.get(source.id) != source.sha256:
            read.append((path, path.parent))
            gone += [source.id] if source.id in indexed else []
    return Changes(tuple(read), frozenset(gone), tuple(refused))


@contextmanager
def _builder(index: Path) -> Iterator[None]:
    try:
        with only_builder(index):
            sweep(index)  # what a killed builder left
            yield
    except OSError as error:  # those of briefings are `SourceError`s by now
        raise IndexNotWritten(index, error.strerror or error) from error


def _own(base: Generation | None, embedder: Embedder | None) -> Embedder:
    """Return the embedder that an index was built with, to go on with it."""
    opened = embedder or open_embedder(name_of(base.manifest.embedder) if base else None)
    if base is not None and opened.id != base.manifest.embedder:
        raise IndexMismatch("the encoder", base.manifest.embedder, opened.id)
    return opened


@dataclasses.dataclass
class _Update:
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
                    raise _nothing(place, refused)
                if self.base is not None and not changes.gone:
                    self.journal.clear()
                    return self._summary(self.base, refused)
            archive = self._embed(new)
            questions = functools.partial(self._questions, archive) if self.renew else None
            now = new.close(self.embedder.id, self.embedder.dim, questions)
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
        """Ask for some passages by their headings, or by how they begin, as a reader might."""
        chance = np.random.default_rng(1)
        rows = chance.integers(len(archive.serials), size=_ASKED).tolist()
        asked = [p.heading or p.quote(p.sentences[0]) for p in archive.passages(rows)]
        return np.stack([self.embedder.encode_query(text) for text in asked])

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


def _add(briefing: Briefing, passages: Sequence[Passage], new: NewGeneration) -> None:
    # The same segment may stand in two files (a page saved twice): ids are told apart by the file.
    told_apart = [
        dataclasses.replace(p, id=content_id(p.id, p.source.id)) if new.archive.has(p.id) else p
        for p in passages
    ]
    serials = new.archive.add(briefing, told_apart, list(map(words_id, told_apart)))
    for serial, passage in zip(serials, told_apart, strict=True):
        heading, *sentences = tokens_of([passage.heading, *map(passage.quote, passage.sentences)])
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


def _nothing(folder: Path, refused: Sequence[SourceError]) -> SourceError:
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
