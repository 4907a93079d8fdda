"""The ledger of consents and, for the millisecond answer, the newest record of every slot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import CheckConstraint, Column, delete, func, select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.consent import records as reading
from privacy_engine.consent import rules
from privacy_engine.consent.rules import CHILD, EMAIL, SIGNAL, TEEN, Answer, Record, Slot
from privacy_engine.database import UtcDateTime
from privacy_engine.log import bulk, links
from privacy_engine.log.event import Event, Trust
from privacy_engine.transaction import Transaction

_CHUNK = 400
_SLOTS = "slot IN ('refusal','asked','own','uncontested','claim','parent_yes','parent_no')"


class LedgerRow(SQLModel, table=True):
    """One event of the ledger; wording and evidence are opened from the event on read."""

    __tablename__ = "consent_ledger"
    __table_args__ = (CheckConstraint(_SLOTS, name="slot_known"),)

    event_id: str = Field(primary_key=True, max_length=26)
    subject_id: str = Field(max_length=32, index=True)
    kind: str = Field(max_length=16)
    slot: str = Field(max_length=12)
    purpose: str = Field(max_length=64, index=True)
    service: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    trust: str = Field(max_length=8)
    site: str = Field(max_length=64)
    document: str = Field(max_length=64)
    version: str = Field(max_length=64)
    method: str = Field(max_length=16)
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StateRow(SQLModel, table=True):
    """The newest record of one slot: all that an answer about the present needs."""

    __tablename__ = "consent_state"
    __table_args__ = (CheckConstraint(_SLOTS, name="slot_known"),)

    subject_id: str = Field(primary_key=True, max_length=32)
    purpose: str = Field(primary_key=True, max_length=64)
    service: str = Field(primary_key=True, max_length=64)
    slot: str = Field(primary_key=True, max_length=12)
    event_id: str = Field(max_length=26)
    kind: str = Field(max_length=16)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    trust: str = Field(max_length=8)
    site: str = Field(max_length=64)
    document: str = Field(max_length=64)
    version: str = Field(max_length=64)
    method: str = Field(max_length=16)
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


_AGES = (CHILD, TEEN)  # no choice of anybody: no history or list shows them
COLUMNS = Record.__struct_fields__
_read_columns = attrgetter(*COLUMNS)
_STATE_KEY = ("subject_id", "purpose", "service", "slot")
_NEWER = (
    "excluded.at > consent_state.at"
    " OR (excluded.at = consent_state.at AND excluded.event_id > consent_state.event_id)"
)


class ConsentRegister:
    """Applies everything that people, or their browsers, said about purposes."""

    name = "consent"
    tables = (LedgerRow, StateRow)
    kinds = reading.KINDS

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Write the ledger, and keep of every slot the newest record."""
        found = (reading.record_of(event) for event in events)
        records = [record for record in found if record is not None]
        bulk.insert_rows(session, LedgerRow, _rows(records))
        _keep_newest(session, records)

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Delete the rows of erased people, and those of single events whose proof is gone."""
        for chunk in _chunks(subject_ids):
            for table in (LedgerRow, StateRow):
                session.execute(delete(table).where(col(table.subject_id).in_(chunk)))
        for chunk in _chunks(event_ids):
            _forget_events(session, chunk)


def _forget_events(session: Session, event_ids: Sequence[str]) -> None:
    gone = col(LedgerRow.event_id).in_(event_ids)
    touched = set(session.execute(select(LedgerRow.subject_id).where(gone)).scalars())  # type: ignore[call-overload]
    session.execute(delete(LedgerRow).where(gone))
    for chunk in _chunks(sorted(touched)):
        session.execute(delete(StateRow).where(col(StateRow.subject_id).in_(chunk)))
        left = select(LedgerRow).where(col(LedgerRow.subject_id).in_(chunk))
        _keep_newest(session, [record_from(row) for row in session.execute(left).scalars()])


def _keep_newest(session: Session, records: Sequence[Record]) -> None:
    newest: dict[tuple[str, ...], Record] = {}
    for record in records:
        key = (record.subject_id, record.purpose, record.service, record.slot)
        if key not in newest or newest[key].order < record.order:
            newest[key] = record
    # In the order of their keys, so that two writers wait for each other and never dead-lock.
    rows = _rows([newest[key] for key in sorted(newest)])
    bulk.upsert(session, StateRow, rows, key=_STATE_KEY, newer=_NEWER)


def _rows(records: Iterable[Record]) -> bulk.Rows:
    return bulk.Rows(COLUMNS, list(map(_read_columns, records)))


def record_from(row: Any) -> Record:
    """Return what a row of the ledger, or its columns, say."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return Record(**(values | {"slot": Slot(row.slot), "trust": Trust(row.trust)}))


