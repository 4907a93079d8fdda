"""An event as it is decided, as it is committed to, and as it is read again (pure)."""

from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from privacy_engine.log.canonical import spell

Data = Mapping[str, Any]
NOTHING: Data = MappingProxyType({})
LEAF_VERSION = 1
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Scope(StrEnum):
    """Under whose key a part of an event is sealed, and so what destroys it."""

    INSTANCE = "instance"  # no personal data; kept as long as the log
    PERSON = "person"  # identifiers, free text; destroyed when the person is erased
    CASE = "case"  # what a request or a child's case must show for its own lifetime
    PROOF = "proof"  # what a consent needs for its defence, until a date
    RESCAN = "rescan"  # identifiers for searching again; destroyed after the last rescan


SCOPES = tuple(Scope)


class Trust(StrEnum):
    """Who vouches for an event; only what a browser says is a mere claim."""

    BROWSER = "browser"
    SERVER = "server"
    SIGNED = "signed"
    OFFICER = "officer"
    ENGINE = "engine"
    IMPORT = "import"


class Identifier(Struct, frozen=True):
    """What a site calls a person. `account` and `device` belong to one site; the rest are shared.

    `scope` is the site for those two, the issuer for `external`, else empty.
    """

    kind: str
    value: str
    scope: str = ""


DRILL_SITE = "drill"
"""The site of all that drills report about invented people; no real site may be so named."""


class Draft(Struct, frozen=True):
    """An event that has been decided and is about to be appended.

    `subject_id` names a person that is already known; `subject` names one by identifiers, and
    is also what gets sealed. `origin` is the sender's (source, id), for idempotency; `said` is
    what the sender wrote where the engine completed `data`, so that a repeat compares equal.
    """

    kind: str
    data: Data = NOTHING
    site: str = "engine"
    trust: Trust = Trust.ENGINE
    actor: str = "engine"
    occurred_at: datetime | None = None
    subject: tuple[Identifier, ...] = ()
    subject_id: str | None = None
    case_id: str | None = None
    origin: tuple[str, str] | None = None
    said: Data | None = None


class Event(Struct, frozen=True):
    """An event as a register reads it: the envelope, and those fields whose parts still open.

    Attributes:
        event_id: ULID, internal.
        recorded_at: when the engine took it, aware UTC.
        occurred_at: when it happened by the sender's word, aware UTC.
        subject_id: the person, None when erased or when the event is about nobody.
        case_id: the request, child's case or hold whose key seals the case part.
        data: the fields of all parts that open; fields of destroyed parts are absent.
        erased: scopes whose part was destroyed.
    """

    event_id: str
    kind: str
    version: int
    site: str
    trust: Trust
    actor: str
    recorded_at: datetime
    occurred_at: datetime
    subject_id: str | None = None
    case_id: str | None = None
    data: Data = NOTHING
    erased: frozenset[Scope] = frozenset()


class Leaf(Struct, frozen=True):
    """What the log commits to: no personal data, no stable pseudonym, the minute only."""

    commitments: tuple[bytes, ...]
    leaf_id: bytes
    kind: str
    tag: bytes
    recorded_at: datetime
    version: int = LEAF_VERSION

    def entry(self) -> bytes:
        """Return the log entry: canonical JSON (RFC 8785 profile)."""
        return spell(
            {
                "c": [encode(item) for item in self.commitments],
                "i": encode(self.leaf_id),
                "k": self.kind,
                "s": encode(self.tag),
                "t": f"{instant(self.recorded_at)[:16]}Z",
                "v": self.version,
            }
        )


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def identifiers_as_data(subject: Sequence[Identifier]) -> list[dict[str, str]]:
    """Return identifiers in the form in which they are sealed."""
    return [{"kind": item.kind, "scope": item.scope, "value": item.value} for item in subject]


def identifiers_from_data(value: object) -> tuple[Identifier, ...]:
    """Return what `identifiers_as_data` sealed."""
    if not isinstance(value, list):
        return ()
    return tuple(Identifier(item["kind"], item["value"], item["scope"]) for item in value)


# One batch is full of the same few moments.
@lru_cache(maxsize=1_024)
def instant(moment: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with milliseconds."""
    return f"{moment.astimezone(UTC).isoformat(timespec='milliseconds')[:23]}Z"


def to_the_millisecond(moment: datetime) -> datetime:
    """Return the aware UTC instant that `instant` spells and `parse_instant` reads."""
    whole = moment.astimezone(UTC)
    return whole.replace(microsecond=whole.microsecond // 1_000 * 1_000)


def parse_instant(text: str) -> datetime:
    """Return the aware UTC instant that `instant` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)
