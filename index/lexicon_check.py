"""`python -m index lexicon check`: what is doubtful in files of words, for who writes them.

A line that can't be read is an error of `index.lexicon`; here are the ones that can, and still are
probably not meant. Knows nothing about what is searched.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from index.errors import SourceError
from index.lexicon import ENTITIES, SYNONYMS, read_entities, read_groups

Doubt = Literal["short", "twice", "shared", "same_group"]


@dataclasses.dataclass(frozen=True, slots=True)
class Doubtful:
    """A line of a file, the word in it, and what is doubtful about that.

    `short`: a name of one syllable, which stands in other words; `twice`: the same name and kind as
    an earlier line; `shared`: a name that another entity has as well, not marked with `?`;
    `same_group`: two lines of synonyms share two words or more and could be one.
    """

    path: Path
    line: int
    doubt: Doubt
    word: str


def doubts(folder: Path) -> list[Doubtful]:
    """Return what is doubtful in the files of a folder, by file and line.

    Raises `SourceError` where a line can't be read, or there is no such file.
    """
    if not any((folder / name).is_file() for name in (ENTITIES, SYNONYMS)):
        raise SourceError(folder, "no_words")
    found: list[Doubtful] = []
    if (folder / ENTITIES).exists():
        found += _entities(folder / ENTITIES)
    if (folder / SYNONYMS).exists():
        found += _groups(folder / SYNONYMS)
    return sorted(found, key=lambda each: (each.path.name, each.line, each.word))


def _entities(path: Path) -> Iterator[Doubtful]:
    owners: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for line, entity in read_entities(path):
        if (entity.names[0], entity.kind) in seen:
            yield Doubtful(path, line, "twice", entity.names[0])
        seen.add((entity.names[0], entity.kind))
        for name in dict.fromkeys(entity.names):
            if entity.ambiguous:
                continue  # it needs another word of the text's to count
            if len(name) == 1 and "가" <= name <= "힣":  # 美 and 中 stand alone in headlines
                yield Doubtful(path, line, "short", name)
            if owners.setdefault(name, line) != line:
                yield Doubtful(path, line, "shared", name)


def _groups(path: Path) -> Iterator[Doubtful]:
    lines: dict[str, list[int]] = defaultdict(list)
    for line, group in read_groups(path):
        shared: dict[int, list[str]] = defaultdict(list)
        for word in dict.fromkeys(group):
            for before in lines[word]:
                shared[before].append(word)
            lines[word].append(line)
        for words in shared.values():
            if len(words) > 1:
                yield Doubtful(path, line, "same_group", " | ".join(words))
