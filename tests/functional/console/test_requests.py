import re
from dataclasses import replace

import pytest

from privacy_engine import clock
from privacy_engine.config import Approval
from privacy_engine.letters import transport
from privacy_engine.rights import actions, drafts, register
from privacy_engine.rights.rules import State
from privacy_engine.workflow import register as workflows
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def state_of(office, reference):
    with office.engine.reading() as tx:
        return register.get(tx.session, reference)


def do(browser, reference, action, **form):
    browser.get(f"/requests/{reference}?do={action}")
    return browser.post(f"/requests/{reference}/{action}", **form)


def send(browser, reference, action, **form):
    """Press the button twice: once to see the letter, once to send it."""
    page = do(browser, reference, action, **form).get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen, words_of(page)
    return do(browser, reference, action, seen=seen[1], **form)


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_nobody_s_name_or_address_is_on_a_page_until_somebody_asks_why(office, browser):
    reference = office.request()
    office.work()
    for path in ("/", "/requests", f"/requests/{reference}", "/events", "/outbox"):
        page = browser.get(path).get_data(as_text=True)
        assert "maya.tallow" not in page
        assert "Maya Tallow" not in page
    assert "m•••@e•••.org" in browser.read("/requests")


def test_showing_a_person_asks_for_the_reason_and_logs_it(office, browser):
    reference = office.request()
    subject = state_of(office, reference).subject_id
    path = f"/reveal/{subject}?back=/requests/{reference}&case={reference}"
    browser.get(f"/requests/{reference}")
    asked = browser.post(path)
    assert "Why do you need to know" in words(asked)
    shown = browser.post(path, reason="verify")
    assert shown.headers["Location"] == f"/console/requests/{reference}"
    page = browser.read(f"/requests/{reference}")
    assert "maya.tallow@example.org" in page
    assert "Maya Tallow" in page
    assert "Somebody looked at who the person is" in page
    assert "maya.tallow" not in office.somebody().read(f"/requests/{reference}")


def test_a_way_back_never_leads_to_another_site(office, browser):
    reference = office.request()
    subject = state_of(office, reference).subject_id
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        browser.get("/")
        answer = browser.post(f"/reveal/{subject}?back={back}&case={reference}", reason="other")
        assert answer.headers["Location"] == "/console/"


def test_no_link_that_acts_for_the_person_is_shown_to_the_staff(office, browser):
    reference = office.request()
    office.work()
    page = browser.get(f"/requests/{reference}").get_data(as_text=True)
    assert "key=•••" in page
    assert not re.search(r"[?&]key=[0-9a-zA-Z]", page)


def test_a_denial_needs_its_ground_and_its_words_and_is_read_before_it_goes(office, browser):
    reference = office.request()
    office.work()
    empty = do(browser, reference, "deny", explanation="We must keep it.")
    assert empty.status_code == 422
    assert "Choose a ground" in words(empty)
    assert "We must keep it." in empty.get_data(as_text=True)
    silent = do(browser, reference, "deny", reason="legal_obligation")
    assert "Say in plain words" in words(silent)
    form = {"reason": "legal_obligation", "explanation": "Tax law asks us to keep the invoice."}
    preview = do(browser, reference, "deny", **form)
    assert preview.status_code == 200
    assert "Tax law asks us to keep the invoice." in words(preview)
    assert "1798.105(d)(8)" in words(preview)
    assert state_of(office, reference).decision is None
    assert send(browser, reference, "deny", **form).status_code == 303
    found = state_of(office, reference)
    assert (found.decision, found.ground) == ("deny", "legal_obligation")


def test_a_letter_that_changed_after_it_was_seen_is_shown_again(office, browser):
    reference = office.request()
    office.work()
    page = do(browser, reference, "message", subject="Hello", text="One.").get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    changed = do(browser, reference, "message", subject="Hello", text="Two.", seen=seen)
    assert changed.status_code == 200
    assert "Two." in words(changed)


def test_a_message_is_kept_and_sent_and_a_note_is_only_kept(office, browser):
    reference = office.request()
    office.work()
    before = len(list(transport.shelved(office.engine.settings.outbox_directory)))
    do(browser, reference, "note", text="Ask accounting first.")
    assert len(list(transport.shelved(office.engine.settings.outbox_directory))) == before
    answer = send(browser, reference, "message", subject="A question", text="Which listing?")
    assert answer.status_code == 303
    office.work()
    assert len(list(transport.shelved(office.engine.settings.outbox_directory))) == before + 1
    page = browser.read(f"/requests/{reference}")
    assert "Note, never sent Note Ask accounting first." in page
    assert "Message to the person A question" in page


