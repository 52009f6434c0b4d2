"""A subject across briefings as HTML: a plot by date, what is new, figures that changed, a list.

All text goes through `escape`. Knows nothing about indexes or the web framework.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from qa.answer import Citation
from qa.markup import Place, escape
from qa.overview.cards import heading_link, names_html, quote_link, subject_box
from qa.overview.changes import Change, Stated
from qa.overview.mentions import Mention, Subject
from qa.words import Language, day, say


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A segment about a subject, the sentence that is quoted of it, and whether it is new."""

    mention: Mention
    quote: Citation
    new: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Followed:
    """What is shown of a subject: its segments, the oldest first, and what changed `since`.

    `days` are those to choose `since` from, `names` who is new beside it.
    """

    subject: Subject
    entries: tuple[Entry, ...]
    since: date | None
    days: tuple[date, ...]
    names: tuple[str, ...]
    changes: tuple[Change, ...]


def followed_html(followed: Followed, language: Language) -> str:
    """Show a subject across briefings."""
    subject, entries = followed.subject, followed.entries
    if not entries:
        return notice_html(say(language, "subject_none", name=subject.name), subject.name, language)
    sources = len({entry.mention.first.source.id for entry in entries})
    counted = escape(say(language, "subject_count", sources=sources, segments=len(entries)))
    others = ""
    if other := [name for name in subject.names if name != subject.name]:
        told = say(language, "subject_others", names=", ".join(other))
        others = f'<p class="byline"><bdi>{escape(told)}</bdi></p>'
    return _page(
        subject.name,
        f'<h2><bdi>{escape(subject.name)}</bdi></h2><p class="counted" role="status">{counted}</p>'
        f"{others}{plot_svg(entries)}{_changes(followed.changes, language)}"
        f"{_new(followed, language)}{_list(entries, language)}",
        language,
    )


def notice_html(text: str, typed: str, language: Language) -> str:
    """Show why there is nothing to show."""
    return _page(typed, f'<p class="none" role="status">{escape(text)}</p>', language)


def _page(typed: str, body: str, language: Language) -> str:
    back = escape(say(language, "overview_back"))
    return (
        f'<div class="overview followed">{subject_box(typed, language)}<p><button type="button"'
        f' class="to-glance">{back}</button></p>{body}</div>'
    )


_STACKED = 8  # dots of one day; the list has all
_DOT, _TOP, _FOOT = 13, 12, 26  # pixels


def plot_svg(entries: Sequence[Entry]) -> str:
    """Draw a dot for each dated segment over the days, each a link; those that are new stand out.

    Places along the axis are per cent, so that letters keep their size on any screen. Hidden from
    screen readers, as the list says the same.
    """
    dated = [(entry, entry.mention.published) for entry in entries]
    days = [published for _, published in dated if published]
    if not days:
        return ""
    first, length = days[0], max((days[-1] - days[0]).days, 1)

    def place(published: date) -> str:
        share = (published - first).days / length if days[-1] > first else 0.5
        return f"{3 + 94 * share:.2f}%"

    deepest = min(max(Counter(days).values()), _STACKED)
    axis = _TOP + deepest * _DOT
    dots: list[str] = []
    stacked: Counter[date] = Counter()
    for entry, published in dated:
        if published is None or stacked[published] == _STACKED:
            continue
        stacked[published] += 1
        passage = entry.mention.first
        title = escape(f"{published.isoformat()} {passage.heading}")
        dots.append(
            f'<a href="{escape(Place("passage", passage.id).link())}" tabindex="-1">'
            f'<circle class="{"new" if entry.new else "old"}" cx="{place(published)}"'
            f' cy="{axis - stacked[published] * _DOT + 4}" r="5">'
            f"<title>{title}</title></circle></a>"
        )
    return (
        f'<svg class="timeline" width="100%" height="{axis + _FOOT}" aria-hidden="true">'
        f'<line x1="0" x2="100%" y1="{axis + 4}" y2="{axis + 4}"></line>'
        f"{_ticks(days, axis, place)}{''.join(dots)}</svg>"
    )


