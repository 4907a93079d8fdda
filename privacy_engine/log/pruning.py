"""What of the log is no longer published: the minimum index, and the tiles and entries below it.

As c2sp.org/tlog-tiles has it, pruning takes a beginning of the log out of what anybody can fetch
and changes nothing of the tree: from the minimum index on, every entry, root and proof stays to be
had. The events themselves stay, for the registers are read from them; so whatever was pruned can
still be made again here, for an event that is asked about and a witness that was long away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from privacy_engine.errors import Conflict
from privacy_engine.log.tables import LogEntryRow, LogEventRow, LogPruningRow, LogTileRow
from privacy_engine.log.tiles import TILE_WIDTH

KIND = "log.pruned"
# Rows of 8 KB that one transaction deletes: some milliseconds, so that nobody waits for it.
_TILES_AT_ONCE = 500


@dataclass(frozen=True)
class Plan:
    """How far the log may be pruned today, and what that would take away.

    Attributes:
        minimum: the minimum index as it stands.
        allowed: how far it may go, a multiple of 256 and never less than `minimum`.
        why: what keeps it from going further, one sentence.
        newest: when the last entry below `allowed` was recorded, None when there is none.
        tiles: how many stored tiles lie below `allowed`.
    """

    size: int
    minimum: int
    allowed: int
    why: str
    newest: datetime | None
    tiles: int

    @property
    def entries(self) -> int:
        """Return how many entries would no longer be published that are now."""
        return self.allowed - self.minimum


def minimum_index(session: Session) -> int:
    """Return the lowest position whose entry and tile are published; 0 when nothing is pruned."""
    found = session.execute(select(func.max(LogPruningRow.minimum_index))).scalar()
    return int(found or 0)


def plan(
    session: Session,
    *,
    size: int,
    after_days: int,
    witnessed: Mapping[str, int],
    now: datetime,
) -> Plan:
    """Return how far the policy allows to prune; nothing is changed.

    Args:
        session: any.
        size: the number of published entries.
        after_days: how many days entries stay published; 0 means for ever.
        witnessed: how much of the log each witness has cosigned, by its name.
        now: aware UTC.

    Source: C2SP tlog-tiles, Pruning.
    """
    minimum = minimum_index(session)
    if not after_days:
        return Plan(size, minimum, minimum, "no period is set: it is never pruned", None, 0)
    cutoff = now - timedelta(days=after_days)
    allowed = _recorded_before(session, cutoff, size=size)
    why = f"entries stay published for {after_days} days"
    # A witness that is behind needs the tiles from where it stands; it is waited for.
    for name, cosigned in sorted(witnessed.items()):
        if cosigned < allowed:
            allowed, why = cosigned, f"the witness {name} has seen {cosigned:,} entries"
    allowed = max(minimum, allowed // TILE_WIDTH * TILE_WIDTH)
    last = _recorded_at(session, allowed - 1) if allowed else None
    return Plan(size, minimum, allowed, why, last, _stored(session, allowed))


def record(session: Session, planned: Plan, to: int, *, event_id: str, now: datetime) -> None:
    """Raise the minimum index to what the event states; from the commit on it is published.

    A crash before the tiles are deleted leaves rows that nobody is shown; the next pruning
    deletes them.

    Raises:
        Conflict: the policy does not allow it, or it is no boundary between two full tiles.
    """
    if to % TILE_WIDTH:
        raise Conflict(
            f"a minimum index is a multiple of {TILE_WIDTH}: only full tiles are pruned"
        )
    if to > planned.allowed:
        raise Conflict(f"it may be pruned up to {planned.allowed}: {planned.why}")
    if to <= planned.minimum:
        raise Conflict(f"the minimum index is {planned.minimum} already, and never goes back")
    session.add(LogPruningRow(minimum_index=to, event_id=event_id, pruned_at=now))
    session.flush()


def delete_tiles(session: Session) -> int:
    """Delete some stored tiles below the minimum index; return how many, 0 when none is left.

    Only tiles of leaf hashes: what lies above them is a 256th of it, and a client that stands
    below the minimum index finds its way up by it.
    """
    last = minimum_index(session) // TILE_WIDTH - 1
    numbers = (
        select(LogTileRow.number)  # type: ignore[call-overload]
        .where(col(LogTileRow.level) == 0, col(LogTileRow.number) <= last)
        .order_by(LogTileRow.number)
        .limit(_TILES_AT_ONCE)
    )
    found = list(session.execute(numbers).scalars())
    if found:
        session.execute(
            delete(LogTileRow).where(col(LogTileRow.level) == 0, col(LogTileRow.number).in_(found))
        )
    return len(found)


def leaf_tile(session: Session, number: int) -> bytes:
    """Return a pruned tile of leaf hashes, made again from its events; empty when not pruned."""
    if (number + 1) * TILE_WIDTH > minimum_index(session):
        return b""
    first = number * TILE_WIDTH
    statement = (
        select(LogEventRow.leaf_hash)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(col(LogEntryRow.position) >= first, col(LogEntryRow.position) < first + TILE_WIDTH)
        .order_by(col(LogEntryRow.position))
    )
    return b"".join(bytes(one) for one in session.execute(statement).scalars())


def _stored(session: Session, minimum: int) -> int:
    statement = select(func.count()).where(
        col(LogTileRow.level) == 0, col(LogTileRow.number) < minimum // TILE_WIDTH
    )
    return int(session.execute(statement).scalar_one())


def _recorded_before(session: Session, cutoff: datetime, *, size: int) -> int:
    """Return a multiple of 256 below which every entry was recorded before the cutoff."""
    low, high = 0, size // TILE_WIDTH
    # Entries follow one another in the order of recording but for what came in at one moment, so
    # half the tiles are ruled out at a time; the last word is with every entry of the last tile.
    while low < high:
        middle = (low + high + 1) // 2
        last = _recorded_at(session, middle * TILE_WIDTH - 1)
        low, high = (middle, high) if last and last < cutoff else (low, middle - 1)
    while low and _newest_of_tile(session, low - 1) >= cutoff:
        low -= 1
    return low * TILE_WIDTH


def _recorded_at(session: Session, position: int) -> datetime | None:
    return session.execute(
        select(LogEventRow.recorded_at)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(col(LogEntryRow.position) == position)
    ).scalar()


def _newest_of_tile(session: Session, number: int) -> datetime:
    first = number * TILE_WIDTH
    found: datetime = session.execute(
        select(func.max(LogEventRow.recorded_at))
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(col(LogEntryRow.position) >= first, col(LogEntryRow.position) < first + TILE_WIDTH)
    ).scalar_one()
    return found
