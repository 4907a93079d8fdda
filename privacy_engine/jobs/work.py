"""Lease a row of due work, run it, finish it last; the same on SQLite and PostgreSQL.

What must hold: a row is only ever finished by the run that holds its lease (`attempts` is the
fence); a worker that lives keeps its lease, however long the work takes, and one that dies leaves
a lease that runs out; of the rows of one lane (a case) one runs at a time; a row that keeps
failing for days, or that killed every worker that took it, stops and is shown, it is never
dropped. The effect of a task and the end of its row are
separate commits, so every task may run twice, one run after the other, and must not mind.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlmodel import col

from privacy_engine import clock, progress
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError, GivenUp
from privacy_engine.transaction import DueWorkRow, Transaction

LEASE = timedelta(seconds=60)
BEAT = LEASE / 4
LONGEST_BEATS = 4 * 60  # an hour: after that the work hangs, and somebody else may try
LANE_PAUSE = timedelta(seconds=1)
PROGRESS_SECONDS = 1.0
# A vendor may be away over a weekend: with pauses that double up to the longest, three days.
MAX_ATTEMPTS = 26
LONGEST_PAUSE = timedelta(hours=6)
MAX_UNHEARD = 8
_log = structlog.get_logger("work")


@dataclass(frozen=True)
class Leased:
    """A row of work that this run holds until `lease_until`."""

    work_id: str
    task: str
    ids: Mapping[str, Any]
    attempt: int


Task = Callable[..., None]


def lease(engine: Engine, *, work_id: str | None = None) -> Leased | None:
    """Take the next due row (or just that one), or None when nothing is due."""
    return engine.run(lambda tx: _lease(tx, work_id))


def _lease(tx: Transaction, work_id: str | None) -> Leased | None:
    while (row := _next(tx, work_id)) is not None:
        if row.unheard >= MAX_UNHEARD:  # it killed every worker that took it: stop, be loud
            row.state, row.lease_until = "dead", None
            row.last_error = row.last_error or "the worker died each time it took this work"
            _log.error("work stopped", task=row.task, work=row.work_id)
        elif _lane_is_taken(tx, row):
            row.due_at = tx.now + LANE_PAUSE
        else:
            row.attempts += 1
            row.unheard += 1
            row.lease_until = tx.now + LEASE
            tx.session.flush()
            return Leased(row.work_id, row.task, dict(row.ids), row.attempts)
        tx.session.flush()
    return None


def _next(tx: Transaction, work_id: str | None) -> DueWorkRow | None:
    free = or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < tx.now)
    statement = (
        select(DueWorkRow)
        .where(col(DueWorkRow.state) == "due", col(DueWorkRow.due_at) <= tx.now, free)
        .order_by(col(DueWorkRow.due_at), col(DueWorkRow.work_id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if work_id:
        statement = statement.where(col(DueWorkRow.work_id) == work_id)
    row: DueWorkRow | None = tx.session.execute(statement).scalar()
    return row


def _lane_is_taken(tx: Transaction, row: DueWorkRow) -> bool:
    # Two orders for one step can stand side by side: a retry, and what a person ordered by
    # attesting. Run at once, both would delete, and the second would report that nothing was
    # there. The lock makes a lease that another worker has just taken visible here.
    if row.lane is None:
        return False
    tx.lock(row.lane)
    others = select(DueWorkRow.work_id).where(  # type: ignore[call-overload]
        col(DueWorkRow.lane) == row.lane,
        col(DueWorkRow.work_id) != row.work_id,
        col(DueWorkRow.state) == "due",
        col(DueWorkRow.lease_until) >= tx.now,
    )
    return tx.session.execute(others.limit(1)).first() is not None


def renew(engine: Engine, leased: Leased, *, progress: str = "") -> bool:
    """Hold the lease of long work for another minute; return whether it was still held.

    `progress` says how far the work is; when empty, what was said last stays.
    """

    def work(tx: Transaction) -> bool:
        said = {"progress": progress} if progress else {}
        held = col(DueWorkRow.state) == "due"
        done = tx.session.execute(
            _of(leased).where(held).values(lease_until=tx.now + LEASE, **said)
        )
        return bool(done.rowcount)  # type: ignore[attr-defined]

    return engine.run(work)


@contextmanager
def _kept(engine: Engine, leased: Leased, *, beat: timedelta) -> Iterator[None]:
    """Renew the lease from a thread beside the work until the block ends."""
    ended = threading.Event()

    def renew_again_and_again() -> None:
        for _ in range(LONGEST_BEATS):
            if ended.wait(beat.total_seconds()):
                return
            try:
                if not renew(engine, leased):
                    _log.error("lease lost", task=leased.task, work=leased.work_id)
                    return
            except Exception as error:  # noqa: BLE001  the database may be back at the next beat
                _log.warning("lease not renewed", work=leased.work_id, why=type(error).__name__)
        _log.error("work hangs; its lease runs out", task=leased.task, work=leased.work_id)

    thread = threading.Thread(target=renew_again_and_again, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def run_one(
    engine: Engine,
    tasks: Mapping[str, Task],
    *,
    work_id: str | None = None,
    beat: timedelta = BEAT,
) -> bool:
    """Lease and run one row; return whether there was one. The lease is renewed every `beat`.

    A failure puts the row back with a growing pause; its message is the engine's own sentence
    or the name of the error's class, never its text, which could quote personal data.
    """
    leased = lease(engine, work_id=work_id)
    if leased is None:
        return False
    try:
        with _kept(engine, leased, beat=beat), progress.told_to(_listening(engine, leased)):
            tasks[leased.task](engine, **leased.ids)
    except GivenUp:
        _log.info("work given up", task=leased.task, work=leased.work_id)
    except EngineError as error:
        _put_back(engine, leased, error.detail)
        _log.warning("work failed", task=leased.task, work=leased.work_id, why=error.slug)
    except Exception as error:  # noqa: BLE001  whatever a task raises, its row must go back
        _put_back(engine, leased, type(error).__name__)
        _log.exception("work failed", task=leased.task, work=leased.work_id)
    else:
        _finish(engine, leased)
    return True


def _listening(engine: Engine, leased: Leased) -> progress.Listener:
    """Return what writes progress into the row, and tells the work whether it still holds it."""
    told_at = clock.monotonic()

    def hear(words: str) -> bool:
        nonlocal told_at
        if clock.monotonic() - told_at < PROGRESS_SECONDS:
            return True
        told_at = clock.monotonic()
        return renew(engine, leased, progress=words)

    return hear


def _finish(engine: Engine, leased: Leased) -> None:
    def work(tx: Transaction) -> None:
        tx.session.execute(
            _of(leased).values(
                state="done",
                finished_at=tx.now,
                lease_until=None,
                last_error=None,
                progress=None,
            )
        )

    engine.run(work)


def _put_back(engine: Engine, leased: Leased, why: str) -> None:
    def work(tx: Transaction) -> None:
        if _is_due_anyway(tx, leased):
            done = {"state": "done", "finished_at": tx.now, "lease_until": None}
            tx.session.execute(_of(leased).values(**done))
            return
        dead = leased.attempt >= MAX_ATTEMPTS
        pause = min(timedelta(seconds=2**leased.attempt), LONGEST_PAUSE)
        tx.session.execute(
            _of(leased)
            .where(col(DueWorkRow.state) == "due")  # what was given up stays given up
            .values(
                state="dead" if dead else "due",
                due_at=tx.now + pause,
                unheard=0,
                lease_until=None,
                last_error=why[:300],
            )
        )

    engine.run(work)


def _is_due_anyway(tx: Transaction, leased: Leased) -> bool:
    """Return whether another order for the same work of a case comes back already.

    Whoever orders it once more, such as an officer who presses *try again*, wants it done now,
    and not asked for ever more often beside the order that was there.
    """
    if not (lane := leased.ids.get("case")):
        return False
    others = tx.session.execute(
        select(col(DueWorkRow.ids)).where(
            col(DueWorkRow.lane) == lane,
            col(DueWorkRow.task) == leased.task,
            col(DueWorkRow.state) == "due",
            col(DueWorkRow.work_id) != leased.work_id,
        )
    ).scalars()
    return any(ids == leased.ids for ids in others)


def _of(leased: Leased) -> Any:
    return update(DueWorkRow).where(
        col(DueWorkRow.work_id) == leased.work_id, col(DueWorkRow.attempts) == leased.attempt
    )


def retry(engine: Engine, work_id: str) -> None:
    """Let stopped work be tried again; an officer's decision."""

    def work(tx: Transaction) -> None:
        tx.session.execute(
            update(DueWorkRow)
            .where(col(DueWorkRow.work_id) == work_id, col(DueWorkRow.state) == "dead")
            .values(state="due", attempts=0, unheard=0, due_at=tx.now, lease_until=None)
        )

    engine.run(work)


