"""Rebuilds while people ask: no error, and every answer is of one generation."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

from conftest import ROOT, FakeEmbedder

from index.build import build
from qa.assistant import Assistant

SUBJECTS = ["환율", "원유", "반도체", "자동차", "금리", "철강", "해운", "항공"]
SEGMENT = """◇ {name} 소식

제{edition}판 {name} 값이 올랐습니다. 제{edition}판 {name} 수요도 늘었습니다.
"""
# `make soak` goes on for a minute.
SOAKED_S = float(os.environ.get("SOAK_SECONDS", "0"))
EDITION = re.compile(r"제(\d+)판")


def write(folder: Path, edition: int) -> None:
    """Write two briefings, of which every sentence says the edition."""
    folder.mkdir(exist_ok=True)
    for day, subjects in ((23, SUBJECTS[:4]), (24, SUBJECTS[4:])):
        told = "\n".join(SEGMENT.format(name=name, edition=edition) for name in subjects)
        page = f"[아침 소식] 오늘의 뉴스\n\n김하나 앵커 2024. 4. {day}. 06:20\n\n{told}"
        (folder / f"{day}.txt").write_text(page, encoding="utf-8")


def test_threads_that_ask_across_rebuilds(tmp_path, monkeypatch):
    folder, index = tmp_path / "briefings", tmp_path / "index"
    monkeypatch.setattr("qa.assistant.open_embedder", lambda name: FakeEmbedder())
    write(folder, 0)
    build(folder, index, FakeEmbedder())
    assistant = Assistant(index, clock=lambda: date(2024, 5, 1))
    done = threading.Event()
    seen: list[set[str]] = []
    errors: list[BaseException] = []

    def ask(number: int) -> None:
        while not done.is_set():
            try:
                answer = assistant.ask(f"{SUBJECTS[number % len(SUBJECTS)]} 값은 어떻게 됐나?")
            except BaseException as error:
                errors.append(error)
                return
            shown = [hit.passage.text for hit in answer.hits] + [c.quote for c in answer.citations]
            seen.append({edition for text in shown for edition in EDITION.findall(text)})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    started, edition = time.monotonic(), 0
    while edition < 10 or time.monotonic() - started < SOAKED_S:
        edition += 1
        write(folder, edition)
        build(folder, index, FakeEmbedder())
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {len(editions) for editions in seen} == {1}
    assert len(set.union(*seen)) > 3
    newest = assistant.ask("환율 값은 어떻게 됐나?")
    assert set(EDITION.findall("".join(hit.passage.text for hit in newest.hits))) == {str(edition)}


def test_a_process_that_answers_across_rebuilds(tmp_path):
    folder, index = tmp_path / "briefings", tmp_path / "index"
    write(folder, 0)
    build(folder, index)
    command = [sys.executable, "-m", "qa", "--jsonl", "--index", str(index)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    replies: list[dict[str, object]] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask() -> None:
            process.stdin.write('{"question": "해운 값은 어떻게 됐나?"}\n')
            process.stdin.flush()
            replies.append(json.loads(process.stdout.readline()))

        for edition in range(1, 5):
            ask()
            write(folder, edition)
            building = threading.Thread(target=build, args=(folder, index))
            building.start()
            while building.is_alive():
                ask()
        ask()
        process.stdin.close()
    assert process.returncode == 0
    assert all("error" not in reply for reply in replies)
    editions = [EDITION.findall(json.dumps(reply, ensure_ascii=False)) for reply in replies]
    assert all(len(set(each)) == 1 for each in editions)
    assert list(dict.fromkeys(each[0] for each in editions)) == ["0", "1", "2", "3", "4"]
