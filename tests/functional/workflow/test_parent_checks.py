"""Whoever checks parents: what holds of the signed webhook holds of the stand-in for tests too."""

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

pytestmark = pytest.mark.functional

SECRET = webhook.as_secret(b"s" * 32)
ASK = Ask("C-1.n.k", "id_check", "https://p.example/back", "https://p.example/answer")


@dataclass
class Kind:
    """A provider, and how its other side signs an answer."""

    provider: Provider
    asked: Callable[[], list[dict[str, object]]]


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


@pytest.fixture(params=["webhook", "test"])
def kind(request: pytest.FixtureRequest, desk: str) -> Kind:
    if request.param == "webhook":
        return Kind(WebhookProvider(desk, SECRET, allow_private=True), lambda: _Desk.seen)
    return Kind(TestProvider(SECRET, "https://p.example/parent/test-check"), list)


def signed(*, passed: object = True, secret: str = SECRET, age: int = 0) -> tuple[dict, bytes]:
    body = json.dumps({"type": "parent-check.done", "session": "C-1.n.k", "passed": passed})
    at = clock.now() - timedelta(seconds=age)
    return webhook.sign(secret, "m1", body.encode(), at=at), body.encode()


def test_a_parent_is_sent_to_an_https_address(kind: Kind) -> None:
    assert kind.provider.begin(ASK).startswith("https://")
    assert kind.provider.begin(ASK) == kind.provider.begin(ASK)


def test_what_goes_out_names_nobody(kind: Kind) -> None:
    kind.provider.begin(ASK)
    for said in kind.asked():
        assert said.keys() == {"type", "session", "method", "return_url", "answer_url"}


@pytest.mark.parametrize("passed", [True, False])
def test_a_signed_answer_is_read_and_read_again(kind: Kind, *, passed: bool) -> None:
    headers, body = signed(passed=passed)
    first, again = (kind.provider.read(headers, body, now=clock.now()) for _ in range(2))
    assert first == again
    assert (first.session, first.passed) == ("C-1.n.k", passed)


def test_what_is_unsigned_forged_changed_or_old_is_nobodys_word(kind: Kind) -> None:
    headers, body = signed()
    cases = [
        ({}, body),
        (headers, body.replace(b"true", b"false")),
        signed(secret=webhook.as_secret(b"x" * 32)),
        signed(age=3_600),
    ]
    for wrong_headers, wrong in cases:
        with pytest.raises(NotFound):
            kind.provider.read(wrong_headers, wrong, now=clock.now())


@pytest.mark.parametrize("passed", ["yes", None, 1])
def test_an_answer_that_says_nothing_clear_is_refused(kind: Kind, passed: object) -> None:
    headers, body = signed(passed=passed)
    with pytest.raises(InvalidInput):
        kind.provider.read(headers, body, now=clock.now())


@pytest.mark.parametrize("reply", [b"", b"[]", b'{"url": 5}', b'{"url": "javascript:alert(1)"}'])
def test_an_address_that_is_none_leads_nowhere(desk: str, reply: bytes) -> None:
    _Desk.reply = reply
    with pytest.raises(Unavailable):
        WebhookProvider(desk, SECRET, allow_private=True).begin(ASK)
