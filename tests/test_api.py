"""What programs can ask, as plain calls over the sample index."""

import pytest

from index.errors import IndexMissing
from qa.api import Api
from qa.assistant import Assistant

ASML = "ASML은 어디에 투자하나?"


@pytest.fixture(scope="module")
def api(sample_index):
    return Api(Assistant(sample_index))


def test_ask_keeps_the_public_contract(api):
    reply = api.ask(ASML)
    assert reply["status"] == "answered"
    assert "아인트호벤" in reply["citations"][0]["quote"]
    assert api.ask("그럼 언제?", [ASML])["understood_as"] == f"{ASML} 그럼 언제?"


def test_search_finds_without_answering(api):
    hits = api.search("오늘 서울 날씨는?", 3)
    assert len(hits) == 3
    assert {hit["source"] for hit in api.search("ASML", 10, until="2024-04-18")} <= {
        "2024-04-16.txt",
        "2024-04-18.txt",
    }


def test_get_source_returns_the_text_that_offsets_count_in(api):
    citation = api.ask(ASML)["citations"][0]
    briefing = api.get_source(citation["source"])
    assert briefing["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert briefing["published"] == citation["published"] == "2024-04-23"
    assert len(briefing["segments"]) == 5
    segment = briefing["segments"][0]
    assert briefing["text"].index(segment["heading"]) < segment["start"] < segment["end"]


@pytest.mark.parametrize(
    ("call", "values", "wrong"),
    [
        ("ask", (" ",), "empty"),
        ("ask", ("가" * 501,), "501 characters"),
        ("ask", (ASML, [""]), "empty"),
        ("search", (ASML, 1, "2024-13-01"), '"since" is not a date'),
        ("search", (ASML, 0), '"limit" is 0'),
        ("get_source", ("../x",), 'no briefing "../x"'),
    ],
)
def test_what_can_not_be_asked_is_named(api, call, values, wrong):
    with pytest.raises(ValueError, match=wrong):
        getattr(api, call)(*values)


def test_that_there_is_no_index_is_said(tmp_path):
    with pytest.raises(IndexMissing):
        Api(Assistant(tmp_path)).ask(ASML)
