"""Which person an event is about, from the identifiers that its sender used.

What must hold: only server keys, signatures, officers and imports connect identifiers; what a
browser says is a claim. `phone` and `device` never join two persons. A grant or an age that a
browser reports counts for that device alone until somebody trusted names the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from privacy_engine.errors import RaceLost
from privacy_engine.log.event import Draft, Identifier, Trust
from privacy_engine.log.vault import STRONG, Link, Vault, normalise

_DEVICE_FIRST = frozenset({"consent.given", "age_signal.received"})


class Resolved(Struct, frozen=True):
    """Whom a draft is about, and what it says about who belongs together."""

    subject_id: str | None
    identifiers: tuple[Identifier, ...] = ()
    links: tuple[Link, ...] = ()
    names_anew: bool = False
    """Whether somebody trusted put a strong name beside others that had not been heard before."""


@dataclass
class _Names:
    """The identifiers of one batch and the subjects they name, found or made on the way."""

    known: dict[Identifier, str]
    fresh: list[str]
    added: list[tuple[Identifier, str, str, bool]]

    def subject_of(self, identifier: Identifier, *, site: str, claim: bool) -> str:
        if identifier not in self.known:
            subject_id = self.fresh.pop()
            self.known[identifier] = subject_id
            self.added.append((identifier, subject_id, site, claim))
        return self.known[identifier]

    def attach(self, identifier: Identifier, subject_id: str, *, site: str, claim: bool) -> None:
        self.known[identifier] = subject_id
        self.added.append((identifier, subject_id, site, claim))


def comparable(identifier: Identifier, *, site: str) -> Identifier:
    """Return the identifier as it is stored and compared, seen from a site.

    Raises:
        InvalidInput: it is empty.
    """
    return normalise(identifier, site=site)


def strongest(known: Mapping[Identifier, str], named: Iterable[Identifier]) -> str | None:
    """Return the subject that the strongest known one of these identifiers names, or None."""
    ranked = sorted((item for item in named if item in known), key=_strength)
    return known[ranked[0]] if ranked else None


def resolve(vault: Vault, drafts: Sequence[Draft]) -> list[Resolved]:
    """Return the person of every draft, making new ones where nobody is known by these names.

    Raises:
        InvalidInput: an identifier is empty.
    """
    normal = [_normal(draft) for draft in drafts]
    wanted = {item for items in normal for item in items}
    known = vault.known(wanted)
    unknown = len(wanted - known.keys())
    # Reserve generously and make only what is used: keys are cheap, a second pass is not.
    names = _Names(known, vault.reserve_subjects(unknown), [])
    found = [
        _resolve_one(draft, items, names) if items else Resolved(draft.subject_id)
        for draft, items in zip(drafts, normal, strict=True)
    ]
    vault.keep_subjects({subject_id for _, subject_id, _, _ in names.added})
    if not vault.add_aliases(names.added):
        _refuse_lost_race(vault, names.added)
    return found


def _normal(draft: Draft) -> tuple[Identifier, ...]:
    if len(draft.subject) == 1:
        return (normalise(draft.subject[0], site=draft.site),)
    return tuple(dict.fromkeys(normalise(item, site=draft.site) for item in draft.subject))


def _refuse_lost_race(vault: Vault, added: Sequence[tuple[Identifier, str, str, bool]]) -> None:
    # The first writer's alias stays; had another transaction just named the same person, this
    # one would seal under a key that nobody finds again.
    stored = vault.known(item for item, _, _, _ in added)
    if any(stored[item] != subject_id for item, subject_id, _, _ in added):
        raise RaceLost


def _resolve_one(draft: Draft, items: tuple[Identifier, ...], names: _Names) -> Resolved:
    claim = draft.trust is Trust.BROWSER
    ordered: Sequence[Identifier] = items
    if len(items) > 1:
        ordered = sorted(items, key=lambda item: _rank(item, kind=draft.kind, trust=draft.trust))
    primary, heard = ordered[0], len(names.added)
    if draft.subject_id and primary not in names.known:
        names.attach(primary, draft.subject_id, site=draft.site, claim=claim)
    subject_id = names.subject_of(primary, site=draft.site, claim=claim)
    links: list[Link] = []
    for other in ordered[1:]:
        strong = other.kind in STRONG and primary.kind in STRONG
        if strong and not claim and other not in names.known:
            names.attach(other, subject_id, site=draft.site, claim=False)
        end = names.subject_of(other, site=draft.site, claim=claim)
        if end != subject_id:
            links.append(_link(subject_id, end, primary=primary, other=other, claim=claim))
    added = names.added[heard:]
    anew = len(items) > 1 and not claim and any(one[0].kind in STRONG for one in added)
    return Resolved(subject_id, items, tuple(links), anew)


def own(items: Sequence[Identifier], *, kind: str, trust: Trust) -> tuple[Identifier, ...]:
    """Return those identifiers of an event that are the person's own, by what its sender may say.

    A browser's are claims beside the one that says whom the event is about.
    """
    if trust is not Trust.BROWSER or not items:
        return tuple(items)
    return (min(items, key=lambda item: _rank(item, kind=kind, trust=trust)),)


def _link(
    subject_id: str, end: str, *, primary: Identifier, other: Identifier, claim: bool
) -> Link:
    if other.kind in STRONG and primary.kind in STRONG:
        return Link.between(subject_id, end, proven=not claim)
    holder, used = (end, subject_id) if other.kind in STRONG else (subject_id, end)
    return Link(holder, used, proven=not claim, weak=True)


def _rank(item: Identifier, *, kind: str, trust: Trust) -> tuple[int, str, str, str]:
    if trust is Trust.BROWSER and kind in _DEVICE_FIRST and item.kind == "device":
        return (-1, item.kind, item.scope, item.value)
    return (_strength(item), item.kind, item.scope, item.value)


def _strength(item: Identifier) -> int:
    return STRONG.index(item.kind) if item.kind in STRONG else len(STRONG)
