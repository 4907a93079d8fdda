"""The connector to one SQL database: locate, copy, correct, delete, attest, test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from privacy_engine.connectors.protocol import (
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Identifiers,
    Located,
    Progress,
    Record,
    Severity,
)
from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.connectors.sql.correcting import correct_rows
from privacy_engine.connectors.sql.database import forget_log, open_database, told_apart
from privacy_engine.connectors.sql.deleting import as_decided, delete_rows
from privacy_engine.connectors.sql.freshness import fresh_schema
from privacy_engine.connectors.sql.inspection import compare
from privacy_engine.connectors.sql.listing import list_identifiers
from privacy_engine.connectors.sql.permissions import missing
from privacy_engine.connectors.sql.planting import plant_rows, uproot_rows
from privacy_engine.connectors.sql.reading import locate_rows, read_records
from privacy_engine.connectors.sql.schema import Schema, refuse_lasting
from privacy_engine.connectors.sql.walk import walk
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import EngineError, InvalidInput
from privacy_engine.instance.data_map import System


class SqlConnector:
    """One system of the data map, reached through SQLAlchemy.

    Every call is one connection and at most one transaction; nothing is kept between calls,
    so a call that is repeated after a crash finds the world as it is.
    """

    def __init__(
        self,
        system: System,
        *,
        url: str,
        read_only_url: str = "",
        root: Path | None = None,
        samples: bool = True,
    ) -> None:
        """Take the system and its address; `root` is where relative SQLite paths begin.

        Without `samples` a search reads no rows to show them masked, which is a statement a table.
        """
        self.system = system
        self._url = url
        self._read_only_url = read_only_url or url
        self._root = root
        self._samples = samples

    @property
    def capabilities(self) -> Capabilities:
        """What a database can do: everything, at once."""
        return Capabilities(searchable=self.system.searchable)

    def locate(self, identifiers: Identifiers) -> Located:
        """Count the person's rows, with a masked sample; change nothing."""
        with self._session(self._read_only_url, self.system) as sets:
            walk(sets, _usable(identifiers))
            return locate_rows(sets, self.system, identifiers, samples=self._samples)

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Yield the person's rows in batches; the connection is held until the last."""
        with self._session(self._read_only_url, self.system) as sets:
            walk(sets, _usable(identifiers))
            yield from read_records(sets, identifiers)

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Change values in the person's own rows, all or nothing."""
        with self._session(self._url, self.system, commit=True, writes=True) as sets:
            walk(sets, _usable(identifiers))
            return correct_rows(sets, self.system, corrections)

    def try_correction(
        self, identifiers: Identifiers, corrections: tuple[Correction, ...]
    ) -> Corrected:
        """Change the values, let every constraint speak, and roll back."""
        with self._session(self._url, self.system, commit=False, writes=True) as sets:
            walk(sets, _usable(identifiers))
            return correct_rows(sets, self.system, corrections)

    def delete(
        self, identifiers: Identifiers, order: DeleteOrder, *, progress: Progress | None = None
    ) -> Deleted:
        """Delete, anonymise, unlink or keep as the map says, in one transaction.

        Raises:
            Conflict: the database or the map forbids it; nothing changed.
            Unavailable: the database cannot be reached or is busy; nothing changed.
        """
        if len(order.hash_key) < 32:
            raise InvalidInput("a deletion needs a key of 32 bytes for the hashes it leaves")
        system = as_decided(self.system, order.decided)
        with self._session(self._url, system, commit=not order.dry_run, writes=True) as sets:
            return delete_rows(sets, system, _usable(identifiers), order=order, progress=progress)

    def plant(self, sentinel: Sentinel) -> int:
        """Plant an invented person in one transaction; return how many rows they have."""
        with self._gardening() as (connection, schema):
            return plant_rows(connection, schema, self.system, sentinel=sentinel)

    def uproot(self, sentinel: Sentinel) -> None:
        """Delete the planted rows in one transaction, whatever the map makes of them."""
        with self._gardening() as (connection, schema):
            uproot_rows(connection, schema, self.system, sentinel=sentinel)

    @contextmanager
    def _gardening(self) -> Iterator[tuple[sa.Connection, Schema]]:
        engine = open_database(self._url, root=self._root)
        with told_apart(self.system.code), engine.connect() as connection:
            with connection.begin():
                schema = fresh_schema(connection, self.system)
            refuse_lasting(schema)
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection, schema

    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield every address that the mapped tables hold."""
        engine = open_database(self._read_only_url, root=self._root)
        with told_apart(self.system.code), engine.connect() as connection, connection.begin():
            schema = fresh_schema(connection, self.system)
            yield from list_identifiers(connection, schema)

    def attest(self) -> Attestation:
        """Say how deletion works here."""
        return Attestation(
            system=self.system.code,
            method="rows deleted or changed by SQL in one transaction, then searched for again",
            searchable=self.system.searchable,
            details={"tables": str(len(self.system.tables))},
        )

    def test(self) -> tuple[Finding, ...]:
        """Compare the map with the live schema."""
        found = self._tested(self._url, writes=True)
        if self._read_only_url != self._url:
            found += self._tested(self._read_only_url, writes=False)
        return found

    def _tested(self, url: str, *, writes: bool) -> tuple[Finding, ...]:
        try:
            engine = open_database(url, root=self._root)
            with told_apart(self.system.code), engine.connect() as connection:
                found = tuple(compare(connection, self.system)) if writes else ()
                if any(item.severity is Severity.FAULT for item in found):
                    return found
                schema = fresh_schema(connection, self.system)
                forbidden = tuple(missing(connection, schema, writes=writes))
                connection.rollback()
                return forbidden + found
        except EngineError as error:
            where = "" if writes else "read_only_url: "
            return (Finding(Severity.FAULT, f"{where}{error.detail}"),)

    @contextmanager
    def _session(
        self, url: str, system: System, *, commit: bool = False, writes: bool = False
    ) -> Iterator[Worksets]:
        """Give worksets inside one transaction; it is rolled back unless `commit` and no error."""
        engine = open_database(url, root=self._root)
        with told_apart(self.system.code), engine.connect() as connection:
            _isolate(connection, writes=writes)
            with connection.begin():
                sets = Worksets(connection, fresh_schema(connection, system))
                if writes:
                    refuse_lasting(sets.schema)
                sets.create()
            connection.execution_options(writes=writes)
            with connection.begin() as transaction:
                yield sets
                if not commit:
                    transaction.rollback()
            if commit:
                forget_log(connection)


def _isolate(connection: sa.Connection, *, writes: bool) -> None:
    """Let the whole walk see one state; a change that comes between makes it fail, not wrong.

    MariaDB locks what such a walk reads, which may be a whole table. A search or a copy, which may
    take long, must keep nobody of the site from writing: there each statement sees its own state.
    """
    if connection.dialect.name == "sqlite":
        return
    level = "REPEATABLE READ"
    if not writes and connection.dialect.name != "postgresql" and not _logs_words(connection):
        level = "READ COMMITTED"
    connection.execution_options(isolation_level=level)


def _logs_words(connection: sa.Connection) -> bool:
    """Return whether the server logs statements as such, and then refuses them without locks."""
    cursor = connection.connection.cursor()
    cursor.execute("SELECT @@log_bin = 1 AND @@binlog_format = 'STATEMENT'")
    (found,) = cursor.fetchone() or (0,)
    cursor.close()
    return bool(found)


def _usable(identifiers: Identifiers) -> Identifiers:
    if identifiers.is_empty:
        raise InvalidInput("a search needs at least one identifier")
    return identifiers
