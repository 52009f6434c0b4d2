"""Arrays over several files: read in part, they are what they are when read whole."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from index import arrays
from index.arrays import mapped


@pytest.fixture
def files(tmp_path):
    """Return the paths of three files of rows, and all rows."""
    rows = np.random.default_rng(0).standard_normal((900, 64)).astype(np.float16)
    paths = [tmp_path / f"{n}.npy" for n in range(3)]
    for path, part in zip(paths, np.split(rows, [400, 500]), strict=True):
        np.save(path, part)
    return paths, rows


def test_rows_are_the_same_after_pages_were_let_go_of(files, monkeypatch):
    paths, rows = files
    monkeypatch.setattr(arrays, "_HELD", 1)
    joined = mapped(paths)
    view = joined.between(0, 10)
    for wanted in ([7, 8, 9, 2, 2, 899, 400, 0], [], [450]):
        assert np.array_equal(joined.take(np.array(wanted, np.int64)), rows[wanted])
    assert np.array_equal(joined.between(390, 510), rows[390:510])
    assert np.array_equal(view, rows[:10])
    assert np.array_equal(joined.whole(), rows)


def test_pages_are_let_go_of_once_enough_was_read(files, monkeypatch):
    let_go: list[int] = []

    class Map(mmap.mmap):
        def madvise(self, option: int, *_: int) -> None:
            let_go.append(option)

    _, rows = files
    monkeypatch.setattr(arrays, "_HELD", 20 * arrays._AROUND)
    large, small = (Map(-1, count * arrays._AROUND) for count in (21, 19))
    one_run, five_runs = np.arange(3), np.array([5, 7, 8, 1, 2, 3, 40, 30])
    for maps, read, times in (
        ([large], one_run, 1),
        ([large], five_runs, 7),
        ([small], five_runs, 0),
        ([], five_runs, 0),
    ):
        let_go.clear()
        joined = arrays.Chunked([rows], maps)
        for _ in range(28):
            joined.take(read)
        assert let_go == [mmap.MADV_DONTNEED] * times
