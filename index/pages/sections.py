"""Where the stories of a page are: its lines → headings and the spans of their bodies.

A heading is told by its form, not by its words: a marker (◇ ■ [ ] 1. ##) that several short lines
share, none of which ends as a sentence does and each of which a paragraph follows. A page without
headings is cut where its topics change. A line of site furniture between paragraphs cuts its
section in two with the same heading, since a section is one span and holds none of it.

Knows nothing about titles, bylines and dates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.pages import byline, furniture
from index.pages.topics import story_starts
from index.schema import Section, Span

_MAX_HEADING = 100  # characters; the longest of 619 in the training pages has 53
_MAX_BARE = 60  # characters; a heading without a marker is shorter, or it may be a caption
_LEAD = 2  # paragraphs above the first heading that make a section of their own
_LEAD_CHARS = 100  # or so long a one; shorter, it is an anchor's greeting
_TAIL = 12  # last lines, where a sign-off or a copyright ends the page; sites add up to eight
_WEAK = "1▲△•·*-–—○"  # markers that lists and captions have as well

_SYMBOL = re.compile(
    "([\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff※§"
    "\U0001f300-\U0001faff]\ufe0f?)\\s*(.+)"
)
_HASH = re.compile(r"(#{1,6})\s+(.+)")
_BOLD = re.compile(r"(\*\*|__)([^*_].*?)\1\s*:?")
_BRACKET = re.compile(r"([\[【〈《<「『])(.{2,})[\]】〉》>」』]")
_NUMBER = re.compile(r"()(?:\(?\d{1,2}[.)]|[①-⑳❶-❿]|\d️?⃣)\s*(?!\d)(.+)")
_BULLET = re.compile(r"([▲△•·*\-–—○])\s+(.+)")
_STATEMENT = re.compile(r"""(?:[다요죠]|니까)\.["'”’]?$""")
_SENTENCE_GAP = re.compile(r"(?<=[.!?])[\"'”’]?\s+")
_APPENDIX = re.compile(
    r"^(?:출처|참고 ?문헌|각주|주석|관련 (?:기사|뉴스|문서)|같이 보기|외부 링크|바깥 고리)$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that isn't blank: `style` is the marker it starts with, `words` what follows that."""

    span: Span
    text: str
    style: str
    words: str

    @property
    def prose(self) -> bool:
        """Whether it reads as a sentence."""
        return furniture.is_prose(self.text)

    def cut(self, start: int, end: int) -> Line:
        """Return the part of the line from `start` to `end`, counted in its text."""
        part = self.text[start:end]
        return replace(self, span=Span(self.span.start + start, self.span.start + end), text=part)

    @property
    def may_head(self) -> bool:
        """A heading may ask (?) or cry (!) but makes no statement with a full stop."""
        return (
            len(self.words) <= _MAX_HEADING
            and not _STATEMENT.search(self.words)
            and not furniture.is_furniture(self.text)
        )


def lines_of(text: str) -> list[Line]:
    """Find the lines that are not blank."""
    found = []
    for match in re.finditer(r"[^\n]+", text):
        line = match.group().strip()
        if line:
            start = match.start() + match.group().index(line[0])
            found.append(Line(Span(start, start + len(line)), line, *_marker(line)))
    return found


def _marker(line: str) -> tuple[str, str]:
    """Tell the marker of a line from its words; "" where it has none."""
    if len(line) > 3 * _MAX_HEADING:
        return "", line
    for pattern in (_HASH, _SYMBOL, _BULLET):
        match = pattern.fullmatch(line)
        if match:
            return match.group(1)[0], match.group(2).rstrip(f" {match.group(1)[0]}")
    for name, pattern in (("1", _NUMBER), ("[", _BRACKET), ("**", _BOLD)):
        match = pattern.fullmatch(line)
        if match:
            return match.group(1) or name, match.group(2).strip()
    return "", line


def find_sections(lines: Sequence[Line], names: tuple[str, ...]) -> tuple[Section, ...]:
    """Find the stories in the lines of a page without its title and byline.

    `names` are the programme's and the anchor's, by which greetings and sign-offs are told. There
    are no sections where no line is a sentence.
    """
    headings = _headings(lines)
    first = next((n for n, line in enumerate(lines) if line in headings), len(lines))
    lead = _without_greeting(lines[:first], names)
    if first == len(lines):
        return tuple(_unheaded(_without_farewell(lead, names)))
    last = max(n for n, line in enumerate(lines) if line in headings) + 1
    rest = [*lines[first:last], *_without_farewell(lines[last:], names)]
    found = _pieces(lead, "") if _is_story(lead) else []
    starts = [n for n, line in enumerate(rest) if line in headings]
    for start, end in zip(starts, [*starts[1:], len(rest)], strict=True):
        heading = rest[start].words.rstrip(" #:")
        group = _without_markers(rest[start + 1 : end])
        if _without_greeting(group, names) and not _APPENDIX.match(heading):
            found += _pieces(group, heading)
    return tuple(found)


def _is_story(lead: Sequence[Line]) -> bool:
    """Tell a lead from what an anchor chats before the first story."""
    prose = [line.text for line in lead if line.prose]
    return len(prose) >= _LEAD or sum(map(len, prose)) >= _LEAD_CHARS


def _headings(lines: Sequence[Line]) -> set[Line]:
    """Choose the markers whose lines are headings: strong ones first, no marker last."""
    real = [line for line in lines if not furniture.is_furniture(line.text)]
    heads = {line for line, after in pairwise(real) if line.may_head and after.prose}
    shared = Counter(line.style for line in heads)
    strong = {s for s in shared if s and s not in _WEAK and (shared[s] >= 2 or s == "#")}
    if strong:
        return {line for line in heads if line.style in strong}
    all_of = Counter(line.style for line in real)
    weak = {s for s in shared if s and shared[s] >= 2 and 3 * shared[s] >= 2 * all_of[s]}
    if weak:
        return {line for line in heads if line.style in ({"1"} & weak or weak)}
    bare = {line for line in heads if not line.style and not line.prose}
    bare = {line for line in bare if len(line.text) <= _MAX_BARE}
    if len(bare) >= 2:
        return bare
    return {line for line in heads if line.style and line.style not in _WEAK + "[<"}


def _without_greeting(lines: Sequence[Line], names: tuple[str, ...]) -> list[Line]:
    """Drop what stands above the first sentence that is news, and what precedes it in its line."""
    for number, line in enumerate(lines):
        if not line.prose or furniture.is_edge_furniture(line.text):
            continue
        agency = len(byline.dateline(line.text))
        for start, sentence in _rough_sentences(line.text[agency : agency + 1000]):
            if not furniture.is_greeting(sentence, names):
                return [line.cut(agency + start, len(line.text)), *lines[number + 1 :]]
    return []


def _without_farewell(lines: Sequence[Line], names: tuple[str, ...]) -> list[Line]:
    """Drop what stands below the last sentence that is news, and what follows it in its line."""
    for number in range(max(1, len(lines) - _TAIL), len(lines)):
        said = _rough_sentences(lines[number].text[:200])[0][1]
        if furniture.ends_page(lines[number].text) or furniture.signs_off(said, names):
            lines = lines[:number]
            break
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if not line.prose or furniture.is_edge_furniture(line.text):
            continue
        skipped = max(0, len(line.text) - 1000)
        for start, sentence in reversed(_rough_sentences(line.text[skipped:])):
            if not furniture.is_farewell(sentence, names):
                end = skipped + start + len(sentence)
                return [*lines[:number], line.cut(0, end)]
    return []


def _rough_sentences(text: str) -> list[tuple[int, str]]:
    """Cut at full stops: enough to tell a greeting from news, and no analyser is loaded for it."""
    ends = [match.end() for match in _SENTENCE_GAP.finditer(text)]
    cuts = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(start, text[start:end].rstrip()) for start, end in cuts]


