"""Everybody in the ledger, person by person, in bounded pages: for lists, exports, comparisons."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.consent.register import COLUMNS, LedgerRow, StateRow, record_from
from privacy_engine.consent.rules import Record
from privacy_engine.log.tables import VaultLinkRow
from privacy_engine.transaction import Transaction

PAGE = 500

Person = tuple[tuple[str, ...], list[Record]]
"""All ids of one person, and what is recorded under them."""


def newest(tx: Transaction) -> Iterator[Person]:
    """Yield everybody with the newest record of every slot: enough for answers about now."""
    return _people(tx, StateRow)


def whole(tx: Transaction) -> Iterator[Person]:
    """Yield everybody with all of their records: enough for answers about any day."""
    return _people(tx, LedgerRow)


def among(tx: Transaction, subject_ids: Sequence[str]) -> Iterator[Person]:
    """Yield the people of these ids with the newest record of every slot, if there is any.

    What is recorded of a device or phone counts for whoever uses it, as in every other answer.
    """
    used = _of_what_they_use(tx.session, subject_ids)
    for ids, records in _of_page(tx, StateRow, subject_ids, met=set()):
        yield ids, records + used.get(ids[0], []) if len(ids) == 1 else records


def _people(tx: Transaction, table: type[LedgerRow] | type[StateRow]) -> Iterator[Person]:
    after = ""
    met: set[str] = set()  # of linked people only: each is told once, under any of their ids
    while page := _page(tx.session, table, after=after):
        after = page[-1]
        yield from _of_page(tx, table, page, met=met)


def _of_page(
    tx: Transaction,
    table: type[LedgerRow] | type[StateRow],
    page: Sequence[str],
    *,
    met: set[str],
) -> Iterator[Person]:
    records = _records(tx.session, table, page)
    linked = _linked(tx.session, page)
    for subject_id in page:
        if subject_id not in linked:
            yield (subject_id,), records[subject_id]
        elif subject_id not in met:
            ids = tx.person(subject_id)
            met.update(ids)
            found = _records(tx.session, table, ids)
            yield ids, [item for one in found.values() for item in one]


def _page(
    session: Session, table: type[LedgerRow] | type[StateRow], *, after: str
) -> Sequence[str]:
    statement: Any = (
        select(table.subject_id)  # type: ignore[call-overload]
        .where(col(table.subject_id) > after)
        .distinct()
        .order_by(table.subject_id)
        .limit(PAGE)
    )
    return list(session.execute(statement).scalars())


def _records(
    session: Session, table: type[LedgerRow] | type[StateRow], subject_ids: Sequence[str]
) -> dict[str, list[Record]]:
    # Columns and not rows of the mapper: a list of a million people stays flat in memory.
    statement: Any = select(*(getattr(table, name) for name in COLUMNS)).where(
        col(table.subject_id).in_(list(subject_ids))
    )
    found: dict[str, list[Record]] = {item: [] for item in subject_ids}
    for row in session.execute(statement):
        record = record_from(row)
        found[record.subject_id].append(record)
    return found


def _of_what_they_use(session: Session, subject_ids: Sequence[str]) -> dict[str, list[Record]]:
    """Return the records of the devices and phones that somebody uses; one query for a page."""
    # A person who is several subjects has theirs already: `tx.person` names what they use.
    statement: Any = (
        select(VaultLinkRow.first, *(getattr(StateRow, name) for name in COLUMNS))  # type: ignore[call-overload]
        .join(VaultLinkRow, col(VaultLinkRow.second) == col(StateRow.subject_id))
        .where(
            col(VaultLinkRow.first).in_(list(subject_ids)),
            col(VaultLinkRow.weak).is_(True),
            col(VaultLinkRow.proven).is_(True),
        )
    )
    found: dict[str, list[Record]] = {}
    for row in session.execute(statement):
        found.setdefault(row.first, []).append(record_from(row))
    return found


def _linked(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return those subjects that proven links join with others."""
    found: set[str] = set()
    for end in (VaultLinkRow.first, VaultLinkRow.second):
        statement: Any = select(end).where(  # type: ignore[call-overload]
            col(end).in_(list(subject_ids)),
            col(VaultLinkRow.proven).is_(True),
            col(VaultLinkRow.weak).is_(False),
        )
        found |= set(session.execute(statement).scalars())
    return found
