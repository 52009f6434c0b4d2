"""What a language model may say: sentences that the passage they cite supports, else the quote.

A sentence is kept if it cites a numbered passage, every figure, date and name of it stands in that
passage (`qa.llm.figures`), and at least half of its words do. That a rise is not told as a fall is
not checked. A later question that was said in full may name nothing that was not asked about.
Knows nothing about models and servers: it judges text, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.schema import Passage
from index.text import normalize, tokens
from qa.answer import Answer, Statement
from qa.llm.figures import unsupported
from qa.question import MAX_CHARS

# The share of a sentence's words that its passage must hold; a matter of judgement, not measured.
# A sentence without figures and names is still no one's if nothing of it is in the passage.
_SHARE = 0.5
_MARK = re.compile(r"\s*\[([\d\s,]+)\]")
_END = re.compile(
    r"(?:\s*\[[\d\s,]+\])+[.!?]?(?=\s*[^\s\[.!?])"  # after its number: "…했습니다 [1]."
    r"|[다요죠까][.!?][\"'”’)]*(?=\s+[^\s\[])"  # without one
    r"|\n+(?=\s*[^\s\[])"
)
_DECORATION = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+|\*\*|^#+\s*", re.MULTILINE)


def split(written: str) -> tuple[list[str], str]:
    """Cut a text that is still being written; return its finished sentences, and the rest."""
    finished = []
    while match := _END.search(written):
        finished.append(written[: match.end()].strip())
        written = written[match.end() :]
    return [sentence for sentence in finished if sentence], written


def evidence(passage: Passage) -> str:
    """Return what counts as said by a passage: its day, its heading and its text."""
    published = passage.source.published
    day = f"{published.year}년 {published.month}월 {published.day}일" if published else ""
    return "\n".join([day, passage.heading, passage.text])


def judge(sentence: str, answer: Answer) -> Statement:
    """Keep a sentence of a model's with its number, or take the best quote in its place."""
    passages = answer.cited
    cited = [int(n) for mark in _MARK.findall(sentence) for n in re.findall(r"\d{1,3}", mark)]
    known = [number for number in cited if 1 <= number <= len(passages)]
    text = _DECORATION.sub("", _MARK.sub("", normalize(sentence)))
    text = " ".join(text.split())
    for number in known:
        if _supports(text, evidence(passages[number - 1])):
            return Statement(text, number, quoted=False)
    number = known[0] if known else 1
    best = next(c for c in answer.citations if c.passage.id == passages[number - 1].id)
    return Statement(" ".join(best.quote.split()), number, quoted=True)


def restated(said: str, question: str, history: Sequence[str]) -> str:
    """Return the question that a model made of a later one and those before it, or "".

    It is one line, and every figure, date and name of it was asked about.
    """
    lines = [line.strip(" \"'“”‘’") for line in normalize(said).splitlines() if line.strip()]
    asked = "\n".join([*history, question])
    usable = len(lines) == 1 and 0 < len(lines[0]) <= MAX_CHARS and tokens(lines[0])
    return lines[0] if usable and not unsupported(lines[0], asked) else ""


def _supports(text: str, said: str) -> bool:
    words = {word for word in tokens(text) if not re.search(r"\d", word)}
    shared = words & set(tokens(said))
    return bool(words) and len(shared) >= _SHARE * len(words) and not unsupported(text, said)
