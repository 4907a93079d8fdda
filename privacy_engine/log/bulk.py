"""Many rows in one statement, past the object mapper: what the write path costs is decided here.

On PostgreSQL rows travel by COPY, or as one array for each column where some may exist already; on
SQLite by the driver's own executemany. Values are spelled as the column types spell them, so that
a row written here reads the same as one that the mapper wrote.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Boolean, Dialect, LargeBinary, String, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from privacy_engine.database import UtcDateTime, on_sqlite

Row = Mapping[str, object]
Binder = Callable[[Any], Any]
# Below this COPY's extra round trip costs more than it saves.
_FEW = 8
_LENGTH = re.compile(r"\(\d+\)")
_CHUNK = 500


@dataclass(frozen=True)
class _Plan:
    """How the rows of one table with these columns are bound and spelled."""

    names: tuple[str, ...]
    binders: tuple[tuple[int, Binder], ...]
    head: str
    types: tuple[str, ...]
    has_json: bool

    def bound(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """Return the rows as tuples that the driver takes."""
        if len(self.names) == 1:
            found: list[tuple[Any, ...]] = [(row[self.names[0]],) for row in rows]
        else:
            found = list(map(itemgetter(*self.names), rows))
        if not self.binders:
            return found
        columns: list[Any] = list(zip(*found, strict=True))
        for at, binder in self.binders:
            columns[at] = [None if value is None else binder(value) for value in columns[at]]
        return list(zip(*columns, strict=True))


def insert_rows(session: Session, row: type, values: Sequence[Row]) -> None:
    """Insert rows that must all be new.

    Raises:
        IntegrityError: one of them exists; another writer may have been first.
    """
    if not values:
        return
    if on_sqlite(session) or len(values) < _FEW:
        _write(session, row, values, suffix="")
        return
    opened = session.connection()
    plan = _plan(row.__table__, tuple(values[0]), opened.dialect)  # type: ignore[attr-defined]
    table = row.__table__.name  # type: ignore[attr-defined]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, plan.names))
    )
    connection: Any = opened.connection.driver_connection
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for item in plan.bound(values):
                copy.write_row(item)
    except psycopg.Error as error:
        # In the mapper's words, so that whoever lost a race is recognised as before.
        raise DBAPIError.instance(f"COPY {table}", None, error, psycopg.Error) from error


def insert_ignoring(session: Session, row: type, values: Sequence[Row]) -> int:
    """Insert rows and leave those alone whose key exists; return how many were new."""
    return _write(session, row, values, suffix=" ON CONFLICT DO NOTHING") if values else 0


def upsert(
    session: Session, row: type, values: Sequence[Row], *, key: Sequence[str], newer: str
) -> None:
    """Insert rows; where the key exists, replace the rest of the row if `newer` holds.

    No two of the rows may have the same key. `newer` is SQL over the table's name and `excluded`;
    the comparison is the database's, so that two writers cannot both find the old row.
    """
    if values:
        changed = ", ".join(f"{name} = excluded.{name}" for name in values[0] if name not in key)
        found = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed} WHERE {newer}"
        _write(session, row, values, suffix=found)


def matching(
    session: Session, statement: str, wanted: Sequence[str] | Sequence[bytes], *, suffix: str = ""
) -> Iterator[Any]:
    """Yield the rows of a query whose last word, a column, is to be one of `wanted`.

    `statement` and `suffix` are our own text; only `wanted` is bound.
    """
    connection = session.connection()
    if not on_sqlite(session):
        if wanted:
            kind = "bytea" if isinstance(wanted[0], bytes) else "text"
            yield from connection.exec_driver_sql(
                f"{statement} = ANY(%s::{kind}[]){suffix}", (array_literal(wanted),)
            )
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = tuple(wanted[start : start + _CHUNK])
        marks = ",".join("?" * len(chunk))
        yield from connection.exec_driver_sql(f"{statement} IN ({marks}){suffix}", chunk)


def array_literal(values: Sequence[object]) -> str:
    """Return values as PostgreSQL spells an array of them: text, bytes, instants, numbers, flags.

    A driver that spells them one by one takes longer than the database needs for the rows.
    Source: PostgreSQL manual, 8.15.2.
    """
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bytes):
        return _joined(values, lambda value: f"\\\\x{value.hex()}")
    if isinstance(first, datetime):
        return _joined(values, datetime.isoformat)
    if not isinstance(first, str):
        return _joined(values, str)
    if None not in values:
        whole = "".join(values)  # type: ignore[arg-type]
        if '"' not in whole and "\\" not in whole:
            return '{"' + '","'.join(values) + '"}'  # type: ignore[arg-type]
    return _joined(values, _escaped)


def _joined(values: Sequence[object], spell: Callable[[Any], str]) -> str:
    spelled = ["NULL" if value is None else f'"{spell(value)}"' for value in values]
    return f"{{{','.join(spelled)}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _write(session: Session, row: type, values: Sequence[Row], *, suffix: str) -> int:
    connection = session.connection()
    plan = _plan(row.__table__, tuple(values[0]), connection.dialect)  # type: ignore[attr-defined]
    bound: Any = plan.bound(values)
    if on_sqlite(session) or plan.has_json or len(values) == 1:
        mark = "?" if on_sqlite(session) else "%s"
        statement = f"{plan.head} VALUES ({', '.join([mark] * len(plan.names))}){suffix}"
    else:
        # One statement and one array for each column: a row at a time would be a round trip each.
        arrays = ", ".join(f"%s::{kind}[]" for kind in plan.types)
        statement = f"{plan.head} SELECT * FROM unnest({arrays}){suffix}"  # noqa: S608  our names
        bound = tuple(array_literal(column) for column in zip(*bound, strict=True))
    return connection.exec_driver_sql(statement, bound).rowcount


@lru_cache(maxsize=256)
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    columns = [table.c[name] for name in names]
    binders = [(at, _binder(item.type, dialect)) for at, item in enumerate(columns)]
    return _Plan(
        names,
        tuple((at, binder) for at, binder in binders if binder is not None),
        f"INSERT INTO {table.name} ({', '.join(names)})",
        # Without the length: a cast to varchar(26) would cut what an insert refuses.
        tuple(_LENGTH.sub("", item.type.compile(dialect)) for item in columns),
        any(isinstance(item.type, JSON) for item in columns),
    )


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Binder | None:
    """Return what a value must go through before the driver takes it; None where nothing."""
    if isinstance(kind, LargeBinary | Boolean | String):
        return None
    if isinstance(kind, UtcDateTime):
        return _sqlite_instant if dialect.name == "sqlite" else _instant
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        msg = "an instant without a time zone was about to be stored"
        raise ValueError(msg)
    return moment.astimezone(UTC).isoformat(" ", "microseconds")


def _sqlite_instant(moment: datetime) -> str:
    return _instant(moment)[:26]  # without the zone, as SQLAlchemy stores it
