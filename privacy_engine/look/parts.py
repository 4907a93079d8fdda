"""The shapes that the shared Jinja parts take; views fill them, templates only show them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from privacy_engine.look.formats import SOON_DAYS, days_left

Tone = Literal["calm", "good", "soon", "late", "held", "child", "neutral"]


@dataclass(frozen=True)
class Clock:
    """One duty's two dates: the promised one comes first and is the one people are told.

    All days are in the controller's zone; `reason` is one or two sentences that let a
    reader recompute the dates.
    """

    label: str
    strict_due_on: date
    legal_due_on: date
    today: date
    reason: str
    citation: str
    done_on: date | None = None
    paused: bool = False
    extended: bool = False

    @property
    def tone(self) -> Tone:
        """The colour of the chip."""
        if self.done_on is not None:
            return "late" if self.done_on > self.legal_due_on else "good"
        if self.paused:
            return "held"
        if self.today > self.legal_due_on:
            return "late"
        return "soon" if (self.strict_due_on - self.today).days <= SOON_DAYS else "calm"

    @property
    def words(self) -> str:
        """How the clock stands, in words: the text that must be readable without colour."""
        if self.done_on is not None:
            return "done late" if self.done_on > self.legal_due_on else "done in time"
        if self.paused:
            return "paused"
        if self.strict_due_on < self.today <= self.legal_due_on:
            return f"past the strict reading, law: {days_left(self.legal_due_on, self.today)}"
        due_on = self.strict_due_on if self.today <= self.strict_due_on else self.legal_due_on
        return days_left(due_on, self.today)


@dataclass(frozen=True)
class Person:
    """Somebody, masked; `revealed` is filled only in answer to a logged reveal."""

    subject: str
    masked: str
    revealed: str = ""
    child: bool = False
    erased: bool = False


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next, why, and where; `waits_for` names others whom we wait for."""

    verb: str
    why: str
    url: str = ""
    waits_for: str = ""
    sends_to: str = ""


@dataclass(frozen=True)
class SystemRow:
    """One system on a request's board; counts are None while nobody has looked."""

    system: str
    title: str
    kind: str
    state: str
    found: int | None = None
    removed: int | None = None
    retained: int | None = None
    found_again: int | None = None
    reason: str = ""
    citation: str = ""
    at: datetime | None = None
    by: str = ""
    event_id: str = ""
    can_retry: bool = False
    task_url: str = ""
    task: str = "Do this by hand"


@dataclass(frozen=True)
class Entry:
    """One line of a timeline; a note never leaves the house, a message did or will."""

    kind: Literal["event", "note", "message_in", "message_out"]
    at: datetime
    actor: str
    title: str
    body: str = ""
    event_id: str = ""
    position: int | None = None
    leaf_hash: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Population:
    """How a list was drawn, so that a reader can draw it again; `many` where an s will not do."""

    count: int
    noun: str
    drawn_at: datetime
    tree_size: int
    root: str
    filters: tuple[str, ...] = ()
    of: int | None = None
    many: str = ""
    drills: int | None = None


@dataclass(frozen=True)
class Alert:
    """A failure that must not be missed: what, since when, what to do, where."""

    title: str
    detail: str
    url: str
    action: str
    since_at: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """One option of a radio group, select or set of boxes; a select may show groups."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True)
class Pages:
    """Where a long list stands; an empty URL means there is no such page."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


class Values(dict[str, str]):
    """What was typed into a form, by field; a field that nobody touched is empty."""

    def __missing__(self, field: str) -> str:
        """Return the value of an untouched field."""
        return ""
