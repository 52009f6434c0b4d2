"""Kill builders at random moments: `python tests/crash.py ROUNDS [SEED]`.

Each round changes some briefings and starts a build, an addition or a removal in a process of its
own, which is killed (SIGKILL) somewhere on its way. Then the index must be sound and hold exactly
what it held before or exactly what it should hold after, the briefings must be untouched, and the
next build must succeed without help. The encoder is the tests' stand-in, slowed down.

Every step is a fork of this process, which imports everything once and opens nothing: what it
opened might have threads, and they are not forked.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from conftest import FakeEmbedder

from index.build import add, build, remove
from index.generations import current, open_current, published, verify, verify_deeply
from index.mirror import compare
from index.schema import Passage

SUBJECTS = ["환율", "원유", "반도체", "자동차", "금리", "철강", "해운", "항공", "은행", "보험"]
SEGMENT = "◇ {subject} 소식\n\n{subject} 첫 문장입니다. {subject} 값은 {figure}원까지 올랐습니다.\n"


class Slow(FakeEmbedder):
    """Takes a while over each passage, so that a kill may come between."""

    def encode_passages(self, passages: Sequence[Passage], progress: Any = None) -> Any:
        """Encode after a nap."""
        time.sleep(0.003 * len(passages))
        return super().encode_passages(passages, progress)


def write(path: Path, chance: random.Random) -> None:
    """Write a briefing of three segments."""
    told = "\n".join(
        SEGMENT.format(subject=chance.choice(SUBJECTS), figure=chance.randint(1, 99))
        for _ in range(3)
    )
    day = chance.randint(1, 28)
    path.write_text(
        f"[아침 소식] 오늘의 뉴스\n\n김하나 앵커 2024. 4. {day}. 06:20\n\n{told}", "utf-8"
    )


def observed(index: Path) -> dict[str, Any]:
    """Return what an index holds and finds, after looking whether it is sound."""
    if not published(index):
        return {}
    generation = open_current(index)
    problems = verify(generation) + verify_deeply(generation)
    passages = list(generation.archive.all_passages())
    embedder = FakeEmbedder()
    found = {}
    for subject in SUBJECTS:
        by_words, _ = generation.lexical.search([subject], 5)
        vector = embedder.encode_query(f"{subject} 소식\n{subject}")
        by_meaning, _ = generation.vectors.search(vector, 5)
        found[subject] = [[passages[row].id for row in rows] for rows in (by_words, by_meaning)]
    return {"sources": generation.manifest.sources, "found": found, "problems": problems}


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def forked(work: Callable[[], Any], seconds: float | None = None) -> Any:
    """Run `work` in a fork and return what it gives; after `seconds` kill it and return None."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(writer, json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if seconds is None and status:
        raise RuntimeError(f"a step failed with status {status}")
    return json.loads(said) if said and not status else None


class Rounds:
    """A folder of briefings, an index of it, and random rounds of changes and kills."""

    def __init__(self, place: Path, seed: int) -> None:
        self.folder, self.index = place / "briefings", place / "index"
        self.folder.mkdir()
        self.chance = random.Random(seed)
        self.made = 0
        self.ended: Counter[str] = Counter()
        for _ in range(6):
            self._write_new()
        started = time.monotonic()
        forked(self._build)
        self.usual = time.monotonic() - started

    def go(self) -> None:
        """Play one round; raises `AssertionError` with what is wrong."""
        before = forked(lambda: observed(self.index))
        work = self._change()
        files = checksums(self.folder)
        done = forked(work, self.chance.uniform(0.3, 1.2) * self.usual)
        after = forked(lambda: observed(self.index))
        assert checksums(self.folder) == files, "a file of the user's changed"
        assert after["problems"] == [], after["problems"]
        forked(work)
        complete = forked(lambda: observed(self.index))
        assert complete["problems"] == [], complete["problems"]
        same = {"before": after == before, "after": after["sources"] == complete["sources"]}
        assert any(same.values()), "neither what was before nor what should be after"
        if same["after"]:
            assert after["found"].keys() == complete["found"].keys()
        forked(self._build)
        assert forked(self._mirrored), "the next build does not mirror the folder"
        self.ended["finished" if done else "after" if same["after"] else "before"] += 1

    def _change(self) -> Callable[[], Any]:
        files = sorted(self.folder.iterdir())
        kind = self.chance.choice(["build", "add", "remove"])
        if kind == "remove" and len(files) > 3:
            path = self.chance.choice(files)
            return lambda: self._remove(path.name)
        if kind == "add":
            path = self._write_new()
            return lambda: bool(add([path], self.index, Slow()).generation)
        write(self.chance.choice(files), self.chance)
        self._write_new()
        if len(files) > 8:
            files[0].unlink()
        return self._build

    def _remove(self, name: str) -> bool:
        if name in open_current(self.index).manifest.sources:
            remove([name], self.index, Slow())
        return True

    def _build(self) -> bool:
        return bool(build(self.folder, self.index, Slow()).generation)

    def _mirrored(self) -> bool:
        changes = compare(self.folder, open_current(self.index).manifest.sources)
        left = [path.name for path in self.index.iterdir() if path.is_dir()]
        return (
            not changes.read and not changes.gone and sorted(left) == sorted(published(self.index))
        )

    def _write_new(self) -> Path:
        self.made += 1
        path = self.folder / f"{self.made:04}.txt"
        write(path, self.chance)
        return path


def play(rounds: int, seed: int) -> Counter[str]:
    """Play rounds in a new folder; return how they ended."""
    with tempfile.TemporaryDirectory() as place:
        game = Rounds(Path(place), seed)
        for _ in range(rounds):
            game.go()
        assert current(game.index).is_dir()
        return game.ended


def main() -> None:
    """Play as many rounds as the command line says."""
    rounds, seed = [*map(int, sys.argv[1:]), 1][:2]
    print(json.dumps(play(rounds, seed)))


if __name__ == "__main__":
    main()
