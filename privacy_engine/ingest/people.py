"""What a site may be told about: people whom it reported itself, alive or erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from privacy_engine import keys
from privacy_engine.log.erasure import site_hash
from privacy_engine.log.event import Identifier
from privacy_engine.log.tables import ErasureNoticeRow
from privacy_engine.transaction import Transaction

HASHED = (
    "HMAC-SHA-256 under `key` over the kind, the byte 0x1F and the value; e-mail addresses in "
    "lower case, telephone numbers as digits with a leading + where there is one, everything "
    "else without spaces around it"
)


@dataclass(frozen=True)
class Notice:
    """That somebody whom the site reported was erased: a hash that only this site can compare."""

    kind: str
    hash: bytes
    erased_at: datetime


def subject_of(tx: Transaction, subject: Sequence[Identifier], *, site: str) -> str | None:
    """Return the subject that a site names, or None for whoever it never reported."""
    subject_id = tx.find_subject(subject, site=site)
    if subject_id is None or site not in tx.vault.sites_of(tx.person(subject_id)):
        return None
    return subject_id


def suppressed(tx: Transaction, subject: Sequence[Identifier], *, site: str) -> tuple[str, ...]:
    """Return what the suppression list holds, if it was this site that had reported the person.

    The list itself belongs to all sites; that an address stands on it at all would tell one site
    about the people of another.
    """
    codes = tx.suppressed(subject, site=site)
    if not codes:
        return ()
    hashes = [site_hash(tx.world.ring, site, comparable(item)) for item in subject]
    statement = (
        select(ErasureNoticeRow.hash)  # type: ignore[call-overload]
        .where(col(ErasureNoticeRow.site) == site, col(ErasureNoticeRow.hash).in_(hashes))
        .limit(1)
    )
    known = subject_of(tx, subject, site=site) is not None
    return codes if known or tx.session.execute(statement).first() else ()


def comparable(identifier: Identifier) -> Identifier:
    """Return an identifier spelled as its hash was made: see `HASHED`."""
    value = identifier.value.strip()
    if identifier.kind == "email":
        value = value.casefold()
    elif identifier.kind == "phone":
        value = "+" * value.startswith("+") + "".join(filter(str.isdigit, value))
    return Identifier(identifier.kind, value, identifier.scope)


def key_of(tx: Transaction, site: str) -> bytes:
    """Return the key under which the site compares its own records with the notices."""
    return keys.derive(tx.world.ring.secret("site-erasures"), label=f"erasures:{site}")


def erasures(
    tx: Transaction, site: str, *, since: datetime, start: int = 0, limit: int = 1_000
) -> list[Notice]:
    """Return notices of erasures at or after `since` (aware), oldest first, from `start` on."""
    statement = (
        select(ErasureNoticeRow)
        .where(col(ErasureNoticeRow.site) == site, col(ErasureNoticeRow.erased_at) >= since)
        .order_by(col(ErasureNoticeRow.erased_at), col(ErasureNoticeRow.hash))
        .offset(start)
        .limit(limit)
    )
    rows = tx.session.execute(statement).scalars()
    return [Notice(row.kind, row.hash, row.erased_at) for row in rows]
