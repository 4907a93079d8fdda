"""When a duty falls due, with the proof of the date.

The clock starts at receipt, whatever verification takes. The day of receipt, in the local time of
the jurisdiction, is day 0. `legal_due_on` is the plain reading, on which a breach is judged;
`strict_due_on` is the reading that leaves least room for argument, which letters and queues
promise.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from privacy_engine.errors import InvalidInput
from privacy_engine.law import periods, wording
from privacy_engine.law.calendars import Reading, is_business_day
from privacy_engine.law.clauses import Clause, Limit, Strict, Unit, clause, jurisdiction, versions

_ONE_DAY = timedelta(days=1)
_NO_ZONE = (
    "the time of receipt must be a real date and time with a zone or offset,"
    " such as 2026-11-23T10:00-08:00 or 2026-11-23T18:00Z"
)
_TOO_FAR = "the time of receipt or its due date lies outside the years 1 to 9999"


@dataclass(frozen=True)
class Deadline:
    """The day by which a duty must be met, under both readings, and why.

    Days are local to `time_zone`. `due_at` is the UTC instant of a limit in hours or minutes,
    else None. Where `limit` is at least, both days are the first on which one may act.
    """

    duty: str
    jurisdiction: str
    received_on: date
    time_zone: str
    legal_due_on: date
    strict_due_on: date
    due_at: datetime | None
    limit: Limit
    citation: str
    confidence: str
    to_be_confirmed: bool
    steps: tuple[str, ...]


def due(
    duty: str,
    received_at: datetime,
    *,
    jurisdiction: str | None = None,
    zone: ZoneInfo | None = None,
) -> Deadline:
    """Return when a duty that began at an instant falls due.

    The version of the clause in force on the local day of receipt governs. `jurisdiction` is
    read from the duty's prefix when absent; `zone` overrides its time zone (a federal duty of a
    controller in California is counted in California days).

    Raises:
        InvalidInput: the instant bears no zone, or a date leaves the years 1 to 9999.
        UnknownCode: no such duty or jurisdiction.
        NotFound: the duty was not in force on the day of receipt.
    """
    days = zone or _zone_of(duty, jurisdiction)
    received_on = _local_day(received_at, days)
    governing = clause(duty, on=received_on, jurisdiction=jurisdiction)
    try:
        counted = _count(governing, received_on=received_on, received_at=received_at, zone=days)
    except OverflowError as error:
        raise InvalidInput(_TOO_FAR) from error
    received = wording.Receipt(at=received_at, on=received_on, zone=days)
    return Deadline(
        duty=governing.duty,
        jurisdiction=governing.jurisdiction,
        received_on=received_on,
        time_zone=days.key,
        legal_due_on=counted.legal_on,
        strict_due_on=counted.strict_on,
        due_at=counted.at,
        limit=governing.limit,
        citation=governing.citation,
        confidence=governing.confidence,
        to_be_confirmed=governing.to_be_confirmed,
        steps=tuple(wording.steps(governing, received=received, counted=counted)),
    )


def explain(
    duty: str,
    received_at: datetime,
    *,
    jurisdiction: str | None = None,
    zone: ZoneInfo | None = None,
) -> tuple[str, ...]:
    """Return the proof of the date that `due` gives: its steps, in plain English."""
    return due(duty, received_at, jurisdiction=jurisdiction, zone=zone).steps


def instant(text: str) -> datetime:
    """Return the instant that an ISO 8601 text with a zone names; seconds may be left out.

    Raises:
        InvalidInput: it is no such text; a time without zone is never guessed at.
    """
    try:
        read = datetime.fromisoformat(text.strip().upper())
    except ValueError as error:
        raise InvalidInput(_NO_ZONE) from error
    if read.utcoffset() is None:
        raise InvalidInput(_NO_ZONE)
    return read


def _zone_of(duty: str, code: str | None) -> ZoneInfo:
    home = code if code is not None else versions(duty)[0].jurisdiction
    return ZoneInfo(jurisdiction(home).time_zone)


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    if at.utcoffset() is None:
        raise InvalidInput(_NO_ZONE)
    try:
        return at.astimezone(zone).date()
    except (OverflowError, ValueError) as error:
        raise InvalidInput(_TOO_FAR) from error


def _count(
    governing: Clause, *, received_on: date, received_at: datetime, zone: ZoneInfo
) -> wording.Counted:
    match governing.unit:
        case Unit.HOURS | Unit.MINUTES:
            return _count_time(governing, received_at=received_at, zone=zone)
        case Unit.BUSINESS_DAYS:
            return _count_business_days(governing, received_on=received_on)
        case Unit.CALENDAR_DAYS | Unit.MONTHS | Unit.YEARS | Unit.YEARLY:
            return _count_days(governing, received_on=received_on)


def _count_time(governing: Clause, *, received_at: datetime, zone: ZoneInfo) -> wording.Counted:
    seconds = governing.value * (3600 if governing.unit is Unit.HOURS else 60)
    at = received_at.astimezone(UTC) + timedelta(seconds=seconds)
    day = at.astimezone(zone).date()
    return wording.Counted(plain_on=day, legal_on=day, strict_on=day, at=at)


def _count_business_days(governing: Clause, *, received_on: date) -> wording.Counted:
    calendar = jurisdiction(governing.jurisdiction).calendar

    def reach(reading: Reading) -> date:
        day, left = received_on, governing.value
        while left:
            day += _ONE_DAY
            left -= is_business_day(day, calendar=calendar, reading=reading)
        return day

    legal_on = reach(Reading.LEGAL)
    strict_on = reach(Reading.STRICT) if governing.strict is Strict.SATURDAYS_COUNT else legal_on
    return wording.Counted(plain_on=legal_on, legal_on=legal_on, strict_on=strict_on)


def _count_days(governing: Clause, *, received_on: date) -> wording.Counted:
    plain_on = _plain_day(governing, received_on=received_on)
    legal_on = _rolled(plain_on, governing) if governing.rolls else plain_on
    earlier = {Strict.DAY_LESS: plain_on - _ONE_DAY, Strict.NOT_ROLLED: plain_on}
    strict_on = earlier.get(governing.strict, legal_on)
    return wording.Counted(plain_on=plain_on, legal_on=legal_on, strict_on=strict_on)


def _plain_day(governing: Clause, *, received_on: date) -> date:
    match governing.unit:
        case Unit.MONTHS:
            return periods.add(periods.Period(months=governing.value), to=received_on)
        case Unit.YEARS:
            return periods.add(periods.Period(years=governing.value), to=received_on)
        case Unit.YEARLY:
            month, day = (int(part) for part in governing.month_day.split("-"))
            this_year = date(received_on.year, month, day)
            if received_on <= this_year:
                return this_year
            return periods.add(periods.Period(years=1), to=this_year)
        case _:
            return periods.add(periods.Period(days=governing.value), to=received_on)


def _rolled(day: date, governing: Clause) -> date:
    calendar = jurisdiction(governing.jurisdiction).calendar
    while not is_business_day(day, calendar=calendar):
        day += _ONE_DAY
    return day
