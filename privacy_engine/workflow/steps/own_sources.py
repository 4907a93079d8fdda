"""The engine's own records as the schedule ends them: requests, messages, checks, reports.

What must hold: what is sealed goes in one transaction with the rows that registers derived from
it, so that a rebuild of what remains is equal; and the log still verifies, for it commits to
parts, and records how many were destroyed.

Nothing here destroys a person's key, so a restored backup brings parts back. They are as old as
they were, and the next look finds them due again.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select
from sqlmodel import col

from privacy_engine.errors import Conflict
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log import erasure
from privacy_engine.log.erasure import Erased
from privacy_engine.log.event import Scope
from privacy_engine.log.tables import LogEventRow, SealedPartRow
from privacy_engine.retention import rules
from privacy_engine.retention.rules import NOTHING, OWN_SYSTEM, HoldScope, Pile
from privacy_engine.retention.sources import Batches, Ended, Found, Sample, Source, Wanted
from privacy_engine.rights import attachments
from privacy_engine.rights.drafts import DraftRow
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import request_papers

_CASE_COLUMNS = ("case", "case_id", "reference")
_MOST = 200_000  # one look reads at most so many of one series; the next look finds the rest


@dataclass(frozen=True)
class _Record:
    """One record of ours: its key, when its period began, and whom a hold would keep."""

    key: str
    began_at: datetime
    subject_id: str | None = None
    case: str = ""


class _Own(ABC):
    """A series of ours, counted and ended record by record."""

    system = OWN_SYSTEM
    table = ""

    def __init__(self, engine: Transactions, row: RetentionRow) -> None:
        self._engine = engine
        self._row = row

    @abstractmethod
    def _past(self, tx: Transaction, cutoff: datetime) -> Sequence[_Record]:
        """Return the records that began at or before the cutoff, in the order of their keys."""

    @abstractmethod
    def _next(self, tx: Transaction, cutoff: datetime) -> datetime | None:
        """Return when the oldest record after the cutoff began."""

    @abstractmethod
    def _end(self, tx: Transaction, records: Sequence[_Record]) -> None:
        """End records, with whatever was derived from them."""

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        """Count the records whose period has run out."""
        zone = self._engine.settings.zone
        with self._engine.reading() as tx:
            due, held = self._sorted(tx, wanted)
            later = self._next(tx, wanted.cutoff)
        days = sorted(one.began_at.astimezone(zone).date() for one in due)
        pile = Pile(
            self.system,
            self.table,
            due=len(due),
            held=len(held),
            oldest=days[0] if days else None,
            newest=days[-1] if days else None,
            sha256=rules.add_digests(NOTHING, _digest(due)),
        )
        return (Found(pile, next_from=later.astimezone(zone).date() if later else None),)

    def sample(self, wanted: Wanted, table: str) -> tuple[Sample, ...]:
        """Return nothing: what is sealed is opened for a reason, not for a look."""
        del wanted
        self._require(table)
        return ()

    def count_due(self, wanted: Wanted, table: str) -> int:
        """Count what may go."""
        self._require(table)
        with self._engine.reading() as tx:
            return len(self._sorted(tx, wanted)[0])

    @contextmanager
    def disposing(self, wanted: Wanted, table: str) -> Iterator[Batches]:
        """Yield what ends the next records; one transaction each, so all of it or nothing."""
        self._require(table)
        yield _OwnBatches(self, wanted)
        self._engine.after_erasure()

    def end_next(self, wanted: Wanted, most: int) -> Ended:
        """End the next due records in one transaction."""

        def work(tx: Transaction) -> Ended:
            due = self._sorted(tx, wanted)[0][:most]
            self._end(tx, due)
            return Ended(len(due), None, _digest(due))

        return self._engine.run(work)

    def _require(self, table: str) -> None:
        if table != self.table:
            raise Conflict(f"the engine keeps no table {table}")

    def _sorted(self, tx: Transaction, wanted: Wanted) -> tuple[list[_Record], list[_Record]]:
        """Return the past records as (due, held)."""
        zone, period = tx.settings.zone, wanted.row.period
        past = [
            one
            for one in self._past(tx, wanted.cutoff)
            if rules.is_due(one.began_at, period=period, now=wanted.as_of, zone=zone)
        ]
        if wanted.keeps_all_of(self.system):
            return [], past
        people = {one for ids in wanted.held_people for one in ids}
        cases = {one.target for one in wanted.standing if one.scope is HoldScope.CASE}
        held = [one for one in past if one.subject_id in people or (one.case in cases)]
        keys_held = {one.key for one in held}
        return [one for one in past if one.key not in keys_held], held

    @property
    def _ground(self) -> str:
        return f"{self._row.series}: {self._row.citation}"[:200]


class _OwnBatches:
    def __init__(self, own: _Own, wanted: Wanted) -> None:
        self._own, self._wanted = own, wanted

    def batch(self, most: int, *, after: object = None) -> Ended:
        del after
        return self._own.end_next(self._wanted, most)


def _digest(records: Sequence[_Record]) -> int:
    """Return a digest that comes out the same in any order and batch after batch."""
    total = 1
    for one in records:
        hashed = blake2b(one.key.encode(), digest_size=31).digest()
        total = total * (1 + int.from_bytes(hashed, "big")) % rules.PRIME
    return total


# Requests --------------------------------------------------------------------------------


class RequestRecords(_Own):
    """Answered requests: the parts sealed under each case's key, and every row about the case.

    And the messages of the privacy mailbox: one that asked for nothing counts from the day on
    which somebody said so, one that became part of a request leaves once that request has left.
    """

    table = "requests"

    def _past(self, tx: Transaction, cutoff: datetime) -> Sequence[_Record]:
        statement = (
            select(RequestRow)
            .where(col(RequestRow.ended_at).is_not(None), col(RequestRow.ended_at) <= cutoff)
            .order_by(col(RequestRow.reference))
            .limit(_MOST)
        )
        return [
            _Record(row.reference, row.ended_at, row.subject_id, row.reference)
            for row in tx.session.execute(statement).scalars()
            if row.ended_at is not None
        ] + self._messages(tx, cutoff)

    def _messages(self, tx: Transaction, cutoff: datetime) -> list[_Record]:
        named = col(DraftRow.request)
        gone = named.not_in(select(RequestRow.reference))  # type: ignore[call-overload]
        statement = (
            select(DraftRow)
            .where(col(DraftRow.filed_at) <= cutoff, or_(named.is_(None), gone))
            .order_by(col(DraftRow.case))
            .limit(_MOST)
        )
        return [
            _Record(row.case, row.filed_at, row.subject_id, row.case)
            for row in tx.session.execute(statement).scalars()
            if row.filed_at is not None
        ]

    def _next(self, tx: Transaction, cutoff: datetime) -> datetime | None:
        return _oldest_answer(tx, cutoff)

    def _end(self, tx: Transaction, records: Sequence[_Record]) -> None:
        for one in records:
            destroy_case(tx, one.key, ground=self._ground)

    def end_next(self, wanted: Wanted, most: int) -> Ended:
        """End the next due records, then the papers of agents that were sealed under their keys.

        A crash between the two leaves files that no key opens; the next erasure or run removes
        them.
        """
        ended = super().end_next(wanted, most)
        request_papers.sweep(self._engine)
        return ended


def _oldest_answer(tx: Transaction, cutoff: datetime) -> datetime | None:
    statement = select(RequestRow.ended_at).where(col(RequestRow.ended_at) > cutoff)  # type: ignore[call-overload]
    found: datetime | None = tx.session.execute(
        statement.order_by(col(RequestRow.ended_at)).limit(1)
    ).scalar()
    return found


def destroy_case(tx: Transaction, case: str, *, ground: str) -> int:
    """Destroy what is sealed under a case's key, and every register's rows about the case.

    The journal outside the database is written first (see `log.erasure`): a crash before the
    commit leaves a line for a destruction that the next run repeats.
    """
    done = erasure.destroy_key_of(
        tx.session, tx.world.ring, owner=case, scope=Scope.CASE, at=tx.now
    )
    for register in tx.world.registers:
        for table in register.tables:
            names = [name for name in _CASE_COLUMNS if name in table.__table__.c]  # type: ignore[attr-defined]
            for name in names:
                tx.session.execute(delete(table).where(getattr(table, name) == case))
    attachments.forget_case(tx.session, case)
    tx.record_destroyed(done, scope="case", ground=ground[:200])
    return done.parts


# What events say about people ------------------------------------------------------------


class _PersonParts(_Own):
    """The sealed personal part of events of some kinds; the entry in the log stays."""

    kinds: tuple[str, ...] = ()

    def _past(self, tx: Transaction, cutoff: datetime) -> Sequence[_Record]:
        statement = (
            self._parts(LogEventRow.event_id, LogEventRow.recorded_at, SealedPartRow.key_id)
            .where(col(LogEventRow.recorded_at) <= cutoff)
            .order_by(col(LogEventRow.event_id))
            .limit(_MOST)
        )
        return [_Record(key, at, person) for key, at, person in tx.session.execute(statement)]

    def _parts(self, *columns: Any) -> Any:
        return (
            select(*columns)
            .join(SealedPartRow, col(SealedPartRow.event_id) == col(LogEventRow.event_id))
            .where(
                col(LogEventRow.kind).in_(self.kinds),
                col(SealedPartRow.scope) == str(Scope.PERSON),
            )
        )

    def _next(self, tx: Transaction, cutoff: datetime) -> datetime | None:
        statement = self._parts(LogEventRow.recorded_at).where(
            col(LogEventRow.recorded_at) > cutoff
        )
        found: datetime | None = tx.session.execute(
            statement.order_by(col(LogEventRow.recorded_at)).limit(1)
        ).scalar()
        return found

    def _end(self, tx: Transaction, records: Sequence[_Record]) -> None:
        destroy_parts(tx, [one.key for one in records], ground=self._ground)


def destroy_parts(tx: Transaction, event_ids: Sequence[str], *, ground: str) -> int:
    """Destroy what events say about people, and the rows that registers derived from them."""
    if not event_ids:
        return 0
    done = tx.session.execute(
        delete(SealedPartRow).where(
            col(SealedPartRow.event_id).in_(list(event_ids)),
            col(SealedPartRow.scope) == str(Scope.PERSON),
        )
    )
    for register in tx.world.registers:
        register.forget(tx.session, (), event_ids)
    parts = int(done.rowcount)  # type: ignore[attr-defined]
    gone = Erased((), tuple(event_ids), parts, 0, erasure.digest_of(event_ids))
    tx.record_destroyed(gone, scope="person", ground=ground)
    return parts


class Correspondence(_PersonParts):
    """What people wrote to the site or to us, and the letters with links to their choices."""

    table = "messages"
    kinds = ("message.received", "mail.received", "link.sent")


class Showings(_PersonParts):
    """Who was shown which version of a document."""

    table = "notice_showings"
    kinds = ("notice.shown",)


class VerificationNotes(_PersonParts):
    """What was noted while somebody's identity was checked, once the request has ended."""

    table = "verification_notes"
    kinds = ("request.verification_sent", "request.verified", "request.verification_failed")

    def _past(self, tx: Transaction, cutoff: datetime) -> Sequence[_Record]:
        found = {one.key: one for one in super()._past(tx, cutoff)}
        if not found:
            return []
        ended = {
            row.reference: row.ended_at
            for row in tx.session.execute(
                select(RequestRow).where(col(RequestRow.ended_at) <= cutoff)
            ).scalars()
        }
        cases = {event.event_id: str(event.data.get("case", "")) for event in tx.read(list(found))}
        return [
            _Record(key, at, one.subject_id, cases.get(key, ""))
            for key, one in found.items()
            if (at := ended.get(cases.get(key, "")))
        ]

    def _next(self, tx: Transaction, cutoff: datetime) -> datetime | None:
        return _oldest_answer(tx, cutoff)


