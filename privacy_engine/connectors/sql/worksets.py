"""The rows that concern one person, kept as keys in temporary tables while a case runs.

Keys stay inside the database: ten thousand rows cost as many statements as ten.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.matching import same_value, same_writing
from privacy_engine.connectors.sql.schema import Link, Schema
from privacy_engine.connectors.sql.states import State, States
from privacy_engine.connectors.sql.types import is_unindexable, kind_of
from privacy_engine.connectors.sql.workset import Workset, require_told_apart
from privacy_engine.instance.data_map import Ownership

Condition = sa.ColumnElement[bool]
Expression = sa.ColumnElement[Any]
_NUMBERS = ("n", "round", "state", "mask")
_SMALL, _LARGE, _LONG = 500, 20_000, 8
"""Rows, rows and rounds: below, a table is read whole; above, indexes and figures pay."""


class Worksets:
    """One workset per table of the schema, on one connection.

    How many rows are in which state is remembered, so that nothing is asked of the database
    about rows that are not there: most of a map's tables hold nothing of one person.
    """

    def __init__(self, connection: sa.Connection, schema: Schema) -> None:
        self.connection = connection
        self.schema = schema
        self.hashes, self._sets = _layout(schema)
        self._added = dict.fromkeys(schema.tables, 0)
        self._states = {name: States() for name in schema.tables}
        self._indexed: set[str] = set()

    def __getitem__(self, name: str) -> Workset:
        return self._sets[name]

    def __iter__(self) -> Iterator[Workset]:
        return iter(self._sets.values())

    def create(self) -> None:
        """Make the temporary tables; before the transaction, as indexes commit on MariaDB.

        Elsewhere a table is indexed once it has rows enough: an index on ten costs more than
        reading them.
        """
        for statement in _creations(self.schema, self.connection.dialect):
            self.connection.exec_driver_sql(statement)

    def clear(self) -> None:
        """Forget every row, for another search on the same connection."""
        if self.schema.dialect == "postgresql":  # takes them all in one journey
            used = [rows.temp.name for rows in self if self._added[rows.table.name]]
            emptied = ";".join(f"DELETE FROM {name}" for name in used)  # noqa: S608  our own
            self.connection.exec_driver_sql(emptied or "SELECT 1")
        else:
            for rows in self:
                self._empty(rows)
        self._added = dict.fromkeys(self.schema.tables, 0)
        self._states = {name: States() for name in self.schema.tables}

    def _empty(self, rows: Workset) -> None:
        """Empty a temporary table; to make it anew costs MariaDB less than to delete many rows."""
        count, name = self._added[rows.table.name], rows.temp.name
        if count > _SMALL and self.schema.dialect == "mysql":
            self.connection.exec_driver_sql(f"DROP TEMPORARY TABLE {name}")
            creation = _creation(self.schema, rows, self.connection.dialect)
            self.connection.exec_driver_sql(creation)
        elif count:
            self.connection.execute(sa.delete(rows.temp))

    def is_in(self, rows: Workset, states: Iterable[int]) -> Condition:
        """Return the condition that a row is in one of the states; holds until the next move."""
        return rows.temp.c.state.in_(self._states[rows.table.name].codes(states))

    def count(self, rows: Workset, states: Iterable[int]) -> int:
        """Return how many rows of a table are in one of the states."""
        known = self._states[rows.table.name]
        if known.is_doubtful:
            state = rows.temp.c.state
            query = sa.select(state, sa.func.count()).group_by(state)
            found = self.connection.execute(query)
            known.counted({int(code): int(count) for code, count in found})
        return known.count(states)

    def last(self, rows: Workset) -> int:
        """Return the number of the row that was added last; numbers begin at 1."""
        return self._added[rows.table.name]

    def add(self, rows: Workset, condition: Condition, *, round_: int, state: int) -> int:
        """Add the live rows that fulfil `condition` and are not here yet; return how many."""
        name = rows.table.name
        base = self._added[name]
        wanted = [condition]
        if base:
            wanted.append(~sa.exists().where(rows.same_row).correlate(rows.live))
        number = sa.literal(base) + sa.func.row_number().over(order_by=rows.live_key)
        found = sa.select(
            *(rows.live.c[column] for column in rows.carried),
            number,
            sa.literal(round_),
            sa.literal(self._states[name].code(state)),
            sa.literal(0),
        ).where(*wanted)
        added = sa.insert(rows.temp).from_select([column.name for column in rows.temp.c], found)
        result = self.connection.execute(added, execution_options={"preserve_rowcount": True})
        count = int(result.rowcount)
        self._added[name] += count
        self._states[name].added(state, count)
        if count:
            require_told_apart(self.connection, self.schema, rows, after=base)
            self._help_planner(rows, round_)
        return count

    def _help_planner(self, rows: Workset, round_: int) -> None:
        """Tell the database of rows that became many, or that long chains keep asking for."""
        name, schema = rows.table.name, self.schema
        if schema.dialect == "postgresql" and self._added[name] > _SMALL:
            self.connection.exec_driver_sql(f"ANALYZE {rows.temp.name}")
        is_large = self._added[name] > _LARGE or round_ > _LONG
        if schema.dialect == "mysql" or name in self._indexed or not is_large:
            return
        self._indexed.add(name)
        for at, names in enumerate(_sought(schema, rows)):
            sa.Index(f"{rows.temp.name}_{at}", *rows.values(names)).create(self.connection)

    def move(self, rows: Workset, state: int, among: Iterable[int], *conditions: Condition) -> int:
        """Put rows of the states `among` that fulfil the conditions into `state`; return how many.

        Nothing is asked where no row is in any of them.
        """
        states = sorted({int(item) for item in among})
        if not self.count(rows, states):
            return 0
        known = self._states[rows.table.name]
        if not conditions:
            relabelled = known.relabelled(states, int(state))
            if relabelled is not None:
                return relabelled
        change = sa.update(rows.temp).where(self.is_in(rows, states), *conditions)
        moved = int(self.connection.execute(change.values(state=known.code(state))).rowcount)
        known.moved(states, int(state), moved)
        return moved

    def mark(self, rows: Workset, bit: int, *conditions: Condition) -> int:
        """Set one bit on the rows that fulfil the conditions now, whatever changes later."""
        value = rows.temp.c.mask.op("|")(bit)
        marked = sa.update(rows.temp).where(*conditions).values(mask=value)
        return int(self.connection.execute(marked).rowcount)

    def leads_to(self, link: Link, bit: int) -> Condition:
        """Return the condition that by an owning link a row here leads to one with a bit.

        By a `row` link a target row leads to its children, by a `target` link a child to its own.
        """
        child, target = self[link.child], self[link.target]
        if link.ownership is Ownership.ROW:
            marked, ends, names = child.as_child, child.values(link.columns), link.to_columns
            here = target.values(names)
        else:
            marked, ends = target.as_target, target.values(link.to_columns)
            here = child.values(link.columns)
        there = [marked.c[column.name] for column in ends]
        first, second = (there, here) if link.ownership is Ownership.ROW else (here, there)
        left, right = self._comparable(link, first, second)
        inner, outer = (left, right) if link.ownership is Ownership.ROW else (right, left)
        chosen = sa.select(*inner).where(
            marked.c.mask.op("&")(bit) != 0, *(name.is_not(None) for name in there)
        )
        return sa.tuple_(*outer).in_(chosen) if len(outer) > 1 else outer[0].in_(chosen)

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
        child = rows.as_child
        names = [child.c[column.name] for column in rows.values(link.columns)]
        left, right = self._comparable(link, names, [target.c[to] for to in link.to_columns])
        chosen = sa.select(*left).where(
            child.c.state.in_(self._states[link.child].codes(states)), child.c.round == round_
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
        other = target.as_target
        names = [other.c[column.name] for column in target.values(link.to_columns)]
        left, right = self._comparable(link, columns, names)
        chosen = sa.select(*right).where(
            other.c.state.in_(self._states[link.target].codes(states)),
            *(name.is_not(None) for name in names),
        )
        if round_ is not None:
            chosen = chosen.where(other.c.round == round_)
        return sa.tuple_(*left).in_(chosen) if len(left) > 1 else left[0].in_(chosen)

    def pointed_at_by(self, link: Link, states: Iterable[int]) -> Condition:
        """Return the condition that child rows in the states refer to a target row here."""
        rows = self[link.child]
        child = rows.as_child
        names = [child.c[column.name] for column in rows.values(link.columns)]
        left, right = self._comparable(link, names, self[link.target].values(link.to_columns))
        chosen = sa.select(*left).where(
            child.c.state.in_(self._states[link.child].codes(states)),
            *(name.is_not(None) for name in names),
        )
        return sa.tuple_(*right).in_(chosen) if len(right) > 1 else right[0].in_(chosen)

    def target_exists(self, link: Link) -> Condition:
        """Return the condition that a child row here refers to a row that is there at all."""
        target = self[link.target].live.alias("live_target")
        names = [target.c[name] for name in link.to_columns]
        matched = self._matched(link, self[link.child].values(link.columns), names)
        return sa.exists(sa.select(sa.literal(1)).select_from(target).where(matched)).correlate(
            self[link.child].temp
        )

    def points_at_others(self, link: Link) -> Condition:
        """Return the condition that a child row here refers to a live row not owned here."""
        live = self[link.target].live.alias("live_target")
        names = [live.c[name] for name in link.to_columns]
        matched = self._matched(link, self[link.child].values(link.columns), names)
        return self._is_not_owned(self[link.target], live, matched).correlate(
            self[link.child].temp
        )

    def others_point_at(self, link: Link) -> Condition:
        """Return the condition that a live child row not owned here refers to a target row."""
        live = self[link.child].live.alias("live_child")
        names = [live.c[name] for name in link.columns]
        matched = self._matched(link, names, self[link.target].values(link.to_columns))
        return self._is_not_owned(self[link.child], live, matched).correlate(
            self[link.target].temp
        )

    def _is_not_owned(self, rows: Workset, live: sa.FromClause, matched: Condition) -> sa.Exists:
        mine = rows.temp.alias("own_rows")
        key = zip(rows.table.key, rows.key, strict=True)
        own = sa.and_(*(live.c[name] == mine.c[kept.name] for name, kept in key))
        owned = sa.exists(
            sa.select(sa.literal(1))
            .select_from(mine)
            .where(own, mine.c.state == self._states[rows.table.name].code(State.OWNED))
            .correlate(live)
        )
        return sa.exists(sa.select(sa.literal(1)).select_from(live).where(matched, ~owned))

    def _matched(
        self, link: Link, columns: Sequence[Expression], targets: Sequence[Expression]
    ) -> Condition:
        left, right = self._comparable(link, columns, targets)
        return sa.and_(*(a == b for a, b in zip(left, right, strict=True)))

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
        if self.schema.dialect == "mysql" and not link.enforced:
            pairs += [written for pair in pairs if (written := same_writing(*pair))]
        return [left for left, _ in pairs], [right for _, right in pairs]


@lru_cache(maxsize=16)
def _layout(schema: Schema) -> tuple[sa.Table, dict[str, Workset]]:
    """Return the temporary tables for a schema; made once, so that statements compile once."""
    number, text = sa.Column("n", sa.BigInteger), sa.Column("h", sa.String(100))
    hashes = sa.Table("pe_hashes", sa.MetaData(), number, text, prefixes=["TEMPORARY"])
    ordered = enumerate(sorted(schema.tables))
    return hashes, {name: _plan(schema, name, place) for place, name in ordered}


def _plan(schema: Schema, name: str, place: int) -> Workset:
    table, live = schema.tables[name], schema.live[name]
    carried = list(table.key)
    for link in schema.links:
        carried += link.columns if link.child == name else ()
        carried += link.to_columns if link.target == name else ()
    names = tuple(dict.fromkeys(carried))
    columns = [sa.Column(f"c{at}", live.c[column].type) for at, column in enumerate(names)]
    numbers = [sa.Column(word, sa.BigInteger) for word in _NUMBERS]
    temp = sa.Table(f"pe_rows_{place}", sa.MetaData(), *columns, *numbers)
    return Workset(table, live, temp, names)


@lru_cache(maxsize=16)
def _creations(schema: Schema, dialect: sa.Dialect) -> tuple[str, ...]:
    """Return what makes the temporary tables: one journey to the server where it takes that."""
    hashes, sets = _layout(schema)
    statements = [str(sa.schema.CreateTable(hashes).compile(dialect=dialect))]
    statements += [_creation(schema, rows, dialect) for rows in sets.values()]
    if schema.dialect != "postgresql":
        return tuple(statements)
    # Nothing is lost with temporary tables, so nobody waits until the disk has them.
    return (";".join(["SET LOCAL synchronous_commit TO off", *statements]),)


def _creation(schema: Schema, rows: Workset, dialect: sa.Dialect) -> str:
    """Return the statement that makes a temporary table with the very types of the live one.

    On MariaDB the keys are made with it: made later, they would commit.
    """
    zero = sa.cast(sa.literal_column("0"), sa.BigInteger)
    empty = sa.select(
        *(rows.live.c[name].label(f"c{at}") for at, name in enumerate(rows.carried)),
        *(zero.label(word) for word in _NUMBERS),
    ).where(sa.literal_column("1") == sa.literal_column("0"))
    quoted = dialect.identifier_preparer.quote(rows.temp.name)
    query = empty.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    keys = ""
    if schema.dialect == "mysql":
        sought = [
            [column.name for column in rows.values(names)] for names in _sought(schema, rows)
        ]
        keys = ", ".join(f"KEY ({', '.join(names)})" for names in sought)
    inside = f"({keys}) " if keys else ""
    return f"CREATE TEMPORARY TABLE {quoted} {inside}AS {query}".replace("%%", "%")


def _sought(schema: Schema, rows: Workset) -> list[tuple[str, ...]]:
    """Return the sets of columns by which rows of a workset are looked up."""
    sought = {rows.table.key, *(link.to_columns for link in schema.into(rows.table.name))}
    return [
        names
        for names in sorted(sought)
        if not any(is_unindexable(rows.live.c[name], schema.dialect) for name in names)
    ]
