"""An embedder that encodes nothing twice: it has what an older generation holds, and a journal.

The journal holds the vectors of a build that is under way, so that one that was killed goes on from
them. Vectors are found by what the passage says, never by its id.
"""

from __future__ import annotations

import functools
import logging
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.embed import Embedder
from index.generations import Generation
from index.nearest import Floats
from index.passages import words_id
from index.schema import Passage

_log = logging.getLogger(__name__)

_JOURNAL = ".embedded"


class _Vectors(NamedTuple):
    passage: Floats  # (d,)
    sentences: Floats  # (m, d)


class Journal:
    """What a build has embedded so far, block by block, in a folder beside the generations."""

    def __init__(self, index: Path, embedder: str) -> None:
        """Open the journal; what another embedder wrote is not looked at."""
        self._folder = index / _JOURNAL
        self._embedder = embedder
        self._blocks = 0
        self._where: dict[bytes, Path] = {}
        self._read = functools.lru_cache(maxsize=2)(self._open)  # they come again in their order
        for path in sorted(self._folder.glob("*.npz")):
            self._where |= dict.fromkeys(self._open(path), path)
            self._blocks = int(path.stem) + 1

    def find(self, words: bytes) -> _Vectors | None:
        """Return the vectors of a passage that says this."""
        if words not in self._where:
            return None
        return self._read(self._where[words])[words]

    def write(self, words: Sequence[bytes], found: Sequence[_Vectors]) -> None:
        """Add a block; it is there whole or not at all."""
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{self._blocks:06}.npz"
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            np.savez(
                file,
                embedder=np.array(self._embedder),
                words=np.frombuffer(b"".join(words), np.uint8).reshape(len(words), -1),
                passages=np.stack([each.passage for each in found]),
                sentences=np.concatenate([each.sentences for each in found]).astype(np.float16),
                counts=np.array([len(each.sentences) for each in found]),
            )
        beside.replace(path)
        self._blocks += 1

    def clear(self) -> None:
        """Forget everything: what it holds was published."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self, path: Path) -> dict[bytes, _Vectors]:
        # After a power cut a file may hold anything: then its passages are embedded once more.
        try:
            with path.open("rb") as file, np.load(file) as block:
                if str(block["embedder"]) != self._embedder:
                    return {}
                said, passages = block["words"], block["passages"]
                parts = np.split(block["sentences"], np.cumsum(block["counts"])[:-1])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            _log.warning("skipped %s, which can't be read: %s", path, error)
            return {}
        vectors = map(_Vectors, passages, (part.astype(np.float32) for part in parts))
        return dict(zip(map(bytes, said), vectors, strict=True))


class Reusing:
    """An `Embedder` in front of another; `encoded` counts the passages that it had to encode."""

    def __init__(self, embedder: Embedder, old: Generation | None, journal: Journal) -> None:
        self.id, self.dim, self.max_tokens = embedder.id, embedder.dim, embedder.max_tokens
        self.answering = embedder.answering
        self.count_tokens = embedder.count_tokens
        self.encode_query = embedder.encode_query
        self.encoded = 0
        self._embedder = embedder
        self._old = old if old and old.manifest.embedder == embedder.id else None
        self._journal = journal

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """See `Embedder.encode_passages`."""
        words = [words_id(passage) for passage in passages]
        found = self._find(words)
        new = {said: p for said, p in zip(words, passages, strict=True) if said not in found}
        if new:
            encoded = self._encode(list(new.values()), progress)
            self._journal.write(list(new), encoded)
            found |= dict(zip(new, encoded, strict=True))
            self.encoded += len(new)
        vectors = [found[said] for said in words]
        return (
            np.stack([each.passage for each in vectors]),
            np.concatenate([each.sentences for each in vectors]),
        )

    def _find(self, words: Sequence[bytes]) -> dict[bytes, _Vectors]:
        found = {said: vectors for said in words if (vectors := self._journal.find(said))}
        if self._old is not None:
            for said, row in self._old.archive.rows_of_words(words).items():
                passage = self._old.vectors.of(np.array([row]))[0]
                sentences = self._old.vectors.sentences_of(row, row + 1)
                found[said] = _Vectors(passage, sentences.astype(np.float32))
        return found

    def _encode(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None
    ) -> list[_Vectors]:
        whole, sentences = self._embedder.encode_passages(passages, progress)
        first = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
        return [
            _Vectors(whole[i], sentences[first[i] : first[i + 1]]) for i in range(len(passages))
        ]
