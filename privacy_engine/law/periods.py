"""ISO 8601 periods, added to days and instants as a calendar does it.

The month-end rule: years and months are added first, as one count of months; where the month
reached has no such day, its last day is taken (31 January + P1M is 28 or 29 February); weeks and
days are added after that.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from privacy_engine.errors import InvalidInput

_PARTS = re.compile(
    r"P(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,5})M)?"
    r"(?:(?P<weeks>[0-9]{1,5})W)?(?:(?P<days>[0-9]{1,6})D)?"
)
_SHAPE = (
    "a period is written as whole years, months, weeks or days, such as P24M, P7Y, P90D or P1Y6M"
)
_TOO_FAR = "this period ends after the year 9999"


@dataclass(frozen=True)
class Period:
    """A length of calendar time; a month has no fixed number of days until it is added."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    def __str__(self) -> str:
        """Return the ISO 8601 text; `P0D` when it is empty."""
        parts = ((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
        text = "".join(f"{count}{letter}" for count, letter in parts if count)
        return f"P{text or '0D'}"

    @property
    def in_words(self) -> str:
        """Return it as a person reads it: `1 year and 6 months`."""
        parts = (
            (self.years, "year"),
            (self.months, "month"),
            (self.weeks, "week"),
            (self.days, "day"),
        )
        words = [f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in parts if count]
        if not words:
            return "0 days"
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def parse(text: str) -> Period:
    """Return the period that an ISO 8601 text such as `P24M` names.

    Raises:
        InvalidInput: the text is no period of whole years, months, weeks and days.
    """
    match = _PARTS.fullmatch(text)
    if match is None or not any(match.groupdict().values()):
        raise InvalidInput(_SHAPE)
    return Period(**{name: int(count or 0) for name, count in match.groupdict().items()})


def add(period: Period, *, to: date) -> date:
    """Return the day that lies the period after `to`, by the month-end rule above.

    Raises:
        InvalidInput: that day lies after the year 9999.
    """
    months = to.year * 12 + (to.month - 1) + period.years * 12 + period.months
    year, month = months // 12, months % 12 + 1
    try:
        reached = date(year, month, min(to.day, monthrange(year, month)[1]))
        return reached + timedelta(weeks=period.weeks, days=period.days)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_TOO_FAR) from error


def add_to_instant(period: Period, *, to: datetime, zone: tzinfo) -> datetime:
    """Return the UTC instant that lies the period after `to` on the wall clock of `zone`.

    The local time of day is kept. Where it does not exist on the day reached (clocks go forward)
    the instant is the one the same reading would have had before the change, so it shows as an
    hour later; where it exists twice, the first is taken.

    Raises:
        InvalidInput: `to` bears no zone, or the result lies outside the years 1 to 9999.
    """
    if to.utcoffset() is None:
        raise InvalidInput("an instant needs its zone")
    try:
        local = to.astimezone(zone)
        reached = add(period, to=local.date())
        return datetime.combine(reached, local.time(), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_TOO_FAR) from error
