"""The facts of one deletion, as its certificate and the file of a child's case take them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from privacy_engine.look.formats import day_long


class Verdict(StrEnum):
    """What the search afterwards says about one system."""

    ERASED = "erased"
    RETAINED = "retained"
    RESIDUE = "residue"
    NO_BASELINE = "no baseline"
    NOT_SEARCHABLE = "not searchable"


@dataclass(frozen=True)
class Retained:
    """Records that a ground allows to keep; `until_on` None needs `until_words`."""

    count: int
    what: str
    ground: str
    citation: str
    until_on: date | None = None
    until_words: str = ""

    @property
    def until(self) -> str:
        """Return until when, in words."""
        return day_long(self.until_on) if self.until_on else self.until_words


@dataclass(frozen=True)
class SystemOutcome:
    """One system: counts are None where nobody could look."""

    title: str
    found_before: int | None
    removed: int | None
    found_after: int | None
    verdict: Verdict
    method: str
    searched_at: datetime | None = None
    retained: tuple[Retained, ...] = ()


@dataclass(frozen=True)
class Told:
    """A recipient that was told to delete; `acknowledged_at` None: no answer yet."""

    title: str
    role: str
    told_at: datetime
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """One duty with its last good day and the day on which it was done."""

    duty: str
    due_on: date
    citation: str
    done_on: date | None = None

    @property
    def is_met(self) -> bool:
        """Whether it was done by its day."""
        return self.done_on is not None and self.done_on <= self.due_on


@dataclass(frozen=True)
class Approval:
    """A step somebody took: their role and staff code, never a name."""

    step: str
    role: str
    code: str
    at: datetime


@dataclass(frozen=True)
class Kept:
    """A record that stays although the person was deleted."""

    what: str
    why: str
    citation: str
    until: str


@dataclass(frozen=True)
class Deletion:
    """The facts of one finished or partly finished deletion; instants in the zone of reading."""

    reference: str
    subject_key: str
    basis: str
    basis_citation: str
    verification: str
    received_at: datetime
    completed_at: datetime
    systems: tuple[SystemOutcome, ...]
    clocks: tuple[Clock, ...]
    approvals: tuple[Approval, ...]
    kept: tuple[Kept, ...]
    told: tuple[Told, ...] = ()
    holds: tuple[str, ...] = ()
    keys_destroyed_at: datetime | None = None
    backup_horizon_on: date | None = None
