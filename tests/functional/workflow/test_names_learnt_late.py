"""What is linked to a child after systems were searched is searched for before it is erased."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.rules import State
from privacy_engine.consent import actions as consent
from privacy_engine.errors import Conflict
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Identifier
from privacy_engine.reports import system_facts
from privacy_engine.reports.kinds.deletion import SystemOutcome
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.sample_site.people import CHILD, CLIENTS, Person
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow.runner import Claim, Outcome
from privacy_engine.workflow.steps import BODIES
from tests.factories import OFFICER, SITE, SampleWorld, browser_draft

pytestmark = [pytest.mark.functional, pytest.mark.slow]

LATE, BYSTANDER = CLIENTS[11], CLIENTS[12]
"""Clients of the site: an account that turns out to be the child's, and nobody's concern."""

EMAIL, ACCOUNT = Identifier("email", CHILD.email), Identifier("account", str(LATE.number))
PARENT = Contact(parent_email="parent@example.org", parent_name="Pat", child_name="Robin")
DATABASE = "listing-database"
SHOWN = {"document": "privacy-statement", "version": "2021-11-04"}


def noticed(world: SampleWorld, *who: Identifier) -> str:
    """Let somebody give an age; return the case."""
    world.meant |= {CHILD, LATE}  # one case may be about both
    world.report("age_signal.received", {"kind": "age", "value": 11}, who)
    with world.engine.reading() as tx:
        subject = tx.find_subject(who, site="listing-site")
        case = cases.open_case_of(tx.session, tx.person(subject or ""))
    assert case
    return case


def decide(world: SampleWorld, case: str, contact: Contact | None = None) -> None:
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Own statement.", contact=contact),
        actor=OFFICER,
    )
    world.work()


def link(world: SampleWorld, *who: Identifier) -> None:
    """Let the site's server say that two names are one person's."""
    world.report("subject.linked", {"subjects": [], "evidence": "Signed in with it."}, who)


def hold(world: SampleWorld, *who: Identifier) -> str:
    wish = HoldOrder(ground="A court has asked.", scope=HoldScope.SUBJECT, subject=who)
    return world.engine.run(lambda tx: holds.place(tx, wish), actor=OFFICER).hold


def release(world: SampleWorld, name: str) -> None:
    world.engine.run(lambda tx: holds.release(tx, name), actor=OFFICER)
    world.work()


def state(world: SampleWorld, case: str) -> State:
    with world.engine.reading() as tx:
        return cases.get(tx.session, case).state


def has_rows(world: SampleWorld, person: Person) -> bool:
    with closing(sqlite3.connect(world.site_database)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM clients WHERE id = ?", (person.number,)
        ).fetchone()
    return bool(count)


def outcome(world: SampleWorld, case: str) -> SystemOutcome:
    """Return what the certificate says of the site's database."""
    with world.engine.reading() as tx:
        title = tx.content.system(DATABASE).title
        told = system_facts.systems(tx, tx.events_of_case(case))
    return next(item for item in told if item.title == title)


def permitted(world: SampleWorld, *who: Identifier) -> set[str]:
    with world.engine.reading() as tx:
        codes = [item.code for item in tx.content.purposes]
        answers = consent.check_person(tx, who, codes, site="listing-site")
    return {code for code, answer in answers.items() if answer.permitted}


def assert_gone(world: SampleWorld, case: str) -> None:
    """The late account went from the site's database, the file says so, and nothing else went."""
    assert state(world, case) is State.DELETED
    assert not has_rows(world, LATE)
    assert has_rows(world, BYSTANDER)
    said = outcome(world, case)
    assert said.verdict.value in {"erased", "retained"}
    assert said.found_after == 0 or said.retained
    assert said.removed
    with world.engine.reading() as tx:
        assert tx.find_subject([EMAIL, ACCOUNT], site="listing-site") is None
    assert permitted(world, EMAIL) == permitted(world, ACCOUNT) == set()
    assert not world.broken()


# A name that was never heard of before is the child's own --------------------------------


def test_an_account_learnt_while_a_hold_stands_is_deleted_when_it_ends(world: SampleWorld) -> None:
    case = noticed(world, EMAIL)
    held = hold(world, EMAIL)
    decide(world, case)
    world.attest(case)
    world.work()
    assert world.words(case)["erase"] == "waiting: held"
    link(world, EMAIL, ACCOUNT)
    release(world, held)
    assert has_rows(world, BYSTANDER)
    assert not has_rows(world, LATE)
    assert state(world, case) is State.DELETING, "the mailbox is searched by hand for it first"
    world.attest(case)
    world.work()
    assert_gone(world, case)


