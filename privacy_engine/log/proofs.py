"""How long consent proofs outlive the person they are about, and their end.

While a person is known, their proofs go with them. Erasure leaves the proofs under a key of their
own, and dates it: from then on nobody else remembers that the key is there.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from privacy_engine.keys import KeyRing
from privacy_engine.log import erasure, journal, row_seals
from privacy_engine.log.erasure import Erased
from privacy_engine.log.event import Scope
from privacy_engine.log.journal import Destroyed
from privacy_engine.log.reading import events_under
from privacy_engine.log.tables import VaultKeyRow

BATCH_KEYS = 200
_CASE = "consent-proofs"


def keep(session: Session, ring: KeyRing, subject_ids: Sequence[str], *, until: datetime) -> None:
    """Date the proof keys of people who are erased in this transaction; `until` is aware."""
    theirs = and_(
        col(VaultKeyRow.owner).in_(list(subject_ids)), col(VaultKeyRow.scope) == Scope.PROOF
    )
    session.execute(update(VaultKeyRow).where(theirs).values(keep_until=until))
    row_seals.seal_again(session, ring, VaultKeyRow, where=theirs)


def undated(session: Session) -> list[str]:
    """Return people of whom only a proof without a date is left, as after a restore; bounded."""
    person = aliased(VaultKeyRow)
    statement = (
        select(VaultKeyRow.owner)  # type: ignore[call-overload]
        .outerjoin(person, col(person.key_id) == col(VaultKeyRow.owner))
        .where(
            col(VaultKeyRow.scope) == Scope.PROOF,
            col(VaultKeyRow.keep_until).is_(None),
            col(person.key_id).is_(None),
        )
        .limit(BATCH_KEYS)
    )
    return sorted(session.execute(statement).scalars())


def dispose(session: Session, ring: KeyRing, *, at: datetime) -> Erased:
    """Destroy the next proof keys whose time is over, at most `BATCH_KEYS`; return what was there.

    The journal is written first. A crash before the commit leaves its line, and keys whose time
    is over: the next run takes them.
    """
    statement = (
        select(VaultKeyRow.key_id, VaultKeyRow.owner)  # type: ignore[call-overload]
        .where(col(VaultKeyRow.scope) == Scope.PROOF, col(VaultKeyRow.keep_until) <= at)
        .order_by(col(VaultKeyRow.key_id))
        .limit(BATCH_KEYS)
    )
    owners: dict[str, str] = dict(session.execute(statement).all())
    if not owners:
        return Erased((), (), 0, 0, erasure.digest_of(()))
    event_ids = events_under(session, *owners)
    journal.write(ring, Destroyed(at, _CASE, tuple(owners)))
    parts = erasure.destroy_keys(session, list(owners))
    people = tuple(sorted(owners.values()))
    return Erased(people, tuple(event_ids), parts, 0, erasure.digest_of(event_ids))


def are_over(session: Session, key_ids: Sequence[str], *, now: datetime) -> bool:
    """Return whether every one of these keys that still exists is a proof whose time is over."""
    statement = select(VaultKeyRow.keep_until).where(  # type: ignore[call-overload]
        col(VaultKeyRow.key_id).in_(list(key_ids))
    )
    dates = list(session.execute(statement).scalars())
    return all(date is not None and date <= now for date in dates)
