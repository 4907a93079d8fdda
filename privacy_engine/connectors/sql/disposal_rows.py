"""Which rows of one table are past their period, which of them may go, and how they go."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from privacy_engine import keys
from privacy_engine.connectors.sql.execute import in_order
from privacy_engine.connectors.sql.matching import kind_of, same_value
from privacy_engine.connectors.sql.plan import last_ended
from privacy_engine.connectors.sql.rules import (
    MARK,
    AppliedRule,
    applied_rules,
    clearable,
    is_disposed,
)
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import (
    Disposal,
    OnTargetDelete,
    Ownership,
    System,
    Table,
)

Condition = sa.ColumnElement[bool]
Key = tuple[Any, ...]

_LIST = 400
_DAY_LENGTH = 10
_HASH_DIGITS = 24


@dataclass(frozen=True, repr=False)
class Deed:
    """What a run does, in the terms of one database; moments as (aware UTC, naive)."""

    series: str
    trigger: str
    on: date
    last_day: date
    last_moment: tuple[datetime, datetime]
    secret: bytes
    anonymise: bool
    some_held: bool
    all_held: bool


@dataclass
class DueTable:
    """One dated table of the series: conditions over its live rows, and what is done to them."""

    declared: Table
    live: sa.Table
    sets: Worksets
    deed: Deed
    followers: list[Link] = field(default_factory=list)
    blockers: list[tuple[Link, "DueTable | None"]] = field(default_factory=list)
    unlinked: list[Link] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The table's name in the data map."""
        return self.declared.name

    @property
    def key(self) -> list[sa.Column[Any]]:
        """The columns that tell rows apart."""
        return [self.live.c[name] for name in self.declared.key]

    # Conditions --------------------------------------------------------------------------

    @property
    def is_past(self) -> Condition:
        """The row is dated at or before the cutoff, and something is left to do in it."""
        return self._past_in(self.live)

    @property
    def is_held(self) -> Condition:
        """The row is past the cutoff, and a hold keeps it."""
        return sa.and_(self.is_past, self._held_in(self.live))

    @property
    def goes(self) -> Condition:
        """The row is due: past, not held, kept on no ground, needed by nothing that stays."""
        needed = [self._is_needed(link, child) for link, child in self.blockers]
        needed += [self._keeps_follower(link) for link in self.followers if self.deed.some_held]
        return sa.and_(self._may_go(self.live), *(~condition for condition in needed))

    def _may_go(self, rows: sa.FromClause) -> Condition:
        return sa.and_(self._past_in(rows), ~self._held_in(rows), ~self._kept_in(rows))

    def _past_in(self, rows: sa.FromClause) -> Condition:
        dated = self._dated(rows, self.declared.trigger(self.deed.trigger))
        if not self.deed.anonymise:
            return dated
        left = [~is_disposed(rows.c[item.column], item.rule) for item in self._rules()]  # type: ignore[arg-type]
        return sa.and_(dated, sa.or_(*left))

    def _dated(self, rows: sa.FromClause, column: str | None) -> Condition:
        if column is None:
            return sa.false()
        past = _at_or_before(rows.c[column], self.deed)
        collected = self.declared.trigger("collected")
        if self.deed.trigger != "last_touched" or collected in {None, column}:
            return past
        # What nobody touched since it came was touched last when it came.
        first = _at_or_before(rows.c[str(collected)], self.deed)
        return sa.or_(past, sa.and_(rows.c[column].is_(None), first))

    def _held_in(self, rows: sa.FromClause) -> Condition:
        if self.deed.all_held:
            return sa.true()
        if not self.deed.some_held:
            return sa.false()
        return _walked(self.sets, self.name, rows)

    def _kept_in(self, rows: sa.FromClause) -> Condition:
        keep = self.declared.keep
        if keep is None:
            return sa.false()
        if keep.period is None or keep.trigger is None:
            over = keep.until is not None and keep.until < self.deed.on
            return sa.false() if over else sa.true()
        ended = last_ended(keep.period, self.deed.on)
        return sa.or_(
            rows.c[keep.trigger].is_(None),
            ~_before_day(rows.c[keep.trigger], ended + timedelta(days=1)),
        )

    def _is_needed(self, link: Link, child: "DueTable | None") -> Condition:
        """Return whether a row that stays refers to the row through `link`."""
        rows = self.sets[link.child].live.alias("referring")
        pairs = _same_link(self.sets, link, rows, self.live)
        stays = [] if child is None else [~child._may_go(rows)]  # noqa: SLF001  a table's twin
        return sa.exists(
            sa.select(sa.literal(1)).select_from(rows).where(*pairs, *stays)
        ).correlate(self.live)

    def _keeps_follower(self, link: Link) -> Condition:
        """Return whether a row that would go along belongs to somebody whom a hold keeps."""
        rows = self.sets[link.child].live.alias("following")
        pairs = _same_link(self.sets, link, rows, self.live)
        kept = _walked(self.sets, link.child, rows)
        return sa.exists(sa.select(sa.literal(1)).select_from(rows).where(*pairs, kept)).correlate(
            self.live
        )

    # Reading -----------------------------------------------------------------------------

    def count(self, connection: sa.Connection, condition: Condition) -> int:
        """Return how many live rows fulfil the condition."""
        query = sa.select(sa.func.count()).select_from(self.live).where(condition)
        return int(connection.execute(query).scalar_one())

    def span(self, connection: sa.Connection) -> tuple[date | None, date | None]:
        """Return the earliest and latest date among the due rows."""
        dated = self.live.c[str(self.declared.trigger(self.deed.trigger))]
        collected = self.declared.trigger("collected")
        if self.deed.trigger == "last_touched" and collected:
            dated = sa.func.coalesce(dated, self.live.c[collected])  # type: ignore[assignment]
        query = sa.select(sa.func.min(dated), sa.func.max(dated)).where(self.goes)
        first, last = connection.execute(query).one()
        return _day(first), _day(last)

    def rows(
        self, connection: sa.Connection, names: Sequence[str], *, stop: int
    ) -> Iterable[Sequence[Any]]:
        """Return some columns of the first due rows."""
        columns = [self.live.c[name] for name in names]
        query = sa.select(*columns).where(self.goes).order_by(*self.key).limit(stop)
        return connection.execute(query).all()

    def choose(
        self, connection: sa.Connection, most: int, *, after: Key | None, lock: bool = True
    ) -> list[Key]:
        """Return the keys of the next due rows in key order, locked until the batch ends."""
        query = sa.select(*self.key).where(self.goes).order_by(*self.key).limit(most)
        if after is not None:
            query = query.where(_comes_after(self.key, after))
        if lock:
            # MariaDB knows no `OF`; PostgreSQL needs it, for it cannot lock what it only looks at.
            only = self.live if self.sets.schema.dialect == "postgresql" else None
            query = query.with_for_update(of=only)
        return [tuple(row) for row in connection.execute(query)]

    # Changing ----------------------------------------------------------------------------

    def dispose(self, connection: sa.Connection, chosen: Sequence[Key]) -> int:
        """Delete or anonymise the chosen rows; return how many."""
        changed = 0
        for start in range(0, len(chosen), _LIST):
            part = chosen[start : start + _LIST]
            act = self._anonymise if self.deed.anonymise else self._delete
            changed += act(connection, part)
        return changed

    def _among(self, chosen: Sequence[Key]) -> Condition:
        if len(self.key) == 1:
            return self.key[0].in_([key[0] for key in chosen])
        return sa.tuple_(*self.key).in_(chosen)

    def _delete(self, connection: sa.Connection, chosen: Sequence[Key]) -> int:
        for link in self.unlinked:
            self._unlink(connection, link, chosen)
        for link in self.followers:
            refers = self._refers_to(connection, link, chosen)
            connection.execute(sa.delete(self.sets[link.child].live).where(refers))
        # Judged again, though the rows are locked: some databases lock less than they promise.
        gone = sa.delete(self.live).where(self._among(chosen), self.is_past)
        return int(connection.execute(gone).rowcount)

    def _unlink(self, connection: sa.Connection, link: Link, chosen: Sequence[Key]) -> None:
        table, child = self.sets.schema.tables[link.child], self.sets[link.child].live
        names = clearable(table, self.sets.schema.out_of(link.child), link)
        if not names:
            raise Conflict(f"{link.child} cannot be unlinked from {link.target}")
        refers = self._refers_to(connection, link, chosen)
        connection.execute(sa.update(child).where(refers).values(dict.fromkeys(names, None)))

    def _refers_to(
        self, connection: sa.Connection, link: Link, chosen: Sequence[Key]
    ) -> Condition:
        """Return the condition that a row refers to one of the chosen; their values are few."""
        child = self.sets[link.child].live
        targets = [self.live.c[name] for name in link.to_columns]
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
        for item in self._rules():
            if item.rule.disposal in {Disposal.KEYED_HASH, Disposal.PSEUDONYM}:
                hashed.append(item)
            else:
                fixed = item.rule.disposal is Disposal.FIXED
                plain[item.column] = item.rule.value if fixed else None
        for item in hashed:
            self._hash(connection, item.column, chosen)
        among = self._among(chosen)
        if plain:
            connection.execute(sa.update(self.live).where(among).values(plain))
        return len(chosen)

    def _hash(self, connection: sa.Connection, column: str, chosen: Sequence[Key]) -> None:
        live = self.live.c[column]
        found = connection.execute(
            sa.select(live).distinct().where(self._among(chosen), live.is_not(None))
        ).scalars()
        for value in [item for item in found if not str(item).startswith(MARK)]:
            digest = keys.mac(
                self.deed.secret, b"connector\x00" + str(value).strip().lower().encode()
            )
            change = sa.update(self.live).where(self._among(chosen), live == value)
            connection.execute(change.values({column: MARK + digest.hex()[:_HASH_DIGITS]}))

    def _rules(self) -> list[AppliedRule]:
        rules = applied_rules(self.declared, self.sets.schema.out_of(self.name))
        if not rules:
            raise Conflict(f"{self.name} is to be anonymised, but no column says how")
        return rules


