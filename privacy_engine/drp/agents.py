"""Which agents may speak, by which key and token: from the network's directory, or added by hand.

Operational rows, as sites and their keys are. A token is stored as a keyed hash. An agent that the
directory no longer lists, or lists with another key, loses its tokens at once.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary, delete, select
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import UtcDateTime
from privacy_engine.drp.messages import Expected, Message, open_addressed
from privacy_engine.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from privacy_engine.identifiers import token as new_token
from privacy_engine.keys import KeyRing
from privacy_engine.transaction import Transaction

BY_HAND, LISTED = "by_hand", "directory"
# The protocol's pattern is open at both ends; what would not fit in a path is kept out.
_AGENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY_BYTES = 32
_LONGEST_TOKEN = 200


class AgentRow(SQLModel, table=True):
    """An agent of the network: its key, and whom to call when something goes wrong."""

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("origin IN ('by_hand','directory')", name="origin_known"),)

    agent_id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    verify_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    origin: str = Field(max_length=16)
    web_url: str = Field(default="", max_length=500)
    contact: str = Field(default="", max_length=200)
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    paired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AgentTokenRow(SQLModel, table=True):
    """The token of an agent, as a keyed hash; a new one ends the old one."""

    __tablename__ = "agent_token"

    agent_id: str = Field(primary_key=True, max_length=64)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AgentPairingRow(SQLModel, table=True):
    """A message that set up a token: it works once, and is known until it would have expired."""

    __tablename__ = "agent_pairing"

    digest: str = Field(primary_key=True, max_length=64)
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


@dataclass(frozen=True)
class Agent:
    """An agent as everybody else reads it; instants are aware UTC."""

    agent_id: str
    name: str
    verify_key: bytes
    origin: str
    web_url: str
    contact: str
    added_at: datetime
    paired_at: datetime | None


@dataclass(frozen=True)
class Listing:
    """An agent as a directory, or a person, names it."""

    agent_id: str
    name: str
    verify_key: bytes
    web_url: str = ""
    contact: str = ""


# Who may speak --------------------------------------------------------------------------


def add(tx: Transaction, listed: Listing, *, origin: str = BY_HAND) -> Agent:
    """Let an agent in, or bring its entry up to date; with another key its token ends.

    Raises:
        Conflict: the directory lists this agent, and what a person types does not overrule it.
    """
    row = tx.session.get(AgentRow, listed.agent_id)
    if row is not None and row.origin == LISTED and origin == BY_HAND:
        raise Conflict("the directory lists this agent; its entry is changed there")
    if row is not None and row.verify_key != listed.verify_key:
        _end_token(tx, listed.agent_id)
    changed = row is None or row.verify_key != listed.verify_key
    kept = row.added_at if row else tx.now
    tx.session.merge(
        AgentRow(
            agent_id=listed.agent_id,
            name=listed.name,
            verify_key=listed.verify_key,
            origin=origin,
            web_url=listed.web_url,
            contact=listed.contact,
            added_at=kept,
            paired_at=row.paired_at if row and not changed else None,
        )
    )
    tx.session.flush()
    if changed:
        _record(tx, listed.agent_id, "added" if row is None else "key changed")
    return get(tx, listed.agent_id)


def remove(tx: Transaction, agent_id: str) -> None:
    """Let an agent in no longer; what it asked for goes on.

    Raises:
        NotFound: there is none of this id.
    """
    get(tx, agent_id)
    _end_token(tx, agent_id)
    tx.session.execute(delete(AgentRow).where(col(AgentRow.agent_id) == agent_id))
    _record(tx, agent_id, "removed")


def replace_listed(tx: Transaction, listed: Sequence[Listing]) -> tuple[int, int]:
    """Make what the directory says the truth about listed agents; return (listed, dropped).

    Agents added by hand stay, unless the directory now lists them: then it is believed.
    """
    wanted = {item.agent_id for item in listed}
    for item in listed:
        add(tx, item, origin=LISTED)
    gone = [a.agent_id for a in listing(tx) if a.origin == LISTED and a.agent_id not in wanted]
    for agent_id in gone:
        remove(tx, agent_id)
    return len(wanted), len(gone)


def listing(tx: Transaction) -> list[Agent]:
    """Return every agent, by id."""
    rows = tx.session.execute(select(AgentRow).order_by(col(AgentRow.agent_id))).scalars()
    return [Agent(**row.model_dump()) for row in rows]


def get(tx: Transaction, agent_id: str) -> Agent:
    """Return one agent.

    Raises:
        NotFound: there is none of this id.
    """
    row = tx.session.get(AgentRow, agent_id)
    if row is None:
        raise NotFound("there is no agent of this id; `drp agents list` shows them")
    return Agent(**row.model_dump())


# Tokens ---------------------------------------------------------------------------------


def expected(tx: Transaction, agent: Agent) -> Expected:
    """Return what a message of this agent must fit now."""
    settings = tx.settings.drp
    return Expected(
        agent.agent_id,
        agent.verify_key,
        frozenset(settings.sites),
        now=tx.now,
        skew=timedelta(seconds=settings.clock_skew_seconds),
    )


def pair(tx: Transaction, agent_id: str, body: bytes) -> str:
    """Return a new token for the agent who signed `body`; the old one ends.

    Raises:
        NotFound: no such agent.
        Forbidden: this very message made a token before, or was signed to exercise a right.
        EngineError: whatever else is wrong with the message, see `messages.open_addressed`.
    """
    agent = get(tx, agent_id)
    message = open_addressed(body, expected(tx, agent))
    # It has all that a pairing has, and passes through more hands: whoever kept one gets no token.
    if "exercise" in message.claims:
        raise Forbidden("this message exercises a right")
    _use_once(tx, message)
    _end_token(tx, agent_id)
    secret = new_token()
    digest = _hash(tx.world.ring, secret)
    tx.session.add(AgentTokenRow(agent_id=agent_id, hash=digest, made_at=tx.now))
    row = tx.session.get(AgentRow, agent_id)
    if row is not None:
        row.paired_at = tx.now
        tx.session.add(row)
    tx.session.flush()
    _record(tx, agent_id, "token made")
    return secret


def _use_once(tx: Transaction, message: Message) -> None:
    # Whoever overheard the message must not get a token for it.
    tx.session.execute(delete(AgentPairingRow).where(col(AgentPairingRow.until) < tx.now))
    if tx.session.get(AgentPairingRow, message.digest) is not None:
        raise Forbidden("this message was used before")
    # A twin that races this one loses on the primary key, runs again, and finds this row.
    tx.session.add(AgentPairingRow(digest=message.digest, until=message.expires_at or tx.now))
    tx.session.flush()


def authenticate(tx: Transaction, bearer: str) -> Agent:
    """Return the agent to whom a token was given.

    Raises:
        Unauthenticated: it is nobody's token, or not any more.
    """
    row = None
    if bearer and len(bearer) <= _LONGEST_TOKEN and bearer.isascii():
        wanted = select(AgentTokenRow).where(
            col(AgentTokenRow.hash) == _hash(tx.world.ring, bearer)
        )
        row = tx.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise Unauthenticated("no agent has this token; set one up with POST /v1/agent/{agent-id}")
    return get(tx, row.agent_id)


def _hash(ring: KeyRing, secret: str) -> bytes:
    return keys.mac(ring.secret("agent-tokens"), secret.encode())


def _end_token(tx: Transaction, agent_id: str) -> None:
    tx.session.execute(delete(AgentTokenRow).where(col(AgentTokenRow.agent_id) == agent_id))


def _record(tx: Transaction, agent_id: str, change: str) -> None:
    tx.append("agent.changed", {"agent": agent_id, "change": change})


# What a directory says -------------------------------------------------------------------


def read_directory(document: object) -> list[Listing]:
    """Return the agents of a directory, all of them or none.

    Raises:
        InvalidInput: it is no list of agents, or an entry has no usable id or key; says which.

    Source: Data Rights Protocol 1.0, 3.05.
    """
    if not isinstance(document, list):
        raise InvalidInput("a directory of agents is a JSON array")
    found = [_entry(item, number) for number, item in enumerate(document, start=1)]
    if len({item.agent_id for item in found}) != len(found):
        raise InvalidInput("the directory lists an agent twice")
    return found


def _entry(item: object, number: int) -> Listing:
    if not isinstance(item, dict):
        raise InvalidInput(f"entry {number} of the directory is no object")
    return listing_of(
        str(item.get("id") or ""),
        str(item.get("verify_key") or ""),
        name=_text(item, "name"),
        web_url=_text(item, "web_url"),
        contact=_text(item, "technical_contact"),
    )


def listing_of(
    agent_id: str, verify_key: str, *, name: str = "", web_url: str = "", contact: str = ""
) -> Listing:
    """Return an entry with its key decoded.

    Raises:
        InvalidInput: the id or the key is none.
    """
    if not _AGENT_ID.fullmatch(agent_id):
        raise InvalidInput("an agent's id is letters, digits, dots, hyphens and underscores")
    try:
        key = base64.b64decode(verify_key, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise InvalidInput(f"the key of {agent_id} is not base64 of 32 bytes (Ed25519)")
    return Listing(agent_id, (name or agent_id)[:200], key, web_url[:500], contact[:200])


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
