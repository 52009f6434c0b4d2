"""A passage with all that was measured of it, as a row of a collection, and back.

What is long or of no type that every server has is packed into text: a sentence's span, vector and
terms are one base64 string. Its terms are also a sparse vector: one place for each term of a field,
holding what BM25 gives that term in this passage, so that an inner product with the idf of a
question's terms is its BM25 score, by the statistics of the whole index whatever server adds it up.
Knows nothing about servers.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import FIELDS
from index.schema import Passage, Source, Span
from index.terms import Terms

Floats = NDArray[np.float32]

# The names of the fields: the key, numbers (`source` is one), texts, a list of texts, two vectors.
KEY, SOURCE, SENTENCES, DENSE, SPARSE = "row", "source", "sentences", "dense", "sparse"
NUMBERS = (SOURCE, "section", "start", "end")
TEXTS = ("id", "heading", "text", "heading_terms")
ALL = (KEY, *NUMBERS, *TEXTS, SENTENCES, DENSE, SPARSE)

_PLACES = 2**32 - 1  # of a sparse vector of Milvus


@dataclass(frozen=True, slots=True)
class Row:
    """A passage, `d` wide, of `m` sentences."""

    passage: Passage
    vector: Floats  # (d,)
    sentences: Floats  # (m, d)
    terms: tuple[Terms, ...]  # of each sentence
    heading: Terms
    weights: Mapping[int, float]  # the sparse vector


def places(field: str, terms: Terms) -> list[int]:
    """Return the places of a field's terms in a sparse vector."""
    found = terms.astype(np.int64) * len(FIELDS) + FIELDS.index(field)
    return [int(place) for place in found % _PLACES]


def weights(field: str, terms: Terms, mean: float) -> dict[int, float]:
    """Return the part of a passage's sparse vector that one field makes.

    `mean` is the mean number of terms of the field. BM25 with k1 = 1.2 and b = 0.75.
    """
    different, counts = np.unique(terms, return_counts=True)
    spread = 1.2 * (0.25 + 0.75 * _length(len(terms)) / max(mean, 1e-9))
    found: dict[int, float] = {}
    shares = (2.2 * counts / (counts + spread)).tolist()
    for place, share in zip(places(field, different), shares, strict=True):
        found[place] = found.get(place, 0.0) + share
    return found


def _length(terms: int) -> int:
    """Round a number of terms down to what Lucene and tantivy keep of it, in one byte.

    The fitted weights know scores by these lengths: exact up to 40, then of four binary digits.
    """
    over = max(terms - 24, 0)
    shift = max(over.bit_length() - 4, 0)
    return terms - over + (over >> shift << shift)


def idf(frequency: int, total: int) -> float:
    """Return what a term weighs that `frequency` of `total` passages hold, as Lucene has it."""
    return float(np.log1p((total - frequency + 0.5) / (frequency + 0.5)))


def packed(number: int, source: int, row: Row) -> dict[str, Any]:
    """Return row `number`, of source number `source`, as a client inserts it."""
    passage = row.passage
    return {
        KEY: number,
        SOURCE: source,
        "id": passage.id,
        "section": passage.section,
        "start": passage.span.start,
        "end": passage.span.end,
        "heading": passage.heading,
        "text": passage.text,
        "heading_terms": _text(row.heading.astype("<u4").tobytes()),
        SENTENCES: [
            _text(_sentence(span, vector, terms))
            for span, vector, terms in zip(passage.sentences, row.sentences, row.terms, strict=True)
        ],
        DENSE: row.vector.tolist(),
        # A passage without a term has one that nobody asks for: not every server takes none.
        SPARSE: dict(row.weights) or {_PLACES - 1: 1.0},
    }


def unpacked(fields: Mapping[str, Any], sources: Sequence[Source]) -> Row:
    """Return a row from what a client gave; raises `ValueError` if it is none of ours."""
    vector = np.array(fields[DENSE], dtype=np.float32)
    pieces = [b64decode(piece) for piece in fields[SENTENCES]]
    ends = 8 + 2 * len(vector)
    spans = [np.frombuffer(piece[:8], "<i4").tolist() for piece in pieces]
    vectors = [np.frombuffer(piece[8:ends], "<f2") for piece in pieces]
    passage = Passage(
        id=fields["id"],
        source=sources[fields[SOURCE]],
        section=fields["section"],
        heading=fields["heading"],
        text=fields["text"],
        span=Span(fields["start"], fields["end"]),
        sentences=tuple(Span(*span) for span in spans),
    )
    return Row(
        passage=passage,
        vector=vector,
        sentences=np.stack(vectors).astype(np.float32),
        terms=tuple(np.frombuffer(piece[ends:], "<u4") for piece in pieces),
        heading=np.frombuffer(b64decode(fields["heading_terms"]), "<u4"),
        weights=fields[SPARSE],
    )


def _sentence(span: Span, vector: Floats, terms: Terms) -> bytes:
    head = np.array(span, dtype="<i4").tobytes()
    return head + vector.astype("<f2").tobytes() + terms.astype("<u4").tobytes()


def _text(packed: bytes) -> str:
    return b64encode(packed).decode("ascii")
