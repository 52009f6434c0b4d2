"""Entities and synonyms: ASML = 에이에스엠엘 = 네덜란드 노광장비 회사; 과징금 = 벌금.

Two plain text files in `index/words/` (their first lines say how to read them), and one more of
each in the folder that BRIEFING_LEXICON names. They serve the lexical half of the search alone: a
passage is found by the other names of what it names, a question by words of the same meaning.
Nothing of it is ever quoted.

Knows nothing about indexes and questions.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import os
import re
import time
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from index.errors import SourceError
from index.text import tokens_of

WORDS = Path(__file__).parent / "words"
ENTITIES = "entities.tsv"
SYNONYMS = "synonyms.txt"
OWN_FOLDER = "BRIEFING_LEXICON"  # the environment's name for the folder of a user's own words

# What may follow a name within its word; anything else makes it another word (애플/애플리케이션).
_AFTER = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|에게|로|으로|와|과|도|만|까지|부터|보다|처럼|이나|나|라는|이라는|란"
    r"|측|측은|측이|사|사는|발|산|제|계|판|들|들이|들은|께서|에는|에도|에서는|에서도|으로는|로는|이며"
    r"|라고|이라고|인|였고|입니다|이다|다|랑|이랑|하고|마저|조차|뿐|가량|쪽|쪽은|형|식|급|주|株|發|社)?"
    r"(?![가-힣A-Za-z0-9])"
)
# What else may follow a word that is no name: the verb made of it (투자하나, 인수됐다).
_VERBAL = re.compile(r"하|되|했|됐|된|한|할|함|해|돼|당하|시키|시켰|시킨")
_CAPITALS = re.compile(r"[A-Z0-9&.\-]*[A-Z][A-Z0-9&.\-]*")
_WORD_START = re.compile(r"(?<![가-힣A-Za-z0-9])[가-힣A-Za-z0-9一-鿿]")
_STEP = 200  # words that are analysed ahead at once: 20 ms
_LONGEST = 24  # characters of a name without its spaces
_SPACED = 4  # a shorter name is not looked for across a space: "한 국가" is not 한국


@dataclasses.dataclass(frozen=True, slots=True)
class Entity:
    """A thing with a name: `names` its name first, `about` what it is; both as a person writes."""

    names: tuple[str, ...]
    kind: str
    about: tuple[str, ...]
    ambiguous: bool


class Lexicon:
    """The words of some files; `digest` changes with them."""

    def __init__(self, entities: Iterable[Path], synonyms: Iterable[Path]) -> None:
        """Read the files; raises `SourceError` where one or a line of it can't be read."""
        digest = hashlib.sha256()
        self._entities: dict[str, list[Entity]] = {}
        self._groups: dict[str, list[tuple[str, ...]]] = {}
        for path in entities:
            digest.update(path.read_bytes())
            for _, entity in read_entities(path):
                for name in entity.names:
                    self._entities.setdefault(_key(name), []).append(entity)
        for path in synonyms:
            digest.update(path.read_bytes())
            for _, group in read_groups(path):
                for word in group:
                    self._groups.setdefault(_key(word), []).append(group)
        self._terms: dict[str, list[str]] = {}
        self._entities_reach, self._groups_reach = _reach(self._entities), _reach(self._groups)
        self.digest = digest.hexdigest()[:16]

    def entities(self, text: str, context: str = "") -> list[Entity]:
        """Return the entities that a text names, without repeats, in the order of their names.

        One whose name means other things too counts only if the text has another of its names, or
        a word of what it is, which may stand in the `context` as well.
        """
        keys = list(_spots(text, self._entities, self._entities_reach))
        named = [entity for key in keys for entity in self._entities[key]]
        sure = []
        for entity in dict.fromkeys(named):
            if entity.ambiguous and not _supported(entity, text + context, keys):
                continue
            sure.append(entity)
        return sure

    def synonyms(self, text: str, silent: Collection[str] = ()) -> list[str]:
        """Return the other words for what a text says: one step, never a synonym's synonyms.

        Words that are `silent` have none.
        """
        spots = _spots(text, self._groups, self._groups_reach, _VERBAL)
        said = [key for key in spots if key not in silent]
        groups = [group for key in said for group in self._groups[key]]
        others = dict.fromkeys(word for group in groups for word in group)
        return [word for word in others if _key(word) not in said]

    def terms(self, words: Sequence[str]) -> list[list[str]]:
        """Return the terms of each of the lexicon's words; none is analysed twice."""
        new = [word for word in words if word not in self._terms]
        self._terms.update(zip(new, tokens_of(new), strict=True))
        return [self._terms[word] for word in words]

    def prepare(self, pause: float = 0.0) -> None:
        """Analyse every word that is a synonym before it is asked for: about a second.

        `pause` is for how many seconds, after each of many steps, others may have the machine.
        """
        groups = itertools.chain.from_iterable(self._groups.values())
        words = list(dict.fromkeys(itertools.chain.from_iterable(groups)))
        for first in range(0, len(words), _STEP):
            self.terms(words[first : first + _STEP])
            time.sleep(pause)


