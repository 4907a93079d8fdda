"""What an auditor found on the items of a sample; sealed under the instance's key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, select
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import InvalidInput
from privacy_engine.transaction import Transaction

LONGEST = 2_000


class Finding(StrEnum):
    """What came out of looking at an item."""

    OPEN = "open"
    FITS = "fits"
    EXCEPTION = "exception"


class AuditNoteRow(SQLModel, table=True):
    """The finding on one item of one sample."""

    __tablename__ = "audit_note"

    sample: str = Field(primary_key=True, max_length=26)
    event_id: str = Field(primary_key=True, max_length=26)
    finding: str = Field(max_length=12)
    text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Note:
    """A finding in words."""

    finding: Finding
    text: str
    at: datetime | None = None


def write(tx: Transaction, sample: str, event_id: str, note: Note) -> None:
    """Keep what was found on an item, in place of what stood there.

    Raises:
        InvalidInput: the text is too long, or an exception says nothing.
    """
    text = note.text.strip()
    if len(text) > LONGEST:
        raise InvalidInput(f"a note has at most {LONGEST:,} characters")
    if note.finding is Finding.EXCEPTION and not text:
        raise InvalidInput("say what the exception is")
    sealed = keys.seal(
        tx.vault.instance_key().enc, text.encode(), bound_to=_bound_to(sample, event_id)
    )
    row = AuditNoteRow(
        sample=sample, event_id=event_id, finding=note.finding, text=sealed, at=tx.now
    )
    tx.session.merge(row)


def of_sample(tx: Transaction, sample: str) -> dict[str, Note]:
    """Return the notes on a sample by event."""
    rows = tx.session.execute(
        select(AuditNoteRow).where(col(AuditNoteRow.sample) == sample)
    ).scalars()
    key = tx.vault.instance_key().enc
    return {
        row.event_id: Note(
            Finding(row.finding),
            keys.unseal(key, row.text, bound_to=_bound_to(sample, row.event_id)).decode(),
            row.at,
        )
        for row in rows
    }


def _bound_to(sample: str, event_id: str) -> bytes:
    return f"audit-note:{sample}:{event_id}".encode()
