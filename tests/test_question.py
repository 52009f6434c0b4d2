"""What a question asks for."""

from qa.question import actors, offers, read_question, subjects


def test_words_that_ask_are_not_looked_for():
    assert read_question("ASML은 어디에 투자하나?").terms == ("asml", "투자")
    assert read_question("How much did SoftBank invest in AI?").terms == (
        "softbank",
        "invest",
        "ai",
    )


def test_terms_have_no_repeats():
    assert read_question("엔화, 엔화 환율").terms.count("엔화") == 1


def test_kinds_of_answer_that_are_asked_for():
    assert read_question("소프트뱅크는 얼마를 투자하나?").expects >= {"money"}
    assert read_question("왜 틱톡을 조사하나?").expects == {"cause"}
    assert read_question("언제 시작하나?").expects == {"date"}
    assert read_question("ASML 소식").expects == frozenset()


def test_kinds_of_answer_that_are_offered():
    assert offers("삼성전자는 300조 원을 투자합니다.") >= {"money"}
    assert offers("직원 2만 명을 뽑습니다.") >= {"count"}
    assert "money" not in offers("직원 2만 명을 뽑습니다.")
    assert offers("5.3% 올랐습니다.") >= {"percent"}


def test_who_is_asked_about_and_who_only_describes():
    for question, asked in [
        ("프라다 상반기 매출은 얼마나 회복됐나요?", ("프라다",)),
        ("한국은행은 5월에 기준금리를 얼마로 낮췄나요?", ("한국은행",)),
        ("바비를 파는 기업에서 위기의 유통 체인은?", ()),
        ("베이징 당국은 며칠 만에 거둬들였나?", ()),
        ("구광모 회장의 그룹이 실험하는 칩은?", ()),
    ]:
        assert subjects(read_question(question)) == asked
    assert actors(read_question("워싱턴은 무엇을 요구했나?")) == ()  # a city stands for others
    assert actors(read_question("Nintendo는 몇 대를 팔았나?")) == ("Nintendo",)


def test_nothing_is_asked_by_nothing():
    read = read_question("  \n ")
    assert (read.text, read.terms, read.expects) == ("", (), frozenset())


def test_a_question_as_macos_types_it():
    import unicodedata

    assert read_question(unicodedata.normalize("NFD", "삼성전자 투자")).terms == (
        "삼성전자",
        "투자",
    )


def test_a_question_without_spaces_is_read_with_them_and_kept_as_typed():
    together, apart = "삼성전자는용인에얼마를투자하나?", "삼성전자는 용인에 얼마를 투자하나?"
    read = read_question(together)
    assert (read.typed, read.text) == (together, apart)
    assert (read.terms, read.expects) == (read_question(apart).terms, frozenset({"money"}))
