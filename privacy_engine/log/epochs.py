"""Key epochs: wrap every data key anew, then destroy what wrapped it before.

A deleted data key stays in old backups, in the database's free pages and write-ahead logs. Once
the epoch that wrapped it is destroyed, no such copy can be opened again. What must hold: an epoch
is destroyed only when nothing has been wrapped under it for `DESTROY_AFTER`, so that a backup can
be restored for at least that long.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlmodel import Session, col

from privacy_engine import keys
from privacy_engine.keys import KeyRing
from privacy_engine.keys.ring import write_private
from privacy_engine.log.event import instant, parse_instant
from privacy_engine.log.tables import VaultKeyRow

ROTATE_EVERY = timedelta(days=30)
DESTROY_AFTER = timedelta(days=30)
_FILE = "epochs.json"
_BATCH = 1_000


@dataclass(frozen=True)
class Change:
    """What happened to an epoch: it `began`, was `retired` (wraps nothing more), `destroyed`."""

    epoch: int
    change: str


def unrecoverable_on(ring: KeyRing, now: datetime) -> date:
    """Return the day from which no backup opens what is deleted now.

    It holds if rotations run as they are due and copies of older keys are destroyed with them.
    """
    began = _began(ring).get(ring.current_epoch, now)
    return (max(began + ROTATE_EVERY, now) + DESTROY_AFTER).date() + timedelta(days=1)


def is_due(ring: KeyRing, now: datetime) -> bool:
    """Return whether the current epoch has lasted its time; notes its beginning if unknown."""
    began = _began(ring)
    if ring.current_epoch not in began:
        _note(ring, "began", ring.current_epoch, now)
        return False
    return now >= began[ring.current_epoch] + ROTATE_EVERY


def begin(ring: KeyRing, now: datetime) -> Change:
    """Begin a new epoch.

    A crash before its beginning is noted makes it look as old as the day it is next looked at,
    which only delays its end.
    """
    epoch = ring.open_epoch()
    _note(ring, "began", epoch, now)
    return Change(epoch, "began")


def rewrap(session: Session, ring: KeyRing) -> int:
    """Wrap a batch of data keys under the current epoch; return how many, 0 when all are.

    One batch is one transaction: a crash leaves some keys under the old epoch and some under the
    new one, and both open.
    """
    current = ring.current_epoch
    statement = (
        select(VaultKeyRow.key_id, VaultKeyRow.epoch, VaultKeyRow.wrapped)  # type: ignore[call-overload]
        .where(col(VaultKeyRow.epoch) != current)
        .order_by(VaultKeyRow.key_id)
        .limit(_BATCH)
        .with_for_update()
    )
    rows = session.execute(statement).all()
    for key_id, epoch, wrapped in rows:
        bound_to = f"dek:{key_id}".encode()
        raw = keys.unseal(ring.epoch_key(epoch), wrapped, bound_to=bound_to)
        fresh = keys.seal(ring.epoch_key(current), raw, bound_to=bound_to)
        session.execute(
            update(VaultKeyRow)
            .where(col(VaultKeyRow.key_id) == key_id)
            .values(epoch=current, wrapped=fresh)
        )
    return len(rows)


def in_use(session: Session) -> frozenset[int]:
    """Return the epochs under which any data key is wrapped."""
    statement = select(VaultKeyRow.epoch).distinct()  # type: ignore[call-overload]
    return frozenset(session.execute(statement).scalars())


def retire(ring: KeyRing, used: Collection[int], now: datetime) -> list[Change]:
    """Note which past epochs wrap nothing more, and return those; take back a note that is wrong.

    Another process may have wrapped a key under an old epoch while it was being left; its note
    is taken back, and its time begins again once that key is wrapped anew.
    """
    retired = dict(_read(ring).get("retired", {}))
    changes = []
    for epoch in ring.epochs():
        if epoch in used or epoch == ring.current_epoch:
            retired.pop(str(epoch), None)
        elif str(epoch) not in retired:
            retired[str(epoch)] = instant(now)
            changes.append(Change(epoch, "retired"))
    _write(ring, _read(ring) | {"retired": retired})
    return changes


def destroy(ring: KeyRing, now: datetime) -> list[Change]:
    """Destroy the epochs that were retired `DESTROY_AFTER` ago; call `retire` first."""
    retired = _read(ring).get("retired", {})
    due = [
        epoch
        for epoch in ring.epochs()
        if str(epoch) in retired and now >= parse_instant(retired[str(epoch)]) + DESTROY_AFTER
    ]
    for epoch in due:
        ring.destroy_epoch(epoch)
    return [Change(epoch, "destroyed") for epoch in due]


class Unit(Protocol):
    """One transaction, as far as rotating keys needs it."""

    session: Session
    now: datetime

    def append(self, kind: str, data: Mapping[str, Any]) -> object:
        """Append one event."""
        ...


class Runner(Protocol):
    """What runs transactions: the engine."""

    ring: KeyRing

    def run(self, work: Callable[[Any], Any]) -> Any:
        """Run `work` with a `Unit`, in a transaction of its own."""
        ...

    def after_erasure(self) -> None:
        """Empty whatever the database still holds of old wrapped keys."""
        ...


def rotate(engine: Runner, *, force: bool = False) -> list[Change]:
    """Do whatever is due: begin an epoch, wrap all keys anew, retire and destroy old ones.

    It may run twice, or crash anywhere, and is then simply run again: at worst the log lacks the
    record of a change that was made. `force` begins a new epoch although the current one has not
    lasted its time.
    """
    ring = engine.ring
    now: datetime = engine.run(_now)
    changes = [begin(ring, now)] if is_due(ring, now) or force else []
    while engine.run(partial(_rewrap, ring)):
        pass
    changes += retire(ring, engine.run(_in_use), now)
    changes += destroy(ring, now)
    engine.run(partial(_record, changes))
    engine.after_erasure()
    return changes


def _now(tx: Unit) -> datetime:
    return tx.now


def _rewrap(ring: KeyRing, tx: Unit) -> int:
    return rewrap(tx.session, ring)


def _in_use(tx: Unit) -> frozenset[int]:
    return in_use(tx.session)


def _record(changes: Sequence[Change], tx: Unit) -> None:
    for one in changes:
        tx.append("key.rotated", {"key": "epoch", "change": one.change, "epoch": one.epoch})


def _began(ring: KeyRing) -> dict[int, datetime]:
    return {int(k): parse_instant(v) for k, v in _read(ring).get("began", {}).items()}


def _note(ring: KeyRing, what: str, epoch: int, now: datetime) -> None:
    found = _read(ring)
    found.setdefault(what, {})[str(epoch)] = instant(now)
    _write(ring, found)


def _read(ring: KeyRing) -> dict[str, dict[str, str]]:
    path = ring.directory / _FILE
    if not path.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(ring: KeyRing, found: dict[str, dict[str, str]]) -> None:
    if found != _read(ring):
        write_private(ring.directory / _FILE, json.dumps(found, sort_keys=True).encode())
