"""Opens stored events one by one and compares each part with what its entry committed to."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from privacy_engine import keys
from privacy_engine.errors import VerificationError
from privacy_engine.keys import KeyRing
from privacy_engine.log import merkle, pruning
from privacy_engine.log.event import Scope, encode, instant, parse_instant
from privacy_engine.log.findings import Finding
from privacy_engine.log.sealing import open_envelope, open_part
from privacy_engine.log.tables import LogEventRow, SealedPartRow
from privacy_engine.log.vault import INSTANCE_KEY_ID, DataKey, Vault

_DESTROYING = frozenset({"subject.erased", "parts.destroyed"})


@dataclass(frozen=True)
class Opened:
    """What was read of one event: its leaf hash as recomputed, and its envelope if it opened."""

    leaf_hash: bytes
    envelope: Mapping[str, Any] | None


@dataclass
class Openings:
    """Checks events as they are handed over; what is found lies in the findings afterwards.

    Attributes:
        missing: parts that an envelope names and the database no longer holds.
        accounted: destroyed parts that the log itself records.
        parts_seen: stored parts that belong to an event.
        minimum: the greatest minimum index that an event states.
    """

    session: Session
    ring: KeyRing
    entries: Finding = field(default_factory=Finding)
    envelopes: Finding = field(default_factory=Finding)
    parts: Finding = field(default_factory=Finding)
    missing: int = 0
    accounted: int = 0
    parts_seen: int = 0
    minimum: int = 0

    def __post_init__(self) -> None:
        """Open a vault of its own: only keys that exist, none is ever made here."""
        self._vault = Vault(self.session, self.ring)

    def load(
        self, event_ids: Sequence[str]
    ) -> tuple[dict[str, LogEventRow], dict[str, list[SealedPartRow]]]:
        """Return the rows of these events and their parts; a row that is unreadable is a fault."""
        events = {
            row.event_id: row
            for row in self._rows(LogEventRow, event_ids, finding=self.envelopes)
            if isinstance(row, LogEventRow)
        }
        parts: dict[str, list[SealedPartRow]] = {}
        for part in self._rows(SealedPartRow, event_ids, finding=self.parts):
            if isinstance(part, SealedPartRow):
                parts.setdefault(part.event_id, []).append(part)
                self.parts_seen += 1
        key_ids = {part.key_id for items in parts.values() for part in items}
        with suppress(VerificationError):  # whichever part needs the broken key says so
            self._vault.open_keys(key_ids | {INSTANCE_KEY_ID})
        return events, parts

    def _rows(
        self, table: type[SQLModel], event_ids: Sequence[str], *, finding: Finding
    ) -> Iterable[SQLModel]:
        statement = select(table)
        column = table.__table__.c.event_id  # type: ignore[attr-defined]
        try:
            return list(self.session.execute(statement.where(column.in_(event_ids))).scalars())
        except (ValueError, DBAPIError):
            pass  # a value that is none, such as a date spoiled on disk: find out whose
        found: list[SQLModel] = []
        for event_id in event_ids:
            try:
                found.extend(self.session.execute(statement.where(column == event_id)).scalars())
            except (ValueError, DBAPIError):
                finding.fault(f"a row of event {event_id} cannot be read")
        return found

    def check(self, row: LogEventRow, parts: Sequence[SealedPartRow]) -> Opened:
        """Check one event."""
        digest = merkle.leaf_hash(row.leaf)
        self.entries.checked += 1
        if digest != row.leaf_hash:
            self.entries.fault(f"the entry of event {row.event_id} has another hash than stored")
        self.envelopes.checked += 1
        try:
            leaf = orjson.loads(row.leaf)
            envelope = self._envelope(row, leaf)
        except (VerificationError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            detail = error.detail if isinstance(error, VerificationError) else "it cannot be read"
            self.envelopes.fault(f"the envelope of event {row.event_id}: {detail}")
            return Opened(digest, None)
        self._parts(row, parts, leaf=leaf, scopes=envelope["scopes"])
        if row.kind in _DESTROYING:
            self.accounted += int(envelope["data"]["parts"])
        if row.kind == pruning.KIND:
            self.minimum = max(self.minimum, int(envelope["data"]["minimum_index"]))
        return Opened(digest, envelope)

    def _envelope(self, row: LogEventRow, leaf: Mapping[str, Any]) -> Mapping[str, Any]:
        key = self._key(INSTANCE_KEY_ID)
        if key is None:
            raise VerificationError("its key is gone")
        salt, body = open_envelope(key, row)
        if leaf["c"][0] != encode(keys.mac(salt, body)):
            raise VerificationError("it is not the one that the entry commits to")
        envelope: dict[str, Any] = orjson.loads(body)
        # To the microsecond, so that even what the envelope's spelling leaves out is zero.
        moment = instant(row.recorded_at)
        if parse_instant(moment) != row.recorded_at:
            moment = row.recorded_at.isoformat()
        said = {
            "event_id": row.event_id,
            "kind": row.kind,
            "site": row.site,
            "recorded_at": moment,
        }
        wrong = [name for name, value in said.items() if envelope[name] != value]
        if leaf["k"] != row.kind or leaf["t"] != f"{moment[:16]}Z":
            wrong.append("leaf")
        if wrong:
            raise VerificationError(f"it says something else than the database: {wrong[0]}")
        if len(leaf["c"]) != 1 + len(envelope["scopes"]):
            raise VerificationError("the entry commits to another number of parts")
        return envelope

    def _parts(
        self,
        row: LogEventRow,
        parts: Sequence[SealedPartRow],
        *,
        leaf: Mapping[str, Any],
        scopes: Sequence[str],
    ) -> None:
        for part in parts:
            self.parts.checked += 1
            try:
                self._part(row, part, leaf=leaf, scopes=scopes)
            except VerificationError as error:
                self.parts.fault(f"the {part.scope} part of event {row.event_id}: {error.detail}")
            except (KeyError, TypeError, ValueError):  # a bit of the entry flipped in its names
                self.parts.fault(
                    f"the {part.scope} part of event {row.event_id}: its entry cannot be read"
                )
        self.missing += len(set(scopes) - {part.scope for part in parts})

    def _part(
        self,
        row: LogEventRow,
        part: SealedPartRow,
        *,
        leaf: Mapping[str, Any],
        scopes: Sequence[str],
    ) -> None:
        if part.scope not in scopes:
            raise VerificationError("its envelope names no such part")
        key = self._key(part.key_id)
        if key is None:
            raise VerificationError("it was left behind when its key was destroyed")
        salt, body = open_part(key, part, row.leaf_hash)
        if leaf["c"][1 + scopes.index(part.scope)] != encode(keys.mac(salt, body)):
            raise VerificationError("it is not the one that the entry commits to")
        if part.scope == Scope.PERSON:
            leaf_id = _decode(leaf["i"])
            if leaf["s"] != encode(keys.mac(key.tag, leaf_id)[:16]):
                raise VerificationError("the entry is tagged as another person's")

    def _key(self, key_id: str) -> DataKey | None:
        return self._vault.key(key_id)

    def left_over_parts(self) -> int:
        """Return how many stored parts belong to no event that was handed over."""
        total = self.session.execute(select(func.count()).select_from(SealedPartRow)).scalar_one()
        return int(total) - self.parts_seen


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
