"""Numbers as Korean texts write them."""

from decimal import Decimal

import pytest

from qa.numerals import value_of


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1조 3천억", "1300000000000"),
        ("85억6천만", "8560000000"),
        ("40만5천", "405000"),
        ("1만 5000", "15000"),
        ("2,255억", "225500000000"),
        ("3.5", "3.5"),
        ("1.3조", "1300000000000"),
        ("1천450", "1450"),
        ("천", "1000"),
        ("삼천이백만", "32000000"),
        ("이십", "20"),
        ("석", "3"),
    ],
)
def test_numbers_are_read(written, meant):
    assert value_of(written) == Decimal(meant)
