"""The recipe, and the laws that an index keeps."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES, FakeEmbedder

from index.build import build
from index.errors import IndexDamaged, IndexMismatch, IndexMissing, SourceError
from index.generations import (
    Generation,
    current,
    open_current,
    published,
    verify,
    verify_deeply,
)

PAGE = """[아침 소식] 오늘의 뉴스

김하나 앵커 2024. 4. {day}. 06:20

◇ 첫째 꼭지

{first} 두 번째 문장은 조금 더 깁니다.

◇ 둘째 꼭지

{day}일 둘째 꼭지의 첫 문장입니다. 환율은 달러당 1,350원까지 올랐습니다.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "briefings"
    folder.mkdir()
    for day in (23, 24):
        text = PAGE.format(day=day, first=f"{day}일의 첫 문장입니다.")
        (folder / f"2024-04-{day}.txt").write_text(text, encoding="utf-8")
    return folder


def leavings(index: Path) -> list[str]:
    """Return what lies in an index folder but for its own two files."""
    return sorted(p.name for p in index.iterdir() if p.name not in ("CURRENT", "LOCK"))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_the_summary_counts_what_is_in_the_index(folder, index):
    summary = build(folder, index, FakeEmbedder())
    generation = open_current(index)
    assert (summary.files, summary.sections, summary.passages, summary.sentences) == (2, 4, 4, 8)
    assert generation.manifest.counts == {
        "sources": 2,
        "sections": 4,
        "passages": 4,
        "sentences": 8,
    }
    assert generation.manifest.id == summary.generation
    assert verify(generation) == []


def test_laws_hold_over_the_samples(sample_index):
    generation = open_current(sample_index)
    assert len(list(SAMPLES.iterdir())) == generation.manifest.counts["sources"]
    row = 0
    for passage in generation.archive.all_passages():
        briefing = generation.archive.briefing(passage.source.id)
        assert briefing is not None
        assert passage.span.of(briefing.text) == passage.text
        section = briefing.sections[passage.section]
        assert section.heading == passage.heading
        assert section.span.start <= passage.span.start <= passage.span.end <= section.span.end
        start, end = generation.vectors.first[row : row + 2]
        assert end - start == len(passage.sentences)
        for sentence in passage.sentences:
            assert sentence.of(briefing.text) == passage.quote(sentence)
            assert passage.quote(sentence)[-1] in ".!?”’\"'"
        row += 1
    assert row == len(generation.vectors) == len(generation.lexical) == len(generation.headings)
    vectors = generation.vectors.of(np.arange(row))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(generation.vectors.lengths(), 1, atol=2e-3)


def test_rows_of_all_parts_are_the_same_passage(folder, index):
    embedder = FakeEmbedder()
    build(folder, index, embedder)
    generation = open_current(index)
    for row, passage in enumerate(generation.archive.all_passages()):
        vector = embedder.encode_query(f"{passage.heading}\n{passage.text}")
        assert generation.vectors.search(vector, 1)[0].tolist() == [row]
        best = int(
            np.argmax(
                generation.vectors.sentence_scores(
                    embedder.encode_query(passage.quote(passage.sentences[1])), np.array([row])
                )
            )
        )
        assert best == 1


def test_a_file_that_cannot_be_read_does_not_stop_the_others(folder, index):
    (folder / "broken.txt").write_bytes(b"\x00\xff\x00\x81 rubbish")
    (folder / "empty.txt").write_bytes(b"")
    summary = build(folder, index, FakeEmbedder())
    assert summary.files == 2
    assert sorted(Path(error.path).name for error in summary.refused) == ["broken.txt", "empty.txt"]


def test_a_folder_without_briefings_says_so(tmp_path, index):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(SourceError, match=r"no briefings here.*\.txt"):
        build(tmp_path / "nothing", index, FakeEmbedder())
    assert leavings(index) == []


