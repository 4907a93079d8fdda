"""The end of a retention period in one SQL database: count what is due, then end it in batches.

What must hold:
(1) a row goes only while it is dated on or before the cutoff, judged in the transaction that
    takes it: what somebody touched since stays;
(2) a row goes only if no hold and no ground of the data map keeps it, and no row that stays
    still needs it;
(3) a batch is one transaction: a crash leaves it done or not done, and the next one goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from privacy_engine.connectors.masking import masked
from privacy_engine.connectors.protocol import Identifiers, MaskedRow
from privacy_engine.connectors.sql.database import open_database, told_apart
from privacy_engine.connectors.sql.disposal_acts import Acts
from privacy_engine.connectors.sql.disposal_dates import Deed
from privacy_engine.connectors.sql.disposal_digest import NOTHING, KeyDigest, combined
from privacy_engine.connectors.sql.disposal_rows import DueTable, make_tables
from privacy_engine.connectors.sql.freshness import fresh_schema
from privacy_engine.connectors.sql.schema import refuse_lasting
from privacy_engine.connectors.sql.walk import walk
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.instance.data_map import System

SAMPLE_ROWS = 3
_PAGE = 50_000
_MEASURED_ROWS = 200


@dataclass(frozen=True, repr=False)
class DueOrder:
    """Which rows of a series are due, and what happens to them.

    Attributes:
        trigger: the word of the schedule from which the period runs, such as `collected`.
        on: the day, in the controller's zone, against which grounds of the map are measured.
        cutoff: aware; a row dated at or before it is due, in `zone` where it knows only a day.
        count_all: all rows are counted too, due or not.
        by_month: the due rows are counted by month too.
        anonymise: rows stay, without the person; else they are deleted.
        held: the people whose rows a hold keeps; `all_held` keeps every row.
        secret: 32 bytes of the instance's own, for digests and for hashes that replace values.
    """

    series: str
    trigger: str
    on: date
    cutoff: datetime
    zone: ZoneInfo
    secret: bytes
    anonymise: bool = False
    by_month: bool = False
    count_all: bool = False
    held: tuple[Identifiers, ...] = ()
    all_held: bool = False

    @property
    def day(self) -> date:
        """The last day that is due."""
        return self.cutoff.astimezone(self.zone).date()

    def __repr__(self) -> str:
        return f"DueOrder({self.series}, until {self.day})"


@dataclass(frozen=True)
class DueCount:
    """What is past the cutoff in one table; see the register of retention for the words.

    Attributes:
        bytes_: how much the values of the due rows take, from a sample of them; 0 for no row.
        next_on: the earliest date after the cutoff, in the table's own reckoning of days.
        months: due rows by month, such as `2026-03`, where the order asks for them.
        rows: how many there are at all, where the order asks for it.
        effects: what their end means for other tables, as (word, table, rows).
    """

    table: str
    due: int
    held: int
    excepted: int
    oldest: date | None
    newest: date | None
    sha256: str
    sample: tuple[MaskedRow, ...] = ()
    bytes_: int = 0
    next_on: date | None = None
    effects: tuple[tuple[str, str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    rows: int | None = None


@dataclass(frozen=True, repr=False)
class Batch:
    """What one batch did: rows disposed of, the key after which the next begins, their digest."""

    changed: int
    last: tuple[Any, ...] | None
    digest: int = 1


class SqlDisposal:
    """Disposal by date in one SQL system of the data map."""

    def __init__(self, system: System, *, url: str, root: Path | None = None) -> None:
        """Take the system and its address; `root` is where relative SQLite paths begin."""
        self.system = system
        self._url = url
        self._root = root

    def survey(self, order: DueOrder) -> tuple[DueCount, ...]:
        """Count what is due, held and excepted, table by table, children first; change nothing.

        Raises:
            Conflict: map and database differ, or a trigger column holds no dates.
            Unavailable: the database cannot be reached.
        """
        with self._opened(order) as (connection, tables), connection.begin() as transaction:
            found = tuple(_count(connection, table, order) for table in tables)
            transaction.rollback()
            return found

    def count_due(self, order: DueOrder, table: str) -> int:
        """Count what is due in one table, and nothing else."""
        with self._opened(order) as (connection, tables), connection.begin() as transaction:
            count = next(item for item in tables if item.name == table).count_due(connection)
            transaction.rollback()
            return count

    def sample(self, order: DueOrder, table: str) -> tuple[MaskedRow, ...]:
        """Return a few due rows of one table, masked."""
        with self._opened(order) as (connection, tables), connection.begin() as transaction:
            found = next((item for item in tables if item.name == table), None)
            rows = tuple(_sample(connection, found)) if found else ()
            transaction.rollback()
            return rows

    @contextmanager
    def disposing(self, order: DueOrder, table: str) -> "Iterator[Disposing]":
        """Yield what disposes of the due rows of one table, batch by batch."""
        with self._opened(order, writes=True) as (connection, tables):
            yield Disposing(connection, next(item for item in tables if item.name == table))

    @contextmanager
    def _opened(
        self, order: DueOrder, *, writes: bool = False
    ) -> Iterator[tuple[sa.Connection, list[DueTable]]]:
        engine = open_database(self._url, root=self._root)
        with told_apart(self.system.code), engine.connect() as connection:
            with connection.begin():
                sets = Worksets(connection, fresh_schema(connection, self.system))
                if writes:
                    refuse_lasting(sets.schema)
                if order.held:
                    sets.create()
            with connection.begin():
                for identifiers in order.held:
                    walk(sets, identifiers)
            deed = Deed(
                order.series,
                order.trigger,
                on=order.on,
                last_day=order.day,
                last_moment=_safe_moment(order),
                anonymise=order.anonymise,
                some_held=bool(order.held),
                all_held=order.all_held,
                secret=order.secret,
                dialect=connection.dialect.name,
            )
            yield connection, make_tables(sets, self.system, deed)


class Disposing:
    """One table of one run on one connection; who is held is read when it is opened."""

    def __init__(self, connection: sa.Connection, table: DueTable) -> None:
        """Take what `SqlDisposal.disposing` prepared."""
        self._connection = connection
        self._table = table
        self._digest = KeyDigest(table.deed.secret, table.name)

    def batch(self, most: int, *, after: tuple[Any, ...] | None = None) -> Batch:
        """Dispose of at most `most` due rows whose keys come after `after`, in one transaction.

        Raises:
            Conflict: the database refused; this batch changed nothing.
            Unavailable: another transaction came between; this batch changed nothing.
        """
        with self._connection.begin():
            changed, gone = Acts(self._table).end_next(self._connection, most, after=after)
        if not gone:
            return Batch(changed, None)
        if self._table.is_numbered:
            return Batch(changed, (gone[-1],), self._digest.of_numbers(gone))
        return Batch(changed, gone[-1], self._digest.of(gone))


def _safe_moment(order: DueOrder) -> tuple[datetime, datetime]:
    """Return the cutoff aware, and naive so that no reading of a naive column is too early.

    Whether a site writes naive moments in its own zone or in UTC is not known; the earlier of
    the two spellings is due under either.
    """
    aware = order.cutoff.astimezone(UTC)
    local = order.cutoff.astimezone(order.zone)
    return aware, min(aware.replace(tzinfo=None), local.replace(tzinfo=None))


def _count(connection: sa.Connection, table: DueTable, order: DueOrder) -> DueCount:
    tally = table.tally(connection)
    return DueCount(
        table.name,
        due=tally.due,
        held=tally.held,
        excepted=tally.past - tally.held - tally.due,
        oldest=tally.oldest,
        newest=tally.newest,
        # Of no row the digest is known: nothing is read for it.
        sha256=_digest(connection, table, order) if tally.due else f"{NOTHING:064x}",
        sample=tuple(_sample(connection, table)) if tally.due else (),
        bytes_=_size(connection, table, tally.due) if tally.due else 0,
        next_on=table.next_date(connection),
        effects=tuple(one for one in table.effects(connection) if one[2]) if tally.past else (),
        rows=table.count_all(connection) if order.count_all else None,
        months=tuple(table.months(connection)) if order.by_month and tally.due else (),
    )


def _size(connection: sa.Connection, table: DueTable, due: int) -> int:
    """Return how many bytes the values of the due rows take, by the mean of the first ones."""
    names = [column.name for column in table.live.c]
    rows = list(table.rows(connection, names, stop=_MEASURED_ROWS))
    seen = sum(len(str(value).encode()) for row in rows for value in row if value is not None)
    return seen * due // max(len(rows), 1)


def _digest(connection: sa.Connection, table: DueTable, order: DueOrder) -> str:
    """Return the digest over the keys of the due rows, as 64 hexadecimal digits."""
    digest = KeyDigest(order.secret, table.name)
    pages = table.stream_keys(connection, page=_PAGE)
    count = digest.of_numbers if table.is_numbered else digest.of
    return f"{combined(map(count, pages)):064x}"


def _sample(connection: sa.Connection, table: DueTable) -> Iterator[MaskedRow]:
    names = [item.name for item in table.declared.columns if not item.never_disclose]
    for row in table.rows(connection, names, stop=SAMPLE_ROWS) if names else ():
        shown = zip(names, map(masked, row), strict=True)
        yield MaskedRow(table.name, tuple(shown))


__all__ = ["Batch", "Disposing", "DueCount", "DueOrder", "SqlDisposal"]
