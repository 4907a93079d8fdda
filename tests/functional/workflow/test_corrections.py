"""A correction is written through, checked, and looked at again a month later."""

import json
from dataclasses import replace
from typing import Any

import pytest

from privacy_engine.errors import Conflict, InvalidInput, UnknownCode
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.workflow import actions, corrections, hand_tasks
from privacy_engine.workflow.corrections import Change
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.steps import correcting as corrections_step
from tests.factories import OFFICER, SampleWorld, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.snapshots import changes

PHONE = Change("listing-database", "clients", "phone", "+1 530 555 0199")
YEAR = Change("listing-database", "clients", "birth_year", 1986)


def correct(world: SampleWorld, reference: str, *what: Change) -> None:
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=what), actor=OFFICER)


def decided(world: SampleWorld, outcome: str = "fulfil", **more: str) -> str:
    world.introduce(MAYA)
    reference = world.ask(
        MAYA, "correct", corrections={"text": "My number ends in 0199, and I was born in 1986."}
    )
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference, outcome, **more)
    world.work()
    return reference


def site_says(world: SampleWorld, statement: str) -> None:
    with world.by_hand() as connection:
        connection.execute(statement, (MAYA.email,))


def test_a_correction_waits_for_the_officer_then_stands(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = decided(world)
    assert world.words(reference)["correct"] == "waiting: officer"
    correct(world, reference, PHONE, YEAR)
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    (change,) = changes(before, world.snapshot())
    assert (change.table, change.columns) == ("clients", {"phone", "birth_year"})
    assert change.after is not None
    assert (change.after["phone"], change.after["birth_year"]) == (PHONE.value, YEAR.value)
    answer = world.letters_about(reference)[-1]
    assert "looked at again: the new value stands" in answer.body
    assert PHONE.value not in answer.body
    assert world.board(reference)["listing-database"].verdict == "corrected"
    assert world.request(reference).state == "fulfilled"
    assert world.broken() == []


def test_what_an_import_undid_is_corrected_again_and_nothing_is_deleted(
    small_world: SampleWorld,
) -> None:
    reference = decided(small_world)
    correct(small_world, reference, PHONE)
    small_world.work()
    stood = small_world.snapshot()
    site_says(small_world, "UPDATE clients SET phone = '+1 530 555 0100' WHERE email = ?")
    with small_world.later(days=31):
        small_world.work()
    assert small_world.snapshot() == stood
    assert small_world.words(reference)["rescan-30"] == "waiting: corrected_again"
    board = small_world.board(reference)
    assert board["listing-database"].verdict == "corrected_again", "somebody should look why"
    due_at = small_world.steps(reference)["rescan-30"].due_at
    assert due_at is not None
    assert not small_world.has_ended(reference), "what was undone once is looked at once more"
    with small_world.later(days=45):
        small_world.work()
    assert not small_world.has_ended(reference)
    with small_world.later(days=62):
        small_world.work()
    assert small_world.words(reference)["rescan-30"] == "done: stands"
    assert small_world.board(reference)["listing-database"].verdict == "corrected"
    assert small_world.has_ended(reference)
    assert "system.deleted" not in small_world.kinds(reference)


def test_what_is_undone_again_and_again_ends_with_the_truth(small_world: SampleWorld) -> None:
    reference = decided(small_world)
    correct(small_world, reference, PHONE)
    small_world.work()
    for days in (31, 62):
        site_says(small_world, "UPDATE clients SET phone = '+1 530 555 0100' WHERE email = ?")
        with small_world.later(days=days):
            small_world.work()
    assert small_world.words(reference)["rescan-30"] == "done: corrected_again"
    assert small_world.board(reference)["listing-database"].verdict == "corrected_again"
    assert small_world.has_ended(reference)
    assert small_world.broken() == []


def test_the_values_are_sealed_under_the_person_and_go_with_them(
    small_world: SampleWorld,
) -> None:
    reference = decided(small_world)
    correct(small_world, reference, PHONE)
    small_world.work()
    small_world.delete_whole(MAYA)
    assert PHONE.value not in str([event.data for event in small_world.timeline(reference)])
    with small_world.engine.reading() as tx:
        assert corrections.decided(tx, reference) is None
    with small_world.later(days=31):
        small_world.work()
    assert small_world.words(reference)["rescan-30"] == "done: nobody"
    assert small_world.broken() == []


def test_where_the_person_has_several_records_nothing_is_overwritten(
    small_world: SampleWorld,
) -> None:
    reference = decided(small_world)
    before = small_world.snapshot()
    correct(small_world, reference, Change("listing-database", "appointments", "topic", "other"))
    small_world.work()
    assert small_world.words(reference)["correct"].startswith("failed: ")
    assert changes(before, small_world.snapshot()) == []
    assert (
        "records of this person, not one"
        in small_world.board(reference)["listing-database"].message
    )
    correct(small_world, reference, PHONE)
    small_world.work()
    assert small_world.words(reference)["correct"] == "done: corrected"


def test_a_part_that_is_refused_is_told_with_its_reason(small_world: SampleWorld) -> None:
    reference = decided(
        small_world,
        "partial",
        ground="accurate_on_all_evidence",
        reason="The year agrees with what you showed us.",
    )
    correct(small_world, reference, PHONE)
    small_world.work()
    assert "The year agrees" in small_world.letters_about(reference)[-1].body


def test_a_place_by_hand_is_recorded_as_such(small_world: SampleWorld) -> None:
    reference = decided(small_world)
    correct(small_world, reference, Change("support-mailbox", "messages", "card", "new number"))
    small_world.work()
    assert small_world.board(reference)["support-mailbox"].verdict == "by_hand"
    assert "corrected by hand" in small_world.letters_about(reference)[-1].body


@pytest.mark.parametrize(
    "change",
    [
        replace(PHONE, column="id"),
        replace(PHONE, column="email"),
        replace(PHONE, column="referred_by"),
        replace(PHONE, table="appointments", column="client_id"),
        replace(PHONE, column="no_such_column"),
        replace(PHONE, value="x" * 5_000),
        Change("payment-vendor", "invoices", "name", "x"),
    ],
    ids=repr,
)
def test_what_says_whose_a_row_is_is_never_overwritten(
    small_world: SampleWorld, change: Change
) -> None:
    reference = decided(small_world)
    with pytest.raises(InvalidInput):
        correct(small_world, reference, change)


def test_nothing_is_corrected_where_nothing_is_to_be(small_world: SampleWorld) -> None:
    reference = decided(small_world)
    with pytest.raises(InvalidInput):
        correct(small_world, reference)
    with pytest.raises(InvalidInput):
        correct(small_world, reference, PHONE, replace(PHONE, value="another"))
    with pytest.raises(UnknownCode):
        correct(small_world, reference, replace(PHONE, table="no_such_table"))
    correct(small_world, reference, PHONE)
    small_world.work()
    with pytest.raises(Conflict):
        correct(small_world, reference, YEAR)
    deletion = small_world.ask(OTTO)
    with pytest.raises(Conflict):
        correct(small_world, deletion, PHONE)


def test_where_there_are_several_records_the_wrong_value_says_which(world: SampleWorld) -> None:
    place = ("listing-database", "appointments", "topic")
    with world.by_hand() as connection:
        ids = connection.execute(
            "SELECT id FROM appointments WHERE client_id = 1 ORDER BY id"
        ).fetchall()
        connection.execute("UPDATE appointments SET topic = 'Sleap' WHERE id = ?", ids[0])
    assert len(ids) > 1
    reference = decided(world)
    before = world.snapshot()
    correct(world, reference, Change(*place, "Sleep", was="Sleap"))
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    (change,) = changes(before, world.snapshot())
    assert (change.key, change.columns) == (ids[0], {"topic"})
    assert world.broken() == []


def test_several_records_and_no_word_which_wait_for_the_officer(
    small_world: SampleWorld,
) -> None:
    reference = decided(small_world)
    before = small_world.snapshot()
    correct(small_world, reference, Change("listing-database", "appointments", "topic", "x"))
    small_world.work()
    assert "say which value was wrong" in small_world.board(reference)["listing-database"].message
    assert small_world.snapshot() == before


def test_the_answer_names_who_gave_the_wrong_value(small_world: SampleWorld) -> None:
    reference = decided(small_world)
    small_world.engine.run(
        lambda tx: actions.correct(
            tx, reference, changes=[PHONE], source="Tallow Directory Services"
        ),
        actor=OFFICER,
    )
    small_world.work()
    answer = small_world.letters_about(reference)[-1]
    assert "The wrong value came from: Tallow Directory Services" in answer.body


class Answering:
    """A site that gives the same question the same answer, as Standard Webhooks have it."""

    def __init__(self) -> None:
        self.city, self.known, self.stuck = "Reno", dict[str, bytes](), True

    def __call__(self, call: Call) -> Reply:
        message = call.headers["webhook-id"]
        if message not in self.known:
            self.known[message] = json.dumps(self._do(json.loads(call.body)["data"])).encode()
        return Reply(200, self.known[message])

    def _do(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["action"] == "correct" and not self.stuck:
            self.city = asked["corrections"][0]["value"]
        records = [{"series": "newsletter-subscriptions", "values": {"city": self.city}}]
        counts = {"newsletter-subscriptions": 1}
        return {"done": True, "found": counts, "changed": counts, "records": records}


def test_a_site_that_repeats_its_answers_is_asked_anew(small_world: SampleWorld) -> None:
    world, site = small_world, Answering()
    with outside(site) as url:
        vendor_at(world.engine, url)
        reference = decided(world)
        wanted = Change("mail-vendor", "newsletter-subscriptions", "city", "Truckee")
        correct(world, reference, wanted)
        world.work()
        assert world.board(reference)["mail-vendor"].verdict == corrections.DIFFERS
        with world.engine.reading() as tx:
            offered = hand_tasks.waits_for(tx, reference, "mail-vendor")
        assert offered is Action.CORRECT, "somebody may take over"
        site.stuck = False
        with world.later(minutes=10):
            world.work()
            assert site.city == "Truckee", "the next try is another question"
            assert world.words(reference)["correct"] == "done: corrected"
        site.city = "Reno"
        with world.later(days=31):
            world.work()
            assert site.city == "Truckee"
            assert world.board(reference)["mail-vendor"].verdict == corrections_step.AGAIN


def test_another_decision_is_another_question(small_world: SampleWorld) -> None:
    world, site = small_world, Answering()
    with outside(site) as url:
        vendor_at(world.engine, url)
        reference = decided(world)
        change = Change("mail-vendor", "newsletter-subscriptions", "city", "Truckee")
        correct(world, reference, change)
        world.work()
        site.stuck = False
        correct(world, reference, replace(change, value="Tahoe City"))
        with world.later(minutes=10):  # what failed before is tried first
            world.work()
        assert site.city == "Tahoe City"
        assert world.words(reference)["correct"] == "done: corrected"
