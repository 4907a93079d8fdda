"""A vendor that is asked to erase by OpenDSR, and answers by status and callback.

Source: OpenDSR 2.0; a vendor of version 1 gets the older names (OpenGDPR).
"""

import base64
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from privacy_engine import clock, keys, outbound
from privacy_engine.connectors.deliveries import Attempt, Book, NoBook, State
from privacy_engine.connectors.protocol import (
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Identifiers,
    Located,
    Progress,
    Record,
    Severity,
)
from privacy_engine.errors import Conflict, EngineError, Unavailable
from privacy_engine.identifiers import random_id
from privacy_engine.instance.data_map import System
from privacy_engine.instance.data_map_kinds import OpenDsrRules, Padding, VendorAuth

_ERASE = "erasure"
_DONE = "completed"
_ENDED = "cancelled"
_HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5}
_PREFIX = {2: "X-OpenDSR", 1: "X-OpenGDPR"}
_PATH = {2: "requests", 1: "opengdpr_requests"}
STATUSES = frozenset({"pending", "in_progress", _DONE, _ENDED})


def request_id(delivery: str) -> str:
    """Return the `subject_request_id` of a question, a UUID: the same after a crash."""
    return str(uuid.UUID(bytes=keys.sha256(f"opendsr:{delivery}".encode())[:16], version=4))


