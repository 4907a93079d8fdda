"""Opens a site's database so that one transaction holds everything and nothing leaks in errors."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from privacy_engine.errors import Conflict, EngineError, InvalidInput, Unavailable

_SAFE_SQLITE = re.compile(
    r"[A-Z ]+ constraint failed(: [\w., ]+)?"
    r"|no such (table|column|function|module|collation sequence): [\w.]+"
)
_MYSQL_KEY = re.compile(r"for key '([\w.]+)'|CONSTRAINT `(\w+)`|[Cc]olumn '(\w+)'")

# What people write, and what SQLAlchemy calls the driver that is installed with the engine.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
_EXAMPLES = "postgresql://name@host/database, mysql://name@host/database or sqlite:///folder/file"
# PostgreSQL refuses a connection with words alone; in another language they are not understood.
_NOT_LET_IN = re.compile(
    r"authentication failed|no password supplied|role \S+ does not exist|no pg_hba", re.IGNORECASE
)
_NO_DATABASE = re.compile(r"database \S+ does not exist", re.IGNORECASE)
_MYSQL_NOT_LET_IN = frozenset({1044, 1045, 1698})
_MYSQL_NO_DATABASE = 1049


def open_database(url: str, *, root: Path | None = None) -> sa.Engine:
    """Return an engine for a site's database; relative SQLite paths start at `root`.

    Connections are not pooled: temporary tables go with the connection, and a system that is
    asked twice a day needs none waiting. Statements are never logged with their values.

    Raises:
        InvalidInput: the address is no database URL, or its driver is not installed.
        Unavailable: a SQLite file does not exist; opening it would make an empty one.
    """
    try:
        address = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidInput(f"that is no address of a database; write {_EXAMPLES}") from None
    address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
    try:
        engine = _engine(_placed(address, root))
    except (NoSuchModuleError, ModuleNotFoundError):
        message = f"no driver for {address.drivername} is installed here; write {_EXAMPLES}"
        raise InvalidInput(message) from None
    if engine.dialect.name == "mysql" and not address.database:
        raise InvalidInput(f"the address names a server and no database; write {_EXAMPLES}")
    return engine


@lru_cache(maxsize=32)
def _engine(address: sa.URL) -> sa.Engine:
    """Return the one engine of an address: it holds compiled statements, and no connection."""
    engine = sa.create_engine(address, poolclass=sa.NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    if engine.dialect.driver == "psycopg":
        event.listen(engine, "connect", _prepare_postgres)
    if engine.dialect.driver == "pymysql":
        event.listen(engine, "do_connect", _connect_mysql)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    """Read a date that Python cannot hold, such as `infinity`, as the text that it is.

    Where row-level security hides rows from the account, PostgreSQL shall say so: rows that are
    not seen would be missed, and the database's own cascades reach them.
    """
    connection.autocommit = True
    connection.execute("SET row_security = off")
    connection.autocommit = False
    for name, loader in _loaders().items():
        connection.adapters.register_loader(name, loader)


@lru_cache(maxsize=1)
def _loaders() -> dict[str, type[Any]]:
    from psycopg import DataError  # noqa: PLC0415  only where it is asked for
    from psycopg.types import datetime as usual  # noqa: PLC0415

    def lenient(base: type[Any]) -> type[Any]:
        class Lenient(base):  # type: ignore[misc]
            """Psycopg's own, but for what Python has no date for."""

            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        return Lenient

    return {
        "date": lenient(usual.DateLoader),
        "timestamp": lenient(usual.TimestampLoader),
        "timestamptz": lenient(usual.TimestamptzLoader),
    }


def _connect_mysql(_dialect: object, _record: object, given: list[Any], named: Any) -> Any:
    """Connect without reading the system's certificates each time.

    Where the address says nothing of TLS, PyMySQL uses it if the server does and checks no
    certificate; yet it reads all that the system trusts, which takes longer than a search.
    """
    return _mysql_connection()(*given, **named)


