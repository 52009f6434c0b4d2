"""Where the stories change on a page without headings.

The page is cut where its words change most, after Utiyama and Isahara (ACL 2001): the best cut is
the one that makes the words of each part the cheapest to tell, at a price for each part. What a
Korean anchor says at such a place moves the price. No model, nothing trained.

Knows nothing about pages, furniture or offsets: paragraphs in, numbers of paragraphs out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from index.text import tokens

# A page is one story where it is written (…했다) and not read out (…했습니다), or below this many
# paragraphs, unless cues tell otherwise: a news article and not a briefing.
_MIN_PARAGRAPHS = 12
_POLITE = re.compile(r"(?:니다|요|죠|니까)[.?!][\"”’]?$")
_MAX_PARAGRAPHS = 2000  # beyond, windows: nobody reads out so long a page
_MAX_STORY = 60  # paragraphs; also what keeps the search linear in the page's length
_WINDOW = 8  # paragraphs

# In nats, chosen on 32 of the training pages with their headings taken away, where the cuts found
# have F1 0.72 (words alone: 0.47).
_PRICE = 1.3  # of one more part, times the logarithm of the page's length in words
_CUE = 6.0  # of cutting where the words go on ("다만 …", after "…했는데요")
_OPENING = 12.0  # what "다음은 …" takes off
_SHORT = 5.0  # a story of one paragraph

_OPENS = re.compile(
    r"^(?:먼저|우선|다음(?:은|으로|\s?소식)|이어서|끝으로|마지막(?:은|으로|\s?소식)|그런가 하면|"
    r"(?:첫|두|세|네|다섯|여섯|일곱)\s?번째)(?![가-힣])|"
    r"^[^.]{1,25}(?:소식|이야기|얘기)(?:입니다|도|부터|으로|을)|"
    r"^[^.]{2,25}(?:보겠습니다|보시죠|보죠|봅니다|가시죠|넘어갑니다)"
)
_GOES_ON = re.compile(
    r"^(?:다만|하지만|그러나|그런데|그래도|그렇지만|그러면서|그러자|그래서|따라서|또한?|특히|여기에|앞서|"
    r"이에|이와|이로써|이런|이같은|이[는를]?|그|그동안|그간|그나마|게다가|더구나|반면|대신|물론|실제로|"
    r"때문에|덕분에|결국|당시|이날|이들|이곳|이후|사실|당장|아울러|나아가|오히려|한편)(?![가-힣])"
)
_HANGS = re.compile(r"(?:데|고|지만)요?[.,]?[\"”]?$")  # …했는데요. wants another sentence


def story_starts(paragraphs: Sequence[str]) -> list[int]:
    """Return the numbers of the paragraphs that open a story, from 0 and ascending.

    The first is always 0, unless there are no paragraphs.
    """
    count = len(paragraphs)
    if count > _MAX_PARAGRAPHS:
        return list(range(0, count, _WINDOW))
    cues = sum(bool(_OPENS.match(paragraph)) for paragraph in paragraphs[1:])
    read_out = 2 * sum(bool(_POLITE.search(paragraph)) for paragraph in paragraphs) > count
    if count < 3 or cues < (2 if not read_out else count < _MIN_PARAGRAPHS):
        return [0] if count else []
    return _cheapest(paragraphs, [_words(paragraph) for paragraph in paragraphs])


def _words(paragraph: str) -> list[str]:
    # Numbers and one-syllable words (억, 년, 것) run through every story of a business briefing.
    return [word for word in tokens(paragraph) if len(word) > 1 and not word[0].isdigit()]


def _gap_price(before: str, after: str) -> float:
    price = 0.0
    if _GOES_ON.match(after):
        price += _CUE
    if _HANGS.search(before):
        price += _CUE
    if _HANGS.search(after):
        price += _CUE / 3
    if _OPENS.match(after):
        price -= _OPENING
    return price


def _cheapest(paragraphs: Sequence[str], words: Sequence[list[str]]) -> list[int]:
    """Find the cheapest cut by dynamic programming over where the last part starts."""
    count = len(paragraphs)
    vocabulary = len({word for part in words for word in part}) or 1
    part_price = _PRICE * math.log(sum(map(len, words)) or 1)
    best = [0.0] + [math.inf] * count  # best[j]: the cheapest way to tell the first j paragraphs
    came_from = [0] * (count + 1)
    for start in range(count):
        price = best[start] + (
            part_price + _gap_price(paragraphs[start - 1], paragraphs[start]) if start else 0.0
        )
        seen: Counter[str] = Counter()
        total, known = 0, 0.0  # known = sum of f·log(f+1) over the words seen f times
        for end in range(start + 1, min(start + _MAX_STORY, count) + 1):
            for word in words[end - 1]:
                times = seen[word]
                seen[word] = times + 1
                known += (times + 1) * math.log(times + 2) - times * math.log(times + 1)
            total += len(words[end - 1])
            told = total * math.log(total + vocabulary) - known
            whole = price + told + (_SHORT if end - start == 1 else 0.0)
            if whole < best[end]:
                best[end], came_from[end] = whole, start
    starts = []
    at = count
    while at:
        at = came_from[at]
        starts.append(at)
    return starts[::-1]
