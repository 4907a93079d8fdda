"""Walks from identifiers to rows, and back out of every row that is not the person's alone.

What must hold at the end:
(1) every row that an identifier names, or that an owning link leads to, is in its workset;
(2) a row is OWNED only if each of its owning links leads to an owned row, and nobody else's
    row claims it;
(3) what hangs on a shared or co-owned row is known, and left for a decision.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.matching import has_values, identity_conditions
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.states import UNDECIDED, State
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Owner, Ownership

_MOST_ROUNDS = 1_000_000


def walk(sets: Worksets, identifiers: Identifiers) -> None:
    """Fill the worksets with the rows that concern one person."""
    for rows in sets:
        _seed(sets, rows, identifiers)
    # For (1) each round follows only the rows that the round before added.
    _spread(sets, [State.OWNED], reached=None)
    # For (2) each claim taken away may take away others.
    while _demote(sets):
        pass
    # For (3) the walk goes on from the rows that are not the person's alone.
    others = [State.SHARED, *UNDECIDED]
    for rows in sets:
        if sets.count(rows, others):
            restart = sa.update(rows.temp).where(sets.is_in(rows, others))
            sets.connection.execute(restart.values(round=0))
    _spread(sets, others, reached=State.VIA_SHARED)


def _seed(sets: Worksets, rows: Workset, identifiers: Identifiers) -> None:
    """Add the rows that the person's identifiers name.

    A telephone or device may be shared: a row that it names, but that bears somebody else's
    address or account, is left for a decision.
    """
    owned = State.OWNED if rows.table.owner is Owner.SUBJECT else State.SHARED
    strong = [identity for identity in rows.table.identities if identity.kind.names_one_person]
    name = rows.table.name
    for identity in strong:
        for condition in identity_conditions(sets.schema, name, identity, identifiers=identifiers):
            sets.add(rows, condition, round_=0, state=owned)
    known = [identity for identity in strong if has_values(identity, identifiers)]
    others = [_is_given(rows, identity.column) for identity in known]
    for identity in set(rows.table.identities) - set(strong):
        for condition in identity_conditions(sets.schema, name, identity, identifiers=identifiers):
            clash = sa.or_(*others) if others else sa.false()
            sets.add(rows, sa.and_(condition, clash), round_=0, state=State.WEAK)
            sets.add(rows, condition, round_=0, state=owned)


def _is_given(rows: Workset, name: str) -> sa.ColumnElement[bool]:
    column = rows.live.c[name]
    given = column.is_not(None)
    return sa.and_(given, column != "") if isinstance(column.type, sa.String) else given


def _spread(sets: Worksets, states: Iterable[State], *, reached: State | None) -> None:
    """Follow owning links from rows in `states` until a round adds nothing."""
    states = list(states)
    fresh = {rows.table.name for rows in sets if sets.count(rows, states)}
    for round_ in range(_MOST_ROUNDS):
        if not fresh:
            return
        added: set[str] = set()
        for link in sets.schema.links:
            if reached is None or _is_followed(sets, link):
                added |= _follow(sets, link, (fresh, states, reached, round_))
        fresh = added
    raise Conflict("the rows of one person form a chain without end")


def _is_followed(sets: Worksets, link: Link) -> bool:
    """What hangs on somebody else's row is theirs, and no question for an officer."""
    source = link.child if link.ownership is Ownership.TARGET else link.target
    return sets.schema.tables[source].owner is not Owner.OTHER


_Round = tuple[set[str], list[State], State | None, int]


def _follow(sets: Worksets, link: Link, at: _Round) -> set[str]:
    fresh, states, reached, round_ = at
    if link.ownership is Ownership.ROW and link.target in fresh:
        rows = sets[link.child]
        condition = sets.points_at(link, states, round_=round_)
    elif link.ownership is Ownership.TARGET and link.child in fresh:
        rows = sets[link.target]
        condition = sets.named_by(link, states, round_=round_)
    else:
        return set()
    owned = State.OWNED if rows.table.owner is Owner.SUBJECT else State.SHARED
    added = sets.add(rows, condition, round_=round_ + 1, state=reached or owned)
    return {rows.table.name} if added else set()


def _demote(sets: Worksets) -> bool:
    """Take OWNED from rows that somebody else has a claim to; return whether any was taken."""
    moved = 0
    for link in sets.schema.links:
        if _nobody_else_claims(sets, link):
            continue
        if link.ownership is Ownership.ROW:
            rows = sets[link.child]
            claims = _claimed_by_target(sets, link)
        elif link.ownership is Ownership.TARGET:
            rows = sets[link.target]
            claims = (sets.others_point_at(link),)
        else:
            continue
        moved += sets.move(rows, State.CO_OWNED, [State.OWNED], *claims)
    return moved > 0


def _claimed_by_target(sets: Worksets, link: Link) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a row names somebody else's; a shared value names several."""
    if not sets.schema.is_unique(link.target, link.to_columns):
        return (sets.points_at_others(link),)
    named = sets[link.child].values(link.columns)
    return (
        *(column.is_not(None) for column in named),
        ~sets.kept_points_at(link, [State.OWNED]),
        sets.target_exists(link),
    )


def _nobody_else_claims(sets: Worksets, link: Link) -> bool:
    """Return whether every row here was reached by this one link, from rows that stayed owned."""
    child = sets.schema.tables[link.child]
    if link.ownership is not Ownership.ROW or child.identities:
        return False
    if not sets.schema.is_unique(link.target, link.to_columns):
        return False
    owning = [item for item in sets.schema.out_of(child.name) if item.ownership is Ownership.ROW]
    owning += [item for item in sets.schema.into(child.name) if item.ownership is Ownership.TARGET]
    target = sets[link.target]
    return owning == [link] and sets.count(target, [State.OWNED]) == sets.last(target)
