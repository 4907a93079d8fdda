"""Laws outside the United States: months that end where the calendar says."""

import holidays as independent
import pytest

from privacy_engine.law.calendars import holidays
from privacy_engine.law.deadlines import due, instant

pytestmark = pytest.mark.spec

# Received, its day in Brussels, one month (legal, strict), three months (legal, strict):
# GDPR Art. 12(3), Reg. (EEC, Euratom) 1182/71 Art. 3. Strict is the same date not moved.
WORKED = [
    (
        "2024-01-31T12:00+01:00",
        "2024-01-31",
        "2024-02-29",
        "2024-02-29",
        "2024-04-30",
        "2024-04-30",
    ),
    (
        "2023-01-31T12:00+01:00",
        "2023-01-31",
        "2023-02-28",
        "2023-02-28",
        "2023-05-01",
        "2023-04-30",
    ),
    (
        "2026-08-31T12:00+02:00",
        "2026-08-31",
        "2026-09-30",
        "2026-09-30",
        "2026-11-30",
        "2026-11-30",
    ),
    (
        "2026-03-05T12:00+01:00",
        "2026-03-05",
        "2026-04-06",
        "2026-04-05",
        "2026-06-05",
        "2026-06-05",
    ),
    (
        "2026-09-03T12:00+02:00",
        "2026-09-03",
        "2026-10-05",
        "2026-10-03",
        "2026-12-03",
        "2026-12-03",
    ),
    (
        "2026-10-31T12:00+01:00",
        "2026-10-31",
        "2026-11-30",
        "2026-11-30",
        "2027-02-01",
        "2027-01-31",
    ),
    (
        "2026-11-21T12:00+01:00",
        "2026-11-21",
        "2026-12-21",
        "2026-12-21",
        "2027-02-22",
        "2027-02-21",
    ),
    (
        "2026-11-30T23:30+00:00",
        "2026-12-01",
        "2027-01-01",
        "2027-01-01",
        "2027-03-01",
        "2027-03-01",
    ),
    (
        "2026-12-31T12:00+01:00",
        "2026-12-31",
        "2027-02-01",
        "2027-01-31",
        "2027-03-31",
        "2027-03-31",
    ),
    (
        "2027-11-30T12:00+01:00",
        "2027-11-30",
        "2027-12-30",
        "2027-12-30",
        "2028-02-29",
        "2028-02-29",
    ),
    (
        "2028-01-29T12:00+01:00",
        "2028-01-29",
        "2028-02-29",
        "2028-02-29",
        "2028-05-01",
        "2028-04-29",
    ),
    (
        "2026-04-24T12:00+02:00",
        "2026-04-24",
        "2026-05-25",
        "2026-05-24",
        "2026-07-24",
        "2026-07-24",
    ),
]


@pytest.mark.parametrize("row", WORKED, ids=lambda row: row[0])
def test_gdpr_12_3(row: tuple[str, ...]) -> None:
    received, day, one, one_strict, three, three_strict = row
    answer, extended = due("EU-RESP", instant(received)), due("EU-EXT", instant(received))
    assert answer.received_on.isoformat() == day
    found = (answer.legal_due_on, answer.strict_due_on)
    assert tuple(each.isoformat() for each in found) == (one, one_strict)
    found = (extended.legal_due_on, extended.strict_due_on)
    assert tuple(each.isoformat() for each in found) == (three, three_strict)
    assert due("EU-NOACT", instant(received)).legal_due_on == answer.legal_due_on


@pytest.mark.parametrize(
    ("duty", "received", "legal_on", "strict_on"),
    [
        # Bank holidays move the last day in the United Kingdom.
        ("UK-RESP", "2026-11-25T12:00+00:00", "2026-12-29", "2026-12-25"),
        ("UK-RESP", "2026-12-01T12:00+00:00", "2027-01-04", "2027-01-01"),
        ("UK-RESP", "2026-03-03T12:00+00:00", "2026-04-07", "2026-04-03"),
        ("UK-RESP", "2026-09-03T12:00+01:00", "2026-10-05", "2026-10-03"),
        ("UK-EXT", "2026-11-30T12:00+00:00", "2027-03-01", "2027-02-28"),
        ("UK-NOACT", "2026-10-31T23:30+00:00", "2026-11-30", "2026-11-30"),
        ("PIPEDA-RESP", "2026-11-23T10:00-05:00", "2026-12-23", "2026-12-23"),
        ("PIPEDA-EXT", "2026-11-23T10:00-05:00", "2027-01-22", "2027-01-22"),
        ("QC-RESP", "2026-01-30T10:00-05:00", "2026-03-01", "2026-03-01"),
        ("LGPD-SIMPLE", "2026-11-24T01:00+00:00", "2026-11-23", "2026-11-23"),
        ("LGPD-RESP", "2026-11-23T10:00-03:00", "2026-12-08", "2026-12-08"),
    ],
)
def test_other_countries(duty: str, received: str, legal_on: str, strict_on: str) -> None:
    deadline = due(duty, instant(received))
    assert deadline.legal_due_on.isoformat() == legal_on
    assert deadline.strict_due_on.isoformat() == strict_on
    assert deadline.to_be_confirmed


@pytest.mark.parametrize("year", range(2024, 2041))
def test_bank_holidays_agree_with_an_independent_calendar(year: int) -> None:
    theirs = independent.country_holidays("GB", subdiv="ENG", years=year, observed=True)
    ours = [each.on for each in holidays("uk", year)]
    assert ours == sorted(theirs)


def test_the_proof_names_the_day_on_which_a_month_cannot_end() -> None:
    steps = due("UK-RESP", instant("2026-11-25T12:00+00:00")).steps
    moved = [step for step in steps if "cannot end" in step]
    assert "Christmas Day" in moved[0]
    assert len(moved) == 4
