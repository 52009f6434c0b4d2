"""Embedding on Dask workers: a real scheduler, two worker processes, one of which is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES
from distributed import Client, LocalCluster

from index import __main__ as cli
from index.build import build
from index.embed import open_embedder
from index.errors import WorkersFailed
from index.generations import open_current
from index.spread import Spread

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as cluster:
        yield cluster.scheduler_address


def vectors(index: Path) -> tuple[np.ndarray, np.ndarray]:
    found = open_current(index).vectors
    rows = np.arange(len(found))
    return found.of(rows), np.asarray(found.sentences_of(0, len(found)), np.float32)


def test_workers_embed_what_one_machine_does_even_if_one_is_killed(address, tmp_path):
    build(SAMPLES, tmp_path / "here", open_embedder(threads=1))
    spread = Spread(address)
    build(SAMPLES, tmp_path / "there", spread)
    killed: list[int] = []

    def kill_one(stage: str, done: int, total: int) -> None:
        if stage == "embed" and not killed:
            with Client(address) as client:
                killed.extend(client.run(os.getpid).values())
            os.kill(killed[0], signal.SIGKILL)

    build(SAMPLES, tmp_path / "killed", spread, kill_one)
    spread.close()
    assert len(killed) == 2
    here, there, left = (vectors(tmp_path / name) for name in ("here", "there", "killed"))
    for one, other, third in zip(here, there, left, strict=True):
        assert one.shape == other.shape
        # Batches are cut otherwise, so the last bits differ.
        assert np.abs(one - other).max() < 2e-3
        assert np.array_equal(other, third)


def test_who_is_not_there_is_named(capsys, tmp_path):
    with pytest.raises(WorkersFailed, match=r"127\.0\.0\.1:9"):
        Spread("tcp://127.0.0.1:9")
    verb = ["build", str(SAMPLES), "--index", str(tmp_path / "ix"), "--dask", "tcp://127.0.0.1:9"]
    assert cli.main(verb) == 2
    assert "Dask" in capsys.readouterr().err


def test_a_worker_with_another_model_is_refused(address, monkeypatch):
    spread = Spread(address)
    spread.id = "embedded:other"
    with pytest.raises(WorkersFailed, match="has the model embedded"):
        spread.encode_passages(list(_passages())[:2])
    spread.close()


def _passages():
    from index.passages import cut
    from index.read import find_briefings, read_briefing

    embedder = open_embedder()
    for path in find_briefings(SAMPLES)[:1]:
        yield from cut(read_briefing(path, SAMPLES), embedder.max_tokens, embedder.count_tokens)
