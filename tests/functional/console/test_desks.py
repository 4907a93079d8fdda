import re
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import sites
from privacy_engine.log.event import Identifier
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
MAYA = (Identifier("email", "maya.tallow@example.org"),)


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody(StaffRole.ADMIN)


def append(office, kind, data, subject=MAYA):
    return office.engine.run(lambda tx: tx.append(kind, data, subject=subject))


def test_a_child_s_message_freezes_and_stands_on_the_desk_without_its_words(office, browser):
    text = "hi i am 11 and i want to talk to somebody"
    append(office, "message.received", {"channel": "contact_form", "text": text})
    page = browser.read("/children")
    assert "Decide whether this is a child" in page
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    page = browser.read(f"/children/{case}")
    assert "11" not in page.partition("Under")[0].partition("Decide by")[0]
    assert "talk to somebody" not in page
    silent = browser.post(f"/children/{case}/not_a_child")
    assert silent.status_code == 422
    assert browser.post(f"/children/{case}/not_a_child", reason="A novel.").status_code == 303
    assert "No child in this view" in browser.read("/children")


def test_what_was_permitted_on_a_past_day_is_shown_as_of_that_day(office, browser):
    yes = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
    with clock.fixed(clock.now() - timedelta(days=10)):
        append(office, "consent.given", {"purpose": "newsletter", **yes})
    append(office, "consent.withdrawn", {"purpose": "newsletter", **yes})
    browser.get("/consent")
    now = words(browser.post("/consent", email="maya.tallow@example.org"))
    assert re.search(r"newsletter +No", now)
    past = (clock.now() - timedelta(days=5)).date().isoformat()
    then = words(browser.post("/consent", email="maya.tallow@example.org", as_of=past))
    assert re.search(r"newsletter +Yes", then)
    assert "identity.revealed" in browser.read("/events")
    nobody = words(browser.post("/consent", email="nobody@example.org"))
    assert "Nobody known by this address" in nobody


def test_a_published_version_says_who_approved_it_and_what_changed(office, browser):
    browser.get("/documents/privacy-statement/2021-11-04")
    form = {"slug": "privacy-statement", "version": "2021-11-04"}
    assert browser.post("/documents/publish", **form).status_code == 303
    page = browser.read("/documents/privacy-statement/2021-11-04")
    assert "approved by colleague0" in page
    assert "Next: publish" not in page
    assert "what changed" in browser.read("/documents/privacy-statement/2021-11-04/to/2026-12-01")
    draft = browser.post("/documents/publish", slug="privacy-statement", version="2026-12-01")
    assert draft.status_code == 409


def test_a_letter_is_masked_until_its_reader_says_why(office, browser):
    reference = office.request()
    office.work()
    outbox = browser.get("/outbox").get_data(as_text=True)
    mail = re.search(r'href="/console(/outbox/\w+)"[^>]*>Please confirm', outbox)[1]
    page = browser.get(mail).get_data(as_text=True)
    assert "Maya" not in page
    assert "key=•••" in page
    with office.engine.reading() as tx:
        subject = tx.find_subject(MAYA, site="portal")
    browser.post(f"/reveal/{subject}?back={mail}&case={reference}", reason="answer")
    opened = browser.get(mail).get_data(as_text=True)
    assert "Hello Maya Tallow" in opened
    assert re.search(r"verify\?key=\w", opened), "with no mail server it is posted by hand"


def test_a_new_key_is_shown_once(office, browser):
    office.engine.run(lambda tx: sites.add(tx, "listing-site", origins=["https://a.example"]))
    browser.get("/sites")
    shown = browser.post("/sites/listing-site/keys").get_data(as_text=True)
    secret = re.search(r"sk_live_[\w-]{20,}", shown)[0]
    assert secret not in browser.get("/sites").get_data(as_text=True)


def test_a_hold_says_what_it_keeps_until_it_is_released(office, browser):
    browser.get("/holds")
    form = {"what": "series:invoices", "reason": "Letter of the tax board"}
    assert browser.post("/holds/place", what="person", reason="x").status_code == 422
    assert browser.post("/holds/place", **form).status_code == 303
    page = browser.get("/holds").get_data(as_text=True)
    assert "Letter of the tax board" in page
    hold = re.search(r"H-\w{4}-\w{4}", page)[0]
    browser.post(f"/holds/{hold}/release")
    assert "Released" in browser.read("/holds")


def test_a_colleague_is_added_and_loses_access(office, browser):
    browser.get("/people")
    page = words(browser.post("/people/add", email="new@listing.example", role="auditor"))
    assert "/console/sign-in/" in page
    again = browser.post("/people/add", email="new@listing.example", role="auditor")
    assert again.status_code == 422
    listed = browser.get("/people").get_data(as_text=True)
    seat = re.search(r"/people/(\w{32})/remove", listed)[1]
    browser.post(f"/people/{seat}/remove")
    assert "Not active" in browser.read("/people")


def test_an_event_shows_its_proof_and_hides_what_is_personal(office, browser):
    event = append(office, "message.received", {"channel": "email", "text": "my secret words"})
    office.work()
    page = browser.read(f"/events/{event.event_id}")
    assert "Checked just now: this leaf is in this tree" in page
    assert "my secret words" not in page
    assert "maya" not in page.lower()


def test_every_promise_is_held_against_the_record(browser):
    page = browser.read("/promises")
    assert "SP-10" in page
    assert "27 promises" in page


def test_the_schedule_is_shown_with_its_periods_and_citations(browser):
    page = browser.read("/retention")
    assert "Invoices and payments invoices 7 years" in page
    assert "No run yet" in page
