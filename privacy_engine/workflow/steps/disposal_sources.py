"""Where the schedule finds what is due: databases of sites, and the engine's own records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import col

from privacy_engine import keys
from privacy_engine.connectors.opening import address_of
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.disposal import DueOrder, SqlDisposal
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log import erasure
from privacy_engine.log.event import Scope
from privacy_engine.retention import rules
from privacy_engine.retention.rules import OWN_SYSTEM, HoldScope, Pile
from privacy_engine.retention.sources import Found, Source, Wanted
from privacy_engine.rights.register import RequestRow
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.case import for_connectors

REQUESTS = "request-records"
_CASE_COLUMNS = ("case", "case_id", "reference")


def sources(engine: Transactions, series: str) -> tuple[Source, ...]:
    """Return what can be asked for the due records of a series.

    A system that cannot be asked by date (a vendor, a mailbox) is left out: the preview names it
    as not searched. Test mode touches only systems marked for it.
    """
    row = engine.content.series(series)
    found: list[Source] = [
        SqlSource(engine, system)
        for system in engine.content.systems
        if system.code in row.systems
        and system.connector is ConnectorKind.SQL
        and (system.test or not engine.settings.test_mode)
    ]
    if OWN_SYSTEM in row.systems and series == REQUESTS:
        found.append(RequestRecords(engine, row))
    return tuple(found)


class SqlSource:
    """A series in one SQL system of the data map."""

    def __init__(self, engine: Transactions, system: System) -> None:
        self.system = system.code
        self._engine = engine
        settings = engine.settings
        url = address_of(system, root=settings.root, settings=settings.addresses)
        self._disposal = SqlDisposal(system, url=url, root=settings.root)

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        """Count what is past the cutoff in each dated table."""
        return tuple(
            Found(
                Pile(
                    self.system,
                    item.table,
                    due=item.due,
                    held=item.held,
                    excepted=item.excepted,
                    oldest=item.oldest,
                    newest=item.newest,
                    sha256=item.sha256,
                ),
                tuple(row.values for row in item.sample),
            )
            for item in self._disposal.survey(self._order(wanted))
        )

    def dispose(
        self, wanted: Wanted, table: str, *, most: int, after: object = None
    ) -> tuple[int, object]:
        """Dispose of one batch in one transaction of the system."""
        place: Any = after
        with self._disposal.disposing(self._order(wanted), table) as disposing:
            batch = disposing.batch(most, after=place)
        return batch.changed, batch.last

    def _order(self, wanted: Wanted) -> DueOrder:
        zone = self._engine.settings.zone
        secret = keys.derive(self._engine.ring.secret("suppression-pepper"), label="keyed-hash")
        return DueOrder(
            wanted.row.series,
            wanted.row.trigger,
            on=wanted.as_of.astimezone(zone).date(),
            cutoff=wanted.cutoff,
            zone=zone,
            secret=secret,
            anonymise=wanted.anonymise,
            held=_held_people(self._engine, wanted),
            all_held=wanted.keeps_all_of(self.system),
        )


def _held_people(engine: Transactions, wanted: Wanted) -> tuple[Identifiers, ...]:
    with engine.reading() as tx:
        people = [for_connectors(tx.identifiers(ids)) for ids in wanted.held_people]
    return tuple(person for person in people if not person.is_empty)


class RequestRecords:
    """The engine's own records of answered requests: the parts sealed under each case's key."""

    system = OWN_SYSTEM
    table = "requests"

    def __init__(self, engine: Transactions, row: RetentionRow) -> None:
        self._engine = engine
        self._row = row

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        """Count the requests that were answered longer ago than their period."""
        with self._engine.reading() as tx:
            due, held = self._sorted(tx, wanted)
        digest = keys.sha256("\n".join(row.reference for row in due).encode()).hex()
        days = sorted(_ended(row).astimezone(self._engine.settings.zone).date() for row in due)
        pile = Pile(
            self.system,
            self.table,
            due=len(due),
            held=len(held),
            oldest=days[0] if days else None,
            newest=days[-1] if days else None,
            sha256=digest,
        )
        return (Found(pile),)

    def dispose(
        self, wanted: Wanted, table: str, *, most: int, after: object = None
    ) -> tuple[int, object]:
        """Destroy the case parts of the next requests; one transaction, so all of it or nothing.

        Raises:
            Conflict: there is no such table here.
        """
        del after
        if table != self.table:
            raise Conflict(f"the engine keeps no table {table}")
        done = self._engine.run(lambda tx: self._destroy(tx, wanted, most))
        self._engine.after_erasure()
        return done, None

    def _destroy(self, tx: Transaction, wanted: Wanted, most: int) -> int:
        due, _ = self._sorted(tx, wanted)
        for row in due[:most]:
            destroy_case(tx, row.reference, ground=f"{self._row.series}: {self._row.citation}")
        return len(due[:most])

    def _sorted(
        self, tx: Transaction, wanted: Wanted
    ) -> tuple[list[RequestRow], list[RequestRow]]:
        """Return the past requests as (due, held), oldest reference first."""
        past = [row for row in _ended_before(tx, wanted.cutoff) if self._is_past(tx, row, wanted)]
        if wanted.keeps_all_of(self.system):
            return [], past
        people = {one for ids in wanted.held_people for one in ids}
        cases = {one.target for one in wanted.standing if one.scope is HoldScope.CASE}
        held = [row for row in past if row.subject_id in people or row.reference in cases]
        return [row for row in past if row not in held], held

    def _is_past(self, tx: Transaction, row: RequestRow, wanted: Wanted) -> bool:
        ended, zone = _ended(row), tx.settings.zone
        return rules.is_due(ended, period=wanted.row.period, now=wanted.as_of, zone=zone)


def _ended_before(tx: Transaction, moment: datetime) -> Sequence[RequestRow]:
    statement = (
        select(RequestRow)
        .where(col(RequestRow.ended_at).is_not(None), col(RequestRow.ended_at) <= moment)
        .order_by(col(RequestRow.reference))
    )
    return list(tx.session.execute(statement).scalars())


def _ended(row: RequestRow) -> datetime:
    if row.ended_at is None:
        raise Conflict("a request that is not answered has no end of its period")
    return row.ended_at


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
    if done.parts:
        data = {
            "scope": "case",
            "ground": ground[:200],
            "parts": done.parts,
            "events_sha256": done.events_sha256,
        }
        tx.append("parts.destroyed", data)
    return done.parts
