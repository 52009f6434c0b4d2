"""The recipe: read the briefings, cut them, embed the passages, publish a new generation.

The old generation serves until the new one is complete. Knows nothing about questions.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from index.embed import Embedder, open_embedder
from index.errors import SourceError
from index.generations import NewGeneration, new_generation
from index.lexicon import load_lexicon, terms_of
from index.passages import content_id, cut
from index.read import SUFFIXES, find_briefings, read_briefing
from index.schema import Briefing, Passage
from index.text import tokens_of

# (stage, done, total): "read" counts files, "embed" passages.
Progress = Callable[[str, int, int], None]

# Passages that are embedded together: enough to sort by length, few enough to stop soon.
_BLOCK = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    generation: str
    files: int
    sections: int
    passages: int
    sentences: int
    seconds: float
    refused: tuple[SourceError, ...]


def build(
    folder: Path,
    index: Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Index every briefing below `folder` as a new generation of `index`.

    `embedder` is the embedded one unless another is given; the index remembers which it was. Files
    that can't be read are refused one by one and listed in the summary. Raises `SourceError` if
    none can be read; whatever it raises, the old generation still serves.
    """
    started = time.monotonic()
    report = progress or _silent
    embedder = embedder or open_embedder()
    with new_generation(index, embedder.dim) as new:
        sources, refused = _read_all(folder, new, embedder, report)
        if not sources:
            raise _nothing(folder, refused)
        _embed_all(new, embedder, report)
        manifest = new.publish(embedder.id, embedder.dim, sources)
    counts = manifest.counts
    return Summary(
        generation=manifest.id,
        files=counts["sources"],
        sections=counts["sections"],
        passages=counts["passages"],
        sentences=counts["sentences"],
        seconds=time.monotonic() - started,
        refused=tuple(refused),
    )


def _read_all(
    folder: Path, new: NewGeneration, embedder: Embedder, report: Progress
) -> tuple[dict[str, str], list[SourceError]]:
    sources: dict[str, str] = {}
    refused: list[SourceError] = []
    files = find_briefings(folder)
    for done, path in enumerate(files):
        report("read", done, len(files))
        try:
            briefing = read_briefing(path, folder)
        except SourceError as error:
            refused.append(error)
            continue
        passages = cut(briefing, embedder.max_tokens, embedder.count_tokens)
        _add(briefing, passages, new)
        sources[briefing.source.id] = briefing.source.sha256
    report("read", len(files), len(files))
    return sources, refused


def _add(briefing: Briefing, passages: Sequence[Passage], new: NewGeneration) -> None:
    # The same segment may stand in two files (a page saved twice): ids are told apart by the file.
    told_apart = [
        dataclasses.replace(p, id=content_id(p.id, p.source.id)) if new.archive.has(p.id) else p
        for p in passages
    ]
    new.archive.add(briefing, told_apart)
    for passage in told_apart:
        heading, *sentences = tokens_of([passage.heading, *map(passage.quote, passage.sentences)])
        for sentence in sentences:
            new.terms.add(sentence)
        new.headings.add(heading)
        named = load_lexicon().entities(f"{passage.heading}. {passage.text}")
        fields = {
            "text": list(itertools.chain(*sentences)),
            "heading": heading,
            "entities": list(itertools.chain(*map(terms_of, named))),
        }
        new.lexical.add(fields, passage.source.published)


def _embed_all(new: NewGeneration, embedder: Embedder, report: Progress) -> None:
    archive = new.close_texts()
    total = archive.counts()["passages"]
    done = 0
    report("embed", done, total)
    for block in _batched(archive.all_passages(), _BLOCK):
        vectors, sentences = embedder.encode_passages(block)
        new.vectors.add(vectors, sentences, [len(passage.sentences) for passage in block])
        done += len(block)
        report("embed", done, total)
    archive.close()


def _nothing(folder: Path, refused: Sequence[SourceError]) -> SourceError:
    if not refused:
        kinds = ", ".join(SUFFIXES)
        return SourceError(folder, "no_briefings", kinds=kinds)
    return SourceError(folder, "none_readable", count=len(refused), first=refused[0])


def _batched(items: Iterable[Passage], size: int) -> Iterator[tuple[Passage, ...]]:
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, size)):
        yield batch


def _silent(stage: str, done: int, total: int) -> None:
    pass
