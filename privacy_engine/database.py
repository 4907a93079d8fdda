"""The engine's own database: connections, column types, append-only triggers."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant: SQLite forgets the zone, so it is put back; naive is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return UTC; refuse a naive instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant without a time zone was about to be stored"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return UTC, the zone put back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def metadata() -> MetaData:
    """Return the tables that have been declared so far."""
    return SQLModel.metadata


def open_database(url: str, *, pool_size: int = 8, schema: str | None = None) -> Engine:
    """Return an engine for `url`, with the settings that the log's promises need.

    `schema` (PostgreSQL only) puts every table into a schema of its own, as test mode does.
    """
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, connect_args={"timeout": 60}, pool_size=pool_size, max_overflow=64
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = {"options": f"-csearch_path={schema}"} if schema else {}
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=32, pool_pre_ping=True, connect_args=options
    )
    if schema:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN is switched off: whether a transaction may write is decided by us.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # acknowledged means on disk
        "secure_delete = ON",  # a deleted key must not stay in free pages
        "foreign_keys = ON",
        "busy_timeout = 60000",
        "wal_autocheckpoint = 20000",
        "cache_size = -131072",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A writer takes the lock at once: upgrading a read transaction can fail with BUSY at any time.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def session(engine: Engine, *, writes: bool) -> Iterator[Session]:
    """Yield a session over one transaction: committed on success, rolled back on any error."""
    with (
        engine.connect().execution_options(writes=writes) as connection,
        connection.begin(),
        Session(connection, expire_on_commit=False) as opened,
    ):
        yield opened
        opened.flush()


def on_sqlite(opened: Session) -> bool:
    """Return whether the session talks to SQLite."""
    return opened.get_bind().dialect.name == "sqlite"


def read_lightly(opened: Session) -> None:
    """Let this connection keep few pages in memory: a long pass reads each page once."""
    if on_sqlite(opened):
        opened.connection().exec_driver_sql("PRAGMA cache_size = -8192")


def truncate_wal(engine: Engine) -> None:
    """Copy SQLite's write-ahead log into the database and empty it; nothing on PostgreSQL.

    `secure_delete` overwrites the pages of the database, but deleted keys stay readable in
    the write-ahead log until it is truncated.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[bool]:
    """Yield whether nobody else works under this name; who is told yes keeps it to the end.

    It outlasts transactions and ends with the process or its connection, so a crash blocks nobody.
    """
    held = _alone_by_file if engine.dialect.name == "sqlite" else _alone_by_advisory_lock
    with held(engine, name) as mine:
        yield mine


@contextmanager
def _alone_by_file(engine: Engine, name: str) -> Iterator[bool]:
    """Lock a file beside the database: whoever writes an SQLite file is on the same machine."""
    path = Path(f"{engine.url.database}.{sha256(name.encode()).hexdigest()[:16]}.lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The one before may have taken the file away after it was opened here.
            mine = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            mine = False
        try:
            yield mine
        finally:
            if mine:
                path.unlink(missing_ok=True)


@contextmanager
def _alone_by_advisory_lock(engine: Engine, name: str) -> Iterator[bool]:
    """Take PostgreSQL's own lock for such things, on a connection of its own."""
    number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
    options = {"isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**options) as connection:
        taken = text("SELECT pg_try_advisory_lock(:number)")
        mine = bool(connection.execute(taken, {"number": number}).scalar())
        try:
            yield mine
        finally:
            if mine:
                _let_go(connection, number)


def _let_go(connection: Connection, number: int) -> None:
    """Give the lock back; a server that has gone meanwhile has given it back itself."""
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
    except DBAPIError:
        connection.invalidate()


def append_only_statements(table: str, *, dialect: str) -> list[str]:
    """Return the statements that make the database itself refuse to change or delete rows."""
    message = f"{table} is append-only"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def ping(engine: Engine) -> None:
    """Ask the database for one; raises what the driver raises when it does not answer."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
