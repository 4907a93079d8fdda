"""Files that prove a choice made on paper or by phone: sealed with the proof, gone with its key.

A file lies beside the log and not in it; the event of the choice names its SHA-256, sealed as
proof, so that a file which was exchanged does not fit.
"""

from dataclasses import dataclass

import orjson
from sqlalchemy import Column, LargeBinary, delete, select
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.log.tables import VaultKeyRow
from privacy_engine.transaction import Transaction

TYPES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "audio/mpeg": b"",
    "audio/wav": b"RIFF",
    "audio/x-wav": b"RIFF",
}
"""Which files are taken, each with the bytes that it begins with, where they are fixed."""


class EvidenceRow(SQLModel, table=True):
    """One sealed file. Operational: the log knows its hash, and cannot make it again."""

    __tablename__ = "consent_evidence"

    event_id: str = Field(primary_key=True, max_length=26)
    key_id: str = Field(max_length=32, index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


@dataclass(frozen=True, repr=False)
class File:
    """A file as it came; its repr shows nothing of it."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of its content, in hex."""
        return keys.sha256(self.content).hex()


def require_sense(file: File) -> None:
    """Pass when a file is of a kind that is taken.

    Raises:
        InvalidInput: it is empty, of another kind, or not what its kind says.
    """
    if not file.content:
        raise InvalidInput("the file is empty")
    start = TYPES.get(file.media_type)
    if start is None or not file.content.startswith(start):
        raise InvalidInput("the file is no PDF, PNG, JPEG, MP3 or WAV")


def keep(tx: Transaction, event_id: str, subject_id: str, file: File) -> None:
    """Keep a file with the event of the choice that it proves."""
    key = tx.vault.proof_key(subject_id)
    head = orjson.dumps({"name": file.name, "media_type": file.media_type})
    plain = len(head).to_bytes(4, "big") + head + file.content
    sealed = keys.seal(key.enc, plain, bound_to=event_id.encode())
    tx.session.add(EvidenceRow(event_id=event_id, key_id=key.key_id, sealed=sealed))
    tx.session.flush()


def has(tx: Transaction, event_id: str) -> bool:
    """Return whether there is a file with this event."""
    statement = select(EvidenceRow.event_id).where(col(EvidenceRow.event_id) == event_id)  # type: ignore[call-overload]
    return tx.session.execute(statement).first() is not None


def read(tx: Transaction, event_id: str) -> File:
    """Return the file with an event.

    Raises:
        NotFound: there is none, or the proof reached the end of its time.
    """
    row = tx.session.get(EvidenceRow, event_id)
    key = tx.vault.key(row.key_id) if row else None
    if row is None or key is None:
        raise NotFound("there is no file with this choice, or its time is over")
    plain = keys.unseal(key.enc, row.sealed, bound_to=event_id.encode())
    length = int.from_bytes(plain[:4], "big")
    head = orjson.loads(plain[4 : 4 + length])
    return File(head["name"], head["media_type"], plain[4 + length :])


def remove_unreadable(tx: Transaction) -> int:
    """Delete every file whose key is gone; return how many there were."""
    there = select(VaultKeyRow.key_id)  # type: ignore[call-overload]
    gone = delete(EvidenceRow).where(col(EvidenceRow.key_id).not_in(there))
    return int(tx.session.execute(gone).rowcount)  # type: ignore[attr-defined]
