"""A citation can't misquote."""

import pytest

from index.schema import Passage, Source, Span
from qa.answer import Citation

SOURCE = Source("a.txt", "제목", "0" * 64)
TEXT = "하나입니다. 둘입니다."
PASSAGE = Passage("id", SOURCE, 0, "꼭지", TEXT, Span(10, 22), (Span(10, 16), Span(17, 22)))


def test_a_quote_that_stands_there():
    citation = Citation(PASSAGE, "둘입니다.", Span(17, 22))
    assert citation.quote == citation.passage.quote(citation.span)


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("셋입니다.", Span(17, 22)),  # other words
        ("둘입니다", Span(17, 22)),  # not all of them
        ("둘입니다.", Span(16, 22)),  # a place beside it
        ("하나입니다.", Span(0, 6)),  # before the passage
        ("둘입니다.", Span(17, 30)),  # past its end
        ("", Span(12, 12)),  # nothing
    ],
)
def test_anything_else_is_refused(quote, span):
    with pytest.raises(ValueError, match="not a quote"):
        Citation(PASSAGE, quote, span)
