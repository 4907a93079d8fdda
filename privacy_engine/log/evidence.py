"""What a report takes from the log to prove itself: its entries and its tallies, opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.log import sequencer, tiles
from privacy_engine.log.sealing import open_envelope
from privacy_engine.log.sequencer import StoredTiles
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.log.vault import Vault

TALLIED = "log.tallied"


@dataclass(frozen=True)
class RawTally:
    """A tally as the log holds it: the entry, the proof to the head, and its opened envelope.

    HMAC-SHA256 of `part` under `salt` is the first commitment of `entry`; `counts` is what
    `part` states, by `site|kind`, of all entries before `position`.
    """

    position: int
    recorded_at: datetime
    entry: bytes
    proof: tuple[bytes, ...]
    salt: bytes
    part: bytes
    counts: tuple[tuple[str, int], ...]


def newest_tally(
    session: Session, vault: Vault, *, until: datetime | None = None
) -> RawTally | None:
    """Return the newest tally, or the newest that was recorded at `until` (aware) or before.

    Raises:
        VerificationError: its envelope does not open.
    """
    statement = (
        select(LogEntryRow.position, LogEventRow)  # type: ignore[call-overload]
        .join(LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id))
        .where(col(LogEventRow.kind) == TALLIED)
        .order_by(col(LogEntryRow.position).desc())
        .limit(1)
    )
    if until is not None:
        statement = statement.where(col(LogEventRow.recorded_at) <= until)
    found = session.execute(statement).first()
    return _opened(session, vault, found[0], row=found[1]) if found else None


def _opened(session: Session, vault: Vault, position: int, *, row: LogEventRow) -> RawTally:
    salt, part = open_envelope(vault.instance_key(), row)
    tree = tiles.TiledTree(StoredTiles(session), sequencer.head(session).size)
    counts: dict[str, Any] = orjson.loads(part)["data"]["counts"]
    return RawTally(
        position=position,
        recorded_at=row.recorded_at,
        entry=bytes(row.leaf),
        proof=tuple(tree.inclusion_proof(position)),
        salt=salt,
        part=part,
        counts=tuple(sorted(counts.items())),
    )


def events_between(
    session: Session, kinds: Sequence[str], *, after: int, before: int, site: str = ""
) -> list[str]:
    """Return the ids of events of these kinds at positions between two others, in log order.

    Args:
        session: any.
        kinds: event types.
        after: a position; -1 for the beginning of the log.
        before: a position; both bounds are left out, as two tallies are.
        site: only what this site reported; all sites when empty.
    """
    statement = (
        select(LogEntryRow.event_id)  # type: ignore[call-overload]
        .join(LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id))
        .where(
            col(LogEventRow.kind).in_(list(kinds)),
            col(LogEntryRow.position) > after,
            col(LogEntryRow.position) < before,
        )
        .order_by(col(LogEntryRow.position))
    )
    if site:
        statement = statement.where(col(LogEventRow.site) == site)
    return list(session.execute(statement).scalars())


def events_of_kinds(session: Session, *kinds: str) -> list[str]:
    """Return the ids of all events of these kinds, oldest first, with a position or without."""
    statement = (
        select(LogEventRow.event_id)  # type: ignore[call-overload]
        .where(col(LogEventRow.kind).in_(list(kinds)))
        .order_by(LogEventRow.event_id)
    )
    return list(session.execute(statement).scalars())


def position_of(session: Session, event_id: str) -> int | None:
    """Return where an event stands, or None while it has no position."""
    return session.execute(
        select(LogEntryRow.position).where(col(LogEntryRow.event_id) == event_id)  # type: ignore[call-overload]
    ).scalar()
