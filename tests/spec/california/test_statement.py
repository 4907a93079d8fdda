"""Civ. Code 1798.100, .110, .130; 11 CCR 7011, 7012: what a privacy statement must say."""

from datetime import date

import pytest

from privacy_engine.instance.model import DocumentVersion
from privacy_engine.law import contents
from privacy_engine.law.contents import POLICY
from tests.engines import reference_content

pytestmark = pytest.mark.spec

TODAY = date(2026, 11, 28)
ALL = {item.id for item in contents.requirements(POLICY)}


def statement(version: str) -> DocumentVersion:
    return reference_content().document("privacy-statement", version)


def missing(version: str, *, on: date = TODAY) -> set[str]:
    item = statement(version)
    judged = contents.judge(str(item.kind), item.body, written_on=item.effective_on, on=on)
    return {one.requirement.id for one in judged if not one.met}


def test_every_requirement_has_its_citation_and_the_day_on_which_it_was_read() -> None:
    assert len(ALL) == 15
    for item in contents.requirements(POLICY):
        assert item.citation
        assert item.confidence in {"V1", "V1-24", "V1-20", "V2", "R"}
        assert item.in_force_from < item.checked_on


def test_the_statement_of_2021_lacks_all_that_the_law_has_come_to_ask() -> None:
    assert missing("2021-11-04") == ALL


def test_in_its_own_year_it_lacked_less() -> None:
    # CPRA, the states' laws and the new COPPA rule were still to come (Prop 24: 2023).
    then = missing("2021-11-04", on=date(2021, 12, 1))
    assert then == {"categories", "methods", "under-16", "notice-at-collection"}


def test_the_drafted_version_repairs_what_a_text_can_repair() -> None:
    assert missing("2026-12-01") == set()


@pytest.mark.parametrize(
    ("id", "text", "met"),
    [
        # 11 CCR 7025: the browser's signal, and a link of one's own.
        ("opt-out", "[stop](portal:opt-out); the Global Privacy Control is honoured", True),
        ("opt-out", "[stop](portal:opt-out)", False),
        # Civ. Code 1798.140(h): use of a site is no consent.
        ("no-browse-wrap", "By using this site you agree to it.", False),
        ("no-browse-wrap", "Using the site is not consent.", True),
        # Civ. Code 1798.100(a)(1): purposes are named.
        ("closed-purposes", "for purposes including, but not limited to, research", False),
        # 11 CCR 7012(e)(4): a period, or criteria.
        ("retention", "Messages go 90 days after the last.", True),
        ("retention", "We keep it as long as necessary.", False),
    ],
)
def test_what_counts_as_said(id: str, text: str, *, met: bool) -> None:  # noqa: A002  a column
    judged = contents.judge(POLICY, text, written_on=TODAY, on=TODAY)
    assert {one.requirement.id: one.met for one in judged}[id] is met


def test_1798_130_a_statement_is_a_year_old_for_a_year() -> None:
    text, written = "words", date(2025, 11, 28)
    for on, met in ((date(2026, 11, 28), True), (date(2026, 11, 29), False)):
        judged = contents.judge(POLICY, text, written_on=written, on=on)
        assert {one.requirement.id: one.met for one in judged}["updated"] is met
