"""What the tallies count and the period does not: listed apart, so that nothing is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from privacy_engine.reports.document import Column, Table
from privacy_engine.reports.kinds import wording
from privacy_engine.reports.spool import Gathering

KEY = "outside"


@dataclass(frozen=True)
class Outside:
    """One entry of the log that a report accounts for but is not about; `on` is a local day."""

    what: str
    on: date


class Beside:
    """All such entries of one report, in the order in which they come; any number of them.

    Args:
        entries: those that are known already.
        folder: where rows go that are too many for pages.
    """

    def __init__(self, entries: Iterable[Outside] = (), *, folder: Path | None = None) -> None:
        self._rows = Gathering(_EMPTY, folder=folder)
        self.count = 0
        for one in entries:
            self.add(one)

    def add(self, one: Outside) -> None:
        """Take one entry; not after the tables were asked for."""
        self._rows.add((one.what, wording.day(one.on)))
        self.count += 1

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Return the table of such entries, none when there are none."""
        return (self._rows.table(),) if self.count else ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the key of that table, for the population block."""
        return (KEY,) if self.count else ()


_EMPTY = Table(
    key=KEY,
    title="In the same stretch of the log, but not in the period",
    columns=(Column("what", "Entry", width=70), Column("on", "Day", width=30)),
)
