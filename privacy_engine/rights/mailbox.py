"""The privacy mailbox, read over IMAP: every message becomes a draft, and nothing there changes.

Messages are found by their number, not by whether somebody has read them: people may read the same
mailbox. What a crash leaves is read again, and is the same draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from privacy_engine import clock, imap
from privacy_engine.config import Mailbox
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import EngineError
from privacy_engine.rights import drafts
from privacy_engine.transaction import Transaction, Transactions

TASK = "mailbox.read"
_NAME = "privacy"
_WHO = "the privacy mailbox"
_MOST_AT_ONCE = 500
_MOST_BYTES = drafts.MOST_BYTES
_PEEK = f"BODY.PEEK[]<0.{_MOST_BYTES}>"
_QUIET_PERIODS = 3
_log = structlog.get_logger("mailbox")


class MailboxRow(SQLModel, table=True):
    """How far the privacy mailbox is read, and why it could not be read further."""

    __tablename__ = "mailbox"

    name: str = Field(primary_key=True, max_length=16)
    validity: int = 0
    last_uid: int = 0
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    fault: str = Field(default="", max_length=300)
    fault_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    watched_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class Health:
    """Whether somebody reads the mailbox; instants are aware UTC.

    Attributes:
        fault: why not, in a sentence; empty when all is well.
        since: since when it is like this.
        read_at: when it was read last.
    """

    fault: str
    since: datetime | None
    read_at: datetime | None


def read(engine: Transactions) -> int:
    """Read what is new; return how many messages that were. Nothing happens without a mailbox.

    Raises:
        EngineError: it cannot be read; that is kept for the first screen and the health check.
    """
    settings = engine.settings.mailbox
    if not settings.url or engine.settings.test_mode:
        return 0
    with engine.reading() as tx:
        row = tx.session.get(MailboxRow, _NAME)
        place = (row.validity, row.last_uid) if row else (0, 0)
    try:
        count = _read_new(engine, settings, place)
    except EngineError as error:
        detail = error.detail
        engine.run(lambda tx: _note_fault(tx, detail))
        raise
    engine.run(_note_success)
    return count


def look(engine: Transactions) -> None:
    """Read what is new; a fault is kept and shown, and the next look tries again."""
    try:
        read(engine)
    except EngineError as error:
        _log.error("the mailbox is not read", why=error.slug)


def _read_new(engine: Transactions, settings: Mailbox, place: tuple[int, int]) -> int:
    with imap.signed_in(settings.url, settings.password, who=_WHO) as server:
        chosen = server.select_folder(settings.folder, readonly=True)
        validity = int(chosen[b"UIDVALIDITY"])
        last = place[1] if validity == place[0] else 0
        criteria: list[Any] = ["UID", f"{last + 1}:*"]
        if last == 0:  # never read, or numbered anew: whatever could still be due
            since = clock.now() - timedelta(days=settings.first_days)
            criteria = ["SINCE", since.date()]
        # `n:*` also finds the last message when its number is below n.
        uids = sorted(uid for uid in server.search(criteria) if uid > last)[:_MOST_AT_ONCE]
        for uid in uids:
            found = server.fetch([uid], [_PEEK, "INTERNALDATE"]).get(uid)
            if found:  # else it was moved away in this moment, by somebody who read it
                _take(engine, found, validity=validity, uid=uid)
        return len(uids)


def _take(engine: Transactions, found: Mapping[bytes, Any], *, validity: int, uid: int) -> None:
    raw = next((value for name, value in found.items() if name.startswith(b"BODY[")), b"")
    at = found.get(b"INTERNALDATE")

    # The draft and how far we are, together: a crash before the commit reads this message again.
    def keep(tx: Transaction) -> None:
        received_at = at.astimezone(UTC) if isinstance(at, datetime) else tx.now
        drafts.take(tx, bytes(raw), received_at=received_at)
        row = _row(tx)
        row.validity, row.last_uid = validity, uid
        tx.session.add(row)

    engine.run(keep)


def _row(tx: Transaction) -> MailboxRow:
    return tx.session.get(MailboxRow, _NAME) or MailboxRow(name=_NAME, watched_since=tx.now)


def _note_fault(tx: Transaction, fault: str) -> None:
    row = _row(tx)
    row.fault_since = row.fault_since if row.fault else tx.now
    row.fault = fault[:300]
    tx.session.add(row)


def _note_success(tx: Transaction) -> None:
    row = _row(tx)
    row.read_at, row.fault, row.fault_since = tx.now, "", None
    tx.session.add(row)


def health(tx: Transaction) -> Health | None:
    """Return whether the mailbox is read, or None when there is none to read."""
    settings = tx.settings.mailbox
    if not settings.url or tx.settings.test_mode:
        return None
    row = tx.session.get(MailboxRow, _NAME)
    if row is None:
        return Health("the privacy mailbox was never read", None, None)
    if row.fault:
        return Health(row.fault, row.fault_since, row.read_at)
    quiet = timedelta(minutes=_QUIET_PERIODS * max(settings.every_minutes, 5))
    if row.read_at is None or tx.now - row.read_at > quiet:
        return Health("nobody has read the privacy mailbox for a while", row.read_at, row.read_at)
    return Health("", row.read_at, row.read_at)
