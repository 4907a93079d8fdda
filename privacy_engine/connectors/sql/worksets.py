"""The rows that concern one person, kept as keys in temporary tables while a case runs.

Keys stay inside the database: ten thousand rows cost as many statements as ten.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.matching import kind_of, same_value
from privacy_engine.connectors.sql.schema import Link, Schema
from privacy_engine.instance.data_map import Table

Condition = sa.ColumnElement[bool]
Expression = sa.ColumnElement[Any]


_NUMBERS = ("n", "round", "state", "mask")


class State(IntEnum):
    """What is known of a row; from RETAINED upwards the rest is the number of the ground."""

    OWNED = 1
    SHARED = 2
    CO_OWNED = 3
    WEAK = 4
    VIA_SHARED = 5
    MENTION = 6
    MENTION_BLOCKS = 7
    DELETE = 11
    ANONYMISE = 12
    DISPOSED = 14
    HELD = 15
    LEFT = 16
    UNLINKED = 17
    RETAINED = 100


UNDECIDED = (State.CO_OWNED, State.WEAK, State.VIA_SHARED)


@dataclass(frozen=True)
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

    @property
    def same_row(self) -> Condition:
        """Return the condition that joins a live row with its place here."""
        return sa.and_(*(a == b for a, b in zip(self.live_key, self.key, strict=True)))

    def is_marked(self, bit: int) -> Condition:
        """Return the condition that a row bears a bit."""
        return self.temp.c.mask.op("&")(bit) != 0

    def is_in(self, states: Iterable[int]) -> Condition:
        """Return the condition that a row is in one of the states."""
        return self.temp.c.state.in_([int(state) for state in states])


class Worksets:
    """One workset per table of the schema, on one connection."""

    def __init__(self, connection: sa.Connection, schema: Schema) -> None:
        self.connection = connection
        self.schema = schema
        self.hashes = sa.Table(
            "pe_hashes",
            sa.MetaData(),
            sa.Column("n", sa.BigInteger),
            sa.Column("h", sa.String(100)),
            prefixes=["TEMPORARY"],
        )
        self._added = dict.fromkeys(schema.tables, 0)
        self._sets = {
            name: self._plan(name, place) for place, name in enumerate(sorted(schema.tables))
        }

    def __getitem__(self, name: str) -> Workset:
        return self._sets[name]

    def __iter__(self) -> Iterator[Workset]:
        return iter(self._sets.values())

    def _plan(self, name: str, place: int) -> Workset:
        table, live = self.schema.tables[name], self.schema.live[name]
        carried = list(table.key)
        for link in self.schema.links:
            carried += link.columns if link.child == name else ()
            carried += link.to_columns if link.target == name else ()
        names = tuple(dict.fromkeys(carried))
        columns = [sa.Column(f"c{at}", live.c[column].type) for at, column in enumerate(names)]
        numbers = [sa.Column(word, sa.BigInteger) for word in _NUMBERS]
        temp = sa.Table(f"pe_rows_{place}", sa.MetaData(), *columns, *numbers)
        return Workset(table, live, temp, names)

    def create(self) -> None:
        """Make the temporary tables; before the transaction, as indexes commit on MariaDB."""
        self.hashes.create(self.connection)
        for rows in self:
            self._create(rows)

    def _create(self, rows: Workset) -> None:
        dialect = self.connection.dialect
        zero = sa.cast(sa.literal_column("0"), sa.BigInteger)
        empty = sa.select(
            *(rows.live.c[name].label(f"c{at}") for at, name in enumerate(rows.carried)),
            *(zero.label(word) for word in _NUMBERS),
        ).where(sa.literal_column("1") == sa.literal_column("0"))
        quoted = dialect.identifier_preparer.quote(rows.temp.name)
        query = empty.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        self.connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {quoted} AS {query}".replace("%%", "%")
        )
        sa.Index(f"{rows.temp.name}_n", rows.temp.c.n).create(self.connection)
        sa.Index(f"{rows.temp.name}_round", rows.temp.c.round).create(self.connection)
        sought = {rows.table.key, *(link.to_columns for link in self.schema.into(rows.table.name))}
        for at, names in enumerate(sorted(sought)):
            columns = rows.values(names)
            if not any(_is_unindexable(column, dialect.name) for column in columns):
                sa.Index(f"{rows.temp.name}_{at}", *columns).create(self.connection)

    def clear(self) -> None:
        """Forget every row, for another search on the same connection."""
        for rows in self:
            self.connection.execute(sa.delete(rows.temp))
            self._added[rows.table.name] = 0

    def count(self, rows: Workset, states: Iterable[int]) -> int:
        """Return how many rows of a table are in one of the states."""
        query = sa.select(sa.func.count()).select_from(rows.temp).where(rows.is_in(states))
        return int(self.connection.execute(query).scalar_one())

    def add(self, rows: Workset, condition: Condition, *, round_: int, state: int) -> int:
        """Add the live rows that fulfil `condition` and are not here yet; return how many."""
        base = self._added[rows.table.name]
        present = sa.exists().where(rows.same_row).correlate(rows.live)
        number = sa.literal(base) + sa.func.row_number().over(order_by=rows.live_key)
        found = sa.select(
            *(rows.live.c[name] for name in rows.carried),
            number,
            sa.literal(round_),
            sa.literal(int(state)),
            sa.literal(0),
        ).where(condition, ~present)
        added = sa.insert(rows.temp).from_select([column.name for column in rows.temp.c], found)
        result = self.connection.execute(added, execution_options={"preserve_rowcount": True})
        count = int(result.rowcount)
        self._added[rows.table.name] += count
        return count

    def move(self, rows: Workset, state: int, *conditions: Condition) -> int:
        """Put the rows that fulfil the conditions into another state; return how many."""
        change = sa.update(rows.temp).where(*conditions).values(state=int(state))
        return int(self.connection.execute(change).rowcount)

    def mark(self, rows: Workset, bit: int, *conditions: Condition) -> None:
        """Set one bit on the rows that fulfil the conditions now, whatever changes later."""
        value = rows.temp.c.mask.op("|")(bit)
        self.connection.execute(sa.update(rows.temp).where(*conditions).values(mask=value))

    def points_at(
        self, link: Link, states: Iterable[int], *, round_: int | None = None
    ) -> Condition:
        """Return the condition that a live child row refers to a target row in the states.

        With `round_`, only target rows that this round of a walk added count.
        """
        child = self[link.child].live
        columns = [child.c[name] for name in link.columns]
        return self._refers(link, columns, states, round_=round_)

    def named_by(self, link: Link, states: Iterable[int], *, round_: int) -> Condition:
        """Return the condition that a child row of this round refers to a live target row."""
        rows, target = self[link.child], self[link.target].live
        child = rows.temp.alias("child_rows")
        names = [child.c[column.name] for column in rows.values(link.columns)]
        left, right = self._comparable(link, names, [target.c[to] for to in link.to_columns])
        chosen = sa.select(*left).where(
            child.c.state.in_([int(state) for state in states]), child.c.round == round_
        )
        return sa.tuple_(*right).in_(chosen) if len(right) > 1 else right[0].in_(chosen)

    def kept_points_at(self, link: Link, states: Iterable[int]) -> Condition:
        """Return the same for the child rows that are in their workset."""
        return self._refers(link, self[link.child].values(link.columns), states)

    def _refers(
        self,
        link: Link,
        columns: Sequence[Expression],
        states: Iterable[int],
        *,
        round_: int | None = None,
    ) -> Condition:
        """Compare as a set, so that an index on either side serves; NULL refers to nothing."""
        target = self[link.target]
        other = target.temp.alias("target_rows")
        names = [other.c[column.name] for column in target.values(link.to_columns)]
        left, right = self._comparable(link, columns, names)
        chosen = sa.select(*right).where(
            other.c.state.in_([int(state) for state in states]),
            *(name.is_not(None) for name in names),
        )
        if round_ is not None:
            chosen = chosen.where(other.c.round == round_)
        return sa.tuple_(*left).in_(chosen) if len(left) > 1 else left[0].in_(chosen)

    def pointed_at_by(self, link: Link, states: Iterable[int]) -> Condition:
        """Return the condition that child rows in the states refer to a target row here."""
        rows = self[link.child]
        child = rows.temp.alias("child_rows")
        names = [child.c[column.name] for column in rows.values(link.columns)]
        left, right = self._comparable(link, names, self[link.target].values(link.to_columns))
        chosen = sa.select(*left).where(
            child.c.state.in_([int(state) for state in states]),
            *(name.is_not(None) for name in names),
        )
        return sa.tuple_(*right).in_(chosen) if len(right) > 1 else right[0].in_(chosen)

    def target_exists(self, link: Link) -> Condition:
        """Return the condition that a child row here refers to a row that is there at all."""
        target = self[link.target].live.alias("live_target")
        names = [target.c[name] for name in link.to_columns]
        left, right = self._comparable(link, self[link.child].values(link.columns), names)
        matched = sa.and_(*(a == b for a, b in zip(left, right, strict=True)))
        return sa.exists(sa.select(sa.literal(1)).select_from(target).where(matched)).correlate(
            self[link.child].temp
        )

    def others_point_at(self, link: Link) -> Condition:
        """Return the condition that a live child row not owned here refers to a target row."""
        rows = self[link.child]
        child, mine = rows.live.alias("live_child"), rows.temp.alias("own_rows")
        names = [child.c[name] for name in link.columns]
        left, right = self._comparable(link, names, self[link.target].values(link.to_columns))
        key = zip(rows.table.key, rows.key, strict=True)
        own = sa.and_(*(child.c[name] == mine.c[kept.name] for name, kept in key))
        owned = sa.exists(
            sa.select(sa.literal(1))
            .select_from(mine)
            .where(own, mine.c.state == int(State.OWNED))
            .correlate(child)
        )
        matched = sa.and_(*(a == b for a, b in zip(left, right, strict=True)))
        return sa.exists(
            sa.select(sa.literal(1)).select_from(child).where(matched, ~owned)
        ).correlate(self[link.target].temp)

    def _comparable(
        self,
        link: Link,
        columns: Sequence[Expression],
        targets: Sequence[Expression],
    ) -> tuple[list[Expression], list[Expression]]:
        child, target = self.schema.live[link.child], self.schema.live[link.target]
        pairs = [
            same_value((a, kind_of(child.c[name])), (b, kind_of(target.c[to])))
            for a, b, name, to in zip(columns, targets, link.columns, link.to_columns, strict=True)
        ]
        return [left for left, _ in pairs], [right for _, right in pairs]


def _is_unindexable(column: sa.Column[Any], dialect: str) -> bool:
    return dialect in {"mysql", "mariadb"} and isinstance(column.type, sa.Text | sa.LargeBinary)
