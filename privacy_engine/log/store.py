"""Append events and read them again; the only writer of events.

What one append leaves, in one transaction: the leaf and the sealed envelope (append-only), the
sealed parts (destroyable), the work order for the sequencer. A crash before the commit leaves
nothing; after it, the event is acknowledged and only its position is still to come.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine import keys
from privacy_engine.errors import (
    Conflict,
    EngineError,
    EventConflict,
    InvalidInput,
    NotFound,
    RaceLost,
)
from privacy_engine.identifiers import is_name, ulid
from privacy_engine.keys import KeyRing
from privacy_engine.log import identity, sealing
from privacy_engine.log.bulk import Rows, insert_ignoring, insert_rows, matching
from privacy_engine.log.catalogue import event_type
from privacy_engine.log.erasure import suppression_hash
from privacy_engine.log.event import Draft, Event, Identifier, Scope
from privacy_engine.log.sealing import Sealing
from privacy_engine.log.tables import (
    AggregateRow,
    LogEventRow,
    LogPendingRow,
    SealedPartRow,
    SuppressionRow,
)
from privacy_engine.log.vault import (
    INSTANCE_KEY_ID,
    STRONG,
    DataKey,
    Vault,
    normalise,
)

_LONGEST_NAME = 64


class Stored(Struct, frozen=True):
    """What became of a draft: a new event, or (`duplicate`) the one stored before."""

    event_id: str
    leaf_hash: bytes
    recorded_at: datetime
    event: Event | None
    duplicate: bool = False


def append(
    session: Session, vault: Vault, ring: KeyRing, *, drafts: Sequence[Draft], now: datetime
) -> list[Stored | EngineError]:
    """Append drafts; return, in order, what was stored or the conflict that stopped one of them.

    Raises:
        RaceLost: another transaction was first; the whole transaction must be tried again.
        Conflict: a person that a draft names by id has been erased.
    """
    dedupe = [_dedupe_key(ring, draft) for draft in drafts]
    results: list[Stored | EngineError | None] = list(
        _repeats(session, vault, drafts=drafts, dedupe=dedupe)
    )
    first_of: dict[bytes, int] = {}
    now_fresh: list[int] = []
    later: list[int] = []  # the same (source, id) twice within one batch
    for index, key in enumerate(dedupe):
        if results[index] is None:
            new = key is None or first_of.setdefault(key, index) == index
            (now_fresh if new else later).append(index)
    stored = _append_fresh(
        session,
        vault,
        ring,
        drafts=[drafts[i] for i in now_fresh],
        dedupe=[dedupe[i] for i in now_fresh],
        now=now,
    )
    for index, outcome in zip(now_fresh, stored, strict=True):
        results[index] = outcome
    for index in later:
        results[index] = _within_batch(drafts, results, index, first_of[dedupe[index] or b""])
    return [result for result in results if result is not None]


def _within_batch(
    drafts: Sequence[Draft], results: Sequence[Stored | EngineError | None], index: int, first: int
) -> Stored | EngineError:
    earlier = results[first]
    if not isinstance(earlier, Stored):
        return earlier or EventConflict()
    if sealing.content(drafts[index]) != sealing.content(drafts[first]):
        return EventConflict()
    return Stored(earlier.event_id, earlier.leaf_hash, earlier.recorded_at, None, duplicate=True)


def _dedupe_key(ring: KeyRing, draft: Draft) -> bytes | None:
    if draft.origin is None:
        return None
    text = "\x1f".join((draft.site, *draft.origin))
    return keys.mac(ring.secret("dedupe-pepper"), text.encode())


def _repeats(
    session: Session, vault: Vault, *, drafts: Sequence[Draft], dedupe: Sequence[bytes | None]
) -> Iterator[Stored | EngineError | None]:
    wanted = [key for key in dedupe if key is not None]
    # Nearly always nothing is found; only a repeat is read whole.
    statement = "SELECT dedupe_key, event_id FROM log_event WHERE dedupe_key"
    known = {bytes(key): event_id for key, event_id in matching(session, statement, wanted)}
    for draft, key in zip(drafts, dedupe, strict=True):
        row = session.get(LogEventRow, known[key]) if key in known else None
        yield _repeat(session, vault, draft=draft, row=row) if row else None


def _repeat(
    session: Session, vault: Vault, *, draft: Draft, row: LogEventRow
) -> Stored | EngineError:
    part = session.get(SealedPartRow, (row.event_id, str(Scope.PERSON)))
    key = vault.key(part.key_id) if part else None
    # Without a part or its key the person was erased: the old receipt, whatever it now says.
    if part and key and part.content_mac is not None:
        same = keys.same(part.content_mac, keys.mac(key.mac, sealing.content(draft)))
        if not same or row.kind != draft.kind:
            return EventConflict()
    return Stored(row.event_id, row.leaf_hash, row.recorded_at, None, duplicate=True)


def _append_fresh(
    session: Session,
    vault: Vault,
    ring: KeyRing,
    *,
    drafts: Sequence[Draft],
    dedupe: Sequence[bytes | None],
    now: datetime,
) -> list[Stored]:
    if not drafts:
        return []
    who = identity.resolve(vault, drafts)
    persons = sorted({item.subject_id for item in who if item.subject_id})
    _lock_persons(vault, persons, named={d.subject_id for d in drafts if d.subject_id})
    after = _lock_aggregates(session, sorted({d.case_id for d in drafts if d.case_id}))
    vault.open_keys([*persons, *after, INSTANCE_KEY_ID])
    proofs = vault.proof_keys(
        [
            w.subject_id
            for w, d in zip(who, drafts, strict=True)
            if w.subject_id and not event_type(d.kind).proven.isdisjoint(d.data)
        ]
    )
    sealed: list[Sealing] = []
    for draft, key, resolved in zip(drafts, dedupe, who, strict=True):
        event_id = ulid(now, after=after.get(draft.case_id or ""))
        if draft.case_id:
            after[draft.case_id] = event_id
        sealed.append(Sealing(draft, event_id, key, resolved, now))
    stored = _write(session, vault, sealed=sealed, proofs=proofs)
    _remember_aggregates(session, after)
    _record_links(vault, sealed)
    _notice_returns(session, vault, ring, sealed)
    return stored


def _lock_persons(vault: Vault, subject_ids: Sequence[str], *, named: set[str]) -> None:
    # Before anything is inserted. Whoever is missing was erased since this transaction looked them
    # up: seen again, the identifiers name a new person; sealed under the destroyed key, nothing
    # would ever open.
    missing = set(subject_ids) - vault.lock_persons(subject_ids)
    if missing & named:
        msg = "the person of this event has been erased"
        raise Conflict(msg)
    if missing:
        raise RaceLost


def _lock_aggregates(session: Session, names: Sequence[str]) -> dict[str, str]:
    if not names:
        return {}
    insert_ignoring(session, AggregateRow, [{"name": n, "last_event_id": "0" * 26} for n in names])
    statement = (
        select(AggregateRow.name, AggregateRow.last_event_id)  # type: ignore[call-overload]
        .where(col(AggregateRow.name).in_(list(names)))
        .order_by(AggregateRow.name)
        .with_for_update()
    )
    return dict(session.execute(statement).all())


def lock_aggregate(session: Session, name: str) -> None:
    """Lock a case before deciding on it, so that nobody decides on the same state twice.

    Raises:
        NotFound: no case can bear this name.
    """
    if len(name) > _LONGEST_NAME or not is_name(name):
        raise NotFound
    _lock_aggregates(session, [name])


def _remember_aggregates(session: Session, after: dict[str, str]) -> None:
    table = AggregateRow.__table__  # type: ignore[attr-defined]
    for name, event_id in sorted(after.items()):
        session.execute(table.update().where(table.c.name == name).values(last_event_id=event_id))


def _record_links(vault: Vault, sealed: Sequence[Sealing]) -> None:
    pairs = []
    for item in sealed:
        if item.who.subject_id and item.draft.site != "engine":
            pairs.append((item.who.subject_id, item.draft.site))
        for link in item.who.links:
            vault.link(link, event_id=item.event_id, at=item.recorded_at)
            pairs += [(link.first, item.draft.site), (link.second, item.draft.site)]
    vault.seen_by(pairs)


def _notice_returns(
    session: Session, vault: Vault, ring: KeyRing, sealed: Sequence[Sealing]
) -> None:
    """Count what names somebody anew beside a name on the suppression list as joining the two.

    Whoever was erased left no subject that a link could lead to.
    """
    named = {
        item.event_id: {suppression_hash(ring, one) for one in item.who.identifiers}
        for item in sealed
        if item.who.names_anew
    }
    if named:
        statement = select(SuppressionRow.hash).where(  # type: ignore[call-overload]
            col(SuppressionRow.hash).in_(sorted(set().union(*named.values())))
        )
        listed = set(session.execute(statement).scalars())
        vault.joining |= {event_id for event_id, hashes in named.items() if hashes & listed}


def _write(
    session: Session, vault: Vault, *, sealed: Sequence[Sealing], proofs: dict[str, DataKey]
) -> list[Stored]:
    events: list[tuple[object, ...]] = []
    parts: list[tuple[object, ...]] = []
    stored: list[Stored] = []
    instance_key = vault.instance_key()
    for item in sealed:
        contents = sealing.split(item)
        owners = sealing.keys_for(vault, item, contents=contents, proofs=proofs)
        done = sealing.seal(item, contents, owners=owners, instance_key=instance_key)
        events.append(sealing.event_row(item, done))
        parts += done.parts
        event = sealing.as_event(item, contents)
        stored.append(Stored(item.event_id, done.leaf_hash, item.recorded_at, event))
    insert_rows(session, LogEventRow, Rows(sealing.EVENT_COLUMNS, events))
    insert_rows(session, SealedPartRow, Rows(sealing.PART_COLUMNS, parts))
    insert_rows(session, LogPendingRow, Rows(("event_id",), [row[:1] for row in events]))
    return stored


def find_subject(vault: Vault, identifiers: Sequence[Identifier], *, site: str) -> str | None:
    """Return the subject that the strongest known identifier names, or None; makes nobody."""
    normal = [normalise(item, site=site) for item in identifiers]
    known = vault.known(normal)
    ranked = sorted(known, key=lambda item: STRONG.index(item.kind) if item.kind in STRONG else 9)
    return known[ranked[0]] if ranked else None


def suppressed(
    session: Session, ring: KeyRing, *, identifiers: Sequence[Identifier], site: str
) -> tuple[str, ...]:
    """Return the action codes that the suppression list holds for any of the identifiers."""
    hashes = [suppression_hash(ring, normalise(item, site=site)) for item in identifiers]
    statement = select(SuppressionRow.action).where(  # type: ignore[call-overload]
        col(SuppressionRow.hash).in_(hashes)
    )
    return tuple(sorted(set(session.execute(statement).scalars())))


def suppressing(
    session: Session, ring: KeyRing, identifiers: Sequence[Identifier], *, action: str
) -> list[bool]:
    """Return, for each identifier in order, whether the suppression list says `action`.

    What cannot be an identifier (an empty text in a foreign table) is on no list.
    """
    hashes = [_hash_or_none(ring, item) for item in identifiers]
    statement = select(SuppressionRow.hash).where(  # type: ignore[call-overload]
        col(SuppressionRow.hash).in_([item for item in hashes if item]),
        col(SuppressionRow.action) == action,
    )
    listed = set(session.execute(statement).scalars())
    return [item in listed for item in hashes]


def suppression_hashes(ring: KeyRing, identifiers: Sequence[Identifier]) -> set[bytes]:
    """Return the hashes under which identifiers stand on the suppression list, if they do."""
    return {found for item in identifiers if (found := _hash_or_none(ring, item))}


def suppresses_anybody(session: Session, *, action: str) -> bool:
    """Return whether the suppression list says `action` of anybody."""
    statement = select(col(SuppressionRow.hash)).where(col(SuppressionRow.action) == action)
    return session.execute(statement.limit(1)).first() is not None


def _hash_or_none(ring: KeyRing, identifier: Identifier) -> bytes | None:
    try:
        return suppression_hash(ring, normalise(identifier, site="engine"))
    except InvalidInput:
        return None
