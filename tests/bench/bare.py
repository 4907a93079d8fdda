"""The barest writers there are: the rows that the engine wrote, into the same tables again."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import psycopg
from psycopg import sql
from sqlalchemy import Connection, select
from sqlalchemy import Engine as Database
from sqlmodel import SQLModel

from privacy_engine import migrations
from privacy_engine.database import open_database

TABLES = (
    "log_event",
    "log_pending",
    "sealed_part",
    "vault_key",
    "vault_alias",
    "vault_site",
    "consent_ledger",
    "consent_state",
)
Slices = list[dict[str, list[tuple[object, ...]]]]


def written(database: Database, *, slices: int) -> Slices:
    """Return the rows of every table that ingest fills, cut into `slices` equal parts."""
    cut: Slices = [{} for _ in range(slices)]
    with database.connect() as connection:
        for name in TABLES:
            table = SQLModel.metadata.tables[name]
            order = table.c.event_id if "event_id" in table.c else None
            rows = [tuple(row) for row in connection.execute(select(table).order_by(order))]
            for index in range(slices):
                part = slice(len(rows) * index // slices, len(rows) * (index + 1) // slices)
                cut[index][name] = rows[part]
    return cut


def copy_seconds(url: str, parts: Slices, *, connections: int = 1) -> float:
    """Return how long COPY takes into the same tables, one transaction for each part."""
    prepare(url)
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    opened = [psycopg.connect(plain) for _ in range(connections)]
    workers = [
        Thread(target=_copy, args=(connection, parts[index::connections]))
        for index, connection in enumerate(opened)
    ]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spent = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return spent


def prepare(url: str) -> None:
    """Make the engine's tables in an empty database."""
    database = open_database(url)
    migrations.upgrade(database)
    database.dispose()


def groups(database: Database, count: int) -> list[list[tuple[str, list[object]]]]:
    """Return, for `count` events, the statements that write each of them as one transaction."""
    with database.connect() as connection:
        found = [
            _statements(connection, name, count)
            for name in ("log_event", "log_pending", "sealed_part")
        ]
    return [list(group) for group in zip(*found, strict=True)]


def _statements(connection: Connection, name: str, count: int) -> list[tuple[str, list[object]]]:
    table = SQLModel.metadata.tables[name]
    query = select(table).order_by(table.c.event_id.desc())
    if name == "sealed_part":
        query = query.where(table.c.scope == "person")
    if name == "log_pending":
        events = SQLModel.metadata.tables["log_event"]
        query = select(events.c.event_id).order_by(events.c.event_id.desc())
    marks = ", ".join(["%s"] * len(table.c))
    statement = f"INSERT INTO {name} VALUES ({marks})"  # noqa: S608
    rows = connection.execute(query.limit(count))
    return [(statement, [_wire(item) for item in row]) for row in rows]


def _wire(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    return str(value) if hasattr(value, "tzinfo") else value


def _copy(connection: psycopg.Connection[tuple[object, ...]], parts: Slices) -> None:
    for part in parts:
        with connection.cursor() as cursor:
            for name, rows in part.items():
                statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with cursor.copy(statement) as copy:
                    for row in rows:
                        copy.write_row(row)
        connection.commit()


def executemany_seconds(path: Path, parts: Slices) -> float:
    """Return how long executemany takes into the same tables, with the engine's own pragmas."""
    database = open_database(f"sqlite:///{path}")
    migrations.upgrade(database)
    raw = database.raw_connection()
    connection: sqlite3.Connection = raw.driver_connection  # type: ignore[assignment]
    spelled = [{name: [_plain(row) for row in rows] for name, rows in p.items()} for p in parts]
    started = time.perf_counter()
    for part in spelled:
        connection.execute("BEGIN IMMEDIATE")
        for name, rows in part.items():
            marks = ",".join("?" * (len(rows[0]) if rows else 1))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
        connection.execute("COMMIT")
    spent = time.perf_counter() - started
    raw.close()
    database.dispose()
    return spent


def _plain(row: Sequence[object]) -> tuple[object, ...]:
    return tuple(str(item) if hasattr(item, "tzinfo") else item for item in row)