def test_the_old_index_serves_when_a_build_fails(folder, index):
    build(folder, index, FakeEmbedder())
    before = current(index)

    class Failing(FakeEmbedder):
        def encode_passages(self, passages, progress=None):
            raise RuntimeError("out of memory")

    text = PAGE.format(day=25, first="25일의 첫 문장입니다.")
    (folder / "2024-04-25.txt").write_text(text, encoding="utf-8")
    with pytest.raises(RuntimeError):
        build(folder, index, Failing())
    assert current(index) == before
    assert open_current(index).manifest.counts["sources"] == 2
    assert leavings(index) == [before.name]


def test_the_last_three_generations_are_kept(folder, index):
    ids = []
    for day in range(10, 15):
        text = PAGE.format(day=day, first="첫 문장입니다.")
        (folder / "2024-04-23.txt").write_text(text, encoding="utf-8")
        ids.append(build(folder, index, FakeEmbedder()).generation)
    assert leavings(index) == ids[-3:]
    assert published(index) == ids[:1:-1]


def test_two_files_with_the_same_words_are_both_there(folder, index):
    twin = (folder / "2024-04-23.txt").read_bytes()
    (folder / "copy.txt").write_bytes(twin)
    build(folder, index, FakeEmbedder())
    passages = list(open_current(index).archive.all_passages())
    assert len({p.id for p in passages}) == len(passages) == 6


def test_ids_survive_a_rebuild_and_a_new_file(folder, index):
    build(folder, index, FakeEmbedder())
    before = {p.id for p in open_current(index).archive.all_passages()}
    text = PAGE.format(day=22, first="22일의 첫 문장입니다.")
    (folder / "2024-04-22.txt").write_text(text, encoding="utf-8")
    build(folder, index, FakeEmbedder())
    after = {p.id for p in open_current(index).archive.all_passages()}
    assert before < after


def test_progress_reaches_its_total(folder, index):
    seen: list[tuple[str, int, int]] = []
    build(folder, index, FakeEmbedder(), lambda *step: seen.append(step))
    assert seen[0] == ("read", 0, 2)
    assert ("read", 2, 2) in seen
    assert seen[-1] == ("embed", 4, 4)


def test_no_index_says_what_to_do(index):
    with pytest.raises(IndexMissing, match="python -m index build"):
        open_current(index)


@pytest.mark.parametrize(
    "name", ["passages.sqlite", "chunks/0000/vectors/passages.npy", "chunks/0000/terms/terms.npy"]
)
def test_a_missing_file_is_named(folder, index, name):
    build(folder, index, FakeEmbedder())
    (current(index) / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        open_current(index)


@pytest.mark.parametrize("name", ["chunks/0000/vectors/passages.npy", "lexical/meta.json"])
def test_a_flipped_bit_is_found(folder, index, name, monkeypatch):
    build(folder, index, FakeEmbedder())
    path = current(index) / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(IndexDamaged, match=f"{name} is not what was written"):
        open_current(index)


def test_a_large_index_is_verified_only_when_asked(folder, index, monkeypatch):
    monkeypatch.setattr("index.generations._VERIFIED", 0)
    build(folder, index, FakeEmbedder())
    path = current(index) / "chunks/0000/vectors/sentences.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 0x40
    path.write_bytes(bytes(data))
    assert verify(open_current(index)) == [
        "chunks/0000/vectors/sentences.npy is not what was written"
    ]
    assert verify_deeply(open_current(index)) == ["1 vectors are not of unit length"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("format", 99, IndexMismatch),
        ("analyzer", "kiwi-0.1/0", IndexMismatch),
        ("counts", {"sources": 2, "sections": 4, "passages": 5, "sentences": 8}, IndexDamaged),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(folder, index, field, value, error):
    build(folder, index, FakeEmbedder())
    path = current(index) / "manifest.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields[field] = value
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(error):
        open_current(index)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'])
def test_a_broken_manifest_is_damage(folder, index, content):
    build(folder, index, FakeEmbedder())
    (current(index) / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises((IndexDamaged, IndexMismatch)):
        open_current(index)


def test_the_archive_is_read_only(folder, index):
    build(folder, index, FakeEmbedder())
    generation = Generation(current(index))
    with pytest.raises(sqlite3.OperationalError):
        generation.archive._db.execute("DELETE FROM passages")
