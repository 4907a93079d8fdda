"""Decides what happens to each row in the worksets, before anything is changed.

What must hold at the end:
(1) a row is deleted only if no row that stays still refers to it;
(2) whatever stays has a ground, or waits for a decision, and is counted as such;
(3) no cascade of the database can reach a row that is not to be deleted;
(4) what waits for a decision can still be found when that has been taken.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa

from privacy_engine.connectors.protocol import (
    KEPT_BECAUSE,
    OFFICER_GROUND,
    Decided,
    DeleteOrder,
    Identifiers,
)
from privacy_engine.connectors.sql.disposal_dates import before_day
from privacy_engine.connectors.sql.rules import clears, is_untouched
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.states import UNDECIDED, State
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.instance.data_map import (
    Keep,
    OnDelete,
    OnTargetDelete,
    Owner,
    Ownership,
)
from privacy_engine.law.periods import Period, add

_FOUND_BY_WAYS = (State.CO_OWNED, State.VIA_SHARED, State.HELD, State.LEADS, State.LEFT)
_ON_A_WAY = 1 << 20
STAYING = (*UNDECIDED, State.MENTION_BLOCKS, State.HELD, State.LEADS, State.LEFT, State.UNLINKED)


@dataclass
class Plan:
    """The grounds in use; a row's state minus RETAINED is its place in this list."""

    sets: Worksets
    order: DeleteOrder
    identifiers: Identifiers
    grounds: list[Keep] = field(default_factory=list)

    def ground_state(self, keep: Keep) -> int:
        """Return the state of rows kept on this ground."""
        if keep not in self.grounds:
            self.grounds.append(keep)
        return State.RETAINED + self.grounds.index(keep)

    @property
    def retained_states(self) -> range:
        """Return the states of every ground in use."""
        return range(State.RETAINED, State.RETAINED + len(self.grounds))

    def decided(self, table: str) -> OnDelete | None:
        """Return what the officer decided for the undecided rows of a table."""
        found: Decided | None = next(
            (item for item in self.order.decided if item.table == table), None
        )
        return found.action if found else None


def make_plan(sets: Worksets, identifiers: Identifiers, order: DeleteOrder) -> Plan:
    """Return the plan; afterwards every row of the worksets is in a final state."""
    plan = Plan(sets, order, identifiers)
    for rows in sets:
        _settle_undecided(plan, rows)
        _settle(plan, rows)
    # Only once all others are settled is it known whom a party column concerns.
    for rows in sets:
        mark_disposed(sets, rows, identifiers)
    _gather_mentions(plan)
    while sum(_hold(plan, link) for link in sets.schema.links) + _keep_ways(plan):
        pass
    return plan


def _settle_undecided(plan: Plan, rows: Workset) -> None:
    """Carry out the officer's decision for rows that concern others too."""
    action = plan.decided(rows.table.name)
    if action is OnDelete.UNLINK:
        plan.sets.move(rows, State.UNLINKED, UNDECIDED)
    elif action is OnDelete.KEEP:
        # What the map keeps for a while is the person's; these rows are also somebody else's.
        plan.sets.move(rows, plan.ground_state(BY_OFFICER), UNDECIDED)
    elif action is not None and action is not OnDelete.DECIDE:
        _become(plan, rows, (UNDECIDED, action))


def _settle(plan: Plan, rows: Workset) -> None:
    """Give the person's own and shared rows what the map, or a hold, says of them."""
    mine = (State.OWNED, State.SHARED)
    held = next((kept for kept in plan.order.kept if kept.series == rows.table.series), None)
    if held is not None:
        keep = Keep(held.ground, held.citation, until=held.until)
        plan.sets.move(rows, plan.ground_state(keep), mine)
        return
    action = rows.table.on_delete
    if action is OnDelete.DECIDE:
        action = plan.decided(rows.table.name) or OnDelete.DECIDE
    _become(plan, rows, (mine, action))


def _become(plan: Plan, rows: Workset, change: tuple[tuple[State, ...], OnDelete]) -> None:
    states, action = change
    if action is OnDelete.KEEP and rows.table.keep is not None:
        _keep(plan, rows, (states, rows.table.keep))
        return
    outcome = {
        OnDelete.DELETE: State.DELETE,
        OnDelete.ANONYMISE: State.ANONYMISE,
        OnDelete.UNLINK: State.ANONYMISE,
        OnDelete.KEEP: plan.ground_state(BY_OFFICER) if action is OnDelete.KEEP else 0,
        OnDelete.DECIDE: State.LEFT,
    }
    plan.sets.move(rows, outcome[action], states)


BY_OFFICER = Keep(OFFICER_GROUND, KEPT_BECAUSE)


def _keep(plan: Plan, rows: Workset, kept: tuple[tuple[State, ...], Keep]) -> None:
    """Keep rows until their ground ends; those whose ground has ended are deleted."""
    states, keep = kept
    if keep.until is not None and keep.until < plan.order.on:
        plan.sets.move(rows, State.DELETE, states)
        return
    if keep.period is not None and keep.trigger is not None:
        after = last_ended(keep.period, plan.order.on) + timedelta(days=1)
        past = before_day(rows.live.c[keep.trigger], after, dialect=plan.sets.schema.dialect)
        ended = sa.exists().correlate(rows.temp).where(rows.same_row, past)
        plan.sets.move(rows, State.DELETE, states, ended)
    plan.sets.move(rows, plan.ground_state(keep), states)