def _chunks(items: Iterable[str]) -> list[list[str]]:
    whole = list(items)
    return [whole[start : start + _CHUNK] for start in range(0, len(whole), _CHUNK)]


REGISTER = ConsentRegister()


# Queries ---------------------------------------------------------------------------------


def check(  # noqa: PLR0913  each keyword narrows the one question
    tx: Transaction,
    subject_ids: Sequence[str],
    purposes: Sequence[str],
    *,
    at: datetime | None = None,
    known_at: datetime | None = None,
    service: str | None = None,
    suppressed: Sequence[str] = (),
) -> Mapping[str, Answer]:
    """Return, for each purpose, whether the person's data may be used for it; one query.

    Args:
        tx: any transaction.
        subject_ids: all ids of the person (`tx.person`); none for somebody unknown.
        purposes: codes.
        at: aware; the moment asked about, by everything known today. Now when None.
        known_at: aware; leave out what was recorded later: what the answer was at that time.
        service: ask about one service only.
        suppressed: what the suppression list says of the person's identifiers; an earlier no
            outlives the records of whoever was erased.

    Raises:
        UnknownCode: the instance declares no such purpose.
    """
    zone = tx.settings.zone
    wanted = {code: rules.terms(tx.content, code, zone=zone) for code in purposes}
    moment = at or known_at or tx.now
    read = [*purposes, *rules.opt_outs(tx.content).difference(purposes)]
    if at is None and known_at is None:
        records = _newest_records(tx.session, subject_ids, read)
    else:
        records = _records_by(tx.session, subject_ids, read, at=moment, known_at=known_at)
    return {
        code: rules.decide(
            records,
            terms,
            at=moment,
            service=service,
            stays_refused=stays_refused(terms, suppressed),
            forgotten_child=rules.DO_NOT_USE in suppressed,
        )
        for code, terms in wanted.items()
    }


def still_beside(
    tx: Transaction,
    found: Mapping[str, Answer],
    others: Iterable[Sequence[str]],
    *,
    at: datetime | None = None,
) -> Mapping[str, Answer]:
    """Return answers about a person, none of them a yes where another who is named stands still.

    Whoever names a child's address beside somebody's account may mean the child.
    """
    answers = dict(found)
    for subject_ids in others:
        beside = check(tx, subject_ids, tuple(found), at=at)
        answers |= {
            code: one for code, one in beside.items() if one.state is rules.State.SUSPENDED
        }
    return answers


def stays_refused(terms: rules.Terms, suppressed: Sequence[str]) -> bool:
    """Return whether the suppression list's word on somebody is a no to a purpose."""
    purpose = terms.purpose
    return (
        ("do_not_sell" in suppressed and purpose.sale)
        or ("do_not_share" in suppressed and purpose.sharing)
        or ("do_not_contact" in suppressed and purpose.marketing)
    )


def _newest_records(
    session: Session, subject_ids: Sequence[str], purposes: Sequence[str]
) -> list[Record]:
    if not subject_ids:
        return []
    statement = select(*_columns_of(StateRow)).where(
        col(StateRow.subject_id).in_(list(subject_ids)),
        col(StateRow.purpose).in_([*purposes, SIGNAL, EMAIL, CHILD, TEEN]),
    )
    return _read(session, statement, _of_a_child_beside(StateRow, subject_ids))


