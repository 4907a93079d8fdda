"""What a site may be told about: people whom it reported itself, alive or erased.

What must hold: somebody unknown and somebody whom only another site reported go through the same
queries, so that neither the answer nor its time tells one from the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, Table, select
from sqlmodel import col

from privacy_engine import keys
from privacy_engine.log.erasure import site_hash, suppression_hash
from privacy_engine.log.event import Identifier
from privacy_engine.log.identity import comparable, strongest
from privacy_engine.log.tables import ErasureNoticeRow, SuppressionRow, VaultLinkRow, VaultSiteRow
from privacy_engine.transaction import Transaction

HASHED = (
    "HMAC-SHA-256 under `key` over the kind, the byte 0x1F and the value; e-mail addresses in "
    "lower case, telephone numbers as digits with a leading + where there is one, everything "
    "else without spaces around it"
)
_LINK: Table = VaultLinkRow.__table__  # type: ignore[attr-defined]
_SITE: Table = VaultSiteRow.__table__  # type: ignore[attr-defined]
_SUPPRESSION: Table = SuppressionRow.__table__  # type: ignore[attr-defined]
_NOTICE: Table = ErasureNoticeRow.__table__  # type: ignore[attr-defined]
_JOINED = select(_LINK.c.first, _LINK.c.second).where(_LINK.c.proven)
# Asked for in the place of whoever is not known; no subject has this id.
_NOBODY = "-"
_CHUNK = 1_000

Subject = Sequence[Identifier]
Person = tuple[str, ...]
"""Every subject id of one person; none for whoever the site never reported."""


@dataclass(frozen=True)
class Notice:
    """That somebody whom the site reported was erased: a hash that only this site can compare."""

    kind: str
    hash: bytes
    erased_at: datetime


def persons_of(tx: Transaction, subjects: Sequence[Subject], *, site: str) -> list[Person]:
    """Return, in order, the persons whom a site names; a few queries for all of them."""
    normal = [_comparable(subject, site=site) for subject in subjects]
    known = tx.vault.known({item for items in normal for item in items})
    named = [strongest(known, items) or _NOBODY for items in normal]
    near = _near(tx, set(named))
    everybody = {item for ids in near.values() for item in ids}
    reported = select(_SITE.c.subject_id).where(_SITE.c.site == site)
    theirs = {one for (one,) in _matching(tx, reported, _SITE.c.subject_id, everybody)}
    persons = {
        subject_id: _whole(tx, subject_id, theirs=theirs)
        for subject_id, ids in near.items()
        if ids & theirs
    }
    return [persons.get(subject_id, ()) for subject_id in named]


def beside(
    tx: Transaction, subjects: Sequence[Subject], *, site: str, persons: Sequence[Person]
) -> list[list[Person]]:
    """Return, in order, who else is named by what names a person but is not linked to them.

    Args:
        tx: any transaction.
        subjects: as the site names them.
        site: who asks.
        persons: what `persons_of` says of the same subjects.
    """
    single = [(item,) for subject in subjects if len(subject) > 1 for item in subject]
    named = iter(persons_of(tx, single, site=site))
    found: list[list[Person]] = []
    for subject, person in zip(subjects, persons, strict=True):
        ids = [next(named) for _ in subject] if len(subject) > 1 else []
        found.append(sorted({one for one in ids if one and one != person}))
    return found


def suppressed(
    tx: Transaction, subjects: Sequence[Subject], *, site: str, persons: Sequence[Person]
) -> list[tuple[str, ...]]:
    """Return what the suppression list holds of those whom this site had reported.

    The list itself belongs to all sites; that an address stands on it at all would tell one site
    about the people of another.

    Args:
        tx: any transaction.
        subjects: as the site names them.
        site: who asks.
        persons: what `persons_of` says of the same subjects.
    """
    ring = tx.world.ring
    normal = [_comparable(subject, site=site) for subject in subjects]
    every = {item for items in normal for item in items}
    listed = {item: suppression_hash(ring, item) for item in every}
    noticed = {item: site_hash(ring, site, item) for item in every}
    actions: dict[bytes, set[str]] = {}
    codes = select(_SUPPRESSION.c.hash, _SUPPRESSION.c.action)
    for hash_, action in _matching(tx, codes, _SUPPRESSION.c.hash, listed.values()):
        actions.setdefault(hash_, set()).add(action)
    notices = select(_NOTICE.c.hash).where(_NOTICE.c.site == site)
    own = {hash_ for (hash_,) in _matching(tx, notices, _NOTICE.c.hash, noticed.values())}
    return [
        _codes(actions, [listed[item] for item in items])
        if person or any(noticed[item] in own for item in items)
        else ()
        for items, person in zip(normal, persons, strict=True)
    ]


def _codes(actions: Mapping[bytes, set[str]], hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted({code for hash_ in hashes for code in actions.get(hash_, ())}))


def _comparable(subject: Subject, *, site: str) -> tuple[Identifier, ...]:
    return tuple(comparable(item, site=site) for item in subject)


def _whole(tx: Transaction, subject_id: str, *, theirs: set[str]) -> Person:
    # Near is more than one person: a device that two of them use lies near both.
    person = tx.person(subject_id)
    return person if theirs.intersection(person) else ()


def _near(tx: Transaction, subject_ids: set[str]) -> dict[str, set[str]]:
    """Return, for each subject, every one that proven links lead to, itself included."""
    links: dict[str, set[str]] = {}
    seen: set[str] = set()
    edge = set(subject_ids)
    while edge:
        seen |= edge
        ends = set()
        for end in (_LINK.c.first, _LINK.c.second):
            for first, second in _matching(tx, _JOINED, end, edge):
                links.setdefault(first, set()).add(second)
                links.setdefault(second, set()).add(first)
                ends |= {first, second}
        edge = ends - seen
    return {subject_id: _reached(links, subject_id) for subject_id in subject_ids}


def _matching(
    tx: Transaction, statement: Select[Any], column: Column[Any], wanted: Iterable[object]
) -> Iterator[Any]:
    """Yield the rows in which a column is one of `wanted`, in as many queries as it takes."""
    values = list(wanted)
    for start in range(0, len(values), _CHUNK):
        chunk = values[start : start + _CHUNK]
        yield from tx.session.execute(statement.where(column.in_(chunk)))


def _reached(links: Mapping[str, set[str]], start: str) -> set[str]:
    found, edge = {start}, {start}
    while edge:
        edge = {end for item in edge for end in links.get(item, ())} - found
        found |= edge
    return found


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
