"""What an age signal proves, as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.children.ages import AgeFinding, age_on, combine, evaluate, fault_of

ON = date(2026, 11, 22)

UNDER, TEEN, OLDER, OPEN = "under_13", "13_to_15", "16_or_over", "unknown"

TABLE = [
    ("birth_date", "2013-11-22", TEEN),
    ("birth_date", "2013-11-23", UNDER),
    ("birth_date", "2010-11-22", OLDER),
    ("birth_date", "2010-11-23", TEEN),
    ("birth_date", "20131123", UNDER),
    ("birth_date", "2013-11-23T00:00:00Z", UNDER),
    ("birth_date", date(2020, 1, 1), UNDER),
    ("birth_date", "2026-11-22", UNDER),
    ("birth_date", "2026-11-23", OPEN),
    ("birth_date", "1899-01-01", OPEN),
    ("birth_date", "2013-02-30", OPEN),
    ("birth_date", "banana", OPEN),
    ("birth_date", "", OPEN),
    ("birth_date", None, OPEN),
    ("birth_date", [], OPEN),
    ("birth_date", "2013-11", OPEN),
    ("birth_date", "2013-12", UNDER),
    ("birth_date", "2014", UNDER),
    ("birth_date", "3/4/2015", UNDER),
    ("birth_date", "10/12/2013", OPEN),
    ("birth_date", "12/25/2013", UNDER),
    ("birth_year", 2014, UNDER),
    ("birth_year", "2013", OPEN),
    ("birth_year", 2012, TEEN),
    ("birth_year", 2010, OPEN),
    ("birth_year", 2009, OLDER),
    ("birth_year", 2027, OPEN),
    ("birth_year", 2026, UNDER),
    ("birth_year", 1890, OPEN),
    ("birth_year", "14", OPEN),
    ("age", 12, UNDER),
    ("age", "12", UNDER),
    ("age", 12.5, UNDER),
    ("age", "12.9", UNDER),
    ("age", "12 years old", UNDER),
    ("age", "12 años", UNDER),
    ("age", 13, TEEN),
    ("age", "15", TEEN),
    ("age", 16, OLDER),
    ("age", 0, UNDER),
    ("age", -1, OPEN),
    ("age", 121, OPEN),
    ("age", True, OPEN),
    ("age", float("nan"), OPEN),
    ("age", float("inf"), OPEN),
    ("age", "twelveish", OPEN),
    ("age", 10**40, OPEN),
    ("age_band", "10-12", UNDER),
    ("age_band", "10\u201312", UNDER),
    ("age_band", "10 to 12 years", UNDER),
    ("age_band", "between 10 and 12", UNDER),
    ("age_band", "10-13", OPEN),
    ("age_band", "12-10", OPEN),
    ("age_band", "under 13", UNDER),
    ("age_band", "under_13", UNDER),
    ("age_band", "<13", UNDER),
    ("age_band", "< 13", UNDER),
    ("age_band", "<=12", UNDER),
    ("age_band", "12 and under", UNDER),
    ("age_band", "12 or younger", UNDER),
    ("age_band", "12 & under", UNDER),
    ("age_band", "menores de 13", UNDER),
    ("age_band", "13 or under", OPEN),
    ("age_band", "under 18", OPEN),
    ("age_band", "13-15", TEEN),
    ("age_band", "13_to_15", TEEN),
    ("age_band", "13-17", OPEN),
    ("age_band", "13+", OPEN),
    ("age_band", "16+", OLDER),
    ("age_band", "18+", OLDER),
    ("age_band", "18 and over", OLDER),
    ("age_band", "16_or_over", OLDER),
    ("age_band", "at least 16", OLDER),
    ("age_band", "over 15", OPEN),
    ("age_band", ">15", OLDER),
    ("age_band", "adult", OLDER),
    ("age_band", "blue", OPEN),
    ("os_bracket", "under_13", UNDER),
    ("os_bracket", "13_15", TEEN),
    ("os_bracket", "16_17", OLDER),
    ("os_bracket", "18_plus", OLDER),
    ("os_bracket", "13-<16", TEEN),
    ("os_bracket", {"lower": None, "upper": 12}, UNDER),
    ("os_bracket", {"upper": 12}, UNDER),
    ("os_bracket", {"upper": 13}, OPEN),
    ("os_bracket", '{"lower": 13, "upper": 15}', TEEN),
    ("os_bracket", {"lower": 13, "upper": 17}, OPEN),
    ("os_bracket", {"lower": 18, "upper": None}, OLDER),
    ("os_bracket", {"lower": 13}, OPEN),
    ("os_bracket", {"lower": None, "upper": None}, OPEN),
    ("os_bracket", {"lowerBound": 0, "upperBound": 12, "ageRangeDeclaration": "x"}, UNDER),
    ("os_bracket", {"ageRange": {"lowerBound": 16}}, OLDER),
    ("os_bracket", {"userStatus": "SUPERVISED", "ageLower": 0, "ageUpper": 12}, UNDER),
    ("os_bracket", {"userStatus": "VERIFIED"}, OLDER),
    ("os_bracket", {"userStatus": "UNKNOWN"}, OPEN),
    ("os_bracket", {"bracket": "under_13"}, UNDER),
    ("os_bracket", {"lower": 12, "upper": 3}, OPEN),
    ("os_bracket", "declinedSharing", OPEN),
    ("os_bracket", "{broken", OPEN),
    ("os_bracket", {}, OPEN),
    ("school_grade", "5", UNDER),
    ("school_grade", 5, UNDER),
    ("school_grade", "5th grade", UNDER),
    ("school_grade", "grade 5", UNDER),
    ("school_grade", "fifth grader", UNDER),
    ("school_grade", "K", UNDER),
    ("school_grade", "grade K", UNDER),
    ("school_grade", "kindergarten", UNDER),
    ("school_grade", "Pre-K", UNDER),
    ("school_grade", "5º de primaria", UNDER),
    ("school_grade", "sexto grado", UNDER),
    ("school_grade", "1º ESO", OPEN),
    ("school_grade", "Year 7", UNDER),
    ("school_grade", "6", UNDER),
    ("school_grade", "7", OPEN),
    ("school_grade", "8th", TEEN),
    ("school_grade", "9", TEEN),
    ("school_grade", "10", OPEN),
    ("school_grade", "11", OLDER),
    ("school_grade", "freshman", OPEN),
    ("school_grade", "College", OPEN),
    ("school_grade", "graduate school", OLDER),
    ("school_grade", "high school freshman", TEEN),
    ("school_grade", "13", OPEN),
    ("school_grade", "bananas", OPEN),
    ("shoe_size", "5", OPEN),
]


@pytest.mark.parametrize(
    ("kind", "value", "verdict"), TABLE, ids=[f"{row[0]}-{row[1]!r:.60}" for row in TABLE]
)
def test_a_verdict_only_when_the_whole_range_agrees(kind, value, verdict):
    finding = evaluate(kind, value, on=ON)
    assert finding.verdict == verdict, finding.reason
    assert finding.reason


@pytest.mark.parametrize(
    ("on", "age"),
    [
        (date(2025, 2, 28), 12),
        (date(2025, 3, 1), 13),
        (date(2024, 2, 28), 11),
        (date(2024, 2, 29), 12),
    ],
)
def test_a_leap_day_birthday_falls_on_1_march_in_a_common_year(on, age):
    assert age_on(date(2012, 2, 29), on) == age


def test_a_birth_year_is_exact_on_the_last_day_of_a_year():
    assert evaluate("birth_year", 2013, on=date(2026, 12, 31)).verdict == TEEN
    assert evaluate("birth_year", 2013, on=date(2026, 12, 30)).verdict == OPEN


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        ("birth_date", "2030-01-01", "the date of birth lies in the future"),
        ("birth_date", "1900-01-01", "no living person has such an age"),
        ("birth_date", "2013-02-30", "this is not a date of the calendar"),
        ("birth_date", "2010-05-05", ""),
        ("birth_year", 2010, ""),
        ("age", -3, "this is not an age in years"),
        ("age", 400, "no living person has such an age"),
        ("age_band", "13-17", ""),
        ("os_bracket", {"lower": None, "upper": None}, ""),
        ("os_bracket", {"lower": 17, "upper": 13}, "the lower bound of the age lies above"),
        ("school_grade", "47", "this is not a school grade with known ages"),
    ],
)
def test_impossible_values_are_told_from_open_ones(kind, value, fault):
    found = fault_of(kind, value, ON)
    assert found.startswith(fault)
    assert bool(found) is bool(fault)


def test_the_lowest_verdict_wins_and_unknown_never_does():
    findings = [AgeFinding(verdict, "why") for verdict in (OPEN, OLDER, UNDER, TEEN)]
    assert combine(findings).verdict == UNDER
    assert combine([findings[0], findings[1]]).verdict == OLDER
    assert combine([findings[0]]).verdict == OPEN
    assert combine([]).verdict == OPEN


@given(born=st.dates(date(1907, 1, 1), ON), ahead=st.integers(0, 800))
def test_a_year_of_birth_never_contradicts_the_date_of_birth(born, ahead):
    on = ON + timedelta(days=ahead)
    exact = evaluate("birth_date", born.isoformat(), on=on).verdict
    assert evaluate("birth_year", born.year, on=on).verdict in {exact, OPEN}
    assert evaluate("age", age_on(born, on), on=on).verdict == exact


@given(
    kind=st.sampled_from(["birth_date", "birth_year", "age", "age_band", "os_bracket"]),
    value=st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.none(),
        st.dictionaries(
            st.sampled_from(["lower", "upper", "ageRange"]), st.integers() | st.text()
        ),
    ),
)
def test_no_value_raises(kind, value):
    assert evaluate(kind, value, on=ON).verdict in {UNDER, TEEN, OLDER, OPEN}
    assert isinstance(fault_of(kind, value, ON), str)