def _without_markers(lines: list[Line]) -> list[Line]:
    """Drop marked lines at the end of a story: the heading of a group of stories, with no text."""
    while lines and lines[-1].style and not lines[-1].prose:
        lines = lines[:-1]
    return lines


def _pieces(lines: Sequence[Line], heading: str) -> list[Section]:
    """Make sections of the runs of lines between furniture; a run without a sentence is none."""
    found = []
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and not furniture.is_furniture(line.text):
            run.append(line)
            continue
        if any(kept.prose for kept in run):
            found.append(Section(heading, Span(run[0].span.start, run[-1].span.end)))
        run = []
    return found


def _unheaded(lines: Sequence[Line]) -> list[Section]:
    """Cut a page without headings: at paragraphs that share a marker, else where topics change."""
    kept = [n for n, line in enumerate(lines) if not furniture.is_furniture(line.text)]
    real = [lines[n] for n in kept]
    if not real:
        return []
    mark = real[0].style
    marked = [n for n, line in enumerate(real) if line.style == mark and line.prose]
    if mark and len(marked) >= 2:
        starts = [0, *marked[1:]]
    else:
        mark, starts = "", story_starts([line.text for line in real])
    found = []
    for start, end in zip(starts, [*starts[1:], len(real)], strict=True):
        group = list(lines[kept[start] : kept[end - 1] + 1])
        if mark:
            group[0] = group[0].cut(group[0].text.rindex(group[0].words), len(group[0].text))
        found += _pieces(group, "")
    return found
