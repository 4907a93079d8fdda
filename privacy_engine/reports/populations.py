"""What an auditor samples from: all entries of one type in a period, and proof of their count."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.auditing import sampling
from privacy_engine.auditing.sampling import Item
from privacy_engine.auditing.seats import Seat
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.reports import stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Period
from privacy_engine.transaction import Transaction

SAMPLED = "audit.sampled"
_STREAMED = 2_000


@dataclass(frozen=True)
class Kind:
    """A population by name: the type of its entries, and whether a site reports them."""

    code: str
    title: str
    type: str
    by_site: bool = True


KINDS = (
    Kind("requests", "Requests received", "request.received"),
    Kind("fulfilled", "Requests fulfilled", "request.fulfilled", by_site=False),
    Kind("denied", "Requests denied", "request.denied", by_site=False),
    Kind("erasures", "People erased", "subject.erased", by_site=False),
    Kind(
        "children",
        "Children\N{RIGHT SINGLE QUOTATION MARK}s cases",
        "child.suspected",
        by_site=False,
    ),
    Kind("consents", "Consents given", "consent.given"),
    Kind("withdrawals", "Consents withdrawn", "consent.withdrawn"),
    Kind("signals", "Opt-out signals", "signal.received"),
    Kind("disclosures", "Disclosures", "disclosure.made"),
    Kind("dispositions", "Runs of the retention schedule", "disposition.done", by_site=False),
    Kind("looks", "Looks at a person by the staff", "identity.revealed", by_site=False),
    Kind("seats", "Changes of who may sign in", "staff.changed", by_site=False),
    Kind("reports", "Reports produced", "report.produced", by_site=False),
)
BY_CODE = {one.code: one for one in KINDS}


@dataclass(frozen=True)
class Drawn:
    """A population as it stood when the log had `log_size` entries; days are local.

    `stated` is what the log's tallies count between two positions, `between` what lies there.
    `count` were recorded in the period; `newer` of them lie after the newest tally, which
    therefore says nothing about them yet.
    """

    kind: Kind
    period: Period
    sites: tuple[str, ...]
    log_size: int
    stated: int | None
    between: int
    count: int
    newer: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the log's own tallies state the same number of entries as far as they reach."""
        return self.stated is not None and self.stated == self.between

    @property
    def is_proven(self) -> bool:
        """Whether they agree and reach over the whole population."""
        return self.agrees and not self.newer


def offered(seat: Seat) -> tuple[Kind, ...]:
    """Return the populations of a seat; one of certain sites has only what sites report."""
    return tuple(one for one in KINDS if one.by_site or not seat.sites)


def measure(
    tx: Transaction,
    kind: Kind,
    *,
    period: Period,
    sites: Sequence[str] = (),
    size: int | None = None,
) -> Drawn:
    """Return how many entries a population has, and what the log states about that.

    Args:
        tx: where the log is read.
        kind: which entries.
        period: local days in which they were recorded.
        sites: who reported them; empty: whoever did.
        size: how much of the log existed when the population was drawn from; None: all of it.
    """
    asks = [
        Ask(first_on=period.from_on, last_on=period.to_on, site=site) for site in sites or ("",)
    ]
    found = [stretch.between(tx, kind.type, ask) for ask in asks]
    log_size = tx.head().size if size is None else size
    counted_before = min(one.before for one in found)
    count = newer = 0
    for one in items(tx, kind, period=period, sites=sites, size=log_size):
        count += 1
        newer += one.position > counted_before
    stated = [stretch.stated_count(one) for one in found]
    between = sum(
        _count(tx, kind, after=one.after, before=one.before, site=one.site) for one in found
    )
    return Drawn(
        kind=kind,
        period=period,
        sites=tuple(sites),
        log_size=log_size,
        stated=None if None in stated else sum(one for one in stated if one is not None),
        between=between,
        count=count,
        newer=newer,
    )


