"""Disks that are full, files that are torn: a clear error, and the old index still serves."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT, FakeEmbedder
from test_update import same_as_fresh, write

from index.build import build
from index.errors import IndexDamaged, IndexMismatch
from index.generations import current, open_current, published, verify
from index.read import find_briefings


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    place = tmp_path_factory.mktemp("built")
    write(place / "briefings", "a.txt", ("환율", 1), ("원유", 2))
    build(place / "briefings", place / "index", FakeEmbedder())
    return place


def artifacts() -> list[str]:
    """Name every kind of file of a generation; tantivy's have names of their own."""
    chunk = [f"chunks/0000/{name}" for name in ("terms/terms.npy", "terms/first.npy")]
    chunk += [f"chunks/0000/{name}" for name in ("headings/terms.npy", "headings/first.npy")]
    vectors = ("passages.npy", "sentences.npy", "first.npy")
    chunk += [f"chunks/0000/vectors/{name}" for name in vectors]
    lexical = ["meta.json", *(f"*.{kind}" for kind in ("fast", "term", "idx", "fieldnorm"))]
    return ["passages.sqlite", "manifest.json", *chunk, *(f"lexical/{name}" for name in lexical)]


def complaint(index: Path) -> str:
    """Return what is said of damage when an index is opened or, if nothing, when it is checked."""
    try:
        generation = open_current(index)
    except IndexDamaged as error:
        return str(error)
    return "; ".join(verify(generation))


