import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from sqlalchemy import select

from privacy_engine import clock
from privacy_engine.config import Approval
from privacy_engine.consent.evidence import EvidenceRow
from privacy_engine.console.staff import StaffRole
from privacy_engine.documents import actions as documents
from privacy_engine.ingest import sites
from privacy_engine.instance.terms import Channel
from privacy_engine.law import deadlines
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long
from privacy_engine.workflow.steps import proof_keeping
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
    assert not re.search(r"\b(?:am|aged?) 11\b", page)
    assert "the writer says “I am” with an age" in page
    assert "talk to somebody" not in page
    raw = browser.get(f"/children/{case}").get_data(as_text=True)
    assert "May be under 13" in page
    assert "Frozen: under 13" not in page
    (letter,) = re.findall(r'href="[^"]*(/messages/[^"]+)"', raw)
    assert "talk to somebody" not in browser.read(letter), "its words need a reason first"
    shown = browser.post(f"{letter}/open", reason="A case of a child is to be decided.")
    assert "talk to somebody" in shown.get_data(as_text=True)
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
    now = words(browser.post("/consent", email="maya.tallow@example.org", reason="answer"))
    assert re.search(r"newsletter +No", now)
    past = (clock.now() - timedelta(days=5)).date().isoformat()
    then = words(
        browser.post("/consent", email="maya.tallow@example.org", as_of=past, reason="answer")
    )
    assert re.search(r"newsletter +Yes", then)
    assert "identity.revealed" in browser.read("/events")
    nobody = words(browser.post("/consent", email="nobody@example.org", reason="answer"))
    assert "Nobody known by this address" in nobody


def test_the_list_shows_the_version_that_people_see_published_or_not(office, browser):
    seen = "privacy-statement 2021-11-04"
    assert f"{seen} In review 4 Nov 2021 not published" in browser.read("/documents")
    office.engine.run(lambda tx: documents.publish_all_in_force(tx, approved_by="counsel"))
    assert f"{seen} Published 4 Nov 2021 0" in browser.read("/documents")


def test_what_people_see_and_nobody_published_waits_on_the_first_screen(office, browser):
    assert re.search(r"Publish \d documents .* the log does not hold its text", browser.read("/"))
    office.engine.run(lambda tx: documents.publish_all_in_force(tx, approved_by="counsel"))
    assert "until it is published, the log does not hold its text" not in browser.read("/")


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


def test_a_look_up_says_why_in_the_log_and_not_for_whom(office, browser):
    browser.get("/consent")
    silent = browser.post("/consent", email="maya.tallow@example.org")
    assert silent.status_code == 422
    assert "Choose why" in words(silent)
    append(office, "message.received", {"channel": "email", "text": "Hello"})
    browser.post("/consent", email="maya.tallow@example.org", reason="audit")
    page = browser.get("/events?type=identity.revealed").get_data(as_text=True)
    look = re.search(r"/console(/events/\w{26})", page)[1]
    page = browser.read(look)
    assert "reason_code Present audit" in page
    assert "maya" not in page


def test_a_look_without_a_request_logs_its_reason(office, browser):
    append(office, "message.received", {"channel": "email", "text": "Hello"})
    with office.engine.reading() as tx:
        subject = tx.find_subject(MAYA, site="portal")
    browser.get("/")
    assert browser.post(f"/reveal/{subject}?back=/", reason="search").status_code == 303
    page = browser.get("/events?type=identity.revealed").get_data(as_text=True)
    look = re.search(r"/console(/events/\w{26})", page)[1]
    assert "reason_code Present search" in browser.read(look)


def two_people(office, *acts):
    office.engine.settings = replace(office.engine.settings, approval=Approval(acts))
    office.engine.world = replace(office.engine.world, settings=office.engine.settings)


def test_a_document_is_proposed_by_one_and_published_by_another(office, browser):
    two_people(office, "document")
    path = "/documents/privacy-statement/2021-11-04"
    form = {"slug": "privacy-statement", "version": "2021-11-04"}
    assert "Next: propose this version" in browser.read(path)
    assert browser.post("/documents/publish", step="do", **form).status_code == 409
    browser.get(path)
    browser.post("/documents/publish", step="propose", **form)
    page = browser.read(path)
    assert "Waiting for a second person" in page
    assert browser.post("/documents/publish", step="do", **form).status_code == 409
    second = office.somebody(StaffRole.APPROVER)
    assert "Publish privacy-statement 2021-11-04" in second.read("/")
    assert "Next: publish this version" in second.read(path)
    assert second.post("/documents/publish", step="do", **form).status_code == 303
    page = second.read(path)
    assert "approved by colleague1" in page
    assert "Publish privacy-statement" not in second.read("/")
    assert "approval.proposed" in browser.read("/events")


