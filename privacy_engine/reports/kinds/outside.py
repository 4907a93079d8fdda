"""What the tallies count and the period does not: listed apart, so that nothing is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.reports.document import Column, Table
from privacy_engine.reports.kinds import wording

KEY = "outside"


@dataclass(frozen=True)
class Outside:
    """One entry of the log that a report accounts for but is not about; `on` is a local day."""

    what: str
    on: date


def tables(outside: Sequence[Outside]) -> tuple[Table, ...]:
    """Return the table of such entries, none when there are none."""
    if not outside:
        return ()
    return (
        Table(
            key=KEY,
            title="In the same stretch of the log, but not in the period",
            columns=(Column("what", "Entry", width=70), Column("on", "Day", width=30)),
            rows=tuple(
                (one.what, wording.day(one.on)) for one in sorted(outside, key=lambda one: one.on)
            ),
        ),
    )


def keys(outside: Sequence[Outside]) -> tuple[str, ...]:
    """Return the key of that table, for the population block."""
    return (KEY,) if outside else ()
