"""Lists of many vectors, with thresholds so low that a thousand are many."""

import dataclasses
import random
import shutil
import zlib

import numpy as np
import pytest
from conftest import FakeEmbedder

from index import lists
from index.arrays import Chunked
from index.build import add, build, remove, rollback
from index.errors import IndexDamaged
from index.generations import current, open_current, verify, verify_deeply
from index.lists import is_due, make, take_over
from index.nearest import Nearest, made_in

DIM = 32


def clustered(count: int, seed: int = 0, centres: int = 40) -> np.ndarray:
    """Return unit rows around some centres, as vectors of texts are."""
    chance = np.random.default_rng(seed)
    middle = np.random.default_rng(99).normal(size=(centres, DIM))
    rows = middle[chance.integers(centres, size=count)] + 0.5 * chance.normal(size=(count, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(lists, "EXACT", 300)


@pytest.fixture
def rows():
    return clustered(2000)


@pytest.fixture
def folder(tmp_path, rows):
    make(tmp_path / "lists", Chunked([rows[:900], rows[900:]]), clustered(50, seed=1))
    return tmp_path / "lists"


def recall(found: Nearest, rows: np.ndarray, allowed: np.ndarray | None = None) -> float:
    among = np.arange(len(rows)) if allowed is None else allowed
    shares = []
    for query in clustered(40, seed=2):
        best = among[np.argsort(-(rows[among] @ query), kind="stable")[:50]]
        got, scores = found.search(query, 50, allowed)
        np.testing.assert_allclose(scores, rows[got] @ query, atol=1e-6)  # exact, though found in 8
        assert (np.diff(scores) <= 0).all()  # bits
        assert allowed is None or np.isin(got, allowed).all()
        shares.append(len(np.intersect1d(got, best)) / len(best))
    return float(np.mean(shares))


def test_lists_hold_what_is_near(folder, rows):
    made = made_in(folder)
    assert made.members == 2000
    assert made.recall >= 0.99
    assert recall(Nearest(Chunked([rows]), folder), rows) >= 0.99


def test_rows_after_the_lists_are_found_too(folder, rows):
    more = np.concatenate([rows, clustered(200, seed=3)])
    found = Nearest(Chunked([more]), folder)
    assert found.search(more[2100], 1)[0].tolist() == [2100]
    assert recall(found, more) >= 0.99


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_among_allowed_rows_only(folder, rows, share):
    more = np.concatenate([rows, clustered(200, seed=3)])
    allowed = np.flatnonzero(np.random.default_rng(4).random(len(more)) < share)
    assert recall(Nearest(Chunked([more]), folder), more, allowed) >= 0.98


def test_rows_that_are_gone_are_not_found_and_the_lists_are_shared(folder, rows, tmp_path):
    kept = np.random.default_rng(5).random(len(rows)) < 0.9
    take_over(folder, tmp_path / "one", kept)
    left = rows[kept]
    again = np.random.default_rng(6).random(len(left)) < 0.9
    take_over(tmp_path / "one", tmp_path / "two", again)
    assert (tmp_path / "two/lists.faiss").stat().st_ino == (folder / "lists.faiss").stat().st_ino
    found = Nearest(Chunked([left[again]]), tmp_path / "two")
    assert recall(found, left[again]) >= 0.98
    assert recall(found, left[again], np.arange(100)) >= 0.98
    assert recall(found, left[again], np.arange(1000)) >= 0.98


def test_it_is_due_when_many_came_or_went(folder, rows, tmp_path):
    assert not is_due(tmp_path / "none", 300)
    assert is_due(tmp_path / "none", 301)
    assert not is_due(folder, 2300)
    assert is_due(folder, 2301)
    take_over(folder, tmp_path / "few", np.arange(2000) >= 501)
    assert is_due(tmp_path / "few", 1499)


def test_one_that_is_due_goes_on_with_what_is_there(folder, rows, tmp_path):
    take_over(folder, tmp_path / "next", np.arange(2000) >= 100)
    before = (folder / "lists.faiss").read_bytes()
    more = np.concatenate([rows[100:], clustered(400, seed=3)])
    made = make(tmp_path / "next", Chunked([more]), clustered(50, seed=1))
    assert made.members == 2400  # those that are gone are still in
    assert (folder / "lists.faiss").read_bytes() == before
    assert recall(Nearest(Chunked([more]), tmp_path / "next"), more) >= 0.99
    assert not is_due(tmp_path / "next", 2300)


def test_many_members_that_are_gone_are_left_out_of_new_lists(folder, rows, tmp_path):
    take_over(folder, tmp_path / "next", np.arange(2000) >= 600)
    assert make(tmp_path / "next", Chunked([rows[600:]]), clustered(50, seed=1)).members == 1400


def test_centres_are_found_anew_when_the_rows_have_doubled(folder, rows):
    assert made_in(folder).trained == 2000
    more = np.concatenate([rows, clustered(2001, seed=3)])
    assert make(folder, Chunked([more]), clustered(50, seed=1)).trained == 4001


def test_as_many_lists_are_read_as_are_needed(tmp_path):
    rows = clustered(2000, centres=1)  # nothing is near to anything
    easy = make(tmp_path / "easy", Chunked([clustered(2000)]), clustered(50, seed=1))
    hard = make(tmp_path / "hard", Chunked([rows]), clustered(50, seed=1))
    assert easy.lists == hard.lists == 178
    assert easy.read < hard.read <= 178
    assert min(easy.recall, hard.recall) >= 0.99
    assert recall(Nearest(Chunked([rows]), tmp_path / "hard"), rows) >= 0.97  # other questions


class Clustered(FakeEmbedder):
    """Vectors of texts that have neighbours."""

    dim = DIM

    def encode_query(self, question: str) -> np.ndarray:
        """Return the vector of a text."""
        return clustered(1, seed=zlib.crc32(question.encode()))[0]


def write(folder, number, segments=8):
    chance = random.Random(number)
    told = [
        f"◇ {number}번 소식 {place}\n\n환율은 {chance.randint(1, 10**6)}원이 됐습니다. 끝났습니다."
        for place in range(segments)
    ]
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:03}.txt"
    head = f"[아침 소식] 오늘\n\n김하나 앵커 2024. 4. {number % 28 + 1}. 06:20"
    path.write_text("\n\n".join([head, *told]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    place = tmp_path_factory.mktemp("once")
    for number in range(40):
        write(place / "briefings", number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "EXACT", 300)
        summary = build(place / "briefings", place / "index", Clustered())
    assert (summary.passages, summary.due) == (320, False)
    return place


@pytest.fixture
def built(once, tmp_path):
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "index"


def sound(index):
    """Open the current generation; compare what it finds with all of its vectors."""
    generation = open_current(index)
    assert verify(generation) == verify_deeply(generation) == []
    rows = generation.vectors.of(np.arange(len(generation.vectors)))
    assert recall(Nearest(Chunked([rows]), generation.chunks.lists), rows) >= 0.99
    for row, passage in enumerate(generation.archive.all_passages()):
        vector = Clustered().encode_query(f"{passage.heading}\n{passage.text}")
        np.testing.assert_allclose(rows[row], vector, atol=1e-6)
    return generation


def test_updates_share_the_lists_and_a_build_renews_them(built, tmp_path, monkeypatch):
    first = sound(built)
    assert first.manifest.lists == made_in(first.chunks.lists)
    assert first.manifest.lists.members == 320
    more = write(tmp_path / "briefings", 40)
    assert not add([more], built, Clustered()).due
    remove(["003.txt"], built, Clustered())
    second = sound(built)
    assert second.manifest.lists == first.manifest.lists
    inodes = {(each.chunks.lists / "lists.faiss").stat().st_ino for each in (first, second)}
    assert len(inodes) == 1
    rollback(built)
    assert len(sound(built).vectors) == 328
    monkeypatch.setattr(lists, "EXACT", 5)
    assert add([write(tmp_path / "briefings", 41)], built, Clustered()).due
    assert sound(built).manifest.lists.members == 320
    summary = build(tmp_path / "briefings", built, Clustered())
    assert (summary.due, summary.encoded) == (False, 0)
    assert sound(built).manifest.lists.members == 336


@pytest.mark.parametrize("name", ["lists.faiss", "kept.npy", "lists.json"])
def test_a_damaged_file_of_them_is_found(built, name):
    path = current(built) / "chunks/lists" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(IndexDamaged, match=f"chunks/lists/{name} is not what was written"):
        open_current(built)


def test_lists_of_other_rows_are_refused_even_unverified(built, monkeypatch):
    monkeypatch.setattr("index.generations._VERIFIED", 0)
    folder = current(built) / "chunks/lists"
    kept = np.load(folder / "kept.npy")
    np.save(folder / "kept.npy", kept[1:])
    with pytest.raises(IndexDamaged, match="320 members, 319"):
        open_current(built)
    (folder / "lists.faiss").write_bytes((folder / "lists.faiss").read_bytes()[:1000])
    with pytest.raises(IndexDamaged, match=r"lists\.faiss"):
        open_current(built)


def test_how_they_were_made_is_in_the_manifest(built):
    fields = dataclasses.asdict(open_current(built).manifest.lists)
    assert set(fields) == {"members", "trained", "lists", "read", "recall", "questions"}
