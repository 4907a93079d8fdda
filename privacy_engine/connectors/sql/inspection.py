"""Compares the data map of one system with its live schema."""

import re
import warnings
from collections.abc import Iterator

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Finding, Severity
from privacy_engine.connectors.sql.foreign import split_name, table_names
from privacy_engine.connectors.sql.rules import applied_rules
from privacy_engine.connectors.sql.schema import (
    Schema,
    cannot_be_undone,
    read_schema,
)
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import (
    Disposal,
    Identity,
    IdentityKind,
    OnDelete,
    OnTargetDelete,
    System,
    Table,
)

_SHORTEST_HASH = 19


def compare(connection: sa.Connection, system: System) -> Iterator[Finding]:
    """Yield what would break a deletion, leave a doubt, or cost time."""
    with warnings.catch_warnings():
        # A column of a type that SQLAlchemy does not know is still a column.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        differences = list(_differences(connection, system))
    yield from differences
    if any(finding.severity is Severity.FAULT for finding in differences):
        return
    try:
        schema = read_schema(connection, system)
    except Conflict as error:
        yield Finding(Severity.FAULT, error.detail)
        return
    for name in sorted(schema.unmapped - set(system.not_personal)):
        yield Finding(
            Severity.FAULT,
            f"table {name} refers to mapped rows, but the data map does not name it",
            name,
        )
    for name in schema.lasting:
        yield Finding(Severity.FAULT, cannot_be_undone(name), name)
    yield from _unnamed_tables(connection, system)
    yield from _stored_views(connection, system)
    for table in system.tables:
        yield from _table_findings(connection, schema, table)


def _differences(connection: sa.Connection, system: System) -> Iterator[Finding]:
    inspector = sa.inspect(connection)
    for table in system.tables:
        schema, name = split_name(table.name)
        if not inspector.has_table(name, schema=schema):
            yield Finding(Severity.FAULT, f"table {table.name} does not exist", table.name)
            continue
        there = {column["name"] for column in inspector.get_columns(name, schema=schema)}
        for column in sorted(table.named_columns - there):
            yield Finding(
                Severity.FAULT, f"{table.name}.{column} does not exist", table.name, column
            )
        for column in sorted(there - table.named_columns):
            yield Finding(
                Severity.WARNING,
                f"{table.name}.{column} is not declared: nobody said whether it is personal",
                table.name,
                column,
            )


def _unnamed_tables(connection: sa.Connection, system: System) -> Iterator[Finding]:
    named = {table.name for table in system.tables} | set(system.not_personal)
    usual = sa.inspect(connection).default_schema_name
    schemas = {split_name(name)[0] for name in named} - {None}
    for full in table_names(connection, filter(None, schemas)):
        # A map may write the usual schema, or leave it out.
        if full not in named and f"{usual}.{full}" not in named:
            yield Finding(
                Severity.WARNING,
                f"table {full} is not in the data map: map it, or list it in not_personal",
                full,
            )


def _stored_views(connection: sa.Connection, system: System) -> Iterator[Finding]:
    """Yield the views of PostgreSQL that keep a copy of rows, which no deletion reaches."""
    if connection.dialect.name != "postgresql":
        return
    named = connection.execute(
        sa.text(
            "SELECT CASE WHEN schemaname = current_schema() THEN '' ELSE schemaname || '.' END"
            " || matviewname FROM pg_matviews ORDER BY 1"
        )
    )
    for name in sorted(set(named.scalars()) - set(system.not_personal)):
        yield Finding(
            Severity.WARNING,
            f"view {name} keeps a copy of rows until it is refreshed: refresh it after deletions,"
            " or list it in not_personal",
            str(name),
        )


