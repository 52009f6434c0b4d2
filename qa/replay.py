"""Saved questions asked again before a new generation becomes the current one.

Tells which of their answers would change or vanish with it. Knows nothing about how generations
are written, nor about screens.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.embed import Embedder
from index.errors import AnswersVanished
from index.generations import Generation
from index.manifest import has_these_words
from qa.answer import Answer
from qa.feedback import feedback_file, history_of, read_questions
from qa.respond import Turn, respond
from qa.weights import load_weights


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A question, and the sentence it was answered with before and now; "" if with none."""

    question: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True)
class Replay:
    """What asking `asked` saved questions again has shown.

    An answer has vanished if nothing is quoted any more, or not the sentence that a reader judged
    to be the answer; it has changed if another sentence comes first.
    """

    asked: int = 0
    vanished: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()


class Replaying:
    """Replays questions when a build asks it to `approve`; what came of that is in `replay`.

    Nothing is asked unless the generation before was made by the same encoder and of the same
    words: only then can it still be asked, and be compared with.
    """

    def __init__(self, questions: Sequence[Mapping[str, Any]], strict: bool = False) -> None:
        self.questions = questions
        self.strict = strict
        self.replay = Replay()

    def __call__(self, before: Generation | None, after: Generation, embedder: Embedder) -> None:
        """Compare two generations; raises `AnswersVanished` if one did and this is strict."""
        old = before.manifest if before else None
        if before is None or old is None or old.embedder != embedder.id or not has_these_words(old):
            return
        weights = load_weights()
        self.replay = replay(
            self.questions,
            lambda turn: respond(turn, before, embedder, weights),
            lambda turn: respond(turn, after, embedder, weights),
        )
        if self.strict and self.replay.vanished:
            raise AnswersVanished([change.question for change in self.replay.vanished])


def judged_questions(index: Path) -> list[dict[str, Any]]:
    """Read what the readers of an index have judged; raises what `read_questions` raises."""
    file = feedback_file(index)
    return read_questions(file) if file.exists() else []


Respond = Callable[[Turn], Answer]


def replay(questions: Sequence[Mapping[str, Any]], before: Respond, after: Respond) -> Replay:
    """Ask each question twice and compare the answers."""
    vanished, changed = [], []
    for question in questions:
        turn = Turn(question["question"], tuple(history_of(question)))
        old, new = before(turn), after(turn)
        judged = question.get("evidence") or ""
        change = Change(turn.question, judged or _first(old), _first(new))
        if (_quotes(old, judged) and not _quotes(new, judged)) or (_first(old) and not _first(new)):
            vanished.append(change)
        elif _first(old) != _first(new):
            changed.append(dataclasses.replace(change, before=_first(old)))
    return Replay(len(questions), tuple(vanished), tuple(changed))


def _first(answer: Answer) -> str:
    return answer.citations[0].quote if answer.citations else ""


def _quotes(answer: Answer, sentence: str) -> bool:
    """Tell whether a sentence is among what is quoted; a quote may hold its neighbour too."""
    return bool(sentence) and any(
        sentence in citation.quote or citation.quote in sentence for citation in answer.citations
    )
