"""How the promises stand, looked at once a day: a broken one is seen without being asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, delete, select
from sqlmodel import Field, SQLModel, col

from privacy_engine.database import UtcDateTime
from privacy_engine.reports import promise_turns, promises_facts
from privacy_engine.reports.kinds.promises import Finding, PromiseOutcome
from privacy_engine.transaction import Transaction, Transactions

TASK = "promises.look"
_LONGEST = 500


class PromiseWatchRow(SQLModel, table=True):
    """The newest finding on one promise; operational, for it can be drawn again at any time."""

    __tablename__ = "promise_watch"

    code: str = Field(primary_key=True, max_length=64)
    finding: str = Field(max_length=32)
    why: str = Field(max_length=_LONGEST)
    since_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    checked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Watched:
    """How a promise stood at the last look; instants are aware UTC.

    Attributes:
        since_at: since when it stands so.
        checked_at: when it was last looked at.
    """

    code: str
    finding: Finding
    why: str
    since_at: datetime
    checked_at: datetime


def look(engine: Transactions) -> None:
    """Hold every promise in force against the record and keep how it stands."""
    with engine.reading() as tx:
        found = promises_facts.evaluate(tx)
    engine.run(lambda tx: _keep(tx, found))


def _keep(tx: Transaction, found: tuple[PromiseOutcome, ...]) -> None:
    before = {item.code: item for item in latest(tx)}
    for one in found:
        known = before.get(one.code)
        same = known is not None and known.finding is one.finding
        if not same:
            _note(tx, one, known)
        tx.session.merge(
            PromiseWatchRow(
                code=one.code,
                finding=one.finding.value,
                why=one.why[:_LONGEST],
                since_at=known.since_at if known and same else tx.now,
                checked_at=tx.now,
            )
        )
    tx.session.flush()
    tx.session.execute(
        delete(PromiseWatchRow).where(
            col(PromiseWatchRow.code).not_in([one.code for one in found])
        )
    )


def _note(tx: Transaction, found: PromiseOutcome, before: Watched | None) -> None:
    data = {
        "promise": found.code,
        "finding": found.finding.value,
        "why": found.why[:_LONGEST],
        "events": list(found.events),
    }
    if before is not None:
        data["before"] = before.finding.value
    tx.append(promise_turns.KIND, data)


def latest(tx: Transaction) -> list[Watched]:
    """Return how every promise stood at the last look, by code; nothing before the first."""
    rows = tx.session.execute(select(PromiseWatchRow).order_by(col(PromiseWatchRow.code)))
    return [
        Watched(row.code, Finding(row.finding), row.why, row.since_at, row.checked_at)
        for row in rows.scalars()
    ]
