"""Stand-ins for the encoder and for Kiwi, for sizes of `bench.corpus` at which those take a day.

Every sample sentence is embedded once, by the embedded encoder, in its own segment. A made-up
sentence has the vector of the sample that it varies, and a passage the mean of those of the
segments that it mixes, all with noise that depends on the text alone: vectors are spread as real
ones are. `without_kiwi` has each sample analysed once, too, and each name. Questions are embedded
and analysed as ever. What tables made so show is all but the rate and the quality of both.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import random
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import index.passages
import index.update
from bench.corpus import FACTS, NAME, Sample, samples, skeleton, tell
from index.embed import open_embedder
from index.schema import Passage, Source, Span
from index.text import tokens

Floats = NDArray[np.float32]
# Length of the noise beside a unit vector: two variants of a sentence then have a cosine of 0.92.
_NOISE = 0.3


def without_kiwi() -> None:
    """Have this process cut and analyse made-up sentences by rules, which build from there on."""
    vars(index.passages).update(sentences_of=_sentences_of)
    vars(index.update).update(tokens_of=lambda texts: list(map(_tokens, texts)))


_END = re.compile(r"(?<=[다요죠까][.!?])\s+")


def _sentences_of(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    return [_sentences(text, span) for span in spans]


def _sentences(text: str, within: Span) -> list[Span]:
    ends = [match.span() for match in _END.finditer(text, within.start, within.end)]
    starts = [within.start, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), within.end]
    return [Span(*each) for each in zip(starts, stops, strict=True) if each[0] < each[1]]


def _tokens(text: str) -> list[str]:
    figures = re.findall(r"\d+", text.replace(",", ""))
    names = itertools.chain(*map(_analysed, NAME.findall(text)))
    return [*_analysed(skeleton(text)), *names, *figures]


@functools.lru_cache(maxsize=300_000)
def _analysed(text: str) -> list[str]:
    return [token for token in tokens(text) if token != "0"]


def write_table(path: Path) -> None:
    """Embed the samples: 600 segments, a minute."""
    facts = [tell(fact, "○", random.Random(n)) for n in range(40) for fact in FACTS]
    told = [*samples(), *(Sample(each.heading, (each.sentence,), 0) for each in facts)]
    passages = [_passage(each) for each in told]
    whole, sentences = open_embedder().encode_passages(passages)
    of = np.repeat(np.arange(len(passages)), [len(each.sentences) for each in passages])
    keys = [skeleton(each.quote(span)) for each in passages for span in each.sentences]
    np.savez(path, keys=np.array(keys), passages=whole[of], sentences=sentences)


def _passage(sample: Sample) -> Passage:
    names = ["가람나리전자"] * sample.names
    heading, *sentences = [text.format(*names) for text in (sample.heading, *sample.sentences)]
    text = " ".join(sentences)
    spans: list[Span] = []
    for sentence in sentences:
        start = spans[-1].end + 1 if spans else 0
        spans.append(Span(start, start + len(sentence)))
    source = Source("sample", "", "", published=date(2004, 1, 1))
    return Passage("sample", source, 0, heading, text, Span(0, len(text)), tuple(spans))


class StandIn:
    """See the top; `Embedder`. Vectors of what no sample is like are random."""

    id = "stand-in:2"
    dim = 384
    max_tokens = 500
    answering: Floats | None = None

    def __init__(self, table: Path | None = None, threads: int = 1) -> None:
        """Take the samples' vectors from `write_table`'s file; without one all are random.

        `threads` are those of the encoder of questions, 0 for one per core.
        """
        self._places: dict[str, int] = {}
        self._real = None if table is None else open_embedder(threads=threads)
        if table is not None:
            with np.load(table) as read:
                self._places = {key: place for place, key in enumerate(read["keys"].tolist())}
                self._passages, self._sentences = read["passages"], read["sentences"]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Guess two characters a token."""
        return [len(text) // 2 for text in texts]

    def encode_query(self, question: str) -> Floats:
        """Return the vector of a question."""
        if self._real is not None:
            return self._real.encode_query(question)
        return _unit(_noise(question, self.dim))

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """See `Embedder.encode_passages`."""
        whole, parts = [], []
        for passage in passages:
            quotes = [passage.quote(sentence) for sentence in passage.sentences]
            found = [self._places.get(skeleton(quote)) for quote in quotes]
            known = [place for place in found if place is not None]
            mean = self._passages[known].mean(axis=0) if known else np.zeros(self.dim)
            whole.append(_unit(mean + _NOISE / 2 * _noise(passage.text, self.dim)))
            for quote, place in zip(quotes, found, strict=True):
                base = np.zeros(self.dim) if place is None else self._sentences[place]
                parts.append(_unit(base + _NOISE * _noise(quote, self.dim)))
        return np.stack(whole), np.stack(parts)


def _noise(text: str, dim: int) -> Floats:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    drawn = np.random.default_rng(seed).standard_normal(dim, dtype=np.float32)
    return _unit(drawn)


def _unit(vector: NDArray[np.floating]) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
