"""What a question asks for."""

from qa.question import offers, read_question


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


def test_nothing_is_asked_by_nothing():
    read = read_question("  \n ")
    assert (read.text, read.terms, read.expects) == ("", (), frozenset())


def test_a_question_as_macos_types_it():
    import unicodedata

    assert read_question(unicodedata.normalize("NFD", "삼성전자 투자")).terms == (
        "삼성전자",
        "투자",
    )
