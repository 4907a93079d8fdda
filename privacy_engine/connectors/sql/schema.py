"""The live schema beside the map: tables, the links between them, and what enforces them."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.types import kind_of, taken_as
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import (
    IdentityKind,
    OnDelete,
    OnTargetDelete,
    Owner,
    Ownership,
    Reference,
    System,
    Table,
)

_NAMES = frozenset({"text", "number", "uuid"})
_SOUGHT = {
    IdentityKind.EMAIL: frozenset({"text"}),
    IdentityKind.PHONE: frozenset({"text", "number"}),
}
_CALLED = {IdentityKind.EMAIL: "address", IdentityKind.PHONE: "telephone"}
_DATED = frozenset({"day", "instant", "text"})


@dataclass(frozen=True)
class Link:
    """A reference that can be walked: declared, enforced by the database, or both."""

    child: str
    target: str
    columns: tuple[str, ...]
    to_columns: tuple[str, ...]
    ownership: Ownership
    on_delete: OnTargetDelete
    enforced: bool


@dataclass(frozen=True, eq=False)
class Schema:
    """The part of the live schema that a deletion can touch.

    `folding` lists the columns whose collation takes capitals and small letters for the same;
    known on MariaDB only, where it matters. `lasting` are the tables in which
    nothing can be undone.
    """

    tables: dict[str, Table]
    live: dict[str, sa.Table]
    links: tuple[Link, ...]
    unmapped: frozenset[str]
    dialect: str
    folding: frozenset[tuple[str, str]]
    unique: dict[str, tuple[frozenset[str], ...]]
    lasting: tuple[str, ...] = ()

    def into(self, target: str) -> list[Link]:
        """Return the links that lead to a table."""
        return [link for link in self.links if link.target == target]

    def out_of(self, child: str) -> list[Link]:
        """Return the links that a table holds."""
        return [link for link in self.links if link.child == child]

    def is_unique(self, name: str, columns: Iterable[str]) -> bool:
        """Return whether the database lets no two rows of a table bear the same values there."""
        return any(known <= set(columns) for known in self.unique[name])


def split_name(name: str) -> tuple[str | None, str]:
    """Return schema and table of `schema.table`; the schema is None where none is written."""
    schema, _, table = name.rpartition(".")
    return schema or None, table


def table_names(connection: sa.Connection, schemas: Iterable[str] = ()) -> list[str]:
    """Return every table as the map writes its name, without those that are part of another.

    On PostgreSQL of all schemas, elsewhere of the usual one and of `schemas`.
    """
    inspector = sa.inspect(connection)
    parts = _partitions(connection)
    named = {f"{schema}.x" for schema in schemas}
    places = sorted(_schemas(inspector, named), key=lambda place: place or "")
    return [
        _full(schema, name)
        for schema in places
        for name in inspector.get_table_names(schema=schema)
        if (schema or inspector.default_schema_name, name) not in parts
    ]


def _partitions(connection: sa.Connection) -> frozenset[tuple[str, str]]:
    """Return the tables that are parts of another one: on PostgreSQL it is read for them."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    rows = connection.execute(
        sa.text(
            "SELECT nspname, relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
            " JOIN pg_namespace n ON n.oid = relnamespace"
        )
    )
    return frozenset((str(schema), str(name)) for schema, name in rows)


def read_schema(connection: sa.Connection, system: System) -> Schema:
    """Return the live tables of the map, and every other table whose rows could be hit.

    A table that the map does not name but whose foreign key leads to one that it does is
    taken along as somebody else's: a cascade there must never fire unseen.

    Raises:
        Conflict: the map names a table or column that is not there, or a key that does not
            tell rows apart.
    """
    tables = {table.name: table for table in system.tables}
    foreign = foreign_keys(connection, tables)
    outside = {
        child for child, target, _, _ in foreign if child not in tables and target in tables
    }
    live = {name: _reflect(connection, name) for name in sorted({*tables, *outside})}
    for name in sorted(outside):
        tables[name] = _stranger(live[name])
    unique = {name: unique_sets(connection, table) for name, table in live.items()}
    _refuse_differences(system, live, unique, connection.dialect.name)
    links = tuple(_links(tables, [item for item in foreign if item[0] in tables]))
    dialect = "mysql" if connection.dialect.name in {"mysql", "mariadb"} else ""
    dialect = dialect or connection.dialect.name
    folding = _folding(connection, live) if dialect == "mysql" else frozenset()
    lasting = tuple(_lasting(connection, live)) if dialect == "mysql" else ()
    return Schema(tables, live, links, frozenset(outside), dialect, folding, unique, lasting)


