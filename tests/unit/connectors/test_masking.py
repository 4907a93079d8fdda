"""What a masked value still shows."""

from datetime import date

import pytest

from privacy_engine.connectors.masking import masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        ("", "—"),
        (7, "•••"),
        ("7", "•••"),
        ("MT", "•••"),
        ("Maya", "M•••"),
        ("maya@tallow.example", "m•••@•••.example"),
        (date(2010, 5, 1), "2010-•••"),
    ],
    ids=repr,
)
def test_a_short_value_shows_nothing_of_itself(value: object, shown: str) -> None:
    assert masked(value) == shown
