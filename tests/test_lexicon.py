"""Entities and synonyms: what a text names, and what it does not."""

import pytest

from index.errors import SourceError
from index.lexicon import Lexicon, load_lexicon, terms_of
from index.lexicon_check import doubts

ENTITIES = """# name	kind	others	about	?
ASML	company	에이에스엠엘	네덜란드 노광장비 회사
애플	company	Apple	아이폰 만드는 회사
샘 올트먼	person	올트먼	오픈AI 최고경영자
대상	company	대상그룹|Daesang	종가 김치 회사	?
한국	country	대한민국|韓	서울
세계보건기구	institution	WHO	유엔 보건 기구
"""
SYNONYMS = "# group\n과징금|벌금|제재금\n벌금|penalty\n인공지능|AI\n"


@pytest.fixture
def lexicon(tmp_path) -> Lexicon:
    (tmp_path / "e.tsv").write_text(ENTITIES, encoding="utf-8")
    (tmp_path / "s.txt").write_text(SYNONYMS, encoding="utf-8")
    return Lexicon([tmp_path / "e.tsv"], [tmp_path / "s.txt"])


def named(lexicon: Lexicon, text: str) -> list[str]:
    return [entity.names[0] for entity in lexicon.entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASML은 투자한다", ["ASML"]),
        ("에이에스엠엘이 짓는 공장", ["ASML"]),
        ("애플과 apple의 아이폰", ["애플"]),
        ("샘올트먼이 만난 사람", ["샘 올트먼"]),
        ("올트먼, 애플", ["샘 올트먼", "애플"]),
        ("韓 경제와 한국의 수출", ["한국"]),
        ("WHO가 경고했다", ["세계보건기구"]),
    ],
)
def test_names_are_found_with_their_particles(lexicon, text, expected):
    assert named(lexicon, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "애플리케이션을 깔았다",  # a longer word
        "풋애플",  # the end of one
        "한 국가의 일",  # across a space
        "who is there",  # capitals only
        "이용자를 대상으로 조사했다",  # an ordinary word
        "",
    ],
)
def test_other_words_are_not_names(lexicon, text):
    assert named(lexicon, text) == []


def test_an_ordinary_word_is_a_name_where_more_speaks_for_it(lexicon):
    assert named(lexicon, "대상이 종가 김치를 수출한다") == ["대상"]
    assert named(lexicon, "대상과 대상그룹") == ["대상"]


def test_an_entity_has_the_terms_of_names_and_descriptions(lexicon):
    (asml,) = lexicon.entities("ASML")
    assert {"asml", "에이에스엠엘", "네덜란드", "장비", "회사"} <= set(terms_of(asml))


def test_synonyms_go_one_step(lexicon):
    assert set(lexicon.synonyms("과징금은 얼마?")) == {"벌금", "제재금"}
    assert set(lexicon.synonyms("벌금은 얼마?")) == {"과징금", "제재금", "penalty"}
    assert lexicon.synonyms("환율은?") == []


def test_a_word_is_known_in_the_verb_made_of_it(tmp_path):
    (tmp_path / "s.txt").write_text("투자|베팅\n", encoding="utf-8")
    lexicon = Lexicon([], [tmp_path / "s.txt"])
    for text in ("얼마를 투자하나?", "투자했다", "투자된 돈", "투자는?"):
        assert lexicon.synonyms(text) == ["베팅"]
    assert lexicon.synonyms("투자자는?") == []
    assert lexicon.synonyms("투자는?", silent={"투자"}) == []


@pytest.mark.parametrize("line", ["이름만", "\tcompany", "a\tb\tc\td\t?\tmore"])
def test_a_line_that_cannot_be_read_is_named(tmp_path, line):
    (tmp_path / "e.tsv").write_text("# head\n" + line, encoding="utf-8")
    with pytest.raises(SourceError, match=r"e\.tsv: line 2"):
        Lexicon([tmp_path / "e.tsv"], [])


def test_a_group_of_one_is_refused(tmp_path):
    (tmp_path / "s.txt").write_text("과징금\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"s\.txt: line 1"):
        Lexicon([], [tmp_path / "s.txt"])


def test_the_digest_changes_with_the_words(tmp_path, lexicon):
    (tmp_path / "s.txt").write_text(SYNONYMS + "a|b\n", encoding="utf-8")
    assert Lexicon([tmp_path / "e.tsv"], [tmp_path / "s.txt"]).digest != lexicon.digest


def test_the_words_that_ship_can_be_read():
    lexicon = load_lexicon()
    assert named(lexicon, "네덜란드 ASML과 소프트뱅크, 한국전력의 부채") == [
        *("네덜란드", "ASML", "소프트뱅크", "한국전력")
    ]


def test_words_of_a_users_own_come_with_the_shipped_ones(tmp_path, monkeypatch):
    (tmp_path / "entities.tsv").write_text("나래팹스\tcompany\tNARAEFABS\t설계 회사\n", "utf-8")
    shipped = load_lexicon().digest
    load_lexicon.cache_clear()
    monkeypatch.setenv("BRIEFING_LEXICON", str(tmp_path))
    try:
        assert named(load_lexicon(), "나래팹스와 ASML") == ["나래팹스", "ASML"]
        assert load_lexicon().digest != shipped
    finally:
        load_lexicon.cache_clear()


def test_what_is_doubtful_in_a_file_of_words(tmp_path):
    lines = ["가온\tcompany\t온\t설계 회사", "나래\tcompany\t가온", "대상\tcompany\t가온\t\t?"]
    (tmp_path / "entities.tsv").write_text("\n".join(lines), "utf-8")
    groups = ["과징금|벌금|제재금", "환율|원화값", "벌금|과징금|범칙금"]
    (tmp_path / "synonyms.txt").write_text("\n".join(groups), "utf-8")
    assert [(each.path.name, each.line, each.doubt, each.word) for each in doubts(tmp_path)] == [
        ("entities.tsv", 1, "short", "온"),
        ("entities.tsv", 2, "shared", "가온"),
        ("synonyms.txt", 3, "same_group", "벌금 | 과징금"),
    ]
    with pytest.raises(SourceError, match="neither"):
        doubts(tmp_path / "empty")
