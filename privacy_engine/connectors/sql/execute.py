"""Carries out a plan inside the open transaction, set by set, then looks whether it took.

What must hold at the end:
(1) rows that stay are changed before rows that they refer to go;
(2) children go before parents; where tables refer to each other in a ring, the links inside
    the ring are emptied first;
(3) no row that was to be deleted or changed is still as it was.
A crash at any point leaves the database as before: nothing here commits.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Progress
from privacy_engine.connectors.sql.hashes import replace_by_hash
from privacy_engine.connectors.sql.plan import Plan, is_unlinked
from privacy_engine.connectors.sql.rules import (
    AppliedRule,
    applied_rules,
    clearable,
    concerns,
    is_untouched,
)
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.states import State
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Disposal, OnDelete

BATCH_ROWS = 20_000
Condition = sa.ColumnElement[bool]


def carry_out(plan: Plan, progress: Progress | None = None) -> dict[str, int]:
    """Change and delete what the plan says; return how many rows were unlinked, by table.

    Raises:
        Conflict: a rule cannot be carried out, or a row stayed as it was.
    """
    for rows in plan.sets:
        _anonymise(plan, rows)
    # (1) Links out of rows that stay.
    unlinked: dict[str, int] = {}
    for link in plan.sets.schema.links:
        if is_unlinked(plan, link):
            count = _unlink(plan, link)
            unlinked[link.child] = max(count, unlinked.get(link.child, 0))
    gone = _delete_all(plan, progress)
    _confirm(plan, gone)
    return {table: count for table, count in unlinked.items() if count}


def _anonymise(plan: Plan, rows: Workset) -> None:
    if not plan.sets.count(rows, [State.ANONYMISE]):
        return
    rules = applied_rules(rows.table, plan.sets.schema.out_of(rows.table.name))
    if not rules:
        raise Conflict(f"{rows.table.name} is to be anonymised, but no column says how")
    # What a party column holds decides about others, and goes too: so first all is looked up.
    bits = {
        parties: 1 << place
        for place, parties in enumerate(sorted({item.parties for item in rules} - {()}))
    }
    for parties, bit in bits.items():
        concerned = concerns(plan.sets, rows, parties, identifiers=plan.identifiers)
        now = sa.exists().correlate(rows.temp).where(rows.same_row, concerned)
        plan.sets.mark(rows, bit, plan.sets.is_in(rows, [State.ANONYMISE]), now)
    for applied in rules:
        chosen = [plan.sets.is_in(rows, [State.ANONYMISE])]
        if applied.parties:
            chosen.append(rows.is_marked(bits[applied.parties]))
        _apply(plan, (rows, applied), chosen)


def _apply(plan: Plan, target: tuple[Workset, AppliedRule], chosen: list[Condition]) -> None:
    rows, applied = target
    rule = applied.rule
    if rule.disposal in {Disposal.KEYED_HASH, Disposal.PSEUDONYM}:
        replace_by_hash(plan, target, chosen)
        return
    value = rule.value if rule.disposal is Disposal.FIXED else None
    update_rows(plan.sets, rows, {applied.column: value}, chosen=chosen)


def update_rows(
    sets: Worksets, rows: Workset, values: dict[str, Any], *, chosen: list[Condition]
) -> int:
    """Set columns of the live rows that are in the workset and fulfil `chosen`."""
    # A document column would take Python's None for the document `null`.
    written = {name: sa.null() if value is None else value for name, value in values.items()}
    change = sa.update(rows.live).where(rows.same_row, *chosen).values(written)
    return int(sets.connection.execute(change).rowcount)


def _unlink(plan: Plan, link: Link) -> int:
    """Empty a link in every row that stays while its target goes; return the row count."""
    sets, rows = plan.sets, plan.sets[link.child]
    stays = sets.last(rows) - sets.count(rows, [State.DELETE])
    if not stays or not sets.count(sets[link.target], [State.DELETE]):
        return 0
    names = clearable(rows.table, sets.schema.out_of(link.child), link)
    chosen = [
        ~sets.is_in(rows, [State.DELETE]),
        sets.kept_points_at(link, [State.DELETE]),
    ]
    count = sets.connection.execute(
        sa.select(sa.func.count()).select_from(rows.temp).where(*chosen)
    ).scalar_one()
    if count and not names:
        raise Conflict(f"{link.child} cannot be unlinked from {link.target}: the link is its key")
    if count:
        update_rows(sets, rows, dict.fromkeys(names, None), chosen=chosen)
    return int(count)


def _delete_all(plan: Plan, progress: Progress | None) -> set[str]:
    """Delete what is to go; return the tables whose every row went by our own statement."""
    # (2) The order comes from declared and enforced links alike.
    sets = plan.sets
    doomed = {rows.table.name for rows in sets if sets.count(rows, [State.DELETE])}
    before = {(link.child, link.target) for link in sets.schema.links}
    before |= {(first, name) for name in doomed for first in sets[name].table.delete_after}
    gone: set[str] = set()
    for ring in in_order(doomed, before):
        inside = [link for link in sets.schema.links if {link.child, link.target} <= ring]
        left = {(link.child, link.target) for link in inside if not _empty_link(sets, link)}
        for part in in_order(ring, left):
            if len(part) > 1 or _needs_time(sets, part, left):
                _put_off_checks(sets)
            gone |= {name for name in sorted(part) if _delete(sets, sets[name], progress)}
    return gone


def in_order(names: set[str], before: set[tuple[str, str]]) -> Iterator[set[str]]:
    """Yield names so that the first of each pair in `before` comes first; rings come together."""
    first = {name: {a for a, b in before if b == name and a in names} for name in names}
    reach = {name: _all_before(first, name) for name in names}
    left = set(names)
    while left:
        # A table that refers to itself waits for nobody else because of that.
        name = min(left, key=lambda item: (len((reach[item] & left) - {item}), item))
        ring = {name} | {other for other in reach[name] & left if name in reach[other]}
        yield ring
        left -= ring


def _all_before(first: dict[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = first[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


def _empty_link(sets: Worksets, link: Link) -> bool:
    """Empty a link inside a ring, in rows that go anyway; return whether it no longer binds."""
    if not link.enforced:
        return True
    if link.child == link.target and sets.schema.dialect != "mysql":
        return False
    rows = sets[link.child]
    names = [
        name
        for name in clearable(rows.table, sets.schema.out_of(link.child), link)
        if rows.live.c[name].nullable
    ]
    if names:
        update_rows(
            sets, rows, dict.fromkeys(names, None), chosen=[sets.is_in(rows, [State.DELETE])]
        )
    return bool(names)


def _needs_time(sets: Worksets, part: set[str], left: set[tuple[str, str]]) -> bool:
    """MariaDB looks at a table's link to itself row by row, others when a statement ends."""
    return sets.schema.dialect == "mysql" and any((name, name) in left for name in part)


