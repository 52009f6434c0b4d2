"""What is typed with the keyboard left in English is read as it was meant."""

import pytest

from qa.keyboard import hangul_of


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dpsqleldk", "엔비디아"),
        ("xptmffk wnrksms?", "테슬라 주가는?"),
        ("gksrnrwjsfur qncosms djfak?", "한국전력 부채는 얼마?"),
        ("thvmxmqodzm", "소프트뱅크"),
        ("dhlghks", "외환"),
        ("ekfrrhk", "닭과"),
        ("rkqtdms", "값은"),
        ("Eoswls", "땐진"),
        ("2024 sus", "2024 년"),
        ("What is Tesla?", None),
        ("ASML", None),
        ("테슬라", None),
        ("", None),
    ],
)
def test_keys_make_syllables(typed, meant):
    assert hangul_of(typed) == meant
