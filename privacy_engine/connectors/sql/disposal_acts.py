"""How due rows of one table go: deleted or without the person, with what hangs on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa

from privacy_engine import keys
from privacy_engine.connectors.sql.disposal_rows import Condition, DueTable, Key, numbers
from privacy_engine.connectors.sql.rules import MARK, AppliedRule, clearable
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.types import kind_of
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Disposal

_LIST = 400
_HASH_DIGITS = 24
_AT_ONCE = frozenset({"postgresql", "sqlite"})


@dataclass(frozen=True)
class Acts:
    """What is done to the due rows of one table, on the connection of one batch."""

    table: DueTable

    def end_next(
        self, connection: sa.Connection, most: int, *, after: Key | None
    ) -> tuple[int, Sequence[Any]]:
        """End at most `most` due rows after a key; return how many, and their keys in order.

        Keys are plain numbers where one whole number tells rows apart, else tuples.
        """
        if self._is_simple(connection):
            gone = self._delete_next(connection, most, after)
            return len(gone), gone
        chosen = self.table.choose(connection, most, after=after)
        changed = self.dispose(connection, chosen) if chosen else 0
        return changed, [key[0] for key in chosen] if self.table.is_numbered else chosen

    def _is_simple(self, connection: sa.Connection) -> bool:
        """Return whether rows can be chosen and deleted in one statement.

        Nothing hangs on them, and their keys sort here as they do in the database.
        """
        table = self.table
        hanging = table.deed.anonymise or table.unlinked or table.followers
        return not hanging and table.is_numbered and connection.dialect.name in _AT_ONCE

    def _delete_next(self, connection: sa.Connection, most: int, after: Key | None) -> list[int]:
        [key] = self.table.key
        query = self.table.next_due(most, after)
        # To lock a row writes it once more. Where its date alone decides, the second look below
        # sees every change that matters.
        if not self.table.goes_by_date_alone:
            query = self.table.locked(query)
        # Chosen apart, once: a list that were looked up again for each row could grow.
        chosen = query.correlate(None).cte("chosen")
        if connection.dialect.name == "postgresql":
            chosen = chosen.prefix_with("MATERIALIZED")
        # Judged again, though the rows are locked: some databases lock less than they promise.
        gone = (
            sa.delete(self.table.live)
            .where(key.in_(sa.select(chosen.c[key.name])), self.table.is_past)
            .returning(key)
        )
        return sorted(chain.from_iterable(numbers(connection.execute(gone), most)))

    def dispose(self, connection: sa.Connection, chosen: Sequence[Key]) -> int:
        """Delete or anonymise the chosen rows; return how many."""
        changed = 0
        for start in range(0, len(chosen), _LIST):
            part = chosen[start : start + _LIST]
            act = self._anonymise if self.table.deed.anonymise else self._delete
            changed += act(connection, part)
        return changed

    def _among(self, chosen: Sequence[Key]) -> Condition:
        if len(self.table.key) == 1:
            return self.table.key[0].in_([key[0] for key in chosen])
        return sa.tuple_(*self.table.key).in_(chosen)

    def _delete(self, connection: sa.Connection, chosen: Sequence[Key]) -> int:
        for link in self.table.unlinked:
            self._unlink(connection, link, chosen)
        for link in self.table.followers:
            refers = self._refers_to(connection, link, chosen)
            connection.execute(sa.delete(self.table.sets[link.child].live).where(refers))
        # Judged again, though the rows are locked: some databases lock less than they promise.
        gone = sa.delete(self.table.live).where(self._among(chosen), self.table.is_past)
        return int(connection.execute(gone).rowcount)

    def _unlink(self, connection: sa.Connection, link: Link, chosen: Sequence[Key]) -> None:
        table, child = self.table.sets.schema.tables[link.child], self.table.sets[link.child].live
        names = clearable(table, self.table.sets.schema.out_of(link.child), link)
        if not names:
            raise Conflict(f"{link.child} cannot be unlinked from {link.target}")
        refers = self._refers_to(connection, link, chosen)
        connection.execute(sa.update(child).where(refers).values(dict.fromkeys(names, None)))

    def _refers_to(
        self, connection: sa.Connection, link: Link, chosen: Sequence[Key]
    ) -> Condition:
        """Return the condition that a row refers to one of the chosen; their values are few."""
        child = self.table.sets[link.child].live
        targets = [self.table.live.c[name] for name in link.to_columns]
        named = connection.execute(sa.select(*targets).where(self._among(chosen))).all()
        columns, values = [], [list(row) for row in named]
        for place, (name, target) in enumerate(zip(link.columns, targets, strict=True)):
            column: sa.ColumnElement[Any] = child.c[name]
            if {kind_of(child.c[name]), kind_of(target)} > {"text"}:
                column = column if kind_of(child.c[name]) == "text" else sa.cast(column, sa.String)
                for row in values:
                    row[place] = None if row[place] is None else str(row[place])
            columns.append(column)
        if len(columns) == 1:
            return columns[0].in_([row[0] for row in values if row[0] is not None])
        return sa.tuple_(*columns).in_([tuple(row) for row in values if None not in row])

    def _anonymise(self, connection: sa.Connection, chosen: Sequence[Key]) -> int:
        plain: dict[str, Any] = {}
        hashed: list[AppliedRule] = []
        for item in self.table.rules():
            if item.rule.disposal in {Disposal.KEYED_HASH, Disposal.PSEUDONYM}:
                hashed.append(item)
            else:
                fixed = item.rule.disposal is Disposal.FIXED
                plain[item.column] = item.rule.value if fixed else None
        for item in hashed:
            self._hash(connection, item.column, chosen)
        among = self._among(chosen)
        if plain:
            connection.execute(sa.update(self.table.live).where(among).values(plain))
        return len(chosen)

    def _hash(self, connection: sa.Connection, column: str, chosen: Sequence[Key]) -> None:
        live = self.table.live.c[column]
        found = connection.execute(
            sa.select(live).distinct().where(self._among(chosen), live.is_not(None))
        ).scalars()
        for value in [item for item in found if not str(item).startswith(MARK)]:
            digest = keys.mac(
                self.table.deed.secret, b"connector\x00" + str(value).strip().lower().encode()
            )
            change = sa.update(self.table.live).where(self._among(chosen), live == value)
            connection.execute(change.values({column: MARK + digest.hex()[:_HASH_DIGITS]}))