def test_a_check_must_reach_the_tier_that_the_right_needs(office, browser):
    reference = office.request("know:specific")
    office.work()
    two = {"point": ["email", "record"], "outcome": "verified"}
    assert "needs 3 points" in words(do(browser, reference, "verify", **two))
    three = {"point": ["email", "record", "date"], "outcome": "verified"}
    assert "signed declaration" in words(do(browser, reference, "verify", **three))
    assert do(browser, reference, "verify", declared="yes", **three).status_code == 303
    assert state_of(office, reference).verified_at is not None
    assert "Signed declaration on file" in browser.read(f"/requests/{reference}")


def test_an_extension_is_told_once_and_gives_no_second_time(office, browser):
    reference = office.request(days_ago=5)
    office.work()
    first = state_of(office, reference).strict_due_on
    assert send(browser, reference, "extend", reason="An archive is slow.").status_code == 303
    assert state_of(office, reference).strict_due_on > first
    assert "extended" in browser.read(f"/requests/{reference}")
    again = do(browser, reference, "extend", reason="Still slow.")
    assert again.status_code == 409


def approvable(office, browser):
    reference = office.request()
    office.work()
    do(browser, reference, "verify", point=["email", "record"], outcome="verified")
    return reference


def test_nothing_is_approved_before_the_person_is_verified(office, browser):
    reference = office.request()
    office.work()
    assert do(browser, reference, "approve", confirm="yes").status_code == 409
    assert state_of(office, reference).decision is None


def test_approving_needs_the_box(office, browser):
    reference = approvable(office, browser)
    assert do(browser, reference, "approve").status_code == 422
    assert do(browser, reference, "approve", confirm="yes").status_code == 303
    assert state_of(office, reference).decision == "fulfil"


def test_nothing_is_approved_while_a_system_was_not_searched(office, browser):
    reference = approvable(office, browser)
    database = next(item for item in office.engine.content.systems if item.tables).title
    office.work()
    with office.engine.reading() as tx:
        assert workflows.run(tx.session, reference).steps["locate"].progress == "failed"
    for act, typed in (
        ("approve", {"confirm": "yes"}),
        ("partial", {"reason": "household", "explanation": "An invoice is kept."}),
    ):
        refused = do(browser, reference, act, **typed)
        assert refused.status_code == 409
        assert f"The search of {database}" in words(refused)
    assert state_of(office, reference).decision is None


def test_two_people_decide_on_a_deletion_where_the_instance_says_so(office, browser):
    office.engine.settings = replace(office.engine.settings, approval=Approval(("delete",)))
    office.engine.world = replace(office.engine.world, settings=office.engine.settings)
    reference = approvable(office, browser)
    assert "first somebody takes it on" in words(do(browser, reference, "approve", confirm="yes"))
    page = browser.get(f"/requests/{reference}?do=assign").get_data(as_text=True)
    mine = re.search(r'<option value="(\w+)"[^>]*>[^<]*\(you\)', page)[1]
    do(browser, reference, "assign", owner=mine)
    assert "somebody else decides" in words(do(browser, reference, "approve", confirm="yes"))
    assert state_of(office, reference).decision is None
    other = office.somebody()
    assert do(other, reference, "approve", confirm="yes").status_code == 303
    assert state_of(office, reference).decision == "fulfil"


def test_the_person_takes_it_back(office, browser):
    reference = office.request()
    assert do(browser, reference, "revoke", reason="They called.").status_code == 303
    assert state_of(office, reference).state is State.REVOKED


def test_a_request_that_ended_stays_ended(office, browser):
    reference = office.request()
    office.engine.run(lambda tx: actions.revoke(tx, reference))
    page = browser.get(f"/requests/{reference}").get_data(as_text=True)
    offered = set(re.findall(r"[?]do=(\w+)", page))
    assert offered == {"note", "message", "reopen"}
    again = do(browser, reference, "extend", reason="We need longer.")
    assert "what is still to do is a new request" in words(again)
    assert state_of(office, reference).state is State.REVOKED


def test_a_request_by_phone_starts_its_clock_on_the_day_it_came(office, browser):
    browser.get("/requests/new")
    form = {"right": "delete", "channel": "phone", "for": "self", "email": "ines@example.org"}
    assert browser.post("/requests/new", **form).status_code == 422
    answer = browser.post("/requests/new", received_on="2026-01-05", **form)
    assert answer.status_code == 303
    found = state_of(office, answer.headers["Location"].rpartition("/")[2])
    assert found.received_at.astimezone(office.engine.settings.zone).date().isoformat() == (
        "2026-01-05"
    )


