"""A briefing asked for as a whole, "오늘 브리핑 요약해줘": each of its segments, as it begins.

Nothing in such a question could be looked for, and so nothing is. Knows nothing about ranking.
"""

from __future__ import annotations

import re

import numpy as np

from index.schema import Passage
from index.store import Store
from index.text import analysed
from qa.answer import Citation
from qa.extractive import lead
from qa.question import Question
from qa.scope import Scope

MOST = 12  # segments: those of two briefings on one day

_BRIEFING = re.compile(
    r"브리핑|방송|뉴스|소식|꼭지|헤드라인|\b(briefings?|broadcasts?|news|headlines?|stories)\b",
    re.IGNORECASE,
)
# Terms that such a question may have, beside what says when: all else asks for something in it.
_SAYS_NOTHING = frozenset(
    "오늘 이번 그날 최근 최신 아침 오전 모닝 브리핑 방송 뉴스 소식 이야기 얘기 꼭지 헤드라인 제목 "
    "목록 내용 일 요약 정리 간추리 훑 소개 알리 말하 전하 보이 보여주 들려주 나오 다루 있 주 하 되 "
    "주요 핵심 전체 전부 모두 모든 다 한눈 눈 짧 짧막 간단 간략 빨리 먼저 좀 어떻 어떤 무슨 무엇 "
    "뭐 뭣 거 것 a an the is are was were be in on of at to for from by me us s what whats tell "
    "show give list briefing briefings broadcast news headline headlines stories summary summarize "
    "summarise "
    "summarized recap overview today latest recent newest main top morning all please can could "
    "you there about brief briefly happened did do have has".split()
)


def asks_for_all(question: Question) -> bool:
    """Tell whether a briefing is asked for as a whole, or what happened on a day."""
    when = question.when
    named = bool(_BRIEFING.search(question.typed)) or (question.gist and when.strict)
    rest = when.rest.replace(when.phrase, " ") if when.phrase else when.rest
    return named and all(term in _SAYS_NOTHING for term, _ in analysed(rest))


def digest(question: Question, scope: Scope, store: Store) -> list[Citation]:
    """Quote how each segment begins, of the newest briefings in question; none if there are none.

    That is the last day with a briefing among those that the question and the scope allow; the
    first, where the oldest is asked for.
    """
    days = set(store.days)
    asked = None if scope.any_day else question.when.days
    for allowed in (asked, scope.days(store.days)):
        days &= days if allowed is None else allowed
    within = store.archive.rows_of(scope.programme, scope.source)
    for day in sorted(days, reverse=question.when.order != "oldest"):
        rows = np.intersect1d(store.archive.rows_on([day]), within)
        if len(rows):
            firsts: dict[tuple[str, int], Passage] = {}
            for passage in store.archive.passages(rows.tolist()):
                firsts.setdefault((passage.source.id, passage.section), passage)
            return [lead(passage) for passage in firsts.values()][:MOST]
    return []