@pytest.mark.parametrize("verified", [64 * 1024 * 1024, 0])
@pytest.mark.parametrize("fault", ["missing", "truncated", "empty"])
@pytest.mark.parametrize("name", artifacts())
def test_a_torn_file_is_refused_and_mended(built, tmp_path, monkeypatch, name, fault, verified):
    # As it is for an index that is too large to be verified when it is opened, too.
    monkeypatch.setattr("index.generations._VERIFIED", verified)
    place = tmp_path / "copy"
    shutil.copytree(built, place)
    path = next(iter(sorted(current(place / "index").glob(name))))
    data = path.read_bytes()
    path.unlink()
    if fault != "missing":
        path.write_bytes(data[: len(data) // 2] if fault == "truncated" else b"")
    said = complaint(place / "index")
    assert said
    if verified or name == "manifest.json" or fault == "missing":
        assert "python -m index build" in said
    build(place / "briefings", place / "index", FakeEmbedder())
    assert verify(open_current(place / "index")) == []
    assert same_as_fresh(place / "briefings", place / "index", tmp_path)


def test_a_manifest_from_the_future_says_both_values(built, tmp_path):
    place = tmp_path / "copy"
    shutil.copytree(built, place)
    path = current(place / "index") / "manifest.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(fields | {"format": 99}), encoding="utf-8")
    with pytest.raises(IndexMismatch, match="format 99, but this program has 4"):
        open_current(place / "index")
    build(place / "briefings", place / "index", FakeEmbedder())
    assert same_as_fresh(place / "briefings", place / "index", tmp_path)


# No file may grow beyond some size, which is what a full disk is like.
FULL = """
import resource, signal, sys
from pathlib import Path
from conftest import FakeEmbedder
from index.build import build
from index.errors import IndexNotWritten
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]), FakeEmbedder())
except IndexNotWritten as error:
    sys.exit(f"said: {error}")
"""


@pytest.mark.parametrize("limit", [0, 100, 2_000, 20_000])
def test_a_full_disk_is_said_and_loses_nothing(built, tmp_path, limit):
    place = tmp_path / "copy"
    shutil.copytree(built, place)
    before = published(place / "index")
    for number in range(30):
        told = [(f"종목{number}-{each}", each) for each in range(5)]
        write(place / "briefings", f"{number}.txt", *told)
    done = subprocess.run(
        [sys.executable, "-c", FULL, place / "briefings", place / "index", str(limit)],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "said: the index in" in done.stderr
    assert "can't be written" in done.stderr
    assert published(place / "index") == before
    assert open_current(place / "index").manifest.counts["sources"] == 1
    build(place / "briefings", place / "index", FakeEmbedder())
    assert same_as_fresh(place / "briefings", place / "index", tmp_path)


# The superuser may write anywhere, so the child becomes somebody who may not.
READ_ONLY = """
import os, sys
from pathlib import Path
from conftest import FakeEmbedder
from index.build import add, build, remove, rollback
from index.errors import IndexNotWritten
from index.generations import open_current, verify
folder, index = map(Path, sys.argv[1:])
open_current(index)  # imports all that it needs: who may not write may not read those either
if os.getuid() == 0:
    os.setuid(65534)
for change in (
    lambda: build(folder, index, FakeEmbedder()),
    lambda: add([folder / "b.txt"], index, FakeEmbedder()),
    lambda: remove(["a.txt"], index),
    lambda: rollback(index),
):
    try:
        change()
    except IndexNotWritten as error:
        print(error)
generation = open_current(index)
assert verify(generation) == []
assert len(generation.lexical.search(("환율",), 5)[0]) == 1
"""


def test_a_folder_that_is_read_only_serves_and_says_that_it_is(built):
    # Not in `tmp_path`: others than its owner can't enter that.
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        shutil.copytree(built, place, dirs_exist_ok=True)
        write(place / "briefings", "b.txt", ("금리", 3))
        before = published(place / "index")
        os.chmod(place, 0o755)
        os.chmod(place / "index", 0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, place / "briefings", place / "index"],
            env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        os.chmod(place / "index", 0o755)
        assert done.returncode == 0, done.stderr
        said = done.stdout.splitlines()
        assert len(said) == 4, said
        assert all("can't be written" in line and str(place / "index") in line for line in said)
        assert published(place / "index") == before


def test_a_folder_of_many_files_with_bad_ones(tmp_path):
    place = tmp_path / "briefings"
    for number in range(300):
        write(place, f"{number:03}.txt", ("환율", number))
    for number in range(50):
        (place / f"bad{number}.txt").write_bytes(b"\x00\xff\x00" * (number + 1))
    summary = build(place, tmp_path / "index", FakeEmbedder())
    assert (summary.files, len(summary.refused)) == (300, 50)
    assert {error.code for error in summary.refused} == {"not_text"}


def test_strange_names_and_loops_of_links(tmp_path):
    place = tmp_path / "briefings"
    names = ["가" * 70 + ".txt", "줄\n바꿈.txt", "빈 칸  둘.txt", "e\u0301.txt", "'\"<b>&.txt"]
    for number, name in enumerate(names):
        write(place / "안쪽", name, ("환율", number))
    (place / "안쪽" / "고리").symlink_to(place, target_is_directory=True)
    (place / "끊긴.txt").symlink_to(place / "없음.txt")
    assert len(find_briefings(place)) == len(names)
    summary = build(place, tmp_path / "index", FakeEmbedder())
    assert (summary.files, summary.refused) == (len(names), ())
    again = build(place, tmp_path / "index", FakeEmbedder())
    assert (again.generation, again.encoded) == (summary.generation, 0)
    assert "안쪽/줄\n바꿈.txt" in open_current(tmp_path / "index").manifest.sources


def test_a_file_that_goes_while_it_is_read(built, tmp_path, monkeypatch):
    place = tmp_path / "copy"
    shutil.copytree(built, place)
    path = write(place / "briefings", "b.txt", ("금리", 3))

    def gone_when_read(briefing: Path, root: Path):
        path.unlink(missing_ok=True)
        return read(briefing, root)

    from index.read import read_briefing as read

    monkeypatch.setattr("index.update.read_briefing", gone_when_read)
    summary = build(place / "briefings", place / "index", FakeEmbedder())
    assert [error.code for error in summary.refused] == ["not_opened"]
    assert summary.files == 1
