"""Generations on a server: pushed, switched, gone back to; and a server that is away or damaged."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, FakeEmbedder
from lite import Lite, free_port

import index.__main__ as index_cli
import qa.__main__ as qa_cli
from index.build import add, build, rollback
from index.errors import (
    IndexMismatch,
    MissingExtra,
    NothingToRollBack,
    StoreDamaged,
    StoreEmpty,
    StoreFailed,
)
from index.generations import Generation, open_current
from index.manifest import FORMAT
from index.remote.rows import places, weights
from index.terms import numbered
from qa.assistant import Assistant

try:
    from index.remote.milvus import Milvus
    from index.remote.push import push, roll_back
    from index.remote.store import CARD, RemoteIndex
except MissingExtra as error:
    pytest.skip(str(error), allow_module_level=True)

pytestmark = pytest.mark.slow  # every push waits for a server to flush, to index and to load

NEWS = "한국은행이 기준금리를 연 3.5%로 묶었다고 밝혔습니다. 물가가 아직 높다는 이유입니다."


def page(folder: Path, day: int, text: str) -> Path:
    path = folder / f"2024-05-{day:02}.txt"
    path.write_text(f"2024년 5월 {day}일\n\n{text}\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    page(tmp_path / "pages", 1, NEWS)
    return tmp_path / "pages"


@pytest.fixture
def index(folder: Path) -> Path:
    build(folder, folder.parent / "index", FakeEmbedder())
    return folder.parent / "index"


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    server = Lite(tmp_path_factory.mktemp("lite") / "data")
    yield server
    server.kill()


@pytest.fixture
def server(lite: Lite) -> Iterator[Milvus]:
    server = Milvus(lite.url)
    yield server
    for generation in server.generations():
        server.drop(generation)
    server._call("drop_alias", alias="briefing")


def pushed(index: Path, server: Milvus) -> Generation:
    generation = open_current(index)
    assert push(generation, server, lambda *_: None) == generation.manifest.id
    return generation


def titles(server: Milvus) -> list[str]:
    return [source.id for source in RemoteIndex(server.url).open().archive.sources()]


def grow(index: Path, folder: Path, day: int) -> None:
    add([page(folder, day, f"{day}번 공장이 문을 열었습니다.")], index, FakeEmbedder())


def test_a_push_is_current_at_once_and_three_are_kept(server, index, folder):
    ids = [pushed(index, server).manifest.id]
    opened = RemoteIndex(server.url).open()
    for day in (2, 3, 4):
        grow(index, folder, day)
        ids.append(pushed(index, server).manifest.id)
        assert server.current() == ids[-1]
    assert server.generations() == ids[:0:-1]
    assert titles(server) == [f"2024-05-0{day}.txt" for day in (4, 3, 2, 1)]
    assert [s.id for s in opened.archive.sources()] == ["2024-05-01.txt"]


def test_who_asks_follows_a_push_and_a_rollback(server, index, folder, monkeypatch):
    monkeypatch.setattr("qa.assistant.open_embedder", lambda name: FakeEmbedder())
    assistant = Assistant(index, store=RemoteIndex(server.url))
    first = pushed(index, server).manifest.id
    assert assistant.ask("기준금리는?").hits[0].passage.text == NEWS
    grow(index, folder, 2)
    second = pushed(index, server).manifest.id
    assert assistant.manifest().id == second
    hits = assistant.ask("2번 공장").hits
    assert "2024-05-02.txt" in {hit.passage.source.id for hit in hits}
    assert roll_back(server) == first
    assert assistant.manifest().id == first
    assert {hit.passage.source.id for hit in assistant.ask("공장").hits} == {"2024-05-01.txt"}
    with pytest.raises(NothingToRollBack):
        roll_back(server)


def test_what_was_rolled_back_is_not_gone_back_to(server, index, folder):
    first = pushed(index, server).manifest.id
    grow(index, folder, 2)
    second = pushed(index, server).manifest.id
    roll_back(server)
    rollback(index)
    grow(index, folder, 3)
    third = pushed(index, server).manifest.id
    assert second not in server.generations()
    assert server.generations() == [third, first]
    assert roll_back(server) == first


def test_pushing_again_sends_nothing(server, index):
    generation = pushed(index, server)
    sent = []
    push(generation, server, lambda *progress: sent.append(progress))
    assert sent == []
    assert server.current() == generation.manifest.id


def test_a_push_that_was_cut_off_leaves_the_one_before(server, index, folder):
    first = pushed(index, server).manifest.id
    grow(index, folder, 2)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(open_current(index), server, cut_off)
    assert (server.current(), len(server.generations())) == (first, 2)
    assert titles(server) == ["2024-05-01.txt"]
    # One was even cut off between its two collections.
    left = server.generations()[0]
    name = f"briefing_{left.replace('-', '_')}_lookup"
    server._call("drop_collection", collection_name=name)
    second = pushed(index, server).manifest.id
    assert (second, server.generations()) == (left, [second, first])


def test_questions_are_answered_while_generations_are_pushed(server, index, folder, monkeypatch):
    monkeypatch.setattr("qa.assistant.open_embedder", lambda name: FakeEmbedder())
    pushed(index, server)
    assistant = Assistant(index, store=RemoteIndex(server.url))
    done, seen = threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            hits = assistant.ask("기준금리는?").hits
            seen.append(NEWS in [hit.passage.text for hit in hits])

    asking = threading.Thread(target=ask)
    asking.start()
    for day in (2, 3):
        grow(index, folder, day)
        pushed(index, server)
    done.set()
    asking.join()
    assert len(seen) > 1
    assert all(seen)


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path, index, monkeypatch):
    monkeypatch.setattr("qa.assistant.open_embedder", lambda name: FakeEmbedder())
    lite = Lite(tmp_path / "data")
    try:
        server = Milvus(lite.url)
        pushed(index, server)
        assistant = Assistant(index, store=RemoteIndex(lite.url))
        before = assistant.ask("기준금리는?")
        lite.kill()
        with pytest.raises(StoreFailed, match="does not serve"):
            assistant.ask("기준금리는?")
        # It comes up while somebody asks, with nothing loaded, and is waited for.
        lite.start(wait=False)
        monkeypatch.setattr("index.remote.milvus._PATIENCE_S", 30)
        assert assistant.ask("기준금리는?") == before
        assert assistant.ask("물가는 왜?").hits
        assert server.count(open_current(index).manifest.id) == 1
    finally:
        lite.kill()


def test_a_server_that_hangs_is_not_waited_for_forever(server, lite, index, monkeypatch):
    pushed(index, server)
    opened = RemoteIndex(server.url).open()
    monkeypatch.setattr("index.remote.milvus._ANSWER_S", 0.5)
    lite.pause()
    try:
        with pytest.raises(StoreFailed, match="DEADLINE"):
            opened.archive.passages([0])
    finally:
        lite.resume()
    monkeypatch.setattr("index.remote.milvus._ANSWER_S", 10)
    assert [passage.text for passage in opened.archive.passages([0])] == [NEWS]


def test_a_server_that_is_away_is_said_in_korean(tmp_path, index, capsys, monkeypatch):
    monkeypatch.setattr("index.remote.milvus._PATIENCE_S", 0.2)
    url = f"http://127.0.0.1:{free_port()}"
    assert qa_cli.main(["질문", "--store", url]) == 2
    assert f"저장소 {url}에 물을 수 없습니다" in capsys.readouterr().err
    assert index_cli.main(["push", "--index", str(index), "--store", url]) == 2
    assert "서버가 켜져 있는지" in capsys.readouterr().err
    assert qa_cli.main(["질문", "--store", "no address"]) == 2
    assert "주소와 토큰이 맞는지" in capsys.readouterr().err


def test_the_command_line_pushes_asks_and_goes_back(server, lite, sample_index, capsys):
    store = ["--store", lite.url]
    assert qa_cli.main(["질문", *store]) == 2
    assert f"저장소 {lite.url}에 색인이 없습니다" in capsys.readouterr().err
    assert index_cli.main(["push", "--index", str(sample_index), *store]) == 0
    assert "올렸습니다" in capsys.readouterr().out
    assert qa_cli.main(["한국전력 부채는 얼마?", *store]) == 0
    assert "200조 원" in capsys.readouterr().out
    assert index_cli.main(["rollback", *store]) == 2
    assert "되돌릴 이전 세대가 없습니다" in capsys.readouterr().err


def test_a_missing_alias_is_said(server, index):
    pushed(index, server)
    opened = RemoteIndex(server.url)
    server._call("drop_alias", alias="briefing")
    for call in (opened.current, opened.open):
        with pytest.raises(StoreEmpty, match="python -m index push"):
            call()
    pushed(index, server)
    assert titles(server) == ["2024-05-01.txt"]


def test_an_alias_of_somebody_else_is_not_followed(server, index):
    pushed(index, server)
    schema = server._client.create_schema()
    from pymilvus import DataType

    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    server._call("create_collection", collection_name="theirs", schema=schema)
    server._call("alter_alias", collection_name="theirs", alias="briefing")
    with pytest.raises(StoreDamaged, match="theirs"):
        RemoteIndex(server.url).open()
    server._call("drop_collection", collection_name="theirs")


def test_another_width_or_a_lost_row_is_refused(server, index, folder):
    grow(index, folder, 2)
    generation = pushed(index, server).manifest.id
    opened = RemoteIndex(server.url).open()
    name = f"briefing_{generation.replace('-', '_')}"
    server._call("delete", collection_name=name, ids=[1])
    with pytest.raises(StoreDamaged, match="1 passages instead of 2"):
        RemoteIndex(server.url).open()
    with pytest.raises(StoreDamaged, match="row 1 is missing"):
        opened.archive.passages([0, 1])
    server.drop(generation)
    server.create(generation, 8)
    server.make_current(generation)
    with pytest.raises(StoreDamaged, match="pushed to the end"):
        RemoteIndex(server.url).open()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [('"layout": 1', '"layout": 9', "layout"), (f'"format": {FORMAT}', '"format": 9', "format")],
)
def test_another_layout_or_format_is_refused(server, index, old, new, what):
    generation = pushed(index, server).manifest.id
    card = server.texts(generation, [CARD])[CARD]
    assert old in card
    name = f"briefing_{generation.replace('-', '_')}_lookup"
    server._call("delete", collection_name=name, ids=[CARD])
    server.put(generation, {CARD: card.replace(old, new)})
    with pytest.raises(IndexMismatch, match=what):
        RemoteIndex(server.url).open()


def test_a_card_of_another_width_is_refused(server, index):
    generation = pushed(index, server).manifest.id
    card = server.texts(generation, [CARD])[CARD]
    name = f"briefing_{generation.replace('-', '_')}_lookup"
    server._call("delete", collection_name=name, ids=[CARD])
    server.put(generation, {CARD: card.replace('"dim": 16', '"dim": 8')})
    with pytest.raises(StoreDamaged, match="16 wide vectors instead of 8"):
        RemoteIndex(server.url).open()
    server._call("delete", collection_name=name, ids=[CARD])
    server.put(generation, {CARD: '{"layout": 1}'})
    with pytest.raises(StoreDamaged, match="its card can't be read"):
        RemoteIndex(server.url).open()


def test_without_the_extra_its_name_is_said(index):
    code = (
        "import sys; sys.modules['pymilvus'] = None\n"
        "import qa.__main__ as m; sys.exit(m.main(['질문', '--store', 'http://127.0.0.1:1']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert 'pip install "briefing-qa[milvus]"' in done.stderr


def test_a_sparse_vector_holds_bm25():
    # tf 2 and 1 of 3 terms, where the mean is 6: 2.2 tf / (tf + 1.2 (0.25 + 0.75 × 3 / 6)).
    terms = numbered(["금리", "물가", "금리"])
    found = weights("heading", terms, 6.0)
    rate, price = places("heading", numbered(["금리", "물가"]))
    assert found == pytest.approx({rate: 4.4 / 2.75, price: 2.2 / 1.75})
    assert not set(found) & set(weights("text", terms, 6.0))


@pytest.mark.parametrize(
    ("length", "kept"), [(0, 0), (40, 40), (41, 40), (55, 54), (60, 60), (63, 60), (210, 200)]
)
def test_lengths_are_rounded_as_tantivy_rounds_them(length, kept):
    terms = numbered(["같은 말"] * length)
    exact = {
        place: 2.2 * length / (length + 1.2 * (0.25 + 0.75 * kept / 10))
        for place in places("text", terms[:1])
    }
    assert weights("text", terms, 10.0) == pytest.approx(exact)
