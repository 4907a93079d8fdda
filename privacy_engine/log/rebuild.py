"""Read the whole log again into empty registers, and compare or replace the live ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Table, create_engine, delete, insert, inspect, select, text
from sqlmodel import Session, SQLModel, col

from privacy_engine.database import on_sqlite
from privacy_engine.keys import KeyRing
from privacy_engine.log import evidence
from privacy_engine.log.event import Event
from privacy_engine.log.reading import read_events, read_log
from privacy_engine.log.tables import LogPendingRow
from privacy_engine.log.vault import Vault
from privacy_engine.log.verification import hold_still

_PAGE = 500


class Register(Protocol):
    """What is rebuilt: a reader of the log with tables of its own."""

    @property
    def name(self) -> str:
        """The register's name."""
        ...

    @property
    def tables(self) -> tuple[type[SQLModel], ...]:
        """The tables that it keeps."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events that it reads."""
        ...

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the rows up to date with events of its kinds."""
        ...


@dataclass(frozen=True)
class Difference:
    """One row that the live register and the rebuilt one do not share; values are not told.

    `columns` names those that differ, or is empty when the whole row is `missing` from the live
    table or `surplus` in it.
    """

    register: str
    table: str
    key: tuple[str, ...]
    what: str
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the difference as one line."""
        named = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"{self.table} {'/'.join(self.key)}: {self.what}{named}"


def check(session: Session, ring: KeyRing, registers: Sequence[Register]) -> list[Difference]:
    """Return where the live registers differ from what the log says; nothing is changed.

    The session must be fresh. Events that still wait for their position are applied last.
    """
    hold_still(session)
    with _rebuilt(session, ring, registers) as fresh:
        return [
            difference
            for register in registers
            for table in register.tables
            for difference in _compare(session, fresh, register=register.name, table=_of(table))
        ]


def rebuild(session: Session, ring: KeyRing, registers: Sequence[Register]) -> int:
    """Replace the rows of every register by those that the log gives; return how many.

    The session's transaction must write. Nobody can append until it ends, and a crash before
    that leaves the former rows.
    """
    if not on_sqlite(session):
        session.execute(text("LOCK TABLE log_event, log_pending IN EXCLUSIVE MODE"))
    total = 0
    with _rebuilt(session, ring, registers) as fresh:
        for table in [_of(table) for register in registers for table in register.tables]:
            session.execute(delete(table))
            for page in _pages(fresh, table):
                session.execute(insert(table), page)
                total += len(page)
    return total


def fill(session: Session, ring: KeyRing, register: Register) -> None:
    """Read a register whose table is new from the events of its kinds, oldest first."""
    event_ids = evidence.events_of_kinds(session, *sorted(register.kinds))
    for start in range(0, len(event_ids), _PAGE):
        page = event_ids[start : start + _PAGE]
        register.apply(session, read_events(session, Vault(session, ring), page))


@contextmanager
def _rebuilt(session: Session, ring: KeyRing, registers: Sequence[Register]) -> Iterator[Session]:
    memory = create_engine("sqlite://")
    try:
        with memory.connect() as connection, Session(connection) as fresh:
            for register in registers:
                for table in register.tables:
                    _of(table).create(connection)
            for events in _events(session, Vault(session, ring)):
                _apply(fresh, registers, events)
                session.expunge_all()
            yield fresh
            fresh.rollback()
    finally:
        memory.dispose()


def _apply(fresh: Session, registers: Sequence[Register], events: Sequence[Event]) -> None:
    for register in registers:
        mine = [event for event in events if event.kind in register.kinds]
        if mine:
            register.apply(fresh, mine)
    fresh.flush()
    fresh.expunge_all()


def _events(session: Session, vault: Vault) -> Iterator[list[Event]]:
    yield from read_log(session, vault)
    last = ""
    while True:
        statement = (
            select(LogPendingRow.event_id)  # type: ignore[call-overload]
            .where(col(LogPendingRow.event_id) > last)
            .order_by(LogPendingRow.event_id)
            .limit(_PAGE)
        )
        event_ids = list(session.execute(statement).scalars())
        if not event_ids:
            return
        yield read_events(session, vault, event_ids)
        last = event_ids[-1]


def _of(table: type[SQLModel]) -> Table:
    mapped = inspect(table).local_table
    assert isinstance(mapped, Table)  # noqa: S101  a register's class is always one table
    return mapped


def _key(row: dict[str, Any], table: Table) -> tuple[str, ...]:
    return tuple(str(row[column.name]) for column in table.primary_key)


def _pages(session: Session, table: Table) -> Iterator[list[dict[str, Any]]]:
    for page in session.execute(select(table)).mappings().partitions(_PAGE):
        yield [dict(row) for row in page]


def _compare(
    live: Session, fresh: Session, *, register: str, table: Table
) -> Iterator[Difference]:
    # By key in memory: registers hold ids, codes and dates, some hundred bytes a row.
    wanted = {_key(row, table): row for page in _pages(fresh, table) for row in page}
    for page in _pages(live, table):
        for row in page:
            key = _key(row, table)
            expected = wanted.pop(key, None)
            if expected is None:
                yield Difference(register, table.name, key, "surplus")
            elif expected != row:
                columns = tuple(name for name in row if row[name] != expected[name])
                yield Difference(register, table.name, key, "differs", columns)
    for key in sorted(wanted):
        yield Difference(register, table.name, key, "missing")
