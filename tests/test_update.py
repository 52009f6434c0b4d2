"""Updates of an index: what is taken over, what is embedded, and that it equals a fresh build."""

import json
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, FakeEmbedder

from index.build import add, build, remove, rollback
from index.errors import (
    IndexBusy,
    IndexMismatch,
    IndexMissing,
    IndexNotWritten,
    NothingToRollBack,
    SourceError,
)
from index.generations import Generation, open_current, published, verify, verify_deeply
from index.mirror import differ
from index.reports import Difference, Summary
from index.terms import numbered
from index.text import tokens_of

SEGMENT = """◇ {subject} 소식

{subject} 관련 첫 문장입니다. {subject}의 값은 {figure}원까지 올랐습니다.
"""
SUBJECTS = ["환율", "원유", "반도체", "자동차", "금리", "철강", "해운", "항공", "은행", "보험"]


def page(day: int, *segments: tuple[str, int]) -> str:
    told = "\n".join(SEGMENT.format(subject=name, figure=figure) for name, figure in segments)
    return f"[아침 소식] 오늘의 뉴스\n\n김하나 앵커 2024. 4. {day}. 06:20\n\n{told}"


def write(folder: Path, name: str, *segments: tuple[str, int], day: int = 23) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(page(day, *segments), encoding="utf-8")
    return folder / name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "briefings"
    write(folder, "a.txt", ("환율", 1), ("원유", 2))
    write(folder, "b.txt", ("금리", 3), ("철강", 4), day=24)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def update(folder: Path, index: Path) -> tuple[Summary, int]:
    """Build with a fresh embedder; return the summary and the passages it had to encode."""
    embedder = FakeEmbedder()
    return build(folder, index, embedder), embedder.encoded


def content(index: Path) -> dict[tuple[str, int, str], tuple[object, ...]]:
    """Return all that an index holds of each passage, read by its row; check that it is sound."""
    generation = open_current(index)
    assert verify(generation) == []
    assert verify_deeply(generation) == []
    found: dict[tuple[str, int, str], tuple[object, ...]] = {}
    for row, passage in enumerate(generation.archive.all_passages()):
        words = tokens_of([passage.text])[0]
        rows, _ = generation.lexical.search(words, len(generation.lexical))
        first, last = generation.vectors.first[row : row + 2].tolist()
        found[passage.source.id, passage.section, passage.text] = (
            passage.source,
            passage.heading,
            passage.sentences,
            generation.vectors.of(np.array([row])).tolist(),
            generation.vectors.sentences_of(row, row + 1).tolist(),
            generation.terms.between(first, last).tolist(),
            generation.headings.between(row, row + 1).tolist(),
            row in rows.tolist(),
            generation.archive.passages([row]) == [passage],
        )
        assert found[passage.source.id, passage.section, passage.text][-2:] == (True, True)
    return found


def same_as_fresh(folder: Path, index: Path, tmp_path: Path) -> bool:
    fresh = tmp_path / f"fresh-{random.random()}"
    build(folder, fresh, FakeEmbedder())
    return content(index) == content(fresh)


def test_nothing_changed_nothing_done(folder, index):
    first, _ = update(folder, index)
    second, encoded = update(folder, index)
    assert (second.generation, encoded, second.encoded) == (first.generation, 0, 0)
    assert second.difference == Difference()
    assert (second.before, second.passages) == (4, 4)


def test_a_new_file_embeds_only_its_own(folder, index, tmp_path):
    update(folder, index)
    write(folder, "c.txt", ("해운", 5))
    summary, encoded = update(folder, index)
    assert (encoded, summary.encoded, summary.before, summary.passages) == (1, 1, 4, 5)
    assert summary.difference == Difference(added=("c.txt",))
    assert same_as_fresh(folder, index, tmp_path)


def test_a_changed_file_embeds_only_what_is_new_in_it(folder, index, tmp_path):
    update(folder, index)
    write(folder, "a.txt", ("환율", 1), ("원유", 99))
    summary, encoded = update(folder, index)
    assert (encoded, summary.difference) == (1, Difference(changed=("a.txt",)))
    assert same_as_fresh(folder, index, tmp_path)


