"""15 U.S.C. 7704; 47 CFR 64.1200(a): opting out of mail, calls and texts; 16 CFR 318.4."""

import holidays as independent
import pytest

from privacy_engine.errors import NotFound
from privacy_engine.law.calendars import holidays
from privacy_engine.law.deadlines import due, instant

pytestmark = pytest.mark.spec

# Received, its day in Washington, 10 business days: legal, strict. Counted over the holidays of
# an independent calendar.
WORKED = [
    ("2025-06-27T12:00-04:00", "2025-06-27", "2025-07-14", "2025-07-10"),
    ("2025-12-19T12:00-05:00", "2025-12-19", "2026-01-06", "2026-01-02"),
    ("2026-06-26T12:00-04:00", "2026-06-26", "2026-07-13", "2026-07-10"),
    ("2026-11-20T23:30-08:00", "2026-11-21", "2026-12-07", "2026-12-04"),
    ("2026-12-18T12:00-05:00", "2026-12-18", "2027-01-05", "2026-12-31"),
    ("2027-06-11T12:00-04:00", "2027-06-11", "2027-06-28", "2027-06-25"),
    ("2027-12-17T12:00-05:00", "2027-12-17", "2028-01-04", "2028-01-03"),
    ("2028-11-03T12:00-04:00", "2028-11-03", "2028-11-20", "2028-11-17"),
    ("2028-12-29T12:00-05:00", "2028-12-29", "2029-01-16", "2029-01-11"),
    ("2026-02-06T12:00-05:00", "2026-02-06", "2026-02-23", "2026-02-19"),
]


@pytest.mark.parametrize("row", WORKED, ids=lambda row: row[0])
@pytest.mark.parametrize("duty", ["CANSPAM-OPTOUT", "TCPA-REVOKE"])
def test_ten_business_days(duty: str, row: tuple[str, str, str, str]) -> None:
    deadline = due(duty, instant(row[0]))
    found = (deadline.received_on, deadline.legal_due_on, deadline.strict_due_on)
    assert tuple(day.isoformat() for day in found) == row[1:]


def test_the_clock_of_revocations_begins_with_its_rule() -> None:
    # 47 CFR 64.1200(a)(10) came into force on 2025-04-11.
    with pytest.raises(NotFound, match="in force from 2025-04-11"):
        due("TCPA-REVOKE", instant("2025-04-10T12:00-04:00"))
    assert due("TCPA-REVOKE", instant("2025-04-11T12:00-04:00")).legal_due_on.isoformat() == (
        "2025-04-25"
    )


def test_a_federal_duty_is_counted_in_the_days_of_the_jurisdiction_that_asks() -> None:
    late = instant("2026-11-20T23:30-08:00")
    assert due("CANSPAM-OPTOUT", late).received_on.isoformat() == "2026-11-21"
    here = due("CANSPAM-OPTOUT", late, jurisdiction="us-ca")
    assert (here.received_on.isoformat(), here.jurisdiction) == ("2026-11-20", "us-fed")


@pytest.mark.parametrize("year", range(2021, 2041))
def test_federal_holidays_agree_with_an_independent_calendar(year: int) -> None:
    theirs = independent.US(years=[year - 1, year, year + 1], observed=True)
    ours = [each.on for each in holidays("us-fed", year)]
    assert ours == sorted(day for day in theirs if day.year == year)


@pytest.mark.parametrize(
    ("duty", "received", "due_on", "due_at"),
    [
        ("CANSPAM-MECHANISM", "2026-11-23T10:00-08:00", "2026-12-23", None),
        ("HBNR-NOTICE", "2026-11-23T10:00-08:00", "2027-01-22", None),
        ("MAIL-ONECLICK", "2026-11-23T10:00-08:00", "2026-11-25", "2026-11-25T18:00:00+00:00"),
        # 48 hours are 48 hours, over the hour that the clocks skip or repeat.
        ("MAIL-ONECLICK", "2026-03-07T23:30-05:00", "2026-03-10", "2026-03-10T04:30:00+00:00"),
        ("MAIL-ONECLICK", "2026-10-31T23:30-04:00", "2026-11-02", "2026-11-03T03:30:00+00:00"),
        ("TCPA-CONFIRM", "2026-11-23T23:58-05:00", "2026-11-24", "2026-11-24T05:03:00+00:00"),
    ],
)
def test_limits_with_one_reading(
    duty: str, received: str, due_on: str, due_at: str | None
) -> None:
    deadline = due(duty, instant(received))
    assert deadline.legal_due_on.isoformat() == deadline.strict_due_on.isoformat() == due_on
    assert (deadline.due_at and deadline.due_at.isoformat()) == due_at
