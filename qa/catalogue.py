"""What the index tab shows, as HTML: the indexed briefings, a build under way and what it did.

Knows nothing about the web framework, nor how an index is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.errors import SourceError
from index.schema import SourceSummary
from qa.markup import Place, escape
from qa.words import Language, day, error_sentence, say


def sources_html(sources: Sequence[SourceSummary], language: Language) -> str:
    """Show what is indexed, a row for a briefing; each opens its briefing."""
    if not sources:
        return f'<p class="none">{escape(say(language, "sources_none"))}</p>'
    keys = ("title", "date", "programme", "sections", "passages")
    names = [escape(say(language, f"column_{key}")) for key in keys]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = []
    for source in sources:
        link = escape(Place("briefing", source.id).link())
        cells = (
            f'<a href="{link}"><bdi>{escape(source.title)}</bdi></a>',
            escape(day(language, source.published)),
            f"<bdi>{escape(source.programme or '—')}</bdi>",
            str(source.sections),
            str(source.passages),
        )
        labelled = zip(names, cells, strict=True)
        rows.append("".join(f'<td data-name="{name}">{cell}</td>' for name, cell in labelled))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="sources"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def progress_html(stage: str, done: int, total: int, seconds: float, language: Language) -> str:
    """Show how far a build is: what it does, its rate and the time left in this stage."""
    name = say(language, f"stage_{stage}")
    if not total:
        return (
            f'<div class="progress" role="status"><b>{escape(name)}</b><progress></progress></div>'
        )
    rate = done / seconds if seconds > 0 else 0.0
    figures = say(
        language,
        "progress",
        done=f"{done:,}",
        total=f"{total:,}",
        rate=f"{rate:,.1f}",
        left=_time_left((total - done) / rate if rate else None, language),
    )
    return (
        f'<div class="progress" role="status"><b>{escape(name)}</b> <span>{escape(figures)}</span>'
        f'<progress max="{total}" value="{done}"></progress></div>'
    )


def summary_html(
    counts: Mapping[str, int],
    seconds: float,
    changes: Mapping[str, Sequence[str]],
    refused: Sequence[SourceError],
    language: Language,
) -> str:
    """Show what a build made, by the names in `counts`; what it changed, and what was refused.

    `changes` are the names of sources by "added", "changed", "renamed" and "removed".
    """
    figures = {name: f"{count:,}" for name, count in counts.items()}
    done = say(language, "built", seconds=f"{seconds:.1f}", **figures)
    listed = [
        _listed(say(language, f"sources_{kind}", count=len(names)), names)
        for kind, names in changes.items()
        if names
    ]
    if not listed:
        listed = [f"<p>{escape(say(language, 'sources_unchanged'))}</p>"]
    if refused:
        title = say(language, "refused", count=len(refused))
        listed.append(_listed(title, [error_sentence(error, language) for error in refused]))
    return f'<div class="summary" role="status"><p>{escape(done)}</p>{"".join(listed)}</div>'


_LISTED = 20  # names of one kind


def _listed(title: str, lines: Sequence[str]) -> str:
    shown = [*lines[:_LISTED], *(["…"] if len(lines) > _LISTED else [])]
    items = "".join(f"<li><bdi>{escape(line)}</bdi></li>" for line in shown)
    return f"<details open><summary>{escape(title)}</summary><ul>{items}</ul></details>"


def rolled_back_html(language: Language) -> str:
    """Say that the generation before is the current one again."""
    return f'<div class="summary" role="status"><p>{escape(say(language, "rolled_back"))}</p></div>'


def _time_left(seconds: float | None, language: Language) -> str:
    if seconds is None:
        return say(language, "left_unknown")
    if seconds < 90:
        return say(language, "left_seconds", count=round(seconds))
    return say(language, "left_minutes", count=round(seconds / 60))