def cannot_be_undone(name: str) -> str:
    """Return why nothing is changed in a table, and what would help."""
    return (
        f"what is changed in {name} cannot be undone, as its storage engine knows no"
        " transactions: make it InnoDB"
    )


def refuse_lasting(schema: Schema) -> None:
    """Refuse to change anything where not all of it could be undone; a rehearsal would be none.

    Raises:
        Conflict: a table of the map is kept by an engine such as MyISAM.
    """
    if schema.lasting:
        raise Conflict(cannot_be_undone(schema.lasting[0]))


def _lasting(connection: sa.Connection, live: dict[str, sa.Table]) -> Iterable[str]:
    rows = connection.execute(
        sa.text(
            "SELECT table_schema, table_name, table_schema = database()"
            " FROM information_schema.tables t JOIN information_schema.engines e"
            " ON e.engine = t.engine WHERE e.transactions = 'NO'"
        )
    )
    found = {(None if usual else schema, table) for schema, table, usual in rows}
    return [name for name in live if split_name(name) in found]


def _folding(connection: sa.Connection, live: dict[str, sa.Table]) -> frozenset[tuple[str, str]]:
    """Return the columns that take capitals for small letters; note in each its order of letters.

    MariaDB compares no two columns whose orders differ, unless it is told which one counts.
    """
    rows = connection.execute(
        sa.text(
            "SELECT table_name, column_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = database() AND collation_name IS NOT NULL"
        )
    )
    known = {(str(table), str(column)): str(order) for table, column, order in rows}
    for name, table in live.items():
        for column in table.c:
            if isinstance(column.type, sa.String) and (name, column.name) in known:
                column.type.collation = known[name, column.name]
    return frozenset(place for place, order in known.items() if order.endswith("_ci"))


ForeignKey = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def foreign_keys(connection: sa.Connection, tables: Iterable[str]) -> list[ForeignKey]:
    """Return every foreign key, in tables' names as the map writes them.

    What is part of another table holds no rows of its own: the whole has the same key.
    """
    inspector, named = sa.inspect(connection), set(tables)
    parts = _partitions(connection)
    usual: str | None = inspector.default_schema_name

    def spelt(schema: str | None, table: str) -> str:
        known = (_full(schema, table), _full(schema or usual, table))
        bare = [table] if schema in {None, usual} else []
        return next((name for name in [*known, *bare] if name in named), [*bare, known[0]][0])

    return [
        (
            spelt(schema, child),
            spelt(_schema_of(connection, key, schema), key["referred_table"]),
            tuple(key["constrained_columns"]),
            tuple(key["referred_columns"]),
        )
        for schema in _schemas(inspector, named)
        for (_, child), keys in inspector.get_multi_foreign_keys(schema=schema).items()
        for key in keys
        if (schema or usual, child) not in parts or spelt(schema, child) in named
    ]


def _schemas(inspector: sa.Inspector, tables: set[str]) -> set[str | None]:
    """Return the schemas to look in: on PostgreSQL any schema may refer to any other."""
    named = {split_name(name)[0] for name in tables} | {None}
    if inspector.dialect.name != "postgresql":
        return named
    others = set(inspector.get_schema_names()) - {"information_schema"}
    return {None} | (others - {inspector.default_schema_name})


def _schema_of(connection: sa.Connection, key: Any, schema: str | None) -> str | None:
    """PostgreSQL leaves out the usual schema; others leave out the one they are asked in."""
    given: str | None = key["referred_schema"]
    return given if given or connection.dialect.name == "postgresql" else schema


