"""Texts → the states of their tokens, in batches of like length.

Knows tokenizers and padding; knows nothing about passages, prefixes or what runs the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]

# Padded tokens of one batch. Texts of 200 tokens are read as fast one by one as eight at a time on
# two cores (2,000-2,600 tokens a second); what batches save is the overhead of short ones.
BATCH_TOKENS = 2048


class TokenEncoder(Protocol):
    """Batches of tokens → their states; `index.encoder.onnx_encoder.OnnxEncoder` is one."""

    tokenizer: Tokenizer  # that neither truncates nor pads
    max_length: int  # tokens of one text, special ones included
    pad: int
    dim: int  # of what `finish` returns

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Floats:
        """Encode ids and mask `(texts, tokens)` → states `(texts, tokens, states)`."""
        ...

    def finish(self, pooled: Floats) -> Floats:
        """Apply what the encoder has after its pooling: `(n, states)` → `(n, dim)`."""
        ...


class States(NamedTuple):
    """One encoded text: `states (tokens, d)`, and `last (tokens,)`, where each token ends.

    `last` is the place of the token's last character in the text, -1 for special tokens. `reach` is
    how many characters were read: all of them, or fewer if the text is longer than the limit.
    """

    states: Floats
    last: NDArray[np.int64]
    reach: int


def encode(encoder: TokenEncoder, texts: Sequence[str]) -> Iterator[tuple[int, States]]:
    """Encode texts, yielding `(position, states)` from the shortest text to the longest.

    A text longer than the encoder's limit is cut at its end.
    """
    encodings = encoder.tokenizer.encode_batch(list(texts))
    lengths = [min(len(encoding.ids), encoder.max_length) for encoding in encodings]
    order = sorted(range(len(texts)), key=lambda number: (lengths[number], number))
    for batch in _batches(order, lengths):
        found = [encodings[number] for number in batch]
        states = encoder.run(*pad(found, encoder.max_length, encoder.pad))
        for row, (number, encoding) in enumerate(zip(batch, found, strict=True)):
            kept = _kept(encoding, encoder.max_length)
            ends = np.array([end for _, end in encoding.offsets], np.int64)[kept]
            whole = len(kept) == len(encoding.ids)
            reach = len(texts[number]) if whole else int(ends.max(initial=0))
            yield number, States(states[row, : max(1, len(kept))], ends - 1, reach)


def pad(
    encodings: Sequence[Encoding], limit: int, padding: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put texts of different length into `input_ids` and `attention_mask`, `(texts, tokens)`.

    A text without any token becomes one token of padding that the encoder does read.
    """
    rows = [np.array(each.ids or [padding], np.int64) for each in encodings]
    rows = [
        row[_kept(each, limit)] if each.ids else row
        for row, each in zip(rows, encodings, strict=True)
    ]
    width = max(map(len, rows), default=0)
    ids = np.full((len(rows), width), padding, np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _kept(encoding: Encoding, limit: int) -> NDArray[np.int64]:
    """Return which tokens are read: all, or the first ones and the special one that ends a text."""
    length = len(encoding.ids)
    if length <= limit:
        return np.arange(length)
    if encoding.special_tokens_mask[-1]:
        return np.append(np.arange(limit - 1), length - 1)
    return np.arange(limit)


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut texts sorted by length into batches of at most `BATCH_TOKENS`, or of one text."""
    batch: list[int] = []
    for number in order:
        if batch and (len(batch) + 1) * lengths[number] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
