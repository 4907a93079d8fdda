"""What holds of every due date, whatever the duty, the day and the zone."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays as independent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, NotFound, UnknownCode
from privacy_engine.law.clauses import Limit, duties, jurisdictions, versions
from privacy_engine.law.deadlines import due, explain, instant

DUTIES = st.sampled_from([duty for duty in duties() if versions(duty)[-1].in_force_to is None])
INSTANTS = st.integers(0, 23_000 * 86_400).map(
    lambda seconds: datetime(2027, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(DUTIES, INSTANTS)
def test_the_strict_reading_is_never_later(duty: str, at: datetime) -> None:
    deadline = due(duty, at)
    assert deadline.strict_due_on <= deadline.legal_due_on
    assert deadline.strict_due_on >= deadline.received_on
    if deadline.limit is Limit.AT_LEAST:
        assert deadline.strict_due_on == deadline.legal_due_on


@given(DUTIES, INSTANTS, st.integers(0, 100_000))
def test_a_later_receipt_is_never_due_earlier(duty: str, at: datetime, minutes: int) -> None:
    first, later = due(duty, at), due(duty, at + timedelta(minutes=minutes))
    assert first.legal_due_on <= later.legal_due_on
    assert first.strict_due_on <= later.strict_due_on


@given(DUTIES, INSTANTS, OFFSETS)
def test_the_offset_in_which_an_instant_is_written_changes_nothing(
    duty: str, at: datetime, offset: timezone
) -> None:
    assert due(duty, at.astimezone(offset)) == due(duty, at)


@given(DUTIES, INSTANTS)
def test_the_proof_ends_where_the_date_is(duty: str, at: datetime) -> None:
    deadline = due(duty, at)
    steps = "\n".join(deadline.steps)
    assert deadline.received_on.isoformat() in steps
    assert deadline.legal_due_on.isoformat() in steps
    assert deadline.strict_due_on.isoformat() in steps
    assert deadline.citation in steps
    assert ("to be confirmed by counsel" in deadline.steps[-1]) is deadline.to_be_confirmed
    assert explain(duty, at) == deadline.steps


@given(INSTANTS.filter(lambda at: at.year < 2088), st.sampled_from(["CANSPAM-OPTOUT"]))
def test_business_days_agree_with_an_independent_walk(at: datetime, duty: str) -> None:
    deadline = due(duty, at)
    years = range(deadline.received_on.year, deadline.received_on.year + 2)
    theirs = independent.US(years=years, observed=True)
    between = [
        deadline.received_on + timedelta(days=count)
        for count in range(1, (deadline.legal_due_on - deadline.received_on).days + 1)
    ]
    working = [day for day in between if day.weekday() < 5 and day not in theirs]
    assert len(working) == 10
    assert working[-1] == deadline.legal_due_on


@pytest.mark.parametrize(
    ("received", "day"),
    [
        # Either side of midnight in California, in winter and in summer time.
        ("2026-11-24T07:59:59Z", "2026-11-23"),
        ("2026-11-24T08:00:00Z", "2026-11-24"),
        ("2026-07-01T06:59:59Z", "2026-06-30"),
        ("2026-07-01T07:00:00Z", "2026-07-01"),
        # The day on which the clocks go forward has 23 hours, the other one 25.
        ("2026-03-08T07:59:59Z", "2026-03-07"),
        ("2026-03-08T08:00:00Z", "2026-03-08"),
        ("2026-03-09T06:59:59Z", "2026-03-08"),
        ("2026-11-01T06:59:59Z", "2026-10-31"),
        ("2026-11-02T07:59:59Z", "2026-11-01"),
        # Written in the offset that the clocks were about to leave: still an instant.
        ("2026-03-08T02:30-08:00", "2026-03-08"),
        ("2026-11-24T13:00+14:00", "2026-11-23"),
        ("2026-11-23T20:00-12:00", "2026-11-24"),
        ("2024-02-29T23:59-08:00", "2024-02-29"),
    ],
)
def test_the_local_day_of_receipt(received: str, day: str) -> None:
    assert due("CA-RESP", instant(received)).received_on.isoformat() == day


def test_a_zone_given_counts_instead_of_the_jurisdictions_own() -> None:
    at = instant("2026-11-24T06:00Z")
    assert due("CANSPAM-OPTOUT", at).received_on == date(2026, 11, 24)
    here = due("CANSPAM-OPTOUT", at, zone=ZoneInfo("America/Los_Angeles"))
    assert here.received_on == date(2026, 11, 23)
    assert here.time_zone == "America/Los_Angeles"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23T10:00",
        "10:00-08:00",
        "",
        "yesterday",
        "2026-02-30T10:00Z",
        "2026-11-23T25:00Z",
        "2026-11-23T10:00+99:00",
        "2026-11-23T10:00 Europe/Rome",
    ],
)
def test_a_time_of_receipt_is_never_guessed_at(text: str) -> None:
    with pytest.raises(InvalidInput, match="zone or offset, such as 2026-11-23T10:00-08:00"):
        instant(text)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T18:00Z", "2026-11-23t18:00:00z", "2026-11-23 10:00-08:00", "20261123T1800Z"],
)
def test_the_usual_ways_to_write_an_instant(text: str) -> None:
    assert instant(text) == datetime(2026, 11, 23, 18, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="zone"):
        due("CA-RESP", datetime(2026, 11, 23, 10))  # noqa: DTZ001


@pytest.mark.parametrize("duty", duties())
@pytest.mark.parametrize(
    "text",
    ["9999-12-31T23:59-12:00", "9999-12-31T12:00Z", "9999-11-01T12:00Z", "0001-01-01T00:00+14:00"],
)
def test_the_ends_of_time_are_one_sentence(duty: str, text: str) -> None:
    with contextlib.suppress(InvalidInput, NotFound):
        assert due(duty, instant(text)).legal_due_on >= date(9999, 1, 1)


def test_an_unknown_duty_lists_the_known_ones() -> None:
    with pytest.raises(UnknownCode, match=r"CA-WISH is not a known duty; known are CA-ACK, CA-R"):
        due("CA-WISH", instant("2026-11-23T10:00Z"))
    with pytest.raises(
        UnknownCode, match=r"WISH is not a known duty; known are .*CA-RESP.*VA-RESP"
    ):
        due("WISH", instant("2026-11-23T10:00Z"))
    with pytest.raises(UnknownCode, match="is not a duty of us-va; known are VA-RESP"):
        due("CA-RESP", instant("2026-11-23T10:00Z"), jurisdiction="us-va")
    with pytest.raises(UnknownCode, match=r"known are br-lgpd.*us-ca"):
        due("CA-RESP", instant("2026-11-23T10:00Z"), jurisdiction="atlantis")


def test_what_a_stranger_wrote_is_not_repeated() -> None:
    with pytest.raises(UnknownCode) as refused:
        due("maya@example.org", instant("2026-11-23T10:00Z"))
    assert "maya" not in str(refused.value)


def test_each_skipped_day_is_named_and_cited() -> None:
    steps = explain("CA-ACK", instant("2027-01-29T10:00-08:00"))
    skipped = [step for step in steps if step.startswith("Skipped")]
    assert "Skipped: Friday 2027-02-12, Lincoln Day (Gov. Code 6700)." in skipped
    assert "Skipped: Saturday 2027-02-06, Lunar New Year (Gov. Code 6700)." in skipped
    assert len(skipped) == 8


def test_a_doubtful_holiday_says_that_it_is() -> None:
    steps = explain("CA-ACK", instant("2027-10-22T10:00-07:00"))
    assert any("Diwali" in step and "to be confirmed by counsel" in step for step in steps)


def test_a_year_beyond_the_tables_is_said() -> None:
    steps = explain("CA-ACK", instant("2041-01-15T10:00-08:00"))
    assert "The date of Lunar New Year in 2041 is not in the calendar's table." in steps


@pytest.mark.parametrize("code", [each.code for each in jurisdictions()])
def test_every_jurisdiction_has_a_zone_that_exists(code: str) -> None:
    found = next(each for each in jurisdictions() if each.code == code)
    assert ZoneInfo(found.time_zone).key == found.time_zone
