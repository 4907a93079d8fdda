"""Due work as an officer may touch it: what stopped, and letting it be tried again now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from privacy_engine.transaction import DueWorkRow, Transaction
from privacy_engine.workflow import officer_letters


def hasten(tx: Transaction, case: str) -> int:
    """Let the failed work of a case be tried at once; return how many orders that were.

    Work that waits for its own day is left alone: a search planned for next week stays there.
    """
    mine = or_(
        col(DueWorkRow.name).startswith(f"step:{case}:", autoescape=True),
        col(DueWorkRow.name).startswith(f"report:{case}:", autoescape=True),
        col(DueWorkRow.name).startswith(f"letter:{case}:", autoescape=True),
    )
    done = tx.session.execute(
        update(DueWorkRow)
        .where(
            mine,
            col(DueWorkRow.state).in_(("due", "dead")),
            col(DueWorkRow.attempts) > 0,
            or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < tx.now),
        )
        .values(state="due", attempts=0, unheard=0, due_at=tx.now, lease_until=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Stopped:
    """Work that failed too often: its case where it has one, why, since when (aware UTC)."""

    work_id: str
    title: str
    case: str
    why: str
    since: datetime


_TITLES = {
    "letters.send": "A letter",
    "letters.link": "A letter with a link",
    "reports.make": "A report",
    "reports.case": "The report of a case",
    "retention.look": "The look at the retention schedule",
    "promises.look": "The daily look at the promises",
    "systems.test": "The daily test of the systems",
    "unverified.look": "The daily look for requests that nobody confirmed",
    "packages.remove": "The end of packages that could be fetched long enough",
    "holds.look": "The daily look at holds that have run out",
    "proofs.dispose": "The end of consent proofs",
    "keys.rotate": "The change of keys",
}


def stopped(tx: Transaction, *, limit: int = 20) -> list[Stopped]:
    """Return work that failed too often, the longest stopped first."""
    rows = tx.session.execute(
        select(DueWorkRow)
        .where(col(DueWorkRow.state) == "dead")
        .order_by(col(DueWorkRow.due_at))
        .limit(limit)
    ).scalars()
    return [
        Stopped(
            row.work_id,
            _TITLES.get(row.task, "Background work"),
            str(row.ids.get("case", "")),
            row.last_error or "",
            row.due_at,
        )
        for row in rows
    ]


def under_way(tx: Transaction, case: str) -> str:
    """Return how far a step is that is worked on right now; empty where nothing was said."""
    words = tx.session.execute(
        select(col(DueWorkRow.progress))
        .where(
            col(DueWorkRow.name).startswith(f"step:{case}:", autoescape=True),
            col(DueWorkRow.state) == "due",
            col(DueWorkRow.lease_until) >= tx.now,
            col(DueWorkRow.progress).is_not(None),
        )
        .limit(1)
    ).scalar()
    return str(words or "")


def letter_order(tx: Transaction, case: str, event_id: str) -> DueWorkRow | None:
    """Return the order by which a letter is sent; None for letters that are sent with a step."""
    name = officer_letters.order_name(case, event_id)
    row: DueWorkRow | None = tx.session.execute(
        select(DueWorkRow).where(col(DueWorkRow.name) == name)
    ).scalar()
    return row


def try_again(tx: Transaction, work_id: str) -> bool:
    """Let work that failed be tried at once; return whether there was any to try."""
    done = tx.session.execute(
        update(DueWorkRow)
        .where(
            col(DueWorkRow.work_id) == work_id,
            col(DueWorkRow.state).in_(("due", "dead")),
            col(DueWorkRow.attempts) > 0,
            or_(col(DueWorkRow.lease_until).is_(None), col(DueWorkRow.lease_until) < tx.now),
        )
        .values(state="due", attempts=0, unheard=0, due_at=tx.now, lease_until=None)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def give_up(tx: Transaction, work_id: str, *, task: str) -> None:
    """End an order of a task, undone; only for work on which nothing else waits.

    Whoever is at it hears so with the next progress that they report, and stops.
    """
    tx.session.execute(
        update(DueWorkRow)
        .where(
            col(DueWorkRow.work_id) == work_id,
            col(DueWorkRow.task) == task,
            col(DueWorkRow.state).in_(("due", "dead")),
        )
        .values(state="done", finished_at=tx.now, lease_until=None)
    )


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
