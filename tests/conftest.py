"""What the tests share: a fake encoder that is a function of the text, and a built sample index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.build import build
from index.schema import Passage

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "briefings"
DEV = ROOT / "bench" / "dev"
# The page that the product was asked for; copyrighted, so it is not part of the project.
SEED = ROOT.parent / "shared" / "seed" / "2024-04-23.txt"

needs_seed = pytest.mark.skipif(not SEED.is_file(), reason="the copyrighted page is not at hand")


# `python -c NO_NETWORK module arguments…` runs a module, and raises at any thought of a socket that
# does not stay on this machine.
NO_NETWORK = """
import runpy, socket, sys
HERE = (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0")
connect, look_up = socket.socket.connect, socket.getaddrinfo
def connect_here(self, address):
    if isinstance(address, tuple) and address[0] not in HERE:
        raise AssertionError(f"network: {address}")
    return connect(self, address)
def look_up_here(host, *rest, **named):
    if host not in HERE:
        raise AssertionError(f"network: {host}")
    return look_up(host, *rest, **named)
socket.socket.connect, socket.getaddrinfo = connect_here, look_up_here
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class FakeEmbedder:
    """Unit vectors that depend on the text alone; counts the passages it was given."""

    id = "fake:1"
    dim = 16
    max_tokens = 100
    answering = None

    def __init__(self) -> None:
        self.encoded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(text.split()) for text in texts]

    def encode_query(self, question: str) -> np.ndarray:
        """Return the vector of a text."""
        seed = int.from_bytes(hashlib.sha256(question.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).normal(size=self.dim)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of heading and text, and of each sentence."""
        self.encoded += len(passages)
        whole = [self.encode_query(f"{p.heading}\n{p.text}") for p in passages]
        sentences = [self.encode_query(p.quote(s)) for p in passages for s in p.sentences]
        return np.stack(whole), np.stack(sentences)


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sample briefings once, with the embedded encoder."""
    index = tmp_path_factory.mktemp("sample") / "index"
    build(SAMPLES, index)
    return index


@pytest.fixture(scope="session")
def dev_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the briefings of the benchmark once, with the embedded encoder."""
    index = tmp_path_factory.mktemp("dev") / "index"
    build(DEV / "briefings", index)
    return index
