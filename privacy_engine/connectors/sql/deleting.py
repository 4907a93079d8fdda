"""One deletion: walk, plan, carry out, search again, until nothing is left or it must fail."""

from collections import Counter
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from privacy_engine.connectors.protocol import (
    Decided,
    Deleted,
    DeleteOrder,
    Ground,
    Identifiers,
    Progress,
    TableCount,
)
from privacy_engine.connectors.sql.disposal_dates import day_of
from privacy_engine.connectors.sql.execute import carry_out
from privacy_engine.connectors.sql.plan import BY_OFFICER, Plan, make_plan
from privacy_engine.connectors.sql.reading import counted, sample, undecided
from privacy_engine.connectors.sql.states import State
from privacy_engine.connectors.sql.walk import walk
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Disposal, Keep, OnDelete, System, Table
from privacy_engine.law.periods import add

_MOST_PASSES = 3
_DOING = (State.DELETE, State.ANONYMISE)


def delete_rows(
    sets: Worksets,
    system: System,
    identifiers: Identifiers,
    *,
    order: DeleteOrder,
    progress: Progress | None,
) -> Deleted:
    """Return what was done inside the open transaction; the caller commits or rolls back.

    The person is searched for again before that: what a trigger wrote while rows went (an
    audit table, say) is deleted in a further pass.

    Raises:
        Conflict: rows of the person come back however often they are deleted.
    """
    walk(sets, identifiers)
    plan = make_plan(sets, identifiers, order)
    removed = _Totals()
    result = Deleted(
        system=system.code,
        dry_run=order.dry_run,
        retained=tuple(_grounds(plan)),
        needs_decision=undecided(sets),
        sample=tuple(sample(sets, _DOING)) if order.dry_run and order.sample else (),
    )
    for _ in range(_MOST_PASSES):
        removed.note(sets, carry_out(plan, progress))
        sets.clear()
        walk(sets, identifiers)
        plan = make_plan(sets, identifiers, order)
        if not counted(sets, _DOING):
            return removed.into(result, system)
    raise Conflict(f"rows of the person in {system.code} come back when deleted; nothing changed")


def as_decided(system: System, decided: tuple[Decided, ...]) -> System:
    """Return the map as an officer completed it for one case.

    Only tables whose rows the map itself leaves to a decision: for others the decision is
    about the rows that also concern somebody else, and the rest goes as the map says.
    """
    chosen = {item.table: item.action for item in decided}
    return replace(
        system,
        tables=tuple(
            _completed(table, chosen[table.name])
            if table.on_delete is OnDelete.DECIDE and table.name in chosen
            else table
            for table in system.tables
        ),
    )


def _completed(table: Table, action: OnDelete) -> Table:
    return replace(table, on_delete=action, keep=BY_OFFICER if action is OnDelete.KEEP else None)


class _Totals:
    """Counts over the passes of one deletion."""

    def __init__(self) -> None:
        self.removed: Counter[str] = Counter()
        self.anonymised: Counter[str] = Counter()
        self.unlinked: Counter[str] = Counter()
        self.mentions: Counter[str] = Counter()

    def note(self, sets: Worksets, unlinked: dict[str, int]) -> None:
        for rows in sets:
            name = rows.table.name
            by_decision = sets.count(rows, [State.UNLINKED])
            self.mentions[name] += max(0, unlinked.get(name, 0) - by_decision)
            self.removed[name] += sets.count(rows, [State.DELETE])
            changed = sets.count(rows, [State.ANONYMISE])
            by_unlinking = rows.table.on_delete is OnDelete.UNLINK
            (self.unlinked if by_unlinking else self.anonymised)[name] += changed
        self.unlinked.update(unlinked)

    def into(self, result: Deleted, system: System) -> Deleted:
        series = {table.name: table.series for table in system.tables}

        def counts(found: Counter[str]) -> tuple[TableCount, ...]:
            rows = sorted((name, count) for name, count in found.items() if count)
            return tuple(TableCount(name, series.get(name, ""), count) for name, count in rows)

        return Deleted(
            system=result.system,
            dry_run=result.dry_run,
            removed=counts(self.removed),
            anonymised=counts(self.anonymised),
            unlinked=counts(self.unlinked),
            mentions=counts(self.mentions),
            retained=result.retained,
            needs_decision=result.needs_decision,
            sample=result.sample,
            messages=result.messages,
            done=not result.needs_decision,
        )


def _grounds(plan: Plan) -> list[Ground]:
    """Return what is kept, by table and ground, and which columns of changed rows are."""
    found = []
    for rows in plan.sets:
        for keep in plan.grounds:
            state = plan.ground_state(keep)
            if count := plan.sets.count(rows, [state]):
                until = _until(plan, rows, (keep, state))
                found.append(_ground(rows, keep, count=count, until=until))
        found += _column_grounds(plan, rows)
    return found


def _column_grounds(plan: Plan, rows: Workset) -> list[Ground]:
    states = [State.ANONYMISE, State.DISPOSED]
    count = plan.sets.count(rows, states)
    by_keep: dict[Keep, list[str]] = {}
    for column in rows.table.columns:
        rule = column.on_delete
        if rule is not None and rule.disposal is Disposal.KEEP and rule.keep is not None:
            by_keep.setdefault(rule.keep, []).append(column.name)
    if not count:
        return []
    return [
        _ground(
            rows, keep, count=count, until=_until(plan, rows, (keep, State.ANONYMISE)), names=names
        )
        for keep, names in by_keep.items()
    ]


def _ground(
    rows: Workset, keep: Keep, *, count: int, until: date | None, names: list[str] | None = None
) -> Ground:
    return Ground(
        table=rows.table.name,
        series=rows.table.series,
        count=count,
        ground=keep.ground,
        citation=keep.citation,
        until=until,
        columns=tuple(names or ()),
    )


def _until(plan: Plan, rows: Workset, kept: tuple[Keep, int]) -> date | None:
    """Return the day on which the last of the kept rows may go."""
    keep, state = kept
    if keep.period is None or keep.trigger is None or keep.trigger not in rows.live.c:
        return keep.until
    newest = sa.select(sa.func.max(rows.live.c[keep.trigger])).join(rows.temp, rows.same_row)
    day = day_of(
        plan.sets.connection.execute(newest.where(plan.sets.is_in(rows, [state]))).scalar_one()
    )
    return add(keep.period, to=day) if day else None
