"""A parent is asked: what is kept meanwhile, and how an answer or silence ends it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.consent import actions as consent
from privacy_engine.errors import Conflict
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.people import CHILD, Person
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import child_holdings
from privacy_engine.workflow.child_holdings import Place
from tests.engines import hold_children
from tests.factories import OFFICER, SampleWorld

pytestmark = [pytest.mark.functional, pytest.mark.slow]

PARENT = "parent@example.org"
CONTACT = Contact(parent_email=PARENT, parent_name="Pat", child_name="Robin")


def ask(world: SampleWorld, person: Person = CHILD) -> str:
    """Let a child be noticed, and an officer choose to ask a parent; return the case."""
    who = [Identifier("email", person.email), Identifier("account", str(person.number))]
    world.introduce(person)
    world.report("age_signal.received", {"kind": "age", "value": 11}, who)
    subject = world.subject(person)
    assert subject
    with world.engine.reading() as tx:
        case = cases.open_case_of(tx.session, tx.person(subject))
    assert case
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Own statement.", contact=CONTACT),
        actor=OFFICER,
    )
    world.work()
    return case


def found(world: SampleWorld, case: str) -> cases.Case:
    with world.engine.reading() as tx:
        return cases.get(tx.session, case)


def permitted(world: SampleWorld, *who: Identifier) -> set[str]:
    with world.engine.reading() as tx:
        codes = [item.code for item in tx.content.purposes]
        answers = consent.check_person(tx, list(who), codes, site="listing-site")
    return {code for code, answer in answers.items() if answer.permitted}


def answer_by_call(world: SampleWorld, case: str, *purposes: str) -> None:
    choice = Choice(purposes, "phone_call", "Pat Doe")
    world.engine.run(
        lambda tx: consenting.verify(tx, case, attested="Called back.", choice=choice),
        actor=OFFICER,
    )


def end(world: SampleWorld, case: str) -> None:
    """Let everything be searched once more after the answer, the mailbox by hand."""
    world.work()
    world.attest(case)
    world.work()


def test_everything_but_the_contact_is_gone_before_the_parent_is_asked(
    world: SampleWorld,
) -> None:
    case = ask(world)
    assert found(world, case).state is State.ASKING
    child = world.subject(CHILD)
    with world.engine.reading() as tx:
        (reduced,) = [e for e in tx.events_of_case(case) if e.kind == "child.reduced"]
        known = {(i.kind, i.value) for i in tx.identifiers(tx.person(child or ""))}
        contact = children.contact_of(tx, case)
    assert reduced.data["parts"] > 0
    assert known == {("email", CHILD.email), ("external", case)}
    assert contact == CONTACT
    (letter,) = world.letters_about(case)
    assert letter.address == PARENT
    assert f"/parent/answer/{case}?key=" in letter.body
    email, account = Identifier("email", CHILD.email), Identifier("account", str(CHILD.number))
    assert permitted(world, email) == permitted(world, account) == set()
    assert not world.broken()


def test_a_hold_that_counsel_ordered_uses_nothing_and_then_asks(world: SampleWorld) -> None:
    hold_children(world.engine, days=5)
    before = world.snapshot()
    case = ask(world)
    email = Identifier("email", CHILD.email)
    assert world.snapshot() == before
    assert permitted(world, email) == set()
    assert not world.letters_about(case)
    with pytest.raises(Conflict, match="has not been asked yet"):
        answer_by_call(world, case, "service")
    now = clock.now()
    with clock.fixed(now + timedelta(days=4)):
        world.work()
    assert found(world, case).asked_at is None
    assert world.subject(CHILD)
    with clock.fixed(now + timedelta(days=5, minutes=1)):
        world.work()
        due = found(world, case).answer_due_at
        assert due
        assert due > now + timedelta(days=18)
        assert [letter.address for letter in world.letters_about(case)] == [PARENT]
        with world.engine.reading() as tx:
            assert any(event.kind == "child.reduced" for event in tx.events_of_case(case))
        answer_by_call(world, case, "service")
        end(world, case)
        assert found(world, case).state is State.CONSENTED
        assert permitted(world, email) == {"service"}
    assert not world.broken()


def test_a_verified_yes_allows_what_was_chosen_and_nothing_else(world: SampleWorld) -> None:
    case = ask(world)
    answer_by_call(world, case, "service")
    world.attest(case)
    world.work()
    assert found(world, case).state is State.CONSENTED
    assert world.words(case)["erase"] == "skipped: skipped"
    assert world.has_ended(case)
    email = Identifier("email", CHILD.email)
    assert permitted(world, email) == {"service"}
    world.report(
        "consent.given",
        {
            "purpose": "newsletter",
            "document": "privacy-statement",
            "version": "2021-11-04",
            "method": "form",
        },
        [email],
    )
    assert permitted(world, email) == {"service"}, "a child's own yes counts for nothing"
    world.engine.run(lambda tx: consenting.change(tx, case, ["newsletter"]), actor=SUBJECT)
    assert permitted(world, email) == {"newsletter"}
    assert not world.broken()


def test_a_mail_calls_an_officer_about_what_a_parent_does_not_see(
    small_world: SampleWorld,
) -> None:
    world = small_world
    case = ask(world)
    answer_by_call(world, case, "service")
    places = [Place("Mail vendor", 1, apart=2), Place("Site", 4), Place("Mailbox", None)]
    for _ in range(2):
        because = world.engine.run(lambda tx: consenting.shown(tx, case, as_="page"))
        child_holdings.call_an_officer(world.engine, case, places, because=because)
        world.work()
    subject = f"A parent does not see everything in {case}"
    (mail,) = [letter for letter in world.letters() if letter.subject == subject]
    assert mail.address == world.engine.settings.controller.email
    assert "2 records may be about somebody" in mail.body
    assert not any(name in mail.body for name in (CHILD.email, CHILD.name, PARENT, "Robin"))


def test_taking_it_back_stops_everything_and_deletes(world: SampleWorld) -> None:
    case = ask(world)
    answer_by_call(world, case, "service")
    world.attest(case)
    world.work()
    world.engine.run(lambda tx: consenting.withdraw(tx, case), actor=SUBJECT)
    assert permitted(world, Identifier("email", CHILD.email)) == set()
    with world.engine.reading() as tx:
        (second,) = [item.case for item in cases.open_cases(tx.session)]
    world.work()
    world.attest(second)
    world.work()
    assert found(world, second).state is State.DELETED
    assert found(world, case).state is State.WITHDRAWN
    assert world.subject(CHILD) is None
    assert permitted(world, Identifier("email", CHILD.email)) == set()
    assert not world.broken()


@pytest.mark.parametrize("answers", ["no", "never"])
def test_a_no_and_silence_end_in_deletion(small_world: SampleWorld, answers: str) -> None:
    world = small_world
    case = ask(world)
    world.attest(case)
    world.work()
    if answers == "no":
        world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
        end(world, case)
    else:
        with clock.fixed(clock.now() + timedelta(days=15)):
            end(world, case)
    assert found(world, case).state is State.DELETED
    assert world.subject(CHILD) is None
    assert world.letters_about(case) == []
    assert not world.broken()


CANARY = "quokka-seventeen"


def test_nothing_of_the_child_or_the_parent_is_left_anywhere(small_world: SampleWorld) -> None:
    world = small_world
    world.introduce(CHILD, text=f"my secret word is {CANARY}")
    case = ask(world)
    world.attest(case)
    world.work()
    world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
    end(world, case)
    world.engine.sequence()
    assert found(world, case).state is State.DELETED
    places = _everything(world)
    for canary in (CHILD.email, CHILD.name, CANARY, PARENT, "Robin"):
        left = [str(path) for path, content in places.items() if canary.encode() in content]
        assert left == [], canary


def _everything(world: SampleWorld) -> dict[Path, bytes]:
    """Return every file of the instance, and a dump of every database in it as text."""
    files = {path: path.read_bytes() for path in world.root.rglob("*") if path.is_file()}
    dumps = {}
    for path in files:
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as connection:
                dumps[path.with_suffix(".sql")] = "\n".join(connection.iterdump()).encode()
    return {
        path: content
        for path, content in (files | dumps).items()
        if world.root / "exports" not in path.parents
    }


def test_a_childs_own_message_is_answered_once_and_then_deleted(small_world: SampleWorld) -> None:
    world = small_world
    who = [Identifier("email", CHILD.email)]
    text = {"channel": "email", "text": "Hi I am 11 years old, what do you know about me?"}
    world.report("message.received", text, who)
    with world.engine.reading() as tx:
        (case,) = [item.case for item in cases.open_cases(tx.session)]
    world.engine.run(lambda tx: children.answer_once(tx, case, text="Hello."), actor=OFFICER)
    with pytest.raises(Conflict):
        world.engine.run(lambda tx: children.answer_once(tx, case, text="Again."), actor=OFFICER)
    world.work()
    world.attest(case)
    world.work()
    assert found(world, case).state is State.DELETED
    assert world.kinds(case).count("child.answered_once") == 1
    assert world.letters() == []
    assert not world.broken()
