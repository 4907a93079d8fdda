"""Give accepted events their positions, grow the tree, tally, and sign the checkpoint.

One writer at a time: an advisory lock on PostgreSQL, the writer's lock on SQLite. One pass is
one transaction: entries, tiles, tallies and checkpoint appear together or not at all, so a
crash anywhere here leaves the former checkpoint and every event still waiting in its list.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, text
from sqlmodel import Session, col

from privacy_engine.database import on_sqlite
from privacy_engine.keys import KeyRing
from privacy_engine.log import checkpoint, pruning, tiles
from privacy_engine.log.bulk import Rows, delete_matching, insert_rows
from privacy_engine.log.event import Draft
from privacy_engine.log.journal import origin_in_effect
from privacy_engine.log.note import Ed25519Signer
from privacy_engine.log.store import Stored, append
from privacy_engine.log.tables import (
    LogCheckpointRow,
    LogEntryRow,
    LogEventRow,
    LogPendingRow,
    LogTallyRow,
    LogTileRow,
)
from privacy_engine.log.vault import Vault

_LOCK = 0x70726976  # "priv": the advisory lock of the log of one database schema
BATCH = 4_096


@dataclass(frozen=True)
class Head:
    """The log as last published."""

    size: int
    note: str
    signed_at: datetime | None


@dataclass(frozen=True)
class Placed:
    """Where an event stands in the published log, and the proof that leads to its root."""

    position: int
    leaf_hash: bytes
    proof: tuple[bytes, ...]
    size: int


class _Accepted(NamedTuple):
    """What of an event decides its place in the log."""

    event_id: str
    kind: str
    site: str
    recorded_at: datetime
    leaf_hash: bytes


_EVENT = LogEventRow.__table__  # type: ignore[attr-defined]
_ACCEPTED = [_EVENT.c[name] for name in _Accepted._fields]


_TILE = LogTileRow.__table__  # type: ignore[attr-defined]
_ONE_TILE = select(_TILE.c.hashes).where(
    _TILE.c.level == bindparam("level"), _TILE.c.number == bindparam("number")
)


class StoredTiles:
    """Reads the tree's tiles from the database, as `tiles.TileReader` asks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile; fewer when it is not there.

        A tile that was pruned is made again from its events.
        """
        where = {"level": level, "number": index}
        row = self._session.connection().execute(_ONE_TILE, where).scalar()
        if row is None and level == 0:
            row = pruning.leaf_tile(self._session, index)
        return bytes(row or b"")[: width * 32]


def head(session: Session) -> Head:
    """Return the newest published checkpoint; size 0 and an empty note before the first."""
    row = session.execute(
        select(LogCheckpointRow).order_by(col(LogCheckpointRow.size).desc()).limit(1)
    ).scalar()
    return Head(row.size, row.note, row.signed_at) if row else Head(0, "", None)


def place(session: Session, event_id: str) -> Placed | None:
    """Return where an event stands, or None while it has no position."""
    found = session.execute(
        select(LogEntryRow.position, LogEventRow.leaf_hash)  # type: ignore[call-overload]
        .join(LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id))
        .where(col(LogEntryRow.event_id) == event_id)
    ).first()
    if found is None:
        return None
    size = head(session).size
    tree = tiles.TiledTree(StoredTiles(session), size)
    return Placed(found[0], found[1], tuple(tree.inclusion_proof(found[0])), size)


def has_waiting(session: Session) -> bool:
    """Return whether any accepted event has no position yet."""
    return session.execute(select(LogPendingRow.event_id).limit(1)).first() is not None  # type: ignore[call-overload]


def signer(ring: KeyRing, origin: str) -> Ed25519Signer:
    """Return the log's signing key under its origin, as it stands since the last restore."""
    return Ed25519Signer(origin_in_effect(ring, origin), ring.secret("log-signing-seed"))


