"""The officer records that an authority asked to be left out of a person's accounting."""

from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.console.staff import StaffRole
from privacy_engine.disclosures import suspensions
from tests.functional.console.world import Office

pytestmark = pytest.mark.functional

WHO = "maya.tallow@example.org"
FORM = {
    "email": WHO,
    "recipient": "law-enforcement",
    "form": "oral",
    "agency": "Sgt. Pell, Alameda County",
    "statement": "By telephone, about inquiry 26-117",
}


@pytest.fixture
def office(engine):
    return Office(engine)


def known(office):
    office.request("know:specific", WHO)


def test_a_statement_is_recorded_shown_and_ended(office):
    known(office)
    browser = office.somebody()
    assert "Nothing is left out" in browser.read("/disclosures/left-out")
    assert browser.post("/disclosures/left-out/add", **FORM).status_code == 303
    page = browser.read("/disclosures/left-out")
    assert "accounting until" in page
    assert "Left out" in page
    assert "Sgt. Pell, Alameda County" in page
    assert "longer only in writing" in page
    assert WHO not in page
    with office.engine.reading() as tx:
        (made,) = suspensions.everything(tx.session)
    path = f"/disclosures/left-out/{made.suspension}/end"
    ended = browser.post(path, reason="The inquiry is closed")
    assert ended.status_code == 303
    assert "Listed again" in browser.read("/disclosures/left-out")


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(office):
    browser = office.somebody()
    browser.get("/disclosures/left-out")
    answer = browser.post(
        "/disclosures/left-out/add", email="maya", agency="Sgt. Pell", until="soon"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("whole address", "Choose the authority", "how it was said", "This is no day"):
        assert words in page
    assert 'value="Sgt. Pell"' in page


def test_what_the_law_refuses_is_said_in_its_words(office):
    known(office)
    browser = office.somebody()
    browser.get("/disclosures/left-out")
    zone = office.engine.settings.zone
    late = (clock.now().astimezone(zone).date() + timedelta(days=31)).isoformat()
    answer = browser.post("/disclosures/left-out/add", **FORM, until=late)
    assert answer.status_code == 422
    assert "45 CFR 164.528(a)(2)(ii)(C)" in answer.get_data(as_text=True)
    unknown = browser.post("/disclosures/left-out/add", **{**FORM, "email": "no.body@example.org"})
    assert "Nobody is known by this address" in unknown.get_data(as_text=True)


def test_an_auditor_sees_none_of_it(office):
    browser = office.somebody(StaffRole.AUDITOR)
    assert browser.get("/disclosures/left-out").status_code == 403
    assert "authorities asked to leave out" not in browser.read("/disclosures")
