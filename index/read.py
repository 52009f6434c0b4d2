"""Briefing files → `Briefing`s: find them, read them, refuse what is no briefing.

What a page's bytes say is the business of `index.pages.formats`, what its text says that of
`index.pages.page`; here they are put together, and every refusal is one `SourceError` that names
the file.

Knows nothing about passages and indexes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from index.errors import SourceError
from index.pages import byline, formats
from index.pages.page import read_page
from index.schema import Briefing, Source
from index.text import normalize

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf")
MAX_BYTES = 20 * 1024 * 1024  # a year of daily briefings in one file has about 2 MB

_log = logging.getLogger(__name__)


def find_briefings(folder: Path) -> list[Path]:
    """Find the briefing files below `folder`, sorted by path; hidden files and folders are skipped.

    Links to folders are followed, each folder once, so that a link to a parent ends nothing.
    """
    if not folder.is_dir():
        raise SourceError(folder, "no_folder")
    return sorted(_walk(folder), key=lambda path: path.relative_to(folder).as_posix())


def _walk(folder: Path) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=_unreadable):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent, name)
            if (
                not name.startswith((".", "~$"))
                and path.suffix.lower() in SUFFIXES
                and path.is_file()
            ):
                yield path


def _unreadable(error: OSError) -> None:
    _log.warning("skipped a folder that can't be read: %s", error)


def source_id(path: Path, root: Path) -> str:
    """Return the id of a file: its path below `root`, composed (NFC), with `/` on every system."""
    return unicodedata.normalize("NFC", path.relative_to(root).as_posix())


def read_briefing(path: Path, root: Path) -> Briefing:
    """Read one file; its id is its path below `root`. Raises `SourceError`."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(str(path), size)
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path, "not_opened", detail=error.strerror) from error
    return read_bytes(data, source_id(path, root))


def read_bytes(data: bytes, name: str) -> Briefing:
    """Read a page that was uploaded or pasted; `name` becomes its id. Raises `SourceError`."""
    name = unicodedata.normalize("NFC", name)
    if len(data) > MAX_BYTES:
        raise _too_large(name, len(data))
    if not data.strip():
        raise SourceError(name, "empty")
    raw = formats.text_of(data, name)
    text = normalize(raw.text)
    page = read_page(text)
    if not page.sections:
        raise SourceError(name, "no_sentence")
    declared = [day for _, day in byline.dates(raw.issued)]
    source = Source(
        id=name,
        title=page.title,
        sha256=hashlib.sha256(data).hexdigest(),
        programme=page.programme,
        anchor=page.anchor,
        published=page.published or (declared[0] if declared else _named_date(name, page.title)),
    )
    return Briefing(source, text, page.sections)


def _named_date(name: str, title: str) -> date | None:
    """Take the date from the file's name, else from a title that has one in digits (2024-04-23)."""
    return byline.date_of_name(name) or byline.date_of_name(title)


def _too_large(name: str, size: int) -> SourceError:
    limit = MAX_BYTES // 1024 // 1024
    return SourceError(name, "too_large", size=f"{size:,}", limit=limit)
