"""11 CCR 7021, 7026(f), 7027(g); Civ. Code 1798.130(a)(2)(A), 1798.145(h): answering in time."""

from datetime import date

import pytest

from privacy_engine.errors import NotFound
from privacy_engine.law.clauses import clause
from privacy_engine.law.deadlines import due, instant

pytestmark = pytest.mark.spec

# Received, its local day, 10 business days (legal, strict), 15 business days (legal, strict),
# 45 calendar days (legal), 90 calendar days (legal). Counted by hand, over the holidays of
# Gov. Code 6700 as written out in test_holidays.
WORKED = """\
2026-11-23T10:00-08:00 2026-11-23 2026-12-08 2026-12-05 2026-12-15 2026-12-11 2027-01-07 2027-02-21
2026-12-18T10:00-08:00 2026-12-18 2027-01-05 2026-12-31 2027-01-12 2027-01-07 2027-02-01 2027-03-18
2027-01-29T10:00-08:00 2027-01-29 2027-02-16 2027-02-11 2027-02-23 2027-02-19 2027-03-15 2027-04-29
2023-11-08T09:00-08:00 2023-11-08 2023-11-24 2023-11-22 2023-12-01 2023-11-29 2023-12-23 2024-02-06
2023-12-29T23:59-08:00 2023-12-29 2024-01-16 2024-01-11 2024-01-23 2024-01-18 2024-02-12 2024-03-28
2024-02-05T10:00-08:00 2024-02-05 2024-02-21 2024-02-20 2024-02-28 2024-02-26 2024-03-21 2024-05-05
2024-02-28T12:00-08:00 2024-02-28 2024-03-13 2024-03-11 2024-03-20 2024-03-16 2024-04-13 2024-05-28
2024-02-29T12:00-08:00 2024-02-29 2024-03-14 2024-03-12 2024-03-21 2024-03-18 2024-04-14 2024-05-29
2024-03-09T23:30-08:00 2024-03-09 2024-03-22 2024-03-21 2024-03-29 2024-03-27 2024-04-23 2024-06-07
2024-03-10T08:30-07:00 2024-03-10 2024-03-22 2024-03-21 2024-03-29 2024-03-27 2024-04-24 2024-06-08
2024-03-22T10:00-07:00 2024-03-22 2024-04-08 2024-04-04 2024-04-15 2024-04-10 2024-05-06 2024-06-20
2024-11-03T07:30+00:00 2024-11-03 2024-11-18 2024-11-15 2024-11-25 2024-11-21 2024-12-18 2025-02-01
2024-11-27T16:00-08:00 2024-11-27 2024-12-12 2024-12-10 2024-12-19 2024-12-16 2025-01-11 2025-02-25
2025-01-17T10:00-08:00 2025-01-17 2025-02-04 2025-01-31 2025-02-11 2025-02-06 2025-03-03 2025-04-17
2025-02-07T10:00-08:00 2025-02-07 2025-02-25 2025-02-21 2025-03-04 2025-02-27 2025-03-24 2025-05-08
2025-03-28T10:00-07:00 2025-03-28 2025-04-14 2025-04-10 2025-04-21 2025-04-16 2025-05-12 2025-06-26
2025-06-13T10:00-07:00 2025-06-13 2025-06-30 2025-06-26 2025-07-08 2025-07-02 2025-07-28 2025-09-11
2025-08-28T10:00-07:00 2025-08-28 2025-09-15 2025-09-11 2025-09-22 2025-09-17 2025-10-12 2025-11-26
2025-11-10T10:00-08:00 2025-11-10 2025-11-25 2025-11-22 2025-12-03 2025-11-29 2025-12-25 2026-02-08
2025-12-31T23:59-08:00 2025-12-31 2026-01-15 2026-01-13 2026-01-23 2026-01-20 2026-02-14 2026-03-31
2026-01-01T00:00-08:00 2026-01-01 2026-01-15 2026-01-13 2026-01-23 2026-01-20 2026-02-15 2026-04-01
2026-01-01T07:59+00:00 2025-12-31 2026-01-15 2026-01-13 2026-01-23 2026-01-20 2026-02-14 2026-03-31
2026-01-01T08:00+00:00 2026-01-01 2026-01-15 2026-01-13 2026-01-23 2026-01-20 2026-02-15 2026-04-01
2026-02-06T10:00-08:00 2026-02-06 2026-02-25 2026-02-21 2026-03-04 2026-02-27 2026-03-23 2026-05-07
2026-03-08T03:30-07:00 2026-03-08 2026-03-20 2026-03-19 2026-03-27 2026-03-25 2026-04-22 2026-06-06
2026-04-18T10:00-07:00 2026-04-18 2026-05-04 2026-05-01 2026-05-11 2026-05-07 2026-06-02 2026-07-17
2026-07-03T10:00-07:00 2026-07-03 2026-07-17 2026-07-16 2026-07-24 2026-07-22 2026-08-17 2026-10-01
2026-09-04T10:00-07:00 2026-09-04 2026-09-22 2026-09-18 2026-09-30 2026-09-24 2026-10-19 2026-12-03
2026-09-25T10:00-07:00 2026-09-25 2026-10-09 2026-10-07 2026-10-19 2026-10-14 2026-11-09 2026-12-24
2026-11-01T08:30+00:00 2026-11-01 2026-11-16 2026-11-13 2026-11-23 2026-11-19 2026-12-16 2027-01-30
2026-11-08T10:00-08:00 2026-11-08 2026-11-23 2026-11-20 2026-12-01 2026-11-27 2026-12-23 2027-02-06
2026-11-24T05:00+05:30 2026-11-23 2026-12-08 2026-12-05 2026-12-15 2026-12-11 2027-01-07 2027-02-21
2026-11-24T07:59+00:00 2026-11-23 2026-12-08 2026-12-05 2026-12-15 2026-12-11 2027-01-07 2027-02-21
2026-11-24T08:00+00:00 2026-11-24 2026-12-09 2026-12-07 2026-12-16 2026-12-12 2027-01-08 2027-02-22
2027-07-02T10:00-07:00 2027-07-02 2027-07-19 2027-07-15 2027-07-26 2027-07-21 2027-08-16 2027-09-30
2027-10-15T10:00-07:00 2027-10-15 2027-11-01 2027-10-27 2027-11-08 2027-11-03 2027-11-29 2028-01-13
2027-11-24T09:00-08:00 2027-11-24 2027-12-09 2027-12-07 2027-12-16 2027-12-13 2028-01-08 2028-02-22
2028-02-10T10:00-08:00 2028-02-10 2028-02-25 2028-02-24 2028-03-03 2028-03-01 2028-03-26 2028-05-10
2028-02-28T20:00-08:00 2028-02-28 2028-03-13 2028-03-10 2028-03-20 2028-03-16 2028-04-13 2028-05-28
2028-02-29T10:00-08:00 2028-02-29 2028-03-14 2028-03-11 2028-03-21 2028-03-17 2028-04-14 2028-05-29
2028-11-03T10:00-07:00 2028-11-03 2028-11-20 2028-11-17 2028-11-28 2028-11-24 2028-12-18 2029-02-01
2028-12-22T10:00-08:00 2028-12-22 2029-01-09 2029-01-05 2029-01-17 2029-01-11 2029-02-05 2029-03-22
2029-02-09T10:00-08:00 2029-02-09 2029-02-28 2029-02-24 2029-03-07 2029-03-02 2029-03-26 2029-05-10
2029-09-07T10:00-07:00 2029-09-07 2029-09-24 2029-09-20 2029-10-02 2029-09-26 2029-10-22 2029-12-06
""".splitlines()

