"""What a question asks for: its terms, and the kind of thing that would answer it.

Knows nothing about indexes; `expects` and `offers` are compared by the ranker.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date

from index.lexicon import load_lexicon
from index.text import analysed, normalize, spaced
from qa.when import When, read_when

MAX_CHARS = 500

# What an answer can be, and how a question asks for it and a sentence offers it. One question may
# ask for several ("언제 얼마를"), most sentences offer several.
_ASKS = {
    "money": r"얼마(?!나)|금액|액수|가격|몸값|값은|비용|부채|매출|과징금|벌금|how much|price|cost",
    "percent": r"얼마나|퍼센트|%|비율|비중|[율률](은|이|을|\?|$|\s)|몇 ?프로|percent|what share",
    "date": r"언제|며칠|몇 ?[년월일시]|시점|날짜|기한|when|what (date|day|year|month)",
    "count": r"몇|얼마나|숫자|규모|인원|how (many|long|far|big|large)",
    "cause": r"왜|이유|까닭|때문|배경|원인|어째서|어쩌다|why|reason",
    "who": r"누구|누가|누굴|사람|대표|회장|총재|수장|who\b|whom|whose",
    "place": r"어디|어느 (나라|도시|지역|곳)|장소|where|which (city|country)",
    "speech": r"뭐라고|뭐라|입장|평가|반응|전망|말했|경고|지적|say|said|comment",
    "means": r"어떻게|방법|방식|조건|대책|how (do|does|did|will|is|are|can)",
}
_OFFERS = {
    "money": r"\d[\d,.조억만천 ]*(원|달러|유로|엔|위안|파운드|루블|루피|프랑)",
    "percent": r"\d%|\d ?퍼센트|\d%?포인트|\d배|절반|분의 ?\d",
    "date": (
        r"\d+년|\d+월|\d+일|\d분기|상반기|하반기|내년|올해|지난해|작년|연말|연초|다음 달|이달|오늘"
        r"|어제|내일|[월화수목금토일]요일|주말"
    ),
    "count": (
        r"\d[\d,.조억만천 ]*(명|대|개|곳|건|척|톤|배럴|채|장|편|마리|시간|킬로|미터|기가|나노|년"
        r"|개월|주|회|번|위)"
    ),
    "cause": r"때문|이유|탓|덕분|배경|위해|따라|따른|[라다]면서|원인|겨냥|우려|영향|[기어아해]서 ",
    "who": r"회장|대표|최고경영자|CEO|총리|대통령|장관|총재|의장|의원|사장|창업자|애널리스트|교수",
    "place": r"시에|주에|현에|성에|[가-힣]+(에서|에 )|지역|도시|공장|현지|본사",
    "speech": r"[\"“‘']|[다라]고|라며|다며|다면서|밝혔|말했|전했|평가|내다봤|경고|지적",
    "means": r"으로|로써|통해|방식|방안|대책|조건|계획|[면며] ",
}
_ASKING = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_OFFERING = {kind: re.compile(pattern) for kind, pattern in _OFFERS.items()}
KINDS = frozenset(_ASKS)

# Words that ask, and so are not looked for. English ones since English questions are asked of
# Korean text, where every such word would count as missing.
_SILENT = frozenset(
    "얼마 언제 어디 누구 무엇 뭐 뭣 왜 몇 어느 무슨 이유 까닭 며칠 거 것 수 때 지 알 알리 궁금 "
    "말하 소식 뉴스 이야기 얘기 "
    "a an the is are was were be been do does did will would can could has have had of in on at to "
    "for from by with and or not what when where who whom whose which why how much many it its "
    "this that these those there any than into about say said tell me news latest".split()
)


# What asks for a piece of news as a whole, and for nothing in it: "4월 9일 자동차 회사 뉴스는?".
# All 12 such questions of bench/train are answered by the first or the second sentence.
_NEWS = re.compile(
    r"(소식|뉴스|보도|기사|이야기|얘기)(은|는|이|가|을|를|에는|로는|도)?"
    r"(\s*(요|뭐|뭘|무엇|무슨|어떤|어떻|알려|말해|전해|들려|있|없|좀).*)?\s*[?.!]*$"
    r"|(무슨|어떤) (일|소식|내용|이야기|뉴스)|(방송|브리핑)에서는? (뭐|무엇을)"
    r"|\b(what|any|tell me|show me)\b.*\b(news|story|stories|headlines?|happened)\b",
    re.IGNORECASE,
)
_FEW_TERMS = 2  # without a date, more than a name and a word ask for something in the news
_OF_NEWS = frozenset("일 있 내용 관련 최근 관하".split())  # and what is said of news by the way


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question as it is looked for.

    `typed` is what was typed, `text` the same with its spaces, after the earlier question that it
    leans on, `when` what it says about time, whose `rest` is what is looked for, and `asking` the
    part of that which was typed; `terms` are those of the rest, without repeats, `names` those of
    them that are names; `expects` are some of `KINDS`; `gist`
    tells that a piece of news is asked for as a whole.
    """

    typed: str
    text: str
    asking: str
    when: When
    terms: tuple[str, ...]
    names: tuple[str, ...]
    expects: frozenset[str]
    gist: bool


