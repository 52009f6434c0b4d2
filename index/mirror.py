"""What differs between a folder of briefings and what is indexed of it, told by the files' bytes.

Knows nothing about what is in the files, and nothing about indexes.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path

from index.errors import SourceError
from index.read import find_briefings, source_id
from index.reports import Difference


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """What a build has to do.

    `read` are files to be read, each with the folder that its id is relative to; `gone` are the ids
    of sources that are not there any more as they were; `refused` are files that can't be opened.
    """

    read: tuple[tuple[Path, Path], ...]
    gone: frozenset[str]
    refused: tuple[SourceError, ...] = ()


def compare(folder: Path, indexed: Mapping[str, str]) -> Changes:
    """Tell what is to be done to mirror a folder; `indexed` is the SHA-256 of each source.

    A renamed file is read anew, since its name may tell its date. Raises `SourceError` if there is
    no such folder.
    """
    read, refused, unchanged = [], [], set()
    for path in find_briefings(folder):
        try:
            with path.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            refused.append(SourceError(path, "not_opened", detail=error.strerror))
            continue
        identity = source_id(path, folder)
        if indexed.get(identity) == checksum and identity not in unchanged:
            unchanged.add(identity)
        else:
            read.append((path, folder))
    return Changes(tuple(read), frozenset(indexed) - unchanged, tuple(refused))


def differ(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """Compare two generations' sources, SHA-256 by id; a renamed one has the bytes of one gone."""
    removed = [identity for identity in before if identity not in after]
    added, renamed = [], []
    for identity, checksum in after.items():
        if identity in before:
            continue
        old = next((each for each in removed if before[each] == checksum), None)
        if old is None:
            added.append(identity)
        else:
            removed.remove(old)
            renamed.append((old, identity))
    return Difference(
        added=tuple(added),
        changed=tuple(each for each in after if before.get(each, after[each]) != after[each]),
        renamed=tuple(renamed),
        removed=tuple(removed),
    )
