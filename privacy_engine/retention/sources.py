"""What the schedule asks of whatever holds a series: count what is due, and dispose of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from privacy_engine.instance.model import RetentionRow
from privacy_engine.instance.terms import Disposition
from privacy_engine.retention.rules import Pile, Standing
from privacy_engine.transaction import Transactions

Sample = tuple[tuple[str, str], ...]
"""One row as people may see it: column and masked value."""


@dataclass(frozen=True)
class Wanted:
    """What a source is asked for: a row of the schedule, the cutoff (aware), who is held.

    `as_of` is the moment of the preview: grounds are measured against its day.
    """

    row: RetentionRow
    cutoff: datetime
    as_of: datetime
    standing: tuple[Standing, ...] = ()

    @property
    def anonymise(self) -> bool:
        """Whether rows stay, without the person."""
        return self.row.disposition is Disposition.ANONYMISE

    def keeps_all_of(self, system: str) -> bool:
        """Return whether a hold keeps the whole series in a system."""
        return any(item.keeps_all_of(self.row.series, system) for item in self.standing)

    @property
    def held_people(self) -> tuple[tuple[str, ...], ...]:
        """The ids of each held person."""
        return tuple(item.subject_ids for item in self.standing if item.subject_ids)


@dataclass(frozen=True)
class Found:
    """A pile, and a few of its rows masked for the eye; samples are never stored."""

    pile: Pile
    sample: tuple[Sample, ...] = ()


class Source(Protocol):
    """One system that holds a series, as the schedule needs it."""

    @property
    def system(self) -> str:
        """Its code, or `engine`."""
        ...

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        """Count what is past the cutoff, table by table, in the order in which it may go."""
        ...

    def dispose(
        self, wanted: Wanted, table: str, *, most: int, after: object = None
    ) -> tuple[int, object]:
        """Dispose of at most `most` due rows after a place; return how many, and the place."""
        ...


Sources = Callable[[Transactions, str], Sequence[Source]]
"""Gives the sources of a series."""

Progress = Callable[[str, int, int], None]
"""Called with system and table, rows done and rows in all; must not raise."""


def no_progress(_place: str, _done: int, _total: int) -> None:
    """Say nothing."""