def items(
    tx: Transaction, kind: Kind, *, period: Period, sites: Sequence[str], size: int
) -> Iterator[Item]:
    """Give the entries of a population among the first `size` of the log, in order."""
    zone = tx.settings.zone
    first = datetime.combine(period.from_on, time.min, tzinfo=zone)
    last = datetime.combine(period.to_on + timedelta(days=1), time.min, tzinfo=zone)
    statement = (
        select(LogEventRow.event_id, LogEntryRow.position, LogEventRow.leaf_hash)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(
            col(LogEventRow.kind) == kind.type,
            col(LogEventRow.recorded_at) >= first,
            col(LogEventRow.recorded_at) < last,
            col(LogEntryRow.position) < size,
        )
        .order_by(col(LogEntryRow.position))
    )
    if sites:
        statement = statement.where(col(LogEventRow.site).in_(list(sites)))
    rows = tx.session.execute(statement, execution_options={"yield_per": _STREAMED})
    for event_id, position, leaf_hash in rows:
        yield Item(event_id, position, bytes(leaf_hash))


def _count(tx: Transaction, kind: Kind, *, after: int, before: int, site: str) -> int:
    statement = (
        select(func.count())
        .select_from(LogEntryRow)
        .join(LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id))
        .where(
            col(LogEventRow.kind) == kind.type,
            col(LogEntryRow.position) > after,
            col(LogEntryRow.position) < before,
        )
    )
    if site:
        statement = statement.where(col(LogEventRow.site) == site)
    return int(tx.session.execute(statement).scalar_one())


# Samples ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A sample as the log holds it: what gives it again."""

    sample_id: str
    staff_id: str
    kind: Kind
    period: Period
    sites: tuple[str, ...]
    log_size: int
    count: int
    size: int
    seed: str
    items_sha256: str
    drawn_at: datetime


def draw(tx: Transaction, seat: Seat, kind: Kind, *, seed: str, size: int) -> Sample:
    """Draw a sample from the population of a seat, and record it.

    Raises:
        InvalidInput: a seed or a size that is none.
        NotFound: the population is empty.
    """
    sampling.check(seed, size)
    period, log_size = Period(seat.from_on, seat.to_on), tx.head().size
    population = list(items(tx, kind, period=period, sites=seat.sites, size=log_size))
    if not population:
        raise NotFound("there is nothing in this population to draw from")
    chosen = sampling.draw(population, seed=seed, size=size)
    data = {
        "staff": seat.staff_id,
        "population": kind.code,
        "from_on": seat.from_on.isoformat(),
        "to_on": seat.to_on.isoformat(),
        "sites": list(seat.sites),
        "log_size": log_size,
        "count": len(population),
        "size": size,
        "seed": seed,
        "items_sha256": items_digest(chosen),
    }
    return sample_of(tx.append(SAMPLED, data))


def sample_of(event: Event) -> Sample:
    """Return the sample that an event records."""
    data = event.data
    return Sample(
        sample_id=event.event_id,
        staff_id=str(data["staff"]),
        kind=BY_CODE[str(data["population"])],
        period=Period(
            date.fromisoformat(str(data["from_on"])), date.fromisoformat(str(data["to_on"]))
        ),
        sites=tuple(data.get("sites") or ()),
        log_size=int(data["log_size"]),
        count=int(data["count"]),
        size=int(data["size"]),
        seed=str(data["seed"]),
        items_sha256=str(data["items_sha256"]),
        drawn_at=event.recorded_at,
    )


def find_sample(tx: Transaction, sample_id: str) -> Sample:
    """Return a sample.

    Raises:
        NotFound: there is none with this id.
    """
    event = tx.event(sample_id)
    if event.kind != SAMPLED:
        raise NotFound
    return sample_of(event)


def items_of(tx: Transaction, sample: Sample) -> tuple[Item, ...]:
    """Return the items of a sample, drawn again from the log."""
    population = items(
        tx, sample.kind, period=sample.period, sites=sample.sites, size=sample.log_size
    )
    return sampling.draw(population, seed=sample.seed, size=sample.size)


def items_digest(chosen: Sequence[Item]) -> str:
    """Return the SHA-256 over the leaf hashes of a sample in order, hex."""
    return hashlib.sha256(b"".join(one.leaf_hash for one in chosen)).hexdigest()
