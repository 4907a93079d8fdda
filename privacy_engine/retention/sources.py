"""What the schedule asks of whatever holds a series: count what is due, and dispose of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
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

    `as_of` is the moment of the preview: grounds are measured against its day. `count_all` asks
    how many rows there are at all, due or not.
    """

    row: RetentionRow
    cutoff: datetime
    as_of: datetime
    standing: tuple[Standing, ...] = ()
    count_all: bool = False

    @property
    def aggregate(self) -> bool:
        """Whether rows go and their number by month stays."""
        return self.row.disposition is Disposition.AGGREGATE

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
    """A pile, and what is worth knowing of it but is not approved.

    Attributes:
        sample: a few of its rows masked for the eye; never stored.
        bytes_: about how much their values take; 0 where nobody knows.
        next_from: the earliest date after the cutoff, from which a period still runs.
        effects: what the end of the rows means for other tables: `follows`, `unlinked` or
            `needed_by`, the table, how many rows there.
        months: rows by month (`2026-03`), where the schedule keeps their number.
        rows: how many there are at all, where that was asked.
        reported: of how many people a system that cannot be asked has reported records that are
            past their time, and not that it disposed of them.
    """

    pile: Pile
    sample: tuple[Sample, ...] = ()
    bytes_: int = 0
    next_from: date | None = None
    effects: tuple[tuple[str, str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    rows: int | None = None
    reported: int = 0

    def as_data(self) -> dict[str, object]:
        """Return it as events keep it."""
        more: dict[str, object] = {"bytes": self.bytes_} if self.bytes_ else {}
        if self.effects:
            more["effects"] = [list(one) for one in self.effects]
        if self.rows is not None:
            more["rows"] = self.rows
        if self.reported:
            more["reported"] = self.reported
        if self.months:
            more["months"] = [list(one) for one in self.months]
        return self.pile.as_data() | more


@dataclass(frozen=True)
class Ended:
    """What a batch did: how many rows went, the place after them, the digest over their keys."""

    changed: int
    last: object = None
    digest: int = 1


class Batches(Protocol):
    """One table of a source, held open for a run."""

    def batch(self, most: int, *, after: object = None) -> Ended:
        """End at most `most` due rows after a place, in one transaction of the system.

        Raises:
            Unavailable: the system was busy or gone; this batch changed nothing.
        """
        ...


class Source(Protocol):
    """One system that holds a series, as the schedule needs it."""

    @property
    def system(self) -> str:
        """Its code, or `engine`."""
        ...

    def survey(self, wanted: Wanted) -> tuple[Found, ...]:
        """Count what is past the cutoff, table by table, in the order in which it may go."""
        ...

    def sample(self, wanted: Wanted, table: str) -> tuple[Sample, ...]:
        """Return a few due rows of one table, masked; none where rows are not for the eye."""
        ...

    def count_due(self, wanted: Wanted, table: str) -> int:
        """Count what may go in one table."""
        ...

    def disposing(self, wanted: Wanted, table: str) -> AbstractContextManager[Batches]:
        """Open a table for batches; who is held is read when it is opened."""
        ...


Sources = Callable[[Transactions, str], Sequence[Source]]
"""Gives the sources of a series."""

Progress = Callable[[str, int, int], None]
"""Called with system and table, rows done and rows in all; must not raise."""


def no_progress(_place: str, _done: int, _total: int) -> None:
    """Say nothing."""
