"""Every error that we raise on purpose; a message says what is wrong, then what to do about it.

    BriefingError
    ├── SourceError         one briefing file can't be read; the others can
    ├── IndexMissing        there is no index where one was asked for
    │   └── StoreEmpty      nothing was pushed to this server
    ├── IndexDamaged        files of the index are missing or not what was written
    │   └── StoreDamaged    what is on the server is not what was pushed
    ├── IndexMismatch       the index was built with something else than what is installed
    ├── IndexBusy           somebody else is building this index
    ├── IndexNotWritten     its folder can't be written, or its disk is full
    ├── BuildCancelled      somebody ended a build before it was done
    ├── AnswersVanished     saved questions would lose their answers, which was not to be
    ├── NothingToRollBack   no earlier generation is kept
    ├── StoreFailed         the server that holds the index can't be reached or refuses
    ├── ModelUnavailable    an encoder can't be loaded
    ├── WorkersFailed       the Dask workers that were to embed do not
    └── MissingExtra        an optional package is not installed

Only the `main`s and `app` catch `BriefingError`. That nothing was found is not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class BriefingError(Exception):
    """The base of all: catch it to show its message to the user."""


# Why a file can't be read and what to do, by a code: whoever shows it may have it in another
# language, with the same values.
REASONS = {
    "no_folder": "there is no such folder; name the folder that holds the briefings",
    "no_briefings": "no briefings here; put {kinds} files into this folder",
    "none_readable": "none of the {count} files here can be read, the first of them: {first}",
    "same_name": "another file here has the same name, letter by letter; rename one of them",
    "not_indexed": "no briefing of this name is in the index; python -m index status lists them",
    "nothing_left": "this would leave the index empty; keep at least one briefing",
    "other_kind": "this kind of file is not read; add one of {kinds}",
    "not_taken": "no file can be written into this folder ({detail}); check its rights and room",
    "not_opened": "can't be opened ({detail}); check its rights",
    "too_large": "{size} bytes is over the limit of {limit} MB; split it into days",
    "empty": "the file is empty; put the briefing's text into it",
    "no_sentence": "no readable sentence in it; it needs a title and the text below it",
    "archive": "this is a ZIP, Word or HWPX file; save it as text or PDF and add that",
    "old_document": "this is an HWP or old Word file; save it as text or PDF and add that",
    "not_text": "byte {offset} is zero: this is no text; add text, HTML or PDF",
    "bad_byte": "byte {offset} is not {encoding} text; save the file again as UTF-8",
    "html_without_text": "no readable text in this HTML; paste the article's text instead",
    "pdf_locked": "this PDF is locked by a password; save it without one",
    "pdf_broken": "this PDF can't be read ({detail}); save it again",
    "bad_entity": "line {line} needs name, tab and kind; see index/words/entities.tsv",
    "bad_group": "line {line} needs two words or more, a | between; see index/words/synonyms.txt",
    "bad_question": "line {line} is no saved question ({detail}); mend it or take it out",
    "no_words": "neither entities.tsv nor synonyms.txt is in this folder",
    "pdf_without_text": "this PDF has no text, only images; add the text that it was made from",
}


class SourceError(BriefingError):
    """One briefing file can't be read; `path` names it.

    `code` is one of `REASONS`, `values` are what stands in it, and `reason` is it in English.
    """

    def __init__(self, path: str | Path, code: str, **values: object) -> None:
        self.path = str(path)
        self.code = code
        self.values = values
        self.reason = REASONS[code].format(**values)
        super().__init__(f"{path}: {self.reason}")


class IndexMissing(BriefingError):
    """There is no published index in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"no index in {folder}; build one with: python -m index build FOLDER --index {folder}"
        )
        self.folder = folder


class IndexDamaged(BriefingError):
    """Files of a generation are missing or not what was written."""

    def __init__(self, folder: Path, problems: Sequence[str]) -> None:
        listed = "; ".join(problems)
        super().__init__(
            f"the index in {folder} is damaged ({listed}); "
            f"rebuild it with: python -m index build FOLDER --index {folder.parent}"
        )
        self.folder = folder
        self.problems = tuple(problems)


