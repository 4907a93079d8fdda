"""Lease a row of due work, run it, finish it last; the same on SQLite and PostgreSQL.

What must hold: a row is only ever finished by the run that holds its lease (`attempts` is the
fence); a worker that dies leaves a lease that runs out; a row that keeps failing stops and is
shown, it is never dropped. The effect of a task and the end of its row are separate commits, so
every task may run twice and must not mind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlmodel import col

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.transaction import DueWorkRow, Transaction

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
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
    row = tx.session.execute(statement).scalar()
    if row is None:
        return None
    row.attempts += 1
    row.lease_until = tx.now + LEASE
    if row.attempts > MAX_ATTEMPTS:  # it killed every worker that took it: stop, and be loud
        row.state, row.lease_until = "dead", None
        row.last_error = row.last_error or "the worker died each time it took this work"
    tx.session.add(row)
    tx.session.flush()
    if row.state == "dead":
        return None
    return Leased(row.work_id, row.task, dict(row.ids), row.attempts)


def renew(engine: Engine, leased: Leased, *, progress: str = "") -> None:
    """Hold the lease of long work for another minute and say how far it is."""

    def work(tx: Transaction) -> None:
        tx.session.execute(
            _of(leased).values(lease_until=tx.now + LEASE, progress=progress or None)
        )

    engine.run(work)


def run_one(engine: Engine, tasks: Mapping[str, Task], *, work_id: str | None = None) -> bool:
    """Lease and run one row; return whether there was one.

    A failure puts the row back with a growing pause; its message is the engine's own sentence
    or the name of the error's class, never its text, which could quote personal data.
    """
    leased = lease(engine, work_id=work_id)
    if leased is None:
        return False
    try:
        tasks[leased.task](engine, **leased.ids)
    except EngineError as error:
        _put_back(engine, leased, error.detail)
        _log.warning("work failed", task=leased.task, work=leased.work_id, why=error.slug)
    except Exception as error:  # noqa: BLE001  whatever a task raises, its row must go back
        _put_back(engine, leased, type(error).__name__)
        _log.exception("work failed", task=leased.task, work=leased.work_id)
    else:
        _finish(engine, leased)
    return True


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
        dead = leased.attempt >= MAX_ATTEMPTS
        pause = timedelta(seconds=min(2**leased.attempt, 600))
        tx.session.execute(
            _of(leased).values(
                state="dead" if dead else "due",
                due_at=tx.now + pause,
                lease_until=None,
                last_error=why[:300],
            )
        )

    engine.run(work)


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
            .values(state="due", attempts=0, due_at=tx.now, lease_until=None)
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


def due_ids(engine: Engine, *, limit: int = 200) -> list[str]:
    """Return the ids of rows that are due and leased by nobody."""
    now = clock.now()
    free = or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < now)
    statement = (
        select(DueWorkRow.work_id)  # type: ignore[call-overload]
        .where(col(DueWorkRow.state) == "due", col(DueWorkRow.due_at) <= now, free)
        .order_by(col(DueWorkRow.due_at))
        .limit(limit)
    )
    with engine.reading() as tx:
        return list(tx.session.execute(statement).scalars())