def _table_findings(connection: sa.Connection, schema: Schema, table: Table) -> Iterator[Finding]:
    live = schema.live[table.name]
    yield from _key_findings(schema, table)
    for identity in table.identities:
        if identity.kind is IdentityKind.PHONE:
            message = f"{table.name}: telephones are compared by digits, which reads every row"
        elif _is_served(connection, schema, identity, live=live):
            continue
        else:
            folded = identity.kind is IdentityKind.EMAIL and schema.dialect != "mysql"
            wanted = f"lower({identity.column})" if folded else identity.column
            message = f"{table.name} has no index on {wanted}: each search reads every row"
        yield Finding(Severity.SLOW, message, table.name, identity.column)
    for link in schema.out_of(table.name):
        if not _has_index(schema, live, link.columns[0]):
            yield Finding(
                Severity.SLOW,
                f"{table.name} has no index on {link.columns[0]}, which leads to {link.target}",
                table.name,
                link.columns[0],
            )
        if link.on_delete is OnTargetDelete.UNLINK and not any(
            live.c[name].nullable for name in link.columns
        ):
            yield _fault(table, link.columns[0], "cannot be emptied, but is to be unlinked")
    yield from _rule_findings(schema, table)


def _key_findings(schema: Schema, table: Table) -> Iterator[Finding]:
    if table.name in schema.inherited:
        message = (
            f"{table.name} shows the rows of tables that inherit from it, where its key may come"
            " again: such rows are refused"
        )
        yield Finding(Severity.WARNING, message, table.name)
    for name in table.key:
        column = schema.live[table.name].c[name]
        if column.nullable and not column.primary_key:
            message = f"{table.name}.{name}, of the key, may be empty: such rows are refused"
            yield Finding(Severity.WARNING, message, table.name, name)


def _rule_findings(schema: Schema, table: Table) -> Iterator[Finding]:
    if table.on_delete not in {OnDelete.ANONYMISE, OnDelete.UNLINK}:
        return
    live = schema.live[table.name]
    for applied in applied_rules(table, schema.out_of(table.name)):
        column, disposal = live.c[applied.column], applied.rule.disposal
        if column.computed is not None:
            yield _fault(
                table, column.name, "is computed by the database, so no rule can change it"
            )
            continue
        yield from _changed_elsewhere(schema, table, column.name)
        hashed = disposal in {Disposal.KEYED_HASH, Disposal.PSEUDONYM}
        if disposal is Disposal.NULL and not column.nullable:
            yield _fault(table, column.name, "cannot be empty, but its rule empties it")
        if (
            disposal in {Disposal.FIXED, Disposal.PSEUDONYM}
            and frozenset([column.name]) in schema.unique[table.name]
        ):
            yield _fault(table, column.name, "is unique, but its rule gives rows the same value")
        if hashed and not isinstance(column.type, sa.String):
            yield _fault(table, column.name, "is no text, but its rule leaves a hash")
        elif hashed and (getattr(column.type, "length", None) or 99) < _SHORTEST_HASH:
            yield _fault(table, column.name, "is too short for the hash that its rule leaves")


def _changed_elsewhere(schema: Schema, table: Table, column: str) -> Iterator[Finding]:
    for link in schema.into(table.name):
        if link.enforced and column in link.to_columns:
            message = (
                f"{table.name}.{column} is what {link.child} refers to: its rule changes rows"
                " there too, or is refused"
            )
            yield Finding(Severity.WARNING, message, table.name, column)


def _fault(table: Table, column: str, what: str) -> Finding:
    return Finding(Severity.FAULT, f"{table.name}.{column} {what}", table.name, column)


def _is_served(
    connection: sa.Connection, schema: Schema, identity: Identity, *, live: sa.Table
) -> bool:
    """Return whether an index serves the search; addresses are sought in small letters."""
    dialect = connection.dialect.name
    if identity.kind is not IdentityKind.EMAIL or dialect in {"mysql", "mariadb"}:
        return _has_index(schema, live, identity.column)
    if dialect == "sqlite":
        # Indexes on expressions are not reflected there, but their text is kept.
        kept = sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name")
        texts = [str(text) for text in connection.execute(kept, {"name": live.name}).scalars()]
    else:
        texts = [str(part) for index in live.indexes for part in index.expressions]
    plain = [re.sub(r"[\s\"'`]|::\w+|charactervarying", "", text.lower()) for text in texts]
    name = identity.column.lower()
    return any(f"lower({name})" in text or f"lower(({name}))" in text for text in plain)


def _has_index(schema: Schema, live: sa.Table, column: str) -> bool:
    firsts = [next(iter(index.columns), None) for index in live.indexes]
    firsts.append(next(iter(live.primary_key), None))
    by_name = {first.name for first in firsts if first is not None}
    return column in by_name or frozenset([column]) in schema.unique[live.fullname]