def _of_a_child_beside(table: type[StateRow | LedgerRow], subject_ids: Sequence[str]) -> Any:
    """Select what froze a child who uses one of several devices or phones that name no person.

    They answer for themselves alone, so they stand still while anybody does who uses them. Each
    half of the union finds its rows by an index; an OR would make PostgreSQL read the table.
    """
    return select(*_columns_of(table)).where(
        col(table.subject_id).in_(links.holders_of(subject_ids)), col(table.purpose) == CHILD
    )


def _columns_of(table: type[StateRow | LedgerRow]) -> list[Any]:
    return [getattr(table, name) for name in COLUMNS]


def _read(session: Session, statement: Any, beside: Any) -> list[Record]:
    return [record_from(row) for row in session.execute(statement.union_all(beside))]


def _records_by(
    session: Session,
    subject_ids: Sequence[str],
    purposes: Sequence[str],
    *,
    at: datetime,
    known_at: datetime | None,
) -> list[Record]:
    if not subject_ids:
        return []
    by = [col(LedgerRow.at) <= at]
    if known_at is not None:
        by.append(col(LedgerRow.recorded_at) <= known_at)
    statement = select(*_columns_of(LedgerRow)).where(
        col(LedgerRow.subject_id).in_(list(subject_ids)),
        col(LedgerRow.purpose).in_([*purposes, SIGNAL, EMAIL, CHILD, TEEN]),
        *by,
    )
    beside = _of_a_child_beside(LedgerRow, subject_ids)
    return _read(session, statement, beside.where(*by))


def history(tx: Transaction, subject_ids: Sequence[str]) -> list[Record]:
    """Return everything that a person said, newest first; wording is in the events."""
    statement = (
        select(LedgerRow)
        .where(
            col(LedgerRow.subject_id).in_(list(subject_ids)), col(LedgerRow.purpose).not_in(_AGES)
        )
        .order_by(col(LedgerRow.at).desc(), col(LedgerRow.event_id).desc())
    )
    return [record_from(row) for row in tx.session.execute(statement).scalars()]


@dataclass(frozen=True)
class Filter:
    """Which records to list; empty fields do not filter. Instants are aware."""

    purposes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    site: str = ""
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None


def search(session: Session, wanted: Filter, *, limit: int = 100, offset: int = 0) -> list[Record]:
    """Return records of all people, the last recorded first."""
    statement = (
        _filtered(select(LedgerRow), wanted)
        .order_by(col(LedgerRow.recorded_at).desc(), col(LedgerRow.event_id).desc())
        .limit(limit)
        .offset(offset)
    )
    return [record_from(row) for row in session.execute(statement).scalars()]


def count(session: Session, wanted: Filter) -> int:
    """Return how many records a filter finds."""
    statement = _filtered(select(func.count()).select_from(LedgerRow), wanted)
    return int(session.execute(statement).scalar_one())


def tallies(session: Session, wanted: Filter) -> Mapping[tuple[str, str], int]:
    """Return how many records there are by (purpose, kind)."""
    statement = _filtered(
        select(LedgerRow.purpose, LedgerRow.kind, func.count()).select_from(LedgerRow),  # type: ignore[call-overload]
        wanted,
    ).group_by(LedgerRow.purpose, LedgerRow.kind)
    return {(purpose, kind): number for purpose, kind, number in session.execute(statement)}


def _filtered(statement: Any, wanted: Filter) -> Any:
    statement = statement.where(col(LedgerRow.purpose).not_in(_AGES))
    if wanted.purposes:
        statement = statement.where(col(LedgerRow.purpose).in_(wanted.purposes))
    if wanted.kinds:
        statement = statement.where(col(LedgerRow.kind).in_(wanted.kinds))
    if wanted.site:
        statement = statement.where(col(LedgerRow.site) == wanted.site)
    if wanted.recorded_from:
        statement = statement.where(col(LedgerRow.recorded_at) >= wanted.recorded_from)
    if wanted.recorded_before:
        statement = statement.where(col(LedgerRow.recorded_at) < wanted.recorded_before)
    return statement
