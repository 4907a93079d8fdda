"""Where the schedule finds what is due: databases of sites, and the engine's own records."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from privacy_engine import keys
from privacy_engine.connectors.opening import address_of
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.disposal import Disposing, DueOrder, SqlDisposal
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.retention.rules import OWN_SYSTEM, Pile
from privacy_engine.retention.sources import Batches, Ended, Found, Sample, Source, Wanted
from privacy_engine.transaction import Transactions
from privacy_engine.workflow.case import for_connectors
from privacy_engine.workflow.steps.own_sources import own_source


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
    own = own_source(engine, row) if OWN_SYSTEM in row.systems else None
    return (*found, own) if own else tuple(found)


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
                item.bytes_,
                next_from=item.next_on,
                effects=item.effects,
                months=item.months,
                rows=item.rows,
            )
            for item in self._disposal.survey(self._order(wanted))
        )

    def sample(self, wanted: Wanted, table: str) -> tuple[Sample, ...]:
        """Return a few due rows of one table, masked."""
        return tuple(row.values for row in self._disposal.sample(self._order(wanted), table))

    def count_due(self, wanted: Wanted, table: str) -> int:
        """Count what may go in one table."""
        return self._disposal.count_due(self._order(wanted), table)

    @contextmanager
    def disposing(self, wanted: Wanted, table: str) -> Iterator[Batches]:
        """Open one table for batches, each one transaction of the system."""
        with self._disposal.disposing(self._order(wanted), table) as opened:
            yield _SqlBatches(opened)

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
            by_month=wanted.aggregate,
            count_all=wanted.count_all,
            held=_held_people(self._engine, wanted),
            all_held=wanted.keeps_all_of(self.system),
        )


class _SqlBatches:
    def __init__(self, opened: Disposing) -> None:
        self._opened = opened

    def batch(self, most: int, *, after: object = None) -> Ended:
        place: Any = after
        done = self._opened.batch(most, after=place)
        return Ended(done.changed, done.last, done.digest)


def _held_people(engine: Transactions, wanted: Wanted) -> tuple[Identifiers, ...]:
    with engine.reading() as tx:
        people = [for_connectors(tx.identifiers(ids)) for ids in wanted.held_people]
    return tuple(person for person in people if not person.is_empty)
