"""The data: every clause cited, dated and whole."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.law import calendars, provisions
from privacy_engine.law.clauses import (
    clause,
    clauses,
    duties,
    jurisdiction,
    jurisdictions,
    versions,
)
from privacy_engine.law.statutes import calendar_tables
from privacy_engine.rights import rules

CODES = [each.code for each in jurisdictions()]
CONFIDENCE = {"V1", "V1-24", "V1-20", "V2", "R", "policy"}


@pytest.mark.parametrize("duty", duties())
def test_every_clause_is_cited_and_dated(duty: str) -> None:
    for each in versions(duty):
        assert each.citation
        assert each.title
        assert each.starts
        assert each.confidence in CONFIDENCE - {"policy"}
        assert each.checked_on >= each.in_force_from or each.in_force_from > date(2026, 11, 22)
        assert each.unit.value == "yearly" or each.value >= 0
        assert duty.partition("-")[0] in jurisdiction(each.jurisdiction).prefixes


@pytest.mark.parametrize("duty", duties())
def test_versions_follow_each_other(duty: str) -> None:
    spans = versions(duty)
    for earlier, later in pairwise(spans):
        assert earlier.in_force_to is not None
        assert earlier.in_force_to + timedelta(days=1) <= later.in_force_from
    for each in spans:
        assert clause(duty, on=each.in_force_from) == each
        if each.notice_within:
            assert clause(each.notice_within, on=each.in_force_from).value < each.value


def test_no_two_jurisdictions_share_a_duty_or_a_prefix() -> None:
    assert len(set(duties())) == len(duties())
    prefixes = [prefix for each in jurisdictions() for prefix in each.prefixes]
    assert len(set(prefixes)) == len(prefixes)


def test_a_day_before_the_law_is_refused() -> None:
    with pytest.raises(NotFound, match="CA-LIMIT was not in force on 2020-01-01; it is in force"):
        clause("CA-LIMIT", on=date(2020, 1, 1))


def test_clauses_of_a_day() -> None:
    before = {each.duty for each in clauses("us-ca", on=date(2026, 12, 31))}
    after = {each.duty for each in clauses("us-ca", on=date(2027, 1, 1))}
    assert after - before == {"CA-ADMT-OO"}
    assert clauses("us-ca", on=date(2019, 1, 1)) == ()
    with pytest.raises(UnknownCode):
        clauses("atlantis", on=date(2026, 1, 1))


def test_a_jurisdiction_answers_for_the_wider_one_it_lies_within() -> None:
    found = clause("CHILD-PARENT-WAIT", on=date(2026, 11, 22), jurisdiction="us-ca")
    assert (found.jurisdiction, found.value, found.design_default) == ("us-fed", 14, True)


@pytest.mark.parametrize("code", CODES)
def test_what_a_jurisdiction_points_to_exists(code: str) -> None:
    found = jurisdiction(code)
    assert found.calendar in calendar_tables()
    assert all(jurisdiction(wider) for wider in found.within)
    assert found.law
    assert found.authority
    for right in provisions.rights(code):
        assert right.tier in {each.code for each in provisions.tiers("us-ca")}
        assert right.verified is (right.tier != "none")
        assert all(versions(duty, jurisdiction=code) for duty in right.clocks)


@pytest.mark.parametrize("code", CODES)
def test_every_provision_is_cited_and_named_once(code: str) -> None:
    listed: tuple[tuple[provisions.Provision, ...], ...] = (
        provisions.rights(code),
        provisions.tiers(code),
        provisions.grounds(code),
        provisions.denial_reasons(code),
        provisions.never_disclosed(code),
        provisions.categories(code),
        provisions.parental_methods(code),
        provisions.retention_defaults(code),
    )
    for kind in listed:
        codes = [each.code for each in kind]
        assert len(set(codes)) == len(codes)
        assert all(each.citation and each.title for each in kind)
        assert all(each.confidence in CONFIDENCE for each in kind)


def test_california_in_whole() -> None:
    rights = {each.code: each for each in provisions.rights("us-ca")}
    assert {"know:specific", "know:categories", "delete", "correct"} <= set(rights)
    assert rights["opt_out"].verified is False
    assert rights["delete"].raised_tier == "reasonably_high"
    assert len(provisions.never_disclosed("us-ca")) == 7
    assert "".join(each.code for each in provisions.categories("us-ca")) == "ABCDEFGHIJKL"
    statutory = [
        each
        for each in provisions.grounds("us-ca", right="delete")
        if each.citation.startswith("Civ. Code 1798.105(d)")
    ]
    assert len(statutory) == 8
    assert all("delete" in each.rights for each in statutory)
    for ground in provisions.grounds("us-ca"):
        assert set(ground.rights) <= set(rights)
        assert not ground.duty or versions(ground.duty)


def test_retention_defaults_reach_into_federal_law() -> None:
    found = {each.code: each for each in provisions.retention_defaults("us-ca")}
    assert str(found["request_records"].period) == "P36M"
    assert str(found["request_records"].minimum) == "P24M"
    assert str(found["child_without_consent"].period) == "P0D"
    assert found["deletion_suppression"].period is None


def test_an_unknown_calendar_lists_the_known_ones() -> None:
    with pytest.raises(UnknownCode, match="known are eu, uk, us-ca, us-fed"):
        calendars.holidays("atlantis", 2026)


@pytest.mark.parametrize("calendar", calendar_tables())
@pytest.mark.parametrize("year", [1, 1999, 2026, 9999])
def test_holidays_of_any_year(calendar: str, year: int) -> None:
    found = calendars.holidays(calendar, year)
    assert [each.on for each in found] == sorted({each.on for each in found})
    assert all(each.on.year == year and each.citation and each.name for each in found)


def test_archives_that_go_later_do_not_put_off_the_answer() -> None:
    """RCW 19.373.040: the answer is due in its period, whatever time backups have."""
    received_at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    answer = rules.answer_clock(rules.Facts("delete", "us-wa-mhmda", received_at))
    assert answer
    assert answer.duty == "MHMDA-RESP"
    assert answer.legal_due_on == date(2026, 4, 16)


def test_a_correction_that_is_refused_leaves_a_statement() -> None:
    [found] = provisions.statements("us-ca", right="correct")
    assert (found.most_words, found.citation) == (250, "11 CCR 7023(f)(3)")
    assert provisions.statements("us-ca", right="delete") == ()
