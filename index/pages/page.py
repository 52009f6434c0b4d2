"""The text of a page → its title, programme, anchor, date and sections.

The head of a page (title, byline, programme line) is read here; the stories below it are found by
`index.pages.sections`. Knows nothing about files, formats and encodings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from index.pages import byline, furniture
from index.pages.furniture import is_greeting
from index.pages.sections import Line, find_sections, lines_of
from index.schema import Section

_MAX_TITLE = 120  # characters
_HEAD = 30  # lines in which a page is looked at for its byline
_STATEMENT = re.compile(r"""(?:[다요죠]|니까)\.["'”’]?$""")
_QUOTED = re.compile(r"['‘\[]([^'’\]]+)['’\]]")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself, and its stories; `published` is None where it does not say."""

    title: str
    programme: str | None
    anchor: str | None
    published: date | None
    sections: tuple[Section, ...]


def read_page(text: str) -> Page:
    """Find what the page is and its sections; there are none where nothing is a sentence."""
    lines = lines_of(text)
    if not lines:
        return Page("", None, None, None, ())
    title, lines = _title(lines)
    lines = [line for line in lines if not _repeats(line, title)]
    series = byline.series_of(title)
    head = _head(lines)
    said = [byline.dateline(line.text) for line in lines[: len(head) + 1]]
    signed = [line.text for line in lines[-6:] if "@" in line.text]
    anchor = _anchor([*(line.text for line in head), *said, *signed])
    spoken = _programme_line(lines, head, series, anchor)
    programme = byline.programme_of(spoken.words, anchor) if spoken else series
    names = {name for name in (series, programme, anchor) if name}
    names.update(_QUOTED.findall(programme or ""))
    below = lines[lines.index(spoken) + 1 :] if spoken else lines
    body = [line for line in below if not _is_byline(line)]
    sections = find_sections(body, tuple(sorted(names)))
    foot = [line.text for line in lines[len(head) :] if not line.prose]
    published = byline.issued([line.text for line in head], foot)
    return Page(title, programme or None, anchor, published, sections)


def _title(lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """Take the first line that is no furniture for the title.

    A paragraph, or the heading of a story, names the page as well but stays in its body.
    """
    for number, line in enumerate(lines[:_HEAD]):
        if furniture.is_furniture(line.text) or _is_byline(line):
            continue
        if _STATEMENT.search(line.text) or len(line.text) > _MAX_TITLE:
            words = line.text[len(byline.dateline(line.text)) :][: 4 * _MAX_TITLE]
            first = re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0]
            return first[:_MAX_TITLE].strip(), list(lines)
        title = line.text if line.style in ("", "[", "<") else line.words
        marked = line.style not in ("", "#", "**")
        stays = marked and number + 1 < len(lines) and lines[number + 1].prose
        return title, list(lines[number if stays else number + 1 :])
    return lines[0].text[:_MAX_TITLE], list(lines)


def _repeats(line: Line, title: str) -> bool:
    """Tell whether a line is the title once more, as web pages have it."""
    return not line.prose and (line.text == title or (line.style == "#" and line.words == title))


def _is_byline(line: Line) -> bool:
    return not line.prose and line.style in ("", "[", "(") and byline.is_byline(line.text)


def _head(lines: Sequence[Line]) -> list[Line]:
    """Take the lines above the first paragraph, sentences that a site says of itself among them."""
    head: list[Line] = []
    for line in lines[:_HEAD]:
        if line.prose and not furniture.is_edge_furniture(line.text):
            break
        head.append(line)
    return head


def _anchor(lines: Iterable[str]) -> str | None:
    return next(filter(None, map(byline.anchor_of, lines)), None)


def _programme_line(
    lines: Sequence[Line], head: Sequence[Line], series: str | None, anchor: str | None
) -> Line | None:
    """Find the line that names the programme and who presents it: ◆ 월드 체크 - 오세윤 캐스터.

    With a marker it may stand below sentences of the site; what the next line
    greets with (■ 월드비즈, then 월드비즈 시작합니다) needs no presenter.
    """
    for number, line in enumerate(lines[:_HEAD]):
        if line.prose or byline.dates(line.text) or furniture.is_furniture(line.text):
            continue
        if not line.style and line not in head:
            continue
        rest = byline.programme_of(line.words, anchor)
        named = anchor is not None and anchor in line.text and len(rest) >= 2
        if named or (line.style and _greeted(line, lines[number + 1 :], series)):
            return line
    return None


def _greeted(line: Line, below: Sequence[Line], series: str | None) -> bool:
    folded = line.words.replace(" ", "")
    if series is not None and series.replace(" ", "") in folded and len(line.words) < 50:
        return True
    said = next((x.text for x in below[:2] if x.prose), "")
    return 4 <= len(folded) <= 25 and folded in said.replace(" ", "") and is_greeting(said, ())
