"""Says in plain English, step by step, how a due date was reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from privacy_engine.law.calendars import WEEKDAYS, gaps, holiday, weekend
from privacy_engine.law.clauses import Clause, Limit, Strict, Unit, clause, jurisdiction

_ONE_DAY = timedelta(days=1)
_CONFIDENCE = {
    "V1-24": "Read in the 2024 edition of the regulations; a later edition may word it otherwise.",
    "V1-20": "Read in the 2020 text of the statute; letters may have moved since.",
    "V2": "Read in a secondary source: to be confirmed by counsel.",
    "R": "Not yet read in the law itself: to be confirmed by counsel.",
}


@dataclass(frozen=True)
class Receipt:
    """When the clock began: the instant, and the day it is in the zone that counts."""

    at: datetime
    on: date
    zone: ZoneInfo


@dataclass(frozen=True)
class Counted:
    """What the count gave; `plain_on` is the last day before any rolling."""

    plain_on: date
    legal_on: date
    strict_on: date
    at: datetime | None = None


def steps(governing: Clause, *, received: Receipt, counted: Counted) -> Iterator[str]:
    """Yield the sentences that lead from receipt to both dates."""
    yield _start(received, governing)
    yield f"Rule: {governing.title}, {_limit(governing)} ({governing.citation})."
    match governing.unit:
        case Unit.BUSINESS_DAYS:
            yield from _business_days(governing, received_on=received.on, counted=counted)
        case Unit.HOURS | Unit.MINUTES:
            yield from _time(governing, received=received, counted=counted)
        case Unit.CALENDAR_DAYS | Unit.MONTHS | Unit.YEARS | Unit.YEARLY:
            yield from _days(governing, counted=counted)
    yield from _remarks(governing, received_on=received.on, counted=counted)


def spoken(day: date) -> str:
    """Return a day as a person reads it and a machine sorts it: `Monday 2026-11-23`."""
    return f"{WEEKDAYS[day.weekday()]} {day.isoformat()}"


def _start(received: Receipt, governing: Clause) -> str:
    local = received.at.astimezone(received.zone)
    return (
        f"The clock starts on {spoken(received.on)} at {local:%H:%M} in {received.zone.key}"
        f" ({governing.starts}); that day is day 0."
    )


def _limit(governing: Clause) -> str:
    if governing.unit is Unit.YEARLY or governing.value == 0:
        return governing.in_words
    joined = "of" if governing.limit is Limit.AT_MOST else "from"
    return f"{governing.in_words} {joined} {governing.starts}"


def _business_days(governing: Clause, *, received_on: date, counted: Counted) -> Iterator[str]:
    calendar = jurisdiction(governing.jurisdiction).calendar
    rest = weekend(calendar)
    yield f"A business day is Monday to Friday and no holiday ({rest.citation})."
    day = received_on
    while day < counted.legal_on:
        day += _ONE_DAY
        yield from _skipped(day, calendar=calendar)
    yield f"Business day {governing.value} is {spoken(counted.legal_on)}: the legal due date."
    if governing.strict is Strict.SATURDAYS_COUNT:
        yield (
            f"Counting Saturdays too, business day {governing.value} is"
            f" {spoken(counted.strict_on)}: the strict due date ({rest.strict_citation})."
        )


def _skipped(day: date, *, calendar: str) -> Iterator[str]:
    rest, found = weekend(calendar), holiday(calendar, day)
    if day.weekday() in rest.strict:
        yield f"Skipped: {spoken(day)}, weekend."
    elif found is not None:
        doubt = "; to be confirmed by counsel" if found.confidence in {"R", "V2"} else ""
        yield f"Skipped: {spoken(day)}, {found.name} ({found.citation}{doubt})."
    elif day.weekday() in rest.legal:
        yield f"Skipped: {spoken(day)}, weekend (the strict reading counts it)."


def _time(governing: Clause, *, received: Receipt, counted: Counted) -> Iterator[str]:
    if counted.at is not None:
        local = counted.at.astimezone(received.zone)
        yield (
            f"{governing.value} {governing.unit.value} later it is {spoken(local.date())} at"
            f" {local:%H:%M}: due then, under either reading."
        )


def _days(governing: Clause, *, counted: Counted) -> Iterator[str]:
    yield f"{_reached(governing)} {spoken(counted.plain_on)}."
    if governing.limit is Limit.AT_LEAST:
        yield f"{spoken(counted.legal_on)} is the first day on which the time has run."
        return
    yield from _rolling(governing, counted=counted)
    yield f"{spoken(counted.legal_on)} is the legal due date."
    yield _strict(governing, counted=counted)


def _reached(governing: Clause) -> str:
    match governing.unit:
        case Unit.MONTHS | Unit.YEARS:
            noun = governing.unit.value if governing.value != 1 else governing.unit.value[:-1]
            return (
                f"{governing.value} {noun} on, the same day of the month"
                " (or the last of a shorter month) is"
            )
        case Unit.YEARLY:
            return "The next such day is"
        case _:
            return f"Day {governing.value} is"


def _rolling(governing: Clause, *, counted: Counted) -> Iterator[str]:
    calendar = jurisdiction(governing.jurisdiction).calendar
    if not governing.rolls:
        yield "Weekends and holidays count, and the last day is not moved for them."
        return
    day = counted.plain_on
    while day < counted.legal_on:
        yield from _skipped_end(day, calendar=calendar)
        day += _ONE_DAY


def _skipped_end(day: date, *, calendar: str) -> Iterator[str]:
    found, rest = holiday(calendar, day), weekend(calendar)
    why, cited = (found.name, found.citation) if found else ("weekend", rest.citation)
    yield f"The time cannot end on {spoken(day)}, {why} ({cited}): it ends a day later."


def _strict(governing: Clause, *, counted: Counted) -> str:
    match governing.strict:
        case Strict.DAY_LESS:
            why = "counting the day of receipt as day 1, one day earlier"
        case Strict.NOT_ROLLED if counted.strict_on != counted.legal_on:
            why = "not moving the last day"
        case _:
            why = "no stricter reading differs"
    return f"{spoken(counted.strict_on)} is the strict due date ({why})."


def _remarks(governing: Clause, *, received_on: date, counted: Counted) -> Iterator[str]:
    if governing.notice_within:
        first = clause(governing.notice_within, on=received_on)
        yield (
            f"The notice of this extension, with its reason, is due inside the first period:"
            f" {first.in_words} of {first.starts} ({first.duty}, {first.citation})."
        )
    if governing.note:
        yield f"Note: {governing.note}"
    if governing.design_default:
        yield "The law gives no number here; this one is the engine's own default."
    calendar = jurisdiction(governing.jurisdiction).calendar
    if governing.unit is Unit.BUSINESS_DAYS:
        for name in gaps(calendar, counted.legal_on.year):
            yield f"The date of {name} in {counted.legal_on.year} is not in the calendar's table."
    if governing.confidence in _CONFIDENCE:
        yield _CONFIDENCE[governing.confidence]
