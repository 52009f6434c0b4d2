"""`python -m bench corpus --passages 100000 --out DIR`: made-up briefings, and questions on them.

Each segment mixes sentences of two or three of the repository's sample segments, with other names
and other numbers in them, so that no two are alike and words are as unevenly frequent as in real
news. Facts are planted in some, about companies that are named nowhere else: what answers
`questions.jsonl` is known. Everything depends on the seed alone. Knows nothing about indexes.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from index.passages import cut
from index.read import find_briefings, read_briefing
from index.text import analysed

ROOT = Path(__file__).parents[1]
SEGMENTS, SENTENCES = 20, 8
# "Twenty years of mornings": what is more is broadcast beside it, by other programmes.
FIRST_DAY, DAYS = date(2004, 1, 1), 7300
PLANTED = 200  # questions, where there are enough segments

_COMMON, _RARE = "가나다라마바사아자차카타파하", "겨녀려며벼셔여져쳐켜텨펴혀"  # rare: planted alone
_SECOND = "람리운솔별온빛든결담"
_KINDS = ("전자", "산업", "에너지", "바이오", "금융", "건설", "화학", "통신", "물산", "식품")
NAME = re.compile(f"[{_COMMON}{_RARE}][{_SECOND}][{_COMMON}][{_SECOND}](?:{'|'.join(_KINDS)})")
_NUMBER = re.compile(r"\d+(?![\d.,]*[년월일시\d])")
_CITIES = "평택 광주 브르노 오스틴 하노이 지난 첸나이 그단스크 쿠마모토 몬테레이".split()


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A sample segment; `{0}`, `{1}`, … stand for its names, the same in heading and sentences."""

    heading: str
    sentences: tuple[str, ...]
    names: int


def samples() -> list[Sample]:
    """Read the segments of all the repository's briefings but those of the development set."""
    found = []
    for folder in [ROOT / "briefings", *sorted(ROOT.glob("bench/train/*/briefings"))]:
        for path in find_briefings(folder):
            briefing = read_briefing(path, folder)
            for passage in cut(briefing, 1000, lambda texts: [1] * len(texts)):
                found.append(_sample(passage.heading, [*map(passage.quote, passage.sentences)]))
    return [each for each in found if len(each.sentences) >= 3]


def _sample(heading: str, sentences: Sequence[str]) -> Sample:
    texts = [re.sub(r"[{}]", "", text) for text in (heading, *sentences)]
    forms = {form for text in texts for form, is_name in analysed(text) if is_name}
    names = sorted((form for form in forms if re.fullmatch("[가-힣]{3,}", form)), key=len)[::-1]
    for place, name in enumerate(names):
        texts = [text.replace(name, f"{{{place}}}") for text in texts]
    return Sample(texts[0], tuple(texts[1:]), len(names))


def skeleton(sentence: str) -> str:
    """Return a sentence without what was varied in it: the same for all variants of a sample."""
    return re.sub(r"\d[\d,.]*", "0", NAME.sub("○", sentence))


def _name(chance: random.Random, first: str = _COMMON) -> str:
    # Few names are in most news: the cube makes the first hundredth as frequent as a fifth of all.
    places = [int(len(some) * chance.random() ** 3) for some in (first, _SECOND, _COMMON, _SECOND)]
    parts = (first, _SECOND, _COMMON, _SECOND)
    return "".join(some[at] for some, at in zip(parts, places, strict=True)) + chance.choice(_KINDS)


def _varied(text: str, names: Sequence[str], chance: random.Random) -> str:
    def number(match: re.Match[str]) -> str:
        low = 10 ** (len(match.group()) - 1)
        return str(chance.randrange(low, 10 * low))

    return _NUMBER.sub(number, text.format(*names))


class Fact(NamedTuple):
    """What is planted, and what is asked about it; `○` is the company."""

    heading: str
    sentence: str
    question: str
    answer: str


# `#` is the figure, `@` the city.
FACTS = (
    Fact(
        "○ 실적 발표",
        "○의 지난 분기 영업이익은 #억 원으로 집계됐습니다.",
        "○의 지난 분기 영업이익은 얼마?",
        "#억 원",
    ),
    Fact("○ 새 공장 투자", "○의 새 공장은 @에 들어섭니다.", "○ 새 공장은 어디에 들어서나?", "@"),
    Fact(
        "○ 구조조정",
        "○ 직원 #명이 연말까지 회사를 떠납니다.",
        "○ 직원은 몇 명이나 회사를 떠나나?",
        "#명",
    ),
    Fact("○ 인수전", "○ 경영권은 #억 달러에 팔렸습니다.", "○ 경영권은 얼마에 팔렸나?", "#억 달러"),
)


