"""The command lines, as a user and as a program call them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NO_NETWORK, ROOT, SAMPLES
from llm_server import saying, serving

import index.__main__ as index_cli
import qa.__main__ as qa_cli


def run(*args: str, stdin: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", NO_NETWORK, *args],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
        timeout=300,
        check=False,
    )


def test_build_and_ask_without_a_network(tmp_path):
    folder = tmp_path / "briefings"
    folder.mkdir()
    page = "2024-04-23.txt"
    (folder / page).write_bytes((SAMPLES / page).read_bytes())
    (folder / "broken.pdf").write_bytes(b"no pdf")
    built = run("index", "build", str(folder), "--index", str(tmp_path / "ix"))
    assert built.returncode == 0, built.stderr
    assert "브리핑 1 · 꼭지 5 · 구절 5" in built.stdout
    assert "읽지 못한 파일 1" in built.stdout
    assert "broken.pdf" in built.stderr
    asked = run("qa", "한국전력 부채는 얼마?", "--index", str(tmp_path / "ix"))
    assert asked.returncode == 0, asked.stderr
    assert "200조 원" in asked.stdout.splitlines()[0]
    assert "2024년 4월 23일" in asked.stdout.splitlines()[1]


def test_jsonl_answers_every_line_in_order(sample_index):
    lines = [
        json.dumps({"id": "a", "question": "한국전력 부채는 얼마?"}),
        "not json",
        "",
        json.dumps(["a", "list"]),
        json.dumps({"id": 2}),
        json.dumps({"id": {"any": 1}, "question": "오늘 서울 날씨는?", "more": True}),
        json.dumps({"id": 3, "question": ""}),
        json.dumps(
            {"id": 4, "question": "그 회사 주가는?", "history": ["테슬라는 몇 명을 줄이나?"]}
        ),
        json.dumps({"id": 5, "question": "주가는?", "history": "테슬라"}),
    ]
    done = run("qa", "--jsonl", "--index", str(sample_index), stdin="\n".join(lines))
    assert done.returncode == 0, done.stderr
    replies = list(map(json.loads, done.stdout.splitlines()))
    first, bad, listed, empty, weather, nothing, next_turn, no_list = replies
    assert (first["id"], first["version"], first["status"]) == ("a", 2, "answered")
    assert "200조 원" in first["text"]
    text = SAMPLES.joinpath("2024-04-23.txt").read_text(encoding="utf-8")
    citation = first["citations"][0]
    assert set(citation) == {
        *("source", "title", "published", "heading", "quote", "start", "end", "passage_id")
    }
    assert text[citation["start"] : citation["end"]] == citation["quote"] == first["text"]
    assert (citation["source"], citation["published"]) == ("2024-04-23.txt", "2024-04-23")
    hit = first["hits"][0]
    assert set(hit) == {
        *("source", "heading", "start", "end", "text", "score"),
        *("dense_rank", "lexical_rank", "passage_id"),
    }
    assert text[hit["start"] : hit["end"]] == hit["text"]
    assert 1 <= len(first["hits"]) <= 10
    assert (bad["id"], "not JSON" in bad["error"]) == (None, True)
    assert "not an object" in listed["error"]
    assert (empty["id"], 'no "question"' in empty["error"]) == (2, True)
    assert (weather["id"], weather["status"]) == ({"any": 1}, "no_evidence")
    assert (weather["citations"], weather["text"]) == ([], "")
    assert (nothing["id"], nothing["status"]) == (3, "no_evidence")
    assert (first["understood_as"], first["sure"]) == ("한국전력 부채는 얼마?", True)
    assert next_turn["understood_as"] == "테슬라는 몇 명을 줄이나? 그 회사 주가는?"
    assert "테슬라" in next_turn["hits"][0]["heading"]
    assert (no_list["id"], no_list["error"]) == (5, '"history" is not a list of texts')


def test_a_line_may_narrow_where_to_look(sample_index):
    debt = {"question": "한국전력 부채는 얼마?"}
    lines = [
        debt | {"id": 1, "since": "2024-04-23", "until": "2024-04-23", "programme": None},
        debt | {"id": 2, "since": "2024-04-24"},
        debt | {"id": 3, "source": "2024-04-23.txt"},
        debt | {"id": 4, "since": "April"},
        debt | {"id": 5, "since": "2024-05-01", "until": "2024-04-01"},
        debt | {"id": 6, "source": 7},
    ]
    done = run(
        "qa", "--jsonl", "--index", str(sample_index), stdin="\n".join(map(json.dumps, lines))
    )
    that_day, later, that_page, no_date, reversed_days, no_text = map(
        json.loads, done.stdout.splitlines()
    )
    assert "200조 원" in that_day["text"] == that_page["text"]
    assert {hit["source"] for hit in that_page["hits"]} == {"2024-04-23.txt"}
    assert "200조 원" not in later["text"]
    assert "2024-04-23.txt" not in {hit["source"] for hit in later["hits"]}
    assert no_date["id"] == 4
    assert no_date["error"] == "\"since\" is not a date like 2024-04-23: 'April'"
    assert "is after" in reversed_days["error"]
    assert (no_text["id"], no_text["error"]) == (6, '"source" is not a text')


def test_one_answer_as_json(sample_index, capsys):
    assert qa_cli.main(["--json", "한국전력 부채는 얼마?", "--index", str(sample_index)]) == 0
    assert "200조 원" in json.loads(capsys.readouterr().out)["text"]


def test_no_evidence_has_its_own_exit_status(sample_index, capsys):
    assert qa_cli.main(["오늘 서울 날씨는?", "--index", str(sample_index)]) == 1
    assert capsys.readouterr().out.startswith("근거를 찾지 못했습니다")


def test_no_index_is_said_in_korean(tmp_path, capsys):
    assert qa_cli.main(["질문", "--index", str(tmp_path)]) == 2
    assert "색인이 없습니다" in capsys.readouterr().err
    assert index_cli.main(["status", "--index", str(tmp_path)]) == 2


@pytest.mark.parametrize("argv", [[], ["질문", "--jsonl"]])
def test_a_question_or_jsonl(argv):
    with pytest.raises(SystemExit) as left:
        qa_cli.main(argv)
    assert left.value.code == 2


def test_status_lists_what_is_indexed(sample_index, capsys):
    assert index_cli.main(["status", "--index", str(sample_index)]) == 0
    out = capsys.readouterr().out
    assert "브리핑 7" in out
    assert "2024-04-23" in out


def test_check_tells_sound_from_damaged(sample_index, tmp_path, capsys):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(sample_index, copy)
    assert index_cli.main(["check", "--index", str(copy)]) == 0
    path = next(copy.rglob("terms.npy"))
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    assert index_cli.main(["check", "--index", str(copy)]) == 2
    assert "terms.npy" in capsys.readouterr().err


def test_a_question_needs_no_torch(sample_index):
    code = (
        "import sys; from pathlib import Path; from qa.assistant import Assistant;"
        f"a = Assistant(Path({str(sample_index)!r})); a.ask('한국전력 부채는 얼마?');"
        "heavy = {'torch', 'sentence_transformers', 'gradio'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", [["qa", "한국전력 부채는 얼마?"], ["index", "lexicon", "check"], ["index", "status"]]
)
def test_a_reader_may_stop_reading(sample_index, command):
    environment = os.environ | {"BRIEFING_INDEX": str(sample_index), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_language_model_writes_below_the_answer(sample_index, monkeypatch, capsys):
    ask = ["한국전력 부채는 얼마?", "--index", str(sample_index)]
    with serving(saying("한국전력의 부채는 200조 원입니다 [1]. 빚은 9조 원입니다 [1].")) as (
        url,
        asked,
    ):
        monkeypatch.setenv("BRIEFING_LLM_URL", url)
        assert qa_cli.main(ask) == 0
        told = capsys.readouterr().out
        assert qa_cli.main(["오늘 서울 날씨는?", *ask[1:]]) == 1
        assert qa_cli.main([*ask, "--json"]) == 0
    assert len(asked) == 1  # neither without evidence nor for programs
    quotes, written = told.split("언어 모델이 쓴 글")
    assert "200조 원" in quotes.splitlines()[0]
    assert "  한국전력의 부채는 200조 원입니다. [1]" in written.splitlines()
    assert "9조 원" not in written
    capsys.readouterr()
    assert qa_cli.main(ask) == 0  # the server is gone
    assert "연결할 수 없습니다" in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "openai", None)
    assert qa_cli.main(ask) == 2
    assert "briefing-qa[llm]" in capsys.readouterr().err
