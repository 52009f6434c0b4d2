"""`python -m bench.load`: how long many people at once wait for an answer of the running chat.

Beside it, in the same run, the same requests to a chat of bare gradio that says back what it is
told: what is gradio's own, and what is ours. With `--browser` the time until a reader sees the
answer in Chromium is measured, too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "ASML은 어디에 투자하나?",
    "한국전력 부채는 얼마?",
    "삼성전자 보조금은 얼마?",
    "테슬라는 몇 명을 줄이나?",
    "넷플릭스 가입자는 얼마나 늘었나?",
    "알파벳 첫 배당은?",
    "오늘 서울 날씨는?",
)
ECHO = """
import sys, gradio as gr
from gradio.events import api
def ask(question: str, history: list[str] | None = None) -> dict[str, str]:
    "Say it back."
    return {"text": question}
with gr.Blocks(analytics_enabled=False) as blocks:
    api(ask, api_name="ask")
blocks.queue(default_concurrency_limit=16)
blocks.launch(server_port=int(sys.argv[1]), quiet=True, share=False, ssr_mode=False)
"""


@contextmanager
def serving(command: Sequence[str]) -> Iterator[str]:
    """Run a server whose last argument is to be its port; yield its address once it is up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    process = subprocess.Popen(
        [*command, str(port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        ask(url, QUESTIONS[0])  # answered only when all is loaded
        yield url
    finally:
        process.terminate()
        process.wait(10)


def ask(url: str, question: str) -> float:
    """Ask as any program does; return after how many seconds the answer was there."""
    started = time.perf_counter()
    body = json.dumps({"data": [question, []]}).encode()
    kind = {"Content-Type": "application/json"}
    call = f"{url}gradio_api/call/ask"
    with urllib.request.urlopen(urllib.request.Request(call, body, kind), timeout=60) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{call}/{event}", timeout=60) as stream:
        if b"event: complete" not in stream.read():
            raise RuntimeError(f"{question} was not answered")
    return time.perf_counter() - started


def waits(url: str, people: int, each: int) -> list[float]:
    """Let so many people ask at once, one question after the other; return what they waited."""
    waited: list[float] = []
    ready = threading.Barrier(people)

    def person(number: int) -> None:
        ready.wait()
        for turn in range(each):
            waited.append(ask(url, QUESTIONS[(number + turn) % len(QUESTIONS)]))

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waited) != people * each:
        raise RuntimeError("some were not answered")
    return waited


def seen(url: str, count: int) -> list[float]:
    """Ask in Chromium; return the seconds from Enter until the answer is on the page."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next((path for path in map(shutil.which, names) if path), None)
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        page = browser.new_page(locale="ko-KR")
        page.goto(url)
        page.wait_for_selector(".state.ready", timeout=60_000)
        outcome = "#conversation :is(.answer, .not-found)"
        for turn in range(count + 1):
            page.locator("#question textarea").fill(QUESTIONS[turn % len(QUESTIONS)])
            started = time.perf_counter()
            page.keyboard.press("Enter")
            page.locator(outcome).nth(turn).wait_for()
            times.append(time.perf_counter() - started)
            page.wait_for_timeout(500)
        browser.close()
    return times[1:]  # the first one warms up


def _row(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    rate = len(times) / sum(times)
    return f"{name:32}{p50 * 1000:9.0f}{p95 * 1000:9.0f}{rate:9.1f}"


def main(argv: Sequence[str] | None = None) -> None:
    """Print the waits as a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 8, 20, 64])
    parser.add_argument("--each", type=int, default=10, help="questions of each")
    parser.add_argument("--browser", action="store_true", help="what a reader waits in Chromium")
    options = parser.parse_args(argv)
    python = sys.executable
    print(f"{'':32}{'p50 ms':>9}{'p95 ms':>9}{'each/s':>9}")
    with tempfile.TemporaryDirectory() as index:
        build = [python, "-m", "index", "build", "briefings", "--index", index]
        subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with (
            serving([python, "app.py", "--index", index, "--port"]) as ours,
            serving([python, "-c", ECHO]) as echo,
        ):
            for people in options.people:
                bare, full = (waits(url, people, options.each) for url in (echo, ours))
                print(_row(f"{people} at once, gradio alone", bare))
                print(_row(f"{people} at once, the chat", full))
                ratio = statistics.median(full) / statistics.median(bare)
                print(f"{'':4}ratio of the medians {ratio:.1f}", flush=True)
            if options.browser:
                print(_row("in the browser, until it is seen", seen(ours, 20)))


if __name__ == "__main__":
    main()
