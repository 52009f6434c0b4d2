"""Every word that a person sees on the screen, Korean first and English beside it.

One dictionary serves both sides: the server writes answers with it, and the browser's labels are
looked up in it by the same keys. Errors become sentences here. It knows nothing about HTML, answers
or the web framework.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from index import errors
from qa import words_en, words_ko
from qa.overview import words as overview

Language = Literal["ko", "en"]

KO = words_ko.WORDS | overview.KO
EN = (
    words_en.WORDS | overview.EN | {f"source_{code}": said for code, said in errors.REASONS.items()}
)
WORDS: dict[Language, dict[str, str]] = {"ko": KO, "en": EN}


def language_of(accept: str | None) -> Language:
    """Choose from an `Accept-Language` header; without one, Korean.

    Only its first choice counts, and what is not Korean gets English: that is how the browser picks
    the labels it translates by itself, and a page in two languages is worse than either.
    """
    first = (accept or "").split(",")[0].split(";")[0].strip().lower()
    return "ko" if first in ("", "*") or first.split("-")[0] == "ko" else "en"


def say(language: Language, key: str, **values: object) -> str:
    """Return a sentence with its values filled in; plain text, not yet escaped for HTML."""
    return WORDS[language][key].format(**values)


def for_scripts() -> dict[Language, dict[str, str]]:
    """Return the words that the page's own scripts use."""
    return {
        language: {
            key: said
            for key, said in words.items()
            if key.startswith("scope") or key in ("copied", "none_title")
        }
        for language, words in WORDS.items()
    }


def day(language: Language, published: date | None) -> str:
    """Write a date out; None is said to be unknown, never guessed."""
    if published is None:
        return say(language, "undated")
    if language == "ko":
        return f"{published.year}년 {published.month}월 {published.day}일"
    return f"{published.day} {published:%B %Y}"


_ERRORS: dict[type[errors.BriefingError], str] = {
    errors.IndexMissing: "error_missing",
    errors.IndexDamaged: "error_damaged",
    errors.IndexMismatch: "error_mismatch",
    errors.IndexNotWritten: "error_not_written",
    errors.BuildCancelled: "error_cancelled",
    errors.AnswersVanished: "error_vanished",
    errors.NothingToRollBack: "error_no_rollback",
    errors.ModelUnavailable: "error_model",
    errors.MissingExtra: "error_extra",
    errors.WorkersFailed: "error_workers",
}


def error_sentence(error: errors.BriefingError, language: Language) -> str:
    """Say what is wrong and what to do, as plain text."""
    return _of_store(error, language) or _of_index(error, language)


def _of_store(error: errors.BriefingError, language: Language) -> str | None:
    match error:
        case errors.StoreEmpty(store=store):
            return say(language, "error_store_empty", store=store)
        case errors.StoreDamaged(store=store, problems=problems):
            return say(language, "error_store_damaged", store=store, problems="; ".join(problems))
        case errors.StoreFailed(store=store, detail=detail):
            return say(language, "error_store_failed", store=store, detail=detail)
    return None


def _of_index(error: errors.BriefingError, language: Language) -> str:
    match error:
        case errors.IndexBusy(pid=pid, started=started):
            by = f" ({pid}, {started})" if pid is not None else ""
            return say(language, "error_busy", by=by.lstrip() if language == "ko" else by)
        case errors.SourceError(path=path, code=code, values=values):
            reason = say(language, f"source_{code}", **values)
            return say(language, "error_source", path=path, reason=reason)
    if type(error) not in _ERRORS:
        return say(language, "error_other", message=error)
    # Their sentences name what the errors hold, by the same names.
    held = {
        name: "; ".join(value) if isinstance(value, tuple) else value
        for name, value in vars(error).items()
    }
    return say(language, _ERRORS[type(error)], **held)
