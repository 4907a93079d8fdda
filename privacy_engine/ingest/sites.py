"""Who may report: sites, their origins and their keys.

Sites and keys are operational rows, not a register: they cannot be rebuilt from the log, which
only records that they changed. A key is stored as a keyed hash, so that a stolen database opens
nothing. The keys of test mode stand here too: who may speak is decided before any world is
touched.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import JSON, CheckConstraint, Column, LargeBinary, bindparam, select, update
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from privacy_engine.identifiers import token
from privacy_engine.keys import KeyRing
from privacy_engine.log.event import DRILL_SITE
from privacy_engine.transaction import Transaction

ROTATION_GRACE = timedelta(hours=24)
_SEEN_EVERY = timedelta(minutes=1)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_RESERVED = frozenset({"engine", "portal", "console", "test", DRILL_SITE})
_PORTS = {"http": 80, "https": 443}
_SHOWN = 12
_LONGEST_KEY = 100


class KeyKind(StrEnum):
    """Where a key may be used."""

    BROWSER = "browser"
    SERVER = "server"
    AUDITOR = "auditor"


class Mode(StrEnum):
    """Which of the two worlds a key writes to."""

    LIVE = "live"
    TEST = "test"


class Scope(StrEnum):
    """What a key may do."""

    EVENTS_WRITE = "events:write"
    REQUESTS_WRITE = "requests:write"
    REQUESTS_READ = "requests:read"
    CONSENTS_READ = "consents:read"
    SUPPRESSIONS_READ = "suppressions:read"
    ERASURES_READ = "erasures:read"
    RECEIPTS_READ = "receipts:read"
    LOG_READ = "log:read"


_LETTERS = {KeyKind.BROWSER: "pk", KeyKind.SERVER: "sk", KeyKind.AUDITOR: "ak"}
_SCOPES = {
    KeyKind.BROWSER: (Scope.EVENTS_WRITE,),
    KeyKind.SERVER: tuple(item for item in Scope if item is not Scope.LOG_READ),
    KeyKind.AUDITOR: (Scope.LOG_READ,),
}


class SiteRow(SQLModel, table=True):
    """A site that may report, and the origins from which its pages may."""

    __tablename__ = "site"

    name: str = Field(primary_key=True, max_length=64)
    origins: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SiteKeyRow(SQLModel, table=True):
    """One key of a site, or of an auditor (then `site` holds the auditor's chosen name)."""

    __tablename__ = "site_key"
    __table_args__ = (
        CheckConstraint("kind IN ('browser','server','auditor')", name="kind_known"),
        CheckConstraint("mode IN ('live','test')", name="mode_known"),
    )

    prefix: str = Field(primary_key=True, max_length=16)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    site: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=8)
    mode: str = Field(max_length=4)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_event_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class SiteKey:
    """A key as the door knows it; the secret itself is nowhere.

    Attributes:
        prefix: the first characters, by which people tell keys apart.
        revoked_at: aware UTC; from then on it is refused. May lie ahead after a rotation.
        last_event_at: aware UTC, to the minute.
        origins: of its site, as `scheme://host[:port]`.
    """

    prefix: str
    site: str
    kind: KeyKind
    mode: Mode
    scopes: frozenset[Scope]
    origins: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    last_event_at: datetime | None = None


@dataclass(frozen=True)
class Site:
    """A site with its keys, newest first."""

    name: str
    origins: tuple[str, ...]
    created_at: datetime
    keys: tuple[SiteKey, ...]

    @property
    def last_event_at(self) -> datetime | None:
        """When any of its keys last reported."""
        return max((item.last_event_at for item in self.keys if item.last_event_at), default=None)


@dataclass(frozen=True, repr=False)
class NewKey:
    """A key just made; the only moment at which `secret` exists in readable form."""

    secret: str
    kind: KeyKind
    mode: Mode


# Verbs -----------------------------------------------------------------------------------