def test_a_hold_is_released_by_two_people_where_the_instance_says_so(office, browser):
    two_people(office, "hold")
    browser.get("/holds")
    browser.post("/holds/place", what="series:invoices", reason="Letter of the tax board")
    hold = re.search(r"H-\w{4}-\w{4}", browser.get("/holds").get_data(as_text=True))[0]
    assert browser.post(f"/holds/{hold}/release", step="do").status_code == 409
    browser.get("/holds")
    browser.post(f"/holds/{hold}/release", step="propose")
    assert "You proposed it" in browser.read("/holds")
    assert browser.post(f"/holds/{hold}/release", step="do").status_code == 409
    second = office.somebody()
    assert f"Release hold {hold}" in second.read("/")
    second.get("/holds")
    assert second.post(f"/holds/{hold}/release", step="do").status_code == 303
    assert "Released" in second.read("/holds")


def test_a_child_s_case_lists_every_system_and_leads_to_those_done_by_hand(office, browser):
    age = {"kind": "age", "value": 9}
    office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=MAYA))
    office.work()
    listed = browser.get("/children").get_data(as_text=True)
    case = re.search(r"C-\w{4}-\w{4}", listed)[0]
    page = browser.read(f"/children/{case}")
    assert "The database behind the listing site" in page
    assert "Nothing is deleted while a parent" not in page
    assert browser.post(f"/children/{case}/delete", reason="Age 9 is stated.").status_code == 303
    office.work()
    page = browser.get(f"/children/{case}").get_data(as_text=True)
    assert f"/console/cases/{case}/systems/support-mailbox" in page
    task = browser.read(f"/cases/{case}/systems/support-mailbox")
    assert "maya.tallow@example.org" in task
    done = browser.post(f"/cases/{case}/systems/support-mailbox", removed="0", note="Searched it.")
    assert done.headers["Location"].endswith(f"/children/{case}")
    again = browser.post(f"/cases/{case}/systems/support-mailbox", removed="0", note="Again.")
    assert again.status_code == 409


def test_a_merged_case_is_erased_when_the_child_is_and_not_before(office, browser):
    for who in ([Identifier("email", "mo@example.org")], [Identifier("account", "7041")]):
        append(office, "age_signal.received", {"kind": "age", "value": 9}, who)
    both = [Identifier("email", "mo@example.org"), Identifier("account", "7041")]
    append(office, "age_signal.received", {"kind": "age", "value": 9}, both)
    listed = browser.get("/children").get_data(as_text=True)
    case = re.search(r"C-\w{4}-\w{4}", listed)[0]
    assert browser.post(f"/children/{case}/delete", reason="Age 9 is stated.").status_code == 303
    ended = browser.read("/children?view=ended")
    assert "Being deleted: under 13" in ended
    assert "Deleted and searched again" not in ended


def test_what_an_officer_says_of_a_form_and_of_a_no_is_kept(office, browser):
    age = {"kind": "age", "value": 9}
    office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=MAYA))
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    path = f"/children/{case}"
    assert "telephone number" in browser.read(path)
    asked = {"parent_phone": "+1 (555) 010-0142", "parent_name": "Pat Tallow"}
    silent = browser.post(f"{path}/ask", **asked)
    assert silent.status_code == 422
    assert "+1 (555) 010-0142" in silent.get_data(as_text=True), "nothing typed is lost"
    assert browser.post(f"{path}/ask", reason="No address.", **asked).status_code == 303
    office.work()
    for verdict in ("reject", "refused"):
        assert browser.post(f"{path}/{verdict}").status_code == 422
        assert browser.post(f"{path}/{verdict}", reason="Pat Tallow said.").status_code == 422
    assert browser.post(f"{path}/reject", reason="The signature is missing.").status_code == 303
    assert "The signature is missing." in browser.read(path)
    assert browser.post(f"{path}/refused", reason="Said no on the telephone.").status_code == 303
    assert "Said no on the telephone." in browser.read(path)


def test_showing_a_child_is_logged_with_the_case(office, browser):
    age = {"kind": "age", "value": 9}
    event = office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=MAYA))
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    browser.get(f"/children/{case}")
    path = f"/reveal/{event.subject_id}?back=/children/{case}&case={case}"
    assert browser.post(path, reason="verify").status_code == 303
    assert "Somebody looked at who the person is" in browser.read(f"/children/{case}")


