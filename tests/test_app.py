"""The chat's handlers as plain functions and generators, over a fake assistant; no browser."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from llm_server import saying, serving

from app import _is_loopback, main
from index.errors import (
    BriefingError,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    NothingToRollBack,
    SourceError,
)
from index.intake import look
from index.lexicon import load_lexicon
from index.reports import Difference, Summary
from index.schema import Briefing, Passage, Section, Source, SourceSummary, Span
from qa import screen
from qa.answer import Answer, Citation
from qa.assistant import Assistant
from qa.desk import Desk
from qa.llm.writer import writer_from
from qa.question import MAX_CHARS
from qa.replay import Change, Replay
from qa.scope import EVERYWHERE, Scope
from qa.web.ask_tab import Asking
from qa.web.index_tab import Indexing
from qa.web.page import page, refresh

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

    def manifest(self):
        """Count what is there."""
        if self.problem:
            raise self.problem
        return SimpleNamespace(counts={"sources": 1, "sections": 3})

    def sources(self, words: str, first: int, count: int) -> list[SourceSummary]:
        """List the one briefing, three times."""
        one = SourceSummary(SOURCE.id, SOURCE.title, None, None, 3, 4)
        return [one, one, one][first : first + count] if words in SOURCE.title else []

    def examples(self, count: int) -> list[str]:
        """Ask the one thing it knows."""
        return ["ASML은 어디에 투자하나?"][:count]

    def follow_ups(self, found: Sequence[Passage], count: int) -> list[str]:
        """Offer the one thing it knows."""
        return [f"{passage.heading}은 <또> 어디에?" for passage in found][:count]

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


class FakeKeeper:
    """Builds and takes in what it is told to."""

    folder = Path("briefings")

    def __init__(self, build=None, roll_back=None, watch=None) -> None:
        self.building, self.rolling_back, self.watching = build, roll_back, watch
        self.taken: list[str] = []

    def build(self, note):
        """Build as told."""
        return self.building(note)

    def roll_back(self):
        """Go back as told; else there is nothing to go back to."""
        if self.rolling_back is None:
            raise NothingToRollBack(Path("var/index"))
        return self.rolling_back()

    def look(self, files, pasted):
        """Read for good."""
        return look(files, pasted)

    def take(self, offers):
        """Remember the names of what could be read."""
        self.taken += [offer.name for offer in offers if offer.briefing]
        return self.taken

    def watch(self, changed, stop):
        """Watch as told."""
        self.watching(changed, stop)


def desk_of(assistant: FakeAssistant, **told) -> Desk:
    return Desk(assistant, FakeKeeper(**told))


def built(**fields) -> tuple[Summary, Replay]:
    counts = {"files": 1, "sections": 3, "passages": 4, "sentences": 9, "seconds": 0.5}
    return Summary("1", **(counts | fields)), Replay()


@pytest.fixture
def desk() -> Desk:
    desk = desk_of(FakeAssistant())
    desk.warm()
    return desk


@pytest.fixture
def chat(desk) -> Asking:
    return Asking(desk)


def test_a_question_is_shown_at_once_and_then_answered(chat):
    before = [{"role": "user", "content": "이전"}, {"role": "assistant", "content": "답"}]
    first, last = chat.respond(" ASML은?\n", before)
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


def of(chat, question):
    """Return what `write` gets of an answer: the conversation, and the answer itself."""
    *_, (history, *_, answer) = chat.respond(question, [])
    assert "said" not in history[-1]["content"]
    return history, answer


def written(chat, question):
    """Yield what is shown while the model writes about an answer."""
    _, *histories = chat.write(*of(chat, question))
    for history in histories:
        yield history[-1]["content"]


def test_a_new_question_leaves_what_was_written_as_it_stands(chat):
    with serving(saying("도시는 아인트호벤입니다 [1]. 그리고")) as (url, _):
        chat.desk.writer = writer_from({"BRIEFING_LLM_URL": url})
        _, first, second, *_ = chat.write(*of(chat, "ASML은?"))
    for sent, kept in ((first, False), (second, True)):
        assert "쓰는 중" in sent[-1]["content"]
        browsers = [
            {**each, "content": [{"type": "text", "text": each["content"]}]} for each in sent
        ]
        (history, *_), *_ = chat.respond("그럼 언제?", browsers)
        assert history[0] == browsers[0]
        assert "쓰는 중" not in history[1]["content"]
        assert ("도시는 아인트호벤입니다." in history[1]["content"]) == kept
        assert "<mark>도시는" in history[1]["content"]
        for nothing in ("", "가" * (MAX_CHARS + 1)):
            ((left, *_, answer),) = chat.respond(nothing, browsers)
            assert (left, answer) == (history[:2], None)
            assert next(chat.respond(nothing, left))[0] == gr.skip()


def test_a_word_list_that_can_not_be_read_is_in_the_way_from_the_start(
    sample_index, tmp_path, monkeypatch
):
    (tmp_path / "synonyms.txt").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("BRIEFING_LEXICON", str(tmp_path))
    load_lexicon.cache_clear()
    desk = Desk(Assistant(sample_index), FakeKeeper())
    try:
        desk.warm()
    finally:
        load_lexicon.cache_clear()
    assert isinstance(desk.problem, SourceError)


def test_a_language_model_writes_above_the_quotes_once_they_are_shown(chat):
    text = "도시는 아인트호벤입니다 [1]. 도시는 서울입니다 [1]."
    with serving(saying(text)) as (url, asked):
        chat.desk.writer = writer_from({"BRIEFING_LLM_URL": url})
        answers = list(written(chat, "ASML은?"))
        assert len(list(chat.write(*of(chat, "날씨는?")))) == 1  # no evidence, nothing written
    assert len(asked) == 1
    assert all("<mark>도시는" in shown for shown in answers)
    assert "쓰는 중" in answers[0]
    said = answers[-1][: answers[-1].index('class="quoted"')]
    assert "쓰는 중" not in said
    assert "도시는 아인트호벤입니다." in said
    assert "서울" not in said
    assert "<q><bdi>도시는 &#60;b&#62;아인트호벤" in said
    *_, gone = written(chat, "ASML은?")  # the server is gone
    assert "연결할 수 없습니다" in gone
    assert "<mark>도시는" in gone


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("ASML은 언제부터 투자하나?", "ASML은 언제부터 투자하나?"),
        ("투자는 언제부터?", ""),  # finds nothing
        ("테슬라는 언제부터 투자하나?", ""),  # nobody asked about it
    ],
)
def test_a_turn_that_leans_is_said_in_full_by_a_language_model(desk, said, understood):
    before = ["ASML은 어디에 투자하나?"]
    with serving(saying(said)) as (url, asked):
        desk.writer = writer_from({"BRIEFING_LLM_URL": url})
        answer = desk.ask("그럼 언제부터?", before, EVERYWHERE)
        desk.ask("삼성전자는 용인 공장에 얼마를 투자하나?", before, EVERYWHERE)
        desk.ask("두 번째 거 자세히", before, EVERYWHERE)
    assert len(asked) == 1  # the others need nothing said before, or no model
    assert (answer.question, answer.understood_as) == ("그럼 언제부터?", understood)
    assert answer.status == ("answered" if understood else "no_evidence")


@pytest.mark.parametrize("question", ["", "  \n ", "가" * (MAX_CHARS + 1)])
def test_nothing_is_sent_that_can_not_be_asked(chat, question):
    ((conversation, box, scope, hint, _),) = chat.respond(question, [])
    assert conversation == box == scope == gr.skip()
    assert "urgent" in hint
    assert ("501자" in hint) == bool(question.strip())


def test_the_longest_question_is_asked(chat):
    assert len(list(chat.respond("가" * MAX_CHARS, []))) == 2


def test_what_can_be_asked_next_is_offered_for_what_was_found(chat):
    offered = chat.follow_ups(["#/s/p1?mark=0-3", "#/s/gone", "javascript:alert(1)"])
    assert "이어서 물어보기" in offered
    assert '<button type="button" class="ask-this">ASML은 &#60;또&#62; 어디에?</button>' in offered
    assert chat.follow_ups(["#/s/gone"]) == chat.follow_ups([]) == ""
    chat.desk.assistant.problem = IndexDamaged(Path("index"), ["vectors"])
    assert chat.follow_ups(["#/b/2024-04-23.txt"]) == ""


def test_words_follow_the_browser(chat):
    class English:
        headers = {"accept-language": "en-US"}  # noqa: RUF012 - stands in for a request

    *_, (conversation, *_, hint, _) = chat.respond("날씨는?", [], "", English())
    assert "No evidence found" in conversation[-1]["content"]
    assert "Enter sends" in hint


def test_the_scope_of_the_page_goes_along_once(chat):
    first, *_ = chat.respond("ASML은?", [], '{"source": "a.txt", "any_day": true}')
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


def test_refresh_offers_a_build_only_where_there_is_no_index(desk):
    state, conversation, make, sources, more, watching, timer = refresh(desk, True, "", 2)
    assert "준비됐습니다" in state
    assert conversation.examples == [{"text": "ASML은 어디에 투자하나?"}]
    assert make.visible is False
    assert (sources.count("<tr>"), more.visible) == (3, True)  # the head, and two of three
    assert watching.value is False
    assert timer.active is False
    missing = desk_of(FakeAssistant(IndexMissing(Path("index"))))
    missing.warm()
    assert refresh(missing, True)[2].visible is True
    assert refresh(missing, False)[2].visible is False


def test_briefings_are_found_by_their_words(desk):
    indexing = Indexing(desk)
    shown, more = indexing.find("제목")
    assert (shown.count("<tr>"), more.visible) == (4, False)
    assert "이 낱말이 든 브리핑이 없습니다" in indexing.find("<없는>")[0]


def test_a_build_is_watched_by_all_and_made_once():
    go_on, calls = threading.Event(), []

    def build(note):
        calls.append(1)
        note("embed", 1, 4)
        go_on.wait(5)
        changes = Difference(added=("새.txt",), renamed=(("옛.txt", "헌.txt"),))
        summary, _ = built(refused=(SourceError("나쁜.txt", "empty"),), difference=changes)
        vanished = (Change("물음?", "답<1>.", ""),)
        return summary, Replay(3, vanished, (Change("다른 물음?", "전.", "후."),))

    desk = desk_of(FakeAssistant(), build=build)
    desk.warm()
    indexing = Indexing(desk)
    first, second = indexing.rebuild(), indexing.rebuild()
    next(first)
    while desk.step.stage != "embed":
        pass
    shown, stop, timer = next(first)
    assert "1/4" in shown
    assert stop.visible is True
    assert timer.active is True
    assert "1/4" in next(second)[0]
    assert "아인트호벤" in list(Asking(desk).respond("ASML은?", []))[-1][0][-1]["content"]
    go_on.set()
    for watcher in (first, second):
        *_, (shown, stop, _) = watcher
        assert "브리핑 1건, 꼭지 3개, 구절 4개" in shown
        for told in ("나쁜.txt", "더한 브리핑 1건", "새.txt", "옛.txt → 헌.txt"):
            assert told in shown
        assert "1개는 답이 그대로입니다" in shown
        assert "물음? — 답&#60;1&#62;. → ∅" in shown
        assert "다른 물음? — 전. → 후." in shown
        assert stop.visible is False
    assert calls == [1]


def test_a_build_that_fails_says_so_and_the_chat_goes_on():
    def build(note):
        raise IndexBusy(None, None)

    desk = desk_of(FakeAssistant(), build=build)
    desk.warm()
    *_, last = Indexing(desk).rebuild()
    assert 'class="failure"' in last[0]
    assert "준비됐습니다" in screen.state_html(desk, "ko")


def test_a_build_is_stopped_at_its_next_step():
    begun, go_on = threading.Event(), threading.Event()

    def build(note):
        note("embed", 1, 4)
        begun.set()
        go_on.wait(5)
        note("embed", 2, 4)
        return built()

    desk = desk_of(FakeAssistant(), build=build)
    desk.warm()
    watcher = Indexing(desk).rebuild()
    next(watcher)
    begun.wait(5)
    desk.cancel()
    go_on.set()
    *_, last = watcher
    assert "색인을 멈췄습니다" in last[0]
    *_, last = Indexing(desk).rebuild()  # the next one is not
    assert "브리핑 1건" in last[0]


def test_going_back_to_the_index_before():
    gone_back = []
    desk = desk_of(FakeAssistant(), roll_back=lambda: gone_back.append(1))
    shown, timer = Indexing(desk).rollback()
    assert gone_back == [1]
    assert "되돌렸습니다" in shown
    assert timer.active is True
    shown, _ = Indexing(desk_of(FakeAssistant())).rollback()
    assert 'class="failure"' in shown
    assert "되돌릴 이전 세대가 없습니다" in shown


def test_what_is_taken_in_is_shown_first(desk, tmp_path):
    indexing = Indexing(desk)
    desk.keeper.building = lambda note: built()
    good, bad = tmp_path / "좋은.txt", tmp_path / "나쁜.docx"
    good.write_text(f"<제목>\n\n{TEXT}", encoding="utf-8")
    bad.write_bytes(b"PK")
    preview, take = indexing.look([str(good), str(bad)], "")
    assert "&#60;제목&#62;" in preview
    assert "날짜 미상" in preview
    assert "ASML" in preview
    assert "나쁜.docx" in preview
    assert "읽지 않는 종류" in preview
    assert take.visible is True
    assert indexing.look([str(bad)], "")[1].visible is False
    assert "파일을 고르거나" in indexing.look(None, " ")[0]

    first, *_, last = indexing.take([str(good), str(bad)], "")
    assert first[:3] == (None, "", "")
    assert first[3].visible is False
    assert desk.keeper.taken == ["좋은.txt"]
    assert "브리핑 1건" in last[4]


def test_every_change_of_the_folder_is_indexed_until_it_is_switched_off():
    changes, ended, builds = threading.Semaphore(0), threading.Event(), []

    def watch(changed, stop):
        while not stop.is_set():
            if changes.acquire(timeout=0.05):
                changed()
        ended.set()

    def build(note):
        builds.append(1)
        return built()

    desk = desk_of(FakeAssistant(), build=build, watch=watch)
    desk.warm()
    assert Indexing(desk).watch(True).active is True
    assert refresh(desk, True)[5].value is True
    assert not desk.settled()
    for count in (1, 2):
        changes.release()
        while len(builds) < count or desk.step:
            pass
    desk.watch(False)
    assert ended.wait(5)
    assert desk.settled()


def test_watching_ends_where_there_is_no_folder():
    def watch(changed, stop):
        raise SourceError("briefings", "no_folder")

    desk = desk_of(FakeAssistant(), watch=watch)
    desk.watch(True)
    while desk.watching:
        pass
    assert "briefings" in screen.outcome_html(desk, "ko")


def laid_out(desk: Desk, may_change: bool) -> gr.Blocks:
    async def lay_out() -> gr.Blocks:
        # Outside a running loop, gradio makes one for each lock and never closes it (6.31).
        return page(desk, may_change)

    return asyncio.run(lay_out())


def test_programs_can_ask_and_change_nothing(desk):
    blocks = laid_out(desk, may_change=True)
    public = [f.api_name for f in blocks.fns.values() if f.api_visibility == "public"]
    assert public == ["ask", "search", "get_source"]
    assert blocks.analytics_enabled is False
    limits = {f.concurrency_id: f.concurrency_limit for f in blocks.fns.values()}
    assert "rebuild" in limits


def test_strangers_can_change_nothing_at_all(desk):
    def names(may_change: bool) -> set[str]:
        blocks = laid_out(desk, may_change)
        return {getattr(f.fn, "__name__", "") for f in blocks.fns.values()}

    changing = {"rebuild", "rollback", "take", "look", "watch", "cancel"}
    assert changing <= names(may_change=True)
    assert not changing & names(may_change=False)
    assert "respond" in names(may_change=False)


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("pc", False)],
)
def test_only_this_machine_is_trusted(host, own):
    assert _is_loopback(host) is own


@pytest.mark.parametrize("auth", ["name", "name:", ":password"])
def test_half_a_login_is_refused(auth, monkeypatch):
    monkeypatch.setenv("BRIEFING_AUTH", auth)
    with pytest.raises(SystemExit):
        main([])
