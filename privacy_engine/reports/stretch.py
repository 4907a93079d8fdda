"""The stretch of the log that surely holds everything of a period, between two of its tallies.

A period ends at a local midnight, a tally stands wherever the log was when it was stated, and what
happened in a period may be recorded after it. So a report covers every entry of its type from the
last tally before the period up to the newest, and lists apart what lies outside the period. What
it shows is then exactly what the tallies count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from privacy_engine.log import evidence
from privacy_engine.log.event import DRILL_SITE, Event
from privacy_engine.log.evidence import RawTally
from privacy_engine.look.formats import day_long
from privacy_engine.reports import filing
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Filter, Period, Population, Tally, TallyMark
from privacy_engine.reports.log_export import EVERY_SITE
from privacy_engine.transaction import Transaction


@dataclass(frozen=True)
class Bounds:
    """The two tallies between which every entry of one type lies that a report accounts for.

    `after` and `before` are their positions; an entry at either is not between them.
    """

    type: str
    site: str
    period: Period | None
    start: RawTally | None
    end: RawTally | None
    before: int

    @property
    def after(self) -> int:
        """Return the position after which the entries begin, -1 from the first on."""
        return self.start.position if self.start else -1

    def is_outside(self, on: date) -> bool:
        """Return whether a local day lies outside the period."""
        return self.period is not None and not self.period.from_on <= on <= self.period.to_on


@dataclass(frozen=True)
class Stretch(Bounds):
    """All entries of one type between two tallies, opened as far as they still open.

    What drills reported about invented people is counted in `drills` and left out.
    """

    events: tuple[Event, ...] = ()
    drills: int = 0


def between(tx: Transaction, type_: str, ask: Ask) -> Bounds:
    """Return between which tallies the entries lie that a report on `ask` must account for.

    Raises:
        InvalidInput: the days asked about make no period.
    """
    period = ask.period(today=filing.local_now(tx).date())
    end = evidence.newest_tally(tx.session, tx.vault)
    start = None
    if period is not None:
        begins = datetime.combine(period.from_on, time.min, tzinfo=tx.settings.zone)
        start = evidence.newest_tally(tx.session, tx.vault, until=begins)
    before = end.position if end else tx.head().size
    return Bounds(type_, ask.site, period, start, end, before)


def read(tx: Transaction, type_: str, ask: Ask) -> Stretch:
    """Return the entries of one type that a report on `ask` must account for.

    Raises:
        InvalidInput: the days asked about make no period.
    """
    found = between(tx, type_, ask)
    event_ids = evidence.events_between(
        tx.session, [type_], after=found.after, before=found.before, site=ask.site
    )
    events = tx.read(event_ids)
    real = tuple(event for event in events if event.site != DRILL_SITE)
    return Stretch(**vars(found), events=real, drills=len(events) - len(real))


def opening(tx: Transaction) -> list[str]:
    """Return the event with which the log began, as a list of one or none."""
    return evidence.events_of_kinds(tx.session, "log.opened")[:1]


def population(
    tx: Transaction,
    stretch: Bounds,
    *,
    count: int,
    unit: str,
    listed_in: Sequence[str],
    outside: int = 0,
) -> Population:
    """Return the population of a report that lists every entry of a stretch.

    Args:
        tx: where the log's head is read.
        stretch: what is covered.
        count: how many entries that is.
        unit: what one entry is, a noun in the singular.
        listed_in: the tables that together list the entries.
        outside: how many of them are listed as outside the period.
    """
    filters = [Filter("type", f"every {unit} in the log (entries {stretch.type})")]
    if stretch.site:
        filters.append(Filter("site", f"reported by {stretch.site}"))
    if stretch.period:
        first, last = day_long(stretch.period.from_on), day_long(stretch.period.to_on)
        filters.append(
            Filter(
                "period",
                f"recorded from the last tally before {first} up to the newest; what falls "
                f"outside {first} to {last} is listed apart",
            )
        )
    beside = f" in the log, {outside:,} of them listed apart" if outside else ""
    return Population(
        filters=tuple(filters),
        row_count=count,
        drills=stretch.drills if isinstance(stretch, Stretch) else None,
        unit=f"{unit}{beside}",
        units=f"{unit}s{beside}",
        log=filing.log_head(tx),
        tally=tally(stretch),
        listed_in=tuple(listed_in),
    )


def stated_count(stretch: Bounds) -> int | None:
    """Return how many entries the log's tallies state between the bounds, None without any."""
    stated = tally(stretch)
    return stated.count if stated else None


def tally(stretch: Bounds) -> Tally | None:
    """Return the two tallies as a report shows them, None where the log has none yet."""
    if stretch.end is None:
        return None
    return Tally(
        type=stretch.type,
        site=stretch.site or EVERY_SITE,
        start=_mark(stretch, stretch.start) if stretch.start else None,
        end=_mark(stretch, stretch.end),
    )


def _mark(stretch: Bounds, tally: RawTally) -> TallyMark:
    wanted = f"|{stretch.type}"
    count = sum(
        number
        for name, number in tally.counts
        if name.endswith(wanted) and (not stretch.site or name == f"{stretch.site}{wanted}")
    )
    return TallyMark(
        position=tally.position,
        entry=tally.entry,
        proof=tally.proof,
        salt=tally.salt,
        part=tally.part,
        count=count,
    )
