"""Immutable generations of an index, and the list of those that were published.

    var/index/CURRENT                    ids of the published generations, the current one first
    var/index/<id>/manifest.json         what it was built with, and the checksum of every file
                  /passages.sqlite       see archive
                  /lexical/              see lexical
                  /chunks/               see chunks

The only file that knows these names. A generation is written beside the others, its manifest last,
and published by replacing CURRENT, which the file system does at once or not at all: whoever is
killed at any moment leaves the old generation or the new one, never a mixture. What CURRENT does
not name was never published, or is no longer kept, and the next builder sweeps it away.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.archive import Archive, ArchiveWriter
from index.chunks import Chunks, ChunksWriter
from index.errors import IndexDamaged, IndexMismatch, IndexMissing, NothingToRollBack
from index.lexical import Lexical, LexicalWriter
from index.lexicon import load_lexicon
from index.manifest import FORMAT, Manifest, check_words, read_manifest, write_manifest
from index.nearest import Floats, Made
from index.scale import Scale
from index.terms import RowTerms
from index.text import ANALYZER
from index.vectors import Vectors

KEPT = 3

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_ARCHIVE = "passages.sqlite"
_LEXICAL = "lexical"
_CHUNKS = "chunks"
_UNFINISHED = ".new-"
_VERIFIED = 64 * 1024 * 1024  # bytes whose checksums are compared when opening: in 40 ms
_OURS = re.compile(r"(\.new-)?\d{8}T\d{12}-[0-9a-f]{4}")  # all that is ever swept away


class Generation:
    """An open generation: archive, vectors and lexical index over the same rows."""

    def __init__(self, folder: Path, any_words: bool = False) -> None:
        """Open a published generation.

        Raises `IndexDamaged` if files are missing, can't be read, or counts differ, `IndexMismatch`
        if it was written in another format or with another analyzer or lexicon, unless `any_words`
        will do.
        Checksums are compared where that takes no time; `verify` compares them anyway.
        """
        self.folder = folder
        self.manifest = read_manifest(folder / _MANIFEST)
        if not any_words:
            check_words(self.manifest)
        missing = [name for name in self.manifest.files if not (folder / name).is_file()]
        if missing:
            raise IndexDamaged(folder, [f"{name} is missing" for name in missing])
        try:
            if sum((folder / name).stat().st_size for name in self.manifest.files) <= _VERIFIED:
                self._refuse(verify(self))
            self.archive = Archive(folder / _ARCHIVE)
            self.chunks = Chunks(folder / _CHUNKS)
            self.lexical = Lexical(folder / _LEXICAL, self.archive.serials)
        except OSError as error:
            raise IndexDamaged(folder, [str(error)]) from error
        self.vectors = self.chunks.vectors
        self.terms = self.chunks.terms
        self.headings = self.chunks.headings
        self.body_terms = RowTerms(self.terms, self.vectors.first)
        self.heading_terms = RowTerms(self.headings, np.arange(len(self.headings) + 1))
        self.days = self.archive.days()  # on which briefings were published, oldest first
        self._check_counts()

    def _check_counts(self) -> None:
        passages, sentences = (self.manifest.counts[k] for k in ("passages", "sentences"))
        found = [
            ("passages", len(self.archive.serials), passages),
            ("vectors", len(self.vectors), passages),
            ("lexical rows", len(self.lexical), passages),
            ("sentence vectors", self.vectors.sentences, sentences),
            ("sentences with terms", len(self.terms), sentences),
            ("headings with terms", len(self.headings), passages),
        ]
        self._refuse([f"{n} {what} instead of {right}" for what, n, right in found if n != right])

    def _refuse(self, problems: Sequence[str]) -> None:
        if problems:
            raise IndexDamaged(self.folder, problems)


class LocalIndex:
    """The index in a folder, as asking sees it; see `index.store.Index`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str:
        """Return the id of the published generation; raises `IndexMissing` if there is none."""
        return current(self.folder).name

    def open(self) -> Generation:
        """Open it; raises what `open_current` raises."""
        return open_current(self.folder)


