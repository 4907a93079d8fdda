"""Whether a date, however a table writes it, lies at or before the end of a period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.matching import kind_of
from privacy_engine.errors import Conflict

Condition = sa.ColumnElement[bool]

_DAY_LENGTH = 10
_ISO_DAY = "____-__-__%"


@dataclass(frozen=True, repr=False)
class Deed:
    """What a run does, in the terms of one database; moments as (aware UTC, naive)."""

    series: str
    trigger: str
    on: date
    last_day: date
    last_moment: tuple[datetime, datetime]
    secret: bytes
    anonymise: bool
    some_held: bool
    all_held: bool
    dialect: str = ""


def at_or_before(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Return whether a live date column is at or before the cutoff, in the column's own type."""
    compare = _COMPARED.get(kind_of(column))  # type: ignore[arg-type]
    if compare is None:
        raise Conflict(f"column {column.key} starts a retention period but holds no dates")
    return compare(column, deed)


def _by_day(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    return column <= deed.last_day


def _by_moment(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    aware, naive = deed.last_moment
    return column <= (aware if getattr(column.type, "timezone", False) else naive)


def _by_text(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Texts hold ISO dates; one with a time of day waits for the end of its day."""
    last = deed.last_day.isoformat()
    if deed.dialect == "sqlite":
        # Compared byte by byte there, so that the whole text sorts as its day does, and an index
        # serves; elsewhere a collation may skip the hyphens.
        return sa.and_(column <= last, column.like(_ISO_DAY))
    day = sa.func.substr(column, 1, _DAY_LENGTH)
    only_day = sa.and_(column == last, sa.func.length(column) == _DAY_LENGTH)
    return sa.and_(column.like(_ISO_DAY), sa.or_(day < last, only_day))


_COMPARED: dict[str, Callable[[sa.ColumnElement[Any], Deed], Condition]] = {
    "day": _by_day,
    "instant": _by_moment,
    "text": _by_text,
}


def later_than_due(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Return whether a date lies after what is due, spelled so that an index serves."""
    kind = kind_of(column)  # type: ignore[arg-type]
    if kind == "instant":
        aware, naive = deed.last_moment
        return column > (aware if getattr(column.type, "timezone", False) else naive)
    if kind == "text":
        return sa.and_(column > deed.last_day.isoformat(), column.like(_ISO_DAY))
    return column > deed.last_day


def before_day(column: sa.ColumnElement[Any], day: date) -> Condition:
    """Return whether a date column lies before a day, in the column's own type."""
    if isinstance(column.type, sa.DateTime):
        return column < datetime(day.year, day.month, day.day)  # noqa: DTZ001  the column's own zone
    return column < (day if isinstance(column.type, sa.Date) else day.isoformat())


def day_of(value: object) -> date | None:
    """Return the day of what a date column gave; None for nothing."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return date.fromisoformat(value[:_DAY_LENGTH])
    return value if isinstance(value, date) else None
