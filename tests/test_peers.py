"""How the figures of a run beside other libraries are put together; nothing is installed here."""

import pytest

from bench.results import percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([5.0], 0.95, 5.0),
        ([1.0, 9.0], 0.95, 9.0),
    ],
)
def test_a_percentile_is_one_of_the_values(values, share, expected):
    assert percentile(values, share) == expected
