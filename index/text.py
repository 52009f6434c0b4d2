"""Korean text rules, the same for what is indexed and what is asked.

`normalize` makes one text of many encodings' habits, `sentences` finds what may be quoted, `tokens`
what is searched for. Both need Kiwi, a morphological analyser, since a Korean word carries its
particles: 'ASML은' and 'ASML이' share no word, but share the morpheme 'asml'.

Knows nothing about briefings, files or indexes.
"""

from __future__ import annotations

import functools
import itertools
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence

from kiwipiepy import Kiwi, Sentence

from index.schema import Span

# The name of the rules below, kept in every index: change it whenever `normalize` or `tokens` may
# give another result for the same text, so that an old index is refused instead of half matched.
ANALYZER = "kiwi-0.24/2"

# What carries meaning: nouns, numbers, foreign words, hanja, roots, verbs and adjectives.
# Particles, endings and auxiliaries are what differs between a question and its answer. Each tag
# earns its place: BM25 on a third of KorQuAD finds 0.897 first with all, 0.886 without verbs, 0.889
# without bound nouns, 0.879 without numbers; character bigrams beside them add 0.002.
_CONTENT = ("NN", "NR", "SL", "SN", "SH", "XR", "VV", "VA", "W_SERIAL", "W_HASHTAG")

_SPACES = re.compile(r"[^\S\n]")  # NBSP, ideographic and the other odd spaces
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DIGIT_COMMA = re.compile(r"(?<=\d),(?=\d)")
_HANGUL = re.compile("[가-힣]")
_TOGETHER = 10  # Hangul letters: of 4,000 questions of bench/train 17 have such a word, all names
_CLOCK = re.compile(r"한국 ?(?=시[간각])")  # whose time it is, and not what the news is about

_ENDED = re.compile(r"""[.!?…。][\"'”’)\]」』]*$""")

# What ends a statement or a question in Korean beyond doubt, followed by another sentence.
_PLAIN_END = re.compile(r"""(?<=[다요죠까][.!?])\s+(?=["'“‘]?[가-힣A-Za-z0-9])""")

_loading = threading.Lock()


def normalize(raw: str) -> str:
    r"""Return `raw` composed (NFC), with `\n` line ends, plain spaces and nothing invisible.

    Direction marks are dropped with the other invisible characters: in a quote they could make a
    sentence read otherwise than it is written.
    """
    text = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\u2028\u2029\u0085\x0b\x0c]", "\n", text)
    text = _SPACES.sub(" ", text)
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


@functools.cache
def _load() -> Kiwi:
    # Without the typo and multi-word dictionaries Kiwi is ready in a third of the time; on KorQuAD
    # (5,774 questions) BM25 finds as much without them as with them.
    return Kiwi(load_typo_dict=False, load_multi_dict=False)


def analyzer() -> Kiwi:
    """Return the one analyser of this process, loaded by whoever asks first (about a second)."""
    with _loading:
        return _load()


def sentences(text: str, within: Span) -> list[Span]:
    """Find the whole sentences of `text` inside `within`, in reading order.

    A sentence ends with its line, unless the line ends with a comma: anchors' scripts break long
    sentences into paragraphs. Spans have no white space at their ends.
    """
    return sentences_of(text, [within])[0]


def sentences_of(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Find the `sentences` inside each span; for many spans quicker than one by one."""
    lines = [list(_lines(text, within)) for within in spans]
    # White space as blanks, as long as before: Kiwi would end a sentence at a line's end.
    pieces = [re.sub(r"\s", " ", line.of(text)) for each in lines for line in each]
    found = zip(pieces, analyzer().split_into_sents(pieces, return_sub_sents=False), strict=True)
    return [
        [span for line in each for span in _in_line(text, line, *next(found))] for each in lines
    ]


def _in_line(text: str, line: Span, piece: str, kiwi: Sequence[Sentence]) -> list[Span]:
    # Kiwi knows abbreviations and numbers, but also ends a sentence at an ending alone ("투자한다 |
    # 밝혔고"), and misses some ends before a quotation mark: only full stops count, its and ours.
    ends = {sentence.end for sentence in kiwi if _ENDED.search(piece[: sentence.end].rstrip())}
    for match in _PLAIN_END.finditer(piece):
        if piece.count('"', 0, match.start()) % 2 == 0:
            ends.add(match.start())
    cuts = [0, *sorted(ends - {0}), len(piece)]
    spans = [_stripped(text, line.start + a, line.start + b) for a, b in itertools.pairwise(cuts)]
    return [span for span in spans if span.start < span.end]


def _lines(text: str, within: Span) -> Iterable[Span]:
    start = within.start
    while start < within.end:
        end = text.find("\n", start, within.end)
        while end != -1 and text[start:end].rstrip().endswith(","):
            end = text.find("\n", _skip_blank(text, end, within.end), within.end)
        end = within.end if end == -1 else end
        line = _stripped(text, start, end)
        if line.start < line.end:
            yield line
        start = end + 1


def _skip_blank(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def tokens(text: str) -> list[str]:
    """Return the content morphemes of `text`, in reading order, in the form they are indexed in."""
    return tokens_of([text])[0]


def analysed(text: str) -> list[tuple[str, bool]]:
    """Return the `tokens` of a text, each with whether it is a name: a proper noun, or foreign."""
    return [
        (token.form.lower(), token.tag == "NNP" or (token.tag == "SL" and len(token.form) > 1))
        for token in analyzer().tokenize(_clean(text))
        if token.tag.startswith(_CONTENT)
    ]


def names(text: str) -> list[str]:
    """Return the nouns of a text that name something: proper ones, and those no dictionary has."""
    return [
        token.form.lower()
        for token in analyzer().tokenize(_clean(text))
        if token.tag == "NNP" or (token.tag == "NNG" and token.oov)
    ]


def tokens_of(texts: Sequence[str]) -> list[list[str]]:
    """Return the `tokens` of each text; for many texts quicker than one by one."""
    return [
        [token.form.lower() for token in found if token.tag.startswith(_CONTENT)]
        for found in analyzer().tokenize(map(_clean, texts))
    ]


def spaced(text: str) -> str:
    """Put the spaces into what is written without any; words of usual length stay as they are."""
    return " ".join(
        analyzer().space(word) if len(_HANGUL.findall(word)) >= _TOGETHER else word
        for word in text.split(" ")
    )


def _clean(text: str) -> str:
    return _CLOCK.sub("", _DIGIT_COMMA.sub("", unicodedata.normalize("NFKC", text)))