def tell(fact: Fact, name: str, chance: random.Random) -> Fact:
    """Tell a fact of a company, with some figure and city."""
    figure, city = f"{chance.randrange(1000, 99999):,}", chance.choice(_CITIES)
    return Fact(*(p.replace("○", name).replace("#", figure).replace("@", city) for p in fact))


def _otherwise(told: Fact, fact: Fact, name: str, chance: random.Random) -> Fact:
    while True:
        other = tell(fact, name, chance)
        if other.answer != told.answer:
            return other


class Corpus:
    """A corpus of about so many passages; briefings are counted from 0."""

    def __init__(self, passages: int, seed: int = 1) -> None:
        self.seed = seed
        self.briefings = max(1, round(passages / SEGMENTS))
        self._programmes = -(-self.briefings // DAYS)
        self._samples = samples()
        count = min(PLANTED, self.briefings * SEGMENTS // 10)
        planned = list(itertools.islice(self._plan(), count))
        self.questions = [question for question, _ in planned]
        self._planted = {where: fact for _, facts in planned for where, fact in facts.items()}

    def day(self, number: int) -> date:
        """Return the day of a briefing."""
        return FIRST_DAY + timedelta(days=number // self._programmes)

    def path(self, number: int) -> str:
        """Return where a briefing lies, below the folder of all: its id, once indexed."""
        day = self.day(number)
        return f"{day:%Y}/{day}-{number % self._programmes + 1}.txt"

    def page(self, number: int) -> str:
        """Return the text of a briefing."""
        chance = random.Random(f"{self.seed} {number}")
        programme = f"아침 소식 {number % self._programmes + 1}"
        segments = [self._segment(number, place, chance) for place in range(SEGMENTS)]
        head = (
            f"[{programme}] {segments[0][0]}\n\n김하나 앵커 {self.day(number):%Y. %-m. %-d}. 06:20"
        )
        told = [f"◇ {heading}\n\n{' '.join(sentences)}" for heading, sentences in segments]
        return "\n\n".join([head, *told]) + "\n"

    def _segment(self, number: int, place: int, chance: random.Random) -> tuple[str, list[str]]:
        mixed = chance.sample(self._samples, chance.choice([2, 2, 3]))
        names = [_name(chance) for _ in range(max(each.names for each in mixed))]
        pool = [sentence for each in mixed for sentence in each.sentences]
        chosen = chance.sample(pool, min(SENTENCES, len(pool)))
        sentences = [_varied(sentence, names, chance) for sentence in chosen]
        heading = _varied(mixed[0].heading, names, chance)
        planted = self._planted.get((number, place))
        if planted is not None:
            heading = planted.heading
            sentences[chance.randrange(len(sentences))] = planted.sentence
        return heading, sentences

    def _plan(self) -> Iterator[tuple[dict[str, Any], dict[tuple[int, int], Fact]]]:
        """Yield questions, each with what is planted for it where; every fifth is answered by none.

        Every other fifth is answered otherwise on two days, of which the question names one.
        """
        chance = random.Random(f"{self.seed} questions")
        places = list(itertools.product(range(self.briefings), range(1, SEGMENTS)))
        chance.shuffle(places)
        for number in itertools.count(1):
            name = f"{_RARE[number % len(_RARE)]}{_SECOND[number // 13 % 10]}" + _name(chance)[2:]
            fact = chance.choice(FACTS)
            told = tell(fact, name, chance)
            kind = {0: "unanswerable", 1: "date"}.get(number % 5, "lexical")
            asked: dict[str, Any] = {"id": f"p{number:04}", "question": told.question, "kind": kind}
            if kind == "unanswerable":
                yield asked | dict.fromkeys(("file", "section", "evidence", "answer")), {}
                continue
            where = places.pop()
            facts = {where: told}
            if kind == "date":
                day = self.day(where[0])
                asked["question"] = f"{day:%Y년 %-m월 %-d일} 브리핑에서 {told.question}"
                other = next(at for at in reversed(places) if self.day(at[0]) != day)
                places.remove(other)
                facts[other] = _otherwise(told, fact, name, chance)
            answer = {"file": self.path(where[0]), "section": told.heading}
            yield asked | answer | {"evidence": told.sentence, "answer": told.answer}, facts

    def write(self, out: Path) -> None:
        """Write `briefings/` and `questions.jsonl` into a folder."""
        for number in range(self.briefings):
            path = out / "briefings" / self.path(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.page(number), encoding="utf-8")
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in self.questions]
        (out / "questions.jsonl").write_text("".join(lines), encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(prog="python -m bench corpus", description=__doc__)
    parser.add_argument("--passages", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    Corpus(args.passages, args.seed).write(args.out)
