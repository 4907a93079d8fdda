"""Which subjects are one person: what the links between them say, followed to their end."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from privacy_engine.log.tables import VaultLinkRow


def person(session: Session, subject_id: str) -> tuple[str, ...]:
    """Return every subject id of the person, sorted.

    Strong links join; a device or phone belongs to the person who uses it but never joins
    two of them: one that several persons share answers only for itself.
    """
    links = of(session, {subject_id})
    holders = {
        link.first for link in links if link.weak and link.second == subject_id and link.proven
    }
    own = {link.second for link in links if not link.weak} | {
        link.first for link in links if not link.weak
    }
    if len(holders) == 1 and not own:
        subject_id = holders.pop()
    found, edge = {subject_id}, {subject_id}
    while edge:
        joined = [link for link in of(session, edge) if link.proven and not link.weak]
        edge = {end for link in joined for end in (link.first, link.second)} - found
        found |= edge
    used = {
        link.second
        for link in of(session, found)
        if link.weak and link.proven and link.first in found
    }
    return tuple(sorted(found | used))


def claimed(session: Session, subject_id: str) -> tuple[str, ...]:
    """Return subjects that only a claim connects with the person; for an officer's eyes."""
    found = set(person(session, subject_id))
    ends = {
        end for link in of(session, found) if not link.proven for end in (link.first, link.second)
    }
    return tuple(sorted(ends - found))


def linked_since(session: Session, subject_id: str, moment: datetime) -> tuple[str, ...]:
    """Return subjects of the person that were linked after `moment` (aware)."""
    found = set(person(session, subject_id))
    ends = {
        end
        for link in of(session, found)
        if link.linked_at > moment
        for end in (link.first, link.second)
    }
    return tuple(sorted((ends & found) - {subject_id}))


def of(session: Session, subject_ids: set[str]) -> Sequence[VaultLinkRow]:
    """Return the links at which any of these subjects stands."""
    ids = sorted(subject_ids)
    statement = select(VaultLinkRow).where(
        or_(col(VaultLinkRow.first).in_(ids), col(VaultLinkRow.second).in_(ids))
    )
    return session.execute(statement).scalars().all()
