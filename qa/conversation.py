"""A question as the next turn of a conversation: "그럼 언제부터?" asks about what was asked before.

A question that leans on the turns before is looked for together with the last one that stood on its
own. No model and no rewriting: both texts are shown to the reader as they were typed. Knows nothing
about indexes and answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from qa.question import read_question

# What points to the turn before: 그럼, 거기, 그 회사, 그게, 이건, "then", "that company".
_POINTS_BACK = re.compile(
    r"(^|\s)(그럼|그러면|그래서|그리고|그런데|근데|거기|여기|저쪽|그쪽|그때|그날|그중|결국|나중"
    r"|[그이저](건|게|걸|거|것|곳|쪽|들|분)|그(는|가|를|의|도)\s|[그이저]\s+[가-힣]|걔|얘)"
    r"|\b(it|its|they|them|their|that|those|this|then|there|he|she|his|her)\b",
    re.IGNORECASE,
)
_LEADS_OVER = re.compile(r"^(그럼|그러면|그리고|그런데|근데)\s+")
# With fewer terms a question says too little to stand alone, with a name and without.
_ENOUGH, _WITHOUT_NAME = 4, 6
# With fewer terms a name only continues what was said before it: "러시아는 뭐래?"
_SUBJECT = 3


# "두 번째 거 자세히", "3번째 소식은?", "②번": one of the passages that were shown.
_ORDINAL = re.compile(
    r"(?:(첫|두|세|네|다섯|[1-9])\s*번째|([①-⑨])\s*번?)\s*"
    r"(?:거|것|건|게|걸|구절|소식|기사|꼭지|이야기|카드|자세히|더|는|은|[?!.,]|$)"
    r"|\bthe (first|second|third|fourth|fifth) (?:one|passage|story)\b",
    re.IGNORECASE,
)
_COUNTED = {"첫": 1, "두": 2, "세": 3, "네": 4, "다섯": 5}
_COUNTED |= {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
# With more terms it asks for something else that is counted: "두 번째 개입은 언제였나?"
_BARE = 2


def ordinal(question: str) -> int | None:
    """Return which of the passages shown before a question points to, from 1; None if to none."""
    match = _ORDINAL.search(question)
    if match is None or len(read_question(_ORDINAL.sub(" ", question)).terms) > _BARE:
        return None
    word = next(filter(None, match.groups())).lower()
    return _COUNTED.get(word) or int(unicodedata.digit(word))


# A turn of nothing else asks nothing: 고마워, 안녕하세요, 네!, ㅋㅋㅋ, "thanks".
_PLEASANTRY = re.compile(
    r"(?:(?:안녕|고마|고맙|감사|반가|반갑|수고)[가-힣]*+|네++|넵|응++|그래|좋아요?|알겠[가-힣]*+"
    r"|오케이|[ㅋㅎㅠㅜㅇ]++|hi|hello|thanks|thank you|ok|okay|bye|[\W_])+",
    re.IGNORECASE,
)


def points_back(question: str) -> bool:
    """Tell whether a question has words that mean something said before."""
    return bool(_POINTS_BACK.search(question))


def leans(question: str) -> bool:
    """Tell whether a question may have to be understood with the turns before it."""
    if _PLEASANTRY.fullmatch(question):
        return False
    if points_back(question):
        return True
    read = read_question(question)
    return len(read.terms) < (_ENOUGH if read.names else _WITHOUT_NAME)


def subject(question: str, history: Sequence[str]) -> str:
    """Return the earlier question that this one leans on, "" if it stands alone.

    `history` are the earlier questions, oldest first; the last of them that names a subject of its
    own is meant.
    """
    if not history or not leans(question):
        return ""
    return next((each for each in reversed(history) if _names_subject(each)), history[0])


def _names_subject(question: str) -> bool:
    read = read_question(question)
    # "그럼 테슬라는 …?" leads over to what it names.
    own = _LEADS_OVER.sub("", question.strip())
    return bool(read.names) and len(read.terms) >= _SUBJECT and not points_back(own)
