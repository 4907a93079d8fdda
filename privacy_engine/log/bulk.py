"""Many rows in one statement, past the object mapper: what the write path costs is decided here.

On PostgreSQL rows travel by COPY, or as one array for each column where some may exist already; on
SQLite by the driver's own executemany. Values are bound by the column types either way, so that a
row written here reads the same as one that the mapper wrote.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Dialect, Table
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from privacy_engine.database import on_sqlite

Row = Mapping[str, object]
# Below this COPY's extra round trip costs more than it saves.
_FEW = 8
_LENGTH = re.compile(r"\(\d+\)")
_CHUNK = 500


@dataclass(frozen=True)
class _Plan:
    """How the rows of one table with these columns are bound and spelled."""

    names: tuple[str, ...]
    binders: tuple[Callable[[Any], Any] | None, ...]
    head: str
    types: tuple[str, ...]
    has_json: bool

    def bound(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """Return the rows as tuples that the driver takes."""
        columns = [
            _bind([row[name] for row in rows], binder)
            for name, binder in zip(self.names, self.binders, strict=True)
        ]
        return list(zip(*columns, strict=True))


def _bind(values: list[Any], binder: Callable[[Any], Any] | None) -> list[Any]:
    if binder is None:
        return values
    if len(values) == 1 or isinstance(values[0], dict | list):
        return [binder(value) for value in values]
    # A batch holds few different instants and flags.
    bound = {value: binder(value) for value in set(values)}
    return [bound[value] for value in values]


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
    session: Session, statement: str, wanted: Sequence[object], *, suffix: str = ""
) -> Iterator[Any]:
    """Yield the rows of a query whose last word, a column, is to be one of `wanted`.

    `statement` and `suffix` are our own text; only `wanted` is bound.
    """
    connection = session.connection()
    if not on_sqlite(session):
        if wanted:
            yield from connection.exec_driver_sql(
                f"{statement} = ANY(%s){suffix}", (list(wanted),)
            )
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = tuple(wanted[start : start + _CHUNK])
        marks = ",".join("?" * len(chunk))
        yield from connection.exec_driver_sql(f"{statement} IN ({marks}){suffix}", chunk)


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
        bound = tuple(list(column) for column in zip(*bound, strict=True))
    return connection.exec_driver_sql(statement, bound).rowcount


@lru_cache(maxsize=256)
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    columns = [table.c[name] for name in names]
    return _Plan(
        names,
        tuple(item.type.dialect_impl(dialect).bind_processor(dialect) for item in columns),
        f"INSERT INTO {table.name} ({', '.join(names)})",
        # Without the length: a cast to varchar(26) would cut what an insert refuses.
        tuple(_LENGTH.sub("", item.type.compile(dialect)) for item in columns),
        any(isinstance(item.type, JSON) for item in columns),
    )