@pytest.mark.parametrize("answers", ["no", "never"])
def test_an_account_learnt_while_a_parent_is_asked_goes_with_the_rest(
    world: SampleWorld, answers: str
) -> None:
    case = noticed(world, EMAIL)
    decide(world, case, PARENT)
    world.attest(case)
    world.work()
    assert state(world, case) is State.ASKING
    link(world, EMAIL, ACCOUNT)
    with clock.fixed(clock.now() + timedelta(days=15 if answers == "never" else 1)):
        if answers == "no":
            world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
        world.work()
        assert not has_rows(world, LATE)
        world.attest(case)
        world.work()
        assert_gone(world, case)


@pytest.mark.parametrize("step", [StepKind.DELETE, StepKind.NOTIFY, StepKind.RESCAN])
def test_an_account_learnt_between_two_steps_is_found_all_the_same(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch, step: StepKind
) -> None:
    world = small_world
    body = BODIES[step]
    told: list[str] = []

    def after_a_word(claim: Claim) -> Outcome:
        if not told:
            told.append(claim.case)
            link(world, EMAIL, ACCOUNT)
        return body(claim)

    monkeypatch.setitem(BODIES, step, after_a_word)
    case = noticed(world, EMAIL)
    decide(world, case)
    world.attest(case)
    world.work()
    with world.later(hours=1):  # what the first search found again is deleted by then
        world.work()
        if state(world, case) is State.DELETING:  # the mailbox had been emptied before
            world.attest(case)
            world.work()
    assert_gone(world, case)


# Somebody of whom something was known already is another officer's decision --------------


def known_adult(world: SampleWorld) -> None:
    world.report("age_signal.received", {"kind": "age", "value": 41}, [ACCOUNT])


def linked_while_held(world: SampleWorld) -> tuple[str, str, str]:
    """Link somebody known to a child who is held; return the child's case, theirs, the hold."""
    case = noticed(world, EMAIL)
    held = hold(world, EMAIL)
    decide(world, case)
    world.attest(case)
    world.work()
    link(world, EMAIL, ACCOUNT)
    with world.engine.reading() as tx:
        (other,) = [item.case for item in cases.open_cases(tx.session) if item.case != case]
    return case, other, held


def test_somebody_known_is_frozen_apart_and_nothing_of_theirs_is_deleted(
    world: SampleWorld,
) -> None:
    known_adult(world)
    case, other, held = linked_while_held(world)
    assert state(world, other) is State.SUSPECTED
    release(world, held)
    assert state(world, case) is State.DELETED
    assert has_rows(world, LATE)
    assert permitted(world, ACCOUNT) == set(), "still frozen, though the link is gone"
    with world.engine.reading() as tx:
        assert tx.find_subject([EMAIL], site="listing-site") is None
        assert tx.find_subject([ACCOUNT], site="listing-site")
    with clock.fixed(clock.now() + timedelta(hours=1)):
        world.engine.run(
            lambda tx: children.clear(tx, other, reason="An adult's account."), actor=OFFICER
        )
        assert "service" in permitted(world, ACCOUNT)
        assert permitted(world, EMAIL) == set()
    assert has_rows(world, LATE)
    assert not world.broken()


def test_clearing_somebody_who_was_linked_leaves_the_child_frozen(
    small_world: SampleWorld,
) -> None:
    world = small_world
    known_adult(world)
    _, other, _ = linked_while_held(world)
    with clock.fixed(clock.now() + timedelta(hours=1)):
        world.engine.run(
            lambda tx: children.clear(tx, other, reason="An adult's account."), actor=OFFICER
        )
        assert permitted(world, EMAIL) == permitted(world, ACCOUNT) == set()


def test_deciding_that_it_is_the_same_child_lets_the_first_case_go_on_for_both(
    world: SampleWorld,
) -> None:
    known_adult(world)
    case, other, held = linked_while_held(world)
    with pytest.raises(Conflict):
        world.engine.run(
            lambda tx: children.confirm(tx, other, reason="So.", contact=PARENT), actor=OFFICER
        )
    decide(world, other)
    with world.engine.reading() as tx:
        assert children.merged_into(tx, other) == case
    release(world, held)
    world.attest(case)
    world.work()
    assert_gone(world, case)


def test_a_bridge_to_somebody_else_is_left_with_them(world: SampleWorld) -> None:
    known_adult(world)
    case = noticed(world, EMAIL)
    held = hold(world, EMAIL)
    decide(world, case)
    world.attest(case)
    world.work()
    bridge = Identifier("external", "family-7", "loyalty.example")
    link(world, EMAIL, bridge, ACCOUNT)
    release(world, held)
    assert state(world, case) is State.DELETED
    assert has_rows(world, LATE)
    assert permitted(world, ACCOUNT) == permitted(world, bridge) == set()
    assert not world.broken()


