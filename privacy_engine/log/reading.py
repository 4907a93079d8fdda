"""Read events back: the envelope, and whatever of their parts still opens."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.errors import VerificationError
from privacy_engine.log.event import Event, Scope, Trust, parse_instant
from privacy_engine.log.sealing import merge, open_envelope, open_part
from privacy_engine.log.tables import LogEntryRow, LogEventRow, SealedPartRow
from privacy_engine.log.vault import INSTANCE_KEY_ID, Vault

_CHUNK = 500


def read_events(session: Session, vault: Vault, event_ids: Sequence[str]) -> list[Event]:
    """Return events by id, in the given order, with whatever of them still opens."""
    found: dict[str, Event] = {}
    for start in range(0, len(event_ids), _CHUNK):
        chunk = list(event_ids[start : start + _CHUNK])
        rows = session.execute(
            select(LogEventRow).where(col(LogEventRow.event_id).in_(chunk))
        ).scalars()
        by_event: dict[str, list[SealedPartRow]] = {}
        for part in session.execute(
            select(SealedPartRow).where(col(SealedPartRow.event_id).in_(chunk))
        ).scalars():
            by_event.setdefault(part.event_id, []).append(part)
        vault.open_keys({p.key_id for ps in by_event.values() for p in ps} | {INSTANCE_KEY_ID})
        found |= {
            row.event_id: open_event(vault, row, by_event.get(row.event_id, [])) for row in rows
        }
    return [found[event_id] for event_id in event_ids if event_id in found]


def events_under(session: Session, *key_ids: str) -> list[str]:
    """Return the ids of events that have a part sealed under any of these keys, oldest first."""
    statement = select(SealedPartRow.event_id).where(col(SealedPartRow.key_id).in_(key_ids))  # type: ignore[call-overload]
    return sorted(set(session.execute(statement).scalars()))


def read_log(session: Session, vault: Vault, *, start: int = 0) -> Iterator[list[Event]]:
    """Yield events in the order of the log, in bounded pages, from position `start`."""
    while True:
        statement = (
            select(LogEntryRow.event_id)  # type: ignore[call-overload]
            .where(col(LogEntryRow.position) >= start, col(LogEntryRow.position) < start + _CHUNK)
            .order_by(LogEntryRow.position)
        )
        event_ids = list(session.execute(statement).scalars())
        if not event_ids:
            return
        yield read_events(session, vault, event_ids)
        start += len(event_ids)


def open_event(vault: Vault, row: LogEventRow, parts: Sequence[SealedPartRow]) -> Event:
    """Return one event from its rows.

    Raises:
        VerificationError: the envelope does not open, or a part that has its key does not.
    """
    _, body = open_envelope(vault.instance_key(), row)
    envelope = orjson.loads(body)
    opened: list[dict[str, Any]] = [envelope]
    owners: dict[str, str] = {}
    for part in parts:
        key = vault.key(part.key_id)
        if key is not None:
            opened.append(orjson.loads(open_part(key, part, row.leaf_hash)[1]))
            owners[part.scope] = part.key_id
    if envelope["event_id"] != row.event_id:
        msg = f"event {row.event_id} carries the envelope of another one"
        raise VerificationError(msg)
    return Event(
        event_id=row.event_id,
        kind=envelope["kind"],
        version=envelope["version"],
        site=envelope["site"],
        trust=Trust(envelope["trust"]),
        actor=envelope["actor"],
        recorded_at=parse_instant(envelope["recorded_at"]),
        occurred_at=parse_instant(envelope["occurred_at"]),
        subject_id=owners.get(Scope.PERSON),
        case_id=owners.get(Scope.CASE),
        data=merge(opened),
        erased=frozenset(Scope(s) for s in envelope["scopes"] if s not in owners),
    )
