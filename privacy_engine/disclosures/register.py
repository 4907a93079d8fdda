"""One row per disclosure, without the person once they are erased."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import UtcDateTime, on_sqlite
from privacy_engine.disclosures import rules
from privacy_engine.disclosures.rules import Facts, Fault, TwoLists
from privacy_engine.errors import UnknownCode
from privacy_engine.instance.model import Content
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEntryRow
from privacy_engine.transaction import Transaction

_CHUNK = 400


class DisclosureRow(SQLModel, table=True):
    """A disclosure in codes; document and consideration are opened from the event on read."""

    __tablename__ = "disclosure"

    event_id: str = Field(primary_key=True, max_length=26)
    subject_id: str | None = Field(default=None, max_length=32, index=True)
    site: str = Field(max_length=64)
    recipient: str = Field(max_length=64, index=True)
    categories: str = Field(max_length=64)
    purpose: str = Field(max_length=64)
    basis: str = Field(max_length=24)
    sale: bool
    sharing: bool
    documented: bool | None = None
    paid: bool | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Disclosure:
    """A disclosure as everybody else reads it; `subject_id` is None once erased."""

    event_id: str
    subject_id: str | None
    site: str
    purpose: str
    at: datetime
    recorded_at: datetime
    facts: Facts

    def faults(self, content: Content) -> tuple[Fault, ...]:
        """Return what is wrong with it by the recipients that the instance declares."""
        try:
            recipient = content.recipient(self.facts.recipient)
        except UnknownCode:
            recipient = None  # declared when it was reported, and taken out since
        return rules.faults(self.facts, recipient)


class DisclosureRegister:
    """Applies disclosures."""

    name = "disclosures"
    tables = (DisclosureRow,)
    kinds = frozenset({"disclosure.made"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Add what was disclosed; a disclosure never changes."""
        values = [_values(event) for event in events]
        dialect = sqlite if on_sqlite(session) else postgresql
        statement = dialect.insert(DisclosureRow.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
        session.execute(statement, values)

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Let go of the person; that the business disclosed a category stays a fact."""
        del event_ids
        for start in range(0, len(subject_ids), _CHUNK):
            session.execute(
                update(DisclosureRow)
                .where(col(DisclosureRow.subject_id).in_(subject_ids[start : start + _CHUNK]))
                .values(subject_id=None, documented=None, paid=None)
            )


def _values(event: Event) -> dict[str, object]:
    data = event.data
    return {
        "event_id": event.event_id,
        "subject_id": event.subject_id,
        "site": event.site,
        "recipient": data["recipient"],
        "categories": rules.letters(data["categories"]),
        "purpose": data["purpose"],
        "basis": data["basis"],
        "sale": data["sale"],
        "sharing": data["sharing"],
        "documented": None if event.subject_id is None else bool(data.get("document")),
        "paid": None if event.subject_id is None else bool(data.get("consideration")),
        "at": min(event.occurred_at, event.recorded_at),
        "recorded_at": event.recorded_at,
    }


REGISTER = DisclosureRegister()


_STREAMED = 2_000
_COLUMNS: tuple[Any, ...] = (
    DisclosureRow.event_id,
    DisclosureRow.subject_id,
    DisclosureRow.site,
    DisclosureRow.purpose,
    DisclosureRow.at,
    DisclosureRow.recorded_at,
    DisclosureRow.recipient,
    DisclosureRow.categories,
    DisclosureRow.basis,
    DisclosureRow.sale,
    DisclosureRow.sharing,
    DisclosureRow.documented,
    DisclosureRow.paid,
)


# Queries ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """Which disclosures to list; empty fields do not filter. Instants are aware."""

    recipients: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    site: str = ""
    since: datetime | None = None
    before: datetime | None = None
    sold_or_shared: bool = False
    without_document: bool = False


def of_person(session: Session, subject_ids: Sequence[str]) -> tuple[Disclosure, ...]:
    """Return what was disclosed about a person, newest first."""
    statement = (
        select(DisclosureRow)
        .where(col(DisclosureRow.subject_id).in_(list(subject_ids)))
        .order_by(col(DisclosureRow.at).desc(), col(DisclosureRow.event_id).desc())
    )
    return tuple(_as_disclosure(row) for row in session.execute(statement).scalars())


def each_of_person(session: Session, subject_ids: Sequence[str]) -> Iterator[Disclosure]:
    """Give what was disclosed about a person, oldest first, however much it is."""
    mine = col(DisclosureRow.subject_id).in_(list(subject_ids))
    return _each(session, select(*_COLUMNS).where(mine))


def each_between(
    session: Session, *, after: int, before: int, site: str = ""
) -> Iterator[Disclosure]:
    """Give what was disclosed at positions of the log between two others, oldest first."""
    statement = (
        select(*_COLUMNS)
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(DisclosureRow.event_id))
        .where(col(LogEntryRow.position) > after, col(LogEntryRow.position) < before)
    )
    if site:
        statement = statement.where(col(DisclosureRow.site) == site)
    return _each(session, statement)


def _each(session: Session, statement: Any) -> Iterator[Disclosure]:
    # Plain columns and shared facts: a million model instances would take minutes.
    ordered = statement.order_by(col(DisclosureRow.at), col(DisclosureRow.event_id))
    known: dict[tuple[Any, ...], Facts] = {}
    rows = session.execute(ordered, execution_options={"yield_per": _STREAMED})
    for event_id, subject_id, site, purpose, at, recorded_at, *facts in rows:
        key = tuple(facts)
        if key not in known:
            recipient, categories, basis, sale, sharing, documented, paid = facts
            known[key] = Facts(
                recipient,
                tuple(categories.split(",")) if categories else (),
                basis,
                sale=sale,
                sharing=sharing,
                documented=documented,
                paid=paid,
            )
        yield Disclosure(event_id, subject_id, site, purpose, at, recorded_at, known[key])


def search(
    session: Session, wanted: Filter, *, limit: int = 100, offset: int = 0
) -> tuple[Disclosure, ...]:
    """Return disclosures, newest first."""
    statement = (
        _filtered(select(DisclosureRow), wanted)
        .order_by(col(DisclosureRow.at).desc(), col(DisclosureRow.event_id).desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_as_disclosure(row) for row in session.execute(statement).scalars())


def count(session: Session, wanted: Filter) -> int:
    """Return how many disclosures a filter finds."""
    statement = _filtered(select(func.count()).select_from(DisclosureRow), wanted)
    return int(session.execute(statement).scalar_one())


def tallies(session: Session, wanted: Filter) -> Mapping[tuple[str, str], int]:
    """Return how many disclosures there are by (recipient, basis)."""
    grouped = (DisclosureRow.recipient, DisclosureRow.basis)
    statement = _filtered(select(*grouped, func.count()), wanted).group_by(*grouped)  # type: ignore[call-overload]
    return {(recipient, basis): n for recipient, basis, n in session.execute(statement)}


def broken_promises(tx: Transaction, *, limit: int = 100) -> tuple[Disclosure, ...]:
    """Return the newest disclosures that were a sale or a sharing: there must be none (SP-10)."""
    return search(tx.session, Filter(sold_or_shared=True), limit=limit)


def two_lists(tx: Transaction, *, at: datetime | None = None) -> TwoLists:
    """Return the two lists of the 12 months that end on the day of `at` (aware; now)."""
    zone = tx.settings.zone
    since, until = rules.look_back(at or tx.now, zone=zone)
    wanted = Filter(
        since=datetime.combine(since, time.min, tzinfo=zone),
        before=datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone),
    )
    # Every combination once, however many disclosures there were of it.
    grouped = (
        DisclosureRow.recipient,
        DisclosureRow.categories,
        DisclosureRow.sale,
        DisclosureRow.sharing,
        DisclosureRow.paid,
    )
    rows = tx.session.execute(_filtered(select(*grouped), wanted).distinct())  # type: ignore[call-overload]
    facts = [
        Facts(
            recipient,
            tuple(categories.split(",")) if categories else (),
            basis="",
            sale=sale,
            sharing=sharing,
            documented=None,
            paid=paid,
        )
        for recipient, categories, sale, sharing, paid in rows
    ]
    return rules.two_lists(facts, since=since, until=until)


def _filtered(statement: Any, wanted: Filter) -> Any:
    if wanted.recipients:
        statement = statement.where(col(DisclosureRow.recipient).in_(wanted.recipients))
    if wanted.bases:
        statement = statement.where(col(DisclosureRow.basis).in_(wanted.bases))
    if wanted.site:
        statement = statement.where(col(DisclosureRow.site) == wanted.site)
    if wanted.since:
        statement = statement.where(col(DisclosureRow.at) >= wanted.since)
    if wanted.before:
        statement = statement.where(col(DisclosureRow.at) < wanted.before)
    if wanted.sold_or_shared:
        flags = (DisclosureRow.sale, DisclosureRow.sharing, DisclosureRow.paid)
        statement = statement.where(or_(*[col(flag).is_(True) for flag in flags]))
    if wanted.without_document:
        statement = statement.where(col(DisclosureRow.documented).is_(False))
    return statement


def _as_disclosure(row: DisclosureRow) -> Disclosure:
    facts = Facts(
        row.recipient,
        tuple(row.categories.split(",")) if row.categories else (),
        row.basis,
        sale=row.sale,
        sharing=row.sharing,
        documented=row.documented,
        paid=row.paid,
    )
    return Disclosure(
        row.event_id, row.subject_id, row.site, row.purpose, row.at, row.recorded_at, facts
    )
