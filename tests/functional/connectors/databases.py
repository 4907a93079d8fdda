"""Scratch databases on servers that can be reached, and what is in them."""

import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

SERVERS = {
    "postgresql": (
        "PRIVACY_ENGINE_TEST_POSTGRES",
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    ),
    "mariadb": ("PRIVACY_ENGINE_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/mysql"),
}

Snapshot = dict[str, dict[Any, dict[str, Any]]]


def server(kind: str) -> sa.URL | None:
    """Return the address of a server that answers, or None."""
    variable, usual = SERVERS[kind]
    url = sa.make_url(os.getenv(variable, usual))
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect():
            return url
    except sa.exc.SQLAlchemyError:
        return None


@contextmanager
def scratch(url: sa.URL) -> Iterator[str]:
    """Give the address of an empty database that is dropped afterwards."""
    name = f"pe_test_{secrets.token_hex(6)}"
    admin = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def fill(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Insert rows with foreign keys off, so that rings can be written in any order."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if engine.dialect.name == "mysql":
            connection.exec_driver_sql("SET foreign_key_checks=0")
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role=replica")
        for name, listed in rows.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
            names = [column.name for column in table.c if column.computed is None]
            connection.execute(
                sa.insert(table), [dict(zip(names, row, strict=True)) for row in listed]
            )


def snapshot(url: str, tables: dict[str, tuple[str, ...]]) -> Snapshot:
    """Return every row of every table by its key; a key of one column is a plain value."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    unseen = set(sa.inspect(engine).get_table_names()) - set(tables) - _parts(engine)
    assert not unseen, f"a snapshot is of the whole database, {unseen} too"
    found: Snapshot = {}
    with engine.connect() as connection:
        for name, key in tables.items():
            with warnings.catch_warnings():
                # SQLite does not tell about indexes on expressions.
                warnings.simplefilter("ignore", sa.exc.SAWarning)
                table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
            rows = connection.execute(sa.select(table)).mappings()
            found[name] = {
                row[key[0]] if len(key) == 1 else tuple(row[part] for part in key): dict(row)
                for row in rows
            }
    return found


def whole(url: str) -> Snapshot:
    """Return every row of every table, each by its primary key."""
    found = sa.inspect(sa.create_engine(url, poolclass=sa.NullPool))
    keys = {name: found.get_pk_constraint(name) for name in found.get_table_names()}
    return snapshot(url, {name: tuple(key["constrained_columns"]) for name, key in keys.items()})


def _parts(engine: sa.Engine) -> set[str]:
    """Return the tables whose rows a snapshot of the whole that they are part of shows."""
    if engine.dialect.name != "postgresql":
        return set()
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relispartition")
        return set(found.scalars())
