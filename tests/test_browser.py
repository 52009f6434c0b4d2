"""The running chat in a real browser: what a person sees, types and clicks; nothing is faked.

Screenshots of what was seen are left in the git-ignored `screenshots/`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import DEV, NO_NETWORK, ROOT, SAMPLES, SEED, needs_seed
from llm_server import Connection, serving
from markdown_it import MarkdownIt
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index.build import build
from qa.llm import writer

pytestmark = pytest.mark.browser

SHOTS = ROOT / "screenshots"
ASML = "ASML은 어디에 투자하나?"
NO_ANSWER = "오늘 서울 날씨는?"
OUTCOME = "#conversation :is(.answer, .not-found, .failure)"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OpenPage = Callable[..., Page]


class Server:
    """The chat as a process of its own on a free port; ended by its own process id."""

    def __init__(self, index: Path, folder: Path, *more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.pages: list[Page] = []
        options = ["--index", str(index), "--folder", str(folder), "--port", str(port), *more]
        command = [sys.executable, "-c", NO_NETWORK, "app", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise RuntimeError("the chat did not start")

    def __exit__(self, *_: object) -> None:
        for page in self.pages:  # they would complain that nobody answers any more
            page.close()
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def chat_url(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    index = tmp_path_factory.mktemp("served") / "index"
    shutil.copytree(sample_index, index, symlinks=True)  # one of the tests rebuilds it
    with Server(index, SAMPLES, "--mcp") as server:
        yield server.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next((path for path in map(shutil.which, names) if path), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, chat_url: str) -> Iterator[OpenPage]:
    """Open pages that must log no error, raise no dialog and ask no other machine."""
    complaints: list[str] = []
    contexts = []

    def note_request(url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and (
            urlsplit(url).hostname not in ("127.0.0.1", "localhost")
        ):
            complaints.append(f"asked {url}")

    def open_page(
        at: str | Server = chat_url,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        locale: str = "ko-KR",
        ready: bool = True,
    ) -> Page:
        scheme = "dark" if dark else "light"
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: note_request(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        if isinstance(at, Server):
            at.pages.append(page)
        page.goto(at.url if isinstance(at, Server) else at)
        if ready:
            expect(page.locator(".state.ready")).to_be_visible(timeout=60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def ask(page: Page, question: str) -> None:
    """Type a question, send it and wait for what comes of it."""
    before = page.locator(OUTCOME).count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(OUTCOME)).to_have_count(before + 1, timeout=30_000)


def shoot(page: Page, name: str) -> None:
    """Leave a picture of what was seen."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def assert_fits(page: Page) -> None:
    """Nothing may be wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_answer_is_quoted_marked_and_opens_in_its_briefing(open_page):
    page = open_page()
    shoot(page, "empty")
    ask(page, ASML)
    quote = page.locator(".answer blockquote p").first.inner_text()
    assert "아인트호벤" in quote
    assert quote in (SAMPLES / "2024-04-23.txt").read_text(encoding="utf-8")
    assert quote in page.locator(".answer .passage mark").all_inner_texts()
    expect(page.locator(".answer .cite").first).to_contain_text("2024년 4월 23일")
    card = page.locator(".answer .cards details").first
    expect(card.locator(".passage")).to_be_hidden()
    card.locator("summary").click()
    expect(card.locator(".passage")).to_be_visible()
    shoot(page, "answer")

    page.locator(".source .open a").first.click()
    expect(page.locator(".reader mark").first).to_be_in_viewport()
    assert quote in page.locator(".reader mark").all_inner_texts()
    shoot(page, "reader")
    address = page.url
    page.keyboard.press("Escape")
    expect(page.locator(".reader")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.source .open') !== null")
    page.locator(".source .open a").first.click()
    expect(page.locator(".reader mark").first).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".reader")).to_have_count(0)

    other = open_page(address)  # the address can be kept and opened elsewhere
    expect(other.locator(".reader mark").first).to_be_in_viewport()


def test_sources_stand_beside_their_quotes_and_below_them_on_a_phone(open_page):
    for width, beside in ((1280, True), (900, False), (390, False)):
        page = open_page(width=width)
        ask(page, ASML)
        quote, source = (page.locator(f".answer .{each}").first for each in ("quoted", "source"))
        expect(source.locator(".number")).to_have_text(quote.locator(".number").inner_text())
        left, right = quote.bounding_box(), source.bounding_box()
        assert (left["x"] + left["width"] <= right["x"]) == beside
        assert (left["y"] + left["height"] <= right["y"]) != beside
        if beside:  # the reader takes the place that the sources had
            source.locator(".open a").click()
            expect(page.locator(".reader mark").first).to_be_in_viewport()
            left, right = quote.bounding_box(), source.bounding_box()
            assert left["y"] + left["height"] <= right["y"]
        assert_fits(page)


def test_an_answer_is_copied_and_a_conversation_taken_along(open_page):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, ASML)
    ask(page, NO_ANSWER)
    page.locator(".tools .copy").first.click()
    expect(page.locator(".tools .copy").first).to_have_text("복사했습니다")
    copied = page.evaluate("navigator.clipboard.readText()")
    quote = page.locator(".answer blockquote p").first.inner_text()
    assert copied.startswith(f"**{ASML}**\n\n> {quote}")
    assert (
        "[^1]\n\n[^1]: ASML, 떠나지 않는다…아인트호벤에 2만 명 일터 — \\[세계로 브리핑\\]" in copied
    )
    page.locator(".source .copy-link").first.click()
    address = page.evaluate("navigator.clipboard.readText()")
    other = open_page(address)
    expect(other.locator(".reader mark").first).to_be_in_viewport()

    with page.expect_download() as saved:
        page.locator(".save-json").click()
    first, second = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert (first["question"], first["status"], second["status"]) == (
        ASML,
        "answered",
        "no_evidence",
    )
    assert first["citations"][0]["quotes"][0] == quote
    assert first["citations"][0]["link"] == address
    with page.expect_download() as saved:
        page.locator(".save-markdown").click()
    written = Path(saved.value.path()).read_text(encoding="utf-8")
    assert written.startswith(copied)
    assert f"**{NO_ANSWER}**\n\n근거를 찾지 못했습니다" in written

    page.emulate_media(media="print")
    expect(page.locator("#question")).to_be_hidden()
    expect(page.locator(".answer blockquote").first).to_be_visible()


def test_what_is_taken_along_of_hostile_texts_is_their_words(open_page, tmp_path):
    hostile = json.loads((ROOT / "tests/data/hostile.json").read_text(encoding="utf-8"))
    marks = ["1. 달러 소식", "- 달러 소식", "+ 달러 소식", "달러 1_000_000 *소식*"]
    folder = tmp_path / "briefings"
    folder.mkdir()
    for number, text in enumerate(hostile[:40:4]):
        heading = f"달러 {number} {text}"
        words = f"{text} 달러가 {number}원 올랐다고 은행이 밝혔습니다."
        written = f"◇ {heading}\n\n{words}\n\n◇ 날씨\n\n비가 왔습니다.\n"
        (folder / f"{number}.txt").write_text(written, encoding="utf-8")
    build(folder, tmp_path / "index")
    with Server(tmp_path / "index", folder) as server:
        page = open_page(server)
        for question in [*marks, *hostile[1:40:4]]:
            ask(page, question)
        asked = page.locator(".asked").all_text_contents()
        quotes = page.locator(".answer blockquote p").all_text_contents()
        with page.expect_download() as saved:
            page.locator(".save-json").click()
        turns = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
        with page.expect_download() as saved:
            page.locator(".save-markdown").click()
        written = Path(saved.value.path()).read_text(encoding="utf-8")
    assert [turn["question"] for turn in turns] == asked
    assert quotes
    assert [q for turn in turns for each in turn["citations"] for q in each["quotes"]] == quotes
    tokens = MarkdownIt("commonmark", {"html": True}).parse(written)
    kinds = {part.type for token in tokens for part in [token, *(token.children or ())]}
    assert not {"html_block", "html_inline", "image", "heading_open", "code_inline"} & kinds
    assert not {"bullet_list_open", "ordered_list_open", "fence", "code_block"} & kinds
    read = "\n".join(
        "".join(part.content for part in token.children or ())
        for token in tokens
        if token.type == "inline"
    )
    headings = [each["heading"] for turn in turns for each in turn["citations"]]
    for words in [*asked, *quotes, *headings]:
        assert " ".join(words.split()) in read


def test_a_judgement_is_kept_beside_the_index(open_page, sample_index, tmp_path):
    shutil.copytree(sample_index, tmp_path / "index")
    with Server(tmp_path / "index", SAMPLES) as server:
        page = open_page(server)
        ask(page, ASML)
        ask(page, "그럼 언제부터?")
        page.locator(".tools .wrong").last.click()
        expect(page.locator(".tools .wrong").last).to_contain_text("적어 두었습니다")
        page.locator(".cards details").first.locator("summary").click()
        page.locator(".this-one").first.click()
        expect(page.locator(".this-one").first).to_contain_text("적어 두었습니다")
    lines = (tmp_path / "index" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    wrong, right = map(json.loads, lines)
    assert (wrong["kind"], wrong["question"], wrong["history"]) == (
        "wrong",
        "그럼 언제부터?",
        [ASML],
    )
    assert (right["kind"], right["question"], right["history"]) == ("judged", ASML, [])
    assert right["evidence"] in (SAMPLES / right["file"]).read_text(encoding="utf-8")


def test_the_search_is_narrowed_and_widened_again(open_page):
    page = open_page()
    ask(page, "4월 25일 브리핑에서 ASML 소식은?")
    expect(page.locator(".period")).to_contain_text("기간: 4월 25일 (2024년 4월 25일)")
    page.locator(".any-day").click()
    expect(page.locator(OUTCOME)).to_have_count(2, timeout=30_000)
    expect(page.locator(".period")).to_have_count(1)

    page.locator(".narrow summary").click()
    page.locator(".narrow [name=until]").fill("2024-04-18")
    page.locator(".narrow [name=until]").dispatch_event("change")
    expect(page.locator(".chip")).to_have_text("까지: 2024-04-18 ✕")
    expect(page.locator(".narrow option")).to_have_count(2)
    ask(page, "ASML 소식은?")
    shown = page.locator(".answer").last.locator(".byline").all_inner_texts()
    assert shown
    assert all("4월 16일" in each or "4월 18일" in each for each in shown)
    page.locator(".source .open a").last.click()
    page.locator(".reader .only-this").click()
    expect(page.locator(".chip")).to_have_count(2)
    shoot(page, "narrowed")
    page.locator(".reader .shut").click()
    for _ in range(2):
        page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(0)
    page.locator("#new-chat").click()
    expect(page.locator(".asked")).to_have_count(0)
    ask(page, ASML)
    expect(page.locator(".answer").last).to_contain_text("2024년 4월 23일")


def test_the_reader_goes_from_segment_to_segment(open_page):
    page = open_page()
    ask(page, ASML)
    page.locator(".source .open a").first.click()
    expect(page.locator(".reader .here").first).to_contain_text("ASML이 고국에")
    page.locator(".reader .next").click()
    expect(page.locator(".reader .here").first).to_contain_text("틱톡")
    expect(page.locator(".reader .here").first).to_be_in_viewport()
    page.locator(".reader .previous").click()
    expect(page.locator(".reader .here").first).to_contain_text("ASML이 고국에")


def test_what_is_not_there_is_said_calmly(open_page):
    page = open_page()
    ask(page, NO_ANSWER)
    card = page.locator(".not-found")
    expect(card).to_contain_text("근거를 찾지 못했습니다")
    expect(card).to_contain_text("답이 아닙니다")
    expect(page.locator("#conversation mark")).to_have_count(0)
    shoot(page, "not-found")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)> **굵게** $$x^2$$ `code`",
        "    들여 쓴 줄\n\n# 제목\n- [목록](http://example.com)",
    ],
)
def test_a_question_is_shown_as_it_was_typed(open_page, typed):
    page = open_page()
    page.locator("#question textarea").fill(typed)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(OUTCOME)).to_have_count(1, timeout=30_000)
    asked = page.locator("#conversation .asked")
    assert asked.text_content() == typed.strip()
    assert asked.evaluate("element => element.children.length") == 0


def test_an_example_is_asked_and_answered(open_page):
    page = open_page()
    example = page.locator("#conversation .example").first
    question = example.inner_text().strip()
    example.click()
    expect(page.locator(".answer")).to_have_count(1, timeout=30_000)
    expect(page.locator(".asked")).to_have_text(question)
    page.locator("#new-chat").click()
    expect(page.locator("#conversation .example").first).to_be_visible()


def test_what_is_offered_next_is_answered(open_page):
    page = open_page()
    ask(page, ASML)
    offered = page.locator(".follow-ups button")
    expect(offered).to_have_count(3)
    question = offered.first.inner_text()
    shoot(page, "follow-ups")
    offered.first.click()
    expect(page.locator(".asked").last).to_have_text(question)
    expect(page.locator("#conversation .answer")).to_have_count(2)


def test_enter_that_ends_a_composition_does_not_send(open_page):
    page = open_page()
    box = page.locator("#question textarea")
    box.click()
    keys = page.context.new_cdp_session(page)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    for text in ("ㅇ", "아", "안"):
        keys.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.insertText", {"text": "안"})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    page.wait_for_timeout(500)
    assert box.input_value() == "안"
    expect(page.locator(".asked")).to_have_count(0)

    # Safari ends the composition first; only the code of the key tells, and `keypress` follows.
    press = """(element, code) => ["keydown", "keypress"].forEach(type => element.dispatchEvent(
        new KeyboardEvent(type, {key: "Enter", keyCode: code, bubbles: true, cancelable: true})))"""
    box.evaluate(press, 229)
    page.wait_for_timeout(500)
    expect(page.locator(".asked")).to_have_count(0)

    box.press("Shift+Enter")
    box.press_sequentially("녕")
    assert box.input_value() == "안\n녕"
    box.press("Enter")
    expect(page.locator(".asked")).to_have_text("안\n녕")


def test_the_composition_test_would_notice_an_enter_that_sends(open_page):
    page = open_page()
    box = page.locator("#question textarea")
    box.fill(NO_ANSWER)
    box.evaluate(
        """element => ["keydown", "keypress"].forEach(type => element.dispatchEvent(
        new KeyboardEvent(type, {key: "Enter", keyCode: 13, bubbles: true, cancelable: true})))"""
    )
    expect(page.locator(".asked")).to_have_count(1)


def test_what_can_not_be_asked_gets_a_hint_and_is_not_sent(open_page):
    page = open_page()
    box = page.locator("#question textarea")
    box.press("Enter")
    expect(page.locator(".hint.urgent")).to_have_text("질문을 입력해 주세요.")
    box.fill("가" * 501)
    box.press("Enter")
    expect(page.locator(".hint.urgent")).to_contain_text("501자")
    assert len(box.input_value()) == 501
    expect(page.locator(".asked")).to_have_count(0)


def test_the_index_is_listed_and_rebuilt_while_questions_go_on(open_page, sample_index, tmp_path):
    shutil.copytree(sample_index, tmp_path / "index")
    folder = tmp_path / "briefings"
    shutil.copytree(SAMPLES, folder)
    with Server(tmp_path / "index", folder) as server:
        page, asking = open_page(server), open_page(server)
        page.get_by_role("tab", name="색인").click()
        expect(page.locator(".sources tbody tr")).to_have_count(len(list(SAMPLES.iterdir())))
        new = sorted((DEV / "briefings").iterdir())  # a build that takes some seconds
        for path in new:
            shutil.copy(path, folder / f"new-{path.name}")
        (folder / "2024-04-16.txt").unlink()
        page.locator("#rebuild").click()
        expect(page.locator(".progress")).to_be_visible()
        ask(asking, ASML)
        expect(asking.locator(".answer blockquote")).to_contain_text("아인트호벤")
        expect(page.locator(".progress")).to_be_visible()  # answered while the build went on
        shoot(page, "rebuild")
        expect(page.locator(".summary")).to_contain_text("색인을 마쳤습니다", timeout=120_000)
        expect(page.locator(".summary")).to_contain_text(f"더한 브리핑 {len(new)}건")
        expect(page.locator(".summary")).to_contain_text("뺀 브리핑 1건2024-04-16.txt")
        shoot(page, "rebuilt")
        ask(asking, ASML)
        expect(asking.locator(".answer")).to_have_count(2)
        page.locator("#rollback").click()
        expect(page.locator(".summary")).to_contain_text("앞 세대로 되돌렸습니다")
        expect(page.locator(".sources tbody tr")).to_have_count(len(list(SAMPLES.iterdir())))
        page.locator("#rollback").click()
        expect(page.locator("#progress .failure")).to_contain_text("되돌릴 이전 세대가 없습니다")
        page.locator(".sources a").first.click()
        expect(page.locator(".reader .heading").first).to_be_visible()


PASTED = """[아침 시장] 한빛전자, 공장 이전을 미루다

