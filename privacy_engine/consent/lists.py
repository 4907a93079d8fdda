"""What leaves the ledger in bulk: all of its records, or whom a mailer may write to; streamed."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.consent import everybody, rules
from privacy_engine.consent.register import COLUMNS, LedgerRow, record_from, stays_refused
from privacy_engine.consent.rules import CHILD, Answer, Record, State
from privacy_engine.consent.suppression import ACTIONS
from privacy_engine.database import read_lightly
from privacy_engine.log import reachable, store
from privacy_engine.log.event import Event, Identifier
from privacy_engine.transaction import Transaction, Transactions

PAGE = 2_000
Apart = Callable[[Transaction, Sequence[Sequence[str]]], Set[str]]
"""Returns those of some people's ids of whom nothing may be used."""
_OPENED = ("wording", "language", "actor", "evidence")


@dataclass(frozen=True, repr=False)
class Reader:
    """One person whom a mailer may write to, or (`permitted` false) must not.

    Attributes:
        since: aware; since when it stands so, None where nothing was ever said.
    """

    subject_id: str
    address: str
    permitted: bool
    state: str
    since: Any


def count_records(tx: Transaction) -> tuple[int, str]:
    """Return how many records the ledger holds, and the id of the newest event among them.

    Counting reads every page of the table: what it would keep of them is never given back.
    """
    read_lightly(tx.session)
    statement: Any = select(func.count(), func.max(LedgerRow.event_id)).where(
        col(LedgerRow.purpose) != CHILD
    )
    number, newest = tx.session.execute(statement).one()
    return int(number), str(newest or "")


def records(engine: Transactions, *, until: str, opened: bool) -> Iterator[dict[str, Any]]:
    """Yield every record up to an event, oldest first, as values that JSON can hold.

    Each page is a transaction of its own: with it go the keys that it opened, so that a million
    records need no more memory than one page. `opened` adds what is sealed as proof.
    """
    after = ""
    while True:
        with engine.reading() as tx:
            read_lightly(tx.session)
            page = _page(tx, after=after, until=until)
            events = {}
            if opened:
                ids = [item.event_id for item in page]
                events = {event.event_id: event for event in tx.read(ids)}
        if not page:
            return
        after = page[-1].event_id
        for item in page:
            yield _values(item, events.get(item.event_id))


def _page(tx: Transaction, *, after: str, until: str) -> list[Record]:
    statement: Any = (
        select(*(getattr(LedgerRow, name) for name in COLUMNS))
        .where(
            col(LedgerRow.event_id) > after,
            col(LedgerRow.event_id) <= until,
            col(LedgerRow.purpose) != CHILD,
        )
        .order_by(LedgerRow.event_id)
        .limit(PAGE)
    )
    return [record_from(row) for row in tx.session.execute(statement)]


def _values(item: Record, event: Event | None) -> dict[str, Any]:
    said = {name: event.data[name] for name in _OPENED if name in event.data} if event else {}
    return {
        "event_id": item.event_id,
        "person": item.subject_id,
        "state": item.kind,
        "purpose": item.purpose,
        "service": item.service,
        "at": item.at.isoformat(),
        "recorded_at": item.recorded_at.isoformat(),
        "document": item.document,
        "version": item.version,
        "method": item.method,
        "trust": str(item.trust),
        "site": item.site,
        "expires_at": item.expires_at.isoformat() if item.expires_at else None,
        **said,
    }


def readers(
    engine: Transactions, purpose: str, *, permitted: bool, apart: Apart
) -> Iterator[Reader]:
    """Yield whom a mailer may write to for a purpose now, or whom it must take off its list.

    Nobody who may be a child is ever among the former, nor whoever only a legal hold keeps from
    erasure: `apart` says who that is. Somebody without an address is in neither list. Each page
    is a transaction of its own.

    Raises:
        UnknownCode: no such purpose.
    """
    after = ""
    while True:
        with engine.reading() as tx:
            read_lightly(tx.session)
            page = reachable.with_email(tx.session, after=after, limit=everybody.PAGE)
            found = list(_readers(tx, purpose, page, apart))
        if not page:
            return
        after = page[-1]
        yield from (item for item in found if item.permitted is permitted)


def _readers(tx: Transaction, purpose: str, page: list[str], apart: Apart) -> Iterator[Reader]:
    terms = rules.terms(tx.content, purpose, zone=tx.settings.zone)
    found = []
    for people, known in everybody.among(tx, page):
        # Linked subjects are one person and stand in the list once.
        first = people[0] if len(people) == 1 else reachable.first_of_person(tx.session, people)
        if first in page:
            found.append((first, known, _addresses(tx, people)))
    listed = _suppressed(tx, [address for *_, addresses in found for address in addresses])
    kept = apart(tx, [(first,) for first, *_ in found])
    for first, known, addresses in found:
        actions = [action for address in addresses for action in listed.get(address, ())]
        answer = rules.decide(
            known,
            terms,
            at=tx.now,
            stays_refused=stays_refused(terms, actions),
            forgotten_child=rules.DO_NOT_USE in actions,
        )
        if first in kept:
            answer = Answer(permitted=False, state=State.SUSPENDED)
        for address in addresses:
            yield Reader(first, address, answer.permitted, str(answer.state), answer.since)


def _suppressed(tx: Transaction, addresses: Sequence[str]) -> Mapping[str, list[str]]:
    """Return what the suppression list says of addresses: a no outlives an erased person."""
    named = [Identifier("email", address) for address in addresses]
    found: dict[str, list[str]] = {}
    for action in (*ACTIONS, rules.DO_NOT_USE):
        said = store.suppressing(tx.session, tx.world.ring, named, action=action)
        for address, listed in zip(addresses, said, strict=True):
            if listed:
                found.setdefault(address, []).append(action)
    return found


def _addresses(tx: Transaction, people: tuple[str, ...]) -> list[str]:
    named = [item.value for item in tx.identifiers(people) if item.kind == "email"]
    return list(dict.fromkeys(named))
