"""Plants an invented person in a database: the rows that the data map lists, once."""

import re
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.connectors.sql.schema import Schema
from privacy_engine.connectors.sql.types import kind_of
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Planting, System


def plant_rows(
    connection: sa.Connection, schema: Schema, system: System, *, sentinel: Sentinel
) -> int:
    """Insert the rows that are not there yet; return how many the person has then.

    Raises:
        Conflict: the map names a column that is not there, or a row of somebody else bears the
            key of an invented person: it would be taken out with them.
    """
    for planting in system.sentinel:
        _plant(connection, schema, planting, sentinel=sentinel)
    return len(system.sentinel)


def uproot_rows(
    connection: sa.Connection, schema: Schema, system: System, *, sentinel: Sentinel
) -> None:
    """Delete the planted rows, the last one first; a deletion by the map may have kept some."""
    for planting in reversed(system.sentinel):
        live, table = schema.live[planting.place], schema.tables[planting.place]
        values = dict(planting.values)
        key = {name: _filled(live.c[name], values[name], sentinel) for name in table.key}
        same = [live.c[name] == value for name, value in key.items()]
        connection.execute(sa.delete(live).where(*same))


def _plant(
    connection: sa.Connection, schema: Schema, planting: Planting, *, sentinel: Sentinel
) -> None:
    live, table = schema.live[planting.place], schema.tables[planting.place]
    unknown = [name for name, _ in planting.values if name not in live.c]
    if unknown:
        raise Conflict(f"table {planting.place} has no column {', '.join(unknown)} to plant")
    values = {name: _filled(live.c[name], value, sentinel) for name, value in planting.values}
    same = [live.c[name] == values[name] for name in table.key]
    fixed = [(name, value) for name, value in planting.values if "{today}" not in str(value)]
    beside = [(name, value) for name, value in fixed if name not in table.key]
    telling = [name for name, value in beside if "{" in str(value)] or [name for name, _ in beside]
    there = sa.select(*(live.c[name] for name in telling or table.key)).where(*same)
    row = connection.execute(there).mappings().first()
    if row is None:
        connection.execute(sa.insert(live).values(values))
    elif any(_plain(row[name]) != _plain(values[name]) for name in telling):
        raise Conflict(
            f"a row of {planting.place} is somebody else's, and bears the number of a drill"
        )


def _plain(value: object) -> str:
    return str(value).strip().casefold()


def _filled(column: sa.Column[Any], value: str | int, sentinel: Sentinel) -> Any:
    """Return a value of the map with the person's words in it, as the column takes it."""
    if isinstance(value, int):
        return value
    text = sentinel.fill(value)
    kind = kind_of(column)
    if kind == "number" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "day":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind == "instant" else text
