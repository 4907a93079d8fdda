"""Replaces identifiers in rows that stay by keyed hashes, computed outside the database.

The key never enters a statement, where a query log would keep it.
"""

from typing import Any

import sqlalchemy as sa

from privacy_engine import keys
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.plan import Plan
from privacy_engine.connectors.sql.rules import MARK, AppliedRule
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Disposal

_HEX = 32
_LEAST_HEX = 12
_STEP = 500

Condition = sa.ColumnElement[bool]


def replace_by_hash(
    plan: Plan, target: tuple[Workset, AppliedRule], chosen: list[Condition]
) -> None:
    """Replace the values of one column in the chosen rows.

    A keyed hash follows the value, so equal values stay equal and unique ones unique; a
    pseudonym follows the person, so all their rows bear the same one.

    Raises:
        Conflict: the column cannot hold a hash.
    """
    rows, applied = target
    column, connection = rows.live.c[applied.column], plan.sets.connection
    room = _room(rows, column)
    wanted = sa.select(rows.temp.c.n, column).select_from(rows.live).join(rows.temp, rows.same_row)
    not_done = sa.and_(column.is_not(None), ~column.like(f"{MARK}%"))
    found = connection.execute(wanted.where(*chosen, not_done)).all()
    if not found:
        return
    person = _person(plan.identifiers)
    by_person = applied.rule.disposal is Disposal.PSEUDONYM
    hashes = plan.sets.hashes
    connection.execute(sa.delete(hashes))
    for start in range(0, len(found), _STEP):
        part = [
            {"n": n, "h": _hash(plan.order.hash_key, person if by_person else str(value), room)}
            for n, value in found[start : start + _STEP]
        ]
        connection.execute(sa.insert(hashes).values(part))
    change = sa.update(rows.live).where(rows.same_row, rows.temp.c.n == hashes.c.n)
    connection.execute(change.values({applied.column: hashes.c.h}))
    connection.execute(sa.delete(hashes))


def _room(rows: Workset, column: sa.Column[Any]) -> int:
    """Return how many hexadecimal digits fit after the mark."""
    if not isinstance(column.type, sa.String):
        raise Conflict(f"{rows.table.name}.{column.name} is no text and cannot hold a hash")
    room = min(_HEX, (column.type.length or _HEX + len(MARK)) - len(MARK))
    if room < _LEAST_HEX:
        raise Conflict(f"{rows.table.name}.{column.name} is too short to hold a hash")
    return room


def _hash(key: bytes, text: str, room: int) -> str:
    """Return the mark and as many digits of the MAC as fit; addresses count in small letters."""
    digest = keys.mac(key, b"connector\x00" + text.strip().lower().encode())
    return MARK + digest.hex()[:room]


def _person(identifiers: Identifiers) -> str:
    """Return one text for the person, whatever order the identifiers came in."""
    external = [f"{item.issuer}\x00{item.id}" for item in identifiers.externals]
    kinds = (identifiers.emails, identifiers.accounts, identifiers.phones, identifiers.devices)
    return "\x01".join("\x02".join(sorted(kind)) for kind in (*kinds, external))
