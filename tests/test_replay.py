"""Saved questions are asked again before a new generation becomes current."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import SAMPLES

from index import __main__ as index_cli
from index.build import build, remove
from index.errors import AnswersVanished, SourceError
from index.generations import current, published
from qa.answer import Answer
from qa.assistant import Assistant
from qa.feedback import Judgement, feedback_file, record
from qa.replay import Change, Replaying, judged_questions, replay

DEBT = "한국전력 부채는 얼마?"


def saying(quotes: dict[str, str]):
    """Answer with fake citations: a quote for a question."""

    class Cited:
        def __init__(self, quote: str) -> None:
            self.quote = quote

    def respond(turn):
        found = tuple(Cited(quote) for quote in filter(None, [quotes.get(turn.question)]))
        return Answer(turn.question, "answered" if found else "no_evidence", 0.9, "", found, ())

    return respond


def test_vanished_changed_and_kept_answers_are_told_apart():
    questions = [
        {"question": "kept"},
        {"question": "changed"},
        {"question": "gone"},
        {"question": "never"},
        {"question": "new"},
        {"question": "judged", "evidence": "The right one."},
        {"question": "neighbour", "evidence": "Its sentence."},
    ]
    before = {
        "kept": "A.",
        "changed": "B.",
        "gone": "C.",
        "judged": "The right one.",
        "neighbour": "Its sentence.",
    }
    after = {
        "kept": "A.",
        "changed": "Z.",
        "new": "N.",
        "judged": "Another.",
        "neighbour": "Its sentence. And the next.",
    }
    found = replay(questions, saying(before), saying(after))
    assert found.asked == 7
    assert found.vanished == (
        Change("gone", "C.", ""),
        Change("judged", "The right one.", "Another."),
    )
    assert found.changed == (
        Change("changed", "B.", "Z."),
        Change("new", "", "N."),
        Change("neighbour", "Its sentence.", "Its sentence. And the next."),
    )


@pytest.fixture
def index(tmp_path) -> Path:
    """Index two of the samples, of which one tells the debt."""
    folder = tmp_path / "briefings"
    folder.mkdir()
    for name in ("2024-04-23.txt", "2024-04-25.txt"):
        folder.joinpath(name).write_bytes(SAMPLES.joinpath(name).read_bytes())
    build(folder, tmp_path / "index")
    return tmp_path / "index"


def test_a_strict_build_keeps_the_index_that_answers(index):
    answer = Assistant(index).ask(DEBT)
    record(Judgement(DEBT, (), "right", answer.citations[0]), index)
    before = current(index)
    with pytest.raises(AnswersVanished, match=DEBT) as told:
        remove(["2024-04-23.txt"], index, approve=Replaying(judged_questions(index), strict=True))
    assert told.value.questions == (DEBT,)
    assert current(index) == before
    assert [path.name for path in index.iterdir() if path.is_dir()] == [before.name]
    assert Assistant(index).ask(DEBT).text == answer.text

    replaying = Replaying(judged_questions(index))
    remove(["2024-04-23.txt"], index, approve=replaying)
    assert [change.before for change in replaying.replay.vanished] == [answer.citations[0].quote]
    assert len(published(index)) == 2


def test_the_terminal_lists_what_changed_and_refuses_when_strict(index, capsys, tmp_path):
    saved = tmp_path / "saved.jsonl"
    saved.write_text(json.dumps({"question": DEBT}) + "\n", encoding="utf-8")
    verb = ["remove", "2024-04-23.txt", "--index", str(index), "--questions", str(saved)]
    assert index_cli.main([*verb, "--strict"]) == 2
    assert DEBT in capsys.readouterr().err
    assert index_cli.main(verb) == 0
    printed = capsys.readouterr().out
    assert "저장된 질문 1 · 답이 사라짐 1 · 답이 바뀜 0" in printed
    assert f"사라짐: {DEBT}" in printed
    assert "200조 원" in printed


def test_what_is_no_question_is_said_before_anything_is_built(index, capsys):
    feedback_file(index).write_text("{\n", encoding="utf-8")
    before = current(index)
    assert index_cli.main(["remove", "2024-04-25.txt", "--index", str(index)]) == 2
    assert "1번째 줄" in capsys.readouterr().err
    assert current(index) == before
    with pytest.raises(SourceError, match="can't be opened"):
        index_cli.read_questions(index / "none.jsonl")


def test_nothing_is_compared_with_what_another_encoder_made(index):
    class Other:
        id = "another"

    replaying = Replaying([{"question": DEBT}], strict=True)
    generation, _ = Assistant(index).open()
    replaying(generation, generation, Other())
    replaying(None, generation, Other())
    assert replaying.replay.asked == 0
