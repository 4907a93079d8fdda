"""What an officer may do to work that failed, and to work that somebody is doing right now."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from privacy_engine import clock
from privacy_engine.console import work as console_work
from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.jobs import work
from privacy_engine.transaction import DueWorkRow

CASE = "R-WORK-CASE"
NAME = f"step:{CASE}:locate:0"


def row(engine: Engine) -> DueWorkRow:
    with engine.reading() as tx:
        found = tx.session.execute(select(DueWorkRow).where(col(DueWorkRow.name) == NAME)).scalar()
    assert found is not None
    return found


@pytest.fixture
def failed_once(any_engine: Engine) -> Engine:
    """An engine with one step that failed and waits for its next try."""
    any_engine.run(lambda tx: tx.order("test.task", name=NAME, case=CASE))

    def away(engine: Engine, *, case: str) -> None:
        raise Unavailable("the vendor does not answer")

    assert work.run_one(any_engine, {"test.task": away})
    return any_engine


def test_work_that_failed_is_tried_at_once(failed_once: Engine) -> None:
    assert failed_once.run(lambda tx: console_work.hasten(tx, CASE)) == 1
    assert work.lease(failed_once) is not None


def test_work_that_somebody_does_is_not_given_to_a_second_worker(failed_once: Engine) -> None:
    with clock.fixed(row(failed_once).due_at + timedelta(seconds=1)):
        held = work.lease(failed_once)
        assert held is not None
        assert failed_once.run(lambda tx: console_work.hasten(tx, CASE)) == 0
        assert not failed_once.run(lambda tx: console_work.try_again(tx, held.work_id))
        assert work.lease(failed_once) is None, "it still belongs to the first"
        work._finish(failed_once, held)
    assert row(failed_once).state == "done"


def test_work_that_killed_its_workers_is_tried_again_when_somebody_says_so(
    any_engine: Engine,
) -> None:
    any_engine.run(lambda tx: tx.order("test.task", name=NAME, case=CASE))
    later = clock.now()
    for _ in range(work.MAX_UNHEARD + 1):
        with clock.fixed(later):
            work.lease(any_engine)
        later += work.LEASE + timedelta(seconds=1)
    assert row(any_engine).state == "dead"
    assert any_engine.run(lambda tx: console_work.hasten(tx, CASE)) == 1
    assert work.lease(any_engine) is not None


def test_how_far_a_step_is_shows_while_somebody_works_on_it(any_engine: Engine) -> None:
    any_engine.run(lambda tx: tx.order("test.task", name=NAME, case=CASE))
    said = "The shop: 20,000 of 50,000 rows of visits deleted"

    def shown() -> str:
        with any_engine.reading() as tx:
            return console_work.under_way(tx, CASE)

    assert shown() == ""
    held = work.lease(any_engine)
    assert held is not None
    assert work.renew(any_engine, held, progress=said)
    assert shown() == said
    with clock.fixed(clock.now() + work.LEASE + timedelta(seconds=1)):
        assert shown() == "", "nobody works on it any more"
    work._finish(any_engine, held)
    assert shown() == ""
