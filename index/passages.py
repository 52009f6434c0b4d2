"""Cut the sections of a briefing into passages of whole sentences.

A section that the encoder can read in one go is one passage; a longer one becomes windows of about
equal length. Knows nothing about encoders but how many tokens a text is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from index.schema import Briefing, Passage, Section, Span
from index.text import sentences_of

CountTokens = Callable[[Sequence[str]], list[int]]


def cut(briefing: Briefing, max_tokens: int, count_tokens: CountTokens) -> list[Passage]:
    """Return the passages of a briefing in reading order, none across a section.

    Every passage fits into `max_tokens` with its heading before it, unless a single sentence does
    not. Sections without a sentence give none. Ids are unique within the briefing.
    """
    passages: list[Passage] = []
    seen: set[str] = set()
    sentences = sentences_of(briefing.text, [section.span for section in briefing.sections])
    for number, (section, found) in enumerate(zip(briefing.sections, sentences, strict=True)):
        for window in _windows(briefing.text, section, found, max_tokens, count_tokens):
            passage = _passage(briefing, number, section.heading, window, seen)
            seen.add(passage.id)
            passages.append(passage)
    return passages


def _windows(
    text: str, section: Section, found: list[Span], max_tokens: int, count_tokens: CountTokens
) -> list[tuple[Span, ...]]:
    if not found:
        return []
    heading, *counts = count_tokens([section.heading, *(sentence.of(text) for sentence in found)])
    # The prefix ("passage: "), the full stop after the heading and the encoder's two marks.
    room = max_tokens - heading - 8
    # As many windows as are needed, and about equal: greedy packing would leave tails of one
    # sentence, whose vectors know nothing of their segment.
    share = sum(counts) / -(-sum(counts) // max(room, 1))
    windows: list[list[Span]] = [[]]
    used = 0
    for sentence, count in zip(found, counts, strict=True):
        if windows[-1] and (used + count > room or used + count / 2 > share):
            windows.append([])
            used = 0
        windows[-1].append(sentence)
        used += count
    return [tuple(window) for window in windows]


def _passage(
    briefing: Briefing, number: int, heading: str, window: tuple[Span, ...], seen: set[str]
) -> Passage:
    span = Span(window[0].start, window[-1].end)
    text = span.of(briefing.text)
    published = briefing.source.published
    identity = content_id(str(published), heading, text)
    repeat = 0
    while identity in seen:  # the same words twice on one page
        repeat += 1
        identity = content_id(str(published), heading, text, str(repeat))
    return Passage(identity, briefing.source, number, heading, text, span, window)


def content_id(*parts: str) -> str:
    """Return 16 hexadecimal digits that depend on `parts` alone: links survive a rebuild."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def words_id(passage: Passage) -> bytes:
    """Return 16 bytes that depend on what an encoder sees of a passage, and on nothing else."""
    digest = hashlib.blake2b(passage.heading.encode(), digest_size=16)
    for sentence in passage.sentences:
        digest.update(b"\0" + passage.quote(sentence).encode())
    return digest.digest()