def make_tables(sets: Worksets, system: System, deed: Deed) -> list[DueTable]:
    """Return the dated tables of a series, children before parents."""
    mine = [table for table in system.tables if table.series == deed.series]
    dated = {
        table.name: DueTable(table, sets.schema.live[table.name], sets, deed)
        for table in mine
        if table.trigger(deed.trigger)
    }
    undated = {table.name for table in mine} - dated.keys()
    for table in dated.values():
        for link in sets.schema.into(table.name):
            _sort_link(table, link, dated=dated, undated=undated)
    before = {(link.child, link.target) for link in sets.schema.links}
    order = [name for ring in in_order(set(dated), before) for name in sorted(ring)]
    return [dated[name] for name in order]


def _sort_link(
    table: DueTable, link: Link, *, dated: dict[str, DueTable], undated: set[str]
) -> None:
    """Decide what a row that refers to a going one does: follow it, let go of it, or stop it."""
    if link.child in undated and (link.enforced or link.ownership is not Ownership.NONE):
        table.followers.append(link)
    elif table.deed.anonymise:
        return
    elif link.on_delete is OnTargetDelete.UNLINK:
        table.unlinked.append(link)
    elif link.enforced or (
        link.ownership is Ownership.ROW and link.on_delete is not OnTargetDelete.KEEP
    ):
        child = dated.get(link.child) if link.child != table.name else None
        table.blockers.append((link, child))


