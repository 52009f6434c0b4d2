"""A briefing at a glance: one sentence of each segment, as it stands."""

from __future__ import annotations

from index.generations import open_current
from qa.overview.glance import glance


def test_each_segment_is_told_by_one_of_its_sentences(sample_index):
    generation = open_current(sample_index)
    for source in generation.archive.sources():
        briefing = generation.archive.briefing(source.id)
        quotes = glance(source.id, generation)
        assert [q.passage.section for q in quotes] == list(range(len(briefing.sections)))
        for quote in quotes:
            assert quote.span.of(briefing.text) == quote.quote
            assert quote.span in quote.passage.sentences


def test_the_sentence_is_the_one_that_tells_the_heading(sample_index):
    quotes = glance("2024-04-25.txt", open_current(sample_index))
    assert quotes[0].quote == "바이든 대통령이 24일 틱톡 매각법에 서명했습니다."
    assert "포인트 보상을 스스로 멈추기로 했습니다" in quotes[1].quote


def test_a_briefing_that_is_not_indexed_has_no_segments(sample_index):
    assert glance("없음.txt", open_current(sample_index)) == []
