"""Answers questions about an index, from whatever generation of it is current.

Opens the index and its encoder when first asked, and follows a rebuild by itself: every question is
answered from one generation, the one that was current when it was asked. Knows nothing about
screens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from index.embed import Embedder, name_of, open_embedder
from index.errors import IndexMismatch
from index.generations import LocalIndex
from index.lexicon import load_lexicon
from index.manifest import Manifest
from index.schema import Briefing, Passage, SourceSummary
from index.store import Index, Store
from index.text import analyzer
from qa.answer import Answer
from qa.examples import examples, question_of, subject_of
from qa.respond import Turn, respond
from qa.scope import EVERYWHERE, Scope
from qa.weights import Weights, load_weights

# Of the passages found for an answer, so many are looked at for what to ask next.
_NEAR = 4


class Assistant:
    """Answers questions about the briefings of an index; safe to share between threads."""

    def __init__(
        self,
        index: Path,
        weights: Weights | None = None,
        clock: Callable[[], date] = date.today,
        store: Index | None = None,
    ) -> None:
        """Prepare to ask the index in this folder, or `store` instead; nothing is opened yet."""
        self.index = index
        self._store: Index = store or LocalIndex(index)
        self.clock = clock
        self.weights = weights or load_weights()
        self._opening = threading.Lock()
        self._opened: tuple[Store, Embedder] | None = None
        self._questions: tuple[str, dict[str, str | None]] = ("", {})  # see `_question_of`

    def warm(self) -> None:
        """Load everything a question needs: a second. Raises what opening an index raises."""
        # Kiwi and the encoder load side by side: both work outside the interpreter lock.
        with ThreadPoolExecutor(1) as pool:
            words = pool.submit(lambda: (analyzer(), load_lexicon()))
            _, embedder = self.open()
            embedder.encode_query("준비")
        words.result()

    def prepare(self, pause: float = 0.0) -> None:
        """Do what takes longer than a single question gains from it, but many do: a second.

        `pause` is for how many seconds, after each of many steps, others may have the machine.
        """
        load_lexicon().prepare(pause)

    @property
    def ready(self) -> bool:
        """Tell whether a question would be answered at once."""
        return self._opened is not None

    def ask(self, question: str, history: Sequence[str] = (), scope: Scope = EVERYWHERE) -> Answer:
        """Answer one question, as the next turn after earlier ones, the oldest first.

        Raises what opening an index raises (`IndexMissing`, `IndexDamaged`, `IndexMismatch`,
        `ModelUnavailable`, `StoreFailed`), never because nothing was found.
        """
        generation, embedder = self.open()
        turn = Turn(question, tuple(history), scope, self.clock())
        return respond(turn, generation, embedder, self.weights)

    def manifest(self) -> Manifest:
        """Return what the current index was built with."""
        return self.open()[0].manifest

    def sources(self, words: str = "", first: int = 0, count: int = -1) -> list[SourceSummary]:
        """Return the indexed briefings, newest first; see `Archive.sources`."""
        return self.open()[0].archive.sources(words, first, count)

    def programmes(self) -> list[str]:
        """Return the names of all programmes, in their order."""
        return self.open()[0].archive.programmes()

    def briefing(self, source_id: str) -> Briefing | None:
        """Return a whole briefing, to be shown at a quote; None if it is not indexed (any more)."""
        return self.open()[0].archive.briefing(source_id)

    def passage(self, identity: str) -> Passage | None:
        """Return the passage with this id."""
        return self.open()[0].archive.passage(identity)

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """Return the passages that begin the segments before and after that of a passage."""
        firsts: dict[int, Passage] = {}
        for each in self.open()[0].archive.passages_of(passage.source.id):
            firsts.setdefault(each.section, each)
        return firsts.get(passage.section - 1), firsts.get(passage.section + 1)

    def examples(self, count: int) -> list[str]:
        """Return up to `count` questions that are answered, of the newest segments."""
        return examples(self.open()[0].archive.newest_passages(), self._question_of, count)

    def follow_ups(self, found: Sequence[Passage], count: int) -> list[str]:
        """Return up to `count` questions that are answered, of what stands near an answer.

        `found` are its passages, the quoted one first. What else was found comes first, then the
        other segments of the briefing.
        """
        cited, *others = found
        beside = self.open()[0].archive.passages_of(cited.source.id)
        about = ("", subject_of(cited))
        near = [p for p in [*others[:_NEAR], *beside] if subject_of(p) not in about]
        return examples(near, self._question_of, count)

    def _question_of(self, passage: Passage) -> str | None:
        """Return a question that a passage answers; it is found by asking, once in a generation."""
        generation = self.open()[0].manifest.id
        if self._questions[0] != generation:
            self._questions = (generation, {})
        known = self._questions[1]
        if passage.id not in known:
            known[passage.id] = question_of(passage, self.ask)
        return known[passage.id]

    def open(self) -> tuple[Store, Embedder]:
        """Return the current generation and its encoder; opens them when they have changed."""
        identity = self._store.current()
        opened = self._opened
        if opened is not None and opened[0].manifest.id == identity:
            return opened
        with self._opening:
            opened = self._opened
            if opened is None or opened[0].manifest.id != identity:
                self._opened = opened = self._reopen(opened)
        return opened

    def _reopen(self, before: tuple[Store, Embedder] | None) -> tuple[Store, Embedder]:
        generation = self._store.open()
        manifest = generation.manifest
        same = before is not None and before[1].id == manifest.embedder
        embedder = (
            before[1] if before is not None and same else open_embedder(name_of(manifest.embedder))
        )
        if embedder.id != manifest.embedder:
            raise IndexMismatch("the encoder", manifest.embedder, embedder.id)
        return generation, embedder
