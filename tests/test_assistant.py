"""From a question to a quoted answer, with the embedded encoder over real pages."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import DEV, ROOT, SAMPLES, SEED, FakeEmbedder, needs_seed

from index.build import build
from index.embed import Embedder
from index.errors import IndexMismatch, IndexMissing
from index.generations import current
from qa.answer import Answer
from qa.assistant import Assistant
from qa.evaluate import evaluate, load
from qa.examples import examples
from qa.scores import abstention, scores


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("seed")
    (folder / SEED.name).write_bytes(SEED.read_bytes())
    build(folder, folder / "index")
    return Assistant(folder / "index")


ANSWERS = [
    ("ASML은 어디에 투자하나?", "ASML", ["아인트호벤", "네덜란드"]),
    ("소프트뱅크는 AI에 얼마를 더 투자하나?", "소", ["1조 3천억", "1조3천억"]),
    ("샘 올트먼이 투자한 태양광 회사는?", "엑소와트", ["엑소와트"]),
    ("EU는 왜 틱톡 라이트를 조사하나?", "틱톡", ["중독", "위반"]),
    ("한국전력 부채는 얼마?", "", ["200조"]),
    ("삼성전자는 용인에 얼마를 투자하나?", "", ["300조"]),
]


@pytest.mark.parametrize(("question", "heading", "words"), ANSWERS)
def test_the_samples_answer(assistant, question, heading, words):
    right = [c for c in assistant.ask(question).citations if heading in c.passage.heading]
    assert {c.passage.source.id for c in right} >= {"2024-04-23.txt"}
    assert any(word in citation.quote for citation in right for word in words)


@needs_seed
@pytest.mark.parametrize(("question", "heading", "words"), ANSWERS)
def test_the_page_that_was_asked_for_answers(seed, question, heading, words):
    answer = seed.ask(question)
    assert answer.status == "answered"
    assert heading in answer.citations[0].passage.heading
    if "소프트뱅크" in question:
        # The right segment, but the ranker prefers what Microsoft invests there: the sentence that
        # answers says neither who, nor in what, only that money is put in.
        pytest.xfail("the sentence without a subject is not among the three that are quoted")
    assert any(word in citation.quote for citation in answer.citations for word in words)


@needs_seed
@pytest.mark.parametrize("question", ["애플 신제품 발표는 언제?", "오늘 서울 날씨는?"])
def test_the_page_that_was_asked_for_has_no_evidence(seed, question):
    answer = seed.ask(question)
    assert (answer.status, answer.citations, answer.text) == ("no_evidence", (), "")
    assert answer.hits


@pytest.mark.parametrize(
    "question",
    [
        "오늘 서울 날씨는?",
        "김치찌개 끓이는 법",
        "print('hello')",
        "ㅁㄴㅇㄹ",
        "",
        "  ",
        "?",
        "🙂",
        "안녕",
    ],
)
def test_what_no_briefing_is_about_has_no_evidence(assistant, question):
    assert assistant.ask(question).status == "no_evidence"


def test_a_name_that_no_briefing_knows_is_said(assistant):
    answer = assistant.ask("퀄컴은 ASML에 얼마를 투자하나?")
    assert answer.missing == ("퀄컴",)
    assert assistant.ask("에이에스엠엘은 어디에 투자하나?").missing == ()


def check(answer: Answer) -> None:
    assert 0 <= answer.confidence <= 1
    assert len(answer.citations) <= 3
    assert len(answer.hits) <= 10
    for citation in answer.citations:
        starts, ends = zip(*citation.passage.sentences, strict=True)
        assert citation.span.start in starts
        assert citation.span.end in ends
        assert citation.passage.quote(citation.span) == citation.quote
    sections = [(h.passage.source.id, h.passage.section) for h in answer.hits]
    assert max(map(sections.count, sections), default=0) <= 2


def test_somebody_whom_no_briefing_mentions_is_refused_by_name(assistant):
    answer = assistant.ask("닌텐도는 직원을 몇 명이나 줄였나?")
    assert (answer.status, answer.confidence, answer.missing) == ("no_evidence", 0.0, ("닌텐도",))
    assert assistant.ask("테슬라는 직원을 몇 명이나 줄였나?").status == "answered"


def test_what_is_quoted_of_others_is_only_related(assistant):
    # How many another company let go is there.
    answer = assistant.ask("마이크로소프트는 직원을 몇 명이나 줄였나?")
    assert "마이크로소프트" not in answer.citations[0].passage.text
    assert (answer.status, answer.sure) == ("answered", False)
    assert assistant.ask("한국전력 부채는 얼마?").sure


def test_answers_keep_the_laws(dev_index):
    assistant = Assistant(dev_index)
    lines = (DEV / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[::3]:
        check(assistant.ask(json.loads(line)["question"]))


def test_the_benchmark_is_met(dev_index):
    judged = evaluate(load(DEV), dev_index)
    found = scores(judged)
    for kind, least in (("lexical", 0.95), ("keyword", 0.95), ("colloquial", 0.95)):
        assert found[kind]["R@1"] >= least, kind
    assert found["english"]["R@1"] >= 0.8
    assert found["paraphrase"]["R@1"] >= 0.5
    assert abstention(judged)["recall"] > 0


def test_a_date_filters(assistant):
    answer = assistant.ask("4월 30일 방송에서 엔화 환율이 어디까지 올랐다고 했나요?")
    assert {hit.passage.source.id for hit in answer.hits} == {"2024-04-30.txt"}


def test_a_day_without_a_briefing_finds_nothing(assistant):
    answer = assistant.ask("4월 1일 브리핑에서 엔화는 얼마였나?")
    assert (answer.status, answer.hits) == ("no_evidence", ())


def test_hits_say_why(assistant):
    hit = assistant.ask("한국전력 부채는 얼마?").hits[0]
    assert set(hit.terms) == {"한국전력", "부채"}
    assert hit.lexical_rank == 1
    assert hit.dense_rank is not None


def test_many_ask_at_once_and_get_what_one_gets(assistant):
    questions = [question for question, _, _ in ANSWERS] * 4
    alone = [assistant.ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(assistant.ask, questions)) == alone


def test_a_rebuild_is_followed(tmp_path):
    folder = tmp_path / "briefings"
    folder.mkdir()
    pages = sorted(SAMPLES.iterdir())
    (folder / pages[0].name).write_bytes(pages[0].read_bytes())
    build(folder, tmp_path / "index")
    assistant = Assistant(tmp_path / "index")
    assert [s.id for s in assistant.sources()] == [pages[0].name]
    (folder / pages[1].name).write_bytes(pages[1].read_bytes())
    build(folder, tmp_path / "index")
    assert [s.id for s in assistant.sources()] == [pages[1].name, pages[0].name]


def test_an_index_of_another_encoder_is_refused(tmp_path):
    build(SAMPLES, tmp_path / "index", FakeEmbedder())
    path = current(tmp_path / "index") / "manifest.json"
    text = path.read_text(encoding="utf-8").replace('"fake:1"', '"embedded:0000"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IndexMismatch, match="embedded:0000"):
        Assistant(tmp_path / "index").ask("엔화")


def test_no_index(tmp_path):
    with pytest.raises(IndexMissing):
        Assistant(tmp_path / "nothing").ask("엔화")


def test_examples_are_answered_from_their_segment(assistant):
    questions = assistant.examples(4)
    assert len(set(questions)) == 4
    assert all(assistant.ask(question).status == "answered" for question in questions)


def test_the_fake_is_an_embedder():
    embedder: Embedder = FakeEmbedder()
    assert embedder.dim == 16
    assert examples(iter(()), lambda passage: pytest.fail("nothing to ask"), 3) == []


def test_follow_ups_are_answered_from_other_segments(assistant):
    answer = assistant.ask("ASML은 어디에 투자하나?")
    cited = answer.citations[0].passage
    found = [hit.passage for hit in answer.hits]
    assert found[0].id == cited.id
    questions = assistant.follow_ups(found, 3)
    assert len(questions) == 3
    for question in questions:
        assert "ASML" not in question
        next_answer = assistant.ask(question)
        assert next_answer.status == "answered"
        assert next_answer.citations[0].passage.id != cited.id
    assert assistant.follow_ups(found, 3) == questions
    assert ROOT.is_dir()


def test_what_was_typed_with_the_wrong_keyboard_is_suggested(assistant):
    typed = "gksrnrwjsfur qncosms djfak?"
    assert assistant.ask(typed, ["ASML은 어디에 투자하나?"]).suggestion == "한국전력 부채는 얼마?"
    answer = assistant.ask(typed)
    assert (answer.status, answer.suggestion) == ("no_evidence", "한국전력 부채는 얼마?")
    assert "200조 원" in assistant.ask(answer.suggestion).text
    assert assistant.ask("asdf qwer").suggestion == ""
    assert assistant.ask("오늘 서울 날씨는?").suggestion == ""