def sequence(
    session: Session, ring: KeyRing, *, origin: str, now: datetime, tally: bool = False
) -> int:
    """Give positions to waiting events; return how many, 0 also when another holds the lock.

    The log signs as the configured `origin`, or as its successor after a loss; `now` (aware UTC)
    is stamped on the checkpoint's row, never inside the signed text. With `tally` the running
    tallies are stated too, as a report needs at both ends of its period; one is stated anyway at
    the first entry of every UTC day.
    """
    if not _lock(session):
        return 0
    size = head(session).size
    waiting = _waiting(session)
    if not waiting and not (tally and size):
        return 0
    day_turned = bool(waiting) and _day_turned(session, waiting[-1].recorded_at, size=size)
    added = _add(session, size=size, rows=waiting)
    if (tally or day_turned) and size + added:
        added += _state_tallies(session, ring, size=size + added, now=now)
    _publish(session, ring, origin=origin, size=size, added=added, now=now)
    return added


def _lock(session: Session) -> bool:
    if on_sqlite(session):
        return True
    return bool(session.execute(text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")).scalar())


def _waiting(session: Session) -> Sequence[_Accepted]:
    # Whatever is committed and has no position yet, in ULID order. An event that was decided on
    # after another of the same case was seen has a greater ULID and commits later, so neither
    # can stand before the other in a later batch.
    statement = (
        select(*_ACCEPTED)
        .join(LogPendingRow, col(LogPendingRow.event_id) == _EVENT.c.event_id)
        .order_by(_EVENT.c.event_id)
        .limit(BATCH)
    )
    return [_Accepted(*row) for row in session.execute(statement)]


def _day_turned(session: Session, newest: datetime, *, size: int) -> bool:
    # By the newest entry, found by its key: this runs every second, and no scan may hide in it.
    last = session.execute(
        select(LogEventRow.recorded_at)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(col(LogEntryRow.position) == size - 1)
    ).scalar()
    return last is None or last.date() < newest.date()


def _add(session: Session, *, size: int, rows: Sequence[_Accepted]) -> int:
    if not rows:
        return 0
    event_ids = [row.event_id for row in rows]
    entries = list(enumerate(event_ids, start=size))
    insert_rows(session, LogEntryRow, Rows(("position", "event_id"), entries))
    delete_matching(session, "log_pending", "event_id", event_ids)
    growth = tiles.grow(StoredTiles(session), size, [row.leaf_hash for row in rows])
    for tile in growth.tiles:
        session.merge(LogTileRow(level=tile.level, number=tile.index, hashes=tile.data))
    for (kind, site), count in sorted(Counter((row.kind, row.site) for row in rows).items()):
        tally = session.get(LogTallyRow, (kind, site))
        if tally is None:
            tally = LogTallyRow(kind=kind, site=site, count=0)
        tally.count += count
        session.add(tally)
    session.flush()
    return len(rows)


def _state_tallies(session: Session, ring: KeyRing, *, size: int, now: datetime) -> int:
    # The counts are those of the entries before this one, which is why its position must be the
    # very next: it is appended and sequenced here, within the lock.
    counts = {
        f"{row.site}|{row.kind}": row.count
        for row in session.execute(select(LogTallyRow)).scalars()
    }
    draft = Draft("log.tallied", {"size": size, "counts": counts})
    outcome = append(session, Vault(session, ring), ring, drafts=[draft], now=now)[0]
    if not isinstance(outcome, Stored):
        raise outcome
    row = session.execute(select(*_ACCEPTED).where(_EVENT.c.event_id == outcome.event_id)).one()
    return _add(session, size=size, rows=[_Accepted(*row)])


def _publish(
    session: Session, ring: KeyRing, *, origin: str, size: int, added: int, now: datetime
) -> None:
    if not added:
        return
    root = tiles.root_at(StoredTiles(session), size + added)
    key = signer(ring, origin)
    signed = checkpoint.sign(checkpoint.Checkpoint(key.name, size + added, root), key)
    session.add(LogCheckpointRow(size=size + added, note=signed.decode(), signed_at=now))
    session.flush()
