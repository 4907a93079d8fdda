"""Gov. Code 6700 and 6701; Civ. Code 7, 9: which days are holidays and business days."""

from datetime import date, timedelta

import holidays as independent
import pytest

from privacy_engine.law.calendars import Reading, gaps, holidays, is_business_day

pytestmark = pytest.mark.spec

# Month and day of every holiday, written out by hand; Sundays are holidays too and not listed.
WRITTEN_OUT = {
    2023: (
        "0101 0102 0116 0122 0212 0213 0220 0331 0424 0529 "
        "0619 0704 0904 0909 0922 1009 1110 1111 1123 1225"
    ),
    2024: (
        "0101 0115 0210 0212 0219 0331 0401 0424 0527 0619 0704 0902 0909 0927 1014 1111 1128 1225"
    ),
    2025: ("0101 0120 0129 0212 0217 0331 0424 0526 0619 0704 0901 0909 0926 1013 1111 1127 1225"),
    2026: (
        "0101 0119 0212 0216 0217 0331 0424 0525 0619 0704 0907 0909 0925 1012 1108 1111 1126 1225"
    ),
    2027: (
        "0101 0118 0206 0212 0215 0331 0424 0531 0619 0704 "
        "0705 0906 0909 0924 1011 1029 1111 1125 1225"
    ),
    2028: (
        "0101 0117 0126 0212 0221 0331 0424 0529 0619 0704 "
        "0904 0909 0922 1009 1017 1110 1111 1123 1225"
    ),
    2029: (
        "0101 0115 0212 0213 0219 0331 0424 0528 0619 0704 "
        "0903 0909 0910 0928 1008 1105 1111 1112 1122 1225"
    ),
}


@pytest.mark.parametrize("year", WRITTEN_OUT)
def test_6700_by_year(year: int) -> None:
    found = [f"{each.on:%m%d}" for each in holidays("us-ca", year)]
    assert found == WRITTEN_OUT[year].split()


# Ours by the names of the independent calendar; what it keeps and 6700 does not is left out.
SHARED = {
    "New Year's Day": "New Year's Day",
    "Dr. Martin Luther King, Jr. Day": "Martin Luther King Jr. Day",
    "Presidents' Day": "Presidents' Day",
    "Cesar Chavez Day": "Cesar Chavez Day",
    "Memorial Day": "Memorial Day",
    "Juneteenth": "Juneteenth National Independence Day",
    "Independence Day": "Independence Day",
    "Labor Day": "Labor Day",
    "Veterans Day": "Veterans Day",
    "Thanksgiving Day": "Thanksgiving Day",
    "Christmas Day": "Christmas Day",
    "Diwali": "Diwali",
}


@pytest.mark.parametrize("year", range(2023, 2036))
def test_6700_agrees_with_an_independent_calendar(year: int) -> None:
    theirs = independent.US(subdiv="CA", years=year, observed=False)
    ours = {each.name: each.on for each in holidays("us-ca", year)}
    for name, their_name in SHARED.items():
        if name in ours and theirs.get_named(their_name, lookup="exact"):
            assert [ours[name]] == theirs.get_named(their_name, lookup="exact")


@pytest.mark.parametrize("year", range(2023, 2041))
def test_lunar_new_year_agrees_with_an_independent_calendar(year: int) -> None:
    theirs = independent.country_holidays("SG", years=year, observed=False)
    ours = [each.on for each in holidays("us-ca", year) if each.name == "Lunar New Year"]
    assert ours == [min(theirs.get_named("Chinese New Year"))]
    assert gaps("us-ca", year) == ()


def test_a_year_beyond_the_tables_says_what_is_missing() -> None:
    assert gaps("us-ca", 2041) == ("Lunar New Year", "Diwali")
    assert gaps("us-ca", 2022) == ()


@pytest.mark.parametrize(
    ("day", "legal", "strict"),
    [
        ("2026-11-27", True, True),  # the day after Thanksgiving is a judicial holiday only
        ("2026-11-28", False, True),  # a Saturday, Civ. Code 7 and 9
        ("2026-11-29", False, False),  # a Sunday
        ("2026-04-03", True, True),  # Good Friday from noon to three is no whole holiday
        ("2027-02-06", False, False),  # Lunar New Year on a Saturday
        ("2027-06-19", False, False),  # Juneteenth on a Saturday is not moved
        ("2027-06-18", True, True),
        ("2027-04-26", True, True),
        ("2028-11-10", False, False),  # Veterans Day on a Saturday: Friday as well
        ("2029-11-12", False, False),  # Veterans Day on a Sunday: Monday as well
        ("2027-07-05", False, False),  # Independence Day on a Sunday: Monday as well
        ("2026-07-03", True, True),  # Independence Day on a Saturday is not moved
        ("2027-12-24", True, True),  # nor Christmas
        ("2033-01-31", False, False),  # Lunar New Year on a Monday
        ("2023-01-23", True, True),  # Lunar New Year on a Sunday is not moved
        ("2026-11-09", True, True),  # nor Diwali
    ],
)
def test_business_days(day: str, *, legal: bool, strict: bool) -> None:
    on = date.fromisoformat(day)
    assert is_business_day(on, calendar="us-ca") is legal
    assert is_business_day(on, calendar="us-ca", reading=Reading.STRICT) is strict


def test_the_strict_reading_counts_every_day_that_the_plain_one_counts() -> None:
    day = date(2023, 1, 1)
    while day < date(2041, 1, 1):
        plain = is_business_day(day, calendar="us-ca")
        assert not plain or is_business_day(day, calendar="us-ca", reading=Reading.STRICT)
        day += timedelta(days=1)
