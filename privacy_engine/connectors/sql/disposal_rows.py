"""Which rows of one table are past their period, and which of them may go."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.disposal_dates import (
    Deed,
    at_or_before,
    before_day,
    day_of,
    later_than_due,
)
from privacy_engine.connectors.sql.execute import in_order
from privacy_engine.connectors.sql.matching import same_value
from privacy_engine.connectors.sql.plan import last_ended
from privacy_engine.connectors.sql.rules import (
    AppliedRule,
    applied_rules,
    is_disposed,
)
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.types import kind_of
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import (
    OnTargetDelete,
    Ownership,
    System,
    Table,
)

Condition = sa.ColumnElement[bool]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Tally:
    """Rows past the cutoff: all, those that a hold keeps, those that may go, and their span."""

    past: int
    held: int
    due: int
    oldest: date | None
    newest: date | None


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
        left = [~is_disposed(rows.c[item.column], item.rule) for item in self.rules()]  # type: ignore[arg-type]
        return sa.and_(dated, sa.or_(*left))

    def _dated(self, rows: sa.FromClause, column: str | None) -> Condition:
        if column is None:
            return sa.false()
        past = at_or_before(rows.c[column], self.deed)
        collected = self.declared.trigger("collected")
        if self.deed.trigger != "last_touched" or collected in {None, column}:
            return past
        # What nobody touched since it came was touched last when it came.
        first = at_or_before(rows.c[str(collected)], self.deed)
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
            ~before_day(
                rows.c[keep.trigger], ended + timedelta(days=1), dialect=self.sets.schema.dialect
            ),
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

    @property
    def moment(self) -> sa.ColumnElement[Any]:
        """What dates a row: the trigger's column, or when it came where nobody touched it."""
        dated = self.live.c[str(self.declared.trigger(self.deed.trigger))]
        collected = self.declared.trigger("collected")
        if self.deed.trigger == "last_touched" and collected not in {None, dated.name}:
            return sa.func.coalesce(dated, self.live.c[str(collected)])
        return dated

    def tally(self, connection: sa.Connection) -> Tally:
        """Count what is past, held and due, and the span of the due, in one pass over the past."""
        goes, dated = self.goes, self.moment
        query = sa.select(
            sa.func.count(),
            _times(self._held_in(self.live)),
            _times(goes),
            sa.func.min(sa.case((goes, dated))),
            sa.func.max(sa.case((goes, dated))),
        ).where(self.is_past)
        past, held, due, first, last = connection.execute(query.select_from(self.live)).one()
        return Tally(int(past), int(held or 0), int(due or 0), day_of(first), day_of(last))

    def count_all(self, connection: sa.Connection) -> int:
        """Return how many rows the table has, due or not."""
        query = sa.select(sa.func.count()).select_from(self.live)
        return int(connection.execute(query).scalar_one())

    def next_date(self, connection: sa.Connection) -> date | None:
        """Return the earliest date past the cutoff: what comes due next; None for no such row."""
        column = self.moment
        later = later_than_due(column, self.deed)
        found = connection.execute(sa.select(sa.func.min(column)).where(later)).scalar_one()
        return day_of(found)

    def count_due(self, connection: sa.Connection) -> int:
        """Return how many rows may go."""
        query = sa.select(sa.func.count()).select_from(self.live).where(self.goes)
        return int(connection.execute(query).scalar_one())

    def effects(self, connection: sa.Connection) -> Iterator[tuple[str, str, int]]:
        """Yield what the end of the due rows means for others, as (word, table, rows there).

        `follows`: rows that go along; `unlinked`: rows that lose a reference; `needed_by`: past
        rows of this table that stay because rows of that one refer to them.
        """
        for word, links in (("follows", self.followers), ("unlinked", self.unlinked)):
            for link in links:
                rows = self.sets[link.child].live.alias("affected")
                pairs = _same_link(self.sets, link, rows, self.live)
                refers = sa.exists(sa.select(sa.literal(1)).where(*pairs, self.goes))
                query = sa.select(sa.func.count()).select_from(rows)
                yield (
                    word,
                    link.child,
                    int(connection.execute(query.where(refers.correlate(rows))).scalar_one()),
                )
        for link, child in self.blockers:
            blocked = sa.and_(self._may_go(self.live), self._is_needed(link, child))
            query = sa.select(sa.func.count()).select_from(self.live).where(blocked)
            yield "needed_by", link.child, int(connection.execute(query).scalar_one())

    def months(self, connection: sa.Connection) -> Iterator[tuple[str, int]]:
        """Yield how many due rows each month has, oldest first; months as `2026-03`."""
        moment = self.moment
        month: sa.ColumnElement[Any] = (
            sa.func.substr(moment, 1, 7)
            if isinstance(moment.type, sa.String)
            else sa.extract("year", moment) * 100 + sa.extract("month", moment)
        )
        query = sa.select(month, sa.func.count()).where(self.goes).group_by(month).order_by(month)
        for found, count in connection.execute(query.select_from(self.live)):
            text = str(found)
            yield (text if "-" in text else f"{int(found) // 100}-{int(found) % 100:02}"), count

    @property
    def is_numbered(self) -> bool:
        """Whether one whole number tells rows apart: keys are then plain numbers, not tuples."""
        return len(self.key) == 1 and isinstance(self.key[0].type, sa.Integer)

    def stream_keys(self, connection: sa.Connection, *, page: int) -> Iterator[Sequence[Any]]:
        """Yield the keys of the due rows in any order, in pages; never all of them in memory."""
        query = sa.select(*self.key).where(self.goes)
        # SQLite reads row by row anyway; asked to stream, SQLAlchemy would read ahead there.
        is_sqlite = connection.dialect.name == "sqlite"
        options = {} if is_sqlite else {"stream_results": True, "max_row_buffer": page}
        with connection.execute(query, execution_options=options) as found:
            if self.is_numbered:
                yield from numbers(found, page, streamed=not is_sqlite)
            else:
                yield from found.partitions(page)

    def rows(
        self, connection: sa.Connection, names: Sequence[str], *, stop: int
    ) -> Iterable[Sequence[Any]]:
        """Return some columns of the first due rows."""
        columns = [self.live.c[name] for name in names]
        query = sa.select(*columns).where(self.goes).order_by(*self.key).limit(stop)
        return connection.execute(query).all()

    def choose(self, connection: sa.Connection, most: int, *, after: Key | None) -> list[Key]:
        """Return the keys of the next due rows in key order, locked until the batch ends."""
        return [tuple(row) for row in connection.execute(self.locked(self.next_due(most, after)))]

    @property
    def goes_by_date_alone(self) -> bool:
        """Whether nothing but its date decides whether a row goes."""
        kept = self.deed.some_held or self.deed.all_held or self.declared.keep is not None
        return not (kept or self.blockers or self.followers or self.deed.anonymise)

    def next_due(self, most: int, after: Key | None) -> sa.Select[Any]:
        """Return the query for the keys of the next due rows."""
        query = sa.select(*self.key).where(self.goes).order_by(*self.key).limit(most)
        if after is not None:
            query = query.where(_comes_after(self.key, after))
        return query

    def locked(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """Return a query that locks the rows that it reads until the batch ends."""
        # MariaDB knows no `OF`; PostgreSQL needs it, for it cannot lock what it only looks at.
        only = self.live if self.sets.schema.dialect == "postgresql" else None
        return query.with_for_update(of=only)

    def rules(self) -> list[AppliedRule]:
        """Return what becomes of each column where the person is taken out of a row."""
        rules = applied_rules(self.declared, self.sets.schema.out_of(self.name))
        if not rules:
            raise Conflict(f"{self.name} is to be anonymised, but no column says how")
        return rules


def numbers(
    found: sa.CursorResult[Any], page: int, *, streamed: bool = False
) -> Iterator[list[int]]:
    """Yield the only column of a result, in pages, straight from the driver.

    Making an object of each row takes five times as long as all else that is done with a million
    keys. Of a streamed result SQLAlchemy has read one row ahead; that one it must give itself.
    """
    if streamed:
        first = found.fetchone()
        if first is None:
            return
        yield [first[0]]
    while rows := found.cursor.fetchmany(page):
        yield [number for (number,) in rows]


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


def _times(condition: Condition) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