@functools.cache
def load_lexicon() -> Lexicon:
    """Read the words that ship with the package and the user's: about a tenth of a second.

    Raises `SourceError` where one of the user's files can't be read.
    """
    own = os.environ.get(OWN_FOLDER)
    folders = [WORDS, *([Path(own)] if own else [])]
    files = [
        [folder / name for folder in folders if folder == WORDS or (folder / name).is_file()]
        for name in (ENTITIES, SYNONYMS)
    ]
    return Lexicon(*files)


def holds(text: str, name: str) -> bool:
    """Tell whether a text has a name as a word of its own, a particle behind it or not."""
    found = re.finditer(rf"(?<![가-힣A-Za-z0-9]){re.escape(name)}", text, re.IGNORECASE)
    return any(_AFTER.match(text, match.end()) for match in found)


@functools.lru_cache(maxsize=10_000)
def terms_of(entity: Entity) -> tuple[str, ...]:
    """Return the terms of an entity's names and of what it is, without repeats."""
    found = tokens_of([*entity.names, *entity.about])
    return tuple(dict.fromkeys(term for terms in found for term in terms))


def _key(word: str) -> str:
    """Return how a name is looked up: capitals as they are (WHO, ALL), others in any case."""
    folded = word.replace(" ", "")
    return folded if _CAPITALS.fullmatch(folded) else folded.lower()


def _reach(words: Iterable[str]) -> dict[str, int]:
    """Return how long the longest of some keys is, by how they begin: their first two letters."""
    reach: dict[str, int] = {}
    for word in words:
        begin = word[:2].lower()
        reach[begin] = max(reach.get(begin, 0), len(word))
    return reach


def _spots(
    text: str,
    words: Container[str],
    reach: Mapping[str, int],
    goes_on: re.Pattern[str] | None = None,
) -> Iterator[str]:
    """Yield the key of each of `words` that stands in the text, the longest at each place.

    It must end where its word does, but for particles, or go on as `goes_on` says. `reach` is that
    of `words`: most places are passed by at once.
    """
    for match in _WORD_START.finditer(text):
        start = match.start()
        piece = text[start : start + 2 * _LONGEST]
        begin = piece[:4].replace(" ", "")[:2].lower()
        longest = max(reach.get(begin, 0), reach.get(begin[:1], 0))
        for end in range(min(len(piece), longest + piece.count(" ")) * bool(longest), 0, -1):
            key = _key(piece[:end])
            spaced = len(key) < end
            if piece[end - 1] == " " or key not in words or (spaced and len(key) < _SPACED):
                continue
            if _AFTER.match(text, start + end) or (goes_on and goes_on.match(text, start + end)):
                yield key
                break


def _supported(entity: Entity, text: str, keys: Collection[str]) -> bool:
    if sum(_key(name) in keys for name in entity.names) > 1:
        return True
    words = {word for phrase in entity.about for word in phrase.split() if len(word) > 1}
    return any(word in text for word in words)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(path, "bad_byte", offset=error.start, encoding="UTF-8") from error
    except OSError as error:
        raise SourceError(path, "not_opened", detail=error.strerror) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def read_entities(path: Path) -> Iterator[tuple[int, Entity]]:
    """Yield the entities of a file with their line numbers, from 1."""
    for number, line in _lines(path):
        name, kind, others, about, mark = (*line.split("\t"), "", "", "", "", "")[:5]
        if not name.strip() or not kind.strip() or len(line.split("\t")) > 5:
            raise SourceError(path, "bad_entity", line=number)
        names = (name, *filter(None, others.split("|")))
        yield number, Entity(names, kind, tuple(filter(None, about.split("|"))), mark == "?")


def read_groups(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the groups of a file with their line numbers, from 1."""
    for number, line in _lines(path):
        group = tuple(filter(None, (word.strip() for word in line.split("|"))))
        if len(group) < 2:
            raise SourceError(path, "bad_group", line=number)
        yield number, group
