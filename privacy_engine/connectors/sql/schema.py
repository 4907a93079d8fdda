"""The live schema beside the map: tables, the links between them, and what enforces them."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from privacy_engine.connectors.sql.foreign import (
    ForeignKey,
    foreign_keys,
    parents_of_rows,
    split_name,
)
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

    `folding` lists the columns whose collation takes different letters for the same, such as
    capitals and small ones; SQLite does not tell them. `lasting` are the tables in which
    nothing can be undone, `inherited` those whose rows lie in others too, where no key is unique.
    """

    tables: dict[str, Table]
    live: dict[str, sa.Table]
    links: tuple[Link, ...]
    unmapped: frozenset[str]
    dialect: str
    folding: frozenset[tuple[str, str]]
    unique: dict[str, tuple[frozenset[str], ...]]
    lasting: tuple[str, ...] = ()
    inherited: frozenset[str] = frozenset()

    def into(self, target: str) -> list[Link]:
        """Return the links that lead to a table."""
        return [link for link in self.links if link.target == target]

    def out_of(self, child: str) -> list[Link]:
        """Return the links that a table holds."""
        return [link for link in self.links if link.child == child]

    def is_unique(self, name: str, columns: Iterable[str]) -> bool:
        """Return whether the database lets no two rows of a table bear the same values there."""
        return any(known <= set(columns) for known in self.unique[name])


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
    folds = {"mysql": _folding, "postgresql": _folding_in_postgres}.get(dialect)
    return Schema(
        tables,
        live,
        links,
        frozenset(outside),
        dialect,
        folds(connection, live) if folds else frozenset(),
        unique,
        tuple(_lasting(connection, live)) if dialect == "mysql" else (),
        parents_of_rows(connection, tables),
    )


def _folding_in_postgres(
    connection: sa.Connection, live: dict[str, sa.Table]
) -> frozenset[tuple[str, str]]:
    """Return the columns with an order of letters that takes different letters for the same."""
    if (connection.dialect.server_version_info or (0,)) < (12,):  # there is none before
        return frozenset()
    rows = connection.execute(
        sa.text(
            "SELECT CASE WHEN NOT pg_table_is_visible(c.oid) THEN nspname END, relname, attname"
            " FROM pg_attribute a JOIN pg_collation o ON o.oid = a.attcollation"
            " JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE NOT collisdeterministic"
        )
    )
    found = {((schema, table), str(column)) for schema, table, column in rows}
    return frozenset(
        (str(table.fullname), str(column.name))
        for name, table in live.items()
        for column in table.c
        if (split_name(name), column.name) in found
    )


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
        except sa.exc.ArgumentError:  # SQLite: a key to a table that is written in other capitals
            found = _columns_alone(connection, table)
    for column in found.c:
        column.type = taken_as(column.type, connection.dialect.name)
    return found


def _columns_alone(connection: sa.Connection, name: str) -> sa.Table:
    """Return a table without its foreign keys, which are read apart from it."""
    inspector = sa.inspect(connection)
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    return sa.Table(
        name,
        sa.MetaData(),
        *(
            sa.Column(
                item["name"],
                item["type"],
                nullable=item["nullable"],
                primary_key=item["name"] in key,
            )
            for item in inspector.get_columns(name)
        ),
    )


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
