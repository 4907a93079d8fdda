"""Whether a date, however a table writes it, lies at or before the end of a period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from privacy_engine.connectors.sql.types import MomentText, kind_of
from privacy_engine.errors import Conflict

Condition = sa.ColumnElement[bool]

_DAY_LENGTH = 10
_ISO_DAY = "____-__-__%"
_FIRST = date(1000, 1, 1)
"""The first day that MariaDB holds for certain."""


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
    compare = _COMPARED.get(kind_of(column))
    if compare is None:
        raise Conflict(f"column {column.key} starts a retention period but holds no dates")
    return compare(column, deed)


def _by_day(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    return _known(column, deed.dialect, column <= deed.last_day)


def _by_moment(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    aware, naive = deed.last_moment
    last = aware if getattr(column.type, "timezone", False) else naive
    return _known(column, deed.dialect, column <= last)


def _known(column: sa.ColumnElement[Any], dialect: str, past: Condition) -> Condition:
    """Return whether a date is past and is one: MariaDB's 0000-00-00 says that nobody knows."""
    return sa.and_(past, column >= _FIRST) if dialect == "mysql" else past


def _by_text(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Texts hold ISO dates; one with a time of day waits for the end of its day."""
    last = deed.last_day.isoformat()
    if deed.dialect == "sqlite":
        # Compared byte by byte there, so that the whole text sorts as its day does, and an index
        # serves; elsewhere a collation may skip the hyphens.
        return sa.and_(column <= _last_text(column, deed), column.like(_ISO_DAY))
    day = sa.func.substr(column, 1, _DAY_LENGTH)
    only_day = sa.and_(column == last, sa.func.length(column) == _DAY_LENGTH)
    return sa.and_(column.like(_ISO_DAY), sa.or_(day < last, only_day))


def _last_text(column: sa.ColumnElement[Any], deed: Deed) -> str:
    """Return the greatest text that is due."""
    if isinstance(column.type, MomentText):
        return deed.last_moment[1].isoformat(" ", timespec="microseconds")
    return deed.last_day.isoformat()


_COMPARED: dict[str, Callable[[sa.ColumnElement[Any], Deed], Condition]] = {
    "day": _by_day,
    "instant": _by_moment,
    "text": _by_text,
}


def later_than_due(column: sa.ColumnElement[Any], deed: Deed) -> Condition:
    """Return whether a date lies after what is due, spelled so that an index serves."""
    kind = kind_of(column)
    if kind == "instant":
        aware, naive = deed.last_moment
        return column > (aware if getattr(column.type, "timezone", False) else naive)
    if kind == "text":
        return sa.and_(column > _last_text(column, deed), column.like(_ISO_DAY))
    return column > deed.last_day


def before_day(column: sa.ColumnElement[Any], day: date, *, dialect: str) -> Condition:
    """Return whether a date column lies before a day; what is no date does not."""
    if isinstance(column.type, sa.DateTime):
        start = datetime(day.year, day.month, day.day)  # noqa: DTZ001  the column's own zone
        return _known(column, dialect, column < start)
    if isinstance(column.type, sa.Date):
        return _known(column, dialect, column < day)
    text = sa.type_coerce(column, sa.String())
    return sa.and_(text < day.isoformat(), text.like(_ISO_DAY))


def day_of(value: object) -> date | None:
    """Return the day of what a date column gave; None for nothing, and for what is no ISO date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:_DAY_LENGTH])
        except ValueError:
            return None
    return value if isinstance(value, date) else None
