"""How days, instants and shares are written in every kind of report."""

from collections.abc import Sequence
from datetime import date, datetime
from statistics import mean, median

from privacy_engine.look.formats import day_short


def day(on: date | None) -> str | None:
    """Return a day for a table, nothing for none."""
    return day_short(on) if on else None


def moment(at: datetime | None) -> str | None:
    """Return an instant for a table, in the zone that it carries; nothing for none."""
    return f"{day_short(at.date())}, {at:%H:%M}" if at else None


def share(part: int, whole: int) -> str:
    """Return a share in whole percent, rounded down: 99.9 is not 100."""
    return f"{part * 100 // whole} %" if whole else "\N{EN DASH}"


def median_days(days: Sequence[int]) -> str | None:
    """Return the middle value, as text without a needless fraction; nothing for no values."""
    return f"{median(days):g}" if days else None


def mean_days(days: Sequence[int]) -> str | None:
    """Return the average to one decimal, nothing for no values."""
    return f"{mean(days):.1f}" if days else None


def percentile_days(days: Sequence[int], percent: int) -> str | None:
    """Return the smallest value that at least this share of values do not exceed."""
    if not days:
        return None
    rank = -(-len(days) * percent // 100)
    return str(sorted(days)[max(rank, 1) - 1])
