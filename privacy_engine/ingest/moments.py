"""How instants and days are spelled on the wire (pure)."""

import re
from datetime import UTC, date, datetime

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FRACTION = re.compile(r"\.(\d+)")


def parse_rfc3339(text: str) -> datetime:
    """Return the instant that a text names, aware UTC, to the microsecond.

    Raises:
        ValueError: it is not RFC 3339, has no offset, or is no possible instant.

    Source: RFC 3339 5.6.
    """
    if not _RFC3339.fullmatch(text):
        msg = "not an RFC 3339 instant"
        raise ValueError(msg)
    # Nine digits are allowed; Python reads six.
    spelled = _FRACTION.sub(lambda found: "." + found.group(1)[:6].ljust(6, "0"), text.upper())
    try:
        return datetime.fromisoformat(spelled).astimezone(UTC)
    except OverflowError:
        msg = "outside the calendar"
        raise ValueError(msg) from None


def parse_day(text: object) -> date | None:
    """Return the day that a text names as YYYY-MM-DD, or None."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
