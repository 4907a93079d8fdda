"""Cut an event into parts, commit to them in a leaf, and seal each under its own key."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from privacy_engine import keys
from privacy_engine.log.canonical import canonical, has_profile, spell
from privacy_engine.log.catalogue import event_type
from privacy_engine.log.event import (
    SCOPES,
    Data,
    Draft,
    Event,
    Leaf,
    Scope,
    identifiers_as_data,
    instant,
    to_the_millisecond,
)
from privacy_engine.log.identity import Resolved
from privacy_engine.log.merkle import leaf_hash
from privacy_engine.log.tables import LogEventRow, SealedPartRow
from privacy_engine.log.vault import DataKey, Vault

PartValues = tuple[str, str, str, bytes, bytes | None]
PART_COLUMNS = ("event_id", "scope", "key_id", "sealed", "content_mac")
EVENT_COLUMNS = (
    *("event_id", "kind", "site", "recorded_at", "leaf", "leaf_hash", "envelope", "dedupe_key"),
)
Parts = dict[Scope, dict[str, Any]]
_LEAF_ID_BYTES = 16
_TAG_BYTES = 16
_CHANCE_BYTES = keys.SALT_BYTES + keys.NONCE_BYTES


class Sealing(Struct, frozen=True):
    """One draft on its way into the log."""

    draft: Draft
    event_id: str
    dedupe_key: bytes | None
    who: Resolved
    recorded_at: datetime


class SealedEvent(Struct, frozen=True):
    """What is stored of an event: the log entry, the sealed envelope, the destroyable parts."""

    entry: bytes
    leaf_hash: bytes
    envelope: bytes
    parts: list[PartValues]


def split(item: Sealing) -> Parts:
    """Return the parts of an event: the envelope first, then one part for each scope in use."""
    draft = item.draft
    declared = event_type(draft.kind)
    scopes = declared.scopes
    parts: Parts = defaultdict(dict)
    for name, value in draft.data.items():
        parts[scopes[name]][name] = value
    if item.who.subject_id:
        person = parts[Scope.PERSON]
        if item.who.identifiers:
            person["subject"] = identifiers_as_data(item.who.identifiers)
    if draft.case_id:
        parts.setdefault(Scope.CASE, {})
    envelope: dict[str, object] = {
        "actor": draft.actor,
        "data": parts.pop(Scope.INSTANCE, {}),
        "event_id": item.event_id,
        "kind": draft.kind,
        "occurred_at": instant(draft.occurred_at or item.recorded_at),
        "recorded_at": instant(item.recorded_at),
        "scopes": [str(scope) for scope in SCOPES if scope in parts],
        "site": draft.site,
        "trust": str(draft.trust),
        "version": declared.version,
    }
    return {Scope.INSTANCE: envelope} | {scope: parts[scope] for scope in SCOPES if scope in parts}


def keys_for(
    vault: Vault,
    item: Sealing,
    *,
    contents: Parts,
    proofs: dict[str, DataKey],
) -> dict[Scope, DataKey]:
    """Return the key of every part but the envelope, made where it is missing."""
    subject_id, case_id = item.who.subject_id or "", item.draft.case_id or ""
    owners: dict[Scope, DataKey] = {}
    for scope in contents:
        match scope:
            case Scope.INSTANCE:
                continue
            case Scope.PERSON:
                owners[scope] = vault.at_hand(subject_id)
            case Scope.PROOF:
                owners[scope] = proofs[subject_id]
            case Scope.CASE:
                owners[scope] = vault.case_key(case_id)
            case Scope.RESCAN:
                owners[scope] = vault.rescan_key(case_id)
    return owners


def seal(
    item: Sealing, contents: Parts, *, owners: dict[Scope, DataKey], instance_key: DataKey
) -> SealedEvent:
    """Return the event committed to and sealed, ready to be stored."""
    leaf_id, blank_tag, chances = _draw(len(contents))
    # The fields alone were made elsewhere; the rest is text that was put together here.
    write = spell if has_profile(item.draft.data) else canonical
    bodies = [write(fields) for fields in contents.values()]
    commitments = tuple(
        [keys.mac(salt, body) for (salt, _), body in zip(chances, bodies, strict=True)]
    )
    person = owners.get(Scope.PERSON)
    tag = keys.mac(person.tag, leaf_id)[:_TAG_BYTES] if person else blank_tag
    entry = Leaf(commitments, leaf_id, item.draft.kind, tag, item.recorded_at).entry()
    digest = leaf_hash(entry)
    parts: list[PartValues] = []
    envelope = b""
    for scope, (salt, nonce), body in zip(contents, chances, bodies, strict=True):
        key = owners.get(scope, instance_key)
        beside = item.dedupe_key if scope is Scope.INSTANCE else None
        if key is person:
            beside = _content_mac(item, person)
        # The salt lies inside: without it a short text could be guessed.
        sealed = keys.seal(key.enc, salt + body, bound_to=_binding(digest, beside), nonce=nonce)
        if scope is Scope.INSTANCE:
            envelope = sealed
            continue
        parts.append((item.event_id, str(scope), key.key_id, sealed, beside))
    return SealedEvent(entry, digest, envelope, parts)


def event_row(item: Sealing, done: SealedEvent) -> tuple[object, ...]:
    """Return the values of `EVENT_COLUMNS` for an event that was sealed."""
    draft = item.draft
    head = (item.event_id, draft.kind, draft.site, item.recorded_at)
    return (*head, done.entry, done.leaf_hash, done.envelope, item.dedupe_key)


def _draw(parts: int) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    """Return fresh randomness: leaf id, a tag for nobody, and for each part a salt and a nonce."""
    head = _LEAF_ID_BYTES + _TAG_BYTES
    drawn = keys.random_bytes(head + _CHANCE_BYTES * parts)
    chances = [
        (drawn[at : at + keys.SALT_BYTES], drawn[at + keys.SALT_BYTES : at + _CHANCE_BYTES])
        for at in range(head, len(drawn), _CHANCE_BYTES)
    ]
    return drawn[:_LEAF_ID_BYTES], drawn[_LEAF_ID_BYTES:head], chances


def _content_mac(item: Sealing, person: DataKey) -> bytes | None:
    return keys.mac(person.mac, content(item.draft)) if item.draft.origin else None


def open_envelope(key: DataKey, row: LogEventRow) -> tuple[bytes, bytes]:
    """Return (salt, canonical bytes) of an event's envelope.

    Raises:
        VerificationError: bytes, key, leaf hash or dedupe key are not the ones it was sealed with.
    """
    return _opened(key, row.envelope, _binding(row.leaf_hash, row.dedupe_key))


def open_part(key: DataKey, part: SealedPartRow, digest: bytes) -> tuple[bytes, bytes]:
    """Return (salt, canonical bytes) of a sealed part of the event with leaf hash `digest`.

    Raises:
        VerificationError: bytes, key, leaf hash or MAC are not the ones it was sealed with.
    """
    return _opened(key, part.sealed, _binding(digest, part.content_mac))


def _opened(key: DataKey, sealed: bytes, binding: bytes) -> tuple[bytes, bytes]:
    plaintext = keys.unseal(key.enc, sealed, bound_to=binding)
    return plaintext[: keys.SALT_BYTES], plaintext[keys.SALT_BYTES :]


def _binding(digest: bytes, beside: bytes | None) -> bytes:
    # The column beside the ciphertext that no commitment covers (dedupe key, content MAC) is bound
    # to it: changed in the database, it would let a repeat pass for a conflict or the reverse.
    return digest + (beside or b"")


def as_event(item: Sealing, contents: Parts) -> Event:
    """Return the event as registers will read it, now and when they are rebuilt."""
    draft = item.draft
    # As the envelope spells them, so that a rebuilt register reads the very same values.
    recorded_at = to_the_millisecond(item.recorded_at)
    occurred_at = draft.occurred_at
    return Event(
        event_id=item.event_id,
        kind=draft.kind,
        version=event_type(draft.kind).version,
        site=draft.site,
        trust=draft.trust,
        actor=draft.actor,
        recorded_at=recorded_at,
        occurred_at=to_the_millisecond(occurred_at) if occurred_at else recorded_at,
        subject_id=item.who.subject_id,
        case_id=draft.case_id,
        data=merge(contents.values()),
    )


def merge(parts: Iterable[Data]) -> dict[str, Any]:
    """Return the fields of all parts together."""
    merged: dict[str, Any] = {}
    for part in parts:
        merged |= part["data"] if "scopes" in part else part
    return merged


def content(draft: Draft) -> bytes:
    """Return the bytes that decide whether a repeat says the same."""
    said = draft.data if draft.said is None else draft.said
    whole = {
        "data": said if type(said) is dict else dict(said),
        "kind": draft.kind,
        "subject": sorted(map(str, identifiers_as_data(draft.subject))),
        "time": instant(draft.occurred_at) if draft.occurred_at else None,
    }
    return spell(whole) if has_profile(said) else canonical(whole)
