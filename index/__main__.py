"""`python -m index`: build an index, add to it, look at it, check it, go back."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from index.build import add, build, remove, rollback
from index.embed import Embedder, open_embedder
from index.errors import AnswersVanished, BriefingError, IndexNotWritten, MissingExtra, SourceError
from index.generations import open_current, verify, verify_deeply
from index.lexicon import OWN_FOLDER, WORDS
from index.lexicon_check import doubts
from index.reports import Summary
from index.watch import watch
from qa.feedback import read_questions
from qa.replay import Replay, Replaying, judged_questions
from qa.terminal import while_it_is_read
from qa.words import error_sentence

DEFAULT_INDEX = "var/index"
DEFAULT_FOLDER = "briefings"


_STAGES = {
    "read": ("읽기", "파일"),
    "embed": ("벡터", "구절"),
    "push": ("올리기", "구절"),
}


class Bars:
    """A progress bar for each stage, with rate and time left."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done; see `index.build.Progress`."""
        if stage != self._stage:
            self.close()
            title, unit = _STAGES[stage]
            self._bar = tqdm(total=total, desc=title, unit=unit, file=sys.stderr)
            self._stage = stage
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the last bar on the screen."""
        if self._bar is not None:
            self._bar.close()


def _build(args: argparse.Namespace) -> int:
    embedder = _embedder(args)
    return _report(args, lambda bars, ask: build(args.folder, args.index, embedder, bars, ask))


def _embedder(args: argparse.Namespace) -> Embedder:
    if not args.dask:
        return open_embedder(args.model)
    try:
        from index.spread import Spread
    except ImportError as error:
        raise MissingExtra("dask") from error
    return Spread(args.dask, args.model)


def _add(args: argparse.Namespace) -> int:
    return _report(args, lambda bars, ask: add(args.files, args.index, None, bars, ask))


def _remove(args: argparse.Namespace) -> int:
    return _report(args, lambda _, ask: remove(args.sources, args.index, None, ask))


def _rollback(args: argparse.Namespace) -> int:
    if args.store:
        from index.remote.milvus import Milvus
        from index.remote.push import roll_back

        identity = roll_back(Milvus(args.store, args.token))
    else:
        identity = rollback(args.index)
    print(f"세대 {identity}(으)로 되돌렸습니다")
    return 0


def _push(args: argparse.Namespace) -> int:
    # Imported where they are wanted: pymilvus is an extra.
    from index.remote.milvus import Milvus
    from index.remote.push import push

    bars = Bars()
    try:
        identity = push(open_current(args.index), Milvus(args.store, args.token), bars)
    finally:
        bars.close()
    print(f"세대 {identity}을(를) {args.store}에 올렸습니다")
    return 0


def _watch(args: argparse.Namespace) -> int:
    embedder = open_embedder(args.model)

    def mirror() -> None:
        try:
            _report(args, lambda bars, ask: build(args.folder, args.index, embedder, bars, ask))
        except (
            SourceError,
            IndexNotWritten,
            AnswersVanished,
        ) as error:  # mended, perhaps, by the next change
            print(error_sentence(error, "ko"), file=sys.stderr)

    print(f"{args.folder} 폴더를 지켜보고 있습니다. Ctrl+C로 끝냅니다", flush=True)
    watch(args.folder, mirror)
    return 0


def _report(args: argparse.Namespace, update: Callable[[Bars, Replaying], Summary]) -> int:
    """Run an update with bars, asking saved questions, and print what came of it."""
    saved = read_questions(args.questions) if args.questions else judged_questions(args.index)
    replaying = Replaying(saved, args.strict)
    bars = Bars()
    try:
        summary = update(bars, replaying)
    finally:
        bars.close()
    print(_summary(summary), flush=True)
    _print_replay(replaying.replay)
    for error in summary.refused:
        print(f"  제외: {error_sentence(error, 'ko')}", file=sys.stderr)
    return 0


def _print_replay(replay: Replay) -> None:
    if replay.asked:
        print(
            f"저장된 질문 {replay.asked} · 답이 사라짐 {len(replay.vanished)}"
            f" · 답이 바뀜 {len(replay.changed)}"
        )
    for title, changes in (("사라짐", replay.vanished), ("바뀜", replay.changed)):
        for change in changes[:_LISTED]:
            print(f"  {title}: {change.question}\n    전: {change.before}\n    후: {change.after}")


_LISTED = 10  # of each kind of change


def _summary(s: Summary) -> str:
    refused = f" · 읽지 못한 파일 {len(s.refused)}" if s.refused else ""
    changes = [
        ("추가", s.difference.added),
        ("변경", s.difference.changed),
        ("이름 변경", tuple(f"{old} → {new}" for old, new in s.difference.renamed)),
        ("삭제", s.difference.removed),
    ]
    lines = [
        f"브리핑 {s.files} · 꼭지 {s.sections} · 구절 {s.passages} · 문장 {s.sentences}{refused}"
        f" · {s.seconds:.1f}초",
        f"세대 {s.generation}",
    ]
    for title, ids in changes:
        if ids:
            more = f" 외 {len(ids) - _LISTED}" if len(ids) > _LISTED else ""
            lines.append(f"{title} {len(ids)}: {', '.join(ids[:_LISTED])}{more}")
    lines.append(
        f"구절 {s.before} → {s.passages}, 새로 벡터로 만든 구절 {s.encoded}"
        if any(ids for _, ids in changes)
        else "바뀐 것이 없습니다"
    )
    if s.due:
        lines.append("구절이 많이 바뀌었습니다: index build를 하면 검색이 다시 빨라집니다")
    return "\n".join(lines)


def _status(args: argparse.Namespace) -> int:
    generation = open_current(args.index)
    manifest = generation.manifest
    counts = manifest.counts
    print(f"색인    {args.index} (세대 {manifest.id}, {manifest.built})")
    print(f"모델    {manifest.embedder} ({manifest.dim}차원)")
    print(f"분석기  {manifest.analyzer}")
    print(
        f"내용    브리핑 {counts['sources']} · 꼭지 {counts['sections']}"
        f" · 구절 {counts['passages']} · 문장 {counts['sentences']}"
    )
    lists = manifest.lists
    if lists is None:
        print("검색    모든 구절과 비교합니다")
    else:
        print(
            f"검색    구절 {lists.members} · 목록 {lists.lists} 가운데 {lists.read}, 질문"
            f" {lists.questions}개로 잰 recall@50 {lists.recall:.3f}"
        )
    for source in generation.archive.sources():
        print(f"  {source.published or '날짜 미상'}  {source.id}  {source.title}")
    return 0


def _check(args: argparse.Namespace) -> int:
    generation = open_current(args.index)
    problems = verify(generation) or verify_deeply(generation)
    for problem in problems:
        print(problem, file=sys.stderr)
    print("이상 없음" if not problems else f"문제 {len(problems)}건: 다시 색인하세요")
    return 1 if problems else 0


_DOUBTS = {
    "short": "한 글자 이름은 다른 낱말 속에도 있습니다",
    "twice": "같은 이름과 종류가 앞에도 있습니다",
    "shared": "다른 항목의 이름이기도 합니다: 줄 끝에 ?를 적어 두세요",
    "same_group": "앞의 묶음과 두 낱말 이상이 겹칩니다: 하나로 합칠 수 있습니다",
}


def _lexicon(args: argparse.Namespace) -> int:
    found = doubts(args.folder)
    for each in found:
        print(f"{each.path}:{each.line}: {each.word} — {_DOUBTS[each.doubt]}")
    print(f"살펴볼 곳 {len(found)}" if found else "이상 없음")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="브리핑 색인")
    verbs = parser.add_subparsers(required=True, metavar="build|watch|add|remove|…")
    index = argparse.ArgumentParser(add_help=False)
    default = os.environ.get("BRIEFING_INDEX", DEFAULT_INDEX)
    index.add_argument(
        "--index", type=Path, default=Path(default), help=f"색인 폴더 (기본 {default})"
    )
    verb = verbs.add_parser(
        "build",
        parents=[index],
        help="색인을 폴더의 브리핑과 같게 합니다: 바뀐 것만 새로 색인합니다",
    )
    _mirrors(verb, _build)
    verb.add_argument(
        "--dask", metavar="ADDRESS", help="벡터를 이 Dask 스케줄러의 워커들이 만들게 합니다"
    )
    verb = verbs.add_parser(
        "watch", parents=[index], help="폴더가 바뀔 때마다 색인을 그와 같게 합니다"
    )
    _mirrors(verb, _watch)
    verb = verbs.add_parser("add", parents=[index], help="파일을 색인에 더하거나 바꿔 넣습니다")
    verb.add_argument("files", type=Path, nargs="+")
    _replays(verb)
    verb.set_defaults(run=_add)
    verb = verbs.add_parser("remove", parents=[index], help="브리핑을 색인에서 뺍니다")
    verb.add_argument("sources", nargs="+", help="status가 보여 주는 이름")
    _replays(verb)
    verb.set_defaults(run=_remove)
    verb = verbs.add_parser("rollback", parents=[index], help="바로 앞 세대로 되돌립니다")
    _names_store(verb)
    verb.set_defaults(run=_rollback)
    verb = verbs.add_parser("push", parents=[index], help="지금 세대를 Milvus 서버에 올립니다")
    _names_store(verb, required=True)
    verb.set_defaults(run=_push)
    verb = verbs.add_parser("status", parents=[index], help="무엇이 색인되어 있는지 보여 줍니다")
    verb.set_defaults(run=_status)
    verb = verbs.add_parser("check", parents=[index], help="색인 파일이 온전한지 검사합니다")
    verb.set_defaults(run=_check)
    verb = verbs.add_parser("lexicon", help="낱말 파일(entities.tsv, synonyms.txt)을 살펴봅니다")
    verb.add_argument("what", choices=["check"])
    own = os.environ.get(OWN_FOLDER, WORDS)
    verb.add_argument("folder", type=Path, nargs="?", default=Path(own), help=f"기본 {own}")
    verb.set_defaults(run=_lexicon)
    return parser


def _names_store(verb: argparse.ArgumentParser, required: bool = False) -> None:
    verb.add_argument("--store", required=required, help="Milvus 서버, 예: http://localhost:19530")
    verb.add_argument("--token", default=os.environ.get("BRIEFING_TOKEN", ""), help=_TOKEN)


_TOKEN = "서버가 요구하면, user:password 꼴 (기본: 환경 변수 BRIEFING_TOKEN)"


def _mirrors(verb: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    verb.add_argument("folder", type=Path, nargs="?", default=Path(DEFAULT_FOLDER))
    verb.add_argument("--model", help="sentence-transformers 모델 이름이나 경로 (기본: 내장 모델)")
    _replays(verb)
    verb.set_defaults(run=run)


def _replays(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help="다시 물어볼 질문 (JSONL; 기본: 독자가 판단한 색인의 feedback.jsonl)",
    )
    verb.add_argument(
        "--strict", action="store_true", help="그 답이 하나라도 사라지면 색인을 바꾸지 않습니다"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status: 2 after what the user can mend, 130 if interrupted."""
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("watchfiles").setLevel(logging.ERROR)  # it warns of Ctrl+C
    args = _parser().parse_args(argv)
    try:
        return while_it_is_read(lambda: int(args.run(args)))
    except BriefingError as error:
        print(error_sentence(error, "ko"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("멈췄습니다. 색인은 그대로이고, 다시 시작하면 이어서 합니다", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
