"""What can be done to an index: build it from a folder, add, remove, go back.

One builder works at a time, and whatever fails leaves the old generation serving. Knows nothing
about questions.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.embed import Embedder, name_of, open_embedder
from index.errors import IndexMismatch, IndexMissing, IndexNotWritten, SourceError
from index.generations import Generation, open_intact, reusable, roll_back, sweep
from index.lock import only_builder
from index.manifest import has_these_words
from index.mirror import Changes, compare
from index.read import read_briefing
from index.reports import Summary
from index.update import Approve, Progress, Update, nothing_readable


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
        update = Update(
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
        update = Update(
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
            raise nothing_readable(files[0].parent, changes.refused)
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
        update = Update(
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
