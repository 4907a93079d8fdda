"""The rows of one table that concern one person, and whether their key tells them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.schema import Schema
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Table

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class Workset:
    """The rows of one table: the temporary table, and which of its columns holds what."""

    table: Table
    live: sa.Table
    temp: sa.Table
    carried: tuple[str, ...]

    def kept(self, name: str) -> sa.Column[Any]:
        """Return the temporary column that holds column `name` of the row."""
        return self.temp.c[f"c{self.carried.index(name)}"]

    def values(self, names: Sequence[str]) -> list[sa.Column[Any]]:
        """Return the temporary columns that hold `names`."""
        return [self.kept(name) for name in names]

    @property
    def key(self) -> list[sa.Column[Any]]:
        """Return the temporary columns that hold the key."""
        return self.values(self.table.key)

    @property
    def live_key(self) -> list[sa.Column[Any]]:
        """Return the key columns of the live table."""
        return [self.live.c[name] for name in self.table.key]

    @cached_property
    def as_child(self) -> sa.FromClause:
        """The temporary table by another name; kept, since making it takes time."""
        return self.temp.alias("child_rows")

    @cached_property
    def as_target(self) -> sa.FromClause:
        """The temporary table as the one that is referred to."""
        return self.temp.alias("target_rows")

    @cached_property
    def same_row(self) -> Condition:
        """Return the condition that joins a live row with its place here."""
        return sa.and_(*(a == b for a, b in zip(self.live_key, self.key, strict=True)))

    def is_marked(self, bit: int) -> Condition:
        """Return the condition that a row bears a bit."""
        return self.temp.c.mask.op("&")(bit) != 0


def require_told_apart(
    connection: sa.Connection, schema: Schema, rows: Workset, *, after: int
) -> None:
    """Refuse rows, added behind number `after`, whose key is empty or that of another row too.

    Such a row would be found and then missed, or would take the other one with it.

    Raises:
        Conflict: the key does not tell a row apart.
    """
    name, added = rows.table.name, rows.temp.c.n > after
    empty = [
        kept.is_(None)
        for live, kept in zip(rows.live_key, rows.key, strict=True)
        if live.nullable and name not in schema.unmapped
    ]
    doubted: list[sa.Select[Any]] = []
    if empty:
        doubted.append(sa.select(rows.temp.c.n).where(added, sa.or_(*empty)))
    if name in schema.inherited:
        twice = sa.select(rows.temp.c.n).join(rows.live, rows.same_row).where(added)
        doubted.append(twice.group_by(rows.temp.c.n).having(sa.func.count() > 1))
    for query in doubted:
        if connection.execute(query.limit(1)).first() is not None:
            message = f"the key of {name} in the data map is empty, or the same, in some rows"
            raise Conflict(f"{message}: name one that tells them apart; nothing changed")
