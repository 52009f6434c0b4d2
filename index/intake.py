"""Take new briefings into a folder: look what is in them first, then copy them there.

No file that is there is ever overwritten: the folder is its owner's. Knows nothing about indexes.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import SourceError
from index.read import SUFFIXES, read_bytes
from index.reports import Offer

_UNNAMED = "briefing"
_LONGEST_NAME = 60  # characters: 180 bytes in Hangul, and file systems take 255
# What file systems, other systems' file systems or people's shells stumble over.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


def look(files: Iterable[Path], pasted: str = "") -> list[Offer]:
    """Read files, and a text that somebody pasted, without keeping them."""
    offers = [_look(path.name, path) for path in files]
    if pasted.strip():
        offers.append(_pasted(pasted))
    return offers


def _look(name: str, path: Path) -> Offer:
    try:
        data = path.read_bytes()
    except OSError as error:
        return Offer(name, b"", None, SourceError(name, "not_opened", detail=error.strerror))
    if path.suffix.lower() not in SUFFIXES:
        return Offer(name, data, None, SourceError(name, "other_kind", kinds=", ".join(SUFFIXES)))
    return _read(name, data)


def _read(name: str, data: bytes) -> Offer:
    try:
        return Offer(name, data, read_bytes(data, name))
    except SourceError as error:
        return Offer(name, data, None, error)


def _pasted(text: str) -> Offer:
    """Read a text, and name it by its date, if it tells one, and its title."""
    offer = _read(f"{_UNNAMED}.txt", text.encode())
    if offer.briefing is None:
        return offer
    source = offer.briefing.source
    parts = [str(source.published or ""), source.title]
    return dataclasses.replace(offer, name=f"{_file_name(' '.join(parts))}.txt")


def take(offers: Iterable[Offer], folder: Path) -> list[str]:
    """Write what was read into a folder; return the names it has there.

    What lies there already, byte for byte, is not written again; another file of the same name
    stays, and the new one gets a number. Raises `SourceError` where it can't be written.
    """
    taken = []
    for offer in offers:
        if offer.briefing is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken.append(_write(offer, folder))
        except OSError as error:
            raise SourceError(folder, "not_taken", detail=error.strerror) from error
    return taken


def _write(offer: Offer, folder: Path) -> str:
    for name in _names(offer.name):
        path = folder / name
        if path.exists():
            if path.read_bytes() == offer.data:
                return name
            continue
        try:
            with path.open("xb") as file:  # never over one that came meanwhile
                file.write(offer.data)
        except FileExistsError:
            continue
        except OSError:
            path.unlink(missing_ok=True)  # not half of it
            raise
        return name
    raise AssertionError("there is always another number")


def _names(name: str) -> Iterator[str]:
    stem, suffix = Path(name).stem, Path(name).suffix
    stem = _file_name(stem)
    yield f"{stem}{suffix}"
    for number in itertools.count(2):
        yield f"{stem} ({number}){suffix}"


def _file_name(text: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(_NO_NAME.sub(" ", text).split())).strip(". ")
    return name[:_LONGEST_NAME].strip() or _UNNAMED
