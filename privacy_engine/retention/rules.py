"""When a period has ended, what a hold stops, and what an approval binds (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import Table
from privacy_engine.instance.model import RetentionRow
from privacy_engine.instance.terms import Disposition
from privacy_engine.law.periods import Period, add, add_to_instant
from privacy_engine.log.canonical import canonical
from privacy_engine.log.event import instant

OWN_SYSTEM = "engine"
"""The system code under which the schedule names what the engine itself holds."""

HOLD_GROUND = "legal_hold"
HOLD_CITATION = "Civ. Code 1798.145(a)"
_LAST_MOMENT = time(23, 59, 59, 999000)
_STAGES = (100, 10, 1)


class State(StrEnum):
    """How far one run of a row of the schedule is."""

    PREVIEWED = "previewed"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    VOIDED = "voided"


OPEN = frozenset({State.PREVIEWED, State.APPROVED, State.RUNNING})


class HoldScope(StrEnum):
    """What a hold keeps."""

    SUBJECT = "subject"
    SERIES = "series"
    SYSTEM = "system"
    CASE = "case"


class Nature(StrEnum):
    """Why a hold stands: a dispute, or a direction of law enforcement, which ends by itself."""

    DISPUTE = "dispute"
    LAW_ENFORCEMENT = "law_enforcement"


HOLD_DUTY = "CA-LEHOLD"
SHOWN_FOR = 14
"""For how many days before its end a hold stands on the first screen, at the least."""


def hold_needs_a_look(
    *, until: date | None, released: bool, on: date, distances: Sequence[int] = ()
) -> bool:
    """Return whether a hold ends so soon that somebody must renew it or let it go.

    That is two weeks before, or the first day of its reminders when that comes earlier.
    """
    if released or until is None:
        return False
    return on <= until <= on + timedelta(days=max(SHOWN_FOR, *distances, 0))


def reminder_due(*, until: date, on: date, distances: Sequence[int]) -> int | None:
    """Return the nearest of the distances (days, fewest first) that a hold's end is within.

    None while its end is farther away than any, and when it has passed.
    """
    left = (until - on).days
    return next((days for days in distances if 0 <= left <= days), None)


# When a period has ended ----------------------------------------------------------------


def cutoff_day(period: Period, *, on: date) -> date:
    """Return the latest day whose period has run out by the day `on`.

    A record of 31 January that is kept for a month is due on 28 February; what is dated on a
    later day than the one returned is not due yet, what is dated on it or before is.
    """
    day = on - (add(period, to=on) - on)
    while add(period, to=day + timedelta(days=1)) <= on:
        day += timedelta(days=1)
    while add(period, to=day) > on:
        day -= timedelta(days=1)
    return day


def cutoff(period: Period, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant (aware UTC) whose period has run out by `now`.

    Its day in `zone` is the last day that is due for records which know only a day.
    """
    local = now.astimezone(zone)
    day = cutoff_day(period, on=local.date())
    exact = add(period, to=day) == local.date()
    moment = datetime.combine(day, local.time() if exact else _LAST_MOMENT, tzinfo=zone)
    return moment.astimezone(now.tzinfo)


