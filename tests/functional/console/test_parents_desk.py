"""What an officer sees and types while a parent is asked."""

import re
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting, register
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import parent_forms
from tests.engines import hold_children
from tests.factories import OFFICER, sample_world
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
MAYA = (Identifier("email", "maya.tallow@example.org"),)


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody(StaffRole.ADMIN)


def noticed(office, who):
    age = {"kind": "age", "value": 9}
    office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=who))


def asked_parents(office, *emails, account=""):
    """Return the cases of children whose parents are asked, in the order of the addresses."""
    found = []
    for email in emails:
        known = (
            Identifier("email", email),
            *([Identifier("account", account)] if account else []),
        )
        noticed(office, known)
        with office.engine.reading() as tx:
            cases = [c.case for c in register.open_cases(tx.session) if c.case not in found]
        contact = Contact(parent_email=f"parent.of.{email}")
        office.engine.run(
            lambda tx, c=cases[0], p=contact: children.confirm(tx, c, reason="Said.", contact=p),
            actor=OFFICER,
        )
        found.append(cases[0])
    office.work()
    return found


def test_a_hold_before_a_parent_is_asked_is_shown_until_its_day(office, browser):
    hold_children(office.engine, days=5)
    (case,) = asked_parents(office, "maya.tallow@example.org")
    page = browser.read(f"/children/{case}")
    with office.engine.reading() as tx:
        decided = register.get(tx.session, case).decided_at
    until = day_long(decided.astimezone(office.engine.settings.zone) + timedelta(days=5))
    assert "Held before the parent is asked" in page
    assert f"used for nothing, and destroyed on {until} but for the contact" in page
    assert "Write down what the parent said" not in page
    call = {"reason": "Called.", "method": "phone_call", "signed_name": "Pat Tallow"}
    early = browser.post(f"/children/{case}/attest", **call, purposes=["service"])
    assert "The parent has not been asked yet" in words(early)
    with clock.fixed(clock.now() + timedelta(days=5, minutes=1)):
        office.work()
    assert "Hear from the parent" in browser.read(f"/children/{case}")


def test_a_fault_stands_at_its_field_and_what_was_chosen_stays(office, browser):
    noticed(office, MAYA)
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    path = f"/children/{case}"
    own = browser.post(f"{path}/ask", reason="Age 9.", parent_email="maya.tallow@example.org")
    assert own.status_code == 422
    assert 'href="#f-parent_email"' in own.get_data(as_text=True)
    assert "The child uses this address itself" in words(own)
    assert 'href="#f-reason"' not in own.get_data(as_text=True)
    browser.post(f"{path}/ask", reason="Age 9.", parent_phone="+15550100")
    office.work()
    assert "Nothing could be sent: call the parent" in browser.read(path)
    call = {"reason": "By telephone.", "method": "phone_call", "purposes": ["newsletter"]}
    unnamed = browser.post(f"{path}/attest", **call)
    page = unnamed.get_data(as_text=True)
    assert 'href="#f-signed_name"' in page
    assert re.search(r'value="phone_call" checked', page)
    assert re.search(r'value="newsletter" checked', page)
    assert not re.search(r'value="service" checked', page)
    unknown = browser.post(f"{path}/attest", reason="By telephone.", signed_name="Pat Tallow")
    assert "Choose how you know that it is the parent" in words(unknown)


def test_a_form_to_look_at_stands_above_a_parent_who_is_waited_for(office, browser):
    waiting, answered = asked_parents(office, "kim@example.org", "lou@example.org")
    engine, choice = office.engine, Choice(("service",), "signed_form", "Pat Doe")
    engine.run(lambda tx: consenting.choose(tx, answered, choice))
    parent_forms.receive(engine, answered, b"%PDF-1.7 signed")
    page = browser.get("/children").get_data(as_text=True)
    assert page.index(answered) < page.index(waiting)
    form = browser.get(f"/children/{answered}/form")
    assert f'filename="{answered}.pdf"' in form.headers["Content-Disposition"]


def test_what_somebody_must_delete_by_hand_stays_on_the_desk_after_the_parents_yes(engine):
    with sample_world(engine) as world:
        _stays_on_the_desk(Office(world.engine))


