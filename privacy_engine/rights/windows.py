"""Back to when a request to know reaches (pure).

Source: Civ. Code 1798.130(a)(2)(B); 11 CCR 7024(h): the 12 months before receipt, and further back
when the person asks for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from privacy_engine.errors import FieldError, InvalidInput
from privacy_engine.law.periods import Period, add

_TWELVE_MONTHS_AGO = Period(months=-12)
_FIRST_MIDNIGHT = timedelta(hours=14)  # a day begins so long before it does in Greenwich
ALL = "all"


@dataclass(frozen=True)
class Window:
    """Both days included, local; None is open to that side. `usual` when nobody asked for more."""

    first: date | None
    last: date | None
    usual: bool = False

    def covers(self, days: Iterable[date]) -> bool:
        """Return whether anything of a record, from its first to its last day, lies inside.

        A record without a day is always inside: it is held now.
        """
        known = sorted(days)
        if not known:
            return True
        after = self.first is None or known[-1] >= self.first
        return after and (self.last is None or known[0] <= self.last)


EVERYTHING = Window(None, None)


def window_of(asked: object, *, received_at: datetime, zone: ZoneInfo) -> Window:
    """Return the window that a request asked for; `asked` was checked when it was taken."""
    if asked == ALL:
        return EVERYTHING
    if isinstance(asked, dict) and asked:
        return Window(_day(asked.get("from")), _day(asked.get("to")))
    received_on = received_at.astimezone(zone).date()
    return Window(add(_TWELVE_MONTHS_AGO, to=received_on), None, usual=True)


def require_begun(asked: object, *, now: datetime) -> None:
    """Refuse a window that begins in the future: nothing can be held of it. `now` is aware.

    Raises:
        InvalidInput: it begins on a day that has begun nowhere on earth yet.
    """
    first = _day(asked.get("from")) if isinstance(asked, dict) else None
    if first and first > (now + _FIRST_MIDNIGHT).astimezone(UTC).date():
        fault = FieldError("/window/from", "lies in the future")
        raise InvalidInput("the window begins in the future", errors=[fault])


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


def day_of(value: object) -> date | None:
    """Return the day that a system's value names, or None; the hour does not matter."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