@lru_cache(maxsize=1)
def _mysql_connection() -> type[Any]:
    """Return PyMySQL's connection with one context for all that say nothing of TLS."""
    from pymysql.connections import Connection  # noqa: PLC0415  only where it is asked for

    make = Connection._create_ssl_ctx  # type: ignore[attr-defined]  # noqa: SLF001  no public way
    kept: list[Any] = []

    class OneContext(Connection):
        """PyMySQL's own in everything else."""

        def _create_ssl_ctx(self, sslp: Any) -> Any:
            if sslp:
                return make(self, sslp)
            if not kept:
                kept.append(make(self, sslp))
            return kept[0]

    return OneContext


def _placed(url: sa.URL, root: Path | None) -> sa.URL:
    if not url.drivername.startswith("sqlite") or not url.database or url.database == ":memory:":
        return url
    path = (root or Path()) / url.database
    if not path.exists():
        raise Unavailable(f"the database file {path.name} does not exist")
    return url.set(database=str(path))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Foreign keys on, so that a dry run finds what they forbid; deleted bytes overwritten.

    A text of another encoding, which SQLite keeps like any, is read as far as it can be.
    """
    connection.isolation_level = None
    connection.text_factory = _as_text
    for pragma in (
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _as_text(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin for real: the driver alone would leave statements outside the transaction."""
    writes = connection.get_execution_options().get("writes")
    # A reader that turns into a writer half-way is refused if anybody wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def forget_log(connection: sa.Connection) -> None:
    """Empty SQLite's write-ahead log, which still holds the old pages; others have no such file.

    A reader may stand in the way; then the log goes when the site writes the next time. What
    was committed stays so: nothing here may raise.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        with suppress(sqlite3.Error):
            driver.execute("PRAGMA busy_timeout=200")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def told_apart(system: str) -> Iterator[None]:
    """Turn database errors into the engine's own, without any value of a row.

    Raises:
        Conflict: the database refused; everything was rolled back.
        Unavailable: it could not be reached, or another transaction came between.
    """
    try:
        yield
    except EngineError:
        raise
    except OperationalError as error:
        if error.connection_invalidated or not _is_refusal(error):
            raise Unavailable(f"{system} {_why_not_now(error)}") from None
        raise Conflict(f"{system} refused{_named(error)}; nothing changed") from None
    except DBAPIError as error:
        if "row-level security" in str(error.orig):
            raise Conflict(
                f"row-level security hides rows from the account of {system}: give it BYPASSRLS;"
                " nothing changed"
            ) from None
        raise Conflict(f"{system} refused{_named(error)}; nothing changed") from None
    except SQLAlchemyError as error:
        raise Conflict(f"{system} refused ({type(error).__name__}); nothing changed") from None
    except (ValueError, OverflowError) as error:
        # A driver that cannot read a value shows it in its error.
        kind = type(error).__name__
        raise Conflict(f"{system} holds a value that cannot be read ({kind})") from None


def _is_refusal(error: DBAPIError) -> bool:
    """Whether an operational error is about the data: MariaDB says 1xxx and 4025 (CHECK).

    SQLite also says so of a function or an order of letters that only the site's program has.
    """
    if isinstance(error.orig, sqlite3.Error):
        return str(error.orig).startswith("no such ")
    code = _mysql_code(error)
    busy = {1205, 1213, 1040, _MYSQL_NO_DATABASE, *_MYSQL_NOT_LET_IN}
    return (1000 <= code < 2000 or code == 4025) and code not in busy


def _mysql_code(error: DBAPIError) -> int:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def _why_not_now(error: DBAPIError) -> str:
    """Return why there is no connection, and who has to do something about it."""
    code, said = _mysql_code(error), str(error.orig)
    if code in _MYSQL_NOT_LET_IN or _NOT_LET_IN.search(said):
        return "lets nobody in under the name and password of its address"
    if code == _MYSQL_NO_DATABASE or _NO_DATABASE.search(said):
        return "has no database of the name in its address"
    return "cannot be reached or is busy; try again later"


def _named(error: DBAPIError) -> str:
    """Return the constraint's name where the driver gives it apart from the row's values."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        parts = (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
        named = ".".join(part for part in parts if part)
        return f" ({type(error.orig).__name__}{': ' + named if named else ''})"
    text = str(error.orig)
    if _SAFE_SQLITE.fullmatch(text) or text == "file is not a database":
        return f" ({text})"
    found = _MYSQL_KEY.search(text)
    named = next((group for group in found.groups() if group), "") if found else ""
    return f" ({type(error.orig).__name__}{': ' + named if named else ''})"
