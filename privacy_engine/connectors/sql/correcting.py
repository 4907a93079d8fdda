"""Corrections: new values in the person's own rows, all or nothing."""

import json
from collections import Counter
from functools import partial
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.protocol import Corrected, Correction, TableCount
from privacy_engine.connectors.sql.execute import update_rows
from privacy_engine.connectors.sql.permissions import is_refused
from privacy_engine.connectors.sql.states import State
from privacy_engine.connectors.sql.value_refusals import plainly_refused
from privacy_engine.connectors.sql.workset import Workset
from privacy_engine.connectors.sql.worksets import Worksets
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import System


def correct_rows(sets: Worksets, system: System, corrections: tuple[Correction, ...]) -> Corrected:
    """Return how many rows bear the corrected values now.

    Only rows that are the person's alone are changed, and only columns that the map declares.

    Raises:
        InvalidInput: a correction names a key, a table or column that the map does not, or one
            that the database computes, or a value that the database does not take.
        Conflict: the account may not write there; nothing changed.
    """
    by_group: dict[tuple[str, str, str | int | None], dict[str, object]] = {}
    for correction in corrections:
        _check(system, correction)
        _require_writable(sets, system, correction)
        # Values that belong together in one row are written together; a constraint may want that.
        about = correction.column if correction.was is not None else ""
        group = (correction.table, about, correction.was)
        by_group.setdefault(group, {})[correction.column] = _as_held(sets, correction)
    changed: Counter[str] = Counter()
    done = True
    for (name, column, was), values in by_group.items():
        columns = [sets[name].live.c[item] for item in values]
        with plainly_refused(system.code, columns):
            count = _write(sets, sets[name], values, only=(column, was))
        changed[name] += count
        done = done and count > 0
    if sets.schema.dialect == "postgresql":  # what is deferred is asked now
        with plainly_refused(system.code):
            sets.connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    series = {name: sets[name].table.series for name in changed}
    counts = [TableCount(name, series[name], count) for name, count in changed.items() if count]
    return Corrected(system.code, tuple(counts), done=done)


def _write(
    sets: Worksets, rows: Workset, values: dict[str, object], *, only: tuple[str, str | int | None]
) -> int:
    """Write values into the person's own rows; return in how many they stand then."""
    column, was = only
    chosen = [sets.is_in(rows, [State.OWNED])]
    if was is None:
        count = sets.count(rows, [State.OWNED])
    else:
        live = rows.live.c[column]
        # What was written before a crash bears the new value already.
        chosen.append(sa.or_(_holds(live, was), _holds(live, values[column])))
        query = sa.select(sa.func.count()).select_from(rows.live).join(rows.temp, rows.same_row)
        count = int(sets.connection.execute(query.where(*chosen)).scalar_one())
    if count:
        update_rows(sets, rows, values, chosen=chosen)
    return count


def _require_writable(sets: Worksets, system: System, correction: Correction) -> None:
    """Say in words of its own what the database would refuse with an error of its own."""
    column = sets.schema.live[correction.table].c[correction.column]
    place = f"{correction.table}.{correction.column}"
    if column.computed is not None or (column.identity is not None and column.identity.always):
        raise InvalidInput(f"{place} is computed by the database, so nobody can correct it")
    nothing = sa.update(column.table).where(sa.text("1 = 0")).values({column.name: column})
    if is_refused(sets.connection, partial(sets.connection.execute, nothing)):
        raise Conflict(f"the account of {system.code} may not change {place}; nothing changed")


def _holds(column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
    """Return the condition that a column shows this value, whatever its type."""
    if value is None:
        return column.is_(None)
    text = column if isinstance(column.type, sa.String) else sa.cast(column, sa.String(255))
    return text == str(value)


def _as_held(sets: Worksets, correction: Correction) -> object:
    """Return the new value as its column holds it: a document is written as one, not as a text.

    Raises:
        InvalidInput: the column holds documents, and the value is none.
    """
    column = sets[correction.table].live.c[correction.column]
    if not isinstance(column.type, sa.JSON) or not isinstance(correction.value, str):
        return correction.value
    try:
        return json.loads(correction.value)
    except ValueError:
        place = f"{correction.table}.{correction.column}"
        raise InvalidInput(f"{place} holds a document: write it as JSON") from None


def _check(system: System, correction: Correction) -> None:
    table = next((item for item in system.tables if item.name == correction.table), None)
    known = table.column(correction.column) if table else None
    if table is None or known is None or correction.column in table.key:
        raise InvalidInput(
            f"{system.code} has no column {correction.table}.{correction.column} to correct"
        )