def test_a_renamed_file_is_only_renamed(folder, index, tmp_path):
    update(folder, index)
    (folder / "a.txt").rename(folder / "다른 이름.txt")
    summary, encoded = update(folder, index)
    assert encoded == 0
    assert summary.difference == Difference(renamed=(("a.txt", "다른 이름.txt"),))
    assert same_as_fresh(folder, index, tmp_path)


def test_a_deleted_file_is_gone_from_every_part(folder, index, tmp_path):
    write(folder, "c.txt", ("닌텐도", 5))
    update(folder, index)
    assert open_current(index).lexical.frequency("닌텐도") == 1
    (folder / "c.txt").unlink()
    summary, encoded = update(folder, index)
    assert (encoded, summary.difference) == (0, Difference(removed=("c.txt",)))
    generation = open_current(index)
    assert generation.lexical.frequency("닌텐도") == 0
    assert generation.lexical.search(["닌텐도"], 5)[0].tolist() == []
    assert same_as_fresh(folder, index, tmp_path)


def test_two_files_that_change_places_keep_their_own_vectors(folder, index, tmp_path):
    update(folder, index)
    first, second = (folder / "a.txt").read_bytes(), (folder / "b.txt").read_bytes()
    (folder / "a.txt").write_bytes(second)
    (folder / "b.txt").write_bytes(first)
    assert update(folder, index)[1] == 0
    assert same_as_fresh(folder, index, tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_ends_like_a_fresh_build(tmp_path, index, monkeypatch, seed):
    # Small chunks, so that some are linked, some are split, and some are joined.
    monkeypatch.setattr("index.chunks.FULL", 6)
    monkeypatch.setattr("index.chunks.SMALL", 3)
    monkeypatch.setattr("index.update._BLOCK", 4)
    chance = random.Random(seed)
    folder = tmp_path / "briefings"
    linked = 0
    for step in range(8):
        for _ in range(chance.randint(1, 3)):
            names = sorted(path.name for path in folder.glob("*.txt"))
            told = [(chance.choice(SUBJECTS), chance.randint(1, 9)) for _ in range(3)]
            name = f"{step}-{chance.random()}.txt"
            if len(names) > 2 and chance.random() < 0.3:
                (folder / chance.choice(names)).unlink()
            elif names and chance.random() < 0.2:
                write(folder, chance.choice(names), *told, day=chance.randint(10, 28))
            elif names and chance.random() < 0.2:
                (folder / chance.choice(names)).rename(folder / name)
            else:
                write(folder, name, *told, day=chance.randint(10, 28))
        before = open_current(index) if published(index) else None
        update(folder, index)
        inodes = [
            {path.stat().st_ino for path in each.folder.rglob("passages.npy")}
            for each in (before, open_current(index))
            if each
        ]
        linked += len(set.intersection(*inodes)) if len(inodes) > 1 else 0
    assert linked
    assert same_as_fresh(folder, index, tmp_path)


def test_scores_are_those_of_a_fresh_build_after_additions(folder, index, tmp_path):
    update(folder, index)
    for number in range(9):
        write(folder, f"more-{number}.txt", ("해운", number), ("항공", number))
        update(folder, index)
    build(folder, tmp_path / "fresh", FakeEmbedder())
    grown, fresh = open_current(index), open_current(tmp_path / "fresh")
    for term in ("환율", "해운", "값"):
        rows = np.arange(len(grown.lexical))
        scores = [
            {p.id: round(float(s), 4) for p, s in zip(g.archive.all_passages(), found, strict=True)}
            for g in (grown, fresh)
            for found in [g.lexical.scores("text", [term], rows)]
        ]
        assert scores[0] == scores[1]
    assert numbered(["환율"]).tolist()[0] in grown.terms.between(0, len(grown.terms)).tolist()


class Stopping(FakeEmbedder):
    """Fails after some passages, as if it had been killed."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def encode_passages(self, passages, progress=None):
        """Encode, unless it would be too many."""
        if self.encoded + len(passages) > self.after:
            raise KeyboardInterrupt
        return super().encode_passages(passages, progress)


def test_a_build_that_was_stopped_goes_on(folder, index, tmp_path, monkeypatch):
    monkeypatch.setattr("index.update._BLOCK", 1)
    with pytest.raises(KeyboardInterrupt):
        build(folder, index, Stopping(after=3))
    assert published(index) == []
    assert update(folder, index)[1] == 1
    assert same_as_fresh(folder, index, tmp_path)
    assert not (index / ".embedded").exists()


def test_a_journal_that_cannot_be_read_is_not_used(folder, index, tmp_path, monkeypatch):
    monkeypatch.setattr("index.update._BLOCK", 1)
    with pytest.raises(KeyboardInterrupt):
        build(folder, index, Stopping(after=3))
    torn, *_ = sorted((index / ".embedded").glob("*.npz"))
    torn.write_bytes(torn.read_bytes()[:100])
    assert update(folder, index)[1] == 2
    assert same_as_fresh(folder, index, tmp_path)


def test_another_encoder_shares_nothing(folder, index):
    update(folder, index)
    other = FakeEmbedder()
    other.id = "fake:other"
    build(folder, index, other)
    assert other.encoded == 4


def test_other_words_are_analysed_anew_and_not_embedded(folder, index, tmp_path):
    update(folder, index)
    path = index / published(index)[0] / "manifest.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(fields | {"analyzer": "kiwi-0.1/0"}), encoding="utf-8")
    with pytest.raises(IndexMismatch):
        add([folder / "a.txt"], index, FakeEmbedder())
    summary, encoded = update(folder, index)
    assert (encoded, summary.difference) == (0, Difference())
    assert summary.generation != path.parent.name
    assert same_as_fresh(folder, index, tmp_path)


def test_a_damaged_index_is_mended_by_a_build(folder, index, tmp_path):
    update(folder, index)
    path = next((index / published(index)[0]).rglob("terms.npy"))
    path.write_bytes(path.read_bytes()[:-4])
    assert update(folder, index)[1] == 4
    assert same_as_fresh(folder, index, tmp_path)


def test_add_and_remove_single_briefings(folder, index, tmp_path):
    update(folder, index)
    new = write(tmp_path / "elsewhere", "c.txt", ("해운", 5))
    embedder = FakeEmbedder()
    summary = add([new], index, embedder)
    assert (summary.difference, embedder.encoded) == (Difference(added=("c.txt",)), 1)
    write(tmp_path / "elsewhere", "c.txt", ("해운", 6))
    assert add([new], index, embedder).difference == Difference(changed=("c.txt",))
    assert add([new], index, embedder).difference == Difference()
    new.write_bytes(b"")
    with pytest.raises(SourceError, match="none of the 1 files"):
        add([new], index, embedder)
    assert sorted(open_current(index).manifest.sources) == ["a.txt", "b.txt", "c.txt"]
    summary = remove(["a.txt"], index, embedder)
    assert summary.difference == Difference(removed=("a.txt",))
    assert sorted(open_current(index).manifest.sources) == ["b.txt", "c.txt"]
    assert embedder.encoded == 2


def test_what_cannot_be_added_or_removed_is_said(folder, index, tmp_path):
    with pytest.raises(IndexMissing):
        remove(["a.txt"], index, FakeEmbedder())
    update(folder, index)
    before = published(index)
    with pytest.raises(SourceError, match="status lists them"):
        remove(["a.txt", "x.txt"], index, FakeEmbedder())
    with pytest.raises(SourceError, match="keep at least one"):
        remove(["a.txt", "b.txt"], index, FakeEmbedder())
    (tmp_path / "empty.txt").touch()
    with pytest.raises(SourceError, match="none of the 1 files"):
        add([tmp_path / "empty.txt"], index, FakeEmbedder())
    with pytest.raises(SourceError, match="none of the 1 files"):
        add([tmp_path / "no such file.txt"], index, FakeEmbedder())
    assert published(index) == before


def test_rolling_back(folder, index):
    first, _ = update(folder, index)
    with pytest.raises(NothingToRollBack):
        rollback(index)
    write(folder, "a.txt", ("은행", 7))
    second, _ = update(folder, index)
    assert published(index) == [second.generation, first.generation]
    assert rollback(index) == first.generation
    assert "환율" in next(open_current(index).archive.all_passages()).text
    # What the folder holds is built again, and what was rolled back is not kept.
    third, encoded = update(folder, index)
    assert encoded == 1
    assert published(index) == [third.generation, first.generation]
    assert not (index / second.generation).exists()


def test_two_names_that_differ_only_in_their_code_points(folder, index):
    for form in ("NFC", "NFD"):
        write(folder, unicodedata.normalize(form, "브리핑.txt"), ("보험", 1))
    summary, _ = update(folder, index)
    assert summary.files == 3
    assert [error.code for error in summary.refused] == ["same_name"]
    again, _ = update(folder, index)
    assert again.generation == summary.generation


def test_one_builder_at_a_time(folder, index):
    update(folder, index)
    holder = (
        "import sys, time\nfrom pathlib import Path\nfrom index.lock import only_builder\n"
        f"with only_builder(Path({str(index)!r})):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", holder]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy, match=f"process {process.pid}, since 20") as caught:
            build(folder, index, FakeEmbedder())
        assert caught.value.pid == process.pid
        process.kill()
    write(folder, "c.txt", ("해운", 5))
    assert update(folder, index)[0].files == 3


def test_an_index_that_cannot_be_written_says_so(folder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(IndexNotWritten, match="name another folder with --index"):
        build(folder, tmp_path / "file", FakeEmbedder())


def test_what_is_not_ours_is_never_swept_away(folder, index):
    index.mkdir()
    (index / "notes").mkdir()
    (index / "notes" / "mine.txt").write_text("내 것", encoding="utf-8")
    (index / ".new-20240423T000000000000-abcd").mkdir()
    (index / "20240423T000000000000-abcd").mkdir()
    summary, _ = update(folder, index)
    folders = sorted(path.name for path in index.iterdir() if path.is_dir())
    assert folders == [summary.generation, "notes"]


def test_a_reader_goes_on_with_what_it_has_open(folder, index):
    update(folder, index)
    old = open_current(index)
    texts = [passage.text for passage in old.archive.all_passages()]
    for number in range(5):
        write(folder, "a.txt", ("은행", number))
        update(folder, index)
    assert not old.folder.exists()
    assert [passage.text for passage in old.archive.all_passages()] == texts
    assert old.lexical.search(["환율"], 5)[0].tolist() == [0]
    assert isinstance(open_current(index), Generation)


def test_the_difference_of_two_generations():
    before = {"a": "1", "b": "2", "c": "3", "d": "4"}
    after = {"a": "1", "b": "9", "e": "3", "f": "5"}
    assert differ(before, after) == Difference(
        added=("f",), changed=("b",), renamed=(("c", "e"),), removed=("d",)
    )


def test_files_of_the_same_bytes_that_go_are_all_told():
    before = {"a": "1", "b": "1", "c": "1"}
    assert differ(before, {"d": "1"}) == Difference(renamed=(("a", "d"),), removed=("b", "c"))


def test_without_hard_links_files_are_copied(folder, index, tmp_path, monkeypatch):
    def no_links(path: Path, target: Path) -> None:
        raise OSError("no hard links here")

    monkeypatch.setattr("index.share.os.link", no_links)
    update(folder, index)
    write(folder, "c.txt", ("해운", 5))
    assert update(folder, index)[1] == 1
    assert same_as_fresh(folder, index, tmp_path)


def test_a_heading_is_found_by_the_other_names_of_what_it_names(tmp_path, index):
    write(tmp_path / "briefings", "a.txt", ("하이닉스", 1))
    build(tmp_path / "briefings", index, FakeEmbedder())
    wanted = numbered(tokens_of(["SK하이닉스"])[0])
    assert open_current(index).heading_terms.matches(wanted, np.array([0])).all()
