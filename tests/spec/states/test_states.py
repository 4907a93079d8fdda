"""The state privacy laws beside California's, and Washington's on health data."""

from datetime import date

import pytest

from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.law.clauses import clause, jurisdiction
from privacy_engine.law.deadlines import due, instant

pytestmark = pytest.mark.spec

# State, in force from, days to answer, with extension, for an appeal, free answers in 12 months,
# days to cure, last day on which curing is offered.
STATES = [
    ("VA", "2023-01-01", 45, 90, 60, 2, 30, None),
    ("CO", "2023-07-01", 45, 90, 45, 1, 60, "2025-01-01"),
    ("CT", "2023-07-01", 45, 90, 60, 1, 60, "2024-12-31"),
    ("UT", "2023-12-31", 45, 90, None, 1, 30, None),
    ("TX", "2024-07-01", 45, 90, 60, 2, 30, None),
    ("OR", "2024-07-01", 45, 90, 45, 1, 30, "2026-01-01"),
    ("MT", "2024-10-01", 45, 90, 60, 1, 60, "2025-09-30"),
    ("IA", "2025-01-01", 90, 135, 60, 2, 90, None),
    ("DE", "2025-01-01", 45, 90, 60, 1, 60, "2025-12-31"),
    ("NE", "2025-01-01", 45, 90, 60, 2, 30, None),
    ("NH", "2025-01-01", 45, 90, 60, 1, 60, "2025-12-31"),
    ("NJ", "2025-01-15", 45, 90, 45, 1, 30, "2026-06-30"),
    ("TN", "2025-07-01", 45, 90, 60, 2, 60, None),
    ("MN", "2025-07-31", 45, 90, 45, 2, 30, "2026-01-31"),
    ("MD", "2025-10-01", 45, 90, 60, 1, 60, "2027-04-01"),
    ("IN", "2026-01-01", 45, 90, 60, 1, 30, None),
    ("KY", "2026-01-01", 45, 90, 60, 2, 30, None),
    ("RI", "2026-01-01", 45, 90, 60, 1, None, None),
    ("FL", "2024-07-01", 45, 60, 60, 2, 45, None),
]
BY_STATE = pytest.mark.parametrize("row", STATES, ids=lambda row: row[0])

Row = tuple[str, str, int, int, int | None, int, int | None, str | None]


@BY_STATE
def test_days_to_answer_and_appeal(row: Row) -> None:
    state, effective, answer, extended, appeal = row[:5]
    from_day = date.fromisoformat(effective)
    assert clause(f"{state}-RESP", on=from_day).value == answer
    assert clause(f"{state}-EXT", on=from_day).value == extended
    if appeal is None:
        with pytest.raises(UnknownCode):
            clause(f"{state}-APPEAL", on=from_day)
    else:
        assert clause(f"{state}-APPEAL", on=from_day).value == appeal
    with pytest.raises(NotFound):
        clause(f"{state}-RESP", on=date.fromordinal(from_day.toordinal() - 1))


@BY_STATE
def test_free_answers_and_curing(row: Row) -> None:
    state, effective, *_, free, cure, until = row
    assert jurisdiction(f"us-{state.lower()}").free_per_12_months == free
    if cure is None:
        with pytest.raises(UnknownCode):
            clause(f"{state}-CURE", on=date.fromisoformat(effective))
        return
    found = clause(f"{state}-CURE", on=date.fromisoformat(effective))
    assert found.value == cure
    assert (found.in_force_to and found.in_force_to.isoformat()) == until


@pytest.mark.parametrize(
    ("duty", "received", "legal_on", "strict_on"),
    [
        ("VA-RESP", "2026-11-23T23:30-08:00", "2027-01-08", "2027-01-07"),
        ("CO-APPEAL-EXT", "2026-11-23T10:00-07:00", "2027-03-08", "2027-03-08"),
        ("MN-APPEAL-EXT", "2026-11-23T10:00-06:00", "2027-03-08", "2027-03-08"),
        ("RI-REVOKE", "2026-11-23T10:00-05:00", "2026-12-08", "2026-12-08"),
        ("IA-RESP", "2026-11-23T10:00-06:00", "2027-02-21", "2027-02-20"),
        ("IA-EXT", "2026-11-23T10:00-06:00", "2027-04-07", "2027-04-07"),
        ("FL-EXT", "2026-11-23T10:00-05:00", "2027-01-22", "2027-01-22"),
        ("NJ-RESP", "2028-01-15T10:00-05:00", "2028-02-29", "2028-02-28"),
        # RCW 19.373.040
        ("MHMDA-RESP", "2026-11-23T10:00-08:00", "2027-01-07", "2027-01-06"),
        ("MHMDA-EXT", "2026-11-23T10:00-08:00", "2027-02-21", "2027-02-20"),
        ("MHMDA-APPEAL", "2026-11-23T10:00-08:00", "2027-01-07", "2027-01-06"),
        ("MHMDA-BACKUPS", "2026-08-31T10:00-07:00", "2027-02-28", "2027-02-28"),
    ],
)
def test_worked_examples(duty: str, received: str, legal_on: str, strict_on: str) -> None:
    deadline = due(duty, instant(received))
    assert deadline.legal_due_on.isoformat() == legal_on
    assert deadline.strict_due_on.isoformat() == strict_on


def test_opt_out_signals_bind_where_and_when_the_law_says() -> None:
    dated = {"co": 2024, "ct": 2025, "tx": 2025, "mt": 2025, "nj": 2025, "or": 2026, "de": 2026}
    for state, year in dated.items():
        from_day = jurisdiction(f"us-{state}").signal_duty_from
        assert from_day is not None
        assert from_day.year == year
    for state in ("va", "ut", "ia", "tn", "in", "ky", "ri", "fl"):
        assert jurisdiction(f"us-{state}").signal_duty.startswith("no duty")
