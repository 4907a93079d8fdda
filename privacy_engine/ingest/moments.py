"""How instants and days are spelled on the wire (pure)."""

import re
from datetime import UTC, date, datetime, timedelta

# Beyond these nothing happens to anybody, and sums with periods and zones leave the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2999

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FRACTION = re.compile(r"\.(\d+)")
_DAY_LONG = timedelta(days=1)
_LEAP = "60"


def parse_rfc3339(text: str) -> datetime:
    """Return the instant that a text names, aware UTC, to the microsecond.

    A leap second is the last instant before it, so that it stays on its day.

    Raises:
        ValueError: it is not RFC 3339, has no offset, is no possible instant, or lies outside
            the years 1900 to 2999.

    Source: RFC 3339 5.6 and 5.7.
    """
    if not _RFC3339.fullmatch(text):
        msg = "not an RFC 3339 instant"
        raise ValueError(msg)
    leap = text[17:19] == _LEAP
    try:
        found = datetime.fromisoformat(_readable(text, leap=leap)).astimezone(UTC)
    except OverflowError:
        msg = "outside the calendar"
        raise ValueError(msg) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR or (leap and not _ends_month(found)):
        msg = "outside the calendar"
        raise ValueError(msg)
    return found


def _readable(text: str, *, leap: bool) -> str:
    # Nine digits are allowed; Python reads six. It knows no second 60.
    if not leap and "." not in text:
        return text.upper()
    if leap:
        return f"{text[:17]}59.999999{_FRACTION.sub('', text[19:])}".upper()
    return _FRACTION.sub(lambda found: "." + found.group(1)[:6].ljust(6, "0"), text.upper())


def _ends_month(moment: datetime) -> bool:
    return (moment.hour, moment.minute) == (23, 59) and (moment + _DAY_LONG).day == 1


def parse_day(text: object) -> date | None:
    """Return the day that a text names as YYYY-MM-DD, in the years 1900 to 2999, or None."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
