"""Personal data sealed beside the log: who is who, under which key, and how to destroy it.

Only `log.store` and `log.erasure` import this module; everybody else asks them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine import keys
from privacy_engine.database import on_sqlite
from privacy_engine.errors import InvalidInput, VerificationError
from privacy_engine.identifiers import random_id
from privacy_engine.keys import KeyRing
from privacy_engine.log import links
from privacy_engine.log.bulk import insert_ignoring, insert_rows, matching
from privacy_engine.log.event import Identifier, Scope
from privacy_engine.log.row_seals import RowSeals
from privacy_engine.log.tables import (
    VaultAliasRow,
    VaultKeyRow,
    VaultLinkRow,
    VaultSiteRow,
)

INSTANCE_KEY_ID = "instance"
# `phone` and `device` are shared within families and shops: they never join persons alone.
STRONG = ("account", "external", "email")
_KINDS = (*STRONG, "phone", "device")
_LOCAL_TO_SITE = frozenset({"account", "device"})
_CACHE_LIMIT = 20_000
_KEYS = "SELECT key_id, epoch, wrapped FROM vault_key WHERE"
_PROOF_KEYS = "SELECT key_id, epoch, wrapped, owner FROM vault_key WHERE scope = 'proof' AND owner"
_ALIASES = "SELECT hash, subject_id, site FROM vault_alias WHERE kind = '{kind}' AND hash"


class DataKey:
    """An opened data key; its three uses have subkeys of their own.

    HKDF-Expand for one block is one HMAC (RFC 5869 §2.3), which is all that is needed here.
    """

    __slots__ = ("_key", "enc", "key_id")

    def __init__(self, key_id: str, key: bytes) -> None:
        self.key_id = key_id
        self.enc = keys.mac(key, b"enc\x01")
        """What seals."""
        self._key = key

    # Not every key is asked for these, and few keys more than once.
    @property
    def tag(self) -> bytes:
        """What makes the blind tag of a leaf."""
        return keys.mac(self._key, b"tag\x01")

    @property
    def mac(self) -> bytes:
        """What compares a repeat with what was stored."""
        return keys.mac(self._key, b"mac\x01")


def normalise(identifier: Identifier, *, site: str) -> Identifier:
    """Return the identifier as it is compared: case, spaces and its own scope settled.

    Raises:
        InvalidInput: it is empty.
    """
    value = identifier.value.strip()
    if identifier.kind == "email":
        value = value.casefold()
    elif identifier.kind == "phone":
        value = "+" * value.startswith("+") + "".join(filter(str.isdigit, value))
    if not value or value == "+":
        raise InvalidInput(f"the {identifier.kind} of the subject is empty")
    # What was read back has the scope of the site that named it, whoever asks about it now.
    local = identifier.kind in _LOCAL_TO_SITE and not identifier.scope
    scope = site if local else identifier.scope
    return Identifier(identifier.kind, value, scope)


def alias_hash(ring: KeyRing, identifier: Identifier) -> bytes:
    """Return the keyed hash that stands for an identifier in the alias table."""
    text = "\x1f".join((identifier.kind, identifier.scope, identifier.value))
    return keys.mac(ring.secret("alias-pepper"), text.encode())


class Vault:
    """The vault of one session: keys are cached for the length of one transaction only."""

    def __init__(self, session: Session, ring: KeyRing) -> None:
        self._session = session
        self._ring = ring
        self._keys: dict[str, DataKey] = {}
        self._hashes: dict[Identifier, bytes] = {}
        self._reserved: set[str] = set()
        self._made: set[str] = set()
        self._fresh: set[str] = set()  # made here, and without a proof key so far
        self._reported: set[tuple[str, str]] = set()
        self._seals = RowSeals(ring)
        self.joining: set[str] = set()
        """The events here that made one person of two, or named somebody beside an erased name."""

    # Keys --------------------------------------------------------------------------------

    def key(self, key_id: str) -> DataKey | None:
        """Return an opened key, or None when it was destroyed."""
        return self.open_keys([key_id]).get(key_id)

    def at_hand(self, key_id: str) -> DataKey:
        """Return a key that this transaction has locked or made, and so nobody can destroy."""
        return self._keys.get(key_id) or self._must(self.key(key_id))

    def open_keys(self, key_ids: Iterable[str]) -> dict[str, DataKey]:
        """Return those of the keys that still exist, opened; one query for all."""
        wanted = set(key_ids)
        # Gathered apart from the cache, which may be emptied on the way: a key that is left out
        # here would be taken for a destroyed one.
        found = {key_id: self._keys[key_id] for key_id in wanted if key_id in self._keys}
        if len(found) == len(wanted):
            return found
        missing = sorted(wanted - found.keys())
        for key_id, epoch, wrapped in matching(self._session, f"{_KEYS} key_id", missing):
            found[key_id] = self._unwrap(key_id, epoch, bytes(wrapped))
            self._remember(found[key_id])
        return found

    def lock_persons(self, subject_ids: Sequence[str]) -> set[str]:
        """Lock the keys of these persons until the transaction ends; return who still has one.

        In id order, so that two transactions that name the same people wait for each other
        instead of dead-locking. SQLite has one writer anyway, and no row locks. Whom this
        transaction itself made is known to nobody else.
        """
        made = self._made.intersection(subject_ids)
        wanted = sorted(set(subject_ids) - made)
        suffix = "" if on_sqlite(self._session) else " ORDER BY key_id FOR NO KEY UPDATE"
        found = set(made)
        for key_id, epoch, wrapped in matching(
            self._session, f"{_KEYS} key_id", wanted, suffix=suffix
        ):
            found.add(key_id)
            if key_id not in self._keys:
                self._remember(self._unwrap(key_id, epoch, bytes(wrapped)))
        return found

    def instance_key(self) -> DataKey:
        """Return the key that seals envelopes; made with the first event."""
        found = self.key(INSTANCE_KEY_ID)
        if found:
            return found
        self._insert_keys([self._new_key(INSTANCE_KEY_ID, Scope.INSTANCE, INSTANCE_KEY_ID)])
        self._keys.pop(INSTANCE_KEY_ID, None)  # another process may have been first
        return self._must(self.key(INSTANCE_KEY_ID))

    def case_key(self, case_id: str) -> DataKey:
        """Return the key of a case, made on first use. A case id is its key id."""
        return self._owned(case_id, Scope.CASE, owner=case_id)

    def proof_key(self, subject_id: str) -> DataKey:
        """Return the key under which a person's consent proofs are sealed."""
        return self._owned_by(Scope.PROOF, subject_id)

    def rescan_key(self, case_id: str) -> DataKey:
        """Return the key under which identifiers wait for the last planned rescan."""
        return self._owned_by(Scope.RESCAN, case_id)

    def proof_keys(self, subject_ids: Sequence[str]) -> dict[str, DataKey]:
        """Return a proof key for every subject, made where missing; two queries for all."""
        owners = sorted(set(subject_ids))
        found: dict[str, DataKey] = {}
        old = [owner for owner in owners if owner not in self._fresh]
        for key_id, epoch, wrapped, owner in matching(self._session, _PROOF_KEYS, old):
            found[owner] = self._keys.get(key_id) or self._unwrap(key_id, epoch, bytes(wrapped))
            self._remember(found[owner])
        fresh = [
            self._new_key(random_id(), Scope.PROOF, owner)
            for owner in owners
            if owner not in found
        ]
        self._fresh.difference_update(owners)
        self._insert_new_keys(fresh)
        opened = self.open_keys(str(row["key_id"]) for row in fresh)
        return found | {str(row["owner"]): opened[str(row["key_id"])] for row in fresh}

    def _owned(self, key_id: str, scope: Scope, *, owner: str) -> DataKey:
        found = self.key(key_id)
        if found is None:
            self._insert_keys([self._new_key(key_id, scope, owner)])
            found = self.key(key_id)
        return self._must(found)

    def _owned_by(self, scope: Scope, owner: str) -> DataKey:
        self._fresh.discard(owner)
        key_id = self._session.execute(
            select(VaultKeyRow.key_id).where(  # type: ignore[call-overload]
                col(VaultKeyRow.owner) == owner, col(VaultKeyRow.scope) == scope
            )
        ).scalar()
        return self._owned(key_id or random_id(), scope, owner=owner)

    def _new_key(self, key_id: str, scope: Scope, owner: str) -> dict[str, object]:
        raw = keys.random_bytes(keys.KEY_BYTES)
        epoch = self._ring.current_epoch
        wrapped = keys.seal(self._ring.epoch_key(epoch), raw, bound_to=f"dek:{key_id}".encode())
        self._remember(DataKey(key_id, raw))
        return {
            "key_id": key_id,
            "scope": str(scope),
            "owner": owner,
            "epoch": epoch,
            "wrapped": wrapped,
            "keep_until": None,
        }

    def _insert_new_keys(self, rows: Sequence[dict[str, object]]) -> None:
        """Insert keys whose ids were just drawn, so that nobody else can have them."""
        insert_rows(self._session, VaultKeyRow, [self._seals.sealed(VaultKeyRow, r) for r in rows])

    def _insert_keys(self, rows: Sequence[dict[str, object]]) -> None:
        if rows:
            sealed = [self._seals.sealed(VaultKeyRow, row) for row in rows]
            insert_ignoring(self._session, VaultKeyRow, sealed)

    def _unwrap(self, key_id: str, epoch: int, wrapped: bytes) -> DataKey:
        raw = keys.unseal(self._ring.epoch_key(epoch), wrapped, bound_to=f"dek:{key_id}".encode())
        return DataKey(key_id, raw)

    def _remember(self, key: DataKey) -> None:
        if len(self._keys) >= _CACHE_LIMIT:
            self._keys.clear()
        self._keys[key.key_id] = key

    @staticmethod
    def _must(found: DataKey | None) -> DataKey:
        if found is None:
            msg = "a key that was just made cannot be read back"
            raise VerificationError(msg)
        return found

    # Who is who --------------------------------------------------------------------------

    def known(self, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
        """Return the subject of every identifier (already normalised) that is known."""
        by_kind: dict[str, dict[bytes, Identifier]] = {}
        for item in identifiers:
            by_kind.setdefault(item.kind, {})[self._hash(item)] = item
        found: dict[Identifier, str] = {}
        for kind, named in sorted(by_kind.items()):
            if kind not in _KINDS:
                continue
            statement = _ALIASES.format(kind=kind)
            for hash_, subject_id, site in matching(self._session, statement, sorted(named)):
                found[named[bytes(hash_)]] = subject_id
                # Whoever gave somebody a name has reported them: both rows came together.
                self._reported.add((subject_id, site))
        return found

    def _hash(self, identifier: Identifier) -> bytes:
        if identifier not in self._hashes:
            self._hashes[identifier] = alias_hash(self._ring, identifier)
        return self._hashes[identifier]

    def reserve_subjects(self, count: int) -> list[str]:
        """Return `count` ids for new persons; `keep_subjects` makes those that were used."""
        fresh = [random_id() for _ in range(count)]
        self._reserved.update(fresh)
        return fresh

    def keep_subjects(self, subject_ids: Iterable[str]) -> None:
        """Give a key to those of these persons that were reserved; all others have theirs.

        Or had it: whoever was erased is never given another one.
        """
        fresh = sorted(self._reserved.intersection(subject_ids) - self._made)
        self._insert_new_keys([self._new_key(item, Scope.PERSON, item) for item in fresh])
        self._made.update(fresh)
        self._fresh.update(fresh)

    def add_aliases(self, rows: Sequence[tuple[Identifier, str, str, bool]]) -> bool:
        """Record identifiers as (identifier, subject id, site, claimed); the first one stays.

        Rows go in sorted order, so that two transactions naming the same people wait for each
        other instead of dead-locking. Returns whether every one of them was new.
        """
        values = [
            self._seals.sealed(
                VaultAliasRow,
                {
                    "kind": item.kind,
                    "hash": self._hash(item),
                    "subject_id": subject_id,
                    "site": site,
                    "claimed": claimed,
                },
            )
            for item, subject_id, site, claimed in rows
        ]
        values.sort(key=lambda row: (row["kind"], row["hash"]))
        return insert_ignoring(self._session, VaultAliasRow, values) == len(values)

    def seen_by(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Record that a site reported a subject, as (subject id, site) pairs."""
        values = [
            self._seals.sealed(VaultSiteRow, {"subject_id": subject, "site": site})
            for subject, site in sorted(set(pairs) - self._reported)
        ]
        if values:
            insert_ignoring(self._session, VaultSiteRow, values)

    def sites_of(self, subject_ids: Iterable[str]) -> set[str]:
        """Return the sites that have reported any of these subjects."""
        statement = select(VaultSiteRow.site).where(  # type: ignore[call-overload]
            col(VaultSiteRow.subject_id).in_(list(subject_ids))
        )
        return set(self._session.execute(statement).scalars())

    def link(self, link: "Link", *, event_id: str, at: datetime) -> None:
        """Record that two subjects belong together; a proof outranks an earlier claim."""
        row = self._session.get(VaultLinkRow, (link.first, link.second))
        if row is None:
            row = VaultLinkRow(
                first=link.first,
                second=link.second,
                weak=link.weak,
                proven=link.proven,
                event_id=event_id,
                linked_at=at,
            )
        elif link.proven and not row.proven:
            row.proven, row.event_id, row.linked_at = True, event_id, at
        if link.proven and not link.weak and row.event_id == event_id:
            self.joining.add(event_id)
        row.seal = self._seals.sealed(VaultLinkRow, row.model_dump(exclude={"seal"}))["seal"]
        self._session.add(row)
        self._session.flush()

    def unlink(self, subject_id: str) -> int:
        """Take back every link of a subject; return how many there were."""
        rows = links.of(self._session, {subject_id})
        for row in rows:
            self._session.delete(row)
        self._session.flush()
        return len(rows)

    def person(self, subject_id: str) -> tuple[str, ...]:
        """Return every subject id of the person, sorted."""
        return links.person(self._session, subject_id)

    def claimed(self, subject_id: str) -> tuple[str, ...]:
        """Return subjects that only a claim connects with the person; for an officer's eyes."""
        return links.claimed(self._session, subject_id)

    def linked_since(self, subject_id: str, moment: datetime) -> tuple[str, ...]:
        """Return subjects of the person that were linked after `moment` (aware)."""
        return links.linked_since(self._session, subject_id, moment)

    def joined_since(self, subject_id: str, moment: datetime) -> tuple[links.Joined, ...]:
        """Return who was linked to the person after `moment` (aware), by who belongs together."""
        return links.joined_since(self._session, subject_id, moment)


@dataclass(frozen=True)
class Link:
    """That two subjects belong together.

    A strong link joins them (ends sorted); a weak one says that `first` uses the device or
    phone `second`, which joins nobody.
    """

    first: str
    second: str
    proven: bool
    weak: bool = False

    @classmethod
    def between(cls, left: str, right: str, *, proven: bool) -> "Link":
        """Return the strong link of two subjects."""
        low, high = sorted((left, right))
        return cls(low, high, proven)
