"""What comes into systems while a parent is asked is deleted after a no or silence, once.

The child is a client whose account number is destroyed before the parent is asked: only the copy
sealed for searching knows it. A yes keeps what came, for it was collected with the freeze told.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.log import restore
from privacy_engine.log.event import Identifier
from privacy_engine.reports import child_facts
from privacy_engine.sample_site.people import CLIENTS
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow.rescans import search_identifiers
from tests.factories import MAILBOX, OFFICER, SampleWorld, Snapshot
from tests.functional.workflow.test_crashes import Fuse, work
from tests.functional.workflow.test_names_learnt_late import (
    DATABASE,
    PARENT,
    decide,
    noticed,
    outcome,
    state,
)

pytestmark = [pytest.mark.functional, pytest.mark.slow]

CHILD = CLIENTS[10]
EMAIL, ACCOUNT = Identifier("email", CHILD.email), Identifier("account", str(CHILD.number))
VENDOR = "mail-vendor"
TWO_WEEKS = timedelta(days=15)


def asking(world: SampleWorld) -> tuple[str, Snapshot]:
    """Let a parent be asked; return the case, and the site's database without the child."""
    case = noticed(world, EMAIL, ACCOUNT)
    decide(world, case, PARENT)
    world.attest(case)
    world.work()
    assert state(world, case) is State.ASKING
    return case, world.snapshot()


def comes(world: SampleWorld) -> Snapshot:
    """Let the child come back into each system, by either name; return the site's database."""
    with closing(sqlite3.connect(world.site_database)) as connection, connection:
        connection.execute(
            "INSERT INTO clients (id, email, name, password_hash, created_on)"
            " VALUES (?, 'new@example.org', 'R.', '-', '2026-01-01')",
            (CHILD.number,),
        )
        connection.execute(
            "INSERT INTO newsletter_subscriptions (email, lists, subscribed_on)"
            " VALUES (?, 'monthly', '2026-01-01')",
            (CHILD.email,),
        )
        connection.execute(
            "INSERT INTO web_logs (account, ip, path, seen_on)"
            " VALUES (?, '192.0.2.7', '/', '2026-01-01')",
            (ACCOUNT.value,),
        )
    held = world.vendor.read()
    held["subscribers"].append(CHILD.email)
    world.vendor._write(held)
    return world.snapshot()


def sealed_names(world: SampleWorld, case: str) -> set[str]:
    with world.engine.reading() as tx:
        return {item.value for item in search_identifiers(tx, case, None)}


def say_no(world: SampleWorld, case: str) -> None:
    world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)


def say_yes(world: SampleWorld, case: str) -> None:
    choice = Choice(("service",), "phone_call", "Pat Doe")
    world.engine.run(
        lambda tx: consenting.verify(tx, case, attested="Called back.", choice=choice),
        actor=OFFICER,
    )


def deletions(world: SampleWorld, case: str, system: str) -> int:
    told = [e for e in world.timeline(case) if e.kind == "system.deleted"]
    return sum(event.data["system"] == system for event in told)


def assert_closed(world: SampleWorld, case: str, without: Snapshot) -> None:
    """The case says deleted, and that is so everywhere; nothing else of the site changed."""
    assert state(world, case) is State.DELETED
    assert world.has_ended(case)
    assert world.snapshot() == without
    assert CHILD.email not in world.subscribers
    assert sealed_names(world, case) == set()
    assert not world.broken()


@pytest.mark.parametrize("answers", ["no", "never"])
def test_what_came_while_a_parent_was_asked_goes_when_no_yes_comes(
    world: SampleWorld, answers: str
) -> None:
    case, without = asking(world)
    first = outcome(world, case)
    assert sealed_names(world, case) == {EMAIL.value, ACCOUNT.value}
    came = comes(world)
    with clock.fixed(clock.now() + timedelta(days=1)):
        world.work()
        assert world.snapshot() == came, "nothing is searched again before the wait is over"
    with clock.fixed(clock.now() + TWO_WEEKS):
        if answers == "no":
            say_no(world, case)
        world.work()
        assert state(world, case) is State.DELETING, "the mailbox is searched by hand once more"
        world.attest(case, removed=1)
        world.work()
        assert_closed(world, case, without)
        said = outcome(world, case)
        assert (said.removed or 0) - (first.removed or 0) == 3
        assert (said.found_before or 0) - (first.found_before or 0) == 3
        assert sum((world.board(case)[MAILBOX].removed or {}).values()) == 1
        assert [deletions(world, case, one) for one in (DATABASE, VENDOR, MAILBOX)] == [2, 2, 2]
        with world.engine.reading() as tx:
            file = child_facts.case_report(tx, case)
        assert "Delete the rest" not in str(file.exceptions), "the rest was deleted on its day"
        assert file.headline.text.startswith("Deleted")
    with clock.fixed(clock.now() + 4 * TWO_WEEKS):
        world.work()
        assert deletions(world, case, DATABASE) == 2, "once, and then it is closed"
        assert_closed(world, case, without)