def _full(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def _reflect(connection: sa.Connection, name: str) -> sa.Table:
    schema, table = split_name(name)
    with warnings.catch_warnings():
        # A column of a type that SQLAlchemy does not know is carried along unread.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        try:
            found = sa.Table(
                table, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False
            )
        except sa.exc.NoSuchTableError:
            raise Conflict(f"table {name} of the data map does not exist in the system") from None
    for column in found.c:
        column.type = taken_as(column.type, connection.dialect.name)
    return found


def _stranger(live: sa.Table) -> Table:
    """Return a table that nobody declared: somebody else's, never changed."""
    key = tuple(str(column.name) for column in live.primary_key) or tuple(map(str, live.c.keys()))
    # Not SQLAlchemy's own kind of text, which no event can hold.
    return Table(str(live.fullname), "", key, owner=Owner.OTHER, on_delete=OnDelete.DECIDE)


def _refuse_differences(
    system: System,
    live: dict[str, sa.Table],
    unique: dict[str, tuple[frozenset[str], ...]],
    dialect: str,
) -> None:
    for table in system.tables:
        missing = sorted(table.named_columns - set(live[table.name].c.keys()))
        if missing:
            raise Conflict(f"table {table.name} has no column {', '.join(missing)}")
        if not any(columns <= set(table.key) for columns in unique[table.name]):
            raise Conflict(f"the key of {table.name} in the data map does not tell its rows apart")
        _refuse_types(table, live[table.name], dialect=dialect)


def _refuse_types(table: Table, live: sa.Table, *, dialect: str) -> None:
    """Refuse columns whose type holds no identifier, or no date; what is there would be missed.

    In SQLite any column holds any identifier.
    """
    for identity in table.identities if dialect != "sqlite" else ():
        if kind_of(live.c[identity.column]) not in _SOUGHT.get(identity.kind, _NAMES):
            raise Conflict(
                f"nobody can be found by {table.name}.{identity.column}: a column of its type"
                f" holds no {_CALLED.get(identity.kind, 'identifier')}"
            )
    keeps = [table.keep, *(column.on_delete.keep for column in table.columns if column.on_delete)]
    dated = _DATED | ({"other"} if dialect == "sqlite" else set())
    for keep in keeps:
        if keep and keep.trigger and kind_of(live.c[keep.trigger]) not in dated:
            raise Conflict(
                f"{table.name}.{keep.trigger} is to start a time of keeping, but a column of its"
                " type holds no dates"
            )


def unique_sets(connection: sa.Connection, live: sa.Table) -> tuple[frozenset[str], ...]:
    """Return the sets of columns that the database itself keeps unique, in every row."""
    found = [frozenset(column.name for column in live.primary_key)]
    found += [
        frozenset(column.name for column in constraint.columns)
        for constraint in live.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]
    found += [
        frozenset(column.name for column in index.columns)
        for index in live.indexes
        if index.unique and len(index.columns) == len(index.expressions) and not _is_partial(index)
    ]
    if connection.dialect.name == "sqlite":
        found += _sqlite_unique(connection, live.name)
    return tuple(item for item in found if item)


def _is_partial(index: sa.Index) -> bool:
    return any(
        name.endswith("_where") and index.dialect_kwargs[name] is not None
        for name in index.dialect_kwargs
    )


def _sqlite_unique(connection: sa.Connection, name: str) -> list[frozenset[str]]:
    """Ask SQLite itself: SQLAlchemy misses UNIQUE behind a type with a length."""
    listed = sa.text(
        "SELECT i.name, c.name FROM pragma_index_list(:name) i, pragma_index_info(i.name) c"
        ' WHERE i."unique" = 1 AND i.partial = 0'
    )
    found: dict[str, set[str | None]] = {}
    for index, column in connection.execute(listed, {"name": name}):
        found.setdefault(index, set()).add(column)
    # A column without a name is an expression.
    return [
        frozenset(name for name in columns if name is not None)
        for columns in found.values()
        if None not in columns
    ]


def _links(tables: dict[str, Table], foreign: list[ForeignKey]) -> Iterable[Link]:
    enforced = {(child, target, columns) for child, target, columns, _ in foreign}
    declared: set[tuple[str, str, tuple[str, ...]]] = set()
    for table in tables.values():
        for reference in table.references:
            place = (table.name, reference.to, reference.columns)
            declared.add(place)
            yield _link(tables, (table.name, reference), enforced=place in enforced)
    for child, target, columns, to_columns in foreign:
        if (child, target, columns) not in declared and target in tables:
            yield Link(
                child=child,
                target=target,
                columns=columns,
                to_columns=to_columns or tables[target].key,
                ownership=Ownership.NONE,
                on_delete=OnTargetDelete.DECIDE,
                enforced=True,
            )


def _link(tables: dict[str, Table], declared: tuple[str, Reference], *, enforced: bool) -> Link:
    child, reference = declared
    to_columns = reference.to_columns or tables[reference.to].key
    return Link(
        child,
        reference.to,
        reference.columns,
        to_columns,
        reference.ownership,
        reference.on_delete,
        enforced,
    )
