"""A Milvus server: the only home of pymilvus.

    alias briefing ──▶ briefing_<generation>          a row for each passage, see rows
                       briefing_<generation>_lookup   texts by key

A generation is these two collections, written once. Current is the one that the alias names, which
is switched at once or not at all. Scores of servers differ in scale and sign, so none is given:
only rows, best first. Knows nothing about questions and languages.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from index.errors import MissingExtra, StoreDamaged, StoreEmpty, StoreFailed
from index.remote.rows import ALL, DENSE, KEY, NUMBERS, SENTENCES, SPARSE, TEXTS

try:
    import grpc
    from pymilvus import CollectionSchema, DataType, MilvusClient, MilvusException
    from pymilvus.milvus_client import IndexParams
except ImportError as error:
    raise MissingExtra("milvus") from error

ALIAS = "briefing"
_LOOKUP = "_lookup"
_GENERATION = re.compile(ALIAS + r"_(\d{8}T\d{12})_([0-9a-f]{4})")

_TIMEOUT_S = 60.0  # of a call that writes
_ALL_S = 3600.0  # of a call that goes through a whole collection
_ANSWER_S = 10.0  # of a call that somebody waits for
_PATIENCE_S = 3.0  # how long a server that restarts is waited for
_LONGEST = 65_535  # bytes of a text field, Milvus's own limit
_AT_ONCE = 256  # rows of a call: some megabytes, where the limit of a call is 64
# Codes of errors; Lite says 100 of an alias, too.
_CONNECT_FAILED, _NO_COLLECTION, _NOT_LOADED, _NO_INDEX, _NO_ALIAS = 2, 100, 101, 700, 1600
_HNSW = {"M": 16, "efConstruction": 200}
_EF = 256  # candidates in the graph; 128 find 0.90 of 40 among random vectors, 256 find 0.985


class Milvus:
    """A server, connected to when first needed; safe to share between threads.

    Every call raises `StoreFailed` if the server can't be reached or refuses; until then it waits
    for one that is being restarted.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self._token = token
        self._client: MilvusClient | None = None
        # It logs what it raises, with a traceback, and we say it in a sentence.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

    def current(self) -> str:
        """Return the id of the generation that the alias names; raises `StoreEmpty`."""
        name = self._aliased()
        if name is None:
            raise StoreEmpty(self.url)
        identity = _identity(name)
        if identity is None:
            raise StoreDamaged(self.url, [f"the alias names {name}, which is none of ours"])
        return identity

    def generations(self) -> list[str]:
        """Return the ids of all generations, finished or not, the newest first."""
        return sorted(filter(None, map(_identity, self._call("list_collections"))), reverse=True)

    def make_current(self, generation: str) -> None:
        """Switch the alias."""
        switch = "create_alias" if self._aliased() is None else "alter_alias"
        self._call(switch, collection_name=_collection(generation), alias=ALIAS)

    def create(self, generation: str, dim: int) -> None:
        """Create the two collections of a generation, empty."""
        # Indexed from the start: what has no index can't be loaded, and so not be looked into.
        for each, schema in zip(_both(generation), (_passages(dim), _lookup()), strict=True):
            self._call("create_collection", collection_name=each, schema=schema)
            self._call("create_index", collection_name=each, index_params=_indexes(each))

    def insert(self, generation: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows as `index.remote.rows.packed` makes them."""
        self._insert(_collection(generation), rows)

    def put(self, generation: str, texts: Mapping[str, str]) -> None:
        """Store texts by key, each of at most `_LONGEST` bytes."""
        # A collection must have a vector; this one is never searched.
        rows = [{"key": key, "text": text, "none": [0.0, 1.0]} for key, text in texts.items()]
        self._insert(_collection(generation) + _LOOKUP, rows)

    def finish(self, generation: str) -> tuple[int, int]:
        """Load what was added; return how many rows and texts are there."""
        for each in _both(generation):
            self._call("flush", collection_name=each, timeout=_ALL_S)
            self._call("load_collection", collection_name=each, timeout=_ALL_S)
        rows, texts = map(self._count, _both(generation))
        return rows, texts

    def count(self, generation: str) -> int:
        """Count the rows of a generation."""
        return self._count(_collection(generation))

    def dim(self, generation: str) -> int:
        """Return the width of the vectors; 0 if there are none."""
        told = self._call("describe_collection", collection_name=_collection(generation))
        found = [field["params"]["dim"] for field in told["fields"] if field["name"] == DENSE]
        return int(found[0]) if found else 0

    def drop(self, generation: str) -> None:
        """Remove a generation."""
        for each in _both(generation):
            try:
                self._call("drop_collection", collection_name=each)
            except StoreFailed as error:
                if error.code != _NO_COLLECTION:
                    raise

    def nearest(
        self, generation: str, query: Sequence[float] | Mapping[int, float], limit: int, among: str
    ) -> list[int]:
        """Return up to `limit` rows of the greatest inner product, best first.

        `query` is dense or sparse. `among` is an expression over fields, "" for all rows.
        """
        sparse = isinstance(query, Mapping)
        (hits,) = self._ask(
            "search",
            _collection(generation),
            data=[query],
            anns_field=SPARSE if sparse else DENSE,
            search_params={"metric_type": "IP", "params": {} if sparse else {"ef": _EF}},
            limit=limit,
            filter=among,
            output_fields=[KEY],
        )
        return [int(hit[KEY]) for hit in hits]

    def rows(self, generation: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return the fields of these rows, in any order; those that are not there are left out."""
        return self._get(_collection(generation), numbers, ALL)

    def row_of(self, generation: str, identity: str) -> int | None:
        """Return the row of the passage with this id, 16 hexadecimal digits."""
        name, wanted = _collection(generation), f'id == "{identity}"'
        found = self._ask("query", name, filter=wanted, output_fields=[KEY])
        return int(found[0][KEY]) if found else None

    def texts(self, generation: str, keys: Sequence[str]) -> dict[str, str]:
        """Return what was stored under these keys; those that are not there are left out."""
        found = self._get(_collection(generation) + _LOOKUP, keys, ("key", "text"))
        return {each["key"]: each["text"] for each in found}

    def newest_text(self, generation: str, key: str) -> str | None:
        """Return what was stored under a key, if only just now; None if it is not there."""
        name = _collection(generation) + _LOOKUP
        try:
            found = self._ask(
                "get", name, ids=[key], output_fields=["text"], consistency_level="Strong"
            )
        except StoreFailed as error:
            if error.code in (_NO_COLLECTION, _NO_INDEX):  # left by a push that was cut off
                return None
            raise
        return str(found[0]["text"]) if found else None

    def _aliased(self) -> str | None:
        try:
            return str(
                self._call("describe_alias", alias=ALIAS, timeout=_ANSWER_S)["collection_name"]
            )
        except StoreFailed as error:
            if error.code in (_NO_COLLECTION, _NO_ALIAS):
                return None
            raise

    def _insert(self, collection: str, rows: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            self._call("insert", collection_name=collection, data=list(some))

    def _count(self, collection: str) -> int:
        (told,) = self._ask(
            "query", collection, output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(told["count(*)"])

    def _get(
        self, collection: str, keys: Sequence[int] | Sequence[str], fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for start in range(0, len(keys), _AT_ONCE):
            some = list(keys[start : start + _AT_ONCE])
            found += self._ask("get", collection, ids=some, output_fields=list(fields))
        return found

    def _ask(self, method: str, collection: str, **arguments: object) -> Any:  # noqa: ANN401
        """Call for a collection, which is loaded if it is not: a server may come up without."""
        arguments |= {"collection_name": collection, "timeout": _ANSWER_S}
        try:
            return self._call(method, **arguments)
        except StoreFailed as error:
            if error.code != _NOT_LOADED:
                raise
        self._call("load_collection", collection_name=collection)
        return self._call(method, **arguments)

    def _call(self, method: str, **arguments: object) -> Any:  # noqa: ANN401
        """Call pymilvus, which has no types; wait a while for a server that is restarted."""
        arguments.setdefault("timeout", _TIMEOUT_S)
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                if self._client is None:
                    self._client = MilvusClient(self.url, token=self._token, timeout=_PATIENCE_S)
                return getattr(self._client, method)(**arguments)
            except MilvusException as error:
                if error.code != _CONNECT_FAILED or time.monotonic() > until:
                    raise StoreFailed(self.url, error.message, error.code) from error
            except grpc.RpcError as error:
                raise StoreFailed(self.url, str(error.code())) from error
            time.sleep(0.1)


def _passages(dim: int) -> CollectionSchema:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(KEY, DataType.INT64, is_primary=True)
    for name in NUMBERS:
        schema.add_field(name, DataType.INT64)
    for name in TEXTS:
        schema.add_field(name, DataType.VARCHAR, max_length=_LONGEST)
    schema.add_field(
        SENTENCES,
        DataType.ARRAY,
        element_type=DataType.VARCHAR,
        max_capacity=4096,
        max_length=_LONGEST,
    )
    schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field(SPARSE, DataType.SPARSE_FLOAT_VECTOR)
    return schema


def _lookup() -> CollectionSchema:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=64)
    schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST)
    schema.add_field("none", DataType.FLOAT_VECTOR, dim=2)
    return schema


def _indexes(collection: str) -> IndexParams:
    indexes = MilvusClient.prepare_index_params()
    if collection.endswith(_LOOKUP):
        indexes.add_index("none", index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index(DENSE, index_type="HNSW", metric_type="IP", params=_HNSW)
        indexes.add_index(SPARSE, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    return indexes


def _both(generation: str) -> tuple[str, str]:
    name = _collection(generation)
    return name, name + _LOOKUP


def _collection(generation: str) -> str:
    return f"{ALIAS}_{generation.replace('-', '_')}"


def _identity(collection: str) -> str | None:
    match = _GENERATION.fullmatch(collection)
    return f"{match[1]}-{match[2]}" if match else None
