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
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Boolean, Dialect, LargeBinary, String, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from privacy_engine.database import UtcDateTime, on_sqlite

Row = Mapping[str, object]


class Rows(NamedTuple):
    """Many rows under one list of columns: what costs least to put together."""

    names: tuple[str, ...]
    tuples: Sequence[tuple[Any, ...]]


Values = Rows | Sequence[Row]
Binder = Callable[[Any], Any]
# Below this COPY's extra round trip costs more than it saves.
_FEW = 8
_LENGTH = re.compile(r"\(\d+\)")
_CHUNK = 500
_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


@dataclass(frozen=True)
class _Plan:
    """How the rows of one table with these columns are bound and spelled."""

    names: tuple[str, ...]
    binders: tuple[tuple[int, Binder], ...]
    head: str
    types: tuple[str, ...]
    has_json: bool

    def columns(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return the values of each column as the driver takes them."""
        columns: list[Any] = list(zip(*rows, strict=True))
        for at, binder in self.binders:
            # Text is nearly always plain; a word of an enumeration would go a slow way in drivers.
            if binder is not str or type(columns[at][0]) is not str:
                columns[at] = [None if value is None else binder(value) for value in columns[at]]
        return columns

    def bound(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
        """Return the rows as the driver takes them."""
        return list(zip(*self.columns(rows), strict=True)) if self.binders else rows


def insert_rows(session: Session, row: type, values: Values) -> None:
    """Insert rows that must all be new.

    Raises:
        IntegrityError: one of them exists; another writer may have been first.
    """
    rows = _rows(values)
    opened = session.connection()
    plan = _plan(row.__table__, rows.names, opened.dialect)  # type: ignore[attr-defined]
    if on_sqlite(session) or plan.has_json or len(rows.tuples) < _FEW:
        _write(session, row, rows, suffix="")
        return
    table = row.__table__.name  # type: ignore[attr-defined]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, plan.names))
    )
    connection: Any = opened.connection.driver_connection
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(copy_lines(plan.columns(rows.tuples)))
    except psycopg.Error as error:
        # In the mapper's words, so that whoever lost a race is recognised as before.
        raise DBAPIError.instance(f"COPY {table}", None, error, psycopg.Error) from error


def insert_ignoring(session: Session, row: type, values: Values) -> int:
    """Insert rows and leave those alone whose key exists; return how many were new."""
    return _write(session, row, _rows(values), suffix=" ON CONFLICT DO NOTHING")


def upsert(session: Session, row: type, values: Values, *, key: Sequence[str], newer: str) -> None:
    """Insert rows; where the key exists, replace the rest of the row if `newer` holds.

    No two of the rows may have the same key. `newer` is SQL over the table's name and `excluded`;
    the comparison is the database's, so that two writers cannot both find the old row.
    """
    rows = _rows(values)
    changed = ", ".join(f"{name} = excluded.{name}" for name in rows.names if name not in key)
    found = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed} WHERE {newer}"
    _write(session, row, rows, suffix=found)


def matching(
    session: Session, statement: str, wanted: Sequence[str] | Sequence[bytes], *, suffix: str = ""
) -> Iterator[Any]:
    """Yield the rows of a query whose last word, a column, is to be one of `wanted`.

    `statement` and `suffix` are our own text; only `wanted` is bound.
    """
    for result in _each(session, statement, wanted, suffix=suffix):
        yield from result


def delete_matching(session: Session, table: str, column: str, wanted: Sequence[str]) -> None:
    """Delete the rows of a table in which a column is one of `wanted`; the names are our own."""
    for _ in _each(session, f"DELETE FROM {table} WHERE {column}", wanted, suffix=""):  # noqa: S608
        pass


def _each(
    session: Session, statement: str, wanted: Sequence[str] | Sequence[bytes], *, suffix: str
) -> Iterator[Any]:
    connection = session.connection()
    if not wanted:
        return
    if not on_sqlite(session):
        kind = "bytea" if isinstance(wanted[0], bytes) else "text"
        query = f"{statement} = ANY(%s::{kind}[]){suffix}"
        if statement.startswith("SELECT") and not suffix:
            # One look into the index for each, whatever is known of the table: a plan made while
            # it was empty is kept, and would read all of it again and again.
            query = (
                f"SELECT found.* FROM unnest(%s::{kind}[]) AS wanted(value)"  # noqa: S608  our own
                f" CROSS JOIN LATERAL ({statement} = wanted.value OFFSET 0) AS found"
            )
        yield connection.exec_driver_sql(query, (array_literal(wanted),))
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = tuple(wanted[start : start + _CHUNK])
        marks = ",".join("?" * len(chunk))
        yield connection.exec_driver_sql(f"{statement} IN ({marks}){suffix}", chunk)


def copy_lines(columns: Sequence[Sequence[object]]) -> str:
    """Return columns as the lines that COPY reads: text, bytes, numbers, flags, instants as text.

    Spelled here, a column at a time, for the same reason as arrays are.
    Source: PostgreSQL manual, COPY, Text Format; 8.4.1 for bytes.
    """
    lines = map("\t".join, zip(*map(_copied, columns), strict=True))
    return "".join([f"{line}\n" for line in lines])


def _copied(values: Sequence[object]) -> Sequence[str]:
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bytes):
        return ["\\N" if value is None else f"\\\\x{value.hex()}" for value in values]  # type: ignore[attr-defined]
    if isinstance(first, str) and None not in values:
        whole = "".join(values)  # type: ignore[arg-type]
        if whole.isprintable() and "\\" not in whole:
            return values  # type: ignore[return-value]
    return ["\\N" if value is None else str(value).translate(_COPY_ESCAPES) for value in values]


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


def _rows(values: Values) -> Rows:
    if isinstance(values, Rows):
        return values
    if not values:
        return Rows((), ())
    names = tuple(values[0])
    if len(names) == 1:
        return Rows(names, [(row[names[0]],) for row in values])
    return Rows(names, list(map(itemgetter(*names), values)))


def _write(session: Session, row: type, rows: Rows, *, suffix: str) -> int:
    if not rows.tuples:
        return 0
    connection = session.connection()
    plan = _plan(row.__table__, rows.names, connection.dialect)  # type: ignore[attr-defined]
    bound: Any
    if on_sqlite(session) or plan.has_json or len(rows.tuples) == 1:
        mark = "?" if on_sqlite(session) else "%s"
        statement = f"{plan.head} VALUES ({', '.join([mark] * len(plan.names))}){suffix}"
        bound = plan.bound(rows.tuples)
    else:
        # One statement and one array for each column: a row at a time would be a round trip each.
        arrays = ", ".join(f"%s::{kind}[]" for kind in plan.types)
        statement = f"{plan.head} SELECT * FROM unnest({arrays}){suffix}"  # noqa: S608  our names
        bound = tuple(map(array_literal, plan.columns(rows.tuples)))
    return connection.exec_driver_sql(statement, bound).rowcount


def _quote(dialect: Dialect) -> Callable[[str], str]:
    # A column such as `case` is a word of SQL too.
    return dialect.identifier_preparer.quote


@lru_cache(maxsize=256)
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    columns = [table.c[name] for name in names]
    binders = [(at, _binder(item.type, dialect)) for at, item in enumerate(columns)]
    return _Plan(
        names,
        tuple((at, binder) for at, binder in binders if binder is not None),
        f"INSERT INTO {table.name} ({', '.join(map(_quote(dialect), names))})",
        # Without the length: a cast to varchar(26) would cut what an insert refuses.
        tuple(_LENGTH.sub("", item.type.compile(dialect)) for item in columns),
        any(isinstance(item.type, JSON) for item in columns),
    )


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Binder | None:
    """Return what a value must go through before the driver takes it; None where nothing."""
    if isinstance(kind, LargeBinary | Boolean):
        return None
    if isinstance(kind, String):
        return str
    if isinstance(kind, UtcDateTime):
        return _sqlite_instant if dialect.name == "sqlite" else _instant
    return kind.dialect_impl(dialect).bind_processor(dialect)


# One batch is full of the same few moments.
@lru_cache(maxsize=1_024)
def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        msg = "an instant without a time zone was about to be stored"
        raise ValueError(msg)
    return moment.astimezone(UTC).isoformat(" ", "microseconds")


def _sqlite_instant(moment: datetime) -> str:
    return _instant(moment)[:26]  # without the zone, as SQLAlchemy stores it
