"""Due work as an officer may touch it: what stopped, and letting it be tried again now."""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from privacy_engine.transaction import DueWorkRow, Transaction


def hasten(tx: Transaction, case: str) -> int:
    """Let the failed work of a case be tried at once; return how many orders that were.

    Work that waits for its own day is left alone: a search planned for next week stays there.
    """
    mine = or_(
        col(DueWorkRow.name).startswith(f"step:{case}:", autoescape=True),
        col(DueWorkRow.name).startswith(f"report:{case}:", autoescape=True),
    )
    done = tx.session.execute(
        update(DueWorkRow)
        .where(mine, col(DueWorkRow.state).in_(("due", "dead")), col(DueWorkRow.attempts) > 0)
        .values(state="due", attempts=0, due_at=tx.now, lease_until=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def stopped(tx: Transaction, *, limit: int = 20) -> list[tuple[str, str, datetime]]:
    """Return work that failed too often: its case where it has one, why, since when (UTC)."""
    rows = tx.session.execute(
        select(DueWorkRow)
        .where(col(DueWorkRow.state) == "dead")
        .order_by(col(DueWorkRow.due_at))
        .limit(limit)
    ).scalars()
    return [(str(row.ids.get("case", "")), row.last_error or "", row.due_at) for row in rows]


def overdue_since(tx: Transaction) -> datetime | None:
    """Return since when the oldest due work waits for a worker; None when none waits."""
    moment: datetime | None = tx.session.execute(
        select(func.min(col(DueWorkRow.due_at))).where(
            col(DueWorkRow.state) == "due",
            col(DueWorkRow.due_at) <= tx.now,
            or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < tx.now),
        )
    ).scalar()
    return moment


def last_done(tx: Transaction) -> datetime | None:
    """Return when due work last ended well, aware UTC; None when none ever did."""
    moment: datetime | None = tx.session.execute(
        select(func.max(col(DueWorkRow.finished_at)))
    ).scalar()
    return moment
