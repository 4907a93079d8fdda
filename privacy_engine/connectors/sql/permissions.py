"""What the account of a system may not do there, found before any request needs it."""

from collections.abc import Callable, Iterator
from functools import partial

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Finding, Severity
from privacy_engine.connectors.sql.foreign import split_name
from privacy_engine.connectors.sql.rules import applied_rules
from privacy_engine.connectors.sql.schema import Schema
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.instance.data_map import OnDelete, Table

_NOWHERE = sa.text("1 = 0")


def missing(connection: sa.Connection, schema: Schema, *, writes: bool) -> Iterator[Finding]:
    """Yield what is forbidden, by trying it on no row; the caller rolls back.

    `writes` tells the account that deletes from the one that only searches and copies.
    """
    whose = "the account" if writes else "the account of read_only_url"
    if hidden := _partly_hidden(connection, schema):
        for name in sorted(hidden):
            message = f"row-level security hides rows of {name} from {whose}: give it BYPASSRLS"
            yield Finding(Severity.FAULT, message, name)
        return  # every try after this would be refused for that one reason
    if is_refused(connection, Worksets(connection, schema).create):
        message = f"{whose} may not make temporary tables, which every search needs"
        yield Finding(Severity.FAULT, message)
    for name in sorted(set(schema.tables) - schema.unmapped):
        for word, statement in _tries(schema, schema.tables[name], writes=writes):
            if is_refused(connection, partial(connection.execute, statement)):
                yield Finding(Severity.FAULT, f"{whose} may not {word} {name}", name)


def _partly_hidden(connection: sa.Connection, schema: Schema) -> set[str]:
    """Return the tables of which row-level security hides rows from this account."""
    if schema.dialect != "postgresql":
        return set()
    rows = connection.execute(
        sa.text(
            "SELECT CASE WHEN NOT pg_table_is_visible(c.oid) THEN nspname END, relname"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relrowsecurity AND row_security_active(c.oid)"
        )
    )
    found = {(place, table) for place, table in rows}
    return {name for name in schema.live if split_name(name) in found}


def is_refused(connection: sa.Connection, attempt: Callable[[], object]) -> bool:
    """Return whether the database refuses an attempt, which is taken back if it does."""
    try:
        with connection.begin_nested():
            attempt()
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise
        return True
    return False


def _tries(schema: Schema, table: Table, *, writes: bool) -> Iterator[tuple[str, sa.Executable]]:
    live = schema.live[table.name]
    yield "read", sa.select(sa.literal(1)).select_from(live).where(_NOWHERE)
    if not writes or schema.dialect == "sqlite":  # a file is writable or not, as whole
        return
    if table.on_delete not in {OnDelete.KEEP, OnDelete.ANONYMISE, OnDelete.UNLINK}:
        yield "delete from", sa.delete(live).where(_NOWHERE)
    changed = {item.column for item in applied_rules(table, schema.out_of(table.name))}
    if changed and table.on_delete in {OnDelete.ANONYMISE, OnDelete.UNLINK}:
        values = {name: live.c[name] for name in sorted(changed) if live.c[name].computed is None}
        yield "change rows of", sa.update(live).where(_NOWHERE).values(values)
