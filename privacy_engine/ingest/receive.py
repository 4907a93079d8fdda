"""Take reported events in: check each, store those that stand, answer for every one.

Framework-free: the machine surface turns HTTP into envelopes and results into HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlmodel import col

from privacy_engine import clock
from privacy_engine.errors import (
    EngineError,
    EventConflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    RaceLost,
)
from privacy_engine.ingest import codes, envelope, schemas
from privacy_engine.ingest.envelope import Envelope
from privacy_engine.ingest.grouping import Groups
from privacy_engine.ingest.moments import FIRST_YEAR, LAST_YEAR, parse_rfc3339
from privacy_engine.ingest.sites import KeyKind, SiteKey
from privacy_engine.log.catalogue import CATALOGUE
from privacy_engine.log.event import Draft, Trust
from privacy_engine.log.store import Stored
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.transaction import Actor, Role, Transaction, Transactions

FUTURE_TOLERANCE = timedelta(minutes=5)
_CHUNK = 500

_Together = Groups[Draft, Stored | EngineError]

Validator = Callable[[Mapping[str, Any], datetime, ZoneInfo], tuple[str, str] | None]
"""Takes data, the instant that counts and our zone; returns pointer and fault, or None."""


class Receipt(Struct, frozen=True):
    """What a sender keeps: it can be checked against the log.

    Attributes:
        source: as the sender wrote it; the log holds only a keyed hash.
        recorded_at: aware UTC.
        leaf_hash: 32 bytes, RFC 6962.
        position: in the log, None until the sequencer has been there.
    """

    event_id: str
    source: str
    id: str
    type: str
    recorded_at: datetime
    leaf_hash: bytes
    position: int | None = None


class ItemResult(Struct, frozen=True):
    """What became of one event: a receipt, or the error that stopped it."""

    receipt: Receipt | None = None
    duplicate: bool = False
    error: EngineError | None = None


def receive(
    engine: Transactions,
    key: SiteKey,
    events: Sequence[Envelope | EngineError],
    *,
    validators: Mapping[str, Validator] | None = None,
) -> list[ItemResult]:
    """Store what can be stored, each event standing alone; return one result for each, in order.

    Everything accepted is committed when this returns. An error among `events` is passed on.

    Args:
        engine: the world, live or test, that the key writes to.
        key: who reports.
        events: envelopes, or what was wrong with them before they became one.
        validators: further checks by event type, from registers that this one must not import.
    """
    now = clock.now()
    door = _Door(engine, key, now, validators or {}, str(Actor(Role.SITE, key.site)))
    drafts: dict[int, Draft] = {}
    results: list[ItemResult] = [ItemResult()] * len(events)
    for index, item in enumerate(events):
        if isinstance(item, EngineError):
            results[index] = ItemResult(error=item)
            continue
        try:
            drafts[index] = _draft(door, item)
        except EngineError as error:
            results[index] = ItemResult(error=error)
    outcomes = _store_together(engine, key, list(drafts.values()))
    for index, outcome in zip(drafts, outcomes, strict=True):
        sent = events[index]
        if isinstance(sent, Envelope):
            results[index] = _result(sent, outcome)
    return _with_positions(engine, results)


# Checking --------------------------------------------------------------------------------


class _Door(NamedTuple):
    """What one request checks its events against."""

    engine: Transactions
    key: SiteKey
    now: datetime
    validators: Mapping[str, Validator]
    actor: str


def _draft(door: _Door, sent: Envelope) -> Draft:
    key = door.key
    envelope.require_own_source(sent.source, key)
    _require_type(sent.type, key)
    checked = schemas.check(sent.type, sent.data)
    codes.check(door.engine.content, sent.type, checked.data)
    occurred_at = _occurred_at(sent, now=door.now)
    imported = checked.data.get("method") == "import"
    if imported and sent.time is None:
        raise _invalid("/time", "is required of what is imported: when did it happen?")
    if imported and key.kind is KeyKind.BROWSER:
        raise Forbidden("an import needs a server key")
    fault = _fault(door, sent.type, checked.data, at=occurred_at or door.now)
    if fault:
        raise _invalid(*fault)
    return Draft(
        kind=sent.type,
        data=checked.data,
        site=key.site,
        trust=_trust(key, imported=imported),
        actor=door.actor,
        occurred_at=occurred_at,
        subject=checked.subject,
        origin=(sent.source, sent.id),
    )


def _require_type(kind: str, key: SiteKey) -> None:
    declared = CATALOGUE.get(kind)
    if declared is None or not declared.reported:
        raise _invalid("/type", "is not a type that a site may report; docs/events.md lists them")
    if key.kind is KeyKind.BROWSER and not declared.browser:
        raise Forbidden(f"{kind} needs a server key; a browser key is public")


def _trust(key: SiteKey, *, imported: bool) -> Trust:
    if key.kind is KeyKind.BROWSER:
        return Trust.BROWSER
    return Trust.IMPORT if imported else Trust.SERVER


def _occurred_at(sent: Envelope, *, now: datetime) -> datetime | None:
    if sent.time is None:
        return None
    try:
        moment = parse_rfc3339(sent.time)
    except ValueError:
        raise _invalid(
            "/time",
            "must be an RFC 3339 instant with an offset, such as 2026-11-22T18:00:00Z, "
            f"in the years {FIRST_YEAR} to {LAST_YEAR}",
        ) from None
    if moment > now + FUTURE_TOLERANCE:
        raise _invalid("/time", "lies more than five minutes in the future")
    # A clock that runs a little fast means now.
    return None if moment > now else moment


def _fault(
    door: _Door, kind: str, data: Mapping[str, Any], *, at: datetime
) -> tuple[str, str] | None:
    check = door.validators.get(kind)
    return check(data, at, door.engine.settings.zone) if check else None


def _invalid(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(f"{pointer} {detail}", errors=[FieldError(pointer, detail)])


# Storing ---------------------------------------------------------------------------------


# One for each world and site, for as long as the world is open.
_groups: WeakKeyDictionary[Transactions, dict[str, _Together]] = WeakKeyDictionary()


def _store_together(
    engine: Transactions, key: SiteKey, drafts: Sequence[Draft]
) -> Sequence[Stored | EngineError]:
    """Store drafts, in one transaction with those of the same site that arrive meanwhile."""
    if not drafts:
        return []
    groups = _groups.setdefault(engine, {}).setdefault(key.site, Groups())
    return groups.store(drafts, lambda items: _store(engine, key, items))


def _store(
    engine: Transactions, key: SiteKey, drafts: Sequence[Draft]
) -> list[Stored | EngineError]:
    """Store drafts in one transaction; where one of them stops it, the others go without it."""
    actor = Actor(Role.SITE, key.site)
    try:
        return engine.run(lambda tx: _append(tx, drafts), actor=actor)
    except RaceLost:
        raise
    except EngineError as error:
        # The registers refused something that no schema can see, and nothing was stored. Halving
        # finds the one in a few transactions, and keeps the order of all the others.
        if len(drafts) == 1:
            return [_as_input(error)]
        middle = len(drafts) // 2
        first = _store(engine, key, drafts[:middle])
        return first + _store(engine, key, drafts[middle:])


def _as_input(error: EngineError) -> EngineError:
    # What an event names and nobody knows, such as a duty on a day before its law, is a fault of
    # the event; the address that it was sent to exists.
    return InvalidInput(error.detail) if isinstance(error, NotFound) else error


def _append(tx: Transaction, drafts: Sequence[Draft]) -> list[Stored | EngineError]:
    outcomes = tx.append_many(drafts)
    conflicts = [
        index
        for index, outcome in enumerate(outcomes)
        if isinstance(outcome, EventConflict) and drafts[index].occurred_at is not None
    ]
    for index in conflicts:
        outcomes[index] = _as_fast_clock(tx, drafts[index], outcomes[index])
    return outcomes


def _as_fast_clock(
    tx: Transaction, draft: Draft, conflict: Stored | EngineError
) -> Stored | EngineError:
    # An event whose clock ran ahead was stored as happening at its receipt. Repeated later, its
    # time lies in the past and would look like other content; it is the same event.
    moment = draft.occurred_at
    earlier = tx.append_many([replace(draft, occurred_at=None)])[0]
    if moment is None or not isinstance(earlier, Stored):
        return conflict
    ahead = moment - earlier.recorded_at
    return earlier if timedelta(0) < ahead <= FUTURE_TOLERANCE else conflict


def _result(sent: Envelope, outcome: Stored | EngineError) -> ItemResult:
    if isinstance(outcome, EngineError):
        return ItemResult(error=outcome)
    receipt = Receipt(
        event_id=outcome.event_id,
        source=sent.source,
        id=sent.id,
        type=sent.type,
        recorded_at=outcome.recorded_at,
        leaf_hash=outcome.leaf_hash,
    )
    return ItemResult(receipt, duplicate=outcome.duplicate)


# Receipts --------------------------------------------------------------------------------


def _with_positions(engine: Transactions, results: list[ItemResult]) -> list[ItemResult]:
    # Nothing that was stored a moment ago can have a position; only repeats are looked up.
    repeated = [item.receipt.event_id for item in results if item.receipt and item.duplicate]
    if not repeated:
        return results
    known: dict[str, tuple[str, int | None]] = {}
    with engine.reading() as tx:
        for start in range(0, len(repeated), _CHUNK):
            known |= _recorded(tx, repeated[start : start + _CHUNK])
    return [
        replace(item, receipt=_completed(item.receipt, known))
        if item.receipt and item.duplicate
        else item
        for item in results
    ]


def _completed(receipt: Receipt, known: Mapping[str, tuple[str, int | None]]) -> Receipt:
    kind, position = known.get(receipt.event_id, (receipt.type, None))
    return replace(receipt, type=kind, position=position)


def _recorded(tx: Transaction, event_ids: Sequence[str]) -> dict[str, tuple[str, int | None]]:
    statement = (
        select(LogEventRow.event_id, LogEventRow.kind, LogEntryRow.position)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id), isouter=True)
        .where(col(LogEventRow.event_id).in_(list(event_ids)))
    )
    return {
        event_id: (kind, position) for event_id, kind, position in tx.session.execute(statement)
    }


def receipt_of(tx: Transaction, event_id: str, *, origin: tuple[str, str]) -> Receipt:
    """Return the receipt of a stored event for the sender who called it `origin`.

    Raises:
        NotFound: there is no such event.
    """
    row = tx.session.get(LogEventRow, event_id)
    if row is None:
        raise NotFound
    position = _recorded(tx, [event_id])[event_id][1]
    return Receipt(event_id, *origin, row.kind, row.recorded_at, row.leaf_hash, position)
