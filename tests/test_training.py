"""What a training step is made of; no encoder is trained here."""

import itertools

from index.schema import Passage, Source, Span
from training.data import Example, Miss, Question
from training.mixture import Mixture

TEXT = "한빛조선이 울산에 공장을 짓습니다."


def example(name: str, misses: tuple[Miss, ...] = ()) -> Example:
    source = Source("a", "", sha256="")
    passage = Passage(name, source, 0, "", TEXT, Span(0, len(TEXT)), (Span(0, len(TEXT)),))
    return Example("1", passage, (Question(f"{name}?", "lexical", 0),), 10, misses)


def test_a_question_is_missed_only_where_nothing_in_the_batch_answers_it():
    misses = (Miss("답이 없는 질문", ""), Miss("b?", "b"), Miss("z?", "z"))
    examples = [example("a", misses), example("b"), example("c")]
    mixture = Mixture({"briefings": examples}, 3, 1, lambda text, _: text)
    batches = list(itertools.islice(mixture, 20))
    whole = [batch for batch in batches if len(batch.examples) == 3]
    assert whole
    for batch in batches:
        here = {each.passage.id for each in batch.examples}
        assert ("b" in here) <= ("b?" not in batch.missed)
        assert set(batch.missed) <= {"답이 없는 질문", "b?", "z?"}
    for batch in whole:
        assert sorted(batch.missed) == ["z?", "답이 없는 질문"]
