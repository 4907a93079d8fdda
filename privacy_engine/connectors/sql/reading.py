"""Counts, masked samples and copies of the rows that a walk found."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.masking import masked
from privacy_engine.connectors.protocol import (
    Identifiers,
    Located,
    MaskedRow,
    NeedsDecision,
    Record,
    TableCount,
)
from privacy_engine.connectors.sql.plan import mark_disposed
from privacy_engine.connectors.sql.rules import concerns
from privacy_engine.connectors.sql.states import State
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.instance.data_map import Column, Owner, System

SAMPLE_ROWS = 3
COPY_ROWS = 1_000

REASONS = {
    State.CO_OWNED: "the row also belongs to somebody else",
    State.WEAK: "only a telephone or device matches, and the row names somebody else",
    State.VIA_SHARED: "the row hangs on one that others share",
    State.MENTION_BLOCKS: "somebody else's row refers to one that should go",
    State.HELD: "another row that stays refers to it",
    State.LEADS: "it leads to a row that waits for a decision",
    State.LEFT: "the data map leaves these rows to a decision",
}


def locate_rows(
    sets: Worksets, system: System, identifiers: Identifiers, *, samples: bool
) -> Located:
    """Return what a walk found; rows in which an earlier deletion left nothing do not count."""
    for rows in sets:
        mark_disposed(sets, rows, identifiers)
    return Located(
        system=system.code,
        counts=counted(sets, [State.OWNED]),
        shared=counted(sets, [State.SHARED]),
        needs_decision=undecided(sets),
        sample=tuple(sample(sets, [State.OWNED, State.SHARED])) if samples else (),
    )


def counted(sets: Worksets, states: Iterable[int]) -> tuple[TableCount, ...]:
    """Return the counts of rows in these states, tables without any left out."""
    states = list(states)
    found = ((rows, sets.count(rows, states)) for rows in sets)
    return tuple(
        TableCount(rows.table.name, rows.table.series, count) for rows, count in found if count
    )


def undecided(sets: Worksets) -> tuple[NeedsDecision, ...]:
    """Return what waits for an officer, each with its reason."""
    return tuple(
        NeedsDecision(item.table, item.series, item.count, reason)
        for state, reason in REASONS.items()
        for item in counted(sets, [state])
    )


def sample(sets: Worksets, states: Iterable[int]) -> Iterator[MaskedRow]:
    """Yield the first rows of each table, every value masked."""
    states = list(states)
    for rows in sets:
        names = [
            column.name
            for column in rows.table.columns
            if column.category and not column.never_disclose
        ]
        if not names or not sets.count(rows, states):
            continue
        for row in _rows(sets, rows, (names, states), stop=SAMPLE_ROWS):
            values = zip(names, row, strict=False)
            yield MaskedRow(
                rows.table.name, tuple((name, masked(value)) for name, value in values)
            )


def _rows(
    sets: Worksets, rows: Workset, wanted: tuple[list[str], list[int]], *, stop: int
) -> Sequence[Sequence[Any]]:
    names, states = wanted
    query = (
        sa.select(*(rows.live.c[name] for name in names), rows.temp.c.n)
        .select_from(rows.live)
        .join(rows.temp, rows.same_row)
        .where(sets.is_in(rows, states))
        .order_by(rows.temp.c.n)
        .limit(stop)
    )
    return sets.connection.execute(query).all()


def read_records(sets: Worksets, identifiers: Identifiers) -> Iterator[Record]:
    """Yield each row of the person as it may be disclosed, in bounded batches.

    Columns that are never disclosed are named, not shown. In a row that others share, a
    column of another party is left out.
    """
    for rows in sets:
        if rows.table.owner is not Owner.OTHER:
            yield from _table_records(sets, rows, identifiers)


def _table_records(sets: Worksets, rows: Workset, identifiers: Identifiers) -> Iterator[Record]:
    columns = [column for column in rows.table.columns if column.export]
    withheld = tuple(column.name for column in columns if column.never_disclose)
    shown = [column for column in columns if not column.never_disclose]
    if not columns or not sets.count(rows, [State.OWNED, State.SHARED]):
        return
    query = (
        sa.select(rows.temp.c.n, *_shown(sets, rows, shown, identifiers=identifiers))
        .select_from(rows.live)
        .join(rows.temp, rows.same_row)
        .where(sets.is_in(rows, [State.OWNED, State.SHARED]))
        .order_by(rows.temp.c.n)
        .limit(COPY_ROWS)
    )
    after = 0
    while page := sets.connection.execute(query.where(rows.temp.c.n > after)).all():
        for row in page:
            values = dict(zip((column.name for column in shown), row[1:], strict=True))
            yield Record(rows.table.series, rows.table.name, values, withheld)
        after = page[-1][0]


def _shown(
    sets: Worksets, rows: Workset, columns: list[Column], *, identifiers: Identifiers
) -> Iterator[sa.ColumnElement[Any]]:
    """Yield each column, or nothing in its place where it is another party's."""
    links = {name for link in sets.schema.out_of(rows.table.name) for name in link.columns}
    own = {identity.column for identity in rows.table.identities} | links
    for column in columns:
        live = rows.live.c[column.name]
        parties = column.parties or ((column.name,) if column.name in own else ())
        if rows.table.owner is Owner.SUBJECT or not parties:
            yield live
        else:
            mine = concerns(sets, rows, parties, identifiers=identifiers)
            yield sa.case((mine, live), else_=None).label(column.name)
