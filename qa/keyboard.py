"""Korean that was typed with the keyboard left in English: "dpsqleldk" is 엔비디아.

The layout is the two-set one of KS X 5002, which nearly all Korean keyboards have. Knows nothing
about questions and answers.
"""

from __future__ import annotations

import re

_KEYS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        strict=True,
    )
)
# In the order of Unicode's Hangul syllables (chapter 3.12); what takes two keys is two letters.
_INITIALS = "ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ".split()
_VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split()
_FINALS = (
    "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ "
    "ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
).split()


def _any(letters: list[str]) -> str:
    return "|".join(sorted(letters, key=len, reverse=True))


# A consonant before a vowel begins the next syllable.
_SYLLABLE = re.compile(
    f"({_any(_INITIALS)})({_any(_VOWELS)})((?:{_any(_FINALS)})(?!{_any(_VOWELS)}))?"
)
_WORD = re.compile(r"[A-Za-z]+")


def hangul_of(typed: str) -> str | None:
    """Return what was meant, if all Latin letters make Hangul syllables; else None."""
    if not _WORD.search(typed):
        return None
    words = [_syllables(word) for word in _WORD.findall(typed)]
    if None in words:
        return None
    meant = iter(words)
    return _WORD.sub(lambda _: next(meant) or "", typed)


def _syllables(word: str) -> str | None:
    letters = "".join(_KEYS.get(key) or _KEYS.get(key.lower(), key) for key in word)
    made = _SYLLABLE.sub(_syllable, letters)
    return made if all("가" <= char <= "힣" for char in made) else None


def _syllable(match: re.Match[str]) -> str:
    initial, vowel, final = match.groups()
    last = _FINALS.index(final) + 1 if final else 0
    number = (_INITIALS.index(initial) * len(_VOWELS) + _VOWELS.index(vowel)) * 28 + last
    return chr(ord("가") + number)