def test_a_request_by_post_is_answered_by_the_law_of_its_writer(office, browser):
    assert "California (us-ca)" in browser.read("/requests/new")
    form = {"right": "know:specific", "channel": "mail", "for": "deceased"}
    form |= {"email": "paris@example.org", "received_on": "2026-01-05", "window": "all"}
    assert browser.post("/requests/new", jurisdiction="mars", **form).status_code == 422
    assert browser.post("/requests/new", language="tlh", **form).status_code == 422
    answer = browser.post("/requests/new", jurisdiction="eu-gdpr", language="es", **form)
    found = state_of(office, answer.headers["Location"].rpartition("/")[2])
    assert (found.jurisdiction, found.acting_for) == ("eu-gdpr", "deceased")
    assert found.legal_due_on.isoformat() == "2026-02-05"  # a month, Art. 12(3)
    with office.engine.reading() as tx:
        assert tx.event(found.received_event).data["window"] == "all"
        assert tx.event(found.received_event).data["language"] == "es"


def test_a_message_becomes_a_request_under_the_law_of_its_writer(office, browser):
    raw = b"From: paris@example.org\r\nSubject: My data\r\n\r\nPlease delete it."
    draft = office.engine.run(lambda tx: drafts.take(tx, raw, received_at=clock.now()))
    browser.get(f"/mailbox/{draft.case}")
    form = {"as": "request", "right": "delete", "for": "represented"}
    path = f"/mailbox/{draft.case}/file"
    assert "Choose a law" in words(browser.post(path, jurisdiction="mars", **form))
    answer = browser.post(path, jurisdiction="uk-gdpr", **form)
    found = state_of(office, answer.headers["Location"].rpartition("/")[2])
    assert (found.jurisdiction, found.acting_for) == ("uk-gdpr", "represented")


def test_a_person_is_found_by_address_and_the_address_is_in_no_url(office, browser):
    reference = office.request()
    office.request("correct", "somebody.else@example.org")
    browser.get("/requests")
    answer = browser.post("/requests/find", email="Maya.Tallow@example.org ")
    where = answer.headers["Location"]
    assert "maya" not in where.lower()
    page = browser.read(where.removeprefix("/console"))
    assert reference in page
    assert "1 request of 2" in page
    nobody = browser.post("/requests/find", email="nobody@example.org").headers["Location"]
    assert "No request in this view" in browser.read(nobody.removeprefix("/console"))


def test_many_are_taken_on_at_once_after_seeing_which(office, browser):
    first, second = office.request(), office.request("correct", "ines.roth@example.org")
    office.engine.run(lambda tx: actions.revoke(tx, second))
    browser.get("/requests")
    form = {"action": "assign", "reference": [first, second]}
    preview = browser.post("/requests/bulk", **form)
    assert "You chose 2; this applies to 1" in words(preview)
    assert state_of(office, first).assigned_to is None
    browser.post("/requests/bulk/confirm", **form)
    assert state_of(office, first).assigned_to is not None


def test_an_unknown_reference_is_said_to_be_unknown(browser):
    answer = browser.get("/requests/R-0000-0000")
    assert answer.status_code == 404
    assert "no request with this reference" in words(answer)


def test_a_page_of_the_queue_asks_the_database_the_same_however_many_there_are(office, browser):
    from sqlalchemy import event  # noqa: PLC0415

    def queries(path):
        asked = []
        listen = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(office.engine.database, "before_cursor_execute", listen)
        browser.get(path)
        event.remove(office.engine.database, "before_cursor_execute", listen)
        return len(asked)

    office.request("correct", "a0@example.org")
    few = queries("/requests")
    for number in range(1, 12):
        office.request("correct", f"a{number}@example.org")
    assert queries("/requests") <= few + 2


def test_a_system_that_is_away_fills_no_page_with_its_silence(office, browser):
    reference = office.request("delete", "una.park@example.org")
    said = {"case": reference, "system": "mail-vendor", "message": "does not answer"}
    for _ in range(5):
        office.engine.run(lambda tx: tx.append("system.failed", said, case=reference))
        step = {"case": reference, "step": "locate"}
        office.engine.run(lambda tx, step=step: tx.append("step.failed", step, case=reference))
    page = browser.read(f"/requests/{reference}").partition("What happened")[2]
    assert (
        page.count("The company that sends our e-mail did not do it; asked again (5 times)") == 1
    )
    assert page.count("did not do it") == 1
    assert page.count("did not work; it is tried again (5 times)") == 1
