"""Destroy what is sealed about a person, so that the log still verifies and nothing opens.

Order, and what a crash leaves: the erasure journal (outside the database and its backups) is
written first, then everything else in one transaction. A crash between the two leaves a journal
line for an erasure that its order will repeat; never an erasure that a restore could undo unseen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from privacy_engine import keys
from privacy_engine.keys import KeyRing
from privacy_engine.log import identity, journal
from privacy_engine.log.bulk import insert_ignoring
from privacy_engine.log.event import Identifier, Scope, identifiers_from_data
from privacy_engine.log.journal import Destroyed, Notice, Suppressed
from privacy_engine.log.reading import events_under, read_events
from privacy_engine.log.row_seals import RowSeals
from privacy_engine.log.tables import (
    ErasureNoticeRow,
    SealedPartRow,
    SuppressionRow,
    VaultAliasRow,
    VaultKeyRow,
    VaultLinkRow,
    VaultSiteRow,
)
from privacy_engine.log.vault import STRONG, Vault

_CHUNK = 500


@dataclass(frozen=True)
class Erased:
    """What was destroyed: counts and a hash for the record, ids for the registers to forget."""

    subject_ids: tuple[str, ...]
    event_ids: tuple[str, ...]
    parts: int
    kept_proofs: int
    events_sha256: str


@dataclass(frozen=True)
class Order:
    """Whom to erase and how thoroughly.

    Attributes:
        keep_proofs: leave consent proofs under their own key (not for a child).
        actions: what the suppression list shall keep for the person's strong identifiers.
        spare: events whose person part must stay for now (the answer still to be sent).
    """

    subject_ids: tuple[str, ...]
    case_id: str
    at: datetime
    keep_proofs: bool = True
    actions: tuple[str, ...] = ("do_not_reimport",)


def identifiers_of(session: Session, vault: Vault, subject_ids: Iterable[str]) -> set[Identifier]:
    """Return every identifier under which the subjects were reported, opened from their parts.

    What somebody merely claimed beside them is not theirs, nor is a name of another subject that
    was reported with them, such as by the event that links the two: systems are searched by the
    result, and the suppression list is made of it.
    """
    found: set[Identifier] = set()
    owners = set(subject_ids)
    event_ids = events_under(session, *owners)
    for start in range(0, len(event_ids), _CHUNK):
        for event in read_events(session, vault, event_ids[start : start + _CHUNK]):
            named = identifiers_from_data(event.data.get("subject"))
            found.update(identity.own(named, kind=event.kind, trust=event.trust))
    others = {one for one, owner in vault.known(found).items() if owner not in owners}
    return found - others


def suppression_hash(ring: KeyRing, identifier: Identifier) -> bytes:
    """Return the keyed hash under which an identifier stays on the suppression list."""
    text = "\x1f".join((identifier.kind, identifier.scope, identifier.value))
    return keys.mac(ring.secret("suppression-pepper"), text.encode())


def site_hash(ring: KeyRing, site: str, identifier: Identifier) -> bytes:
    """Return the hash that one site, and no other, can compare with its own restored data."""
    own_key = keys.derive(ring.secret("site-erasures"), label=f"erasures:{site}")
    return keys.mac(own_key, f"{identifier.kind}\x1f{identifier.value}".encode())


def erase(session: Session, vault: Vault, ring: KeyRing, *, order: Order) -> Erased:
    """Destroy keys, sealed parts, aliases and links of the subjects; return what was there.

    Erasing somebody twice destroys nothing more and says so with zero parts.
    """
    subject_ids = tuple(sorted(order.subject_ids))
    _lock(session, subject_ids)
    identifiers = identifiers_of(session, vault, subject_ids)
    sites = vault.sites_of(subject_ids)
    event_ids = events_under(session, *subject_ids)
    key_ids = list(subject_ids)
    proof_ids = _proof_keys(session, subject_ids)
    if not order.keep_proofs:
        key_ids += proof_ids
    line = Destroyed(
        order.at,
        order.case_id,
        tuple(key_ids),
        suppressed=_suppressed(ring, identifiers, order.actions),
        notices=_notices(ring, identifiers, sites),
    )
    journal.write(ring, line)
    keep_minimum(session, ring, line)
    parts = destroy_keys(session, key_ids)
    forget_names(session, subject_ids)
    kept = len(proof_ids) if order.keep_proofs else 0
    return Erased(subject_ids, tuple(event_ids), parts, kept, digest_of(event_ids))


def _lock(session: Session, key_ids: Sequence[str]) -> None:
    # Whoever is sealing an event about these people commits first, and is then erased too; who
    # comes later finds no key and takes the person for a new one.
    session.execute(
        select(VaultKeyRow.key_id)  # type: ignore[call-overload]
        .where(col(VaultKeyRow.key_id).in_(list(key_ids)))
        .order_by(VaultKeyRow.key_id)
        .with_for_update()
    ).all()


def destroy_key_of(
    session: Session, ring: KeyRing, *, owner: str, scope: Scope, at: datetime
) -> Erased:
    """Destroy the key of one scope of an owner and the parts under it; return what was there."""
    key_ids = sorted(
        session.execute(
            select(VaultKeyRow.key_id).where(  # type: ignore[call-overload]
                col(VaultKeyRow.owner) == owner, col(VaultKeyRow.scope) == scope
            )
        ).scalars()
    )
    if not key_ids:
        return Erased((), (), 0, 0, digest_of(()))
    event_ids = events_under(session, *key_ids)
    journal.write(ring, Destroyed(at, owner, tuple(key_ids)))
    parts = destroy_keys(session, key_ids)
    return Erased((), tuple(event_ids), parts, 0, digest_of(event_ids))


def destroy_keys(session: Session, key_ids: Sequence[str]) -> int:
    """Delete data keys and every part sealed under them; return the number of parts."""
    parts = 0
    for start in range(0, len(key_ids), _CHUNK):
        chunk = key_ids[start : start + _CHUNK]
        # The keys first: whoever is about to seal under one of them holds its row.
        session.execute(delete(VaultKeyRow).where(col(VaultKeyRow.key_id).in_(chunk)))
        done = session.execute(delete(SealedPartRow).where(col(SealedPartRow.key_id).in_(chunk)))
        parts += done.rowcount  # type: ignore[attr-defined]
    return parts


def digest_of(event_ids: Iterable[str]) -> str:
    """Return the SHA-256 over the sorted event ids, as the record of a destruction states it."""
    return keys.sha256("\n".join(sorted(event_ids)).encode()).hex()


def _suppressed(
    ring: KeyRing, identifiers: Iterable[Identifier], actions: Sequence[str]
) -> tuple[Suppressed, ...]:
    strong = [item for item in identifiers if item.kind in STRONG or item.kind == "phone"]
    return tuple(
        Suppressed(suppression_hash(ring, item), action) for item in strong for action in actions
    )


def _notices(
    ring: KeyRing, identifiers: Iterable[Identifier], sites: Iterable[str]
) -> tuple[Notice, ...]:
    ordered = sorted(sites)
    return tuple(
        Notice(site, item.kind, site_hash(ring, site, item))
        for item in identifiers
        for site in ordered
    )


def keep_minimum(session: Session, ring: KeyRing, line: Destroyed) -> None:
    """Put the minimum that outlives an erasure into its tables, where it is not there yet."""
    seals = RowSeals(ring)
    suppressed: list[dict[str, object]] = [
        {"hash": one.hash, "action": one.action, "pepper": 1, "added_at": line.at}
        for one in line.suppressed
    ]
    notices: list[dict[str, object]] = [
        {"site": one.site, "kind": one.kind, "hash": one.hash, "erased_at": line.at}
        for one in line.notices
    ]
    for table, rows in ((SuppressionRow, suppressed), (ErasureNoticeRow, notices)):
        insert_ignoring(session, table, [seals.sealed(table, row) for row in rows])


def forget_names(session: Session, subject_ids: Sequence[str]) -> None:
    """Delete the aliases, links and sites of the subjects."""
    ids = list(subject_ids)
    session.execute(delete(VaultAliasRow).where(col(VaultAliasRow.subject_id).in_(ids)))
    session.execute(delete(VaultSiteRow).where(col(VaultSiteRow.subject_id).in_(ids)))
    session.execute(
        delete(VaultLinkRow).where(
            or_(col(VaultLinkRow.first).in_(ids), col(VaultLinkRow.second).in_(ids))
        )
    )


def _proof_keys(session: Session, subject_ids: Sequence[str]) -> list[str]:
    statement = select(VaultKeyRow.key_id).where(  # type: ignore[call-overload]
        col(VaultKeyRow.owner).in_(list(subject_ids)), col(VaultKeyRow.scope) == Scope.PROOF
    )
    return sorted(session.execute(statement).scalars())
