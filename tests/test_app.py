"""The chat's handlers as plain functions and generators, over a fake assistant; no browser."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
import pytest

from app import Chat, page
from index.build import Summary
from index.errors import (
    BriefingError,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    NothingToRollBack,
    SourceError,
)
from index.mirror import Difference
from index.schema import Briefing, Passage, Section, Source, SourceSummary, Span
from qa import screen
from qa.answer import Answer, Citation
from qa.desk import Desk
from qa.question import MAX_CHARS
from qa.scope import EVERYWHERE, Scope

TEXT = "◇ ASML\n\n도시는 <b>아인트호벤</b>입니다."
SPAN = Span(8, len(TEXT))
SOURCE = Source("2024-04-23.txt", "제목", "0")
PASSAGE = Passage("p1", SOURCE, 0, "ASML", SPAN.of(TEXT), SPAN, (SPAN,))


class FakeAssistant:
    """Answers what mentions ASML; raises what it is told to."""

    def __init__(self, problem: BriefingError | None = None) -> None:
        self.problem = problem
        self.warmed = False
        self.history: list[str] = []

    def warm(self) -> None:
        """Get ready, or say what is in the way."""
        if self.problem:
            raise self.problem
        self.warmed = True

    @property
    def ready(self) -> bool:
        """Tell whether it was warmed."""
        return self.warmed

    def ask(self, question: str, history: Sequence[str] = (), scope: Scope = EVERYWHERE) -> Answer:
        """Quote the one sentence, or find nothing; remembers the turns before and the scope."""
        self.history, self.scope = list(history), scope
        if self.problem:
            raise self.problem
        found = (Citation(PASSAGE, SPAN.of(TEXT), SPAN),) if "ASML" in question else ()
        status = "answered" if found else "no_evidence"
        return Answer(question, status, 0.9, "".join(c.quote for c in found), found, ())

    def sources(self) -> list[SourceSummary]:
        """List the one briefing."""
        if self.problem:
            raise self.problem
        return [SourceSummary(SOURCE.id, SOURCE.title, None, None, 3, 4)]

    def examples(self, count: int) -> list[str]:
        """Ask the one thing it knows."""
        return ["ASML은 어디에 투자하나?"][:count]

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """Return the one passage as the next."""
        return None, passage

    def briefing(self, source_id: str) -> Briefing | None:
        """Return the one briefing."""
        sections = (Section("ASML", SPAN),)
        return Briefing(SOURCE, TEXT, sections) if source_id == SOURCE.id else None

    def passage(self, identity: str) -> Passage | None:
        """Return the one passage."""
        return PASSAGE if identity == PASSAGE.id else None


def no_build(progress):
    pytest.fail("nothing is to be built here")


def no_rollback():
    raise NothingToRollBack(Path("var/index"))


def desk_of(assistant: FakeAssistant, build=no_build, roll_back=no_rollback) -> Desk:
    return Desk(assistant, Path("briefings"), build, roll_back)


@pytest.fixture
def chat() -> Chat:
    desk = desk_of(FakeAssistant())
    desk.warm()
    return Chat(desk)


def test_a_question_is_shown_at_once_and_then_answered(chat):
    before = [{"role": "user", "content": "이전"}, {"role": "assistant", "content": "답"}]
    first, last = list(chat.respond(" ASML은?\n", before))
    assert [message["role"] for message in first[0]] == ["user", "assistant"] * 2
    assert first[0][:2] == before
    assert 'class="asked">ASML은?<' in first[0][2]["content"]
    assert 'class="pending"' in first[0][3]["content"]
    assert first[1] == ""
    assert last[0][:3] == first[0][:3]
    assert "<mark>도시는 &#60;b&#62;아인트호벤&#60;/b&#62;입니다.</mark>" in last[0][3]["content"]


def test_the_questions_before_are_asked_with_the_next_one(chat):
    *_, first = chat.respond("ASML은 <어디>에?", [])
    # The browser sends the conversation back in parts.
    sent = [
        {"role": each["role"], "content": [{"type": "text", "text": each["content"]}]}
        for each in first[0]
    ]
    list(chat.respond("그럼 언제?", sent))
    assert chat.desk.assistant.history == ["ASML은 <어디>에?"]


def test_answer_not_found_and_error_look_different(chat):
    *_, answered = chat.respond("ASML은?", [])
    *_, nothing = chat.respond("날씨는?", [])
    chat.desk.assistant.problem = IndexDamaged(Path("index"), ["vectors.faiss"])
    *_, failed = chat.respond("ASML은?", [])
    looks = [outputs[0][-1]["content"].split('"')[1] for outputs in (answered, nothing, failed)]
    assert looks == ["answer", "not-found", "failure"]
    assert "다시 색인" in failed[0][-1]["content"]


@pytest.mark.parametrize("question", ["", "  \n ", "가" * (MAX_CHARS + 1)])
def test_nothing_is_sent_that_can_not_be_asked(chat, question):
    ((conversation, box, scope, hint),) = chat.respond(question, [])
    assert conversation == box == scope == gr.skip()
    assert "urgent" in hint
    assert ("501자" in hint) == bool(question.strip())


def test_the_longest_question_is_asked(chat):
    assert len(list(chat.respond("가" * MAX_CHARS, []))) == 2


def test_words_follow_the_browser(chat):
    class English:
        headers = {"accept-language": "en-US"}  # noqa: RUF012 - stands in for a request

    *_, (conversation, *_, hint) = chat.respond("날씨는?", [], "", English())
    assert "No evidence found" in conversation[-1]["content"]
    assert "Enter sends" in hint


def test_the_scope_of_the_page_goes_along_once(chat):
    first, _ = chat.respond("ASML은?", [], '{"source": "a.txt", "any_day": true}')
    assert chat.desk.assistant.scope == Scope(source="a.txt", any_day=True)
    assert json.loads(first[2]) == {"source": "a.txt", "any_day": False}


def test_links_open_the_briefing_at_the_place(chat):
    marked = chat.open_place("#/s/p1?mark=0-3")
    assert "<mark>도시는</mark>" in marked
    assert "<mark>" not in chat.open_place("#/b/2024-04-23.txt")
    for dead in ("#/s/other", "#/b/other.txt", "#/s/p1?mark=x", "javascript:alert(1)"):
        assert "이 자리를 열 수 없습니다" in chat.open_place(dead)


def test_the_state_line_follows_what_happens():
    desk = desk_of(FakeAssistant(IndexMissing(Path("index"))))
    assert "준비 중" in screen.state_html(desk, "ko")
    assert not desk.settled()
    desk.warm()
    assert desk.settled()
    assert "아직 색인이 없습니다" in screen.state_html(desk, "ko")
    desk.assistant.problem = IndexDamaged(Path("index"), ["x"])
    desk.warm()
    assert "손상" in screen.state_html(desk, "ko")
    desk.assistant.problem = None
    desk.warm()
    assert "브리핑 1건, 꼭지 3개" in screen.state_html(desk, "ko")
    desk.assistant.problem = IndexMissing(Path("index"))  # the folder is removed while we run
    assert "아직 색인이 없습니다" in screen.state_html(desk, "ko")


def test_refresh_offers_a_build_only_where_there_is_no_index(chat):
    state, conversation, make, sources, timer = chat.refresh()
    assert "준비됐습니다" in state
    assert conversation.examples == [{"text": "ASML은 어디에 투자하나?"}]
    assert make.visible is False
    assert "<td" in sources
    assert timer.active is False
    missing = desk_of(FakeAssistant(IndexMissing(Path("index"))))
    missing.warm()
    assert Chat(missing).refresh()[2].visible is True


def test_a_build_is_watched_by_all_and_made_once():
    go_on, calls = threading.Event(), []

    def build(progress):
        calls.append(1)
        progress("embed", 1, 4)
        go_on.wait(5)
        changes = Difference(added=("새.txt",), renamed=(("옛.txt", "헌.txt"),))
        return Summary("1", 1, 3, 4, 9, 0.5, (SourceError("나쁜.txt", "empty"),), changes)

    chat = Chat(desk_of(FakeAssistant(), build))
    chat.desk.warm()
    first, second = chat.rebuild(), chat.rebuild()
    next(first)
    while chat.desk.step.stage != "embed":
        pass
    assert "1/4" in next(first)[0]
    assert "1/4" in next(second)[0]
    assert "아인트호벤" in list(chat.respond("ASML은?", []))[-1][0][-1]["content"]
    go_on.set()
    for watcher in (first, second):
        *_, last = watcher
        assert "브리핑 1건, 꼭지 3개, 구절 4개" in last[0]
        for told in ("나쁜.txt", "더한 브리핑 1건", "새.txt", "옛.txt → 헌.txt"):
            assert told in last[0]
    assert calls == [1]


def test_a_build_that_fails_says_so_and_the_chat_goes_on():
    def build(progress):
        raise IndexBusy(None, None)

    chat = Chat(desk_of(FakeAssistant(), build))
    chat.desk.warm()
    *_, last = chat.rebuild()
    assert 'class="failure"' in last[0]
    assert "준비됐습니다" in last[1]


def test_going_back_to_the_index_before():
    gone_back = []
    chat = Chat(desk_of(FakeAssistant(), roll_back=lambda: gone_back.append(1)))
    shown, state, *_ = chat.rollback()
    assert gone_back == [1]
    assert "되돌렸습니다" in shown
    assert "준비됐습니다" in state
    shown, state, *_ = Chat(desk_of(FakeAssistant())).rollback()
    assert 'class="failure"' in shown
    assert "되돌릴 이전 세대가 없습니다" in shown


def test_programs_can_ask_and_change_nothing(chat):
    async def lay_out() -> gr.Blocks:
        # Outside a running loop, gradio makes one for each lock and never closes it (6.31).
        return page(chat.desk)

    blocks = asyncio.run(lay_out())
    public = [f.api_name for f in blocks.fns.values() if f.api_visibility == "public"]
    assert public == ["ask", "search", "get_source"]
    assert blocks.analytics_enabled is False
    limits = {f.concurrency_id: f.concurrency_limit for f in blocks.fns.values()}
    assert "rebuild" in limits