def test_a_case_that_goes_on_for_a_merged_one_searches_by_the_names_of_both(
    small_world: SampleWorld,
) -> None:
    world = small_world
    merged, without = asking(world)
    new = Identifier("account", "9041")
    going_on = noticed(world, new)
    comes(world)
    world.report("age_signal.received", {"kind": "age", "value": 11}, [EMAIL, new])
    decide(world, going_on)
    assert world.has_ended(merged)
    world.work()
    world.attest(going_on)
    world.work()
    for case in (going_on, merged):
        assert_closed(world, case, without)
    with world.engine.reading() as tx:
        assert children.merged_into(tx, merged) == going_on


def test_a_yes_deletes_nothing_again_and_the_sealed_names_go(world: SampleWorld) -> None:
    case, _ = asking(world)
    came = comes(world)
    say_yes(world, case)
    world.work()
    with clock.fixed(clock.now() + TWO_WEEKS):
        world.work()
        assert state(world, case) is State.CONSENTED
        assert world.has_ended(case)
        assert world.snapshot() == came
        assert CHILD.email in world.subscribers
        assert sealed_names(world, case) == set()
        assert not world.broken()


def test_a_yes_before_every_system_was_emptied_lets_the_names_go_afterwards(
    small_world: SampleWorld,
) -> None:
    world = small_world
    case = noticed(world, EMAIL, ACCOUNT)
    decide(world, case, PARENT)
    say_yes(world, case)
    world.work()
    assert sealed_names(world, case) == {EMAIL.value, ACCOUNT.value}, "the mailbox is still to do"
    world.attest(case)
    world.work()
    assert world.has_ended(case)
    assert sealed_names(world, case) == set()


def test_a_system_that_is_down_when_the_wait_ends_is_asked_until_it_answers(
    small_world: SampleWorld,
) -> None:
    world = small_world
    case, without = asking(world)
    comes(world)
    addresses = world.engine.settings.addresses
    nowhere = dict.fromkeys(addresses, "http://127.0.0.1:9/privacy")
    _address(world, nowhere)
    say_no(world, case)
    world.work()
    world.attest(case)
    world.work()
    elsewhere = {**world.snapshot(), "subscribers": without["subscribers"]}
    assert elsewhere == without, "the others are emptied meanwhile"
    assert CHILD.email in world.subscribers
    assert state(world, case) is State.DELETING
    assert sealed_names(world, case) == {EMAIL.value, ACCOUNT.value}
    _address(world, addresses)
    with clock.fixed(clock.now() + timedelta(days=1)):
        world.work()
        assert_closed(world, case, without)
        assert deletions(world, case, VENDOR) == 2


def _address(world: SampleWorld, addresses: Mapping[str, str]) -> None:
    world.engine.settings = replace(world.engine.settings, addresses=addresses)
    world.engine.world = replace(world.engine.world, settings=world.engine.settings)


def test_a_mailbox_searched_by_hand_after_the_wait_is_not_searched_twice(
    small_world: SampleWorld,
) -> None:
    world = small_world
    case = noticed(world, EMAIL, ACCOUNT)
    decide(world, case, PARENT)
    without = world.snapshot()
    comes(world)
    with clock.fixed(clock.now() + TWO_WEEKS):
        world.work()
        world.attest(case)
        world.work()
    with clock.fixed(clock.now() + TWO_WEEKS + timedelta(hours=1)):
        world.work()  # the first search had found what came, and was to be made again
        assert_closed(world, case, without)
        assert deletions(world, case, MAILBOX) == 1


def test_who_refuses_before_anything_was_searched_has_it_searched_once(
    small_world: SampleWorld,
) -> None:
    world = small_world
    case = noticed(world, EMAIL, ACCOUNT)
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Own statement.", contact=PARENT),
        actor=OFFICER,
    )
    say_no(world, case)
    world.work()
    world.attest(case)
    world.work()
    assert state(world, case) is State.DELETED
    assert [deletions(world, case, one) for one in (DATABASE, VENDOR, MAILBOX)] == [1, 1, 1]


# A process that dies ---------------------------------------------------------------------

MOST_WRITES = 85


def told_to_the_end(world: SampleWorld, fuse: Fuse) -> tuple[str, Snapshot]:
    """Let a parent be asked, the child come back and nobody answer; writes count from there."""
    case, without = asking(world)
    comes(world)
    ends = clock.now() + TWO_WEEKS
    work(world, fuse, ends)
    with clock.fixed(ends + timedelta(hours=1)):
        world.attest(case)
    work(world, fuse, ends + timedelta(hours=1))
    work(world, fuse, ends + timedelta(hours=2))
    return case, without


def test_the_end_of_a_wait_has_fewer_writes_than_are_tried(small_world: SampleWorld) -> None:
    fuse = Fuse(0)
    case, without = told_to_the_end(small_world, fuse)
    assert_closed(small_world, case, without)
    assert MOST_WRITES - 20 < fuse.writes < MOST_WRITES


@pytest.mark.parametrize("at", range(1, MOST_WRITES, 3))
def test_a_crash_at_any_write_leaves_nothing_of_what_came(
    small_world: SampleWorld, at: int
) -> None:
    world, fuse = small_world, Fuse(at)
    case, without = told_to_the_end(world, fuse)
    assert_closed(world, case, without)
    assert [deletions(world, case, one) for one in (DATABASE, VENDOR, MAILBOX)] == [2, 2, 2]
    with world.engine.reading() as tx:
        assert restore.undone(tx.session, world.engine.ring) == []
    assert world.waiting() == []