def is_due(since: datetime, *, period: Period, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether the period that began at `since` has run out by `now`."""
    return add_to_instant(period, to=since, zone=zone) <= now


# What is due ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Pile:
    """What a search found of one table past the cutoff; due, held and excepted never overlap.

    Attributes:
        system: code of the data map, or `engine`.
        held: rows that a legal hold keeps.
        excepted: rows kept on another ground, or still referred to by rows that stay.
        oldest: the earliest date among the due rows; None when nothing is due.
        sha256: keyed digest over the keys of the due rows, in hex: the state that is approved.
        searched: False where nobody can look (a system without dates that can be asked for).
    """

    system: str
    table: str
    due: int = 0
    held: int = 0
    excepted: int = 0
    oldest: date | None = None
    newest: date | None = None
    sha256: str = ""
    searched: bool = True

    @property
    def candidates(self) -> int:
        """Rows past the cutoff in all."""
        return self.due + self.held + self.excepted

    def as_data(self) -> dict[str, object]:
        """Return the pile as events keep it."""
        return {
            "system": self.system,
            "table": self.table,
            "due": self.due,
            "held": self.held,
            "excepted": self.excepted,
            "oldest": self.oldest.isoformat() if self.oldest else "",
            "newest": self.newest.isoformat() if self.newest else "",
            "sha256": self.sha256,
            "searched": self.searched,
        }


def pile_from_data(data: dict[str, object]) -> Pile:
    """Return what `Pile.as_data` wrote."""
    days = {
        name: date.fromisoformat(str(data[name])) if data.get(name) else None
        for name in ("oldest", "newest")
    }
    counts = {name: int(str(data[name])) for name in ("due", "held", "excepted")}
    return Pile(
        str(data["system"]),
        str(data["table"]),
        **counts,
        oldest=days["oldest"],
        newest=days["newest"],
        sha256=str(data["sha256"]),
        searched=bool(data["searched"]),
    )


# What an approval binds -----------------------------------------------------------------


def schedule_sha256(row: RetentionRow, tables: Iterable[tuple[str, Table]]) -> str:
    """Return the version of one row of the schedule, with what the data map says of its tables.

    A changed period, ground, trigger, rule or system address in the map gives another version;
    a changed line number does not.
    """
    words = [repr(row), *(f"{system}: {table!r}" for system, table in tables)]
    return sha256(canonical(words)).hexdigest()


def preview_sha256(*, run: str, schedule: str, cutoff_at: datetime, piles: Sequence[Pile]) -> str:
    """Return the hash that an approval repeats: schedule, cutoff and the state of every table."""
    content = {
        "run": run,
        "schedule": schedule,
        "cutoff": instant(cutoff_at),
        "piles": [pile.as_data() for pile in piles],
    }
    return sha256(canonical(content)).hexdigest()


PRIME = 2**255 - 19
NOTHING = f"{1:064x}"
"""The digest over no key at all."""


def add_digests(so_far: str, more: int) -> str:
    """Return the digest (hex) over the keys behind `so_far` (hex or empty) and those in `more`.

    A digest over a set of keys is a product modulo a prime (`connectors/sql/disposal_digest`): in
    any order, and batch after batch, it comes out the same.
    """
    return f"{int(so_far or NOTHING, 16) * more % PRIME:064x}"


def require_disposable(row: RetentionRow) -> None:
    """Refuse to carry out a disposition that only people can.

    Raises:
        Conflict: the row ends by transfer or review.
    """
    if row.disposition in {Disposition.TRANSFER, Disposition.REVIEW}:
        raise Conflict(f"{row.series} ends by {row.disposition}: people do that, not this engine")


def require_second_person(*, approver: str, previewer: str) -> None:
    """Refuse that somebody approves what they prepared themselves.

    Raises:
        Conflict: it is the same person.
    """
    if approver == previewer:
        raise Conflict("somebody else must approve this: you prepared it yourself")


def stages(total: int) -> Iterator[int]:
    """Yield how many of `total` records shall be gone after each stage: 1 %, 10 %, all."""
    reached = 0
    for part in _STAGES:
        wanted = -(-total // part)
        if wanted > reached:
            yield wanted
            reached = wanted


@dataclass(frozen=True)
class Brakes:
    """When a run stops by itself: what the instance allows.

    Attributes:
        surprise_percent: by how much more than was approved may become due.
        slow_batch_ms: how long the smallest batch may take in the site's database.
        failed_percent: how many of the batches may fail, in percent.
    """

    surprise_percent: int = 0
    slow_batch_ms: int = 1_000
    failed_percent: int = 10


_SLOW_IN_A_ROW = 3
_LEAST_FAILURES = 3


def is_surprise(*, approved: int, done: int, left: int, percent: int = 0) -> bool:
    """Return whether more is due than was approved: the run must stop and be looked at."""
    return (done + left) * 100 > approved * (100 + percent)


def is_failing(*, batches: int, failures: int, percent: int) -> bool:
    """Return whether too many batches failed; three at least, so that one outage is forgiven."""
    return failures >= _LEAST_FAILURES and failures * 100 > percent * batches


LEAST_ROWS, FIRST_ROWS, MOST_ROWS = 50, 500, 10_000
_BATCH_SECONDS = 0.08


@dataclass(frozen=True)
class Pace:
    """How many rows the next batch takes, so that no lock is held for long.

    As many as would have taken 80 ms at the speed of the last batch, and never more than twice or
    less than half of what that took. So one that waits for a busy disk still ends within a fifth
    of a second.
    """

    rows: int = FIRST_ROWS
    slow: int = 0

    def after(self, seconds: float, *, slow_ms: int) -> "Pace":
        """Return the pace after a batch that took so long."""
        slow = self.slow + 1 if seconds * 1_000 > slow_ms else 0
        change = min(max(_BATCH_SECONDS / max(seconds, 0.001), 0.5), 2)
        return Pace(min(max(LEAST_ROWS, round(self.rows * change)), MOST_ROWS), slow)

    @property
    def is_stuck(self) -> bool:
        """Whether the database is slow again and again, however little is asked of it."""
        return self.slow >= _SLOW_IN_A_ROW


# What was held when a run ended ---------------------------------------------------------


def may_follow(*, same_schedule: bool, held: int, due: int) -> bool:
    """Return whether what a hold kept may go under the approval of the run that it kept it from.

    The cutoff is that run's own, so nothing younger is among it; and no more goes than was held.
    """
    return same_schedule and 0 < due <= held


# When a row is due next -----------------------------------------------------------------


def next_due_on(dates: Iterable[date], *, period: Period) -> date | None:
    """Return the first day on which one of the dates has outlived its period; None for none."""
    return min((add(period, to=day) for day in dates), default=None)


# What a hold stops ----------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What one hold in force keeps; `subject_ids` are all ids of the held people."""

    hold: str
    scope: HoldScope
    target: str = ""
    subject_ids: tuple[str, ...] = ()

    def keeps_all_of(self, series: str, system: str) -> bool:
        """Return whether nothing of this series in this system may go."""
        whole = {HoldScope.SERIES: series, HoldScope.SYSTEM: system}
        return whole.get(self.scope) == self.target


def in_force(*, until: date | None, released: bool, on: date) -> bool:
    """Return whether a hold stands on a day; its last day counts."""
    return not released and (until is None or until >= on)
