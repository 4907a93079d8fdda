"""Which days are holidays and which are business days, by calendars that are data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from privacy_engine.errors import UnknownCode
from privacy_engine.law.statutes import calendar_tables

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Reading(StrEnum):
    """Two readings of "business day": the plain one, and the one that counts more days."""

    LEGAL = "legal"
    STRICT = "strict"


@dataclass(frozen=True)
class Holiday:
    """One day on which a calendar rests, and why."""

    on: date
    name: str
    citation: str
    confidence: str


@dataclass(frozen=True)
class Weekend:
    """The weekdays (0 is Monday) that are no business days under each reading."""

    legal: frozenset[int]
    strict: frozenset[int]
    citation: str
    strict_citation: str


def holidays(calendar: str, year: int) -> tuple[Holiday, ...]:
    """Return the holidays that fall in a year, in order, those moved to a weekday included.

    A holiday that is kept on another day is listed on both: the law adds the second day and
    does not take away the first.

    Raises:
        UnknownCode: no such calendar; the sentence lists the known ones.
    """
    return tuple(sorted(_by_day(calendar, year).values(), key=lambda each: each.on))


def holiday(calendar: str, day: date) -> Holiday | None:
    """Return the holiday on a day, or None."""
    return _by_day(calendar, day.year).get(day)


def is_business_day(day: date, *, calendar: str, reading: Reading = Reading.LEGAL) -> bool:
    """Return whether a local day is a business day.

    `Reading.LEGAL`: Monday to Friday less the holidays. `Reading.STRICT`: the weekend is only
    what the statute says it is, so in California a Saturday counts.

    Raises:
        UnknownCode: no such calendar.
    """
    rest = weekend(calendar)
    days = rest.legal if reading is Reading.LEGAL else rest.strict
    return day.weekday() not in days and holiday(calendar, day) is None


@cache
def weekend(calendar: str) -> Weekend:
    """Return which weekdays a calendar rests on, under both readings, with citations."""
    head = _table(calendar)["calendar"]
    return Weekend(
        legal=frozenset(WEEKDAYS.index(name) for name in head["weekend"]),
        strict=frozenset(WEEKDAYS.index(name) for name in head["strict_weekend"]),
        citation=head["citation"],
        strict_citation=head["strict_citation"],
    )


def gaps(calendar: str, year: int) -> tuple[str, ...]:
    """Return the holidays whose dates come from a table that does not reach this year."""
    return tuple(
        row["name"]
        for row in _table(calendar).get("holiday", ())
        if row["rule"] == "table" and _in_years(row, year) and not _listed(row, year)
    )


def _table(calendar: str) -> Mapping[str, Any]:
    tables = calendar_tables()
    if calendar not in tables:
        raise UnknownCode(f"this calendar is not known; known are {', '.join(tables)}")
    return tables[calendar]


@cache
def _by_day(calendar: str, year: int) -> Mapping[date, Holiday]:
    found: dict[date, Holiday] = {}
    rows = _table(calendar).get("holiday", ())
    # A holiday of the next or last year may be kept in this one: 1 January on a Saturday.
    for near in range(max(year - 1, MINYEAR), min(year + 1, MAXYEAR) + 1):
        for row in rows:
            for each in _days(row, near):
                if each.on.year == year:
                    found.setdefault(each.on, each)
    return found


def _days(row: Mapping[str, Any], year: int) -> Iterator[Holiday]:
    day = _day(row, year) if _in_years(row, year) else None
    if day is None:
        return
    yield Holiday(day, row["name"], row["citation"], row["confidence"])
    moved = row.get("moved", {}).get(WEEKDAYS[day.weekday()])
    if moved is not None:
        name = f"{row['name']} (kept for {WEEKDAYS[day.weekday()]} {day})"
        kept_on = day + timedelta(days=moved)
        citation = row.get("moved_citation", row["citation"])
        yield Holiday(kept_on, name, citation, row.get("moved_confidence", row["confidence"]))


def _in_years(row: Mapping[str, Any], year: int) -> bool:
    return bool(row.get("from_year", MINYEAR) <= year <= row.get("to_year", MAXYEAR))


def _day(row: Mapping[str, Any], year: int) -> date | None:
    match row["rule"]:
        case "fixed":
            return date(year, row["month"], row["day"])
        case "nth_weekday":
            return _nth_weekday(year, row)
        case "easter":
            return _easter(year) + timedelta(days=row["offset"])
        case _:
            return next(iter(_listed(row, year)), None)


def _listed(row: Mapping[str, Any], year: int) -> list[date]:
    return [day for day in row["dates"] if day.year == year]


def _nth_weekday(year: int, row: Mapping[str, Any]) -> date:
    weekday = WEEKDAYS.index(row["weekday"])
    if row["nth"] > 0:
        first = date(year, row["month"], 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (row["nth"] - 1))
    # nth = -1 is the last of the month, found by walking back from the first of the next one.
    following = date(year + row["month"] // 12, row["month"] % 12 + 1, 1)
    return following - timedelta(days=(following.weekday() - weekday - 1) % 7 + 1)


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous method of 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap, leap_rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * leap_rest + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)
