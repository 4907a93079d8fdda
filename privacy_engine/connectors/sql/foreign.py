"""What the tables of a database are called, and which refer to which, as the map writes them."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa


def split_name(name: str) -> tuple[str | None, str]:
    """Return schema and table of `schema.table`; the schema is None where none is written."""
    schema, _, table = name.rpartition(".")
    return schema or None, table


def table_names(connection: sa.Connection, schemas: Iterable[str] = ()) -> list[str]:
    """Return every table as the map writes its name, without those that are part of another.

    On PostgreSQL of all schemas, elsewhere of the usual one and of `schemas`.
    """
    inspector = sa.inspect(connection)
    parts = _wholes(connection)
    named = {f"{schema}.x" for schema in schemas}
    places = sorted(_schemas(connection, inspector, named), key=lambda place: place or "")
    return [
        _full(schema, name)
        for schema in places
        for name in inspector.get_table_names(schema=schema)
        if (schema or inspector.default_schema_name, name) not in parts
    ]


_Place = tuple[str | None, str]


def _wholes(connection: sa.Connection) -> Mapping[_Place, tuple[_Place, bool]]:
    """Return the tables whose rows another one shows too, that one, and whether they are parts.

    On PostgreSQL a table is a part of another one, or inherits from it.
    """
    if connection.dialect.name != "postgresql":
        return {}
    rows = connection.execute(
        sa.text(
            "SELECT n.nspname, c.relname, wn.nspname, w.relname, c.relispartition"
            " FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class w ON w.oid = inhparent"
            " JOIN pg_namespace wn ON wn.oid = w.relnamespace"
        )
    )
    return {
        (str(schema), str(name)): ((str(place), str(whole)), bool(is_part))
        for schema, name, place, whole, is_part in rows
    }


def parents_of_rows(connection: sa.Connection, tables: Iterable[str]) -> frozenset[str]:
    """Return the tables from which others inherit: no key is unique in all of their rows."""
    usual: str | None = sa.inspect(connection).default_schema_name
    parents = {whole for whole, is_part in _wholes(connection).values() if not is_part}
    return frozenset(
        name
        for name in tables
        for schema, table in [split_name(name)]
        if (schema or usual, table) in parents
    )


ForeignKey = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def foreign_keys(connection: sa.Connection, tables: Iterable[str]) -> list[ForeignKey]:
    """Return every foreign key, in tables' and columns' names as map and database write them.

    What is part of another table holds no rows of its own: the whole has the same key. The key of
    a table that inherits from one of the map is that one's, which shows its rows.
    """
    inspector, named = sa.inspect(connection), set(tables)
    wholes = _wholes(connection)
    usual: str | None = inspector.default_schema_name
    folded = {name.lower(): name for name in named} if inspector.dialect.name == "sqlite" else {}

    def spelt(schema: str | None, table: str) -> str:
        known = [_full(schema, table), _full(schema or usual, table)]
        bare = [table] if schema in {None, usual} else []
        found = next((name for name in [*known, *bare] if name in named), None)
        return found or folded.get(table.lower()) or [*bare, known[0]][0]

    def shown(schema: str | None, table: str) -> str:
        place = (schema or usual, table)
        while spelt(*place) not in named and place in wholes:
            place = wholes[place][0]
        return spelt(*place) if spelt(*place) in named else spelt(schema, table)

    def is_part(schema: str | None, table: str) -> bool:
        return wholes.get((schema or usual, table), (None, False))[1]

    found = [
        (
            shown(schema, child),
            shown(_schema_of(connection, key, schema), key["referred_table"]),
            _columns_spelt(inspector, (schema, child))(key["constrained_columns"]),
            _columns_spelt(inspector, (schema, key["referred_table"]))(key["referred_columns"]),
        )
        for schema in _schemas(connection, inspector, named)
        for (_, child), keys in _keys_in(inspector, schema)
        for key in keys
        if not is_part(schema, child) or spelt(schema, child) in named
    ]
    return list(dict.fromkeys(found))


def _keys_in(inspector: sa.Inspector, schema: str | None) -> Iterable[tuple[Any, Any]]:
    with warnings.catch_warnings():
        # SQLite keeps a key as somebody wrote it, and its table otherwise.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        return inspector.get_multi_foreign_keys(schema=schema).items()


def _columns_spelt(
    inspector: sa.Inspector, place: _Place
) -> Callable[[list[str]], tuple[str, ...]]:
    """Return what writes columns as their table does."""
    if inspector.dialect.name != "sqlite" or not inspector.has_table(place[1], schema=place[0]):
        return tuple
    listed = inspector.get_columns(place[1], schema=place[0])
    known = {str(column["name"]).lower(): str(column["name"]) for column in listed}
    return lambda names: tuple(known.get(name.lower(), name) for name in names)


def _schemas(
    connection: sa.Connection, inspector: sa.Inspector, tables: set[str]
) -> set[str | None]:
    """Return the schemas to look in: any may refer to any other, but not in SQLite."""
    named = {split_name(name)[0] for name in tables} | {None}
    if inspector.dialect.name in {"mysql", "mariadb"}:
        return named | _referring(connection, named)
    if inspector.dialect.name != "postgresql":
        return named
    others = set(inspector.get_schema_names()) - {"information_schema"}
    return {None} | (others - {inspector.default_schema_name})


def _referring(connection: sa.Connection, named: set[str | None]) -> set[str | None]:
    """Return the other databases of the server, as far as seen, that refer to one of these."""
    usual = sa.inspect(connection).default_schema_name
    here = [name or usual for name in named]
    rows = connection.execute(
        sa.text(
            "SELECT DISTINCT table_schema FROM information_schema.key_column_usage"
            " WHERE referenced_table_schema IN :here AND table_schema NOT IN :here"
        ).bindparams(sa.bindparam("here", here, expanding=True))
    )
    return set(rows.scalars())


def _schema_of(connection: sa.Connection, key: Any, schema: str | None) -> str | None:
    """PostgreSQL leaves out the usual schema; others leave out the one they are asked in."""
    given: str | None = key["referred_schema"]
    return given if given or connection.dialect.name == "postgresql" else schema


def _full(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table
