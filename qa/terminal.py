"""An `Answer` as plain text for a terminal, and its reader who has seen enough.

Knows nothing about HTML.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from index.schema import Hit, Passage
from qa.answer import Answer
from qa.words import Language, day, say

_NEAREST = 3


def answer_text(answer: Answer, language: Language = "ko") -> str:
    """Write an answer: its quotes and where they stand, then the next passages."""
    cited = {citation.passage.id for citation in answer.citations}
    others = [hit for hit in answer.hits if hit.passage.id not in cited][:_NEAREST]
    if answer.status == "no_evidence":
        names = ", ".join(answer.missing)
        why = [say(language, "none_missing", names=names)] if names else []
        if answer.suggestion:
            why.append(f"{say(language, 'suggestion')} {answer.suggestion}")
        return "\n".join([say(language, "none_title"), *why, *_listed("nearest", others, language)])
    lines = [] if answer.sure else [say(language, "only_related")]
    for number, citation in enumerate(answer.citations, start=1):
        quote = " ".join(citation.quote.split())  # two sentences may stand in two paragraphs
        lines += [f"{number}. “{quote}”", f"   — {_where(citation.passage, language)}"]
    return "\n".join(lines + _listed("further", others, language))


def written_lines(answers: Iterable[Answer], language: Language = "ko") -> Iterator[str]:
    """Yield what a language model writes below an answer, as it comes; numbers are the quotes'."""
    shown = 0
    for answer in answers:
        for statement in answer.statements[shown:]:
            if not shown:
                yield f"\n{say(language, 'written')}"
            shown += 1
            passage = answer.cited[statement.number - 1]
            number = 1 + [c.passage.id for c in answer.citations].index(passage.id)
            text = statement.text
            if statement.quoted:
                text = f"“{text}” ({say(language, 'written_quoted')})"
            yield f"  {text} [{number}]"
        if answer.failure:
            reason = say(language, f"llm_{answer.failure.code}", detail=answer.failure.detail)
            yield f"\n{say(language, 'llm_failed', reason=reason)}"


def while_it_is_read(run: Callable[[], int]) -> int:
    """Run a program whose output somebody may stop reading (`| head`); returns its exit status."""
    try:
        status = run()
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Python writes out what is left when it ends, and would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _listed(title: str, hits: Sequence[Hit], language: Language) -> list[str]:
    if not hits:
        return []
    return ["", say(language, title)] + [f"  · {_where(hit.passage, language)}" for hit in hits]


def _where(passage: Passage, language: Language) -> str:
    source = passage.source
    heading = passage.heading or say(language, "no_heading")
    return f"{heading} | {source.title} | {day(language, source.published)}"
