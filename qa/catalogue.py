"""What the index tab shows, as HTML: the indexed briefings, new ones, and what a build does.

Knows nothing about the web framework, nor how an index is built.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.reports import Offer, Summary
from index.schema import SourceSummary
from qa.markup import Place, escape
from qa.replay import Replay
from qa.words import Language, day, error_sentence, say


def sources_html(sources: Sequence[SourceSummary], words: str, language: Language) -> str:
    """Show what is indexed and holds these words, a row for a briefing; each opens its briefing."""
    if not sources:
        none = say(language, "sources_not_found" if words.strip() else "sources_none")
        return f'<p class="none">{escape(none)}</p>'
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


def summary_html(summary: Summary, replay: Replay, language: Language) -> str:
    """Show what a build made and changed, what was refused, and which saved answers are others."""
    counts = {
        "sources": f"{summary.files:,}",
        "sections": f"{summary.sections:,}",
        "passages": f"{summary.passages:,}",
    }
    lines = [
        say(language, "built", seconds=f"{summary.seconds:.1f}", **counts),
        say(
            language,
            "embedded",
            before=f"{summary.before:,}",
            after=counts["passages"],
            encoded=f"{summary.encoded:,}",
        ),
    ]
    difference = summary.difference
    changes = {
        "added": difference.added,
        "changed": difference.changed,
        "renamed": [f"{old} → {new}" for old, new in difference.renamed],
        "removed": difference.removed,
    }
    lists = [
        _listed(say(language, f"sources_{kind}", count=len(names)), names)
        for kind, names in changes.items()
        if names
    ]
    if not lists:
        lines[1] = say(language, "sources_unchanged")
    if summary.refused:
        title = say(language, "refused", count=len(summary.refused))
        lists.append(_listed(title, [error_sentence(each, language) for each in summary.refused]))
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    shown = f"{paragraphs}{''.join(lists)}{_replay_html(replay, language)}"
    return f'<div class="summary" role="status">{shown}</div>'


def _replay_html(replay: Replay, language: Language) -> str:
    if not replay.asked:
        return ""
    kept = replay.asked - len(replay.vanished) - len(replay.changed)
    lists = [f"<p>{escape(say(language, 'replayed', asked=replay.asked, kept=kept))}</p>"]
    for kind, changes in (("vanished", replay.vanished), ("changed", replay.changed)):
        if changes:
            title = say(language, f"answers_{kind}", count=len(changes))
            lines = [
                f"{each.question} — {each.before or '∅'} → {each.after or '∅'}" for each in changes
            ]
            lists.append(_listed(title, lines))
    return "".join(lists)


_LISTED = 20  # names of one kind


def _listed(title: str, lines: Sequence[str]) -> str:
    shown = [*lines[:_LISTED], *(["…"] if len(lines) > _LISTED else [])]
    items = "".join(f"<li><bdi>{escape(line)}</bdi></li>" for line in shown)
    return f"<details open><summary>{escape(title)}</summary><ul>{items}</ul></details>"


def offers_html(offers: Sequence[Offer], language: Language) -> str:
    """Show what was read of files that may be taken in: title, date and segments, or the reason."""
    if not offers:
        return f'<p class="none">{escape(say(language, "intake_nothing"))}</p>'
    return "".join(f'<div class="offer">{_offer_html(offer, language)}</div>' for offer in offers)


def _offer_html(offer: Offer, language: Language) -> str:
    if offer.briefing is None:
        reason = error_sentence(offer.problem, language) if offer.problem else offer.name
        return f'<p class="refused">{escape(reason)}</p>'
    source, sections = offer.briefing.source, offer.briefing.sections
    about = [day(language, source.published), source.programme, offer.name]
    headings = [section.heading or say(language, "no_heading") for section in sections]
    return (
        f'<p class="title"><bdi>{escape(source.title)}</bdi></p>'
        f"<p><bdi>{escape(' · '.join(filter(None, about)))}</bdi></p>"
        f"{_listed(say(language, 'intake_sections', count=len(sections)), headings)}"
    )


def rolled_back_html(language: Language) -> str:
    """Say that the generation before is the current one again."""
    return f'<div class="summary" role="status"><p>{escape(say(language, "rolled_back"))}</p></div>'


def _time_left(seconds: float | None, language: Language) -> str:
    if seconds is None:
        return say(language, "left_unknown")
    if seconds < 90:
        return say(language, "left_seconds", count=round(seconds))
    return say(language, "left_minutes", count=round(seconds / 60))
