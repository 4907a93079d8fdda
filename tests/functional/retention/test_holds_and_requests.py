"""Holds against deletion at a person's request, the engine's own records, and the workflow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.consent import lists
from privacy_engine.engine import Engine
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Identifier
from privacy_engine.retention import actions, holds, register
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope, State
from privacy_engine.rights import drafts
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow.steps import disposal, holding
from tests.factories import OFFICER, SampleWorld, sample_world
from tests.functional.retention.conftest import APPROVES, losing

REACTIONS = {
    "hold.released": (holding.go_on_after_release,),
    "disposition.previewed": (disposal.start_disposition,),
    "disposition.approved": (disposal.settle_disposition,),
    "disposition.voided": (disposal.settle_disposition,),
}
WHO = (Identifier("email", MAYA.email),)
ASKED = datetime(2022, 3, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def world(each_engine: Engine) -> Iterator[SampleWorld]:
    """The sample site beside an engine whose holds and runs have their consequences."""
    table = dict(each_engine.world.reactions) | REACTIONS
    each_engine.world = replace(each_engine.world, reactions=table)
    with sample_world(each_engine) as made:
        yield made


def hold(world: SampleWorld, **wish: Any) -> str:
    order = HoldOrder(ground="A court has asked for these records.", **wish)
    return world.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER).hold


def release(world: SampleWorld, name: str) -> None:
    world.engine.run(lambda tx: holds.release(tx, name), actor=OFFICER)


def rows_of_maya(world: SampleWorld) -> int:
    tables = world.snapshot()
    return sum(MAYA.email in map(str, row.values()) for row in tables["clients"].values())


def test_a_held_person_is_told_so_and_deleted_when_the_hold_is_released(
    world: SampleWorld,
) -> None:
    world.introduce(MAYA)
    placed = hold(world, scope=HoldScope.SUBJECT, subject=WHO)
    reference = world.delete_whole(MAYA)
    assert world.words(reference)["erase"] == "waiting: held"
    assert rows_of_maya(world) == 1
    kept = world.board(reference)["listing-database"].retained
    assert {item["ground"] for item in kept} >= {"legal_hold"}
    answer = world.letters()[-1].body
    assert "a dispute or an authority needs it (Civ. Code 1798.145(a))" in answer
    release(world, placed)
    world.work()
    assert world.words(reference)["erase"] == "done: erased"
    assert rows_of_maya(world) == 0
    board = world.board(reference)["listing-database"]
    assert "legal_hold" not in {item["ground"] for item in board.retained}
    assert sum((board.removed or {}).values()) > 0
    with world.engine.reading() as tx:
        assert tx.find_subject(WHO, site="listing-site") is None


def test_nobody_whom_only_a_hold_keeps_is_on_a_mailing_list(world: SampleWorld) -> None:
    def listed() -> dict[bool, list[str]]:
        either = {
            permitted: lists.readers(
                world.engine, "newsletter", permitted=permitted, apart=holding.sequestered
            )
            for permitted in (True, False)
        }
        return {permitted: [one.address for one in found] for permitted, found in either.items()}

    world.introduce(MAYA)
    assert listed() == {True: [MAYA.email], False: []}
    hold(world, scope=HoldScope.SUBJECT, subject=WHO)
    world.delete_whole(MAYA)
    assert listed() == {True: [], False: [MAYA.email]}


def test_a_held_series_is_kept_for_everybody_and_stops_no_erasure(world: SampleWorld) -> None:
    world.introduce(MAYA)
    hold(world, scope=HoldScope.SERIES, target="messages")
    reference = world.delete_whole(MAYA)
    kept = world.board(reference)["listing-database"].retained
    assert {item["series"] for item in kept if item["ground"] == "legal_hold"} >= {"messages"}


def test_a_hold_on_a_case_keeps_its_person(world: SampleWorld) -> None:
    world.introduce(MAYA)
    reference = world.ask(MAYA)
    hold(world, scope=HoldScope.CASE, target=reference)
    with world.engine.reading() as tx:
        person = tx.find_subject(WHO, site="listing-site")
        assert person is not None
        assert holds.on_person(tx, tx.person(person))
    with pytest.raises(NotFound):
        hold(world, scope=HoldScope.CASE, target="R-2222-2222")


# The engine's own records ----------------------------------------------------------------


def _carry_out(world: SampleWorld, series: str) -> register.Run:
    run = disposal.preview_series(world.engine, series, actor=OFFICER).run
    world.engine.run(
        lambda tx: actions.approve(tx, run.run, preview_sha256=run.preview_sha256), actor=APPROVES
    )
    return disposal.carry_out(world.engine, run.run)


def test_records_of_requests_go_thirty_six_months_after_the_answer(world: SampleWorld) -> None:
    with clock.fixed(ASKED):
        world.introduce(MAYA)
        reference = world.delete_whole(MAYA)
    with clock.fixed(ASKED.replace(year=2025, hour=19)):
        assert disposal.preview_series(world.engine, "request-records").run.due == 0
    with clock.fixed(ASKED.replace(year=2025)):
        done = _carry_out(world, "request-records")
        assert (done.disposed, done.found_after) == (1, 0)
        assert not world.timeline(reference)
        assert world.words(reference) == {}
        with pytest.raises(NotFound):
            world.request(reference)
    assert world.broken() == []


def test_a_message_that_asked_for_nothing_goes_as_long_after_somebody_said_so(
    world: SampleWorld,
) -> None:
    raw = b"From: Maya Tallow <maya@example.org>\r\nSubject: Your hours\r\n\r\nOpen on Sunday?"
    with clock.fixed(ASKED):
        draft = world.engine.run(lambda tx: drafts.take(tx, raw, received_at=tx.now))
        waits = world.engine.run(lambda tx: drafts.take(tx, raw + b"!", received_at=tx.now))
        world.engine.run(
            lambda tx: drafts.put_aside(tx, draft.case, reason="A question."), actor=OFFICER
        )
    with clock.fixed(ASKED.replace(year=2025)):
        assert _carry_out(world, "request-records").disposed == 1
        with world.engine.reading() as tx:
            assert [item.case for item in drafts.waiting(tx)] == [waits.case]
            assert drafts.filed(tx) == []
    assert world.broken() == []


def test_a_held_case_keeps_its_records(world: SampleWorld) -> None:
    with clock.fixed(ASKED):
        reference = world.delete_whole(MAYA)
        hold(world, scope=HoldScope.CASE, target=reference)
    with clock.fixed(ASKED.replace(year=2026)):
        done = _carry_out(world, "request-records")
        assert (done.disposed, done.held) == (0, 1)
        assert world.request(reference).reference == reference


# The workflow ----------------------------------------------------------------------------


def test_an_approval_carries_the_workflow_on_to_its_report(world: SampleWorld) -> None:
    made = disposal.preview_series(world.engine, "web-logs", actor=OFFICER)
    world.work()
    assert world.words(made.run.run) == {
        "preview": "done: previewed",
        "approve": "waiting: approver",
    }
    world.engine.run(
        lambda tx: actions.approve(tx, made.run.run, preview_sha256=made.run.preview_sha256),
        actor=APPROVES,
    )
    today = clock.now().astimezone(world.engine.settings.zone).date()
    with losing(world.site_database, web_logs=f"seen_on <= '{today - timedelta(days=90)}'"):
        world.work()
    world.at_first = world.snapshot()  # the schedule took them, and nobody else's case
    words = world.words(made.run.run)
    assert (words["dispose"], words["rescan"]) == ("done: disposed", "done: nothing found")
    with world.engine.reading() as tx:
        assert register.get(tx.session, made.run.run).state is State.DONE


def test_a_voided_preview_ends_its_workflow(world: SampleWorld) -> None:
    made = disposal.preview_series(world.engine, "web-logs", actor=OFFICER)
    world.work()
    world.engine.run(lambda tx: actions.reject(tx, made.run.run), actor=APPROVES)
    before = world.snapshot()
    world.work()
    assert world.words(made.run.run)["approve"] == "done: reject"
    assert world.snapshot() == before, "nothing is deleted"
