"""Destroy what is sealed about a person, so that the log still verifies and nothing opens.

Order, and what a crash leaves: the erasure journal (outside the database and its backups) is
written first, then everything else in one transaction. A crash between the two leaves a journal
line for an erasure that its order will repeat; never an erasure that a restore could undo unseen.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from privacy_engine import keys
from privacy_engine.keys import KeyRing
from privacy_engine.log.event import Identifier, Scope, identifiers_from_data, instant
from privacy_engine.log.reading import read_events
from privacy_engine.log.tables import (
    ErasureNoticeRow,
    SealedPartRow,
    SuppressionRow,
    VaultAliasRow,
    VaultKeyRow,
    VaultLinkRow,
    VaultSiteRow,
)
from privacy_engine.log.vault import STRONG, Vault, insert_ignoring

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
    """Return every identifier under which the subjects were reported, opened from their parts."""
    found: set[Identifier] = set()
    event_ids = _events_under(session, subject_ids)
    for start in range(0, len(event_ids), _CHUNK):
        for event in read_events(session, vault, event_ids[start : start + _CHUNK]):
            found.update(identifiers_from_data(event.data.get("subject")))
    return found


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
    identifiers = identifiers_of(session, vault, subject_ids)
    sites = vault.sites_of(subject_ids)
    event_ids = _events_under(session, subject_ids)
    key_ids = list(subject_ids)
    proof_ids = _proof_keys(session, subject_ids)
    if not order.keep_proofs:
        key_ids += proof_ids
    _write_journal(ring, order, key_ids)
    _keep_minimum(session, ring, identifiers=identifiers, sites=sites, order=order)
    parts = 0
    for start in range(0, len(key_ids), _CHUNK):
        chunk = key_ids[start : start + _CHUNK]
        done = session.execute(delete(SealedPartRow).where(col(SealedPartRow.key_id).in_(chunk)))
        parts += done.rowcount  # type: ignore[attr-defined]
        session.execute(delete(VaultKeyRow).where(col(VaultKeyRow.key_id).in_(chunk)))
    _forget_names(session, subject_ids)
    digest = keys.sha256("\n".join(event_ids).encode()).hex()
    kept = len(proof_ids) if order.keep_proofs else 0
    return Erased(subject_ids, tuple(event_ids), parts, kept, digest)


def destroy_key_of(session: Session, owner: str, scope: Scope) -> int:
    """Destroy the key of one scope of an owner and the parts under it; return their number."""
    key_ids = list(
        session.execute(
            select(VaultKeyRow.key_id).where(  # type: ignore[call-overload]
                col(VaultKeyRow.owner) == owner, col(VaultKeyRow.scope) == scope
            )
        ).scalars()
    )
    done = session.execute(delete(SealedPartRow).where(col(SealedPartRow.key_id).in_(key_ids)))
    session.execute(delete(VaultKeyRow).where(col(VaultKeyRow.key_id).in_(key_ids)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def journal_path(ring: KeyRing) -> Path:
    """Return where the erasure journal lies: beside the keys, outside database and backups."""
    return ring.directory / "erasures.jsonl"


def _write_journal(ring: KeyRing, order: Order, key_ids: Sequence[str]) -> None:
    line = json.dumps({"at": instant(order.at), "case": order.case_id, "keys": list(key_ids)})
    descriptor = os.open(journal_path(ring), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _keep_minimum(
    session: Session,
    ring: KeyRing,
    *,
    identifiers: set[Identifier],
    sites: set[str],
    order: Order,
) -> None:
    strong = [item for item in identifiers if item.kind in STRONG or item.kind == "phone"]
    suppressed = [
        {"hash": suppression_hash(ring, item), "action": action, "pepper": 1, "added_at": order.at}
        for item in strong
        for action in order.actions
    ]
    notices = [
        {
            "site": site,
            "kind": item.kind,
            "hash": site_hash(ring, site, item),
            "erased_at": order.at,
        }
        for item in identifiers
        for site in sorted(sites)
    ]
    if suppressed:
        insert_ignoring(session, SuppressionRow, suppressed)
    if notices:
        insert_ignoring(session, ErasureNoticeRow, notices)


def _forget_names(session: Session, subject_ids: Sequence[str]) -> None:
    ids = list(subject_ids)
    session.execute(delete(VaultAliasRow).where(col(VaultAliasRow.subject_id).in_(ids)))
    session.execute(delete(VaultSiteRow).where(col(VaultSiteRow.subject_id).in_(ids)))
    session.execute(
        delete(VaultLinkRow).where(
            or_(col(VaultLinkRow.first).in_(ids), col(VaultLinkRow.second).in_(ids))
        )
    )


def _events_under(session: Session, subject_ids: Iterable[str]) -> list[str]:
    statement = select(SealedPartRow.event_id).where(  # type: ignore[call-overload]
        col(SealedPartRow.key_id).in_(list(subject_ids))
    )
    return sorted(session.execute(statement).scalars())


def _proof_keys(session: Session, subject_ids: Sequence[str]) -> list[str]:
    statement = select(VaultKeyRow.key_id).where(  # type: ignore[call-overload]
        col(VaultKeyRow.owner).in_(list(subject_ids)), col(VaultKeyRow.scope) == Scope.PROOF
    )
    return sorted(session.execute(statement).scalars())