class StoreEmpty(IndexMissing):
    """Nothing was pushed to this server, or the alias is gone."""

    def __init__(self, store: str) -> None:
        BriefingError.__init__(
            self, f"no index on {store}; push one with: python -m index push --store {store}"
        )
        self.store = store


class StoreDamaged(IndexDamaged):
    """What is on the server is not what was pushed."""

    def __init__(self, store: str, problems: Sequence[str]) -> None:
        BriefingError.__init__(
            self,
            f"the index on {store} is damaged ({'; '.join(problems)}); "
            f"push it again with: python -m index push --store {store}",
        )
        self.store = store
        self.problems = tuple(problems)


class StoreFailed(BriefingError):
    """The server can't be reached, stopped answering or refuses; `code` is its own, if any."""

    def __init__(self, store: str, detail: str, code: object = None) -> None:
        super().__init__(
            f"the store at {store} does not serve ({detail or code}); see that its server runs and "
            "that address and token are right, then try again"
        )
        self.store = store
        self.detail = detail or str(code)
        self.code = code


class IndexMismatch(BriefingError):
    """The index was built with something that differs from what would now read it."""

    def __init__(self, what: str, built_with: object, now: object) -> None:
        super().__init__(
            f"the index was built with {what} {built_with!r}, but this program has {now!r}; "
            "rebuild it with: python -m index build FOLDER"
        )
        self.what = what
        self.built_with = built_with
        self.now = now


class IndexBusy(BriefingError):
    """Somebody else is building this index: a process, since when; None where it can't be told."""

    def __init__(self, pid: int | None, started: str | None) -> None:
        by = f"process {pid}, since {started}" if pid is not None else "another process"
        super().__init__(f"the index is being built by {by}; wait until it is done, then try again")
        self.pid = pid
        self.started = started


class IndexNotWritten(BriefingError):
    """A new generation can't be written; what is there still serves."""

    def __init__(self, folder: Path, detail: object) -> None:
        super().__init__(
            f"the index in {folder} can't be written ({detail}); make room there or check its "
            "rights, or name another folder with --index; what was there still serves"
        )
        self.folder = folder
        self.detail = detail


class BuildCancelled(BriefingError):
    """Somebody ended a build before it was done."""

    def __init__(self) -> None:
        super().__init__(
            "the build was cancelled; the index is as it was, and the next build goes on from here"
        )


class AnswersVanished(BriefingError):
    """A new generation was not published, since saved questions would lose their answers."""

    def __init__(self, questions: Sequence[str]) -> None:
        listed = "; ".join(questions)
        super().__init__(
            f"{len(questions)} saved questions would lose their answers ({listed}); the index is "
            "as it was; look at the briefings that changed, or build without --strict"
        )
        self.questions = tuple(questions)


class NothingToRollBack(BriefingError):
    """There is no earlier generation."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(f"no earlier generation is kept in {folder}; build the index anew instead")
        self.folder = folder


class ModelUnavailable(BriefingError):
    """An encoder can't be loaded."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the model {name!r} can't be loaded ({reason}); "
            "leave out --model to use the embedded Korean model"
        )
        self.name = name
        self.reason = reason


class WorkersFailed(BriefingError):
    """The Dask workers that were to embed passages do not; what is there still serves."""

    def __init__(self, address: str, detail: object) -> None:
        super().__init__(
            f"the Dask scheduler at {address} can't embed ({detail}); look whether it runs with "
            "workers that have this package, or build without --dask; the next build goes on from "
            "what they embedded"
        )
        self.address = address
        self.detail = detail


class MissingExtra(BriefingError):
    """An optional package is not installed; the message is the command that installs it."""

    def __init__(self, extra: str) -> None:
        super().__init__(f'this needs an optional package: pip install "briefing-qa[{extra}]"')
        self.extra = extra