def test_another_child_who_was_known_by_their_own_word_goes_too(world: SampleWorld) -> None:
    case = noticed(world, EMAIL)
    other = noticed(world, ACCOUNT)
    held = hold(world, EMAIL)
    decide(world, case)
    world.attest(case)
    world.work()
    link(world, EMAIL, ACCOUNT)
    release(world, held)
    world.attest(case)
    world.work()
    assert_gone(world, case)
    with world.engine.reading() as tx:
        assert children.merged_into(tx, other) == case


def test_the_adult_s_address_is_not_searched_by_because_one_event_named_both(
    world: SampleWorld,
) -> None:
    """The event of a link lies under one of the two; the other's name in it stays theirs."""
    adult = Identifier("email", LATE.email)
    world.report("age_signal.received", {"kind": "age", "value": 41}, [adult])
    child = Identifier("account", "9041")
    case = noticed(world, child)
    held = hold(world, child)
    decide(world, case)
    world.attest(case)
    world.work()
    link(world, child, adult)
    release(world, held)
    assert state(world, case) is State.DELETED
    assert has_rows(world, LATE)
    with world.engine.reading() as tx:
        assert tx.suppressed([adult], site="listing-site") == ()


def test_a_name_that_comes_back_while_a_parent_is_asked_goes_with_the_rest(
    small_world: SampleWorld,
) -> None:
    """It was erased as the child's before, so nobody has to say so again."""
    world = small_world
    case = noticed(world, EMAIL, ACCOUNT)
    decide(world, case, PARENT)
    world.attest(case)
    world.work()
    world.report("age_signal.received", {"kind": "age", "value": 41}, [ACCOUNT])
    link(world, EMAIL, ACCOUNT)
    world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
    world.work()
    if state(world, case) is State.DELETING:
        world.attest(case)
        world.work()
    assert_gone(world, case)


# A name of a child who was erased, beside another ----------------------------------------


def erased(world: SampleWorld) -> None:
    decide(world, case := noticed(world, EMAIL))
    world.attest(case)
    world.work()
    assert state(world, case) is State.DELETED


def case_of(world: SampleWorld, *who: Identifier) -> cases.Case | None:
    with world.engine.reading() as tx:
        subject = tx.find_subject(who, site="listing-site")
        case = cases.open_case_of(tx.session, tx.person(subject or ""))
        return cases.get(tx.session, case) if case else None


@pytest.mark.parametrize("apart", [False, True], ids=["one event", "linked afterwards"])
def test_an_account_beside_an_erased_child_s_address_is_frozen_until_somebody_looks(
    small_world: SampleWorld, apart: bool
) -> None:
    world = small_world
    erased(world)
    data = {"kind": "age", "value": 41}
    if apart:
        world.report("age_signal.received", data, [ACCOUNT])
        assert "service" in permitted(world, ACCOUNT)
        link(world, EMAIL, ACCOUNT)
    else:
        world.report("age_signal.received", data, [EMAIL, ACCOUNT])
    assert permitted(world, ACCOUNT) == permitted(world, EMAIL) == set()
    found = case_of(world, ACCOUNT)
    assert found
    assert found.state is State.SUSPECTED
    with clock.fixed(clock.now() + timedelta(hours=1)):
        world.engine.run(
            lambda tx: children.clear(tx, found.case, reason="A grown-up who shares a computer."),
            actor=OFFICER,
        )
        assert "service" in permitted(world, ACCOUNT)
        assert permitted(world, EMAIL) == set()
        device = Identifier("device", "tablet-7")
        world.report("age_signal.received", data, [EMAIL, ACCOUNT, device])
        assert case_of(world, ACCOUNT) is None, "it was decided already"
        another = Identifier("account", "9042")
        world.report("notice.shown", SHOWN, [EMAIL, another])
        assert permitted(world, another) == set(), "nobody has looked at this one"
        assert case_of(world, another)


def test_what_only_a_browser_says_freezes_no_account_beside_an_erased_address(
    small_world: SampleWorld,
) -> None:
    world = small_world
    erased(world)
    world.report("age_signal.received", {"kind": "age", "value": 41}, [ACCOUNT])
    draft = browser_draft("age_signal.received", {"kind": "age", "value": 41}, [EMAIL, ACCOUNT])
    world.engine.run(lambda tx: tx.append_many([draft]), actor=SITE)
    assert case_of(world, ACCOUNT) is None
    assert "service" in permitted(world, ACCOUNT)
    assert permitted(world, EMAIL) == set()
