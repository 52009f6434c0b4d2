"""Numbers as Korean texts write them: 1조 3천억, 1만5000, 85억6천만, 이십, 두.

Knows nothing about units, or what is counted.
"""

from __future__ import annotations

import re
from decimal import Decimal

_TENS = {"십": 10, "백": 100, "천": 1000}
_MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}
_ONES = {sign: value for value, sign in enumerate("일이삼사오육칠팔구", start=1)}
# Native numbers, as they stand before what is counted.
COUNTS = {
    word: value for value, word in enumerate("한 두 세 네 다섯 여섯 일곱 여덟 아홉 열".split(), 1)
}
COUNTS |= {"석": 3, "넉": 4, "스무": 20}
_PART = re.compile(r"\d[\d,]*(?:\.\d+)?|[가-힣]")


def value_of(number: str) -> Decimal:
    """Return the value of one number; its signs are digits, 십 to 조, 일 to 구 or `COUNTS`."""
    if number in COUNTS:
        return Decimal(COUNTS[number])
    total, section, digits = Decimal(0), Decimal(0), Decimal(0)
    for part in _PART.findall(number):
        if part in _TENS:
            section, digits = section + (digits or 1) * _TENS[part], Decimal(0)
        elif part in _MYRIADS:
            total += (section + digits or 1) * _MYRIADS[part]
            section = digits = Decimal(0)
        else:
            digits = Decimal(_ONES.get(part) or part.replace(",", ""))
    return total + section + digits