_TICKS = 4


def _ticks(days: Sequence[date], axis: int, place: Callable[[date], str]) -> str:
    """Label the first and the last day, and some between."""
    length = (days[-1] - days[0]).days
    count = min(_TICKS, length + 1)
    marks = [days[0] + timedelta(length * n // max(count - 1, 1)) for n in range(count)]
    ticks = []
    for mark in marks:
        anchor = "start" if mark == marks[0] else "end" if mark == marks[-1] else "middle"
        if len(marks) == 1:
            anchor = "middle"
        written = escape(f"{mark:%y}.{mark.month}.{mark.day}")
        at = place(mark)
        ticks.append(
            f'<line x1="{at}" x2="{at}" y1="{axis + 4}" y2="{axis + 8}"></line>'
            f'<text x="{at}" y="{axis + 21}" text-anchor="{anchor}">{written}</text>'
        )
    return "".join(ticks)


def _changes(changes: Sequence[Change], language: Language) -> str:
    if not changes:
        return ""
    title, note = (escape(say(language, f"subject_changes{end}")) for end in ("", "_note"))
    rows = "".join(
        f'<li><strong><bdi>{escape(change.after.amount.noun)}</bdi></strong><div class="beside">'
        f"{_stated(change.before, language)}{_stated(change.after, language)}</div></li>"
        for change in changes
    )
    return f'<section class="changes"><h3>{title}</h3><p>{note}</p><ul>{rows}</ul></section>'


def _stated(stated: Stated, language: Language) -> str:
    start, end = stated.amount.span
    quote = stated.quote.quote
    pieces = [escape(quote[:start]), escape(quote[start:end]), escape(quote[end:])]
    said = f"<bdi>{pieces[0]}<mark>{pieces[1]}</mark>{pieces[2]}</bdi>"
    return (
        f'<div><b>{pieces[1]}</b><span class="byline">{escape(day(language, stated.published))}'
        f"</span><p>{quote_link(stated.quote, said)}</p></div>"
    )


def _new(followed: Followed, language: Language) -> str:
    """Choose a day, and say what came since."""
    if followed.since is None:
        return ""
    options = "".join(
        f'<option value="{each.isoformat()}"{" selected" if each == followed.since else ""}>'
        f"{escape(day(language, each))}</option>"
        for each in reversed(followed.days)
    )
    label = escape(say(language, "subject_since"))
    count = sum(entry.new for entry in followed.entries)
    key = "subject_new" if count else "subject_new_none"
    told = escape(say(language, key, day=day(language, followed.since), count=count))
    names = ""
    if followed.names:
        named = escape(say(language, "subject_new_names", names=""))
        names = f"<div><span>{named}</span>{names_html(followed.names, language)}</div>"
    return (
        f'<section class="since"><h3><label>{label} <select name="since">{options}</select></label>'
        f"</h3><p>{told}</p>{names}</section>"
    )


def _list(entries: Sequence[Entry], language: Language) -> str:
    title = escape(say(language, "subject_timeline"))
    mark = f'<span class="new-mark">{escape(say(language, "subject_new_mark"))}</span> '
    items = []
    for entry in reversed(entries):
        passage = entry.mention.first
        said = f"<bdi>{escape(entry.quote.quote)}</bdi>"
        quote = f"<blockquote>{quote_link(entry.quote, said)}</blockquote>"
        published = escape(day(language, passage.source.published))
        items.append(
            f'<li class="{"new" if entry.new else "old"}"><span class="byline">{published}</span> '
            f"{mark if entry.new else ''}<strong>{heading_link(passage, language)}</strong>"
            f"{quote}</li>"
        )
    return f'<section><h3>{title}</h3><ol class="entries">{"".join(items)}</ol></section>'