# Reports ---------------------------------------------------------------------------------


class ProducedReports(_Own):
    """Reports on disk; that each was produced, and its hash, stays in the log."""

    table = "reports"

    def _past(self, tx: Transaction, cutoff: datetime) -> Sequence[_Record]:
        return [one for one in self._kept(tx) if one.began_at <= cutoff]

    def _next(self, tx: Transaction, cutoff: datetime) -> datetime | None:
        return min((o.began_at for o in self._kept(tx) if o.began_at > cutoff), default=None)

    def _kept(self, tx: Transaction) -> list[_Record]:
        """Return every report whose file is still there, the newest record of each file."""
        ids = tx.session.execute(
            select(LogEventRow.event_id)  # type: ignore[call-overload]
            .where(col(LogEventRow.kind) == "report.produced")
            .order_by(col(LogEventRow.event_id))
            .limit(_MOST)
        ).scalars()
        found: dict[str, _Record] = {}
        for event in tx.read(list(ids)):
            name = str(event.data.get("file") or "")
            if name and self._path(name).is_file():
                case = str(event.data.get("case") or "")
                found[name] = _Record(name, event.recorded_at, event.subject_id, case)
        return [found[name] for name in sorted(found)]

    def _path(self, name: str) -> Path:
        return self._engine.settings.exports_directory / Path(name).name

    def _end(self, tx: Transaction, records: Sequence[_Record]) -> None:
        # A crash here leaves fewer files than the count says: the run counts them again.
        del tx
        for one in records:
            self._path(one.key).unlink(missing_ok=True)


_SOURCES: dict[str, type[_Own]] = {
    "request-records": RequestRecords,
    "correspondence": Correspondence,
    "notice-showings": Showings,
    "verification-extras": VerificationNotes,
    "produced-reports": ProducedReports,
}


def own_source(engine: Transactions, row: RetentionRow) -> Source | None:
    """Return what ends a series of the engine's own; None where it ends by itself."""
    made = _SOURCES.get(row.series)
    return made(engine, row) if made else None
