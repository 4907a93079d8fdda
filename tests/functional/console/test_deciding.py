"""The desk at which an officer decides about rows that also concern others."""

import pytest

from privacy_engine.console.staff import StaffRole
from privacy_engine.sample_site.people import MAYA
from tests.factories import sample_world
from tests.functional.console.world import Office, words
from tests.functional.workflow.test_row_decisions import begun, forgotten_table

pytestmark = pytest.mark.functional


@pytest.fixture
def sample(engine):
    with sample_world(engine) as made:
        yield made


def test_rows_are_shown_decided_and_told_of(sample):
    forgotten_table(sample)
    case = begun(sample)
    office = Office(sample.engine)
    browser = office.somebody()
    here = f"/cases/{case}/systems/listing-database/rows"
    page = browser.get(f"/requests/{case}").get_data(as_text=True)
    assert here in page
    assert "Decide about rows" in page
    assert "Partly deleted; rows wait for a decision" in page
    page = browser.read(here)
    assert "gift_cards: 1 row" in page
    assert "row refers to one that should go" in page.lower()
    assert "also settles what becomes of the person's own: 1 row of clients" in page
    assert MAYA.email not in page
    empty = browser.post(here)
    assert empty.status_code == 422
    assert "Say what becomes of the rows of gift_cards." in words(empty)
    done = browser.post(here, **{"table-0": "keep", "note": "A card of the whole family."})
    assert done.status_code == 303
    office.work()
    page = browser.read(f"/requests/{case}")
    assert "Decided about rows" in page
    assert browser.get(here).status_code == 409


def test_an_auditor_does_not_decide(sample):
    forgotten_table(sample)
    case = begun(sample)
    answer = (
        Office(sample.engine)
        .somebody(StaffRole.AUDITOR)
        .get(f"/cases/{case}/systems/listing-database/rows")
    )
    assert "not open to your role" in words(answer)
