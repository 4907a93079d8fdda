"""A system outside that is asked by signed webhook and answers at once or later."""

import base64
import binascii
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson

from privacy_engine import clock
from privacy_engine.connectors.belonging import Belonging
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
from privacy_engine.connectors.webhook_answers import (
    Answer,
    read_corrected,
    read_deleted,
    read_located,
    read_records,
)
from privacy_engine.errors import (
    Conflict,
    EngineError,
    InvalidInput,
    Unauthenticated,
    Unavailable,
)
from privacy_engine.identifiers import random_id
from privacy_engine.instance.data_map import System
from privacy_engine.outbound import Resolver, guarded, post, resolve

TYPE_PREFIX = "privacy-engine.system."
_MOST_PAGES = 1_000
_TOLERANCE_SECONDS = 300
_LONGEST_STAMP = 16
_SECRET_PREFIX = "whsec_"  # noqa: S105  the public prefix of every such secret
_SOURCE = "privacy-engine"
_Read = TypeVar("_Read")
QUARANTINE, RELEASE = "quarantine", "release"
WORDS = frozenset({QUARANTINE, RELEASE})
"""What a system is told, and does or does not; of a question, `done` says how far it is."""


def sign(secret: str, message_id: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Return the three headers that prove a body is ours.

    Args:
        secret: `whsec_` and base64 of 24 to 64 random bytes; while it is changed, the new and the
            old one, a line each: the body is signed with either.
        message_id: the same over retries; the receiver's key against doing a thing twice.
        body: the raw body.
        at: instant of this attempt.

    Raises:
        InvalidInput: the secret is none.

    Source: Standard Webhooks 1.0.0.
    """
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_marks(secret, signed)),
    }


def require_signed(secret: str, headers: Mapping[str, str], body: bytes, *, at: datetime) -> str:
    """Return the message id of a body that a system signed with the secret it shares with us.

    Args:
        secret: `whsec_…`, as for `sign`; any of several will do.
        headers: by lower-case name.
        body: the raw body.
        at: now; a stamp further away than five minutes is refused.

    Raises:
        Unauthenticated: a header is missing, the stamp is old, or no signature is right.

    Source: Standard Webhooks 1.0.0, "Verifying webhook authenticity".
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    is_number = stamp.isdecimal() and len(stamp) <= _LONGEST_STAMP
    timely = is_number and abs(int(stamp) - at.timestamp()) <= _TOLERANCE_SECONDS
    if not message_id or not timely:
        raise Unauthenticated("send webhook-id, webhook-timestamp and webhook-signature")
    signed = f"{message_id}.{stamp}.".encode() + body
    marks = _marks(secret, signed)
    given = headers.get("webhook-signature", "").split()
    if not any(
        hmac.compare_digest(mark.encode(), item.encode()) for mark in marks for item in given
    ):
        raise Unauthenticated("the signature is not right")
    return message_id


def as_secret(key: bytes) -> str:
    """Return 24 to 64 random bytes as a webhook secret is written."""
    return _SECRET_PREFIX + base64.b64encode(key).decode()


def _marks(secret: str, signed: bytes) -> list[str]:
    """Return the signature by each secret; one that is none makes no signature at all."""
    digests = [hmac.digest(_key(one), signed, "sha256") for one in secret.split() or [""]]
    return [f"v1,{base64.b64encode(digest).decode()}" for digest in digests]


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:
        raise InvalidInput("a webhook secret is whsec_ and base64 of 24 to 64 bytes")
    return key


@dataclass(frozen=True)
class WebhookConnector:
    """One system outside; asks once, retries are the caller's.

    `delivery` names the step that asks. Its repeat after a crash bears the same id, so the
    receiver does nothing twice; a second search is another step, with another name.
    """

    system: System
    url: str
    secret: str = field(repr=False)
    delivery: str = field(default_factory=random_id)
    resolver: Resolver = resolve
    book: Book = field(default_factory=NoBook)

    @property
    def capabilities(self) -> Capabilities:
        """What is asked; the answer says what was possible."""
        return Capabilities(dry_run=False, searchable=self.system.searchable, answers_later=True)

    def locate(self, identifiers: Identifiers) -> Located:
        """Ask how much the system holds."""
        read = partial(read_located, self.system)
        return self._ask("locate", identifiers, {}, read=read) or read(None)

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Ask for a copy, page by page; records that name somebody else are marked.

        Raises:
            Unavailable: the system will answer later; it is asked again then.
            Conflict: its pages do not end.
        """
        cursor, whose = "", Belonging(identifiers, self.system.identities)
        for page in range(1, _MOST_PAGES + 1):
            more = {"cursor": cursor} if cursor else {}
            read = partial(self._page, whose=whose)
            answer = self._ask("copy", identifiers, more, read=read, page=page)
            if answer is None:
                raise Unavailable(f"{self.system.code} will answer later")
            records, cursor = answer
            yield from records
            if not cursor:
                return
        raise Conflict(f"{self.system.code} gives more than {_MOST_PAGES} pages")

    def _page(self, answer: Answer, whose: Belonging) -> tuple[list[Record], str]:
        more = answer.get("next")
        return list(read_records(self.system, answer, whose)), more if isinstance(
            more, str
        ) else ""

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Ask for a correction."""
        wanted = [
            {"field": f"{item.table}.{item.column}", "value": item.value}
            | ({} if item.was is None else {"was": item.was})
            for item in corrections
        ]
        read = partial(read_corrected, self.system)
        more = {"corrections": wanted}
        return self._ask("correct", identifiers, more, read=read) or read(None)

    def delete(
        self,
        identifiers: Identifiers,
        order: DeleteOrder,
        *,
        progress: Progress | None = None,  # noqa: ARG002  one question has no progress
    ) -> Deleted:
        """Ask for a deletion; a dry run only asks how much is held."""
        if order.dry_run:
            located = self.locate(identifiers)
            return Deleted(
                self.system.code,
                dry_run=True,
                removed=located.counts,
                done=not located.pending,
                pending=located.pending,
                messages=("counted only: this system has no dry run",),
            )
        kept = [
            {"series": item.series, "ground": item.ground, "citation": item.citation}
            for item in order.kept
        ]
        read = partial(read_deleted, self.system)
        return self._ask("delete", identifiers, {"keep": kept}, read=read) or read(None)

    def tell(self, action: str, identifiers: Identifiers, *, reference: str = "") -> bool:
        """Tell a recipient to do the same; return whether it has answered already.

        `reference` is the same in the word that ends something as in the one that began it.

        Raises:
            Unavailable: no answer, or one that asks to try again.
            Conflict: the recipient refused, or says that it did not do so.
        """
        more = {"reference": reference} if reference else {}
        return self._ask(action, identifiers, more, read=self._obeyed) is not None

    def _obeyed(self, answer: Answer) -> Answer:
        if answer.get("done") is False:
            raise Conflict(f"{self.system.code} says that it did not do so")
        return answer

    def attest(self) -> Attestation:
        """Say how deletion works here."""
        return Attestation(
            self.system.code,
            method="asked by signed webhook; the system's own answer is recorded",
            searchable=self.system.searchable,
        )

    def test(self) -> tuple[Finding, ...]:
        """Send a ping that concerns nobody."""
        try:
            self._ask("ping", Identifiers(), {}, read=dict)
        except EngineError as error:
            return (Finding(Severity.FAULT, error.detail),)
        return ()

    def _ask(
        self,
        action: str,
        identifiers: Identifiers,
        more: Mapping[str, Any],
        *,
        read: Callable[[Answer], _Read],
        page: int = 1,
    ) -> _Read | None:
        """Return the answer as `read` understands it, or None where it will come later.

        What cannot be read is no answer, whatever its status: the book says so, and whoever looks
        there can have it asked again.

        Raises:
            Unavailable: no answer, or one that asks to try again.
            Conflict: the system refused, or said nothing that can be read.
        """
        message_id = f"{self.delivery}-{action}" + (f"-{page}" if page > 1 else "")
        if (late := self.book.answer(message_id)) is not None:
            return read(late)
        data = {**_named(identifiers), **more}
        try:
            status, content = self._send(message_id, action, data)
        except EngineError:
            self.book.note(Attempt(message_id, action, State.FAILED))
            raise
        state, found = _state(status), None
        try:
            found = read(_json(content)) if state is State.ANSWERED else None
        except Conflict:
            state = State.REFUSED
            raise
        finally:
            self.book.note(Attempt(message_id, action, state, status))
        if state in {State.ACCEPTED, State.ANSWERED}:
            return found
        if _may_repeat(status):
            raise Unavailable(f"{self.system.code} answered {status}; try again later")
        raise Conflict(f"{self.system.code} {_refusal(status)}")

    def _send(self, message_id: str, action: str, data: Mapping[str, Any]) -> tuple[int, bytes]:
        now = clock.now()
        body = _body(message_id, (action, self.system), data, at=now)
        target = guarded(self.url, allow_private=self.system.allow_private, resolver=self.resolver)
        headers = {
            **sign(self.secret, message_id, body, at=now),
            "content-type": "application/cloudevents+json",
        }
        return post(target, headers, body, who=self.system.code)


_REFUSALS = {
    401: "does not take our signature (401): both sides need the same secret",
    404: "has no such page (404): look whether the data map names the right address",
    410: "says that this address is gone for good (410): ask who keeps it where to ask now",
}


def _refusal(status: int) -> str:
    return _REFUSALS.get(status, f"refused with {status}")


def _may_repeat(status: int) -> bool:
    return status in {408, 425, 429} or status >= 500


def _state(status: int) -> State:
    if status == 202:
        return State.ACCEPTED
    if 200 <= status < 300:
        return State.ANSWERED
    return State.FAILED if _may_repeat(status) else State.REFUSED


def _named(identifiers: Identifiers) -> dict[str, Any]:
    """Return the identifiers that are there, and nothing else about the person."""
    kinds = {
        "emails": list(identifiers.emails),
        "phones": list(identifiers.phones),
        "accounts": list(identifiers.accounts),
        "devices": list(identifiers.devices),
        "externals": [{"issuer": item.issuer, "id": item.id} for item in identifiers.externals],
    }
    return {"identifiers": {kind: values for kind, values in kinds.items() if values}}


def _body(
    message_id: str, asked: tuple[str, System], data: Mapping[str, Any], *, at: datetime
) -> bytes:
    action, system = asked
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": _SOURCE,
        "type": f"{TYPE_PREFIX}{action}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        # Standard Webhooks receivers look for these two.
        "timestamp": at.isoformat(),
        "data": {"action": action, "system": system.code, "series": system.series, **data},
    }
    return orjson.dumps(event)


def _json(content: bytes) -> Answer:
    try:
        found = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError:
        raise Conflict("the system answered with something that is not JSON") from None
    if not isinstance(found, dict):
        raise Conflict("the system answered with JSON that is no object")
    return found