def test_a_site_is_added_with_keys_shown_once_and_each_key_can_be_ended(office, browser):
    browser.get("/sites")
    wrong = browser.post("/sites/add", name="Listing Site", origins="")
    assert wrong.status_code == 422
    assert "small letters" in words(wrong)
    assert "https://host" in words(browser.post("/sites/add", name="a-site", origins="ftp://x"))
    made = browser.post("/sites/add", name="a-site", origins="https://a.example").text
    secrets = re.findall(r"[sp]k_(?:live|test)_[\w-]{20,}", made)
    assert len(secrets) == 4
    page = browser.get("/sites").get_data(as_text=True)
    assert not any(secret in page for secret in secrets)
    assert "No event yet" in page
    assert "for tests" in page
    browser.post("/sites/a-site/revoke", key=secrets[0][:12])
    assert "Ended" in browser.read("/sites")
    assert browser.post("/sites/a-site/revoke", key="ak_live_none").status_code == 404
    officer = office.somebody()
    officer.get("/sites")
    assert officer.post("/sites/add", name="b-site").status_code == 403


def test_a_system_that_was_tested_says_when_and_what_came_out(office, browser):
    browser.get("/systems")
    assert browser.post("/systems/listing-database/test").status_code == 303
    page = browser.read("/systems")
    assert "The database behind the listing site: it cannot be used as it is" in page
    assert "Broken" in browser.read("/systems")
    assert browser.post("/systems/support-mailbox/test").status_code == 409


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


def test_a_change_is_begun_by_one_and_approved_by_another(office, browser):
    documents = tuple(
        replace(item, draft=False, effective_at=clock.now() + timedelta(days=60))
        if item.version == "2026-12-01"
        else item
        for item in office.engine.content.documents
    )
    office.engine.content = replace(office.engine.content, documents=documents)
    two_people(office, "document")
    browser.get("/documents")
    first = {"slug": "privacy-statement", "version": "2021-11-04"}
    append(office, "notice.shown", {"document": first["slug"], "version": first["version"]})
    browser.post("/documents/publish", step="propose", **first)
    second = office.somebody(StaffRole.APPROVER)
    second.get("/")
    second.post("/documents/publish", step="do", **first)
    page = browser.read("/documents/privacy-statement/2026-12-01")
    assert "Next: announce this change" in page
    assert "1 person saw an earlier version" in page
    form = {"slug": "privacy-statement", "version": "2026-12-01", "occasion": "new_owner"}
    way = browser.post("/documents/changes/begin", **form).headers["Location"]
    way = way.removeprefix("/console")
    assert "Waiting for a second person" in browser.read(way)
    assert browser.post(f"{way}/decide", outcome="publish").status_code == 409
    assert "Approve privacy-statement 2026-12-01" in second.read("/")
    assert "Merger, sale or new owner" in second.read(way)
    assert second.post(f"{way}/decide", outcome="publish").status_code == 303
    office.work()
    assert "Put the notice on the site" in second.read(way)
    assert "Announce privacy-statement 2026-12-01" in second.read("/")
    seen = {"document": "privacy-statement", "version": "2026-12-01", "surface": "site-notice"}
    append(office, "notice.shown", seen)
    office.work()
    page = second.read(way)
    assert "site-notice 1" in page
    assert "Letter sent 1 person" in page


def test_a_day_of_one_person_is_shown_whole(office, browser):
    browser.get("/documents")
    browser.post("/documents/publish", slug="privacy-statement", version="2021-11-04")
    append(office, "notice.shown", {"document": "privacy-statement", "version": "2021-11-04"})
    append(office, "email.unsubscribed", {"all": True})
    office.request("know:specific")
    browser.get("/consent")
    page = words(browser.post("/consent", email="maya.tallow@example.org", reason="answer"))
    assert "Privacy Statement, 2021-11-04 shown" in page
    assert re.search(r"Google \(Analytics and Search Console\) third party; .* Yes", page)
    assert re.search(r"The company that sends our e-mail .* Stopped|News about", page)
    assert "Commercial mail stops: all mail" in page
    assert "15 U.S.C. 7704(a)(4)" in page
    assert re.search(r"R-\w{4}-\w{4} Acknowledge", page)
    before = (clock.now() - timedelta(days=30)).date().isoformat()
    past = words(
        browser.post("/consent", email="maya.tallow@example.org", as_of=before, reason="answer")
    )
    assert "None: nothing was asked" in past
    assert "in force, not reported as shown" in past
    assert "listing-site" not in past


def test_a_no_to_texts_runs_by_the_clock_of_calls_and_texts(office, browser):
    """47 CFR 64.1200(a)(10): ten business days of the federal calendar, in force 2025-04-11."""
    content = office.engine.content
    texts = replace(
        content.purpose("newsletter"), code="texts", title="Offers by text", channel=Channel.SMS
    )
    office.engine.content = replace(content, purposes=(*content.purposes, texts))

    def says_no(moment, address):
        said = {"purpose": "texts", "method": "phone", "document": "privacy-statement"}
        office.engine.run(
            lambda tx: tx.append(
                "consent.withdrawn",
                said | {"version": "2021-11-04"},
                subject=[Identifier("email", address)],
                site="listing-site",
                occurred_at=moment,
            )
        )
        browser.get("/consent")
        return browser.post("/consent", email=address, reason="answer")

    yesterday = clock.now() - timedelta(days=1)
    due = deadlines.due("TCPA-REVOKE", yesterday, zone=office.engine.settings.zone)
    page = words(says_no(yesterday, "maya.tallow@example.org"))
    assert "Texts and calls stop: Offers by text" in page
    assert day_long(due.legal_due_on) in page
    assert "47 CFR 64.1200(a)(10)" in page
    assert "Commercial mail stops" not in page
    # Before the rule there was no such clock; the page of whoever said no then opens all the same.
    long_ago = says_no(datetime(2024, 3, 1, tzinfo=UTC), "pip.tallow@example.org")
    assert long_ago.status_code == 200
    assert "Texts and calls stop" not in words(long_ago)


