"""The facts of one deletion, as its certificate and the file of a child's case take them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from privacy_engine.look.formats import day_long, plural


class Verdict(StrEnum):
    """What the search afterwards says about one system.

    `NOTHING_FOUND` is settled: it was searched before and after, and held nothing either time.
    """

    ERASED = "erased"
    RETAINED = "retained"
    NOTHING_FOUND = "nothing found"
    RESIDUE = "residue"
    NO_BASELINE = "no baseline"
    NOT_SEARCHABLE = "not searchable"
    UNANSWERED = "no answer"


SETTLED = frozenset({Verdict.ERASED, Verdict.RETAINED, Verdict.NOTHING_FOUND})
"""The verdicts after which nothing more is to be done or said about a system."""


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
    def why(self) -> str:
        """Return the ground with its citation, where it has one: a person may name their own."""
        return f"{self.ground} [{self.citation}]" if self.citation else self.ground

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


def unsettled(system: SystemOutcome) -> str:
    """Return one sentence on why a system is not settled."""
    match system.verdict:
        case Verdict.RESIDUE:
            count = plural(system.found_after or 0, "record")
            return f"{system.title}: the search afterwards still found {count}."
        case Verdict.NOT_SEARCHABLE:
            return f"{system.title} {_unsearched(system)}."
        case Verdict.NO_BASELINE if system.found_before is None:
            return f"{system.title} was not searched before the deletion."
        case Verdict.NO_BASELINE:
            return f"{system.title} held nothing before the deletion, so absence proves little."
        case _:
            return f"{system.title} was not searched after the deletion."


def _unsearched(system: SystemOutcome) -> str:
    if system.found_after is not None:
        return "holds files that are no text: nothing was found, but those could not be searched"
    if system.removed is not None:
        return "cannot be searched; its holder attested the deletion"
    return "cannot be searched, and nobody has attested a deletion"


@dataclass(frozen=True)
class Return:
    """Deleted data that was in a system again; `gone_at` None: it still is."""

    title: str
    found_by: str
    found_at: datetime
    gone_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """Return what happened, and what came of it."""
        found = (
            f"{self.title}: what had been deleted was there again on "
            f"{day_long(self.found_at.date())}, found by {self.found_by}"
        )
        if self.gone_at is None:
            return f"{found}; it is not gone yet."
        return f"{found}. It was deleted again, and gone on {day_long(self.gone_at.date())}."


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

    def state(self, today: date) -> str:
        """Return in one or two words how it stands on a day."""
        if self.is_met:
            return "In time"
        return "Late" if self.done_on is not None or today > self.due_on else "Open"

    def lateness(self, today: date) -> str:
        """Return one sentence on a missed day, empty when it was not missed."""
        if self.state(today) != "Late":
            return ""
        done = f"done {day_long(self.done_on)}, late" if self.done_on else "not done"
        return f"{self.duty}: due {day_long(self.due_on)}, {done}."


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
    returns: tuple[Return, ...] = ()
    holds: tuple[str, ...] = ()
    keys_destroyed_at: datetime | None = None
    backup_horizon_on: date | None = None