@dataclass(frozen=True)
class Backlog:
    """How the work stands; `oldest_due_at` is aware UTC, None when nothing is due."""

    due: int
    dead: int
    oldest_due_at: datetime | None


def backlog(tx: Transaction) -> Backlog:
    """Return how much work waits and since when, for the first screen and the health check."""
    due = col(DueWorkRow.state) == "due"
    count, oldest = tx.session.execute(
        select(func.count(), func.min(DueWorkRow.due_at)).where(
            due, col(DueWorkRow.due_at) <= tx.now
        )
    ).one()
    dead = tx.session.execute(
        select(func.count()).select_from(DueWorkRow).where(col(DueWorkRow.state) == "dead")
    ).scalar_one()
    return Backlog(count, dead, oldest)


@dataclass(frozen=True)
class Due:
    """A row that is due and that nobody holds; `attempts` is how often it was taken so far."""

    work_id: str
    attempts: int


def due_now(engine: Engine, *, limit: int = 200) -> list[Due]:
    """Return what is due and leased by nobody, longest due first."""
    now = clock.now()
    free = or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < now)
    statement = (
        select(DueWorkRow.work_id, DueWorkRow.attempts)  # type: ignore[call-overload]
        .where(col(DueWorkRow.state) == "due", col(DueWorkRow.due_at) <= now, free)
        .order_by(col(DueWorkRow.due_at))
        .limit(limit)
    )
    with engine.reading() as tx:
        return [Due(*row) for row in tx.session.execute(statement)]
