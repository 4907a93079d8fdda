from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.documents import rules
from privacy_engine.documents.rules import Showing, Telling
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.terms import Reconsent

START = datetime(2021, 11, 4, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    version: str
    effective_at: datetime
    material: bool = False
    reconsent: Reconsent = Reconsent.NONE
    grace_days: int = 0
    sha256: str = "00"


FIRST = Version("2021-11-04", START)
MINOR = Version("2024-01-01", datetime(2024, 1, 1, tzinfo=UTC))
NOTICE = Version(
    "2025-01-01", datetime(2025, 1, 1, tzinfo=UTC), material=True, reconsent=Reconsent.NOTICE
)
NEW_YES = Version(
    "2026-01-01",
    datetime(2026, 1, 1, tzinfo=UTC),
    material=True,
    reconsent=Reconsent.REQUIRED,
    grace_days=30,
)
ALL = (FIRST, MINOR, NOTICE, NEW_YES)


def test_bytes_that_are_not_canonical_are_refused_by_line():
    assert rules.canonical_text("a.md", b"one\n") == "one\n"
    with pytest.raises(InvalidInput, match=r"a\.md:2: has spaces at its end"):
        rules.canonical_text("a.md", b"one\ntwo \n")
    with pytest.raises(InvalidInput, match=r"a\.md is not UTF-8"):
        rules.canonical_text("a.md", b"\xff\n")


@given(st.permutations(ALL), st.integers(-700, 2_000))
def test_the_newest_begun_version_is_in_force_in_whatever_order_they_come(versions, days):
    at = START + timedelta(days=days)
    held = rules.in_force(versions, at=at)
    if at < START:
        assert held is None
    else:
        assert held.effective_at <= at
        assert not any(held.effective_at < item.effective_at <= at for item in versions)


def test_a_version_holds_from_its_very_first_instant():
    assert rules.in_force(ALL, at=MINOR.effective_at) is MINOR
    assert rules.in_force(ALL, at=MINOR.effective_at - timedelta(microseconds=1)) is FIRST


def test_an_old_yes_counts_until_the_grace_of_a_new_demand_is_over():
    end = NEW_YES.effective_at + timedelta(days=30)
    assert rules.still_counts("2021-11-04", ALL, at=end - timedelta(seconds=1))
    assert not rules.still_counts("2021-11-04", ALL, at=end)
    assert rules.still_counts("2026-01-01", ALL, at=end)
    assert rules.still_counts("2024-01-01", ALL[:3], at=end)
    assert not rules.still_counts("never-published", ALL, at=START)


def test_each_person_is_told_once_with_the_strictest_demand_they_missed():
    shown = [
        Showing("b", "2021-11-04", START),
        Showing("a", "2025-01-01", NOW),
        Showing("b", "2024-01-01", NOW),
        Showing("c", "2026-01-01", NOW),
        Showing("c", "2021-11-04", NOW),
        Showing("d", "unlisted", NOW),
    ]
    later = Version("2027-01-01", NOW, material=True, reconsent=Reconsent.NOTICE)
    assert rules.to_tell(shown, (*ALL, later)) == (
        Telling("a", "2027-01-01", Reconsent.REQUIRED),
        Telling("b", "2027-01-01", Reconsent.REQUIRED),
        Telling("c", "2027-01-01", Reconsent.NOTICE),
        Telling("d", "2027-01-01", Reconsent.REQUIRED),
    )
    assert rules.to_tell([Showing("a", "2024-01-01", NOW)], (FIRST, MINOR)) == ()


def refused(new, *, told_at=None, published=(FIRST,)):
    with pytest.raises(Conflict) as raised:
        rules.check_publication(new, published, now=NOW, told_at=told_at)
    return raised.value.detail


def test_a_first_version_may_lie_in_the_past():
    rules.check_publication(FIRST, (), now=NOW, told_at=None)
    rules.check_publication(FIRST, (FIRST,), now=NOW, told_at=None)


def test_publishing_rewrites_nothing():
    assert "already with other bytes" in refused(Version("2021-11-04", START, sha256="ff"))
    assert "another version begins" in refused(Version("2021-11-05", START))
    assert "in force and began later" in refused(Version("2020-01-01", START - timedelta(days=1)))


def test_a_material_change_needs_its_notice_first():
    change = Version("2026-12-01", NOW + timedelta(days=9), material=True)
    assert "only after a notice" in refused(change)
    assert "only after a notice" in refused(change, told_at=NOW + timedelta(days=10))
    rules.check_publication(change, (FIRST,), now=NOW, told_at=NOW)
    past = Version("2026-11-01", NOW - timedelta(days=1), material=True)
    assert "in the past" in refused(past, told_at=NOW - timedelta(days=2))
