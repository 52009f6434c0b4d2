"""`python -m qa "질문"`: one answer in the terminal; `--jsonl`: one for each line, for programs."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from index.errors import BriefingError
from qa.assistant import Assistant
from qa.llm.writer import writer_from
from qa.protocol import answer_fields, read_request
from qa.scope import EVERYWHERE, Scope
from qa.terminal import answer_text, while_it_is_read, written_lines
from qa.words import error_sentence

DEFAULT_INDEX = "var/index"


def _timed(
    assistant: Assistant, question: str, history: Sequence[str] = (), scope: Scope = EVERYWHERE
) -> dict[str, Any]:
    started = time.perf_counter()
    answer = assistant.ask(question, history, scope)
    return answer_fields(answer, (time.perf_counter() - started) * 1000)


def _serve(assistant: Assistant, lines: Iterable[str], out: TextIO) -> None:
    """Answer each line in order; a bad line gets an error and the rest go on."""
    for line in lines:
        if not line.strip():
            continue
        out.write(json.dumps(_reply(assistant, line), ensure_ascii=False) + "\n")
        out.flush()


def _reply(assistant: Assistant, line: str) -> dict[str, Any]:
    try:
        request = read_request(line)
        reply = _timed(assistant, request.question, request.history, request.scope)
        return {"id": request.id, **reply}
    except (ValueError, BriefingError) as error:
        return {"id": getattr(error, "identity", None), "error": str(error)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m qa", description="브리핑에 묻기")
    parser.add_argument("question", nargs="?", help="질문")
    parser.add_argument("--json", action="store_true", help="답을 JSON 하나로 씁니다")
    parser.add_argument(
        "--jsonl", action="store_true", help='표준 입력의 {"id", "question"} 줄마다 답합니다'
    )
    default = os.environ.get("BRIEFING_INDEX", DEFAULT_INDEX)
    parser.add_argument(
        "--index", type=Path, default=Path(default), help=f"색인 폴더 (기본 {default})"
    )
    parser.add_argument(
        "--store",
        default=os.environ.get("BRIEFING_STORE"),
        help="색인 폴더 대신 물을 Milvus 서버, 예: http://localhost:19530 (기본: BRIEFING_STORE)",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("BRIEFING_TOKEN", ""),
        help="서버가 요구하면, user:password 꼴 (기본: 환경 변수 BRIEFING_TOKEN)",
    )
    return parser


def _assistant(args: argparse.Namespace) -> Assistant:
    if not args.store:
        return Assistant(args.index)
    # Imported only here: pymilvus is an extra.
    from index.remote.store import RemoteIndex

    return Assistant(args.index, store=RemoteIndex(args.store, args.token))


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit status: 0 answered, 1 no evidence, 2 an error that can be mended."""
    logging.basicConfig(level=logging.WARNING)
    parser = _parser()
    args = parser.parse_args(argv)
    if (args.question is None) == (not args.jsonl):
        parser.error("질문을 하나 쓰거나 --jsonl 을 쓰세요")
    return while_it_is_read(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    try:
        assistant = _assistant(args)
        assistant.warm()
        if args.jsonl:
            assistant.prepare()
            _serve(assistant, sys.stdin, sys.stdout)
            return 0
        if args.json:
            fields = _timed(assistant, args.question)
            print(json.dumps(fields, ensure_ascii=False, indent=2))
            return 0 if fields["status"] == "answered" else 1
        writer = writer_from(os.environ)
        answer = assistant.ask(args.question)
    except BriefingError as error:
        print(error_sentence(error, "ko"), file=sys.stderr)
        return 2
    print(answer_text(answer), flush=True)
    for line in written_lines(writer.write(answer)) if writer else ():
        print(line, flush=True)
    return 0 if answer.status == "answered" else 1


if __name__ == "__main__":
    sys.exit(main())
