"""Takes nine statements about the stored log, one by one, from the rows alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlmodel import Session, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import on_sqlite
from privacy_engine.errors import EngineError
from privacy_engine.keys import KeyRing
from privacy_engine.log import checkpoint, sequencer, tiles
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.findings import Finding, Outcome, Statement, counted
from privacy_engine.log.journal import origin_in_effect
from privacy_engine.log.merkle import HASH_BYTES
from privacy_engine.log.note import SignatureType, VerifierKey
from privacy_engine.log.openings import Opened, Openings
from privacy_engine.log.tables import (
    LogCheckpointRow,
    LogEntryRow,
    LogEventRow,
    LogPendingRow,
    LogTallyRow,
    LogTileRow,
    SealedPartRow,
)

__all__ = ["Outcome", "Statement", "verify"]

PAGE = 512
WAITS_TOO_LONG = timedelta(minutes=10)


def verify(session: Session, ring: KeyRing, origin: str, *, now: datetime) -> list[Statement]:
    """Return what holds of the log in the database; it changes nothing.

    Reads one page of events at a time, whatever the log's size. The session must be fresh: on
    PostgreSQL it is put on one snapshot, so that nothing moves while it is read.

    Args:
        session: a transaction that has not been used yet.
        ring: the instance's keys; what they no longer open must be accounted for in the log.
        origin: the log's configured origin.
        now: aware UTC, to tell what waits too long for its position.
    """
    hold_still(session)
    walk = _Walk(session, ring, origin_in_effect(ring, origin))
    walk.sequenced()
    walk.waiting(now)
    return walk.statements()


def hold_still(session: Session) -> None:
    """Put an unused PostgreSQL transaction on one snapshot; SQLite's always are."""
    if not on_sqlite(session):
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