def add(tx: Transaction, name: str, *, origins: Sequence[str] = ()) -> tuple[NewKey, ...]:
    """Add a site; return its four keys: browser and server, live and test.

    Raises:
        InvalidInput: the name or an origin is not one.
        Conflict: there is a site of this name.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("a site's name is small letters, digits and hyphens, at most 64")
    if name in _RESERVED:
        raise InvalidInput(f"{name!r} is a word of the engine's own; take another name")
    if tx.session.get(SiteRow, name) is not None:
        raise Conflict(f"there is a site {name!r}; rotate its keys instead")
    cleaned = list(dict.fromkeys(origin(item) for item in origins))
    tx.session.add(SiteRow(name=name, origins=cleaned, created_at=tx.now))
    tx.session.flush()
    tx.append("site.added", {"name": name})
    return tuple(
        _make(tx, name, kind=kind, mode=mode)
        for mode in Mode
        for kind in (KeyKind.BROWSER, KeyKind.SERVER)
    )


def rotate(tx: Transaction, name: str, *, mode: Mode = Mode.LIVE) -> tuple[NewKey, ...]:
    """Make new keys for a site; those it has go on working for 24 hours, no longer.

    Raises:
        NotFound: there is no such site.
    """
    _need(tx, name)
    until = tx.now + ROTATION_GRACE
    for row in _rows(tx, name):
        if row.mode == mode and (row.revoked_at is None or row.revoked_at > until):
            row.revoked_at = until
            tx.session.add(row)
    return tuple(
        _make(tx, name, kind=kind, mode=mode) for kind in (KeyKind.BROWSER, KeyKind.SERVER)
    )


def revoke(tx: Transaction, prefix: str) -> None:
    """Refuse a key from now on; `prefix` is its first twelve characters.

    Raises:
        NotFound: there is no such key.
    """
    row = tx.session.get(SiteKeyRow, prefix[:_SHOWN])
    if row is None:
        raise NotFound("there is no key that begins so; `site list` shows them")
    if row.revoked_at is None or row.revoked_at > tx.now:
        row.revoked_at = tx.now
        tx.session.add(row)
        _record(tx, row.site, change="revoked", prefix=row.prefix)


def admit_auditor(tx: Transaction, name: str) -> NewKey:
    """Return a token with which an auditor or witness reads the log's entry bundles.

    Raises:
        InvalidInput: the name is not one.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("an auditor's name is small letters, digits and hyphens, at most 64")
    return _make(tx, name, kind=KeyKind.AUDITOR, mode=Mode.LIVE)


def note_event(tx: Transaction, key: SiteKey) -> None:
    """Record that a key has just been used to report, to the minute."""
    # Once a minute, and only forward: a row written with every event would queue all reports of
    # a site behind one lock.
    tx.session.execute(
        update(SiteKeyRow).where(col(SiteKeyRow.prefix) == key.prefix).values(last_event_at=tx.now)
    )


def is_news(key: SiteKey, now: datetime) -> bool:
    """Return whether `note_event` would tell anything that is not known to the minute."""
    return key.last_event_at is None or now - key.last_event_at >= _SEEN_EVERY


_KEY = SiteKeyRow.__table__  # type: ignore[attr-defined]
_SITE = SiteRow.__table__  # type: ignore[attr-defined]
_BY_HASH = (
    select(_KEY, _SITE.c.origins)
    .join(_SITE, _SITE.c.name == _KEY.c.site, isouter=True)
    .where(_KEY.c.hash.in_(bindparam("hashes", expanding=True)))
)


# Questions -------------------------------------------------------------------------------


def authenticate(tx: Transaction, bearer: str) -> SiteKey:
    """Return the key that somebody presents.

    Raises:
        Unauthenticated: it is not a key, or was revoked; the two look the same.
    """
    (found,) = recognise(tx, [bearer])
    if found is None:
        raise Unauthenticated
    return found


def recognise(tx: Transaction, bearers: Sequence[str]) -> list[SiteKey | None]:
    """Return, in order, the keys that several callers present; None for what is none any more."""
    wanted = {
        bearer: _hash(tx.world.ring, bearer)
        for bearer in bearers
        if len(bearer) <= _LONGEST_KEY and bearer.isascii()
    }
    known = {}
    if wanted:
        # Asked with every request: one query, past the object mapper.
        for row in tx.session.execute(_BY_HASH, {"hashes": list(wanted.values())}):
            if row.revoked_at is None or row.revoked_at > tx.now:
                known[bytes(row.hash)] = _as_key(row, row.origins or ())
    return [known.get(wanted.get(bearer, b"")) for bearer in bearers]


