"""Cases that wait for a system which was taken out of the data map."""

import json
from dataclasses import replace

import pytest

from privacy_engine.connectors import health
from privacy_engine.engine import Engine
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import actions
from privacy_engine.workflow.case import LEFT_THE_MAP, found_word
from privacy_engine.workflow.corrections import Change
from tests.factories import MAILBOX, OFFICER, SampleWorld, keep_mailbox, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside

pytestmark = pytest.mark.functional


def take_out(engine: Engine, code: str) -> None:
    left = tuple(item for item in engine.content.systems if item.code != code)
    engine.content = replace(
        engine.content, data_map=replace(engine.content.data_map, systems=left)
    )


def look(world: SampleWorld) -> None:
    """Let the daily test of the systems run, and what it orders."""
    world.engine.run(lambda tx: tx.order(health.TASK))
    world.work()


def test_a_deletion_no_longer_waits_for_a_system_that_left(small_world: SampleWorld) -> None:
    world = small_world
    reference = world.confirmed(MAYA, "delete")
    world.decide(reference)
    world.work()
    look(world)
    assert world.words(reference)["delete"] == "waiting: partly", "it is still in the map"
    take_out(world.engine, MAILBOX)
    look(world)
    assert world.words(reference)["delete"] == "done: deleted"
    assert world.words(reference)["rescan"] == "done: nothing found"


def test_a_correction_in_a_system_that_left_is_decided_again(small_world: SampleWorld) -> None:
    world = small_world
    keep_mailbox(world.engine, "support@listing.example")
    reference = world.confirmed(MAYA, "correct", corrections={"text": "0199"})
    world.decide(reference)
    there = Change(MAILBOX, "messages", "phone", "0199", "0100")
    here = Change("listing-database", "clients", "phone", "+1 530 555 0199")
    both = (there, here)
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=both), actor=OFFICER)
    world.work()
    assert world.words(reference)["correct"] == "waiting: partly"
    take_out(world.engine, MAILBOX)
    look(world)
    failed = world.steps(reference)["correct"]
    assert "no longer in the data map; say again what is corrected" in failed.detail["why"]
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(here,)), actor=OFFICER)
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"


def test_nobody_looks_again_in_a_system_that_left(small_world: SampleWorld) -> None:
    world = small_world
    reference = world.confirmed(MAYA, "correct", corrections={"text": "0199"})
    world.decide(reference)
    here = Change("listing-database", "clients", "phone", "+1 530 555 0199")
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(here,)), actor=OFFICER)
    world.work()
    take_out(world.engine, "listing-database")
    with world.later(days=31):
        world.work()
    assert world.words(reference)["rescan-30"] == "done: stands"


def test_the_answer_names_what_was_asked_before_it_left(small_world: SampleWorld) -> None:
    world = small_world
    reference = world.confirmed(MAYA, "delete")
    assert world.board(reference)["mail-vendor"].found is not None
    take_out(world.engine, "mail-vendor")
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()
    assert world.words(reference)["answer"] == "done: sent"
    with world.engine.reading() as tx:
        assert found_word(tx, world.board(reference)["mail-vendor"]) == LEFT_THE_MAP
    assert world.certificate(reference).exists()


@pytest.mark.parametrize("right", ["know:categories", "know:specific"])
def test_a_package_holds_what_was_found_where_names_are_a_sites_own(
    small_world: SampleWorld, right: str
) -> None:
    """And what was found in a system that has left the data map since is no reason to fail."""
    world = small_world
    found = {"found": {"members": 2}, "records": [{"series": "members", "values": {"a": 1}}] * 2}

    def answer(_: Call) -> Reply:
        return Reply(200, json.dumps(found | {"done": True}).encode())

    with outside(answer) as url:
        vendor_at(world.engine, url)
        for leaves in (False, True):
            reference = world.confirmed(MAYA, right)
            if leaves:
                take_out(world.engine, "mail-vendor")
            world.decide(reference)
            world.work()
            assert world.words(reference)["answer"] == "done: sent"
