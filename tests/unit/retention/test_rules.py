"""The rules of the schedule: periods of the calendar, stages, holds, and what a hash binds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import Conflict
from privacy_engine.law.periods import Period, add, parse
from privacy_engine.retention import rules
from privacy_engine.retention.rules import HoldScope, Pile, Standing

TRUCKEE = ZoneInfo("America/Los_Angeles")
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
PERIODS = st.builds(
    Period, st.integers(0, 20), st.integers(0, 40), st.integers(0, 60), st.integers(0, 800)
).filter(lambda period: str(period) != "P0D")
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(DAYS, PERIODS)
def test_the_cutoff_is_the_last_day_whose_period_has_run_out(today: date, period: Period) -> None:
    day = rules.cutoff_day(period, on=today)
    assert add(period, to=day) <= today
    assert add(period, to=day + timedelta(days=1)) > today


@pytest.mark.parametrize(
    ("period", "today", "last"),
    [
        ("P1M", date(2026, 2, 28), date(2026, 1, 31)),
        ("P1M", date(2026, 2, 27), date(2026, 1, 27)),
        ("P1Y", date(2028, 2, 29), date(2027, 2, 28)),
        ("P90D", date(2026, 11, 20), date(2026, 8, 22)),
        ("P7Y", date(2026, 11, 20), date(2019, 11, 20)),
    ],
)
def test_months_end_where_the_calendar_ends_them(period: str, today: date, last: date) -> None:
    assert rules.cutoff_day(parse(period), on=today) == last


@given(MOMENTS, PERIODS)
def test_an_instant_at_the_cutoff_is_due_within_the_hour_of_a_clock_change(
    now: datetime, period: Period
) -> None:
    cutoff = rules.cutoff(period, now=now, zone=TRUCKEE)
    day = rules.cutoff_day(period, on=now.astimezone(TRUCKEE).date())
    assert cutoff.astimezone(TRUCKEE).date() == day
    hours = timedelta(hours=1)
    assert rules.is_due(cutoff - hours, period=period, now=now, zone=TRUCKEE)
    assert not rules.is_due(cutoff + 25 * hours, period=period, now=now, zone=TRUCKEE)


def test_a_record_of_the_evening_is_not_due_in_the_morning() -> None:
    since = datetime(2023, 11, 20, 22, 0, tzinfo=TRUCKEE)
    morning = datetime(2026, 11, 20, 8, 0, tzinfo=TRUCKEE)
    period = parse("P36M")
    assert not rules.is_due(since, period=period, now=morning, zone=TRUCKEE)
    assert rules.is_due(since, period=period, now=since.replace(year=2026), zone=TRUCKEE)


@given(st.integers(0, 100_000))
def test_stages_grow_and_end_with_everything(total: int) -> None:
    stages = list(rules.stages(total))
    assert stages == sorted(set(stages))
    assert stages[-1:] == ([total] if total else [])
    assert len(stages) <= 3
    if total > 100:
        assert stages[0] <= total / 100 + 1


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_surprise_is_anything_beyond_what_was_approved(
    approved: int, done: int, left: int
) -> None:
    assert rules.is_surprise(approved=approved, done=done, left=left) is (done + left > approved)


PILE = Pile("listing-database", "web_logs", 3, 1, 0, date(2026, 1, 2), date(2026, 2, 3), "ab")


@pytest.mark.parametrize(
    "changed",
    [
        replace(PILE, due=4),
        replace(PILE, held=0),
        replace(PILE, excepted=1),
        replace(PILE, sha256="cd"),
        replace(PILE, oldest=date(2026, 1, 1)),
        replace(PILE, table="invoices"),
    ],
)
def test_every_difference_of_state_gives_another_hash(changed: Pile) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)

    def hashed(pile: Pile, *, run: str = "D-1", schedule: str = "s", moment: datetime = at) -> str:
        return rules.preview_sha256(run=run, schedule=schedule, cutoff_at=moment, piles=[pile])

    assert hashed(changed) != hashed(PILE)
    assert hashed(PILE, schedule="t") != hashed(PILE)
    assert hashed(PILE, moment=at + timedelta(days=1)) != hashed(PILE)
    assert hashed(PILE, run="D-2") != hashed(PILE)


def test_a_pile_survives_its_event() -> None:
    for pile in (PILE, Pile("mail-vendor", "", searched=False)):
        assert rules.pile_from_data(pile.as_data()) == pile


@pytest.mark.parametrize(
    ("rows", "seconds", "then"),
    [
        (4_000, 0.08, 4_000),
        (4_000, 0.1, 3_200),
        (4_000, 0.05, 6_400),
        (4_000, 0.0, 8_000),
        (4_000, 9.0, 2_000),
        (8_000, 0.01, 10_000),
        (60, 0.9, 50),
    ],
)
def test_a_batch_takes_as_many_rows_as_hold_no_lock_for_long(
    rows: int, seconds: float, then: int
) -> None:
    assert rules.Pace(rows).after(seconds, slow_ms=10_000) == rules.Pace(then)


def test_a_database_that_is_slow_three_times_in_a_row_is_left_alone() -> None:
    pace, stuck = rules.Pace(), []
    for seconds in (2, 2, 0.01, 2, 2, 2):
        pace = pace.after(seconds, slow_ms=1_000)
        stuck.append(pace.is_stuck)
    assert stuck == [False] * 5 + [True]


def test_a_hold_on_a_series_keeps_it_everywhere_and_one_on_a_system_keeps_all_of_it() -> None:
    series = Standing("H-1", HoldScope.SERIES, "invoices")
    system = Standing("H-2", HoldScope.SYSTEM, "listing-database")
    person = Standing("H-3", HoldScope.SUBJECT, subject_ids=("a",))
    assert series.keeps_all_of("invoices", "anywhere")
    assert not series.keeps_all_of("messages", "listing-database")
    assert system.keeps_all_of("messages", "listing-database")
    assert not system.keeps_all_of("messages", "mail-vendor")
    assert not person.keeps_all_of("messages", "listing-database")


def test_a_hold_stands_until_its_last_day_is_over() -> None:
    last = date(2026, 11, 20)
    assert rules.in_force(until=last, released=False, on=last)
    assert not rules.in_force(until=last, released=False, on=last + timedelta(days=1))
    assert rules.in_force(until=None, released=False, on=date(2100, 1, 1))
    assert not rules.in_force(until=None, released=True, on=last)


def test_nobody_approves_what_they_prepared() -> None:
    with pytest.raises(Conflict):
        rules.require_second_person(approver="staff:a", previewer="staff:a")
    rules.require_second_person(approver="staff:b", previewer="staff:a")
