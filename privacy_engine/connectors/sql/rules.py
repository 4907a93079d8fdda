"""What deletion does to the columns of a row that stays, as expressions of the database."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.matching import identity_conditions
from privacy_engine.connectors.sql.schema import Link
from privacy_engine.connectors.sql.states import State
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.instance.data_map import (
    ColumnRule,
    Disposal,
    OnDelete,
    Owner,
    Ownership,
    Table,
)

MARK = "erased-"
"""Every hash and pseudonym begins with this, so that a repeat knows what is done already."""

_MOST_GROUNDS = 64

OWN_STATES = (
    *(State.OWNED, State.SHARED, State.DELETE, State.ANONYMISE, State.DISPOSED, State.HELD),
    State.LEADS,
    *range(State.RETAINED, State.RETAINED + _MOST_GROUNDS),
)
"""A row in one of these is about the person, whatever is done with it."""


@dataclass(frozen=True)
class AppliedRule:
    """One column, its rule, and the columns that make the rule concern the person, if any."""

    column: str
    rule: ColumnRule
    parties: tuple[str, ...]


def applied_rules(table: Table, links: list[Link]) -> list[AppliedRule]:
    """Return the rules for rows of `table` that stay.

    In a row that others share, an identity or reference column is a party by itself: it is
    cleared only where it names this person.
    """
    identities = [identity.column for identity in table.identities]
    references = [name for link in links for name in clearable(table, links, link)]
    parties = set() if table.owner is Owner.SUBJECT else {*identities, *references}
    if table.on_delete is OnDelete.UNLINK:
        null = ColumnRule(Disposal.NULL)
        names = dict.fromkeys(name for name in [*identities, *references] if name not in table.key)
        return [AppliedRule(name, null, _itself(name, parties)) for name in names]
    return [
        AppliedRule(column.name, column.on_delete, column.parties or _itself(column.name, parties))
        for column in table.columns
        if column.on_delete is not None and column.on_delete.disposal is not Disposal.KEEP
    ]


def _itself(name: str, parties: set[str]) -> tuple[str, ...]:
    return (name,) if name in parties else ()


def clearable(table: Table, links: list[Link], link: Link) -> list[str]:
    """Return the columns of a link that can be emptied without touching key or other links."""
    busy = {name for other in links if other is not link for name in other.columns}
    alone = [name for name in link.columns if name not in table.key and name not in busy]
    return alone or [name for name in link.columns if name not in table.key]


def clears(table: Table, links: list[Link], link: Link) -> bool:
    """Return whether the rules of `table` take a link away from rows that stay."""
    changed = {applied.column for applied in applied_rules(table, links)}
    return bool(changed & set(link.columns))


def concerns(
    sets: Worksets, rows: Workset, parties: tuple[str, ...], *, identifiers: Identifiers
) -> sa.ColumnElement[bool]:
    """Return the condition that a live row concerns the person through one of `parties`."""
    found: list[sa.ColumnElement[bool]] = []
    for identity in rows.table.identities:
        if identity.column in parties:
            found += identity_conditions(
                sets.schema, rows.table.name, identity, identifiers=identifiers
            )
    for link in sets.schema.out_of(rows.table.name):
        if set(parties) & set(link.columns) and link.ownership is not Ownership.TARGET:
            found.append(sets.points_at(link, OWN_STATES))
    return sa.or_(*found) if found else sa.false()


def is_disposed(column: sa.Column[Any], rule: ColumnRule) -> sa.ColumnElement[bool]:
    """Return the condition that a live column already holds what the rule leaves there."""
    if rule.disposal is Disposal.FIXED:
        return sa.and_(column.is_not(None), column == rule.value)
    if rule.disposal is Disposal.NULL or not isinstance(column.type, sa.String):
        return column.is_(None)
    return sa.or_(column.is_(None), column.like(f"{MARK}%"))


def is_untouched(
    sets: Worksets, rows: Workset, *, identifiers: Identifiers
) -> sa.ColumnElement[bool]:
    """Return the condition that some rule still has something to do in a live row."""
    waiting = []
    for applied in applied_rules(rows.table, sets.schema.out_of(rows.table.name)):
        left = ~is_disposed(rows.live.c[applied.column], applied.rule)
        if applied.parties:
            left = sa.and_(left, concerns(sets, rows, applied.parties, identifiers=identifiers))
        waiting.append(left)
    return sa.or_(*waiting) if waiting else sa.false()
