"""Every question that was sent to a system outside, how it went, and the answer that came later.

Operational rows: they name a case and a system, never a person. What a late answer says of
somebody is sealed under that person's key, and is unreadable once they are erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import orjson
from sqlalchemy import JSON, CheckConstraint, Column, LargeBinary, delete, select
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import NotFound, VerificationError
from privacy_engine.identifiers import is_name
from privacy_engine.transaction import Transaction, Transactions

KEEP_FOR = timedelta(days=400)
_COUNTED = ("found", "removed", "retained", "changed", "done")


class State(StrEnum):
    """How a question stands."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    FAILED = "failed"
    REFUSED = "refused"


class SystemDeliveryRow(SQLModel, table=True):
    """One question to one system; `reference` is what the system itself calls it, if it does."""

    __tablename__ = "system_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('accepted','answered','failed','refused')", name="state_known"),
    )

    message_id: str = Field(primary_key=True, max_length=200)
    reference: str = Field(default="", max_length=64, index=True)
    system: str = Field(max_length=64, index=True)
    case: str = Field(max_length=32, index=True)
    step: str = Field(max_length=64)
    action: str = Field(max_length=16)
    state: str = Field(max_length=8)
    attempts: int = 0
    status: int | None = None
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


@dataclass(frozen=True)
class Delivery:
    """One question and how it stands; instants are aware UTC, `status` is the last HTTP status."""

    message_id: str
    system: str
    case: str
    step: str
    action: str
    state: State
    attempts: int
    status: int | None
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Attempt:
    """One call: what was asked, under which name, and how it ended."""

    message_id: str
    action: str
    state: State
    status: int | None = None
    reference: str = ""


class Book(Protocol):
    """Where a connector writes down what it asked, and looks whether an answer came meanwhile."""

    def answer(self, message_id: str) -> Mapping[str, Any] | None:
        """Return the answer that came later, or None."""
        ...

    def note(self, attempt: Attempt) -> None:
        """Write down one call."""
        ...


class NoBook:
    """For questions outside of any case, such as a test of the system."""

    def answer(self, message_id: str) -> Mapping[str, Any] | None:
        """Return nothing."""
        del message_id
        return None

    def note(self, attempt: Attempt) -> None:
        """Write nothing."""


@dataclass(frozen=True)
class CaseBook:
    """The book of one step of one case with one system."""

    engine: Transactions
    case: str
    step: str
    system: str
    subject_id: str | None = None

    def answer(self, message_id: str) -> Mapping[str, Any] | None:
        """Return the answer that came later; None where there is none or it opens no more."""
        with self.engine.reading() as tx:
            row = tx.session.get(SystemDeliveryRow, message_id)
            if row is None or row.state != State.ANSWERED or row.answer is None:
                return None
            return {**row.answer, **_opened(tx, row, self.subject_id)}

    def note(self, attempt: Attempt) -> None:
        """Write down one call; a crash before this leaves a call that is simply repeated."""
        self.engine.run(lambda tx: self._note(tx, attempt))

    def _note(self, tx: Transaction, attempt: Attempt) -> None:
        row = tx.session.get(SystemDeliveryRow, attempt.message_id)
        if row is None:
            row = SystemDeliveryRow(
                message_id=attempt.message_id,
                system=self.system,
                case=self.case,
                step=self.step,
                action=attempt.action,
                state=attempt.state,
                first_at=tx.now,
                last_at=tx.now,
            )
        elif row.answer is None or attempt.state is State.ANSWERED:
            row.state = attempt.state  # but for an answer that came meanwhile, which stands
        row.reference = attempt.reference or row.reference
        row.attempts += 1
        row.status, row.last_at = attempt.status, tx.now
        tx.session.add(row)


def _opened(tx: Transaction, row: SystemDeliveryRow, subject_id: str | None) -> Mapping[str, Any]:
    key = tx.vault.key(subject_id) if subject_id and row.sealed else None
    if key is None or row.sealed is None:
        return {}
    try:
        opened = keys.unseal(key.enc, row.sealed, bound_to=row.message_id.encode())
    except VerificationError:
        return {}
    found: Mapping[str, Any] = orjson.loads(opened)
    return found


def store_answer(
    tx: Transaction, row: Delivery, answer: Mapping[str, Any], *, subject_id: str | None
) -> bool:
    """Keep a late answer; return False when one was there already, which stands.

    Counts are kept as they are. Records, and words that could name somebody, are sealed under the
    person's key; without a person (they were erased) they are not kept at all.
    """
    found = tx.session.get(SystemDeliveryRow, row.message_id, with_for_update=True)
    if found is None or found.answer is not None:
        return False
    found.answer = {name: answer[name] for name in _COUNTED if name in answer}
    rest = {name: answer[name] for name in ("records", "messages", "next") if name in answer}
    key = tx.vault.key(subject_id) if subject_id and rest else None
    if key is not None:
        found.sealed = keys.seal(key.enc, orjson.dumps(rest), bound_to=row.message_id.encode())
    found.state, found.last_at = State.ANSWERED, tx.now
    tx.session.add(found)
    return True


def by_message(tx: Transaction, system: str, message_id: str) -> Delivery:
    """Return one question that this system was asked.

    Raises:
        NotFound: it was asked no such thing.
    """
    row = tx.session.get(SystemDeliveryRow, message_id) if is_name(message_id) else None
    if row is None or row.system != system:
        raise NotFound
    return _delivery(row)


def by_reference(tx: Transaction, reference: str) -> Delivery:
    """Return the question that a system calls by this name.

    Raises:
        NotFound: none bears it.
    """
    asked = select(SystemDeliveryRow).where(col(SystemDeliveryRow.reference) == reference)
    row = tx.session.execute(asked).scalars().first() if is_name(reference) else None
    if row is None:
        raise NotFound
    return _delivery(row)


def listed(
    tx: Transaction, *, system: str = "", case: str = "", limit: int = 200
) -> Sequence[Delivery]:
    """Return the newest questions first, of one system or one case where given."""
    asked = select(SystemDeliveryRow).order_by(col(SystemDeliveryRow.last_at).desc()).limit(limit)
    if system:
        asked = asked.where(col(SystemDeliveryRow.system) == system)
    if case:
        asked = asked.where(col(SystemDeliveryRow.case) == case)
    return [_delivery(row) for row in tx.session.execute(asked).scalars()]


def remove_old(tx: Transaction) -> None:
    """Delete what nobody will ask about any more."""
    tx.session.execute(
        delete(SystemDeliveryRow).where(col(SystemDeliveryRow.last_at) < tx.now - KEEP_FOR)
    )


def _delivery(row: SystemDeliveryRow) -> Delivery:
    return Delivery(
        row.message_id,
        row.system,
        row.case,
        row.step,
        row.action,
        State(row.state),
        row.attempts,
        row.status,
        row.first_at,
        row.last_at,
    )