한바다 외신캐스터 2024. 5. 3. 06:20

◇ 한빛전자, 공장 이전 연기

한빛전자가 공장 이전을 한 해 미루기로 했습니다. 환율이 올라 비용이 4천억 원 늘었기 때문입니다.
"""


def test_briefings_are_added_in_the_browser(open_page, sample_index, tmp_path):
    shutil.copytree(sample_index, tmp_path / "index")
    folder = tmp_path / "briefings"
    shutil.copytree(SAMPLES, folder)
    count = len(list(SAMPLES.iterdir()))
    upload = next(iter(sorted((DEV / "briefings").iterdir())))
    with Server(tmp_path / "index", folder) as server:
        page = open_page(server)
        page.get_by_role("tab", name="색인").click()
        page.get_by_role("button", name="브리핑 더하기").click()
        (tmp_path / "편지.docx").write_bytes(b"PK")
        page.locator("#intake input[type=file]").set_input_files([upload, tmp_path / "편지.docx"])
        page.locator("#intake textarea").fill(PASTED)
        page.locator("#look").click()
        expect(page.locator(".offer")).to_have_count(3)
        expect(page.locator(".offer .refused")).to_contain_text("편지.docx")
        expect(page.locator("#preview")).to_contain_text("한빛전자, 공장 이전 연기")
        expect(page.locator("#preview")).to_contain_text("2024년 5월 3일")
        shoot(page, "preview")
        page.locator("#intake textarea").fill(PASTED + "◇ 하나 더\n\n새 꼭지입니다.")
        expect(page.locator("#take")).to_be_hidden()  # not what was looked at
        page.locator("#intake textarea").fill(PASTED)
        page.locator("#look").click()
        page.locator("#take").click()
        expect(page.locator("#progress .summary")).to_contain_text(
            "더한 브리핑 2건", timeout=120_000
        )
        name = "2024-05-03 [아침 시장] 한빛전자, 공장 이전을 미루다.txt"
        expect(page.locator("#progress .summary")).to_contain_text(name)
        expect(page.locator("#take")).to_be_hidden()
        expect(page.locator(".sources tbody tr")).to_have_count(count + 2)
        shoot(page, "added")
        assert folder.joinpath(name).read_text(encoding="utf-8") == PASTED
        page.locator("#find textarea, #find input").fill("한빛")
        expect(page.locator(".sources tbody tr")).to_have_count(1)
        page.get_by_role("tab", name="질문").click()
        ask(page, "한빛전자는 왜 공장 이전을 미뤘나?")
        expect(page.locator(".answer blockquote").first).to_contain_text("4천억 원")

        page.get_by_role("tab", name="색인").click()
        page.locator("#find textarea, #find input").fill("")
        page.locator("#watch input").check()
        folder.joinpath(name).unlink()
        expect(page.locator(".sources tbody tr")).to_have_count(count + 1, timeout=60_000)
        shoot(page, "watched")


def test_a_build_is_stopped_and_goes_on_later(open_page, tmp_path):
    folder = tmp_path / "briefings"
    shutil.copytree(SAMPLES, folder)
    for path in (DEV / "briefings").iterdir():  # a build that takes some seconds
        shutil.copy(path, folder / f"new-{path.name}")
    with Server(tmp_path / "index", folder) as server:
        page = open_page(server, ready=False)
        page.get_by_role("tab", name="색인").click()
        page.locator("#rebuild").click()
        expect(page.locator("#stop")).to_be_visible()
        page.locator("#stop").click()
        expect(page.locator("#progress .failure")).to_contain_text(
            "색인을 멈췄습니다", timeout=60_000
        )
        expect(page.locator("#stop")).to_be_hidden()
        assert not tmp_path.joinpath("index", "CURRENT").exists()
        page.locator("#rebuild").click()
        expect(page.locator(".summary")).to_contain_text("색인을 마쳤습니다", timeout=120_000)


def test_without_an_index_the_chat_offers_to_build_one(open_page, tmp_path):
    folder = tmp_path / "briefings"
    folder.mkdir()
    shutil.copy(SAMPLES / "2024-04-23.txt", folder)
    with Server(tmp_path / "index", folder) as server:
        page = open_page(server, ready=False)
        expect(page.locator(".state.missing")).to_be_visible(timeout=60_000)
        ask(page, ASML)
        expect(page.locator(".failure")).to_contain_text("아직 색인이 없습니다")
        shoot(page, "no-index")
        page.locator("#build").click()
        expect(page.locator(".state.ready")).to_be_visible(timeout=120_000)
        expect(page.locator("#build")).to_be_hidden()
        ask(page, ASML)
        expect(page.locator(".answer")).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_screen_in_light_and_dark(open_page, width, dark):
    page = open_page(width=width, height=844, dark=dark)
    look = f"{width}-{'dark' if dark else 'light'}"
    ask(page, ASML)
    assert_fits(page)
    shoot(page, f"answer-{look}")
    shade = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert (max(shade) < 60) == dark
    # The question stands above what answers it, not scrolled away.
    expect(page.locator(".asked")).to_be_in_viewport()
    page.locator(".source .open a").first.click()
    expect(page.locator(".reader mark").first).to_be_in_viewport()
    assert_fits(page)
    shoot(page, f"reader-{look}")
    page.locator(".reader .shut").click()
    ask(page, NO_ANSWER)
    assert_fits(page)
    page.get_by_role("tab", name="색인").click()
    expect(page.locator(".sources")).to_be_visible()
    assert_fits(page)
    shoot(page, f"index-{look}")


def test_an_english_browser_gets_english_words(open_page):
    page = open_page(locale="en-US")
    expect(page.get_by_role("tab", name="Ask")).to_be_visible()
    expect(page.locator(".state")).to_contain_text("Ready")
    expect(page.locator("#question textarea")).to_have_attribute(
        "placeholder", "Ask about the briefings"
    )
    expect(page.locator(".hint")).to_contain_text("Enter sends")
    ask(page, NO_ANSWER)
    expect(page.locator(".not-found")).to_contain_text("No evidence found")


def test_it_can_be_used_without_a_mouse(open_page):
    page = open_page()
    ask(page, ASML)
    page.locator(".cards summary").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")  # reached by the keyboard, so the focus shows
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert (page.evaluate("document.activeElement.tagName"), outline) == ("SUMMARY", "solid")
    page.keyboard.press("Enter")
    expect(page.locator(".cards .passage").first).to_be_visible()
    expect(page.get_by_role("textbox", name="질문 입력")).to_be_visible()
    expect(page.get_by_role("button", name="보내기")).to_be_visible()


def call(chat_url: str, name: str, *values: object) -> tuple[str, Any]:
    """Call an endpoint as a program does; return the event and what came with it."""
    body = json.dumps({"data": values}).encode()
    headers = {"Content-Type": "application/json"}
    address = f"{chat_url}gradio_api/call/{name}"
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{address}/{event}") as reply:
        lines = reply.read().decode().splitlines()
    return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_shuts_people_out(open_page, dark):
    """No rule of axe-core, which looks as WCAG 2 asks, is broken in what one can come to see."""

    def broken() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    page = open_page(dark=dark)
    expect(page.locator("#conversation .example").first).to_be_visible()
    assert broken() == []
    ask(page, ASML)
    page.locator(".why summary").first.click()
    page.locator("#scope summary").click()
    assert broken() == []
    ask(page, NO_ANSWER)
    expect(page.locator(".not-found")).to_be_visible()
    assert broken() == []
    page.locator("#conversation .open a").first.click()
    expect(page.locator(".reader")).to_be_visible()
    assert broken() == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="색인").click()
    page.get_by_role("button", name="브리핑 더하기").click()
    page.locator("#intake textarea").fill(PASTED)
    page.locator("#look").click()
    expect(page.locator(".offer")).to_be_visible()
    assert broken() == []


def test_programs_ask_search_and_read_and_change_nothing(chat_url):
    with urllib.request.urlopen(f"{chat_url}gradio_api/info") as reply:
        assert list(json.load(reply)["named_endpoints"]) == ["/ask", "/search", "/get_source"]
    event, (answer,) = call(chat_url, "ask", "그 도시는 어디야?", [ASML])
    assert event == "complete"
    assert answer["status"] == "answered"
    assert answer["understood_as"] == f"{ASML} 그 도시는 어디야?"
    assert any("아인트호벤" in citation["quote"] for citation in answer["citations"])
    _, (hits,) = call(chat_url, "search", "ASML", 2, "2024-04-18", "2024-04-18", "", "")
    assert [hit["source"] for hit in hits] == ["2024-04-18.txt"] * 2
    _, (briefing,) = call(chat_url, "get_source", hits[0]["source"])
    assert briefing["text"][hits[0]["start"] : hits[0]["end"]] == hits[0]["text"]
    assert hits[0]["heading"] in [segment["heading"] for segment in briefing["segments"]]
    event, told = call(chat_url, "search", "ASML", 2, "gestern", "", "", "")
    assert (event, "is not a date" in json.dumps(told)) == ("error", True)


def test_mcp_clients_ask_search_and_read_and_change_nothing(chat_url):
    async def talk() -> tuple[list[str], list[CallToolResult]]:
        async with (
            streamable_http_client(f"{chat_url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            calls = [
                ("ask", {"question": "그럼 어느 도시?", "history": [ASML]}),
                ("search", {"question": ASML, "limit": 2}),
                ("get_source", {"source": "2024-04-23.txt"}),
                ("search", {"question": ASML, "since": "April"}),
            ]
            return tools, [await session.call_tool(name, given) for name, given in calls]

    with ThreadPoolExecutor() as pool:  # Playwright has a loop of its own in this thread
        tools, results = pool.submit(asyncio.run, talk()).result()
    assert tools == ["ask", "search", "get_source"]
    asked, found, source, refused = (result.content[0].text for result in results)
    assert [result.isError for result in results] == [False, False, False, True]
    assert "아인트호벤" in asked
    assert "아인트호벤" in found
    assert found.count("passage_id") == 2
    assert "아인트호벤" in source
    assert refused == "\"since\" is not a date like 2024-04-23: 'April'"


def test_enter_pressed_twice_asks_once_and_says_nothing(open_page):
    page = open_page()
    box = page.locator("#question textarea")
    box.fill("ASML은 어디에 투자하나?")
    box.press("Enter")
    box.press("Enter")
    expect(page.locator(OUTCOME)).to_have_count(1)
    hint = page.locator("#hint").inner_text()
    ask(page, "한국전력 부채는 얼마?")
    expect(page.locator(OUTCOME)).to_have_count(2)
    assert "입력해" not in hint + page.locator("#hint").inner_text()


def test_a_question_does_not_wait_for_what_is_written_about_the_last_one(
    open_page, sample_index, monkeypatch
):
    def endlessly(line: Connection) -> None:
        line.begin()
        line.say("생산시설을 넓힐 도시는 네덜란드 아인트호벤입니다 [1]. 그")
        line.hang()

    with serving(endlessly) as (url, _):
        monkeypatch.setenv(writer.URL, url)
        with Server(sample_index, SAMPLES) as server:
            page = open_page(server)
            ask(page, ASML)
            answers, writing = page.locator("#conversation .answer"), page.locator(".said .pending")
            expect(answers.first.locator(".said")).to_contain_text("아인트호벤입니다. ①")
            expect(writing).to_have_count(1)
            ask(page, "한국전력 부채는 얼마?")
            expect(answers.last).to_contain_text("200조")
            expect(answers.last.locator(".said .pending")).to_have_count(1)
            expect(writing).to_have_count(1)  # the first is left as it stands
            expect(answers.first.locator(".said")).to_contain_text("아인트호벤입니다. ①")
            page.locator("#new-chat").click()
            expect(page.locator(".asked")).to_have_count(0)
            page.wait_for_timeout(500)
            expect(page.locator(".asked")).to_have_count(0)


@needs_seed
def test_the_page_that_was_asked_for_is_answered_in_the_browser(open_page, tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / SEED.name).write_bytes(SEED.read_bytes())
    build(tmp_path / "page", tmp_path / "index")
    with Server(tmp_path / "index", tmp_path / "page") as server:
        page = open_page(server)
        for question, word in [
            ("ASML은 어디에 투자하나?", "네덜란드"),
            ("샘 올트먼이 투자한 태양광 회사는?", "엑소와트"),
            ("한국전력 부채는 얼마?", "200조"),
        ]:
            ask(page, question)
            expect(page.locator("#conversation .answer").last).to_be_visible()
            assert word in page.locator("#conversation .answer mark").last.evaluate(
                "mark => mark.closest('.answer').querySelector('blockquote p').textContent"
            )
        for question in ("애플 신제품 발표는 언제?", "오늘 서울 날씨는?"):
            ask(page, question)
            expect(page.locator(OUTCOME).last).to_have_class(re.compile("not-found"))
        page.screenshot(path=SHOTS / "seed.png")


def test_a_briefing_at_a_glance_and_a_name_followed_on_a_phone(open_page):
    page = open_page(width=390, height=844)
    page.get_by_role("tab", name="오늘의 브리핑").click()
    cards = page.locator(".glance > li")
    expect(cards).to_have_count(6)
    assert_fits(page)
    story = cards.nth(1).locator(".story")
    expect(story.locator("summary")).to_have_text("브리핑 3건에 걸친 이야기, 최초 2024년 4월 18일")
    story.locator("summary").click()
    expect(story.locator("li").first).to_contain_text("파월")
    shoot(page, "glance-phone")
    quote = cards.first.locator("blockquote").inner_text()
    cards.first.locator("blockquote a").click()
    expect(page.locator(".reader mark")).to_have_text(quote)
    page.keyboard.press("Escape")
    expect(page.locator(".reader")).to_have_count(0)

    page.get_by_label("이름이나 낱말 따라가기").fill("틱톡")
    page.get_by_label("이름이나 낱말 따라가기").press("Enter")
    expect(page.locator(".entries > li")).to_have_count(4)
    expect(page.locator(".timeline circle")).to_have_count(4)
    page.get_by_label("이 브리핑 이후 달라진 것").select_option("2024-04-23")
    expect(page.locator(".entries .new")).to_have_count(2)
    assert_fits(page)
    shoot(page, "timeline-phone")
    page.locator(".timeline a").first.click()
    expect(page.locator(".reader h2")).to_contain_text("TSMC")
    page.keyboard.press("Escape")

    page.locator(".to-glance").click()
    expect(cards).to_have_count(6)
    page.get_by_role("button", name="이전 브리핑").click()
    expect(page.locator(".overview .byline").first).to_contain_text("2024년 4월 30일")
    cards.nth(1).get_by_role("button", name="테슬라 따라가기").click()
    expect(page.locator(".changes b")).to_have_text(["155달러 45센트", "180달러 1센트"])
