"""Acts beside and after an answer: doubt, proofs for others, spam, going on anew, an appeal."""

import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from privacy_engine import clock
from privacy_engine.rights import actions, afterwards
from privacy_engine.rights.rules import State
from tests.functional.console.test_requests import do, state_of
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def test_what_ended_goes_on_in_a_new_request_with_the_old_clock(office, browser):
    reference = office.request(days_ago=9)
    office.engine.run(lambda tx: actions.verify(tx, reference, method="email_link"))
    office.engine.run(lambda tx: actions.revoke(tx, reference))
    assert do(browser, reference, "reopen", reason="").status_code == 422
    assert do(browser, reference, "reopen", reason="They changed their mind.").status_code == 303
    old = state_of(office, reference)
    new = state_of(office, old.followed_by)
    assert (old.state, new.follows, new.right) == (State.REVOKED, reference, "delete")
    assert new.received_at == old.received_at
    assert new.strict_due_on == old.strict_due_on
    assert new.verified_at, "what they had shown still counts"
    assert do(browser, reference, "reopen", reason="Once more.").status_code == 409
    page = browser.get(f"/requests/{new.reference}").get_data(as_text=True)
    assert "goes on from there" in page


def test_doubt_takes_back_what_was_shown_and_asks_for_more(office, browser):
    reference = office.request()
    office.engine.run(lambda tx: actions.verify(tx, reference, method="email_link"))
    assert state_of(office, reference).verified_at
    assert do(browser, reference, "suspect", reason="Two letters came back.").status_code == 303
    assert state_of(office, reference).verified_at is None
    assert "not verified yet" in words(do(browser, reference, "approve", confirm="yes"))
    office.engine.run(lambda tx: actions.verify(tx, reference, method="email_link"))
    assert state_of(office, reference).verified_at is None, "the same link is not enough now"
    check = {"outcome": "verified", "point": ["phone", "name", "record"]}
    assert "signed declaration" in words(do(browser, reference, "verify", **check))
    do(browser, reference, "verify", declared="yes", **check)
    assert state_of(office, reference).verified_at


@pytest.mark.parametrize(
    ("acting_for", "proof"),
    [
        ("child", "parent:signed_form"),
        ("agent", "power_of_attorney"),
        ("deceased", "authority"),
        ("represented", "authority"),
        ("household", "authority"),
    ],
)
def test_who_acts_for_another_shows_that_they_may(office, browser, acting_for, proof):
    reference = office.request(acting_for=acting_for)
    office.engine.run(lambda tx: actions.verify(tx, reference, method="email_link"))
    assert state_of(office, reference).verified_at is None, "a mailbox shows no such thing"
    refused = do(browser, reference, "verify", outcome="verified", point=["phone"])
    assert refused.status_code == 422
    if acting_for != "child":
        unfiled = do(browser, reference, "verify", outcome="verified", point=[proof])
        assert "Add the paper first" in words(unfiled)
        paper = {"kind": proof, "paper": (io.BytesIO(b"%PDF-1.7 signed"), "scan.pdf")}
        assert do(browser, reference, "paper", **paper).status_code == 303
    do(browser, reference, "verify", outcome="verified", point=[proof])
    assert state_of(office, reference).verified_at


def test_an_advertisement_is_set_aside_without_a_letter_and_without_losing_it(office, browser):
    reference = office.request()
    assert do(browser, reference, "set_aside", reason="It sells shoes.").status_code == 303
    found = state_of(office, reference)
    assert (found.state, found.ground) == (State.DENIED, "spam")
    office.work()
    with office.engine.reading() as tx:
        kinds = [event.kind for event in tx.events_of_case(reference)]
    assert "message.sent" not in kinds
    assert kinds[-1] == "workflow.ended"
    assert "request.received" in kinds


def test_an_appeal_has_its_own_clock_and_its_own_letter(office, browser):
    reference = office.request(jurisdiction="us-va", days_ago=3)
    with office.engine.reading() as tx:
        assert not afterwards.may_appeal(state_of(office, reference), now=tx.now)
    office.engine.run(lambda tx: actions.end(tx, reference, as_="denied", clause="no_match"))
    today = clock.now().astimezone(office.engine.settings.zone).date().isoformat()
    typed = {"text": "I have an account.", "received_on": today}
    assert do(browser, reference, "appeal", **typed).status_code == 303
    found = state_of(office, reference)
    assert found.appeal_due_on
    # Days are counted where the law is, which may be a day ahead of the office.
    there = found.appealed_at.astimezone(ZoneInfo("America/New_York")).date()
    assert found.appeal_due_on == there + timedelta(days=60)
    typed = {"outcome": "reversed", "explanation": "You are right."}
    preview = do(browser, reference, "decide_appeal", **typed)
    assert "Attorney General" in words(preview)
    seen = re.search(r'name="seen" value="(\w+)"', preview.get_data(as_text=True))[1]
    assert do(browser, reference, "decide_appeal", seen=seen, **typed).status_code == 303
    found = state_of(office, reference)
    assert found.appeal_outcome == "reversed"
    follow = state_of(office, found.followed_by)
    assert (follow.follows_why, follow.received_at) == ("appeal", found.appealed_at)


def test_california_has_no_appeal_and_offers_none(office, browser):
    reference = office.request()
    office.engine.run(lambda tx: actions.end(tx, reference, as_="denied", clause="no_match"))
    page = browser.get(f"/requests/{reference}").get_data(as_text=True)
    assert "do=appeal" not in page


def test_what_was_decided_can_no_longer_be_taken_back_here_nor_by_the_person(office, browser):
    reference = office.request()
    office.work()
    office.engine.run(lambda tx: actions.verify(tx, reference, method="email_link"))
    office.work()
    offered = "They take it back"
    assert offered in browser.read(f"/requests/{reference}")
    office.engine.run(lambda tx: actions.decide(tx, reference, outcome="fulfil"))
    assert offered not in browser.read(f"/requests/{reference}")
    refused = do(browser, reference, "revoke", reason="They rang.")
    assert refused.status_code == 409
    assert "It was decided already and is being done" in words(refused)
    assert state_of(office, reference).state is not State.REVOKED


def test_a_no_that_counts_already_is_not_taken_back(office, browser):
    reference = office.request("opt_out")
    assert "They take it back" not in browser.read(f"/requests/{reference}")
    refused = do(browser, reference, "revoke", reason="They rang.")
    assert refused.status_code == 409
    assert "This counts already" in words(refused)