class _Tree:
    """The tree as it must be, grown from the entries and compared with what is stored."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.frontier = tiles.Frontier()
        self.finding = Finding()
        self._partial: dict[int, tiles.Tile] = {}

    def extend(self, hashes: Sequence[bytes]) -> None:
        growth = self.frontier.extend(hashes)
        self.frontier = growth.frontier
        for tile in growth.tiles:
            if tile.width == tiles.TILE_WIDTH:
                self._partial.pop(tile.level, None)
                self._compare(tile)
            else:
                self._partial[tile.level] = tile

    def close(self) -> None:
        for tile in self._partial.values():
            self._compare(tile)
        expected = sum(full + bool(rest) for _, full, rest in tiles.widths(self.frontier.size))
        if _count(self._session, LogTileRow) != expected:
            self.finding.fault("there are tiles that belong to no tree of this size")

    def _compare(self, tile: tiles.Tile) -> None:
        self.finding.checked += 1
        stored = self._session.execute(
            select(LogTileRow.hashes).where(  # type: ignore[call-overload]
                col(LogTileRow.level) == tile.level, col(LogTileRow.number) == tile.index
            )
        ).scalar()
        if stored is None or bytes(stored) != tile.data:
            fault = "is missing" if stored is None else "differs from the hashes below it"
            self.finding.fault(f"tile {tile.level}/{tile.index} {fault}")


class _Walk:
    """One pass over entries, then over what waits; faults lie in the findings afterwards."""

    def __init__(self, session: Session, ring: KeyRing, origin: str) -> None:
        self._session = session
        self._origin = origin
        self._public = keys.ed25519_public(ring.secret("log-signing-seed"))
        self.opened = Openings(session, ring)
        self.tree = _Tree(session)
        self.head = sequencer.head(session)
        self.newest, self.older, self.tallies, self.lost = (Finding() for _ in range(4))
        self.counts: Counter[tuple[str, str]] = Counter()
        self._events = 0
        self._waiting = 0

    # What has a position -----------------------------------------------------------------

    def sequenced(self) -> None:
        """Walk the entries in their order, with the tree and its checkpoints beside them."""
        for start, event_ids in self._pages():
            rows, parts = self.opened.load(event_ids)
            hashes: list[bytes] = []
            for offset, event_id in enumerate(event_ids):
                row = rows.get(event_id)
                if row is None:
                    self.opened.entries.fault(f"nothing stands at position {start + offset}")
                    hashes.append(bytes(HASH_BYTES))
                    continue
                opened = self.opened.check(row, parts.get(event_id, ()))
                hashes.append(opened.leaf_hash)
                self._tally(row, opened, position=start + offset)
            self._events += len(rows)
            self._grow(start, hashes)
            self._session.expunge_all()
        self.tree.close()
        self._close()

    def _pages(self) -> Iterator[tuple[int, list[str]]]:
        start = 0
        while True:
            statement = (
                select(LogEntryRow.position, LogEntryRow.event_id)  # type: ignore[call-overload]
                .where(col(LogEntryRow.position) >= start)
                .order_by(LogEntryRow.position)
                .limit(PAGE)
            )
            found = self._session.execute(statement).all()
            if not found:
                return
            if [position for position, _ in found] != list(range(start, start + len(found))):
                self.opened.entries.fault(f"positions from {start} on are not without a gap")
                return
            yield start, [event_id for _, event_id in found]
            start += len(found)

    def _grow(self, start: int, hashes: Sequence[bytes]) -> None:
        end = start + len(hashes)
        rows = self._session.execute(
            select(LogCheckpointRow.size, LogCheckpointRow.note)  # type: ignore[call-overload]
            .where(col(LogCheckpointRow.size) > start, col(LogCheckpointRow.size) <= end)
            .order_by(LogCheckpointRow.size)
        )
        done = 0
        for size, note in rows.all():
            self.tree.extend(hashes[done : size - start])
            done = size - start
            self._checkpoint(size, note)
        self.tree.extend(hashes[done:])

    def _checkpoint(self, size: int, note: str) -> None:
        finding = self.newest if size == self.head.size else self.older
        finding.checked += 1
        try:
            signed = self._signed(note)
        except (EngineError, ValueError) as error:
            detail = error.detail if isinstance(error, EngineError) else "it cannot be read"
            finding.fault(f"the checkpoint of size {size}: {detail}")
            return
        if signed.size != size:
            finding.fault(f"the checkpoint of size {size} is signed for another size")
        elif size == self.head.size and signed.origin != self._origin:
            finding.fault(f"it is signed as {signed.origin}, not as {self._origin}")
        if signed.root != self.tree.frontier.root:
            where = self.opened.entries if finding is self.newest else finding
            where.fault(f"the entries lead to another root than the checkpoint of size {size}")

    def _signed(self, note: str) -> Checkpoint:
        data = note.encode()
        origin = checkpoint.parse_unverified(data)[0].origin
        key = VerifierKey(origin, SignatureType.ED25519, self._public)
        return checkpoint.open_checkpoint(data, [key]).checkpoint

    def _tally(self, row: LogEventRow, opened: Opened, *, position: int) -> None:
        if row.kind == "log.tallied" and opened.envelope is not None:
            self.tallies.checked += 1
            data = opened.envelope["data"]
            stated = {name: count for name, count in data["counts"].items() if count}
            actual = {f"{site}|{kind}": count for (site, kind), count in self.counts.items()}
            if data["size"] != position or stated != actual:
                self.tallies.fault(f"the tally at position {position} differs from the entries")
        self.counts[row.site, row.kind] += 1

    def _close(self) -> None:
        size = self.tree.frontier.size
        if size != self.head.size:
            self.newest.fault(f"the newest checkpoint is of size {self.head.size}, not {size}")
        beyond = self._session.execute(
            select(LogCheckpointRow.size).where(  # type: ignore[call-overload]
                (col(LogCheckpointRow.size) > size) | (col(LogCheckpointRow.size) < 1)
            )
        ).first()
        if beyond:
            self.older.fault(f"a checkpoint of size {beyond[0]} stands beside {size} entries")
        stored = {
            (row.site, row.kind): row.count
            for row in self._session.execute(select(LogTallyRow)).scalars()
        }
        self.tallies.checked += bool(stored)
        if stored != dict(self.counts):
            self.tallies.fault("the running tallies differ from the entries")

    # What waits --------------------------------------------------------------------------

    def waiting(self, now: datetime) -> None:
        """Walk what was accepted and has no position yet; then see that nothing was lost."""
        self.lost.checked = 1
        last = ""
        while event_ids := self._pending_after(last):
            rows, parts = self.opened.load(event_ids)
            self._check_waiting(rows, parts, event_ids=event_ids, now=now)
            last = event_ids[-1]
            self._session.expunge_all()
        if _count(self._session, LogEventRow) != self._events:
            self.lost.fault("there are events with neither a position nor a place in the queue")
        left = self.opened.left_over_parts()
        if left:
            self.opened.parts.fault(f"{left} sealed parts belong to no event")

    def _pending_after(self, last: str) -> list[str]:
        statement = (
            select(LogPendingRow.event_id)  # type: ignore[call-overload]
            .where(col(LogPendingRow.event_id) > last)
            .order_by(LogPendingRow.event_id)
            .limit(PAGE)
        )
        return list(self._session.execute(statement).scalars())

    def _check_waiting(
        self,
        rows: Mapping[str, LogEventRow],
        parts: Mapping[str, Sequence[SealedPartRow]],
        *,
        event_ids: Iterable[str],
        now: datetime,
    ) -> None:
        for event_id in event_ids:
            row = rows.get(event_id)
            self._waiting += 1
            if row is None:
                self.lost.fault("something waits for a position that is no event")
                continue
            self._events += 1
            self.opened.check(row, parts.get(event_id, ()))
            if now - row.recorded_at > WAITS_TOO_LONG:
                minutes = int((now - row.recorded_at).total_seconds() // 60)
                self.lost.fault(f"event {event_id} has waited {minutes} minutes for its position")

    # The verdicts ------------------------------------------------------------------------

    def statements(self) -> list[Statement]:
        """Return the nine statements."""
        found, size = self.opened, self.tree.frontier.size
        return [
            self.newest.statement(
                1,
                "The newest checkpoint is signed by this log",
                good=f"{self._origin}, {counted(size, 'entry', 'entries')}",
                none="nothing has been published yet",
            ),
            self.older.statement(
                2,
                "Every older checkpoint is signed, and is a beginning of this log",
                good=counted(self.older.checked, "checkpoint", "checkpoints"),
                none="there is no older one",
            ),
            found.entries.statement(
                3,
                "Every entry is whole and in its place: together they lead to the signed root",
                good=counted(size, "entry", "entries"),
                none="the log is empty",
            ),
            self.tree.finding.statement(
                4,
                "Every stored tile is that of the tree",
                good=counted(self.tree.finding.checked, "tile", "tiles"),
                none="the log is empty",
            ),
            found.envelopes.statement(
                5,
                "Every envelope opens, and says what its entry and its row say",
                good=counted(found.envelopes.checked, "envelope", "envelopes"),
                none="the log is empty",
            ),
            found.parts.statement(
                6,
                "Every sealed part opens, and is the one that its entry commits to",
                good=counted(found.parts.checked, "part", "parts"),
                none="nothing is sealed",
            ),
            self._missing(),
            self.tallies.statement(
                8,
                "The tallies count what the log holds",
                good=counted(self.tallies.checked, "tally", "tallies"),
                none="nothing has been tallied yet",
            ),
            self.lost.statement(
                9,
                "Every accepted event has its position or is about to get it",
                good=counted(self._waiting, "waits", "wait"),
                none="",
            ),
        ]

    def _missing(self) -> Statement:
        missing, accounted = self.opened.missing, self.opened.accounted
        finding = Finding(checked=1)
        if missing != accounted:
            finding.fault(f"{missing} parts are gone, and the log records that of {accounted}")
        return finding.statement(
            7,
            "Every part that is gone was destroyed on record",
            good=counted(missing, "part was destroyed", "parts were destroyed"),
            none="",
        )


def _count(session: Session, table: type[SQLModel]) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())