def _walked(sets: Worksets, name: str, rows: sa.FromClause) -> Condition:
    """Return whether a live row is one that the walk from held people reached."""
    found = sets[name]
    pairs = zip(found.table.key, found.key, strict=True)
    same = sa.and_(*(rows.c[column] == kept for column, kept in pairs))
    return sa.exists(sa.select(sa.literal(1)).select_from(found.temp).where(same)).correlate(rows)


def _same_link(
    sets: Worksets, link: Link, child: sa.FromClause, target: sa.FromClause
) -> Iterator[Condition]:
    """Yield the conditions that join a referring row with the row that it names."""
    live_child, live_target = sets.schema.live[link.child], sets.schema.live[link.target]
    for name, to in zip(link.columns, link.to_columns, strict=True):
        left, right = same_value(
            (child.c[name], kind_of(live_child.c[name])),
            (target.c[to], kind_of(live_target.c[to])),
        )
        yield left == right


def _comes_after(key: Sequence[sa.Column[Any]], after: Key) -> Condition:
    """Return the keyset condition, spelled out so that every database has it."""
    steps = []
    for place, column in enumerate(key):
        same = [key[earlier] == after[earlier] for earlier in range(place)]
        steps.append(sa.and_(*same, column > after[place]))
    return sa.or_(*steps)


def _at_or_before(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Return whether a live date column is at or before the cutoff, in the column's own type."""
    compare = _COMPARED.get(kind_of(column))  # type: ignore[arg-type]
    if compare is None:
        raise Conflict(f"column {column.key} starts a retention period but holds no dates")
    return compare(column, deed)


def _by_day(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    return column <= deed.last_day


def _by_moment(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    aware, naive = deed.last_moment
    return column <= (aware if getattr(column.type, "timezone", False) else naive)


def _by_text(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Texts hold ISO dates; one with a time of day waits for the end of its day."""
    day = sa.func.substr(column, 1, _DAY_LENGTH)
    last = deed.last_day.isoformat()
    only_day = sa.and_(column == last, sa.func.length(column) == _DAY_LENGTH)
    return sa.and_(column.like("____-__-__%"), sa.or_(day < last, only_day))


_COMPARED: dict[str, Callable[[sa.ColumnElement[Any], Deed], Condition]] = {
    "day": _by_day,
    "instant": _by_moment,
    "text": _by_text,
}


def _before_day(column: sa.ColumnElement[Any], day: date) -> Condition:
    """Return whether a date column lies before a day, in the column's own type."""
    if isinstance(column.type, sa.DateTime):
        return column < datetime(day.year, day.month, day.day)  # noqa: DTZ001  the column's own zone
    return column < (day if isinstance(column.type, sa.Date) else day.isoformat())


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return date.fromisoformat(value[:_DAY_LENGTH])
    return value if isinstance(value, date) else None