@dataclass(frozen=True)
class OpenDsrConnector:
    """One vendor. It can erase, and cannot be searched: nobody learns whether it had anything.

    `delivery` names the step that asks; `callback` is where the vendor tells how it goes on.
    """

    system: System
    rules: OpenDsrRules
    url: str
    secret: str = field(default="", repr=False)
    certificate: bytes = b""
    delivery: str = field(default_factory=random_id)
    callback: str = ""
    book: Book = field(default_factory=NoBook)
    resolver: outbound.Resolver = outbound.resolve

    @property
    def capabilities(self) -> Capabilities:
        """Erasing, and nothing that could be counted."""
        return Capabilities(
            locate=False,
            copy=False,
            correct=False,
            dry_run=False,
            searchable=False,
            answers_later=True,
        )

    def locate(self, identifiers: Identifiers) -> Located:
        """Refuse.

        Raises:
            Conflict: always; the protocol has no question of that kind.
        """
        del identifiers
        raise Conflict(f"{self.system.code} cannot be searched")

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Refuse, as `locate` does."""
        self.locate(identifiers)
        yield from ()

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Refuse.

        Raises:
            Conflict: always.
        """
        del identifiers, corrections
        raise Conflict(f"{self.system.code} cannot be corrected by this protocol")

    def delete(
        self, identifiers: Identifiers, order: DeleteOrder, *, progress: Progress | None = None
    ) -> Deleted:
        """Ask for an erasure once, then how it stands; only `completed` is done.

        Raises:
            Unavailable: no answer now.
            Conflict: the vendor refused, cancelled or signed wrongly.
        """
        del progress
        if order.kept:
            raise Conflict(f"{self.system.code} can only erase everything; a person has to ask")
        named = self._identities(identifiers)
        if order.dry_run or not named:
            return Deleted(self.system.code, dry_run=order.dry_run)
        status = self._status() or self._ask(named)
        if status == _ENDED:
            raise Conflict(f"{self.system.code} cancelled the request; a person has to ask")
        done = status == _DONE
        return Deleted(
            self.system.code,
            messages=(f"the vendor says: {status.replace('_', ' ')}",),
            done=done,
            pending=not done,
        )

    def attest(self) -> Attestation:
        """Say how deletion works here."""
        return Attestation(
            self.system.code,
            method="asked by OpenDSR; the vendor's signed status is recorded",
            searchable=False,
        )

    def test(self) -> tuple[Finding, ...]:
        """Read the vendor's discovery: what it takes, and whether its certificate can be read."""
        try:
            found = self._discovery()
            if not self.certificate:
                self._certificate()
        except EngineError as error:
            return (Finding(Severity.FAULT, error.detail),)
        known = {item.get("identity_type") for item in _objects(found, "supported_identities")}
        findings = [
            Finding(Severity.WARNING, f"the vendor knows no identity of type {name}")
            for _, name in self.rules.identities
            if known and name not in known
        ]
        if _ERASE not in (found.get("supported_subject_request_types") or [_ERASE]):
            findings.append(Finding(Severity.FAULT, "the vendor takes no request to erase"))
        return tuple(findings)

    def is_genuine(self, body: bytes, *, signature: str, domain: str, at: datetime) -> bool:
        """Return whether a body bears the signature of this vendor and no other."""
        if domain.strip().casefold() != self.rules.processor:
            return False
        return keys.rsa_signed(
            self.certificate or self._certificate(),
            signature,
            body,
            domain=self.rules.processor,
            at=at,
            pss=self.rules.padding is Padding.PSS,
        )

    # Asking ------------------------------------------------------------------------------

    def _identities(self, identifiers: Identifiers) -> list[dict[str, str]]:
        values = {
            "email": identifiers.emails,
            "phone": identifiers.phones,
            "account": identifiers.accounts,
            "device": identifiers.devices,
        }
        formats = dict(self.rules.hashed)
        return [
            {
                "identity_type": name,
                "identity_value": _hashed(value, formats.get(kind, "raw")),
                "identity_format": formats.get(kind, "raw"),
            }
            for kind, name in self.rules.identities
            for value in values[kind]
        ]

    def _status(self) -> str:
        """Return how the request stands, or nothing when the vendor does not know it yet."""
        path = f"{_PATH[self.rules.version]}/{request_id(self.delivery)}"
        answer = self._send("GET", path)
        if answer.status in {400, 404}:
            return ""
        word = _status_in(self.system.code, self._answer(answer))
        self._note(State.ANSWERED if word == _DONE else State.ACCEPTED, answer.status)
        return word

    def _ask(self, named: list[dict[str, str]]) -> str:
        asked: dict[str, Any] = {
            "regulation": str(self.rules.regulation),
            "subject_request_id": request_id(self.delivery),
            "subject_request_type": _ERASE,
            "submitted_time": clock.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            "subject_identities": named,
            "api_version": f"{self.rules.version}.0",
            "status_callback_urls": [self.callback] if self.callback else [],
        }
        path = _PATH[self.rules.version]
        try:
            answer = self._send("POST", path, orjson.dumps(asked))
            self._answer(answer)
            self._require_genuine(answer)
        except EngineError as error:
            self._note(_ended(error), None)
            raise
        self._note(State.ACCEPTED, answer.status)
        return "pending"

    def _require_genuine(self, answer: outbound.Answer) -> None:
        # The connection already proves who answers; a signature that is there must be right too.
        signed = answer.headers.get(f"{_PREFIX[self.rules.version]}-signature".lower(), "")
        if signed and not self.is_genuine(
            answer.body, signature=signed, domain=self.rules.processor, at=clock.now()
        ):
            raise Conflict(f"{self.system.code} signed its answer wrongly")

    def _answer(self, answer: outbound.Answer) -> Mapping[str, Any]:
        status = answer.status
        if 200 <= status < 300:
            return _object(self.system.code, answer.body)
        if status in {401, 403, 408, 425, 429} or status >= 500:
            raise Unavailable(f"{self.system.code} answered {status}; try again later")
        raise Conflict(f"{self.system.code} refused with {status}")

    def _send(self, method: str, path: str, body: bytes = b"") -> outbound.Answer:
        target = outbound.guarded(
            f"{self.url.rstrip('/')}/{path}",
            allow_private=self.system.allow_private,
            resolver=self.resolver,
        )
        return outbound.call(method, target, self._headers(), body=body, who=self.system.code)

    def _note(self, state: State, status: int | None) -> None:
        reference = request_id(self.delivery)
        message_id = f"{self.delivery}-delete"
        self.book.note(Attempt(message_id, "delete", state, status, reference=reference))

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json", "accept": "application/json"}
        match self.rules.auth:
            case VendorAuth.BEARER:
                headers["authorization"] = f"Bearer {self.secret}"
            case VendorAuth.BASIC:
                mark = base64.b64encode(self.secret.encode()).decode()
                headers["authorization"] = f"Basic {mark}"
            case VendorAuth.NONE:
                pass
        return headers

    # Who the vendor is -------------------------------------------------------------------

    def _discovery(self) -> Mapping[str, Any]:
        return self._answer(self._send("GET", "discovery"))

    def _certificate(self) -> bytes:
        """Fetch the certificate from where discovery says: the vendor's own domain only."""
        address = str(self._discovery().get("processor_certificate") or "")
        host = (urlsplit(address).hostname or "").casefold()
        domain = self.rules.processor
        if not self.system.allow_private and host != domain and not host.endswith(f".{domain}"):
            raise Conflict(f"{self.system.code} names a certificate that is not on its own domain")
        target = outbound.guarded(
            address, allow_private=self.system.allow_private, resolver=self.resolver
        )
        status, body = outbound.get(target, who=self.system.code)
        if status != 200:
            raise Unavailable(f"the certificate of {self.system.code} cannot be fetched")
        return body


def _hashed(value: str, form: str) -> str:
    if form == "raw":
        return value
    return _HASHES[form](value.strip().casefold().encode()).hexdigest()


def _ended(error: EngineError) -> State:
    return State.FAILED if isinstance(error, Unavailable) else State.REFUSED


def _object(who: str, body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Conflict(f"{who} answered with something that is no JSON object")
    return found


def _objects(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = found.get(name)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _status_in(who: str, found: Mapping[str, Any]) -> str:
    word = found.get("request_status")
    if not isinstance(word, str) or word not in STATUSES:
        raise Conflict(f"{who} answered without a status that the protocol knows")
    return word
