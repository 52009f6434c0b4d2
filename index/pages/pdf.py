"""PDF → text, and lines that were broken for want of room → paragraphs.

What is quoted are sentences, and a sentence ends with its line: so lines that go on are joined
here, in a PDF always and in a plain text where most lines do. pypdf has its only home here and is
loaded by the first PDF.

Knows nothing about headings, except that a line which starts as one isn't the rest of another.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

from index.errors import SourceError

# What is damaged is told once, by the file's name; pypdf would add a line for each thing it meets.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_SENTENCE_END = re.compile(r"""[.!?…]["'”’」)\]]*$""")
_PAGE_NUMBER = re.compile(r"\W*(?:\d{1,4}\s*/\s*)?\d{1,4}\W*|page \d+.*", re.IGNORECASE)
_STARTS_ANEW = re.compile(r"[◇◆■□▶▷●○◎★☆※\[【<#▲]|\d{1,2}[.)]\s|[①-⑳]")


def pdf_text(data: bytes, name: str) -> str:
    """Take the text of a PDF, its lines joined into paragraphs."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(name, "pdf_locked")
        pages = [page.extract_text().split("\n") for page in reader.pages]
    except (
        PyPdfError,
        ImportError,
        OSError,
        RecursionError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ) as broken:
        # pypdf meets damage deep inside with whatever Python raises there; an ImportError is a
        # cipher that it needs another package for.
        raise SourceError(name, "pdf_broken", detail=broken) from broken
    lines = [line for page in _without_running_lines(pages) for line in page]
    if not any(line.strip() for line in lines):
        raise SourceError(name, "pdf_without_text")
    return "\n".join(join_wrapped(lines))


def _without_running_lines(pages: Sequence[list[str]]) -> list[list[str]]:
    """Drop page numbers, and lines at the top or foot that most of three or more pages share."""
    edges = Counter(line.strip() for page in pages for line in {*page[:2], *page[-2:]})
    often = {line for line, count in edges.items() if len(pages) >= 3 and 2 * count > len(pages)}
    return [
        [x for x in page if x.strip() not in often and not _PAGE_NUMBER.fullmatch(x.strip() or "-")]
        for page in pages
    ]


def join_wrapped(lines: Sequence[str]) -> list[str]:
    """Join lines that were broken for want of room, so that no sentence is cut at a line's end.

    A line is taken to go on where it is about as long as the long ones, ends no sentence, and the
    next starts with no marker. A PDF does not tell a break between words from one inside a word,
    unless it keeps the space: then we know, else a space is put.
    """
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[3 * len(lengths) // 4] if lengths else 0
    keeps_spaces = any(line.endswith(" ") and len(line) >= width for line in lines)
    joined: list[str] = []
    open_line = False
    for line in lines:
        text = line.strip()
        if open_line and text and not _STARTS_ANEW.match(text):
            gap = "" if keeps_spaces and not joined[-1].endswith(" ") else " "
            joined[-1] = joined[-1].rstrip() + gap + line.lstrip()
        else:
            joined.append(line)
        least = 0.95 * width if _STARTS_ANEW.match(text) else 0.7 * width  # a heading is short
        open_line = len(text) >= least and bool(text) and not _SENTENCE_END.search(text)
    return joined


def is_wrapped(lines: Sequence[str]) -> bool:
    """Tell whether a text was broken into lines of one width, as old mails and terminals do."""
    pairs = [(a.rstrip(), b) for a, b in pairwise(lines) if a.strip() and b.strip()]
    width = max((len(line.rstrip()) for line in lines), default=0)
    going_on = sum(2 * len(a) > width and not _SENTENCE_END.search(a) for a, _ in pairs)
    ended = sum(bool(_SENTENCE_END.search(line.rstrip())) for line in lines)
    return 20 <= width <= 100 and 2 * going_on > len(pairs) and 5 * ended > len(pairs) > 4
