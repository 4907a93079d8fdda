"""A request reaches what is the person's own, and nothing that somebody merely wrote down."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy_engine.errors import Conflict
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register
from privacy_engine.rights.actions import Intake
from privacy_engine.sample_site.people import CLIENTS, MAYA, OTTO
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import admitting
from privacy_engine.workflow.case import person_of
from tests.factories import OFFICER, SampleWorld

STRANGER = Identifier("email", "stranger@example.org")


def take(world: SampleWorld, *who: Identifier, right: str = "delete") -> str:
    taken = world.engine.run(lambda tx: rights.receive(tx, Intake(right, who)), actor=SUBJECT)
    return taken.reference


def test_a_stranger_with_anothers_telephone_reaches_only_themselves(world: SampleWorld) -> None:
    world.introduce(OTTO)
    called = [Identifier("phone", OTTO.phone)]
    world.report("message.received", {"channel": "phone", "text": "called"}, called)
    before = world.snapshot()
    reference = take(world, STRANGER, Identifier("phone", OTTO.phone))
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()
    assert world.words(reference)["erase"] == "done: erased"
    assert world.snapshot() == before
    assert world.subject(OTTO), "whose telephone it is is still known"
    with world.engine.reading() as tx:
        assert tx.suppressed(called, site="listing-site") == ()
    assert world.broken() == []


def test_of_two_addresses_the_one_that_is_asked_to_confirm_is_the_one_that_counts(
    world: SampleWorld,
) -> None:
    reference = take(world, STRANGER, Identifier("email", OTTO.email))
    world.work()
    assert {letter.address for letter in world.letters_about(reference)} == {OTTO.email}


def test_what_the_site_vouches_for_is_searched_too(world: SampleWorld) -> None:
    who = [Identifier("email", MAYA.email), Identifier("phone", MAYA.phone)]
    world.report("message.received", {"channel": "contact-form", "text": "call me"}, who)
    reference = world.ask(MAYA)
    subject = world.subject(MAYA)
    assert subject
    with world.engine.reading() as tx:
        kinds = {item.kind for item in person_of(tx, reference, subject).identifiers}
    assert kinds == {"email", "phone"}


def test_a_letter_by_post_reaches_what_was_known_when_it_was_opened(world: SampleWorld) -> None:
    """The letter came days ago; what the site reported since then is the person's as well."""
    world.introduce(MAYA)
    received_at = datetime.now(UTC) - timedelta(days=9)  # noqa: TID251  a test's now
    intake = Intake(
        "delete",
        (Identifier("email", MAYA.email),),
        channel="post",
        received_at=received_at,
    )
    taken = world.engine.run(lambda tx: rights.receive(tx, intake), actor=OFFICER)
    subject = world.subject(MAYA)
    assert subject
    with world.engine.reading() as tx:
        person = person_of(tx, taken.reference, subject)
    assert ("account", str(MAYA.number)) in {(i.kind, i.value) for i in person.identifiers}
    assert not person.excluded


def test_what_is_linked_after_the_request_waits_for_an_officer(world: SampleWorld) -> None:
    reference = world.ask(MAYA)
    with world.later(hours=2):
        who = [Identifier("email", MAYA.email), Identifier("email", CLIENTS[3].email)]
        world.introduce(CLIENTS[3])
        world.report("message.received", {"channel": "form", "text": "both are mine"}, who)
        subject = world.subject(MAYA)
        assert subject
        with world.engine.reading() as tx:
            person = person_of(tx, reference, subject)
    assert {item.value for item in person.identifiers if item.kind == "email"} == {MAYA.email}
    assert len(person.excluded) == 1


def test_what_an_officer_let_in_counts_for_this_request_alone(world: SampleWorld) -> None:
    reference = world.ask(MAYA)
    with world.later(hours=2):
        world.introduce(CLIENTS[3])
        who = [Identifier("email", MAYA.email), Identifier("email", CLIENTS[3].email)]
        world.report("message.received", {"channel": "form", "text": "both are mine"}, who)
        [late] = _left_out(world, reference)
        with pytest.raises(Conflict):
            _admit(world, reference, "0" * 32)
        _admit(world, reference, late)
        _admit(world, reference, late)
        assert _left_out(world, reference) == []
        assert world.kinds(reference).count("request.identifier_admitted") == 1
        subject = world.subject(MAYA)
        assert subject
        with world.engine.reading() as tx:
            person = person_of(tx, reference, subject)
        found = {item.value for item in person.identifiers if item.kind == "email"}
        assert found == {MAYA.email, CLIENTS[3].email}
    other = world.ask(MAYA, right="know:categories")
    assert "request.identifier_admitted" not in world.kinds(other)


def _left_out(world: SampleWorld, reference: str) -> list[str]:
    with world.engine.reading() as tx:
        found = register.get(tx.session, reference)
        return [item.subject_id for item in admitting.left_out(tx, found)]


def _admit(world: SampleWorld, reference: str, subject_id: str) -> None:
    def work(tx: Transaction) -> None:
        found = register.get(tx.session, reference)
        admitting.admit(tx, found, subject_id=subject_id, reason="They showed both mailboxes.")

    world.engine.run(work, actor=OFFICER)


def test_a_request_is_decided_once(world: SampleWorld) -> None:
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    with pytest.raises(Conflict, match="decided already"):
        world.decide(reference, "deny", ground="exception", reason="On second thoughts.")
    assert world.request(reference).decision == "fulfil"


def test_a_decision_before_the_search_waits_for_it(world: SampleWorld) -> None:
    reference = world.ask(MAYA)
    world.confirm(reference)
    world.decide(reference)
    world.work()
    assert world.board(reference)["listing-database"].found, "searched before anything went"
    world.attest(reference)
    world.work()
    assert world.board(reference)["listing-database"].verdict == "erased"


def test_a_request_that_is_taken_back_is_not_carried_out(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.engine.run(lambda tx: rights.revoke(tx, reference), actor=SUBJECT)
    world.work()
    assert world.snapshot() == before
    assert world.has_ended(reference)
    assert not world.waiting()
    assert world.broken() == []


def test_browser_claims_are_trusted_nowhere(world: SampleWorld) -> None:
    reference = take(world, Identifier("email", MAYA.email))
    assert world.timeline(reference)[0].trust is Trust.BROWSER