PAPER = b"%PDF-1.4 a signed page"


def write_down(browser, **more):
    form = {
        "email": "paper@example.org",
        "purpose": "newsletter",
        "kind": "given",
        "method": "paper",
        "actor": "self",
        "on": (clock.now() - timedelta(days=1)).date().isoformat(),
        "wording": "Yes, send it",
    }
    return browser.post("/consent/record", **form | more)


def test_a_choice_on_paper_is_written_down_with_the_page_that_proves_it(office, browser):
    browser.get("/consent/record")
    answer = write_down(browser, file=(BytesIO(PAPER), "Page of Ada.pdf", "application/pdf"))
    assert answer.status_code == 303
    page = answer.headers["Location"].removeprefix("/console")
    assert "Download the file" in browser.read(page)
    taken = browser.post(f"{page}/evidence")
    assert taken.data == PAPER
    assert taken.headers["Content-Disposition"] == "attachment; filename=Page_of_Ada.pdf"
    assert "message.opened" in browser.read("/events")
    with office.engine.reading() as tx:
        subject = tx.find_subject([Identifier("email", "paper@example.org")], site="console")
        event = tx.event(page.rpartition("/")[2])
        stored = tx.session.scalars(select(EvidenceRow)).one().sealed
    assert sha256(PAPER).hexdigest() in event.data["evidence"]
    assert event.data["actor"] == "self"
    assert b"signed" not in stored
    browser.get("/consent")
    said = words(browser.post("/consent", email="paper@example.org", reason="answer"))
    assert re.search(r"newsletter +Yes +Given .* paper", said)
    order = Order((subject,), "R-2345-6789", clock.now(), keep_proofs=False)
    office.engine.run(lambda tx: tx.erase(order, ground="erased"))
    browser.get("/")
    assert browser.post(f"{page}/evidence").status_code == 404
    proof_keeping.dispose_of_proofs(office.engine)
    with office.engine.reading() as tx:
        assert tx.session.scalars(select(EvidenceRow)).all() == []


def test_what_cannot_be_written_down_is_said_and_nothing_is_lost(office, browser):
    browser.get("/consent/record")
    bad = write_down(browser, file=(BytesIO(b"MZ"), "a.exe", "application/pdf"), email="ada")
    page = words(bad)
    assert bad.status_code == 422
    assert "no PDF, PNG, JPEG, MP3 or WAV" in page
    assert "with an @" in page
    assert "Yes, send it" in page
    ahead = (clock.now() + timedelta(days=3)).date().isoformat()
    assert "cannot lie ahead" in words(write_down(browser, on=ahead))
    assert write_down(browser, kind="refused", purpose="sale-sharing").status_code == 303
    browser.get("/consent/record")
    early = words(write_down(browser, purpose="sale-sharing"))
    assert "a later no stands, or it is too early to ask" in early


def test_a_run_shows_what_would_go_what_it_means_and_why_it_stands_still(office, browser):
    table = {
        "system": "engine", "table": "requests", "due": 5, "held": 1, "excepted": 0, "oldest": "",
        "newest": "", "sha256": "", "searched": True, "effects": [["follows", "votes", 2]],
    }  # fmt: skip
    about = {"run": "D-7K3F-92QD", "series": "request-records"}
    found = {
        "cutoff": "2023-11-20T20:00:00Z", "disposition": "delete", "schedule_sha256": "0" * 64,
        "preview_sha256": "1" * 64, "candidates": 6, "held": 1, "excepted": 0, "tables": [table],
    }  # fmt: skip
    office.engine.run(lambda tx: tx.append("disposition.previewed", about | found))
    page = browser.read("/retention/D-7K3F-92QD")
    assert "2 rows of votes go along" in page
    assert "preview again" in page
    for kind, more in (
        ("disposition.approved", {"preview_sha256": "1" * 64}),
        ("disposition.started", {}),
        ("disposition.paused", {"reason": "the fair is on"}),
    ):
        office.engine.run(lambda tx, kind=kind, more=more: tx.append(kind, about | more))
    page = browser.read("/retention/D-7K3F-92QD")
    assert "It stands still The fair is on" in page
