"""Embedding spread over the workers of a Dask scheduler: the only home of distributed.

Files are read and cut here, and the index is written here; the encoder, which takes nine tenths of
a build, works there. Who dies there is replaced: its passages go to another worker. Knows nothing
about indexes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import distributed as _distributed
import numpy as np

from index.embed import Embedder, open_embedder
from index.errors import WorkersFailed
from index.nearest import Floats
from index.schema import Passage

distributed: Any = _distributed  # most of it has no types
# Passages that go to a worker together: a second or two of work for a core.
_PIECE = 16
_FOUND_S = 5.0  # until a scheduler has to answer
_DONE_S = 300.0  # until a block has to be embedded: then no worker is left


class Spread:
    """An `Embedder` whose passages are embedded by workers, with the same vectors.

    Each worker needs this package, in this version, and opens the model by its name.
    """

    def __init__(self, address: str, name: str | None = None) -> None:
        """Meet a scheduler; raises `WorkersFailed` and what `open_embedder` raises."""
        self._own = open_embedder(name)
        self.id, self.dim, self.max_tokens = self._own.id, self._own.dim, self._own.max_tokens
        self.answering = self._own.answering
        self.count_tokens, self.encode_query = self._own.count_tokens, self._own.encode_query
        self._name = name
        self._address = address
        try:
            self._client = distributed.Client(address, timeout=_FOUND_S)
        except (OSError, ValueError) as error:
            raise WorkersFailed(address, error) from error
        if not self._client.scheduler_info()["workers"]:
            self._client.close()
            raise WorkersFailed(address, "it has no workers")

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """See `Embedder.encode_passages`; raises `WorkersFailed` if no worker is left."""
        # By length, for what is embedded together is as long as the longest of it; the longest
        # first, so that the last piece is a short one.
        order = sorted(range(len(passages)), key=lambda at: -len(passages[at].text))
        pieces = [order[first : first + _PIECE] for first in range(0, len(order), _PIECE)]
        futures = {
            self._client.submit(
                _encode, [passages[at] for at in piece], self._name, self.id, pure=False
            ): piece
            for piece in pieces
        }
        found: dict[int, tuple[Floats, Floats]] = {}
        try:
            for future in distributed.as_completed(futures, timeout=_DONE_S):
                piece = futures[future]
                found |= zip(piece, self._result(future), strict=True)
                if progress is not None:
                    progress(len(found))
        except TimeoutError as error:
            raise WorkersFailed(self._address, "no worker is left") from error
        finally:
            self._client.cancel(list(futures))
        rows, sentences = zip(*(found[at] for at in range(len(passages))), strict=True)
        return np.stack(rows), np.concatenate(sentences)

    def _result(self, future: Any) -> list[tuple[Floats, Floats]]:  # noqa: ANN401
        try:
            return list(future.result())
        except (distributed.KilledWorker, OSError, ImportError, ValueError) as error:
            raise WorkersFailed(self._address, error) from error

    def close(self) -> None:
        """Leave the scheduler; its workers stay."""
        self._client.close()


def _encode(
    passages: list[Passage], name: str | None, identity: str
) -> list[tuple[Floats, Floats]]:
    """Embed passages on a worker: the vector of each `(dim,)`, and its sentences' `(m, dim)`."""
    embedder = _opened(name)
    if embedder.id != identity:
        raise ValueError(f"a worker has the model {embedder.id}, and not {identity}")
    rows, sentences = embedder.encode_passages(passages)
    ends = np.cumsum([len(passage.sentences) for passage in passages])[:-1]
    return list(zip(rows, np.split(sentences, ends), strict=True))


@functools.cache
def _opened(name: str | None) -> Embedder:
    return open_embedder(name, threads=1)  # a worker for each core