class NewGeneration:
    """A generation that is being written; once closed, `publish` makes it the current one.

    It begins with what `base` holds but for the sources in `without`.
    """

    def __init__(
        self, index: Path, dim: int, base: Generation | None, without: Collection[str]
    ) -> None:
        self.id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
        self.folder = index / f"{_UNFINISHED}{self.id}"
        self.folder.mkdir()
        old = base.folder if base else None
        self.archive = ArchiveWriter(self.folder / _ARCHIVE, old and old / _ARCHIVE)
        self.lexical = LexicalWriter(self.folder / _LEXICAL, old and old / _LEXICAL)
        self.chunks = ChunksWriter(self.folder / _CHUNKS, dim)
        self.added = 0  # passages
        self._lists: Made | None = None
        self._known: dict[int, str] = {}  # checksums by inode
        if base is not None:
            gone = self.archive.remove(without)
            self.lexical.remove(gone)
            self.chunks.take(base.chunks, ~np.isin(base.archive.serials, gone))
            files = base.manifest.files.items()
            self._known = {_inode(base.folder / name): checksum for name, checksum in files}

    def close_texts(self) -> Archive:
        """Commit passages and tokens, and open the passages to be embedded in row order."""
        self.archive.close()
        self.lexical.close()
        return Archive(self.folder / _ARCHIVE)

    def close_vectors(self, questions: Callable[[], Floats] | None = None) -> Vectors:
        """Write all vectors, and open them; for `questions` see `ChunksWriter.close`."""
        self._lists = self.chunks.close(questions)
        return Chunks(self.folder / _CHUNKS).vectors

    def close(self, embedder: str, dim: int, scale: Scale) -> Generation:
        """Write the manifest, make everything durable, and open what was written."""
        paths = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        new = [path for path in paths if _inode(path) not in self._known]
        # tantivy's files are for their owner alone, but a chat may run under another account.
        ordinary = (self.folder / _ARCHIVE).stat().st_mode
        for path in new:
            path.chmod(ordinary)
        files = {
            path.relative_to(self.folder).as_posix(): self._known.get(_inode(path)) or _sha256(path)
            for path in paths
            if not path.name.startswith(".")  # tantivy's lock files
        }
        archive = Archive(self.folder / _ARCHIVE)
        manifest = Manifest(
            format=FORMAT,
            id=self.id,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            embedder=embedder,
            dim=dim,
            analyzer=ANALYZER,
            lexicon=load_lexicon().digest,
            counts=archive.counts(),
            sources=archive.checksums(),
            files=files,
            lists=self._lists,
            scale=scale,
        )
        archive.close()
        write_manifest(manifest, self.folder / _MANIFEST)
        for path in [*new, self.folder / _MANIFEST, *_folders(self.folder)]:
            _sync(path)
        self.folder = self.folder.rename(self.folder.parent / self.id)
        _sync(self.folder.parent)
        return Generation(self.folder)

    def publish(self) -> None:
        """Name it in CURRENT, once it is closed."""
        index = self.folder.parent
        _point(index, [self.id, *published(index)][:KEPT])


@contextmanager
def new_generation(
    index: Path, dim: int, base: Generation | None = None, without: Collection[str] = ()
) -> Iterator[NewGeneration]:
    """Write a generation; if the block is left without `publish`, nothing of it stays.

    Only the holder of the index's lock may.
    """
    try:
        yield NewGeneration(index, dim, base, without)
    finally:
        sweep(index)


def published(index: Path) -> list[str]:
    """Return the ids of the generations that are kept, the current one first; maybe none."""
    try:
        return (index / _CURRENT).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def current(index: Path) -> Path:
    """Return the folder of the published generation; raises `IndexMissing` if there is none."""
    ids = published(index)
    if not ids:
        raise IndexMissing(index)
    return index / ids[0]


def open_current(index: Path) -> Generation:
    """Open the published generation; raises what `current` and `Generation` raise."""
    while True:
        folder = current(index)
        try:
            return Generation(folder)
        except (IndexDamaged, OSError):
            # Published and swept again while we opened it? Then there is another one.
            if folder == current(index):
                raise


def open_intact(index: Path) -> Generation:
    """Open the published generation and verify it; raises what `open_current` raises."""
    generation = open_current(index)
    problems = verify(generation)
    if problems:
        raise IndexDamaged(generation.folder, problems)
    return generation


def reusable(index: Path) -> Generation | None:
    """Open the published generation, whatever its words; None where there is none that is whole."""
    try:
        generation = Generation(current(index), any_words=True)
    except (IndexMissing, IndexDamaged, IndexMismatch):
        return None
    return None if verify(generation) else generation


def roll_back(index: Path) -> str:
    """Make the generation before the current one current again; return its id.

    Only the holder of the index's lock may. Raises `NothingToRollBack`, and what opening raises.
    """
    ids = published(index)
    if len(ids) < 2:
        raise NothingToRollBack(index)
    Generation(index / ids[1])
    _point(index, ids[1:])
    return ids[1]


def sweep(index: Path) -> None:
    """Remove generations that CURRENT does not name; only the holder of the lock may."""
    kept = published(index)
    for path in index.iterdir():
        if path.name not in kept and _OURS.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)


def verify(generation: Generation) -> list[str]:
    """Compare every file with its checksum; return what is wrong, in words."""
    files = generation.manifest.files
    with ThreadPoolExecutor() as pool:  # a core reads 1.2 GB a second, and lets the others do so
        found = pool.map(_sha256, [generation.folder / name for name in files])
        return [
            f"{name} is not what was written"
            for (name, expected), checksum in zip(files.items(), found, strict=True)
            if checksum != expected
        ]


def verify_deeply(generation: Generation) -> list[str]:
    """Look whether what the files say fits together; return what does not, in words.

    Every vector has length 1, every sentence lies in its passage, and every passage has as many
    sentences as vectors.
    """
    lengths = generation.vectors.lengths()
    wrong = int((abs(lengths - 1) > _UNIT).sum())
    problems = [f"{wrong} vectors are not of unit length"] if wrong else []
    counts = np.diff(generation.vectors.first).tolist()
    for row, (passage, count) in enumerate(
        zip(generation.archive.all_passages(), counts, strict=True)
    ):
        if len(passage.sentences) != count:
            problems.append(f"row {row} has {count} vectors for {len(passage.sentences)} sentences")
        if not passage.text or any(
            not passage.span.start <= start < end <= passage.span.end
            for start, end in passage.sentences
        ):
            problems.append(f"a sentence of row {row} is not within its passage")
    return problems


_UNIT = 2e-3  # half precision rounds by 5e-4


def _point(index: Path, ids: Sequence[str]) -> None:
    beside = index / f"{_CURRENT}.new"
    beside.write_text("".join(f"{identity}\n" for identity in ids), encoding="utf-8")
    _sync(beside)
    beside.replace(index / _CURRENT)
    _sync(index)


def _inode(path: Path) -> int:
    return path.stat().st_ino


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_dir()] + [folder]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    # Folders too: a rename is only as durable as the folder that names it.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
