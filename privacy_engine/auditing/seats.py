"""The terms of an auditor's seat: which period, which sites, and when it ends.

Operational, no register: who may look at what is decided by an administrator and recorded as
`staff.changed`. A seat without terms reads everything; one with terms reads its own pages only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from privacy_engine.database import UtcDateTime
from privacy_engine.errors import InvalidInput
from privacy_engine.transaction import Transaction

LONGEST_TITLE = 120


class AuditSeatRow(SQLModel, table=True):
    """The terms of one seat; days are in the controller's zone."""

    __tablename__ = "audit_seat"

    staff_id: str = Field(primary_key=True, max_length=32)
    title: str = Field(max_length=LONGEST_TITLE)
    from_on: date
    to_on: date
    sites: list[str] = Field(sa_column=Column(JSON, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Seat:
    """What an auditor may look at; no site means every site. `ends_at` is aware."""

    staff_id: str
    title: str
    from_on: date
    to_on: date
    sites: tuple[str, ...]
    ends_at: datetime


def give(tx: Transaction, seat: Seat) -> None:
    """Set the terms of a seat, in place of any before.

    Raises:
        InvalidInput: the days make no period, it ends in the past, or it has no title.
    """
    if seat.to_on < seat.from_on:
        raise InvalidInput("the last day of the period lies before its first")
    if seat.ends_at <= tx.now:
        raise InvalidInput("the seat would have ended already")
    if not seat.title.strip() or len(seat.title) > LONGEST_TITLE:
        raise InvalidInput(f"say in up to {LONGEST_TITLE} characters what the audit is")
    row = AuditSeatRow(
        staff_id=seat.staff_id,
        title=seat.title.strip(),
        from_on=seat.from_on,
        to_on=seat.to_on,
        sites=sorted(set(seat.sites)),
        ends_at=seat.ends_at,
    )
    tx.session.merge(row)
    words = f"reads {seat.from_on} to {seat.to_on} until {seat.ends_at:%Y-%m-%d}"
    tx.append("staff.changed", {"staff": seat.staff_id, "change": words})


def clear(tx: Transaction, staff_id: str) -> None:
    """Take the terms of a seat away."""
    row = tx.session.get(AuditSeatRow, staff_id)
    if row is not None:
        tx.session.delete(row)


def of(tx: Transaction, staff_id: str) -> Seat | None:
    """Return the terms of a seat, None when it has none."""
    row = tx.session.get(AuditSeatRow, staff_id)
    return _seat(row) if row else None


def of_many(tx: Transaction, staff_ids: Sequence[str]) -> dict[str, Seat]:
    """Return the terms of those seats that have any."""
    found = {staff_id: of(tx, staff_id) for staff_id in staff_ids}
    return {staff_id: seat for staff_id, seat in found.items() if seat}


def has_ended(tx: Transaction, staff_id: str) -> bool:
    """Return whether the time of a seat is over."""
    row = tx.session.get(AuditSeatRow, staff_id)
    return row is not None and row.ends_at <= tx.now


def _seat(row: AuditSeatRow) -> Seat:
    return Seat(row.staff_id, row.title, row.from_on, row.to_on, tuple(row.sites), row.ends_at)