def _put_off_checks(sets: Worksets) -> None:
    """Let the database look at foreign keys when all is done.

    MariaDB cannot; there they are switched off for this connection, which is safe because
    the plan has already found every row that refers to one that goes.
    """
    statement = {
        "sqlite": "PRAGMA defer_foreign_keys=ON",
        "postgresql": "SET CONSTRAINTS ALL DEFERRED",
        "mysql": "SET SESSION foreign_key_checks=0",
    }.get(sets.schema.dialect)
    if statement:
        sets.connection.exec_driver_sql(statement)


def _delete(sets: Worksets, rows: Workset, progress: Progress | None) -> bool:
    """Delete the rows of one table in bounded steps; return whether the database counts all."""
    total = sets.count(rows, [State.DELETE])
    last, done, step = sets.last(rows), 0, BATCH_ROWS
    if any(link.child == link.target for link in sets.schema.out_of(rows.table.name)):
        # Rows that refer to each other must go in one statement.
        step = max(last, 1)
    for start in range(0, last, step):
        part = rows.temp.c.n.between(start + 1, start + step)
        done += _delete_part(sets, rows, [sets.is_in(rows, [State.DELETE]), part])
        if progress is not None:
            progress(rows.table.name, min(done, total), total)
    return done == total


def _delete_part(sets: Worksets, rows: Workset, chosen: list[Condition]) -> int:
    if sets.schema.dialect == "sqlite":
        keys = sa.select(*rows.key).where(*chosen)
        live = rows.live_key
        match = sa.tuple_(*live).in_(keys) if len(live) > 1 else live[0].in_(keys)
        statement = sa.delete(rows.live).where(match)
    else:
        # DELETE … USING: MariaDB would otherwise read the whole table for each set.
        statement = sa.delete(rows.live).where(rows.same_row, *chosen)
    return int(sets.connection.execute(statement).rowcount)


def _confirm(plan: Plan, gone: set[str]) -> None:
    # (3) A trigger or a row policy may have let a statement pass without effect.
    sets = plan.sets
    if sets.schema.dialect == "postgresql":
        sets.connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for rows in sets:
        for condition in _unfinished(plan, rows, gone):
            there = sa.select(rows.temp.c.n).join(rows.live, rows.same_row).where(condition)
            if sets.connection.execute(there.limit(1)).first() is not None:
                raise Conflict(f"rows of {rows.table.name} stayed as they were; nothing changed")


def _unfinished(plan: Plan, rows: Workset, gone: set[str]) -> Iterator[Condition]:
    """Yield what must no longer be true of any row that is still there."""
    if plan.sets.count(rows, [State.DELETE]) and rows.table.name not in gone:
        yield plan.sets.is_in(rows, [State.DELETE])
    if plan.sets.count(rows, [State.ANONYMISE]):
        untouched = is_untouched(plan.sets, rows, identifiers=plan.identifiers)
        yield sa.and_(plan.sets.is_in(rows, [State.ANONYMISE]), untouched)


def changes(rows: Workset) -> str:
    """Return how the rows of a table that stay are counted: as anonymised or as unlinked."""
    return "unlinked" if rows.table.on_delete is OnDelete.UNLINK else "anonymised"
