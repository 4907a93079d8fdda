"""Names that sort by the moment at which they were made."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine import identifiers
from privacy_engine.identifiers import first_ulid, is_ulid, ulid

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_no_name_is_below_the_first_of_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifiers, "_last", 0)  # as if nothing had been named since
    first = first_ulid(NOON)
    assert is_ulid(first)
    assert first_ulid(NOON - timedelta(milliseconds=1)) < first < ulid(NOON)
