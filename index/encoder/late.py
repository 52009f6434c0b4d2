"""Late chunking: one pass over a passage gives its vector and one for each of its sentences.

The whole passage is encoded once; a sentence's vector is the mean over the states of its tokens, so
it knows its segment (the subject that only the lead names) at no extra cost. Works with any encoder
that pools by the mean; knows nothing about where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from index.encoder.states import Floats, States, TokenEncoder, encode
from index.schema import Passage, Span


class Prefixes(NamedTuple):
    """What the encoder was trained to see before a question and before a passage."""

    query: str
    passage: str


def compose(passage: Passage) -> tuple[str, list[Span]]:
    """Return the text that stands for a passage, and its sentences' spans in that text.

    That is the heading, a full stop, and the sentences, joined by single spaces. Two passages with
    the same text have the same vectors.
    """
    text = f"{passage.heading}. " if passage.heading else ""
    if not passage.sentences:
        return text + passage.text, []
    spans = []
    for sentence in passage.sentences:
        quote = passage.quote(sentence)
        start = len(text)
        text += quote + " "
        spans.append(Span(start, start + len(quote)))
    return text[:-1], spans


def unit(rows: Floats) -> Floats:
    """Scale rows `(n, d)` to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


class LateChunked:
    """An `Embedder` over any `TokenEncoder`; as safe to share among threads as that one is."""

    def __init__(
        self,
        encoder: TokenEncoder,
        name: str,
        prefixes: Prefixes,
        answering: Floats | None = None,
    ) -> None:
        self.id = name
        self.answering = answering
        self.dim = encoder.dim
        self._encoder = encoder
        self._prefixes = prefixes
        self.max_tokens = encoder.max_length - self.count_tokens([prefixes.passage])[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's tokens, without special ones; texts joined by spaces have the sum."""
        found = self._encoder.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]

    def encode_query(self, question: str) -> Floats:
        """Return the unit vector `(dim,)` of a question; one that is too long is cut."""
        (_, found), *_ = encode(self._encoder, [self._prefixes.query + question])
        row: Floats = self._vectors([found.states.mean(axis=0)])[0]
        return row

    def encode_passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None
    ) -> tuple[Floats, Floats]:
        """Return unit rows for n passages and their m sentences: `(n, dim)` and `(m, dim)`.

        Sentence rows are in reading order over the passages. `progress` is called with the passages
        done so far. What lies beyond the encoder's limit is no part of the passage's vector, and a
        sentence beyond it is encoded alone with its heading.
        """
        first = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
        whole: list[Floats] = [np.empty(0, np.float32)] * len(passages)
        parts: list[Floats] = [np.empty(0, np.float32)] * int(first[-1])
        composed = [compose(passage) for passage in passages]
        beyond: list[tuple[int, str, str]] = []  # row of a sentence, its heading, the sentence
        texts = (self._prefixes.passage + text for text, _ in composed)
        for done, (number, found) in enumerate(encode(self._encoder, list(texts)), start=1):
            whole[number] = found.states.mean(axis=0)
            text, spans = composed[number]
            for row, span in enumerate(spans, start=int(first[number])):
                pooled = self._pool(found, span)
                if pooled is None:
                    beyond.append((row, passages[number].heading, span.of(text)))
                else:
                    parts[row] = pooled
            if progress is not None:
                progress(done)
        self._encode_alone(beyond, parts)
        return self._vectors(whole), self._vectors(parts)

    def _encode_alone(self, sentences: list[tuple[int, str, str]], parts: list[Floats]) -> None:
        """Fill in the rows of sentences that no pass over a passage could read to their end."""
        leads = [f"{heading}. " if heading else "" for _, heading, _ in sentences]
        texts = [
            self._prefixes.passage + lead + sentence
            for lead, (_, _, sentence) in zip(leads, sentences, strict=True)
        ]
        for number, found in encode(self._encoder, texts):
            row, _, sentence = sentences[number]
            start = len(leads[number])
            # Longer than the encoder reads, even alone: what it did read stands for it.
            end = min(start + len(sentence), found.reach - len(self._prefixes.passage))
            pooled = self._pool(found, Span(start, max(start, end)))
            parts[row] = found.states.mean(axis=0) if pooled is None else pooled

    def _pool(self, found: States, span: Span) -> Floats | None:
        """Average the states of a sentence; None if it was not read to its end, or has no token."""
        start, end = (len(self._prefixes.passage) + place for place in span)
        inside = (found.last >= start) & (found.last < end)
        if end > found.reach or not inside.any():
            return None
        mean: Floats = found.states[inside].mean(axis=0)
        return mean

    def _vectors(self, pooled: list[Floats]) -> Floats:
        if not pooled:
            return np.empty((0, self.dim), np.float32)
        return unit(self._encoder.finish(np.stack(pooled)))
