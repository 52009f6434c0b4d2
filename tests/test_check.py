"""Folders of questions are checked against their pages."""

import json
import shutil

import pytest
from conftest import ROOT

from bench.check import check

UNSEEN = ROOT / "bench" / "unseen"


def test_a_folder_is_right():
    assert check(UNSEEN).total() == 308


@pytest.mark.parametrize(
    "change", [{"evidence": "없는 문장입니다."}, {"answer": "없는 답"}, {"section": "없는 꼭지"}]
)
def test_a_question_that_no_page_answers_so_is_named(tmp_path, change):
    shutil.copytree(UNSEEN, tmp_path / "set")
    path = tmp_path / "set" / "questions.jsonl"
    first, *others = path.read_text(encoding="utf-8").splitlines()
    row = json.dumps(json.loads(first) | change, ensure_ascii=False)
    path.write_text("\n".join([row, *others]), encoding="utf-8")
    with pytest.raises(ValueError, match="q001"):
        check(tmp_path / "set")
