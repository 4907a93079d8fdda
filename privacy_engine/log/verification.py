"""Takes ten statements about the stored log, one by one, from the rows alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.keys import KeyRing
from privacy_engine.log import row_seals
from privacy_engine.log.findings import Finding, Outcome, Statement, counted
from privacy_engine.log.journal import origin_in_effect
from privacy_engine.log.merkle import HASH_BYTES
from privacy_engine.log.openings import Opened, Openings
from privacy_engine.log.tables import (
    LogEntryRow,
    LogEventRow,
    LogPendingRow,
    LogTallyRow,
    SealedPartRow,
)
from privacy_engine.log.tree_verification import TreeWalk, count, hold_still

__all__ = ["Outcome", "Statement", "hold_still", "verify"]

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
    walk.names()
    return walk.statements()


class _Walk:
    """One pass over entries, then over what waits; faults lie in the findings afterwards."""

    def __init__(self, session: Session, ring: KeyRing, origin: str) -> None:
        self._session = session
        self.tree = TreeWalk(session, ring, origin)
        self.opened = Openings(session, ring, entries=self.tree.entries)
        self.tallies, self.lost, self.sealed = Finding(), Finding(), Finding()
        self._ring = ring
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
            self.tree.grow(start, hashes)
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
        if count(self._session, LogEventRow) != self._events:
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

    # Who is who --------------------------------------------------------------------------

    def names(self) -> None:
        """Look at every row that says who is who; no entry commits to them."""
        self.sealed = row_seals.check(self._session, self._ring)

    # The verdicts ------------------------------------------------------------------------

    def statements(self) -> list[Statement]:
        """Return the ten statements."""
        found = self.opened
        self.tree.stated(found.minimum)
        return [
            *self.tree.statements(),
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
            self.sealed.statement(
                10,
                "Every row about who is who, and whose key is whose, is one that the engine wrote",
                good=counted(self.sealed.checked, "row", "rows"),
                none="nobody is known",
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
