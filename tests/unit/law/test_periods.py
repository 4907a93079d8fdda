"""ISO 8601 periods, held against dateutil."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput
from privacy_engine.law.periods import Period, add, add_to_instant, parse

PERIODS = st.builds(
    Period,
    years=st.integers(0, 120),
    months=st.integers(0, 300),
    weeks=st.integers(0, 300),
    days=st.integers(0, 5_000),
)
DAYS = st.dates(min_value=date(1800, 1, 1), max_value=date(2400, 12, 31))
ZONES = st.sampled_from(
    ["UTC", "America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Pacific/Apia", "Africa/Cairo"]
).map(ZoneInfo)


@pytest.mark.parametrize(
    ("text", "period", "words"),
    [
        ("P24M", Period(months=24), "24 months"),
        ("P7Y", Period(years=7), "7 years"),
        ("P90D", Period(days=90), "90 days"),
        ("P2W", Period(weeks=2), "2 weeks"),
        ("P1Y6M", Period(years=1, months=6), "1 year and 6 months"),
        ("P1Y2M3W4D", Period(1, 2, 3, 4), "1 year, 2 months, 3 weeks and 4 days"),
        ("P0D", Period(), "0 days"),
    ],
)
def test_reads_and_says(text: str, period: Period, words: str) -> None:
    assert parse(text) == period
    assert str(period) == text
    assert period.in_words == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "24M",
        "P24",
        "p24m",
        "P-1D",
        "P1.5Y",
        "P1D1Y",
        "PT48H",
        "P1DT1H",
        " P1D",
        "P1D\n",
        "P٣D",
        "P1000000D",
        "P1Y" * 9,
        "two years",
    ],
)
def test_refuses_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert str(refused.value).startswith("a period is written as")
    assert "\n" not in str(refused.value)


@given(PERIODS)
def test_text_and_back(period: Period) -> None:
    assert parse(str(period)) == period


@given(PERIODS, DAYS)
def test_adds_as_dateutil_does(period: Period, day: date) -> None:
    theirs = relativedelta(
        years=period.years, months=period.months, weeks=period.weeks, days=period.days
    )
    assert add(period, to=day) == day + theirs


@pytest.mark.parametrize(
    ("day", "text", "reached"),
    [
        ("2024-01-31", "P1M", "2024-02-29"),
        ("2023-01-31", "P1M", "2023-02-28"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2024-02-29", "P12M", "2025-02-28"),
        ("2023-10-31", "P1M1D", "2023-12-01"),
        ("2021-11-30", "P1Y3M", "2023-02-28"),
        ("2026-11-22", "P0D", "2026-11-22"),
        ("2100-02-28", "P1D", "2100-03-01"),
    ],
)
def test_month_ends(day: str, text: str, reached: str) -> None:
    assert add(parse(text), to=date.fromisoformat(day)).isoformat() == reached


@given(PERIODS, DAYS, st.integers(0, 400))
def test_a_later_start_never_ends_earlier(period: Period, day: date, later: int) -> None:
    assert add(period, to=day) <= add(period, to=day + timedelta(days=later))


@pytest.mark.parametrize("text", ["P1D", "P1M", "P1Y", "P9999Y", "P99999M", "P99999W", "P999999D"])
def test_the_end_of_time_is_one_sentence(text: str) -> None:
    with pytest.raises(InvalidInput, match="after the year 9999"):
        add(parse(text), to=date(9999, 12, 31))


@given(PERIODS, st.integers(-600_000_000, 9_000_000_000), ZONES)
def test_an_instant_keeps_its_local_day(period: Period, seconds: int, zone: ZoneInfo) -> None:
    at = datetime.fromtimestamp(seconds, tz=UTC)
    reached = add_to_instant(period, to=at, zone=zone)
    assert reached.tzinfo is UTC
    wanted = add(period, to=at.astimezone(zone).date())
    # Samoa left out a whole day in 2011; otherwise a gap moves the clock by an hour at most.
    assert reached.astimezone(zone).date() - wanted in {timedelta(0), timedelta(days=1)}


@pytest.mark.parametrize(
    ("at", "text", "reached"),
    [
        # 2:30 does not exist on 8 March 2026 in California, and exists twice on 1 November.
        ("2026-02-08T10:30:00+00:00", "P1M", "2026-03-08T10:30:00+00:00"),
        ("2026-03-07T10:30:00+00:00", "P1D", "2026-03-08T10:30:00+00:00"),
        ("2026-03-08T07:30:00+00:00", "P1D", "2026-03-09T06:30:00+00:00"),
        ("2026-10-01T08:30:00+00:00", "P1M", "2026-11-01T08:30:00+00:00"),
        ("2026-11-01T07:00:00+00:00", "P1D", "2026-11-02T08:00:00+00:00"),
    ],
)
def test_days_on_which_the_clocks_change(at: str, text: str, reached: str) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    found = add_to_instant(parse(text), to=datetime.fromisoformat(at), zone=zone)
    assert found.isoformat() == reached


def test_an_instant_needs_a_zone_and_a_year() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    with pytest.raises(InvalidInput, match="zone"):
        add_to_instant(Period(days=1), to=datetime(2026, 1, 1), zone=zone)  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="9999"):
        add_to_instant(
            Period(), to=datetime(9999, 12, 31, 23, tzinfo=UTC), zone=ZoneInfo("Asia/Tokyo")
        )
