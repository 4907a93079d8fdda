"""Due work: leased by one, kept as long as it takes, stopped aloud, never lost."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlmodel import col, select

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.jobs import queue, work
from privacy_engine.jobs.background import Background
from privacy_engine.transaction import DueWorkRow
from tests.engines import make_engine

SOON = timedelta(milliseconds=20)
PATIENCE = 30.0


def order(engine: Engine, **ids: Any) -> str:
    """Order one piece of work and return its id."""
    return order_named(engine, "test.task", **ids)


def order_named(engine: Engine, task: str, **ids: Any) -> str:
    """Order one piece of work of a task and return its id."""
    name = f"test:{clock.monotonic()}"
    engine.run(lambda tx: tx.order(task, name=name, **ids))
    with engine.reading() as tx:
        row = tx.session.execute(select(DueWorkRow).where(col(DueWorkRow.name) == name)).scalar()
    assert row is not None
    return row.work_id


def row_of(engine: Engine, work_id: str) -> DueWorkRow:
    with engine.reading() as tx:
        row = tx.session.get(DueWorkRow, work_id)
    assert row is not None
    return row


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    deadline = clock.monotonic() + PATIENCE
    pause = threading.Event()
    while not holds():
        assert clock.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)


def test_a_long_step_keeps_its_lease_and_runs_once(any_engine: Engine) -> None:
    work_id = order(any_engine)
    ran: list[str] = []

    def slow(engine: Engine) -> None:
        ran.append("began")
        first = row_of(engine, work_id).lease_until
        until(lambda: row_of(engine, work_id).lease_until != first)
        # Longer than one lease: somebody else looks a minute later than the lease once ended.
        assert first is not None
        assert not work.run_one(engine, {"test.task": slow}, work_id=work_id)

    assert work.run_one(any_engine, {"test.task": slow}, beat=SOON)
    assert ran == ["began"]
    row = row_of(any_engine, work_id)
    assert (row.state, row.attempts, row.lease_until) == ("done", 1, None)


def test_the_lease_of_a_dead_worker_runs_out(any_engine: Engine) -> None:
    work_id = order(any_engine)
    assert work.lease(any_engine)
    assert work.lease(any_engine) is None
    with clock.fixed(clock.now() + work.LEASE + timedelta(seconds=1)):
        again = work.lease(any_engine)
    assert again is not None
    assert (again.work_id, again.attempt) == (work_id, 2)


def test_a_worker_that_lost_its_lease_neither_ends_nor_renews_the_work(
    any_engine: Engine,
) -> None:
    work_id = order(any_engine)
    late = work.lease(any_engine)
    assert late
    with clock.fixed(clock.now() + work.LEASE + timedelta(seconds=1)):
        assert work.lease(any_engine)
        assert not work.renew(any_engine, late)
        work._finish(any_engine, late)
    assert row_of(any_engine, work_id).state == "due"


def test_what_keeps_failing_stops_and_is_shown_until_somebody_lets_it_try(
    any_engine: Engine,
) -> None:
    work_id = order(any_engine)
    mended = False

    def stubborn(engine: Engine) -> None:
        if not mended:
            raise Unavailable("the vendor does not answer")

    began = later = clock.now()
    for _ in range(work.MAX_ATTEMPTS):
        later = row_of(any_engine, work_id).due_at
        assert row_of(any_engine, work_id).state == "due"
        with clock.fixed(later):
            assert work.run_one(any_engine, {"test.task": stubborn})
    assert timedelta(days=3) < later - began < timedelta(days=4), "a weekend is survived"
    later += work.LONGEST_PAUSE
    with clock.fixed(later):
        assert not work.run_one(any_engine, {"test.task": stubborn})
        row = row_of(any_engine, work_id)
        assert (row.state, row.last_error) == ("dead", "the vendor does not answer")
        with any_engine.reading() as tx:
            assert work.backlog(tx).dead == 1
        mended = True
        work.retry(any_engine, work_id)
        assert work.run_one(any_engine, {"test.task": stubborn})
    assert row_of(any_engine, work_id).state == "done"


def test_what_kills_its_workers_stops_and_hides_nothing_behind_it(any_engine: Engine) -> None:
    killer = order(any_engine, case="R-KILL-KILL")
    later = clock.now()
    for _ in range(work.MAX_UNHEARD):
        with clock.fixed(later):
            assert work.lease(any_engine), "taken, and its worker is never heard of again"
        later += work.LEASE + timedelta(seconds=1)
    behind = order(any_engine)
    with clock.fixed(later + timedelta(minutes=1)):
        leased = work.lease(any_engine)
    assert leased is not None
    assert leased.work_id == behind
    assert row_of(any_engine, killer).state == "dead"


def test_work_that_fails_aloud_is_not_taken_for_work_that_kills(any_engine: Engine) -> None:
    work_id = order(any_engine)

    def away(engine: Engine) -> None:
        raise Unavailable("the vendor does not answer")

    later = clock.now()
    for turn in range(2 * work.MAX_UNHEARD):
        later = max(later, row_of(any_engine, work_id).due_at) + work.LEASE * 2
        with clock.fixed(later):
            if turn % 2:
                assert work.run_one(any_engine, {"test.task": away})
            else:
                assert work.lease(any_engine)  # this worker is never heard of again
    assert row_of(any_engine, work_id).state == "due"


def test_an_error_leaves_its_name_and_no_persons_words(any_engine: Engine) -> None:
    work_id = order(any_engine)

    def leaks(engine: Engine) -> None:
        raise ValueError("maya.tallow@example.org is not a number")

    assert work.run_one(any_engine, {"test.task": leaks})
    assert row_of(any_engine, work_id).last_error == "ValueError"


def test_two_orders_of_one_case_never_run_at_once(any_engine: Engine) -> None:
    first = order(any_engine, case="R-SAME-CASE")
    second = order(any_engine, case="R-SAME-CASE")
    other = order(any_engine, case="R-ELSE-CASE")
    moment = clock.now()
    with clock.fixed(moment):
        taken = [work.lease(any_engine), work.lease(any_engine), work.lease(any_engine)]
    ids = [item.work_id for item in taken if item]
    assert len(ids) == 2, "the second order of the case waits"
    assert other in ids
    assert len({first, second} & set(ids)) == 1
    held = next(item for item in taken if item and item.work_id != other)
    work._finish(any_engine, held)
    with clock.fixed(moment + work.LANE_PAUSE):
        leased = work.lease(any_engine)
    assert leased is not None
    assert {leased.work_id, held.work_id} == {first, second}
    assert leased.attempt == 1, "waiting for the lane is no failed attempt"


def test_many_workers_run_every_row_once(engine_on_postgres: Engine) -> None:
    engine = engine_on_postgres
    ids = [order(engine, case=f"R-{number % 7}") for number in range(60)]
    ran: Counter[str] = Counter()
    busy: Counter[str] = Counter()
    clashes: list[str] = []
    guard = threading.Lock()

    def task(engine: Engine, *, case: str) -> None:
        with guard:
            busy[case] += 1
            if busy[case] > 1:
                clashes.append(case)
        row_of(engine, ids[0])
        with guard:
            busy[case] -= 1
            ran[case] += 1

    def worker() -> None:
        while any(row_of(engine, work_id).state == "due" for work_id in ids):
            work.run_one(engine, {"test.task": task})

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert clashes == []
    assert sum(ran.values()) == len(ids)
    assert {row_of(engine, work_id).attempts for work_id in ids} == {1}


def test_the_same_name_is_ordered_once(any_engine: Engine) -> None:
    for _ in range(3):
        any_engine.run(lambda tx: tx.order("test.task", name="duty:daily:2026-11-22"))
    with any_engine.reading() as tx:
        assert work.backlog(tx).due == 1


# Through Redis ---------------------------------------------------------------------------


def test_a_nudge_holds_ids_only_and_is_json(engine: Engine, redis_url: str) -> None:
    order(engine, case="R-JSON-ONLY")
    nudges = queue.Nudges(redis_url, name=engine.name_in_redis)
    assert nudges.hand_over(engine, work.due_now(engine), now=clock.now()) == 1
    with Redis.from_url(redis_url) as redis:
        held = [redis.hgetall(name) for name in redis.keys("rq:job:*")]
    (job,) = held
    assert job[b"data"].startswith((b"[", b"x"))
    assert not any(b"cpickle" in value or b"R-JSON-ONLY" in value for value in job.values())


def test_what_was_handed_over_is_not_again_until_it_was_tried_or_forgotten(
    engine: Engine, redis_url: str
) -> None:
    work_id = order(engine)
    nudges = queue.Nudges(redis_url, name=engine.name_in_redis)
    # The start of the next five minutes: a name holds that long, and nothing here outlasts it.
    begun = int(clock.now().timestamp()) // 300 * 300
    due, now = work.due_now(engine), datetime.fromtimestamp(begun + 300, UTC)
    with Redis.from_url(redis_url) as redis:

        def waiting() -> int:
            return int(redis.llen(f"rq:queue:{engine.name_in_redis}"))

        assert nudges.hand_over(engine, due, now=now) == 1
        assert nudges.hand_over(engine, due, now=now) == 0
        nudges.hand_over(engine, due, now=now + queue.GRACE)
        assert waiting() == 1, "it still waits there under the same name"
        redis.flushall()
        nudges.hand_over(engine, due, now=now + 2 * queue.GRACE)
        assert waiting() == 1, "Redis forgot it, the rows did not"
    # A worker took it and was killed. Its job stays in Redis; the next attempt has its own name.
    with clock.fixed(now):
        assert work.lease(engine, work_id=work_id)
    with clock.fixed(now + work.LEASE + timedelta(seconds=1)):
        again = work.due_now(engine)
        assert [item.attempts for item in again] == [1]
        assert nudges.hand_over(engine, again, now=clock.now()) == 1
    with Redis.from_url(redis_url) as redis:
        assert int(redis.llen(f"rq:queue:{engine.name_in_redis}")) == 2


def test_redis_away_costs_delay_and_no_work(engine: Engine) -> None:
    order(engine)
    nudges = queue.Nudges("redis://127.0.0.1:1/0", name=engine.name_in_redis)
    with pytest.raises(Unavailable, match="waits in the database"):
        nudges.hand_over(engine, work.due_now(engine), now=clock.now())
    assert len(work.due_now(engine)) == 1


def test_the_loops_of_one_process_do_the_work_and_stop(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    engine = make_engine(tmp_path_factory.mktemp("loops"))
    work_id = order_named(engine, "letters.link", subject="", purpose="status")
    loops = Background(engine)
    loops.start()
    try:
        until(lambda: row_of(engine, work_id).state == "done")
        until(lambda: not engine.has_waiting_events())
    finally:
        loops.stop()
        engine.close()


def test_who_presses_try_again_does_not_let_it_ask_ever_more_often(any_engine: Engine) -> None:
    asked = []

    def silent(engine: Engine, *, case: str) -> None:
        del engine
        asked.append(case)
        raise Unavailable("the vendor does not answer")

    with clock.fixed(clock.now()):
        first = order(any_engine, case="R-SAME-SAME")
        assert work.run_one(any_engine, {"test.task": silent})
        pressed = [order(any_engine, case="R-SAME-SAME") for _ in range(3)]
        while work.run_one(any_engine, {"test.task": silent}):
            pass
    assert len(asked) == 4, "each press asks once, at once"
    states = [row_of(any_engine, work_id).state for work_id in (first, *pressed)]
    assert states == ["due", "done", "done", "done"], "and one order comes back later"
