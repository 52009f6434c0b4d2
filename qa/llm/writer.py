"""A language model's text about the quotes of an answer, from an OpenAI-compatible server.

Off unless BRIEFING_LLM_URL is set; docs/llm.md says what is sent where. The model gets the question
and the cited passages, and nothing of it is shown before `qa.llm.grounding` has judged it. Whatever
goes wrong becomes a `Failure`: the quotes are there without it. It may also say a later question in
full. Knows nothing about how passages are found or answers are shown.
"""

from __future__ import annotations

import dataclasses
import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from index.errors import MissingExtra
from qa.answer import Answer, Failure
from qa.llm.grounding import judge, restated, split
from qa.llm.prompts import NOTHING, Messages, restating, writing

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

URL, MODEL, KEY = "BRIEFING_LLM_URL", "BRIEFING_LLM_MODEL", "BRIEFING_LLM_KEY"
_LONGEST = 4000  # characters of an answer: what is longer has lost its way
# Seconds that a question may take to be said in full: the answer waits for it.
_RESTATED_WITHIN = 5.0


class Writer:
    """Writes about the quotes of an answer; safe to share between threads."""

    def __init__(
        self, client: OpenAI, model: str, patience: float = 20.0, at_most: float = 60.0
    ) -> None:
        """Prepare; nothing is sent yet.

        `patience` is for how many seconds the server may be silent, `at_most` how many a whole text
        may take.
        """
        self._client = client.with_options(timeout=patience, max_retries=0)
        self._model = model
        self._patience = patience
        self._at_most = at_most

    def write(self, answer: Answer) -> Iterator[Answer]:
        """Yield the answer with ever more statements, the last with `done=True`.

        Nothing is yielded, and nobody asked, where the answer is that there is no evidence.
        """
        if not answer.citations:
            return
        answer = dataclasses.replace(answer, by="llm", done=False)
        yield answer
        rest = ""
        for piece in self._streamed(writing(answer), self._at_most):
            if isinstance(piece, Failure):
                yield dataclasses.replace(answer, failure=piece, done=True)
                return
            finished, rest = split(rest + piece)
            for sentence in finished:
                answer = _with(answer, sentence)
                yield answer
        if not answer.statements and re.sub(r"[\W\d]", "", rest) == NOTHING:
            yield dataclasses.replace(answer, failure=Failure("silent"), done=True)
            return
        yield dataclasses.replace(_with(answer, rest) if rest.strip() else answer, done=True)

    def restate(self, question: str, history: Sequence[str]) -> str:
        """Say a later question in full; "" where the model does not, or says more than was asked.

        `history` are the questions before it, the oldest first.
        """
        said = ""
        for piece in self._streamed(restating(question, history), _RESTATED_WITHIN):
            if isinstance(piece, Failure):
                return ""
            said += piece
        return restated(said, question, history)

    def _streamed(self, asked: Messages, at_most: float) -> Iterator[str | Failure]:
        """Yield the pieces of a model's text, and last a `Failure` if it did not come to its end.

        A thread of its own reads, so that a server that only keeps the line busy can't hold us.
        """
        pieces: queue.SimpleQueue[str | Failure | None] = queue.SimpleQueue()
        left = threading.Event()
        reading = threading.Thread(target=self._read, args=(asked, pieces, left), daemon=True)
        reading.start()
        until = time.monotonic() + at_most
        length = 0
        try:
            while True:
                wait = min(self._patience, until - time.monotonic())
                piece = pieces.get(timeout=max(wait, 0.001))
                if piece is None:
                    if not length:
                        yield Failure("rubbish")
                    return
                yield piece
                length += len(piece) if isinstance(piece, str) else 0
                if isinstance(piece, Failure):
                    return
                if length > _LONGEST:
                    yield Failure("rubbish")
                    return
        except queue.Empty:
            yield Failure("slow")
        finally:
            left.set()

    def _read(
        self,
        asked: Messages,
        pieces: queue.SimpleQueue[str | Failure | None],
        left: threading.Event,
    ) -> None:
        """Put the pieces of a text, then None, or a `Failure`; stop once the asker has left."""
        import openai

        begun = False
        try:
            with self._client.chat.completions.create(
                model=self._model,
                messages=cast("list[ChatCompletionMessageParam]", asked),
                stream=True,
                temperature=0,
                max_tokens=600,
            ) as stream:
                ended = False
                for chunk in stream:
                    if left.is_set():
                        return
                    text, stopped = _text(chunk)
                    ended = ended or stopped
                    begun = begun or bool(text)
                    if text:
                        pieces.put(text)
            pieces.put(None if ended or not begun else Failure("broken"))
        except openai.APITimeoutError:
            pieces.put(Failure("slow"))
        except openai.APIStatusError as error:
            pieces.put(Failure("refused", str(error.status_code)))
        except openai.APIConnectionError:
            pieces.put(Failure("broken" if begun else "away"))
        except (openai.OpenAIError, ValueError) as error:  # what is no JSON, or no UTF-8
            logging.getLogger(__name__).warning("unreadable reply of the model: %s", error)
            pieces.put(Failure("broken" if begun else "rubbish"))


def _text(chunk: object) -> tuple[str, bool]:
    """Return the text of a chunk, and whether it ends it; a server may send anything at all."""
    choices = getattr(chunk, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    text = getattr(getattr(choice, "delta", None), "content", None)
    return (
        text if isinstance(text, str) else "",
        getattr(choice, "finish_reason", None) is not None,
    )


def _with(answer: Answer, sentence: str) -> Answer:
    statement = judge(sentence, answer)
    if statement in answer.statements:  # the same quote in the place of another sentence
        return answer
    statements = (*answer.statements, statement)
    return dataclasses.replace(
        answer, statements=statements, text=" ".join(each.text for each in statements)
    )


def writer_from(environment: Mapping[str, str]) -> Writer | None:
    """Return the writer that an environment asks for, None if it names no server.

    Raises `MissingExtra` where the client is not installed.
    """
    url = environment.get(URL)
    if not url:
        return None
    try:
        from openai import OpenAI
    except ImportError as error:
        raise MissingExtra("llm") from error
    client = OpenAI(base_url=url, api_key=environment.get(KEY) or "none")
    return Writer(client, environment.get(MODEL) or "default")