def listing(tx: Transaction) -> list[Site]:
    """Return every site with its keys, by name."""
    rows = tx.session.execute(select(SiteRow).order_by(col(SiteRow.name))).scalars().all()
    return [_as_site(tx, row) for row in rows]


def auditors(tx: Transaction) -> list[SiteKey]:
    """Return the tokens of auditors and witnesses, newest first."""
    statement = (
        select(SiteKeyRow)
        .where(col(SiteKeyRow.kind) == KeyKind.AUDITOR)
        .order_by(col(SiteKeyRow.created_at).desc(), col(SiteKeyRow.prefix))
    )
    return [_as_key(row, ()) for row in tx.session.execute(statement).scalars()]


def get(tx: Transaction, name: str) -> Site:
    """Return one site.

    Raises:
        NotFound: there is none of this name.
    """
    return _as_site(tx, _need(tx, name))


def all_origins(tx: Transaction) -> frozenset[str]:
    """Return the origins of all sites: those whose preflight is answered."""
    rows = tx.session.execute(select(SiteRow.origins)).scalars()  # type: ignore[call-overload]
    return frozenset(item for origins in rows for item in origins)


def origin(text: str) -> str:
    """Return a web origin in the one form in which origins are compared.

    Raises:
        InvalidInput: it is not `scheme://host[:port]`.

    Source: RFC 6454 4 and 6.2.
    """
    wrong = InvalidInput("an origin is https://host or https://host:port, without a path")
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise wrong from None
    host = parts.hostname
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in _PORTS or not host or beyond or not text.isascii():
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    tail = f":{port}" if port and port != _PORTS[parts.scheme] else ""
    return f"{parts.scheme}://{shown}{tail}"


# Rows ------------------------------------------------------------------------------------


def _make(tx: Transaction, site: str, *, kind: KeyKind, mode: Mode) -> NewKey:
    secret = f"{_LETTERS[kind]}_{mode}_{token()}"
    row = SiteKeyRow(
        prefix=secret[:_SHOWN],
        hash=_hash(tx.world.ring, secret),
        site=site,
        kind=kind,
        mode=mode,
        scopes=list(_SCOPES[kind]),
        created_at=tx.now,
    )
    tx.session.add(row)
    tx.session.flush()
    _record(tx, site, change="made", prefix=row.prefix)
    return NewKey(secret, kind, mode)


def _record(tx: Transaction, site: str, *, change: str, prefix: str) -> None:
    tx.append("site.key_changed", {"name": site, "change": change, "prefix": prefix})


def _hash(ring: KeyRing, secret: str) -> bytes:
    return keys.mac(ring.secret("site-keys"), secret.encode())


def _need(tx: Transaction, name: str) -> SiteRow:
    row = tx.session.get(SiteRow, name)
    if row is None:
        raise NotFound("there is no site of this name; `site list` shows them")
    return row


def _rows(tx: Transaction, site: str) -> Sequence[SiteKeyRow]:
    statement = (
        select(SiteKeyRow)
        .where(col(SiteKeyRow.site) == site, col(SiteKeyRow.kind) != KeyKind.AUDITOR)
        .order_by(col(SiteKeyRow.created_at).desc(), col(SiteKeyRow.prefix))
    )
    return tx.session.execute(statement).scalars().all()


def _as_site(tx: Transaction, row: SiteRow) -> Site:
    found = tuple(_as_key(item, row.origins) for item in _rows(tx, row.name))
    return Site(row.name, tuple(row.origins), row.created_at, found)


def _as_key(row: Any, origins: Sequence[str]) -> SiteKey:
    return SiteKey(
        prefix=row.prefix,
        site=row.site,
        kind=KeyKind(row.kind),
        mode=Mode(row.mode),
        scopes=frozenset(Scope(item) for item in row.scopes),
        origins=tuple(origins),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_event_at=row.last_event_at,
    )