def last_ended(period: Period, on: date) -> date:
    """Return the latest day from which `period` has run out by `on`."""
    day = on - (add(period, to=on) - on)
    while add(period, to=day + timedelta(days=1)) <= on:
        day += timedelta(days=1)
    while add(period, to=day) > on:
        day -= timedelta(days=1)
    return day


def mark_disposed(sets: Worksets, rows: Workset, identifiers: Identifiers) -> None:
    """Take out rows in which an earlier deletion left nothing to do."""
    if rows.table.on_delete not in {OnDelete.ANONYMISE, OnDelete.UNLINK}:
        return
    waiting = is_untouched(sets, rows, identifiers=identifiers)
    live = sa.exists().correlate(rows.temp).where(rows.same_row, waiting)
    states = [State.OWNED, State.SHARED, State.ANONYMISE]
    sets.move(rows, State.DISPOSED, states, ~live)


def _gather_mentions(plan: Plan) -> None:
    """Bring in every row that refers to one that goes; the officer may let some go too."""
    sets = plan.sets
    brought: set[str] = set()
    while True:
        grown = 0
        for link in sets.schema.links:
            rows = sets[link.child]
            if _was_followed(sets, link, brought) or not _goes(sets, link.target):
                continue
            pointing = sets.points_at(link, [State.DELETE])
            if sets.add(rows, pointing, round_=0, state=State.MENTION):
                brought.add(link.child)
            if plan.decided(rows.table.name) is OnDelete.DELETE:
                grown += sets.move(rows, State.DELETE, [State.MENTION])
        if not grown:
            return


def _goes(sets: Worksets, name: str) -> bool:
    return bool(sets.count(sets[name], [State.DELETE]))


def _was_followed(sets: Worksets, link: Link, brought: set[str]) -> bool:
    """Return whether the walk itself brought in every row that holds this link."""
    is_other = sets.schema.tables[link.target].owner is Owner.OTHER
    return link.ownership is Ownership.ROW and not is_other and link.target not in brought


def is_unlinked(plan: Plan, link: Link) -> bool:
    """Return whether a link is emptied in rows that stay, by map or by decision."""
    decided = plan.decided(link.child) is OnDelete.UNLINK
    return link.on_delete is OnTargetDelete.UNLINK or decided


def _hold(plan: Plan, link: Link) -> int:
    """Keep target rows that a staying row still refers to; return how many."""
    if is_unlinked(plan, link):
        return 0
    sets, child, target = plan.sets, plan.sets[link.child], plan.sets[link.target]
    doomed = [State.DELETE]
    if link.enforced or link.on_delete is OnTargetDelete.DECIDE:
        pointing = sets.kept_points_at(link, doomed)
        is_kept = plan.decided(link.child) is OnDelete.KEEP
        outcome = plan.ground_state(BY_OFFICER) if is_kept else State.MENTION_BLOCKS
        sets.move(child, outcome, [State.MENTION], pointing)
    blocking: list[int] = [State.MENTION_BLOCKS]
    moved = 0
    if link.enforced:
        blocking += [*STAYING, *_changed_but_linked(plan, link)]
        for state in plan.retained_states:
            if sets.count(child, [state]):
                pointed = sets.pointed_at_by(link, [state])
                moved += sets.move(target, state, doomed, pointed)
    if sets.count(child, blocking):
        moved += sets.move(target, State.HELD, doomed, sets.pointed_at_by(link, blocking))
    return moved


def _keep_ways(plan: Plan) -> int:
    """Leave what leads to a row that waits as it is; return how many rows that are.

    A way may go through rows that stay on a ground.
    """
    sets = plan.sets
    waiting = [rows for rows in sets if sets.count(rows, _FOUND_BY_WAYS)]
    for rows in waiting:
        sets.mark(rows, _ON_A_WAY, sets.is_in(rows, _FOUND_BY_WAYS))
    while waiting and sum(_mark_way(sets, link) for link in sets.schema.links):
        pass
    going = [State.DELETE, State.ANONYMISE]
    return sum(
        sets.move(rows, State.LEADS, going, rows.is_marked(_ON_A_WAY)) for rows in sets if waiting
    )


def _mark_way(sets: Worksets, link: Link) -> int:
    here, there = sets[link.target], sets[link.child]
    if link.ownership is Ownership.TARGET:
        here, there = there, here
    if link.ownership is Ownership.NONE or not (sets.last(here) and sets.last(there)):
        return 0
    return sets.mark(here, _ON_A_WAY, ~here.is_marked(_ON_A_WAY), sets.leads_to(link, _ON_A_WAY))


def _changed_but_linked(plan: Plan, link: Link) -> list[State]:
    """Return the states in which rows stay, changed, with the link still in them."""
    table = plan.sets.schema.tables[link.child]
    if clears(table, plan.sets.schema.out_of(link.child), link):
        return []
    return [State.ANONYMISE, State.DISPOSED]