def read_question(
    raw: str, days: Sequence[date] = (), clock: date | None = None, about: str = ""
) -> Question:
    """Read what a person typed, for a corpus with briefings on these days.

    `about` is an earlier question that this one leans on: it is looked for as well, on its days
    unless this one names others, but what is asked for is what this one asks.
    """
    typed, before = (" ".join(normalize(each).split()) for each in (raw, about))
    own = spaced(typed)
    today = clock or date.today()
    if before and read_when(own, days, today).phrase:
        before = read_when(before, days, today).rest
    text = f"{before} {own}".strip()
    when = read_when(text, days, today)
    asking = read_when(own, days, today).rest if before else when.rest
    found = analysed(when.rest)
    terms = _without_repeats(term for term, _ in found)
    dated = bool(when.phrase or when.order)
    news = bool(_NEWS.search(asking))
    if news and any(term not in _OF_NEWS for term in terms):
        terms = tuple(term for term in terms if term not in _OF_NEWS)
    return Question(
        typed=typed,
        text=text,
        asking=asking,
        when=when,
        terms=terms,
        names=_names(when.rest, found),
        expects=frozenset(kind for kind, asks in _ASKING.items() if asks.search(asking)),
        gist=news and (dated or len(terms) <= _FEW_TERMS),
    )


def _names(text: str, found: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """Return the terms that are names; of an English question, the words with a capital."""
    if any("가" <= char <= "힣" for char in text):
        return _without_repeats(term for term, is_name in found if is_name)
    capital = {word.lower() for word in re.findall(r"\b[A-Z][\w&]*", text)}
    return _without_repeats(term for term, is_name in found if is_name and term in capital)


def subjects(question: Question) -> tuple[str, ...]:
    """Return the names that something is asked about, rather than described by.

    "프라다 매출은?" asks about Prada, "바비를 파는 회사" and "워싱턴 당국" about something else.
    What is asked after an earlier question is looked at by itself, too.
    """
    texts = {question.when.rest.lower(), question.asking.lower()}
    return tuple(name for name in question.names if any(_asks_about(name, text) for text in texts))


# What a name before it only describes: "렉서스 만드는 회사", "베이징 당국".
_DESCRIBED = (
    r"\S*(는|은|던|한|온|된) |\S*(당국|정부|회사|기업|업체|은행|브랜드|제조사)"
    r"|(회장|의장|대표|총재|장관)의 "
)
# What follows a name: its particle anywhere, or at the beginning of a question some noun.
_AS_SUBJECT = re.compile(r"[가-힣]{0,3}?(은|는|이|가|의) ")
_AT_THE_BEGINNING = re.compile(rf"[가-힣]{{0,4}} (?!{_DESCRIBED})")


def _asks_about(name: str, text: str) -> bool:
    at = text.find(name)
    while at >= 0:
        if _AS_SUBJECT.match(text, at + len(name)):
            return True
        at = text.find(name, at + 1)
    return text.startswith(name) and bool(_AT_THE_BEGINNING.match(text, len(name)))


# What stands for somebody there ("워싱턴", "실리콘밸리"), or for what may be called otherwise.
_NOT_ACTORS = frozenset("country region place city term technology concept".split())


def actors(question: Question) -> tuple[str, ...]:
    """Return the subjects that the lexicon knows as somebody or some product, as they were typed.

    If no briefing mentions one, nothing answers: on bench/train so are 45 of 389 questions without
    an answer, and 6 of 1,724 with one.
    """
    text = question.text
    places = [(text.lower().find(name), len(name)) for name in subjects(question)]
    typed = [text[at : at + length] for at, length in places if at >= 0]
    entities = load_lexicon().entities
    return tuple(
        name for name in typed if any(each.kind not in _NOT_ACTORS for each in entities(name))
    )


def other_terms(question: Question) -> tuple[str, ...]:
    """Return the terms of other words that mean what the question says, without its own."""
    lexicon = load_lexicon()
    synonyms = lexicon.synonyms(question.when.rest, _SILENT)
    others = _without_repeats(itertools.chain.from_iterable(lexicon.terms(synonyms)))
    return tuple(term for term in others if term not in question.terms)


def _without_repeats(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in terms if term not in _SILENT))


@functools.lru_cache(maxsize=20_000)  # sentences come up again; a question has some eighty
def offers(sentence: str, kinds: frozenset[str] = KINDS) -> frozenset[str]:
    """Tell which of some kinds of answer a sentence holds."""
    return frozenset(kind for kind in kinds if _OFFERING[kind].search(sentence))
