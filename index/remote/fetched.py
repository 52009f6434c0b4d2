"""What was fetched of a generation on a server, kept since a question asks for it several times.

Knows nothing about what is measured of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamaged
from index.remote.catalogue import Catalogue
from index.remote.milvus import Milvus
from index.remote.rows import KEY, Row, unpacked

Rows = NDArray[np.int64]

_KEPT = 2_000  # rows, and frequencies of terms: some 40 MB


def piece_key(name: str, piece: int) -> str:
    """Return the key of a piece of a long text."""
    return f"{name}/{piece}"


class Fetched:
    """What was fetched of a generation; kept, since a question asks for its rows several times."""

    def __init__(self, server: Milvus, generation: str) -> None:
        self.server = server
        self.generation = generation
        self.catalogue = Catalogue([])
        self._rows: dict[int, Row] = {}
        self._frequencies: dict[int, int] = {}

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Return these rows, in this order; raises `StoreDamaged` if one can't be had."""
        found = {number: self._rows[number] for number in numbers if number in self._rows}
        missing = [number for number in numbers if number not in found]
        if missing:
            try:
                for fields in self.server.rows(self.generation, missing):
                    found[int(fields[KEY])] = unpacked(fields, self.catalogue.sources)
            except (ValueError, KeyError, IndexError) as error:
                raise StoreDamaged(self.server.url, [f"a row is none of ours: {error}"]) from error
            if len(self._rows) > _KEPT:
                self._rows = {}
            self._rows |= found
        lost = set(numbers) - set(found)
        if lost:
            raise StoreDamaged(self.server.url, [f"row {min(lost)} is missing"])
        return [found[number] for number in numbers]

    def frequencies(self, wanted: Sequence[int]) -> list[int]:
        """Return how many passages hold each place of the sparse vectors."""
        missing = [place for place in dict.fromkeys(wanted) if place not in self._frequencies]
        found = {place: self._frequencies.get(place, 0) for place in wanted}
        if missing:
            texts = self.server.texts(self.generation, [str(place) for place in missing])
            found |= {place: int(texts.get(str(place), "0")) for place in missing}
            if len(self._frequencies) > _KEPT:
                self._frequencies = {}
            self._frequencies |= found
        return [found[place] for place in wanted]

    def long_text(self, name: str, pieces: int) -> str:
        """Return a text that was stored in pieces; raises `StoreDamaged` if one is missing."""
        keys = [piece_key(name, piece) for piece in range(pieces)]
        texts = self.server.texts(self.generation, keys)
        if len(texts) < pieces:
            raise StoreDamaged(self.server.url, [f"{pieces - len(texts)} texts are missing"])
        return "".join(texts[each] for each in keys)

    def nearest(
        self, query: Sequence[float] | dict[int, float], limit: int, allowed: Rows | None
    ) -> list[int]:
        """Return the rows nearest to a dense or a sparse query, among `allowed` if given."""
        if limit < 1 or (allowed is not None and not len(allowed)):
            return []
        among = "" if allowed is None else self.catalogue.expression(allowed)
        return self.server.nearest(self.generation, query, limit, among)
