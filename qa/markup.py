"""Text from strangers made safe for a page, and the links that lead into a briefing.

Everything that comes from a briefing or from a person passes through `escape` before it is shown.
It knows nothing about answers, words of ours, or how a page looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, quote, unquote

from index.schema import Span

# All ASCII punctuation that HTML, Markdown, LaTeX or a template could give a meaning to becomes a
# numeric entity, which none of them reads as syntax; so do line ends, which would end a Markdown
# block. Other control characters are shown as their pictures (ESC as ␛), as they are never text.
_ENTITIES = {
    **{code: chr(0x2400 + code) for code in range(32)},
    **{ord(char): f"&#{ord(char)};" for char in "&<>\"'`\\*_~|$#!^=+-[](){}\n\t"},
    0x0D: "",
    0x7F: "␡",
}


class Place(NamedTuple):
    """Where a link leads: a passage with sentences to mark in it, or the top of a briefing.

    `marks` are counted from where the passage begins. A passage's id is made from its content, so
    such a link still leads to the same words after a rebuild.
    """

    kind: Literal["passage", "briefing"]
    id: str
    marks: tuple[Span, ...] = ()

    def link(self) -> str:
        """Write the place as the fragment of an address, not yet escaped."""
        marks = "&".join(f"mark={start}-{end}" for start, end in self.marks)
        sign = "s" if self.kind == "passage" else "b"
        return f"#/{sign}/{quote(self.id, safe='')}{'?' if marks else ''}{marks}"


def read_place(link: str) -> Place | None:
    """Read what `Place.link` wrote; None for anything else, as anybody can type an address."""
    path, _, query = link.partition("?")
    try:
        marks = tuple(_span(field) for field in parse_qs(query).get("mark", []))
    except ValueError:
        return None
    if path.startswith("#/s/"):
        return Place("passage", unquote(path[4:]), marks)
    if path.startswith("#/b/"):
        return Place("briefing", unquote(path[4:]))
    return None


def _span(field: str) -> Span:
    start, end = field.split("-")
    return Span(int(start), int(end))


def escape(text: str) -> str:
    """Make any text safe to stand in HTML, in an attribute and in Markdown, on one line."""
    return text.translate(_ENTITIES)


def marked(text: str, span: Span, marks: Iterable[Span]) -> str:
    """Cut `span` out of the source's text, escaped, with `marks` (of the source) marked in it."""
    pieces: list[str] = []
    here = span.start
    for start, end in sorted(marks):
        start, end = max(start, here), min(end, span.end)
        if start < end:
            pieces.append(escape(text[here:start]))
            pieces.append(f"<mark>{escape(text[start:end])}</mark>")
            here = end
    return "".join(pieces) + escape(text[here : span.end])
