"""Bytes → the text of a page, by format and encoding.

Text is decoded strictly: a byte that is not text is an error with its offset, never a replacement
character, since what is quoted must be what was written. HTML is cleaned by trafilatura, which
has its only home here and is loaded by the first page that needs it; PDF is the business of `pdf`.

Knows nothing about titles, headings and sections.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from index.errors import SourceError
from index.pages.pdf import is_wrapped, join_wrapped, pdf_text

_BINARY = {
    b"PK\x03\x04": "archive",
    b"\xd0\xcf\x11\xe0": "old_document",
}
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html)\b", re.I | re.S
)
_ISSUED = re.compile(
    r"""<meta[^>]{1,300}(?:article:published_time|datePublished|pubdate)["']"""
    r"""[^>]{0,300}content=["']([^"']+)""",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<h[2-4]\b[^>]{0,300}>(.{0,500}?)</h[2-4]>", re.IGNORECASE | re.DOTALL)
_SURE = 8  # characters of several bytes that no other encoding reads as UTF-8 by chance


class _Tree(Protocol):
    """What is used here of an lxml element."""

    tag: str
    tail: str | None

    def iter(self, *tags: str) -> Iterator[_Tree]: ...
    def itertext(self) -> Iterator[str]: ...
    def __iter__(self) -> Iterator[_Tree]: ...


@dataclass(frozen=True, slots=True)
class Raw:
    """The text of a page before normalisation; `issued` is the date an HTML page declares."""

    text: str
    issued: str = ""


def text_of(data: bytes, name: str) -> Raw:
    """Read the text out of a file's bytes; `name` tells the format where the bytes don't.

    Raises `SourceError` for bytes that are no text, and for a PDF or HTML file without any.
    """
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise SourceError(name, what)
    if data.startswith(b"%PDF-") or PurePosixPath(name).suffix.lower() == ".pdf":
        return Raw(pdf_text(data, name))
    suffix = PurePosixPath(name).suffix.lower()
    text = decode(data, name, html=suffix in (".html", ".htm"))
    if suffix in (".html", ".htm") or _HTML.match(text[:2000]):
        issued = _ISSUED.search(text[:200_000])
        return Raw(_html(text, name), issued.group(1) if issued else "")
    lines = text.splitlines()
    return Raw("\n".join(join_wrapped(lines)) if is_wrapped(lines) else text)


def decode(data: bytes, name: str, *, html: bool = False) -> str:
    """Decode strictly as UTF-8, UTF-16 or CP949, in this order unless a mark or meta tag says.

    Raises `SourceError` with the offset of the first byte that can't be read.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", name)
    if b"\0" in data[:4096]:
        return _strictly(data, _utf16_order(data, name), name)
    declared = _META_CHARSET.search(data[:4096]) if html else None
    if declared and declared.group(1).lower() in (
        b"euc-kr",
        b"cp949",
        b"ks_c_5601-1987",
        b"x-windows-949",
    ):
        return _strictly(data, "cp949", name)
    mark = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return data[mark:].decode()
    except UnicodeDecodeError as broken:
        # Korean in CP949 never reads as UTF-8 for long, so what did is UTF-8 with a damaged byte.
        read = data[mark : mark + broken.start].decode()
        if mark or sum(not char.isascii() for char in read) >= _SURE:
            raise _undecodable(name, mark + broken.start, "UTF-8") from broken
    return _strictly(data, "cp949", name)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as broken:
        raise _undecodable(name, broken.start, encoding.upper()) from broken


def _undecodable(name: str, offset: int, encoding: str) -> SourceError:
    return SourceError(name, "bad_byte", offset=offset, encoding=encoding)


def _utf16_order(data: bytes, name: str) -> str:
    """Tell the byte order of UTF-16 without a mark by where the zero bytes of its spaces are.

    A few are on the other side: 가 is AC00.
    """
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    order = "utf-16-le" if odd > even else "utf-16-be"
    text = sample[: len(sample) // 2 * 2].decode(order, errors="ignore")
    korean = sum("가" <= char <= "힣" or (char.isascii() and char.isprintable()) for char in text)
    if len(data) % 2 or 2 * min(even, odd) > max(even, odd) or 10 * korean < 7 * len(text):
        raise SourceError(name, "not_text", offset=data.index(0))
    return order


def _html(text: str, name: str) -> str:
    """Take the main text of a web page, headings as `## ` lines, the page's title first."""
    import trafilatura

    title = ""
    # Where it knows no element of a page as its article, trafilatura takes the paragraphs and
    # loses the headings: then they go in as paragraphs.
    for page in (text, _HEADING.sub(r"<p>## \1</p>", text)):
        found = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)
        if found is None or isinstance(found, dict) or found.body is None:
            raise SourceError(name, "html_without_text")
        title = title or " ".join((found.title or "").split())
        body = found.body
        if not _HEADING.search(text) or next(body.iter("head"), None) is not None:
            break
    return "\n\n".join([title, *_blocks(body)])


def _blocks(body: _Tree) -> list[str]:
    """Turn trafilatura's tree into lines: what stands in `head` elements is marked as a heading."""
    found: list[str] = []
    for element in body:
        for line_break in element.iter("lb"):
            line_break.tail = "\n" + (line_break.tail or "")
        parts = element.iter("item", "row") if element.tag in ("list", "table") else [element]
        for part in parts:
            cells = [" ".join(piece.split()) for piece in "".join(part.itertext()).split("\n")]
            lines = [cell for cell in cells if cell]
            if element.tag == "head":
                lines = ["## " + " ".join(lines)] if lines else []
            found += lines
    return found