def _stays_on_the_desk(office):
    browser = office.somebody(StaffRole.ADMIN)
    (case,) = asked_parents(office, "kim@example.org", account="77123")
    hand = "Delete by hand: The mailbox support@"

    def desk():
        page = browser.read("/children")
        return hand in page, "Delete by" in page, "Nothing left to do" in page

    assert desk() == (True, True, False), "while the parent is asked"
    yes = Choice(("service",), "phone_call", "Pat Doe")
    office.engine.run(
        lambda tx: consenting.verify(tx, case, attested="Called.", choice=yes), actor=OFFICER
    )
    office.work()
    assert desk() == (True, True, False), "after the yes"
    page = browser.read(f"/children/{case}")
    assert hand in page
    assert "Nothing left to do" not in page
    assert "done in time" not in page
    task = f"/cases/{case}/systems/support-mailbox"
    page = browser.read(task)
    assert "kim@example.org" in page
    assert "77123" in page, "what the child was known by before the parent was asked"
    facts = re.search(r"<dl.*?</dl>", browser.get(task).get_data(as_text=True), re.DOTALL)
    assert case not in facts[0]
    office.engine.run(lambda tx: consenting.withdraw(tx, case), actor=SUBJECT)
    office.work()
    assert browser.get("/children").get_data(as_text=True).count(hand) == 2, "of each case"
    browser.get(task)
    browser.post(task, removed="0", note="Searched it.")
    office.work()
    assert browser.get("/children").get_data(as_text=True).count(hand) == 1


def test_nobody_deletes_by_hand_what_a_hold_keeps_and_the_case_says_so(engine):
    with sample_world(engine) as world:
        office = Office(world.engine)
        browser = office.somebody(StaffRole.ADMIN)
        noticed(office, MAYA)
        case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
        order = HoldOrder(HoldScope.SUBJECT, "Court order 7.", subject=MAYA)
        office.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER)
        browser.get(f"/children/{case}")
        browser.post(f"/children/{case}/delete", reason="Age 9.")
        office.work()
        task = f"/cases/{case}/systems/support-mailbox"
        page = browser.read(task)
        assert "A hold keeps: Questions, comments, reviews and our answers" in page
        silent = browser.post(task, removed="0", note="Searched it.")
        assert 'href="#f-kept"' in silent.get_data(as_text=True)
        assert browser.post(task, removed="0", kept="3", note="Left.").status_code == 303
        office.work()
        page = browser.read(f"/children/{case}")
        assert "Put off by a hold" in page
        assert "Set apart for a legal hold" in page
        assert "We wait for the systems" not in page
        (left,) = [
            event.data["retained"]
            for event in world.timeline(case)
            if event.kind == "system.deleted" and event.data["system"] == "support-mailbox"
        ]
        assert [(item["count"], item["ground"]) for item in left] == [(3, "legal_hold")]


def test_what_a_case_waits_for_and_what_happened_is_said_in_words(engine):
    with sample_world(engine) as world:
        office = Office(world.engine)
        browser = office.somebody(StaffRole.ADMIN)
        noticed(office, MAYA)
        case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
        browser.get(f"/children/{case}")
        browser.post(f"/children/{case}/delete", reason="Age 9.")
        assert "Delete by hand: The mailbox support@" in browser.read("/children")
        office.work()
        page = browser.read(f"/children/{case}")
        assert "was asked to delete" in page
        assert "System asked" not in page


def test_a_consent_that_another_parent_disputes_was_taken_back_by_nobody(office, browser):
    (case,) = asked_parents(office, "maya.tallow@example.org")
    call = {"reason": "She called.", "method": "in_person", "signed_name": "Ann Tallow"}
    browser.read(f"/children/{case}")
    browser.post(f"/children/{case}/attest", purposes=["newsletter"], **call)
    told = {"reported_by": "parent", "parent_email": "father@example.org"}
    office.engine.run(lambda tx: tx.append("child.reported", told, subject=MAYA))
    page = browser.read(f"/children/{case}")
    assert "Rests: another parent told us" in page
    assert "Parent took it back" not in page


def test_nobody_says_that_a_device_told_what_a_visitor_typed(office, browser):
    typed = {"kind": "os_bracket", "value": "under_13", "method": "age-question"}
    office.engine.run(lambda tx: tx.append("age_signal.received", typed, subject=MAYA))
    desk = browser.read("/children")
    assert "answered the age question" in desk
    assert "the device reported" not in desk


def test_an_answer_that_is_missing_is_asked_for_where_it_is_typed(office, browser):
    noticed(office, MAYA)
    case = re.search(r"C-\w{4}-\w{4}", browser.get("/children").get_data(as_text=True))[0]
    browser.read(f"/children/{case}")
    sent = browser.post(f"/children/{case}/answer", reply=" ")
    assert sent.status_code == 422
    page = sent.get_data(as_text=True)
    assert 'href="#f-reply"' in page
    assert 'id="e-reply"' in page
    assert "<details open><summary>Answer the child once" in page
