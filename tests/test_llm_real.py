"""A language model behind a real server: `transformers serve`, with weights made here."""

import pytest
import tiny_llm
from test_llm import ANSWER, FIRST, HISTORY, QUOTES, answer_of, passage

from qa.llm.prompts import restating, writing
from qa.llm.writer import Writer, writer_from

TOLD = "해담전자는 공장에 1.3조 원을 들입니다 [1]. 바람항공은 요금을 35% 올립니다 [2]."
OTHER = answer_of(passage(1, "해담전자", FIRST), question="몇 명을 뽑나?")


@pytest.fixture(scope="module")
def writer(tmp_path_factory) -> Writer:
    folder = tmp_path_factory.mktemp("llm") / "tiny"
    replies = [
        (writing(ANSWER), TOLD),
        (writing(OTHER), "없음"),
        (restating("그럼 언제?", HISTORY), "해담전자는 청주 공장을 언제 짓나?"),
    ]
    tiny_llm.make(folder, replies)
    with tiny_llm.serving(folder) as url:
        made = writer_from({"BRIEFING_LLM_URL": url, "BRIEFING_LLM_MODEL": str(folder)})
        assert made is not None
        yield made


def test_a_true_sentence_is_streamed_and_a_wrong_figure_gives_way_to_the_quote(writer):
    snapshots = list(writer.write(ANSWER))
    assert [len(answer.statements) for answer in snapshots] == [0, 1, 2]
    last = snapshots[-1]
    assert (last.done, last.failure) == (True, None)
    first, second = last.statements
    assert (first.text, first.number) == ("해담전자는 공장에 1.3조 원을 들입니다.", 1)
    assert (second.text, second.number, second.quoted) == (QUOTES[1], 2, True)


def test_a_model_that_says_nothing_leaves_the_quotes(writer):
    last = list(writer.write(OTHER))[-1]
    assert last.failure is not None
    assert (last.failure.code, last.citations) == ("silent", OTHER.citations)


def test_a_later_question_is_said_in_full(writer):
    assert writer.restate("그럼 언제?", HISTORY) == "해담전자는 청주 공장을 언제 짓나?"
