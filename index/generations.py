"""Immutable generations of an index, and the pointer to the current one.

    var/index/CURRENT                    the id of the published generation
    var/index/<id>/manifest.json         what it was built with, and the checksum of every file
                  /passages.sqlite       see archive
                  /vectors/              see vectors
                  /lexical/              see lexical
                  /terms/                see terms; of every sentence
                  /headings/             see terms; of every passage's heading

The only file that knows these names. A generation is written beside the others, its manifest last,
and published by replacing CURRENT, which the file system does at once or not at all: whoever is
killed at any moment leaves the old generation or the new one, never a mixture.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.archive import Archive, ArchiveWriter
from index.errors import IndexDamaged, IndexMismatch, IndexMissing
from index.lexical import Lexical, LexicalWriter
from index.lexicon import load_lexicon
from index.terms import TermTable, TermTableWriter
from index.text import ANALYZER
from index.vectors import Vectors, VectorWriter

FORMAT = 1
KEPT = 3

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_ARCHIVE = "passages.sqlite"
_VECTORS = "vectors"
_LEXICAL = "lexical"
_TERMS = "terms"
_HEADINGS = "headings"
_UNFINISHED = ".new-"


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built with: all that must match when it is opened.

    `embedder` names the encoder and identifies its very weights. `files` maps each file's relative
    path to its SHA-256, `sources` each source's id to that of its bytes.
    """

    format: int
    id: str
    built: str  # ISO 8601, UTC
    embedder: str
    dim: int
    analyzer: str
    lexicon: str
    counts: dict[str, int]
    sources: dict[str, str]
    files: dict[str, str]


class Generation:
    """An open generation: archive, vectors and lexical index over the same rows."""

    def __init__(self, folder: Path) -> None:
        """Open a published generation.

        Raises `IndexDamaged` if files are missing or counts differ, `IndexMismatch` if it was
        written in another format or with another analyzer. Contents are verified by `verify`.
        """
        self.folder = folder
        self.manifest = _read_manifest(folder)
        missing = [name for name in self.manifest.files if not (folder / name).is_file()]
        if missing:
            raise IndexDamaged(folder, [f"{name} is missing" for name in missing])
        self.archive = Archive(folder / _ARCHIVE)
        self.vectors = Vectors(folder / _VECTORS)
        self.lexical = Lexical(folder / _LEXICAL)
        self.terms = TermTable(folder / _TERMS)
        self.headings = TermTable(folder / _HEADINGS)
        self.days = self.archive.days()  # on which briefings were published, oldest first
        self._check_counts()

    def _check_counts(self) -> None:
        passages, sentences = (self.manifest.counts[k] for k in ("passages", "sentences"))
        found = [
            ("vectors", len(self.vectors), passages),
            ("lexical rows", len(self.lexical), passages),
            ("sentence vectors", len(self.vectors.sentences), sentences),
            ("sentences with terms", len(self.terms), sentences),
            ("headings with terms", len(self.headings), passages),
        ]
        wrong = [f"{n} {what} instead of {right}" for what, n, right in found if n != right]
        if wrong:
            raise IndexDamaged(self.folder, wrong)


class NewGeneration:
    """A generation that is being written; `publish` makes it the current one."""

    def __init__(self, index: Path, dim: int) -> None:
        self.id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
        self.folder = index / f"{_UNFINISHED}{self.id}"
        self.folder.mkdir(parents=True)
        self.archive = ArchiveWriter(self.folder / _ARCHIVE)
        self.lexical = LexicalWriter(self.folder / _LEXICAL)
        self.terms = TermTableWriter(self.folder / _TERMS)
        self.headings = TermTableWriter(self.folder / _HEADINGS)
        self.vectors = VectorWriter(self.folder / _VECTORS, dim)

    def close_texts(self) -> Archive:
        """Commit passages and tokens, and open the passages to be embedded in row order."""
        self.archive.close()
        self.lexical.close()
        self.terms.close()
        self.headings.close()
        return Archive(self.folder / _ARCHIVE)

    def publish(self, embedder: str, dim: int, sources: dict[str, str]) -> Manifest:
        """Write the manifest, make everything durable and replace CURRENT."""
        self.vectors.close()
        files = {
            path.relative_to(self.folder).as_posix(): _sha256(path)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")  # tantivy's lock files
        }
        archive = Archive(self.folder / _ARCHIVE)
        counts = archive.counts()
        archive.close()
        lexicon = load_lexicon().digest
        built = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(
            FORMAT, self.id, built, embedder, dim, ANALYZER, lexicon, counts, sources, files
        )
        text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1)
        (self.folder / _MANIFEST).write_text(text, encoding="utf-8")
        for path in self.folder.rglob("*"):
            _sync(path)
        index = self.folder.parent
        self.folder = self.folder.rename(index / self.id)
        _sync(index)
        _point(index, self.id)
        return manifest


@contextmanager
def new_generation(index: Path, dim: int) -> Iterator[NewGeneration]:
    """Write a generation; if the block is left without `publish`, nothing of it stays."""
    new = NewGeneration(index, dim)
    try:
        yield new
    finally:
        if new.folder.name.startswith(_UNFINISHED):
            shutil.rmtree(new.folder, ignore_errors=True)
    _remove_old(index)


def current(index: Path) -> Path:
    """Return the folder of the published generation; raises `IndexMissing` if there is none."""
    try:
        identity = (index / _CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(index) from None
    return index / identity


def open_current(index: Path) -> Generation:
    """Open the published generation; raises what `current` and `Generation` raise."""
    return Generation(current(index))


def verify(generation: Generation) -> list[str]:
    """Compare every file with its checksum; return what is wrong, in words."""
    return [
        f"{name} is not what was written"
        for name, expected in generation.manifest.files.items()
        if _sha256(generation.folder / name) != expected
    ]


def _read_manifest(folder: Path) -> Manifest:
    try:
        fields: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if fields.get("format") != FORMAT:
            raise IndexMismatch("format", fields.get("format"), FORMAT)
        manifest = Manifest(**fields)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, TypeError, AttributeError) as error:
        raise IndexDamaged(folder, [f"{_MANIFEST}: {error}"]) from error
    if manifest.analyzer != ANALYZER:
        raise IndexMismatch("the analyzer", manifest.analyzer, ANALYZER)
    if manifest.lexicon != load_lexicon().digest:
        raise IndexMismatch("the lexicon", manifest.lexicon, load_lexicon().digest)
    return manifest


def _point(index: Path, identity: str) -> None:
    beside = index / f"{_CURRENT}.new"
    beside.write_text(identity + "\n", encoding="utf-8")
    _sync(beside)
    beside.replace(index / _CURRENT)
    _sync(index)


def _remove_old(index: Path) -> None:
    named = current(index).name
    published = sorted(p.name for p in index.iterdir() if (p / _MANIFEST).is_file())
    for name in [n for n in published if n <= named][:-KEPT]:
        shutil.rmtree(index / name)


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
