"""Reading: which files, which encodings and formats, and what of a page is whose."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from index import read
from index.errors import SourceError
from index.pages.furniture import is_farewell, is_furniture, signs_off
from index.read import find_briefings, read_briefing, read_bytes
from index.schema import Briefing
from index.text import normalize

DATA = Path(__file__).parent / "data"
BENCH = Path(__file__).parents[1] / "bench"
SEED = Path(__file__).parents[2] / "shared/seed/2024-04-23.txt"
UNHEADED = "2024-04-18.txt"  # the one page of the benchmark without headings
SETS = [BENCH / "dev", *(BENCH / "train" / str(n) for n in range(1, 9))]
PAGES = sorted(page for folder in SETS for page in (folder / "briefings").glob("*.txt"))

CHIPS = "가나전자가 칩 공장을 짓기로 했습니다. 공장은 내년에 문을 엽니다."
SHIPS = "배를 빌리는 값이 두 배가 됐습니다. 선사들은 웃고 있습니다."


def bodies(briefing: Briefing) -> list[tuple[str, str]]:
    return [(section.heading, section.span.of(briefing.text)) for section in briefing.sections]


def page(text: str, name: str = "page.txt") -> Briefing:
    return read_bytes(text.encode(), name)


def check_offsets(briefing: Briefing) -> None:
    end = 0
    for section in briefing.sections:
        body = section.span.of(briefing.text)
        assert body
        assert body == body.strip()
        assert section.span.start >= end
        end = section.span.end
    assert briefing.text == normalize(briefing.text)


# --- the pages we know


@pytest.mark.skipif(not SEED.exists(), reason="the seed page is not ours to publish")
def test_the_seed_page():
    briefing = read_briefing(SEED, SEED.parent)
    headings = [section.heading for section in briefing.sections]
    assert len(headings) == 5
    for word, heading in zip(["1.3조", "엑소와트", "ASML", "틱톡", "FT"], headings, strict=True):
        assert word in heading
        assert not heading.startswith("◇")
    assert briefing.source.title.startswith("[글로벌 비즈] ")
    assert briefing.source.programme == "모닝벨 '글로벌 비즈'"
    assert briefing.source.anchor == "임선우"
    assert briefing.source.published == date(2024, 4, 23)
    body = "\n".join(text for _, text in bodies(briefing))
    for word in ["글자크기", "다음뉴스", "제보", "Copyright", "숏폼", "어떻게 생각", "글로벌 비즈"]:
        assert word not in body
    check_offsets(briefing)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_page_of_the_benchmark(path: Path):
    briefing = read_briefing(path, path.parent)
    check_offsets(briefing)
    assert briefing.source.published == date.fromisoformat(path.stem)
    assert briefing.source.anchor
    assert briefing.source.programme
    lines = (path.parents[1] / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [row for row in map(json.loads, lines) if row["file"] == path.name]
    found = bodies(briefing)
    for row in asked:
        gold = normalize(row["section"])
        holds = [text for head, text in found if gold == head or text.startswith(gold)]
        assert any(normalize(row["evidence"]) in text for text in holds)
    assert len(found) == len({row["section"] for row in asked})
    for _, text in found:
        for line in filter(None, map(str.strip, text.split("\n"))):
            assert not is_furniture(line)
            assert line.rstrip("\"'”’").endswith((".", "?", "!"))
    assert not signs_off(found[-1][1].split("\n")[-1], (briefing.source.programme,))


def test_there_are_108_pages_and_one_has_no_headings():
    assert len(PAGES) == 108
    found = [
        path.name for path in PAGES if not read_briefing(path, path.parent).sections[0].heading
    ]
    assert found == [UNHEADED]


# --- one page, read five ways


def test_a_caption_cuts_a_section_and_is_in_neither_half():
    briefing = read_briefing(DATA / "harbour.txt", DATA)
    assert bodies(briefing) == [
        (
            "가나전자, 칩 공장에 3조 원",
            "가나전자가 남쪽 나라에 칩 공장을 짓기로 했습니다.\n"
            "들어가는 돈은 3조 원으로, 회사가 나라 밖에 쓴 돈 가운데 가장 많은데요.\n"
            "공장은 2026년 5월 1일에 문을 엽니다.",
        ),
        ("컨테이너선 용선료 두 배", "배를 빌리는 값이 한 해 만에 두 배가 됐습니다."),
        (
            "컨테이너선 용선료 두 배",
            "선사들은 새 배가 나오는 가을까지 값이 더 오를 것으로 보고 있습니다.",
        ),
    ]
    assert briefing.source.id == "harbour.txt"
    assert briefing.source.programme == "새벽을 여는 '새벽 항구'"
    assert briefing.source.anchor == "한바다"
    assert briefing.source.published == date(2024, 4, 23)


def encoded() -> dict[str, bytes]:
    import unicodedata

    text = (DATA / "harbour.txt").read_text(encoding="utf-8")
    return {
        "bom": text.encode("utf-8-sig"),
        "cp949": text.encode("cp949"),
        "utf-16 with mark": text.encode("utf-16"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "nfd": unicodedata.normalize("NFD", text).encode(),
        "crlf, nbsp": text.replace("\n", "\r\n").replace(" ", "\u00a0").encode(),
    }


@pytest.mark.parametrize("encoding", encoded())
def test_encodings_make_no_difference(encoding: str):
    plain = read_briefing(DATA / "harbour.txt", DATA)
    other = read_bytes(encoded()[encoding], "harbour.txt")
    assert other.text == plain.text
    assert other.sections == plain.sections
    assert other.source.published == plain.source.published


def test_html():
    briefing = read_briefing(DATA / "harbour.html", DATA)
    assert bodies(briefing) == [
        (
            "가나전자, 칩 공장에 3조 원",
            "가나전자가 남쪽 나라에 칩 공장을 짓기로 했습니다. 들어가는 돈은 3조 원입니다.\n\n"
            "공장은 2026년 5월 1일에 문을 엽니다.",
        ),
        (
            "컨테이너선 용선료 두 배",
            "배를 빌리는 값이 한 해 만에 두 배가 됐습니다.\n\n"
            "선사들은 가을까지 값이 더 오를 것으로 봅니다.",
        ),
    ]
    assert briefing.source.title == "[새벽 항구] 칩 공장과 배"
    assert briefing.source.programme == "새벽 항구"
    assert briefing.source.published == date(2024, 4, 23)  # the page's meta tag


def test_html_says_its_charset_and_keeps_headings_outside_an_article():
    html = (DATA / "harbour.html").read_text(encoding="utf-8").replace("utf-8", "euc-kr")
    plain = html.replace("<article>", "<div class='x'>").replace("</article>", "</div>")
    for text in (html, plain):
        found = read_bytes(text.encode("cp949"), "harbour.htm")
        assert [section.heading for section in found.sections] == [
            "가나전자, 칩 공장에 3조 원",
            "컨테이너선 용선료 두 배",
        ]


def pdf(pages: list[list[str]], encrypt: bool = False) -> bytes:
    """Write a PDF whose font has no shapes, only a map from codes to Korean."""
    cmap = b"begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    cmap += b"1 beginbfrange <0000> <FFFF> <0000> endbfrange\nendcmap"
    font = "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 4 0 R "
    font += "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 1000 "
    font += "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        font.encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td\n" for line in lines)
        stream = f"BT /F 12 Tf 50 800 Td\n{shown}ET".encode()
        box = "/MediaBox [0 0 600 850] /Resources << /Font << /F 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R {box} /Contents {6 + 2 * number} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    zeros = "00" * 32
    secret = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{zeros}> /U <{zeros}> /P -4 >> "
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R {secret if encrypt else ''}"
    trailer += "/ID [<00> <00>] >>"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer\n%s\nstartxref\n%d\n%%%%EOF" % (trailer.encode(), start)


def test_pdf_lines_are_joined_into_sentences():
    first = [
        "[새벽 항구] 칩 공장과 배",
        "한바다 외신캐스터 2024. 4. 23. 06:21",
        "◇ 칩 공장에 3조 원",
    ]
    first += [
        "가나전자가 남쪽 나라에 칩 공장을",
        "짓기로 했습니다. 들어가는 돈은 모두",
        "3조 원입니다.",
        "- 1 -",
    ]
    second = ["◇ 용선료 두 배", "배를 빌리는 값이 한 해 만에 두 배가", "됐습니다.", "- 2 -"]
    briefing = read_bytes(pdf([first, second]), "harbour.pdf")
    assert bodies(briefing) == [
        (
            "칩 공장에 3조 원",
            "가나전자가 남쪽 나라에 칩 공장을 짓기로 했습니다. 들어가는 돈은 모두 3조 원입니다.",
        ),
        ("용선료 두 배", "배를 빌리는 값이 한 해 만에 두 배가 됐습니다."),
    ]
    assert briefing.source.published == date(2024, 4, 23)


# --- layouts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("◇ {}", "◇ {}"),
        ("■{}", "■{}"),
        ("[{}]", "[{}]"),
        ("<{}>", "<{}>"),
        ("1. {}", "2. {}"),
        ("① {}", "② {}"),
        ("## {}", "### {}"),
        ("**{}**", "**{}**"),
        ("▲ {}", "▲ {}"),
        ("📌 {}", "📌 {}"),
        ("◆ {} ◆", "◆ {} ◆"),
        ("{}", "{}"),
    ],
)
def test_headings_are_told_by_their_form(first: str, second: str):
    lines = [
        "아침 소식",
        first.format("칩 공장에 3조"),
        CHIPS,
        second.format("용선료 두 배"),
        SHIPS,
    ]
    assert bodies(page("\n".join(lines))) == [("칩 공장에 3조", CHIPS), ("용선료 두 배", SHIPS)]


def test_one_heading_twice_is_two_sections():
    briefing = page(f"아침 소식\n◇ 시장\n{CHIPS}\n◇ 시장\n{SHIPS}")
    assert bodies(briefing) == [("시장", CHIPS), ("시장", SHIPS)]


def test_a_heading_over_headings_is_in_no_section():
    briefing = page(f"아침 소식\n■ 국내\n◇ 칩\n{CHIPS}\n■ 해외\n◇ 배\n{SHIPS}\n◇ 칩\n{CHIPS}")
    assert bodies(briefing) == [("칩", CHIPS), ("배", SHIPS), ("칩", CHIPS)]


def test_without_headings_the_topics_cut():
    briefing = read_briefing(DATA / "no_headings.txt", DATA)
    starts = [text[:2] for _, text in bodies(briefing)]
    assert starts == ["먼저", "다음", "마지"]
    assert bodies(briefing)[-1][1].endswith("수확이 늘었기 때문입니다.")
    check_offsets(briefing)


def test_paragraphs_that_share_a_marker_are_stories():
    assert bodies(page(f"아침 소식\n● {CHIPS}\n● {SHIPS}")) == [("", CHIPS), ("", SHIPS)]


def test_a_news_article_is_one_section_without_its_agency_and_its_appendix():
    text = f"칩 공장 짓는다\n2009년 1월 20일\n(서울=새벽통신) 한바다 기자 = {CHIPS}\n\n{SHIPS}\n\n"
    text += "한바다 기자 sea@example.kr\n출처\n새벽통신, 2009년 1월 20일"
    briefing = page(text)
    assert bodies(briefing) == [("", f"{CHIPS}\n\n{SHIPS}")]
    assert briefing.source.title == "칩 공장 짓는다"
    assert briefing.source.published == date(2009, 1, 20)
    assert briefing.source.anchor == "한바다"


@pytest.mark.parametrize(
    "line",
    [
        "군은 사과의 말씀을 올렸다.[6][7]",
        "저작권자의 이름을 밝히기만 하면 누구나 쓸 수 있다.",
        "(구청 제공)© 어떤뉴스 구청은 교육도 늘릴 계획이다.",
        "우버는 진상을 밝히겠다며 제보를 받기 시작했습니다.",
        "총재는 4월에 임기를 마칩니다. 후임은 정해지지 않았습니다.",
    ],
)
def test_what_only_looks_like_furniture_stays(line: str):
    assert bodies(page(f"아침 소식\n{CHIPS}\n{line}\n{SHIPS}")) == [
        ("", f"{CHIPS}\n{line}\n{SHIPS}")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "(사진=어떤통신)",
        "항구에 쌓인 컨테이너 모습. [어떤통신]",
        "항구에 쌓인 컨테이너 ⓒ 어떤뉴스",
        "한바다 기자 sea@example.kr",
        "좋아요 0 훈훈해요 0 슬퍼요 0",
        "글씨크기 조절하기 인쇄하기 공유하기",
        "▶ 네이버 채널에서 구독하기",
        "많이 본 뉴스",
        "[앵커]",
        "-----",
    ],
)
def test_furniture_between_paragraphs_is_in_no_section(line: str):
    assert bodies(page(f"아침 소식\n{CHIPS}\n{line}\n{SHIPS}")) == [("", CHIPS), ("", SHIPS)]


def test_a_long_written_article_is_one_section():
    text = "\n\n".join(
        f"{word} 공장이 올해 {n}곳에 문을 열었다."
        for n, word in enumerate("가나다라마바사아자차카타파하", 2)
    )
    assert len(page(f"공장 여럿 열려\n\n{text}").sections) == 1


def test_a_page_of_one_line_names_itself_and_keeps_it():
    briefing = page(CHIPS)
    assert briefing.source.title == "가나전자가 칩 공장을 짓기로 했습니다."
    assert bodies(briefing) == [("", CHIPS)]


def test_a_huge_line_is_read():
    briefing = page(f"{CHIPS} " * 20_000)
    assert len(briefing.sections) == 1
    check_offsets(briefing)


# --- dates


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("한바다 앵커 2024. 4. 23. 06:21", date(2024, 4, 23)),
        ("2019-05-14 06:20", date(2019, 5, 14)),
        ("한바다 기자 2018.12.05", date(2018, 12, 5)),
        ("2024년 4월 23일", date(2024, 4, 23)),
        ("입력2019-07-18 06:49 수정2019-07-19 07:30", date(2019, 7, 18)),
        ("수정 2024.04.24 07:00 입력 2024.04.23 06:21", date(2024, 4, 23)),
        ("Apr 23, 2024", date(2024, 4, 23)),
        ("23 April 2024", date(2024, 4, 23)),
        ("24.04.23 06:21", date(2024, 4, 23)),
        ("2024-13-45 06:21", None),
        ("작년 이맘때", None),
    ],
)
def test_the_date_of_the_byline(line: str, expected: date | None):
    assert page(f"아침 소식\n{line}\n{CHIPS}").source.published == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-04-23.txt", date(2024, 4, 23)),
        ("biz_20240423_am.txt", date(2024, 4, 23)),
        ("240423.txt", date(2024, 4, 23)),
        ("2024/04/23/morning.txt", date(2024, 4, 23)),
        ("2024년 4월 23일.txt", date(2024, 4, 23)),
        ("2024-13-45.txt", None),
        ("page.txt", None),
    ],
)
def test_else_the_date_of_the_name(name: str, expected: date | None):
    assert (
        page(f"아침 소식\n{CHIPS}\n행사는 2023년 1월 2일에 열립니다.", name).source.published
        == expected
    )


# --- refusals


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t", "a.txt", "empty"),
        ("ㄱ".encode(), "a.txt", "no readable sentence"),
        (
            "글자크기 설정\n댓글 3 공감 2\nⓒ 새벽항구 무단 전재 금지".encode(),
            "a.txt",
            "no readable",
        ),
        ("아침 소식\n◇ 하나\n◇ 둘\n◇ 셋".encode(), "a.txt", "no readable sentence"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt", "byte 8 is zero"),
        (b"PK\x03\x04" + bytes(40), "a.docx", "Word"),
        (CHIPS.encode()[:40] + b"\xff" + CHIPS.encode()[40:], "a.txt", "byte 40 is not UTF-8"),
        (b"\xef\xbb\xbf" + b"\xff", "a.txt", "byte 3 is not UTF-8"),
        (b"\xff\xfe" + "가".encode("utf-16-le") + b"\x00\xdc", "a.txt", "byte 4 is not UTF-16"),
        (CHIPS.encode("cp949")[:20] + b"\xff\xff", "a.txt", "byte 20 is not CP949"),
        (b"<html><body></body></html>", "a.html", "no readable"),
        (b"%PDF-1.4\nrubbish", "a.pdf", "PDF can't be read"),
        (pdf([[]]), "a.pdf", "only images"),
        (pdf([["가나"]], encrypt=True), "a.pdf", "password"),
    ],
)
def test_what_is_refused_and_why(data: bytes, name: str, reason: str):
    with pytest.raises(SourceError, match=reason) as caught:
        read_bytes(data, name)
    assert caught.value.path == name
    assert ";" in caught.value.reason  # what is wrong; what to do


def test_a_large_file_is_refused_unread(tmp_path: Path, monkeypatch):
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    with pytest.raises(SourceError, match="limit of 20 MB"):
        read_briefing(huge, tmp_path)
    with pytest.raises(SourceError, match="limit of 20 MB"):
        read_bytes(bytes(read.MAX_BYTES + 1), "pasted")


def test_a_missing_file_and_folder(tmp_path: Path):
    with pytest.raises(SourceError, match="can't be opened"):
        read_briefing(tmp_path / "none.txt", tmp_path)
    with pytest.raises(SourceError, match="no such folder"):
        find_briefings(tmp_path / "none")


# --- which files


def test_find_briefings(tmp_path: Path):
    wanted = ["2024/a.txt", "2024/b.md", "c.HTML", "d.pdf"]
    for name in [*wanted, "x.csv", ".hidden.txt", ".git/y.txt", "~$z.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CHIPS, encoding="utf-8")
    (tmp_path / "folder.txt").mkdir()
    os.symlink(tmp_path, tmp_path / "2024" / "loop")
    os.symlink(tmp_path / "gone", tmp_path / "broken.txt")
    assert [path.relative_to(tmp_path).as_posix() for path in find_briefings(tmp_path)] == wanted
    assert read_briefing(tmp_path / "2024/a.txt", tmp_path).source.id == "2024/a.txt"


def test_ids_are_composed(tmp_path: Path):
    import unicodedata

    path = tmp_path / unicodedata.normalize("NFD", "새벽.txt")
    path.write_text(CHIPS, encoding="utf-8")
    assert read_briefing(path, tmp_path).source.id == unicodedata.normalize("NFC", "새벽.txt")


NAMES = ("아침 창", "마재희")


@pytest.mark.parametrize(
    "sentence",
    [
        "아침 창, 여기서 창을 닫습니다.",
        "마재희였다.",
        "배가영 기자.",
        "이상 경제 종합이었다.",
        "다섯 대목은 여기까지다.",
        "다음 호에서 뵙는다.",
        "수요일에 잇는다.",
        "내일 새벽에 다시 이륙하겠습니다.",
        "잠시 뒤에 돌아오겠습니다.",
        "끝.",
    ],
)
def test_how_a_programme_takes_its_leave(sentence):
    assert is_farewell(sentence, NAMES)


@pytest.mark.parametrize(
    "sentence",
    [
        "양측은 다음 주 다시 만난다.",
        "다음 주부터 시행된다.",
        "금요일에 발표합니다.",
        "두 정상은 수요일에 만납니다.",
        "표결은 다음 주 다시 열린다.",
        "지금까지 인도는 버텨 왔습니다.",
        "협상은 여기까지 왔다.",
        "내일은 전국에 비가 오겠습니다.",
    ],
)
def test_news_at_the_end_of_a_page_is_no_leave_taking(sentence):
    assert not is_farewell(sentence, NAMES)
