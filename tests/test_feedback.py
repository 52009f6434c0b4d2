"""Readers' judgements: what is kept, and that the evaluation takes it as it is."""

import json
import shutil

import pytest

from index.errors import IndexNotWritten, SourceError
from qa.answer import Citation
from qa.assistant import Assistant
from qa.evaluate import evaluate, read_judged
from qa.feedback import Judgement, feedback_file, read_questions, record
from qa.markup import Place
from qa.screen import judged

ASML = "ASML은 어디에 투자하나?"


@pytest.fixture
def assistant(sample_index, tmp_path):
    shutil.copytree(sample_index, tmp_path / "index")
    return Assistant(tmp_path / "index")


def link_to(citation: Citation) -> str:
    start, end = (place - citation.passage.span.start for place in citation.span)
    return Place("passage", citation.passage.id, ((start, end),)).link()


def test_a_judgement_is_kept_and_can_be_evaluated(assistant):
    answer = assistant.ask(ASML)
    said = {
        "question": ASML,
        "history": [],
        "verdict": "right",
        "link": link_to(answer.citations[0]),
    }
    assert judged(assistant, said, "ko") == "적어 두었습니다. 고맙습니다"
    file = feedback_file(assistant.index)
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == [
        {
            "kind": "judged",
            "question": ASML,
            "history": [],
            "file": "2024-04-23.txt",
            "evidence": answer.citations[0].quote,
            "answer": "",
        }
    ]
    (result,) = evaluate(read_judged(file), assistant.index)
    assert (result.kind, result.section_rank, result.evidence_rank) == ("judged", 1, 1)


def test_that_nothing_was_found_is_judged_too_and_wrong_answers_are_not_asked(assistant):
    refused = {"question": "오늘 날씨는?", "history": [ASML], "verdict": "right", "link": ""}
    wrong = {"question": ASML, "history": [], "verdict": "wrong", "link": "#/s/none"}
    for said in (refused, wrong):
        judged(assistant, said, "en")
    (kept,) = read_questions(feedback_file(assistant.index))
    assert (kept["kind"], kept["file"], kept["history"]) == ("unanswerable", None, [ASML])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"link": "#/s/p"}, "질문을 입력"),
        ({"question": " "}, "질문을 입력"),
        ({"question": "가" * 501, "verdict": "right"}, "501자"),
        ({"question": ASML, "history": ["가" * 501]}, "501자"),
    ],
)
def test_only_questions_are_kept(assistant, said, told):
    assert told in judged(assistant, said, "ko")
    assert not feedback_file(assistant.index).exists()


@pytest.mark.parametrize("mark", ["0-99999", "5-5", "7-3"])
def test_marks_that_quote_nothing_are_no_evidence(assistant, mark):
    passage = assistant.ask(ASML).citations[0].passage
    judged(assistant, {"question": ASML, "link": f"#/s/{passage.id}?mark={mark}"}, "ko")
    (line,) = feedback_file(assistant.index).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["file"] is None


def test_an_index_that_is_gone_is_said(tmp_path):
    with pytest.raises(IndexNotWritten, match="can't be written"):
        record(Judgement(ASML, (), "right", None), tmp_path / "none")


def test_a_line_that_is_no_question_is_named(tmp_path):
    file = tmp_path / "questions.jsonl"
    for line, wrong in (
        ("{", "not JSON"),
        ("[]", 'no "question"'),
        ('{"question": 1}', "question"),
    ):
        file.write_text(f'{{"question": "물음"}}\n{line}\n', encoding="utf-8")
        with pytest.raises(SourceError, match=f"line 2 .*{wrong}"):
            read_questions(file)
    file.write_text('{"question": "물음"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match='no "kind"'):
        read_judged(file)
