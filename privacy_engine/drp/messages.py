"""Signed messages of agents: opened in the protocol's own order, and read (pure).

Source: Data Rights Protocol 1.0, 2.01, 2.04, 2.05, 3.01, 3.07.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from privacy_engine import keys
from privacy_engine.errors import EngineError, Forbidden, InvalidInput, MalformedInput
from privacy_engine.log.canonical import parse_strict

SIGNATURE_BYTES = 64
VERSIONS = frozenset({"1.0", "0.9.4"})  # 1.0 is 0.9.4 under another number
_LONGEST = 200
_RIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "sale:opt-out": "opt_out",
        "sale:opt-in": "opt_in",
        "deletion": "delete",
        "access": "know:specific",
        "access:specific": "know:specific",
        "access:categories": "know:categories",
    }
)
ACTIONS = tuple(_RIGHTS)
"""What we do, in the protocol's words."""


class Discarded(EngineError):
    """A message of an agent that can never be taken, however often it is sent again."""

    slug = "message-discarded"
    title = "This message is discarded; sign a new one"
    repair = (
        "Sign a new message with the present time, and send that. The detail says what failed."
    )


@dataclass(frozen=True)
class Expected:
    """What a message must fit.

    Attributes:
        agent: the agent of the token, or of the address when keys are set up.
        verify_key: 32 bytes, from the directory of agents.
        businesses: the business ids that are us.
        now: aware.
        skew: how far the sender's clock may run ahead of ours.
    """

    agent: str
    verify_key: bytes
    businesses: frozenset[str]
    now: datetime
    skew: timedelta


@dataclass(frozen=True, repr=False)
class Message:
    """A message whose signature holds: the claims, and a digest that knows it again."""

    claims: Mapping[str, Any]
    digest: str
    expires_at: datetime | None = None

    @property
    def business(self) -> str:
        """To which business it is addressed."""
        return str(self.claims.get("business-id", ""))


def open_addressed(body: bytes, expected: Expected) -> Message:
    """Return a message that passes all six steps, in their order.

    1 it decodes from base64; 2 the signature holds under the agent's key; 3 it names that agent;
    4 it is addressed to us; 5 it was issued before now; 6 it has not expired.

    Raises:
        MalformedInput: step 1, or what was signed is no JSON object.
        Forbidden: steps 2 and 3.
        InvalidInput: step 5, which time may heal.
        Discarded: steps 4 and 6.
    """
    found = open_signed(body, expected.verify_key)  # 1, 2
    claims = found.claims
    if claims.get("agent-id") != expected.agent:  # 3
        raise Forbidden("the message names another agent than the one who shows the token")
    if claims.get("business-id") not in expected.businesses:  # 4
        raise Discarded("the message is addressed to another business")
    issued_at, expires_at = _instant(claims, "issued-at"), _instant(claims, "expires-at")
    if issued_at > expected.now + expected.skew:  # 5
        raise InvalidInput("the message was issued in the future")
    if expected.now >= expires_at:  # 6
        raise Discarded("the message has expired")
    if claims.get("drp.version") not in VERSIONS:
        raise Discarded(f"drp.version is one of {', '.join(sorted(VERSIONS))}")
    return Message(claims, found.digest, expires_at)


def open_signed(body: bytes, verify_key: bytes) -> Message:
    """Return a message that decodes and whose signature holds, whatever it says.

    Raises:
        MalformedInput: it is not base64, or what was signed is no JSON object.
        Forbidden: the signature is not the agent's.
    """
    try:
        combined = base64.b64decode(body.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedInput("the body is not base64") from None
    signature, signed = combined[:SIGNATURE_BYTES], combined[SIGNATURE_BYTES:]
    if not signed or not keys.ed25519_verify(verify_key, signature, signed):
        raise Forbidden("the signature does not hold under the agent's key")
    claims = parse_strict(signed)
    if not isinstance(claims, dict):
        raise MalformedInput("the signed text is no JSON object")
    # Of the decoded bytes: the same message in another spelling of base64 is the same message.
    return Message(claims, keys.sha256(combined).hex())


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    """Return an instant; one without an offset is meant in UTC, as clients in the field write."""
    try:
        found = datetime.fromisoformat(str(claims.get(name)))
    except ValueError:
        raise Discarded(f"{name} is an ISO 8601 instant") from None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise Discarded(f"{name} lies outside every calendar") from None


# Exercise --------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Exercise:
    """What an agent asks for a person, as the message says it.

    Attributes:
        right: in our words.
        exercise: in the protocol's words.
        claims: what the agent says of the person beyond address, telephone and name; its own
            word that it verified them is one of these, and is nobody's proof here.
    """

    right: str
    exercise: str
    regime: str
    email: str
    phone: str
    name: str
    agent_request_id: str
    status_callback: str
    relationships: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)


_CLAIMS = ("email_verified", "phone_number_verified", "address_verified", "power_of_attorney")
_ADDRESS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
_MOST_RELATIONSHIPS = 20


class _Reader:
    """Reads claims one by one; names the faulty claim, never its content."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        self._claims = claims

    def text(self, name: str, *, longest: int = _LONGEST) -> str:
        value = self._claims.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise Discarded(f"{name} is a text of at most {longest} characters")
        return value.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._claims.get(name)
        if value is None:
            return ()
        fits = isinstance(value, list) and len(value) <= _MOST_RELATIONSHIPS
        if not fits or not all(isinstance(item, str) and len(item) <= _LONGEST for item in value):
            raise Discarded(f"{name} is a list of at most {_MOST_RELATIONSHIPS} texts")
        return tuple(value)


def read_exercise(claims: Mapping[str, Any]) -> Exercise:
    """Return what the claims of an opened message ask for; claims that nobody declared are let be.

    Raises:
        Discarded: a right that the protocol does not know, nobody to look for, or a claim that
            is not what it should be; names the claim, never what it holds.
    """
    read = _Reader(claims)
    said = read.text("exercise").replace("opt_out", "opt-out").replace("opt_in", "opt-in")
    if said not in _RIGHTS:
        raise Discarded(f"exercise is one of {', '.join(_RIGHTS)}")
    email, phone = read.text("email", longest=254), read.text("phone_number", longest=40)
    if not email and not phone:
        raise Discarded("the message names nobody: email or phone_number is needed")
    return Exercise(
        right=_RIGHTS[said],
        exercise=said,
        regime=read.text("regime"),
        email=email,
        phone=phone,
        name=read.text("name"),
        agent_request_id=read.text("agent-request-id"),
        status_callback=read.text("status_callback", longest=2_000),
        relationships=read.texts("relationships"),
        claims=_identity(claims, read),
    )


def _identity(claims: Mapping[str, Any], read: _Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _CLAIMS:
        value = claims.get(name)
        if isinstance(value, bool):
            found[name] = value
        elif value is not None and not name.endswith("_verified"):
            found[name] = read.text(name, longest=2_000)
    address = claims.get("address")
    if isinstance(address, dict):
        inside = _Reader(address)
        kept = {name: inside.text(name, longest=500) for name in _ADDRESS}
        found["address"] = {name: value for name, value in kept.items() if value}
    return found


def read_reason(claims: Mapping[str, Any]) -> str:
    """Return why a request is taken back; empty when not said."""
    return _Reader(claims).text("reason", longest=2_000)
