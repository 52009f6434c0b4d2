"""The same story in several briefings: which segments go on from which."""

from __future__ import annotations

from index.build import build
from index.generations import open_current
from qa.overview.stories import told_before


def before(source: str, generation) -> dict[int, list[tuple[str, str]]]:
    return {
        section: [(str(p.source.published), p.heading) for p in passages]
        for section, passages in told_before(source, generation).items()
    }


def test_a_story_is_followed_back_to_where_it_began(sample_index):
    found = before("2024-04-25.txt", open_current(sample_index))
    assert found[1] == [
        ("2024-04-19", 'EU, 틱톡 라이트에 "24시간 안에 답하라"'),
        ("2024-04-23", "EU, 포인트 주는 틱톡 라이트 조사…청소년 중독 우려"),
    ]
    assert 0 not in found  # the American law is another story, though of the same app


def test_what_comes_later_is_not_before(sample_index):
    generation = open_current(sample_index)
    assert before("2024-04-16.txt", generation) == {}
    assert before("2024-04-19.txt", generation) == {}
    assert told_before("없음.txt", generation) == {}


STORY = (
    "한빛전자가 나루시에 반도체 공장을 짓습니다. 한빛전자는 공장에 2조 원을 들인다고 밝혔습니다.\n"
)


def test_a_story_of_two_months_ago_is_over(tmp_path):
    folder = tmp_path / "briefings"
    folder.mkdir()
    for name in ("2024-01-02", "2024-01-20", "2024-03-30", "undated"):
        text = f"[한빛 브리핑] 소식\n\n◇ 한빛전자, 나루시에 반도체 공장\n\n{STORY}"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    build(folder, tmp_path / "index")
    generation = open_current(tmp_path / "index")
    heading = "한빛전자, 나루시에 반도체 공장"
    assert before("2024-01-20.txt", generation) == {0: [("2024-01-02", heading)]}
    assert before("2024-03-30.txt", generation) == {}
    assert before("undated.txt", generation) == {}