TEN = ("CA-ACK",)
FIFTEEN = ("CA-OPTOUT", "CA-OPTOUT-3P", "CA-LIMIT", "CA-GPC")
FORTY_FIVE = ("CA-RESP", "CA-NOACT", "CA-UNVER")
NINETY = ("CA-EXT",)


def _both(duty: str, received: str) -> tuple[str, str]:
    deadline = due(duty, instant(received))
    return deadline.legal_due_on.isoformat(), deadline.strict_due_on.isoformat()


@pytest.mark.parametrize("row", WORKED, ids=lambda row: row.split()[0])
def test_7021_worked_examples(row: str) -> None:
    received, day, ten, ten_strict, fifteen, fifteen_strict, forty_five, ninety = row.split()
    assert due("CA-ACK", instant(received)).received_on.isoformat() == day
    for duty in TEN:
        assert _both(duty, received) == (ten, ten_strict)
    for duty in FIFTEEN:
        assert _both(duty, received) == (fifteen, fifteen_strict)
    for duty in FORTY_FIVE:
        assert _both(duty, received) == (forty_five, _day_before(forty_five))
    for duty in NINETY:
        assert _both(duty, received) == (ninety, _day_before(ninety))


def _day_before(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


@pytest.mark.parametrize(
    ("duty", "value", "unit", "citation", "confidence"),
    [
        ("CA-ACK", 10, "business_days", "11 CCR 7021(a)", "V1-24"),
        ("CA-RESP", 45, "calendar_days", "11 CCR 7021(b)", "V1-24"),
        ("CA-EXT", 90, "calendar_days", "1798.145(h)(1)", "V1"),
        ("CA-NOACT", 45, "calendar_days", "1798.145(h)(2)", "V1-20"),
        ("CA-UNVER", 45, "calendar_days", "11 CCR 7021(b)", "V1-24"),
        ("CA-OPTOUT", 15, "business_days", "11 CCR 7026(f)(1)", "V1-24"),
        ("CA-OPTOUT-3P", 15, "business_days", "11 CCR 7026(f)(2)", "V1-24"),
        ("CA-LIMIT", 15, "business_days", "11 CCR 7027(g)", "V1-24"),
        ("CA-GPC", 15, "business_days", "7025(c)(1), (c)(6)", "V2"),
        ("CA-REASK", 12, "months", "11 CCR 7026(k)", "V1"),
        ("CA-REASK-MINOR", 12, "months", "1798.135(c)(5)", "V1-20"),
        ("CA-FININC", 12, "months", "1798.125(b)(3)", "V1-20"),
        ("CA-RECORD", 24, "months", "11 CCR 7101(a)", "V1-24"),
        ("CA-POLICY", 12, "months", "1798.130(a)(5)", "V1"),
        ("CA-VERMETHOD", 12, "months", "11 CCR 7062(g)", "V1-24"),
        ("CA-CORRECT-REPEAT", 6, "months", "11 CCR 7023(g)", "V1-24"),
        ("CA-LEHOLD", 90, "calendar_days", "1798.145(a)(2)", "V1-20"),
        ("CA-VERDATA", 7, "calendar_days", "11 CCR 7060(d)", "V1-24"),
        ("CA-RISK", 5, "years", "11 CCR 7155(c)", "V2"),
        ("CA-RISK-REVIEW", 3, "years", "11 CCR 7155", "V2"),
        ("CA-RISK-UPDATE", 45, "calendar_days", "11 CCR 7155", "V2"),
        ("CA-RISK-PRODUCE", 30, "calendar_days", "11 CCR 7157", "V2"),
        ("CA-BREACH", 30, "calendar_days", "Civ. Code 1798.82", "V2"),
        ("CA-BREACH-AG", 15, "calendar_days", "Civ. Code 1798.82(f)", "V2"),
        ("CA-DROP-ACCESS", 45, "calendar_days", "1798.99.86", "V2"),
        ("CA-DROP-DELETE", 45, "calendar_days", "1798.99.86", "V2"),
    ],
)
def test_the_values_of_2026(
    duty: str, *, value: int, unit: str, citation: str, confidence: str
) -> None:
    found = clause(duty, on=date(2026, 11, 22))
    assert (found.value, found.unit.value, found.confidence) == (value, unit, confidence)
    assert citation in found.citation
    assert found.to_be_confirmed == (confidence in {"R", "V2"})


@pytest.mark.parametrize(
    ("duty", "received", "until"),
    [
        # Waits and keeping times end on the same date, calendar-true, and have one reading.
        ("CA-REASK", "2026-11-22T10:00-08:00", "2027-11-22"),
        ("CA-REASK", "2024-02-29T10:00-08:00", "2025-02-28"),
        ("CA-REASK-MINOR", "2026-01-31T10:00-08:00", "2027-01-31"),
        ("CA-FININC", "2026-11-22T10:00-08:00", "2027-11-22"),
        ("CA-RECORD", "2026-02-28T10:00-08:00", "2028-02-28"),
        ("CA-RECORD", "2024-02-29T10:00-08:00", "2026-02-28"),
        ("CA-CORRECT-REPEAT", "2026-08-31T10:00-07:00", "2027-02-28"),
        ("CA-LEHOLD", "2026-11-23T10:00-08:00", "2027-02-21"),
        ("CA-POLICY", "2021-11-04T10:00-07:00", "2022-11-04"),
        ("CA-RISK", "2027-02-28T10:00-08:00", "2032-02-28"),
        # By 1 July of each year (7102(a)(2)).
        ("CA-METRICS", "2025-12-31T10:00-08:00", "2026-07-01"),
        ("CA-METRICS", "2026-07-01T10:00-07:00", "2026-07-01"),
        ("CA-METRICS", "2026-07-02T10:00-07:00", "2027-07-01"),
        # Not counted as day 1: no rule starts these periods on the day of receipt itself.
        ("CA-BREACH", "2026-12-02T10:00-08:00", "2027-01-01"),
        ("CA-VERDATA", "2026-12-30T10:00-08:00", "2027-01-06"),
    ],
)
def test_periods_with_one_reading(duty: str, received: str, until: str) -> None:
    assert _both(duty, received) == (until, until)


def test_7221_binds_from_2027() -> None:
    with pytest.raises(NotFound, match="from 2027-01-01"):
        due("CA-ADMT-OO", instant("2026-12-31T23:59-08:00"))
    assert _both("CA-ADMT-OO", "2027-01-29T10:00-08:00") == ("2027-02-23", "2027-02-19")


def test_the_version_of_the_day_of_receipt_governs() -> None:
    assert due("CA-ACK", instant("2023-03-28T23:00-07:00")).confidence == "R"
    assert due("CA-ACK", instant("2023-03-29T00:00-07:00")).citation == "11 CCR 7021(a)"


def test_7021b_verification_does_not_stop_the_clock_and_the_proof_says_so() -> None:
    steps = due("CA-RESP", instant("2026-11-23T10:00-08:00")).steps
    assert any("verification does not stop it" in step for step in steps)


def test_7021b_the_notice_of_an_extension_falls_inside_the_first_period() -> None:
    steps = due("CA-EXT", instant("2026-11-23T10:00-08:00")).steps
    assert any("inside the first period" in step and "CA-RESP" in step for step in steps)
