"""What is taken into a folder: looked at first, named, and never over a file that is there."""

from __future__ import annotations

import os

import pytest

from index.errors import SourceError
from index.intake import look, take
from index.read import read_briefing

PAGE = """[아침 시장] 공장 이전을 미룬 회사들

한바다 외신캐스터 2024. 5. 3. 06:20

■ 한빛전자, 공장 이전 연기
한빛전자가 공장 이전을 한 해 미루기로 했습니다. 비용이 늘었기 때문입니다.
■ 새벽항공, 노선 확대
새벽항공이 노선 세 개를 더합니다. 다음 달부터 표를 팝니다.
"""


def test_a_pasted_page_is_named_by_its_date_and_title(tmp_path):
    (offer,) = look([], PAGE)
    assert [section.heading for section in offer.briefing.sections] == [
        "한빛전자, 공장 이전 연기",
        "새벽항공, 노선 확대",
    ]
    (name,) = take([offer], tmp_path / "new" / "folder")
    assert name.startswith("2024-05-03 [아침 시장] 공장 이전을 미룬 회사들")
    assert "/" not in name
    assert name.endswith(".txt")
    read = read_briefing(tmp_path / "new" / "folder" / name, tmp_path / "new" / "folder")
    assert read.text == offer.briefing.text
    assert str(read.source.published) == "2024-05-03"


def test_what_is_there_is_never_overwritten(tmp_path):
    folder, upload = tmp_path / "folder", tmp_path / "upload"
    folder.mkdir()
    upload.mkdir()
    folder.joinpath("오늘.txt").write_text("다른 글입니다. 그대로 둡니다.", encoding="utf-8")
    upload.joinpath("오늘.txt").write_text(PAGE, encoding="utf-8")
    offers = look([upload / "오늘.txt"])
    assert take(offers, folder) == ["오늘 (2).txt"]
    assert take(offers, folder) == ["오늘 (2).txt"]  # the same bytes are there already
    assert sorted(os.listdir(folder)) == ["오늘 (2).txt", "오늘.txt"]
    assert folder.joinpath("오늘.txt").read_text(encoding="utf-8").startswith("다른 글")


def test_what_can_not_be_read_is_told_and_not_taken(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "b.txt").write_bytes(b"")
    offers = look([tmp_path / "a.docx", tmp_path / "b.txt", tmp_path / "none.txt"])
    assert [offer.problem.code for offer in offers] == ["other_kind", "empty", "not_opened"]
    assert take(offers, tmp_path / "folder") == []
    assert look([], " \n ") == []
    assert look([], "…")[0].problem.code == "no_sentence"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("코스피: 2%↑ | 환율?", "코스피 2%↑ 환율"),
        ("가" * 200, "가" * 60),
        ("…" * 3, "…" * 3),
        (". .", "briefing"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_takes(tmp_path, title, name):
    (offer,) = look([], PAGE)
    offer = type(offer)(f"{title}.txt", offer.data, offer.briefing)
    assert take([offer], tmp_path) == [f"{name}.txt"]


def test_a_folder_that_can_not_be_written_is_said(tmp_path):
    (tmp_path / "folder").write_text("a file", encoding="utf-8")
    with pytest.raises(SourceError, match="no file can be written"):
        take(look([], PAGE), tmp_path / "folder")
