"""Who checks that somebody is a parent: one interface, a signed webhook, and one for tests.

What goes out names a check by a random session and a method, never a child or a parent. What comes
back is believed only with a valid signature, and says no more than passed or failed: no card, no
identity and no picture ever reaches the engine, so what the method demands to be destroyed is the
provider's to destroy, and its contract with the controller says so.

The wire, both ways, is Standard Webhooks 1.0.0:

    ask     POST <provider_url>  {"type": "parent-check.begin", "session", "method", "return_url",
                                  "answer_url"}            → 200 {"url": where the parent goes}
    answer  POST <answer_url>    {"type": "parent-check.done", "session", "passed": bool,
                                  "reason": text}          → 204
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import orjson

from privacy_engine import clock, keys, outbound
from privacy_engine.connectors import webhook
from privacy_engine.errors import InvalidInput, NotFound, Unauthenticated, Unavailable
from privacy_engine.keys import KeyRing

_OK = 200
_LONGEST = 200


@dataclass(frozen=True)
class Ask:
    """One check to be made: the session is ours and random; both addresses are the portal's."""

    session: str
    method: str
    return_url: str
    answer_url: str


@dataclass(frozen=True)
class Begun:
    """Where the parent goes, and the session that the answer will bear."""

    url: str
    session: str


@dataclass(frozen=True)
class Answer:
    """What came of a check."""

    session: str
    passed: bool
    reason: str = ""


class Provider(Protocol):
    """Whoever checks that somebody is a parent."""

    @property
    def code(self) -> str:
        """How the log calls the provider."""
        ...

    @property
    def taken(self) -> int:
        """The status that says to the provider that its answer was taken."""
        ...

    def begin(self, ask: Ask) -> Begun:
        """Return the address to which the parent is sent.

        Raises:
            Unavailable: the provider does not answer now, or not with an address.
        """
        ...

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Answer | None:
        """Return what the provider says of a check, None where it speaks of something else.

        `now` is aware.

        Raises:
            NotFound: it is not the provider's word, or too old to be fresh.
            InvalidInput: it is, and says nothing that can be understood.
        """
        ...


@dataclass(frozen=True)
class WebhookProvider:
    """A provider that speaks the wire above."""

    url: str
    secret: str = field(repr=False)
    allow_private: bool = False
    code: str = "webhook"
    taken: int = 204

    def begin(self, ask: Ask) -> Begun:
        """Ask once, signed; the session names the call, so a repeat starts nothing new."""
        body = orjson.dumps(
            {
                "type": "parent-check.begin",
                "session": ask.session,
                "method": ask.method,
                "return_url": ask.return_url,
                "answer_url": ask.answer_url,
            }
        )
        headers = webhook.sign(self.secret, ask.session, body, at=clock.now())
        target = outbound.guarded(self.url, allow_private=self.allow_private)
        status, answer = outbound.post(
            target, {**headers, "content-type": "application/json"}, body, who=WHO
        )
        if status != _OK:
            raise Unavailable(f"{WHO} answered with status {status}")
        return Begun(require_address(answer, allow_plain=self.allow_private), ask.session)

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Answer:
        """Return the answer, once its signature holds."""
        _require_signed(self.secret, headers, body, now=now)
        return _answer(body)


@dataclass(frozen=True)
class TestProvider:
    """A provider for test mode: a page of our own, on which a click passes or fails the check.

    It signs and reads the same wire, under a secret of this ring.
    """

    __test__ = False  # no test of pytest's

    secret: str = field(repr=False)
    page_url: str
    code: str = "test"
    taken: int = 204

    def begin(self, ask: Ask) -> Begun:
        """Return the address of our own page."""
        return Begun(f"{self.page_url}/{ask.session}", ask.session)

    def answer(self, session: str, *, passed: bool, now: datetime) -> tuple[dict[str, str], bytes]:
        """Return headers and body as a provider would send them."""
        reason = "" if passed else "declined on the test page"
        body = orjson.dumps(
            {"type": "parent-check.done", "session": session, "passed": passed, "reason": reason}
        )
        return webhook.sign(self.secret, session, body, at=now), body

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Answer:
        """Return the answer, once its signature holds."""
        _require_signed(self.secret, headers, body, now=now)
        return _answer(body)


def test_secret(ring: KeyRing) -> str:
    """Return the secret under which our own page signs in test mode."""
    derived = keys.derive(ring.secret("link-signing"), label="parent-check-test")
    return webhook.as_secret(derived)


WHO = "whoever checks parents"


def _require_signed(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> None:
    try:
        webhook.require_signed(secret, headers, body, at=now)
    except Unauthenticated:
        raise NotFound("this is not the word of whoever checks parents") from None


def require_address(answer: bytes, *, allow_plain: bool) -> str:
    """Return the address in an answer, which a browser can be sent to.

    Raises:
        Unavailable: there is none, or it is not encrypted.
    """
    try:
        url = orjson.loads(answer)["url"]
        scheme = urlsplit(url).scheme
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unavailable(f"{WHO} gave no address to go to") from None
    if scheme != "https" and not (allow_plain and scheme == "http"):
        raise Unavailable(f"{WHO} gave no https address to go to")
    return str(url)


def _answer(body: bytes) -> Answer:
    try:
        said = orjson.loads(body)
    except ValueError:
        said = None
    given = said if isinstance(said, dict) else {}
    session, passed = given.get("session"), given.get("passed")
    if not isinstance(session, str) or not isinstance(passed, bool):
        raise InvalidInput("an answer holds session and passed")
    return Answer(session, passed, str(given.get("reason") or "")[:_LONGEST])
