"""Messages are archived sealed; each reading is on record, and sharing is in the ledger."""

import pytest
from sqlalchemy import select

from privacy_engine.console.staff import StaffRole
from privacy_engine.jobs import tasks
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.log.tables import LogEventRow
from tests.functional.console.world import Office, make_engine

pytestmark = pytest.mark.functional

HEALTH = "I was diagnosed with bipolar disorder and need a therapist."


@pytest.fixture
def office(tmp_path):
    engine = make_engine(tmp_path)
    yield Office(engine)
    engine.close()


def write(office, text, email="kim@example.org"):
    data = {"channel": "contact_form", "text": text}
    who = [Identifier("email", email)]
    return office.engine.run(
        lambda tx: tx.append("message.received", data, subject=who, site="listing-site")
    )


def events(office, kind):
    with office.engine.reading() as tx:
        ids = tx.session.execute(
            select(LogEventRow.event_id).where(LogEventRow.kind == kind)
        ).scalars()
        return tx.read(list(ids))


def test_health_is_set_apart_and_the_writer_told_once_a_day(office):
    write(office, HEALTH)
    write(office, HEALTH + " Please.")
    write(office, "When do you open?", "lee@example.org")
    assert len(events(office, "message.quarantined")) == 2
    tasks.run_due(office.engine)
    (told,) = events(office, "writer.told")
    assert told.data["address"] == "kim@example.org"
    assert "bipolar" not in told.data["body"]


def test_a_child_in_a_case_is_not_written_to(office):
    write(office, "I am 11 years old and I was diagnosed with depression.")
    tasks.run_due(office.engine)
    assert events(office, "writer.told") == []


def test_nobody_reads_a_message_without_a_reason_on_record(office):
    message = write(office, HEALTH)
    browser = office.somebody()
    assert "health" in browser.read("/messages")
    page = f"/messages/{message.event_id}"
    assert "bipolar" not in browser.read(page)
    refused = browser.post(f"{page}/open", reason=" ")
    assert refused.status_code == 422
    assert "bipolar" not in refused.get_data(as_text=True)
    browser.read(page)
    opened = browser.post(f"{page}/open", reason="To answer her question.")
    assert "bipolar" in opened.get_data(as_text=True)
    (event,) = events(office, "message.opened")
    assert event.data == {
        "opened_event": message.event_id,
        "reason": "To answer her question.",
    }
    assert event.actor.startswith("staff:")


def test_sharing_is_a_disclosure_with_recipient_and_ground(office):
    message = write(office, HEALTH)
    browser = office.somebody()
    page = f"/messages/{message.event_id}"
    browser.read(page)
    sent = {"purpose": "service", "basis": "audit", "document": "Advice on how to answer."}
    refused = browser.post(f"{page}/share", recipient="mail-vendor", **sent)
    assert refused.status_code == 422, (
        "what is sensitive goes to nobody who is not declared for it"
    )
    browser.read(page)
    browser.post(f"{page}/share", recipient="advisers", **sent)
    (made,) = events(office, "disclosure.made")
    assert made.data["categories"] == ["A", "L"]
    assert made.subject_id == message.subject_id


def test_what_a_child_wrote_is_passed_on_for_the_case_alone(office):
    message = write(office, "I am 11 and in fifth grade.")
    office.work()
    browser = office.somebody()
    page = f"/messages/{message.event_id}"
    browser.read(page)
    sent = {"recipient": "advisers", "purpose": "service"}
    refused = browser.post(f"{page}/share", basis="consent", document="She agreed.", **sent)
    assert refused.status_code == 422
    assert "The writer may be a child" in refused.get_data(as_text=True)
    browser.read(page)
    browser.post(f"{page}/share", basis="audit", document="Advice on this case.", **sent)
    (made,) = events(office, "disclosure.made")
    assert made.data["basis"] == "audit"


def test_an_auditor_sees_the_archive_and_opens_nothing(office):
    message = write(office, HEALTH)
    browser = office.somebody(StaffRole.AUDITOR)
    browser.read("/messages")
    answer = browser.post(f"/messages/{message.event_id}/open", reason="Curious.")
    assert answer.status_code == 403
    assert events(office, "message.opened") == []


def test_an_approver_reads_and_is_not_offered_what_another_role_does(office):
    message = write(office, HEALTH)
    page = office.somebody(StaffRole.APPROVER).read(f"/messages/{message.event_id}")
    assert "Why you read it" in page
    assert "Share it" not in page
    assert "Share it" in office.somebody(StaffRole.OFFICER).read(f"/messages/{message.event_id}")


def test_an_old_message_is_found_and_still_known_as_set_apart(office):
    old = write(office, HEALTH)
    browser = office.somebody()
    page = f"/messages/{old.event_id}"
    browser.read(page)
    browser.post(f"{page}/open", reason="To answer her question.")
    other = write(office, HEALTH, "lee@example.org")

    def work(tx):
        flag = {"message": other.event_id, "kinds": ["health"]}
        for _ in range(201):
            tx.append("message.quarantined", flag, subject_id=other.subject_id)
            tx.append("message.opened", {"opened_event": other.event_id, "reason": "Again."})
        who = [Identifier("email", "ann@example.org")]
        data = {"channel": "chat", "text": "When do you open?"}
        for _ in range(50):
            tx.append("message.received", data, subject=who, site="listing-site")

    office.engine.run(work)
    first = browser.read("/messages")
    assert "52 messages" in first
    assert "1\N{EN DASH}50 of 52" in first
    assert "k•••@e•••.org" not in first
    last = browser.read("/messages?page=2")
    assert "k•••@e•••.org" in last
    shown = browser.read(page)
    assert "Set apart: health" in shown
    assert "read 1 time" in shown
    sent = {"purpose": "service", "basis": "audit", "document": "Advice."}
    refused = browser.post(f"{page}/share", recipient="mail-vendor", **sent)
    assert refused.status_code == 422
    assert "was set apart as sensitive" in refused.get_data(as_text=True)


def test_the_archive_counts_no_message_whose_writer_was_erased(office):
    gone = write(office, "When do you open?")
    write(office, "And on Sundays?", "lee@example.org")

    def erase(tx):
        tx.erase(Order((gone.subject_id,), "C-1", tx.now), ground="asked for")

    office.engine.run(erase)
    assert "1 message " in office.somebody().read("/messages")
