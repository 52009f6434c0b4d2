"""The made-up corpus: the seed alone decides it, and what is planted answers its questions."""

import itertools
import json

import pytest

from bench.corpus import NAME, SEGMENTS, Corpus, skeleton
from index.passages import cut
from index.read import read_briefing


@pytest.fixture(scope="module")
def corpus():
    return Corpus(400, seed=7)


def test_the_seed_alone_decides_it(corpus):
    assert Corpus(400, seed=7).page(3) == corpus.page(3)
    assert Corpus(400, seed=8).page(3) != corpus.page(3)


def test_no_two_passages_are_alike_and_as_many_as_wanted(corpus, tmp_path):
    corpus.write(tmp_path)
    files = sorted((tmp_path / "briefings").rglob("*.txt"))
    told = [read_briefing(path, tmp_path / "briefings") for path in files]
    assert [briefing.source.published for briefing in told] == [
        corpus.day(number) for number in range(corpus.briefings)
    ]
    passages = [cut(each, 500, lambda texts: [len(t) // 2 for t in texts]) for each in told]
    texts = [passage.text for passage in itertools.chain(*passages)]
    assert len(texts) == len(set(texts)) == corpus.briefings * SEGMENTS == 400


def test_what_is_planted_stands_where_it_is_said_to_and_nowhere_else(corpus, tmp_path):
    corpus.write(tmp_path)
    lines = (tmp_path / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = list(map(json.loads, lines))
    pages = {
        path.relative_to(tmp_path / "briefings").as_posix(): path.read_text(encoding="utf-8")
        for path in (tmp_path / "briefings").rglob("*.txt")
    }
    assert len(questions) == 40
    for question in questions:
        name = NAME.search(question["question"]).group()
        holding = {file for file, text in pages.items() if name in text}
        if question["kind"] == "unanswerable":
            assert not holding
            continue
        assert question["answer"] in question["evidence"]
        assert question["section"] in pages[question["file"]]
        assert [f for f, t in pages.items() if question["evidence"] in t] == [question["file"]]
        assert len(holding) == (2 if question["kind"] == "date" else 1)


def test_all_variants_of_a_sentence_have_one_skeleton():
    varied = skeleton("가람나리전자의 매출은 1,234억 원, 3.5% 늘었습니다.")
    assert varied == skeleton("타별하결식품의 매출은 98억 원, 12% 늘었습니다.")
    assert varied != skeleton("가람나리전자의 손실은 1,234억 원, 3.5% 늘었습니다.")
