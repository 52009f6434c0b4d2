"""The dense half of a generation on a whole Milvus server: search, filters, alias, kill -9.

Its sparse vectors came later, with 2.4, so collections are made without them here.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import DEV, FakeEmbedder
from standalone import Standalone

from index.build import add, build
from index.errors import MissingExtra, NothingToRollBack, StoreFailed
from index.generations import Generation, open_current

try:
    from index.remote import milvus
    from index.remote.milvus import Milvus
    from index.remote.push import push, roll_back
    from index.remote.rows import DENSE, SPARSE
    from index.remote.store import RemoteIndex
except MissingExtra as error:
    pytest.skip(str(error), allow_module_level=True)

pytestmark = [
    pytest.mark.slow,
    # The package tries ports, and leaves the sockets to be collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    server = Standalone(tmp_path_factory.mktemp("standalone") / "data")
    yield server
    server.kill()


@pytest.fixture
def server(standalone: Standalone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Milvus]:
    whole, indexed = milvus._passages, milvus._indexes
    insert, fetched = Milvus.insert, Milvus.rows

    def passages(dim):
        schema, dense = whole(dim), milvus.MilvusClient.create_schema(auto_id=False)
        for field in schema.fields:
            if field.name != SPARSE:
                dense.add_field(field.name, field.dtype, **field.params | keys(field))
        return dense

    def keys(field):
        more = {"is_primary": True} if field.is_primary else {}
        return more | ({"element_type": field.element_type} if field.element_type else {})

    def indexes(collection):
        made = milvus.MilvusClient.prepare_index_params()
        if collection.endswith("_lookup"):
            return indexed(collection)
        made.add_index(DENSE, index_type="HNSW", metric_type="IP", params=milvus._HNSW)
        return made

    def inserted(self, generation, rows):
        insert(self, generation, [{k: v for k, v in row.items() if k != SPARSE} for row in rows])

    def rows(self, generation, numbers):
        return [{**each, SPARSE: {}} for each in fetched(self, generation, numbers)]

    monkeypatch.setattr(milvus, "_passages", passages)
    monkeypatch.setattr(milvus, "_indexes", indexes)
    monkeypatch.setattr(Milvus, "insert", inserted)
    monkeypatch.setattr(Milvus, "rows", rows)
    monkeypatch.setattr(milvus, "ALL", tuple(name for name in milvus.ALL if name != SPARSE))
    yield Milvus(standalone.url)
    after = Milvus(standalone.url)  # at another port, if it was killed
    after._call("drop_alias", alias=milvus.ALIAS)
    for generation in after.generations():
        after.drop(generation)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(DEV / "briefings", tmp_path / "index", FakeEmbedder())
    return tmp_path / "index"


def pushed(index: Path, server: Milvus) -> Generation:
    generation = open_current(index)
    push(generation, server, lambda *_: None)
    return generation


def assert_same(url: str, local: Generation) -> None:
    """Compare nearest rows, within all and within some, and what the rows hold."""
    store = RemoteIndex(url).open()
    chosen = np.arange(0, len(local.vectors), 3)
    for number in range(5):
        query = FakeEmbedder().encode_query(f"질문 {number}")
        for among in (None, chosen):
            rows, scores = local.vectors.search(query, 10, among)
            found, theirs = store.vectors.search(query, 10, among)
            assert found.tolist() == rows.tolist()
            np.testing.assert_allclose(theirs, scores, atol=1e-6)
    assert store.archive.passages(rows.tolist()) == local.archive.passages(rows.tolist())
    assert [s.id for s in store.archive.sources()] == [s.id for s in local.archive.sources()]


def test_nearest_rows_and_texts_are_those_of_the_folder(server, index):
    assert_same(server.url, pushed(index, server))


def test_the_alias_is_switched_and_gone_back_to(server, index, tmp_path):
    first = pushed(index, server)
    page = tmp_path / "2024-06-03.txt"
    page.write_text("2024년 6월 3일\n\n새 공장이 문을 열었습니다. 직원은 300명입니다.\n", "utf-8")
    add([page], index, FakeEmbedder())
    second = pushed(index, server)
    assert server.current() == second.manifest.id
    assert_same(server.url, second)
    assert roll_back(server) == first.manifest.id
    assert_same(server.url, first)
    with pytest.raises(NothingToRollBack):
        roll_back(server)


def test_nothing_acknowledged_is_lost_by_a_kill(server, standalone, index):
    local = pushed(index, server)
    standalone.kill()
    with pytest.raises(StoreFailed):
        RemoteIndex(server.url).open()
    standalone.start()
    assert_same(standalone.url, local)
    assert Milvus(standalone.url).current() == local.manifest.id
