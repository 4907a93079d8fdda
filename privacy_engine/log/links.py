"""Which subjects are one person: what the links between them say, followed to their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from privacy_engine.log.tables import LogEventRow, SealedPartRow, VaultAliasRow, VaultLinkRow

_SHARED = ("phone", "device")


@dataclass(frozen=True)
class Joined:
    """Subjects that came to a person together; `known` had a story of their own before.

    Whoever has none was named for the first time beside the person: it is the person's own name.
    """

    subject_ids: tuple[str, ...]
    known: tuple[str, ...]


def person(session: Session, subject_id: str, *, by: datetime | None = None) -> tuple[str, ...]:
    """Return every subject id of the person, sorted; with `by` (aware), as it was linked then.

    Strong links join; a device or phone belongs to the person who uses it but never joins
    two of them: one that several persons share answers only for itself.
    """
    links = of(session, {subject_id}, by=by)
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
        joined = [link for link in of(session, edge, by=by) if link.proven and not link.weak]
        edge = {end for link in joined for end in (link.first, link.second)} - found
        found |= edge
    used = {
        link.second
        for link in of(session, found, by=by)
        if link.weak and link.proven and link.first in found
    }
    return tuple(sorted(found | used))


def holders_of(subject_ids: Sequence[str]) -> Select[Any]:
    """Select the subjects of those who use these devices or phones, in no order.

    Nobody, where one of them is known by a name of their own: that is a person, and no device.
    """
    ids = list(subject_ids)
    own = select(VaultAliasRow.subject_id).where(  # type: ignore[call-overload]
        col(VaultAliasRow.subject_id).in_(ids), col(VaultAliasRow.kind).not_in(_SHARED)
    )
    return select(VaultLinkRow.first).where(  # type: ignore[call-overload,no-any-return]
        col(VaultLinkRow.second).in_(ids),
        col(VaultLinkRow.weak),
        col(VaultLinkRow.proven),
        ~own.exists(),
    )


def claimed(session: Session, subject_id: str) -> tuple[str, ...]:
    """Return subjects that only a claim connects with the person; for an officer's eyes."""
    found = set(person(session, subject_id))
    ends = {
        end for link in of(session, found) if not link.proven for end in (link.first, link.second)
    }
    return tuple(sorted(ends - found))


def linked_since(session: Session, subject_id: str, moment: datetime) -> tuple[str, ...]:
    """Return subjects of the person to whom only links lead that came after `moment` (aware).

    Whoever was the person's by then stays so, whatever else is linked to them later.
    """
    before = person(session, subject_id, by=moment)
    return tuple(sorted(set(person(session, subject_id)) - {*before, subject_id}))


def joined_since(session: Session, subject_id: str, moment: datetime) -> tuple[Joined, ...]:
    """Return who was linked to the person after `moment` (aware), by who belongs together."""
    late = set(linked_since(session, subject_id, moment))
    if not late:
        return ()
    rows = [link for link in of(session, late) if link.proven]
    among = [link for link in rows if link.first in late and link.second in late]
    found: list[Joined] = []
    while late:
        group, edge = set(), {min(late)}
        while edge:
            group |= edge
            ends = {
                end
                for link in among
                for end in (link.first, link.second)
                if {link.first, link.second} & edge
            }
            edge = ends - group
        late -= group
        known = [one for one in group if _was_known(session, one, rows)]
        found.append(Joined(tuple(sorted(group)), tuple(sorted(known))))
    return tuple(found)


def _was_known(session: Session, subject_id: str, links: Sequence[VaultLinkRow]) -> bool:
    """Return whether anything was told of a subject before the first link that joined it."""
    first = min(
        (link for link in links if subject_id in (link.first, link.second)),
        key=lambda link: (link.linked_at, link.event_id),
    )
    earlier = (
        select(LogEventRow.event_id)  # type: ignore[call-overload]
        .join(SealedPartRow, col(SealedPartRow.event_id) == col(LogEventRow.event_id))
        .where(
            col(SealedPartRow.key_id) == subject_id,
            col(LogEventRow.event_id) != first.event_id,
            col(LogEventRow.recorded_at) <= first.linked_at,
        )
    )
    return session.execute(earlier.limit(1)).first() is not None


def of(
    session: Session, subject_ids: set[str], *, by: datetime | None = None
) -> Sequence[VaultLinkRow]:
    """Return the links at which any of these subjects stands; with `by` (aware), made by then."""
    ids = sorted(subject_ids)
    statement = select(VaultLinkRow).where(
        or_(col(VaultLinkRow.first).in_(ids), col(VaultLinkRow.second).in_(ids))
    )
    if by is not None:
        statement = statement.where(col(VaultLinkRow.linked_at) <= by)
    return session.execute(statement).scalars().all()
