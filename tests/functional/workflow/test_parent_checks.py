"""Whoever checks parents: what holds of the signed webhook holds of the stand-in for tests too."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from standardwebhooks import Webhook

from privacy_engine import clock
from privacy_engine.connectors import webhook
from privacy_engine.errors import InvalidInput, NotFound, Unavailable
from privacy_engine.workflow.parent_checks import (
    Ask,
    Provider,
    TestProvider,
    WebhookProvider,
)
from privacy_engine.workflow.trusted_adult import TrustedAdultProvider

pytestmark = pytest.mark.functional

SECRET = webhook.as_secret(b"s" * 32)
ASK = Ask("C-1.n.k", "id_check", "https://p.example/back", "https://p.example/answer")


@dataclass
class Kind:
    """A provider, and how its other side signs an answer."""

    provider: Provider
    asked: Callable[[], list[dict[str, object]]]
    says: Callable[..., tuple[dict[str, str], bytes]]
    keys: frozenset[str] = frozenset({"type", "session", "method", "return_url", "answer_url"})


class _Desk(BaseHTTPRequestHandler):
    """The other side of the wire: verifies with the independent library, gives an address."""

    seen: ClassVar[list[dict[str, object]]] = []
    reply: ClassVar[bytes] = b'{"url": "https://check.example/go"}'

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        Webhook(SECRET).verify(body, dict(self.headers))
        self.seen.append(json.loads(body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_VENDOR_REPLY = b'{"id": "C-1.n.k", "url": "https://family.k-id.example/verify?token=t"}'


class _VendorDesk(BaseHTTPRequestHandler):
    """k-ID's side: wants the product's key and its path, answers with an id and an address."""

    seen: ClassVar[list[dict[str, object]]] = []
    reply: ClassVar[bytes] = _VENDOR_REPLY

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        known = self.headers["authorization"] == "Bearer product-key"
        right = self.path == "/api/v1/age-verification/perform-trusted-adult-verification"
        self.send_response(200 if known and right else 401)
        self.end_headers()
        self.seen.append(json.loads(body))
        self.wfile.write(self.reply)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[str]:
    _Desk.seen, _Desk.reply = [], b'{"url": "https://check.example/go"}'
    server = HTTPServer(("127.0.0.1", 0), _Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/begin"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def k_id() -> Iterator[str]:
    """The other side of k-ID, as its documentation describes it."""
    _VendorDesk.seen, _VendorDesk.reply = [], _VENDOR_REPLY
    server = HTTPServer(("127.0.0.1", 0), _VendorDesk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["webhook", "test", "k-id"])
def kind(request: pytest.FixtureRequest, desk: str, k_id: str) -> Kind:
    match request.param:
        case "webhook":
            made = WebhookProvider(desk, SECRET, allow_private=True)
            return Kind(made, lambda: _Desk.seen, signed)
        case "k-id":
            vendor = TrustedAdultProvider(k_id, "product-key", SECRET, "us-ca", allow_private=True)
            keys = frozenset({"jurisdiction", "criteria", "options"})
            return Kind(vendor, lambda: _VendorDesk.seen, vendor_signed, keys)
    return Kind(TestProvider(SECRET, "https://p.example/parent/test-check"), list, signed)


def signed(*, passed: object = True, secret: str = SECRET, age: int = 0) -> tuple[dict, bytes]:
    body = json.dumps({"type": "parent-check.done", "session": "C-1.n.k", "passed": passed})
    at = clock.now() - timedelta(seconds=age)
    return webhook.sign(secret, "m1", body.encode(), at=at), body.encode()


def vendor_signed(
    *, passed: object = True, secret: str = SECRET, age: int = 0
) -> tuple[dict, bytes]:
    status = ("PASS" if passed else "FAIL") if isinstance(passed, bool) else passed
    data = {"id": "C-1.n.k", "status": status, "dob": "1981-06-20", "age": {"low": 43, "high": 43}}
    return vendor_event("Verification.Result", data, secret=secret, age=age)


def vendor_event(
    kind: str, data: dict[str, object], *, secret: str = SECRET, age: int = 0
) -> tuple[dict, bytes]:
    body = json.dumps({"eventType": kind, "data": data}).encode()
    stamp = str(int((clock.now() - timedelta(seconds=age)).timestamp()))
    mark = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).hexdigest()
    return {"x-signature-timestamp": stamp, "x-signature-hmac-sha256": mark}, body


def test_a_parent_is_sent_to_an_https_address(kind: Kind) -> None:
    begun = kind.provider.begin(ASK)
    assert begun.url.startswith("https://")
    assert begun.session == "C-1.n.k"
    assert kind.provider.begin(ASK) == begun


def test_what_goes_out_names_nobody(kind: Kind) -> None:
    kind.provider.begin(ASK)
    for said in kind.asked():
        assert said.keys() == kind.keys


@pytest.mark.parametrize("passed", [True, False])
def test_a_signed_answer_is_read_and_read_again(kind: Kind, *, passed: bool) -> None:
    headers, body = kind.says(passed=passed)
    first, again = (kind.provider.read(headers, body, now=clock.now()) for _ in range(2))
    assert first == again
    assert first is not None
    assert (first.session, first.passed) == ("C-1.n.k", passed)
    assert "1981" not in repr(first), "what else a provider knows of the parent is dropped"


def test_what_is_unsigned_forged_changed_or_old_is_nobodys_word(kind: Kind) -> None:
    headers, body = kind.says()
    cases = [
        ({}, body),
        (headers, body.replace(b"true", b"false").replace(b"PASS", b"FAIL")),
        kind.says(secret=webhook.as_secret(b"x" * 32)),
        kind.says(age=3_600),
    ]
    for wrong_headers, wrong in cases:
        with pytest.raises(NotFound):
            kind.provider.read(wrong_headers, wrong, now=clock.now())


@pytest.mark.parametrize("passed", ["yes", None, 1])
def test_an_answer_that_says_nothing_clear_is_refused(kind: Kind, passed: object) -> None:
    headers, body = kind.says(passed=passed)
    with pytest.raises(InvalidInput):
        kind.provider.read(headers, body, now=clock.now())


@pytest.mark.parametrize("reply", [b"", b"[]", b'{"url": 5}', b'{"url": "javascript:alert(1)"}'])
def test_an_address_that_is_none_leads_nowhere(desk: str, reply: bytes) -> None:
    _Desk.reply = reply
    with pytest.raises(Unavailable):
        WebhookProvider(desk, SECRET, allow_private=True).begin(ASK)


def test_k_id_is_asked_as_its_documentation_says(k_id: str) -> None:
    vendor = TrustedAdultProvider(k_id, "product-key", SECRET, "us-ca", allow_private=True)
    vendor.begin(ASK)
    assert _VendorDesk.seen == [
        {
            "jurisdiction": "US-CA",
            "criteria": {"ageCategory": "ADULT"},
            "options": {"redirectUrl": "https://p.example/back"},
        }
    ]
    assert vendor.taken == 200, "anything else makes them send it again"


def test_k_id_refuses_a_wrong_key_and_gives_no_check_without_an_id(k_id: str) -> None:
    with pytest.raises(Unavailable, match="401"):
        TrustedAdultProvider(k_id, "another-key", SECRET, "us-ca", allow_private=True).begin(ASK)
    _VendorDesk.reply = b'{"url": "https://family.k-id.example/verify"}'
    with pytest.raises(Unavailable, match="no id"):
        TrustedAdultProvider(k_id, "product-key", SECRET, "us-ca", allow_private=True).begin(ASK)


def test_other_events_of_k_id_are_taken_and_say_nothing() -> None:
    vendor = TrustedAdultProvider("https://k-id.example", "product-key", SECRET, "us-ca")
    for name in ("Test", "Session.Delete", "Challenge.StateChange"):
        headers, body = vendor_event(name, {"id": "x"})
        assert vendor.read(headers, body, now=clock.now()) is None
    unsigned = TrustedAdultProvider("https://k-id.example", "product-key", "", "us-ca")
    headers, body = vendor_event("Test", {}, secret="")
    with pytest.raises(NotFound):
        unsigned.read(headers, body, now=clock.now())
