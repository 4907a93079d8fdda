"""Civ. Code 1798.130(a)(2)(B); 11 CCR 7024(h): back to when a request to know reaches."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from privacy_engine.rights.windows import Window, day_of, window_of

pytestmark = pytest.mark.spec

CALIFORNIA = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("received", "first"),
    [
        ("2026-11-23T18:00+00:00", date(2025, 11, 23)),
        ("2026-11-24T07:59+00:00", date(2025, 11, 23)),  # still the 23rd in California
        ("2026-11-24T08:00+00:00", date(2025, 11, 24)),
        ("2024-02-29T20:00+00:00", date(2023, 2, 28)),
        ("2025-02-28T20:00+00:00", date(2024, 2, 28)),
    ],
)
def test_without_a_word_it_is_the_twelve_months_before_receipt(received: str, first: date) -> None:
    found = window_of(None, received_at=datetime.fromisoformat(received), zone=CALIFORNIA)
    assert found == Window(first, None, usual=True)


def test_all_is_all_and_two_days_are_both_inside() -> None:
    at = datetime(2026, 11, 23, 18, tzinfo=UTC)
    everything = window_of("all", received_at=at, zone=CALIFORNIA)
    assert everything.covers([date(1999, 1, 1)])
    span = {"from": "2024-01-01", "to": "2024-12-31"}
    year = window_of(span, received_at=at, zone=CALIFORNIA)
    assert [year.covers([day]) for day in (date(2023, 12, 31), date(2024, 1, 1))] == [False, True]
    assert [year.covers([day]) for day in (date(2024, 12, 31), date(2025, 1, 1))] == [True, False]


@pytest.mark.parametrize(
    ("days", "inside"),
    [
        ([], True),  # what bears no day is held now
        ([date(2020, 1, 1), date(2024, 6, 1)], True),  # collected before, used inside
        ([date(2020, 1, 1), date(2026, 6, 1)], True),  # held all the while
        ([date(2020, 1, 1), date(2023, 6, 1)], False),
    ],
)
def test_a_record_counts_from_its_first_day_to_its_last(days: list[date], *, inside: bool) -> None:
    assert Window(date(2024, 1, 1), date(2024, 12, 31)).covers(days) is inside


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02-03T04:05:06Z", date(2026, 2, 3)),
        (datetime(2026, 2, 3, 4, tzinfo=UTC), date(2026, 2, 3)),
        (date(2026, 2, 3), date(2026, 2, 3)),
        ("never", None),
        (17, None),
    ],
)
def test_a_day_is_read_as_systems_write_it(value: object, day: date | None) -> None:
    assert day_of(value) == day
