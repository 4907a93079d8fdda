"""What a system outside may answer by mistake or malice: one sentence, and nothing is believed."""

import gzip
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from privacy_engine import outbound
from privacy_engine.connectors import webhook
from privacy_engine.connectors.deliveries import Attempt, NoBook, State
from privacy_engine.connectors.protocol import Correction, DeleteOrder, Identifiers
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import Conflict, InvalidInput, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.sample_site.calls import new_secret
from tests.functional.connectors.outside import Call, Reply, dripping, outside
from tests.functional.connectors.test_opendsr import certificate

pytestmark = pytest.mark.functional
ANN = Identifiers(emails=("ann@tallow.example",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
SYSTEM = System(
    "vendor", "Vendor", ConnectorKind.WEBHOOK, declared_series=("letters",), allow_private=True
)
NEW = (Correction("letters", "name", "Ann"),)
Asked = Callable[[WebhookConnector], object]
CALLS: dict[str, Asked] = {
    "locate": lambda made: made.locate(ANN),
    "copy": lambda made: list(made.copy(ANN)),
    "correct": lambda made: made.correct(ANN, NEW),
    "delete": lambda made: made.delete(ANN, ORDER),
}
BOMB = gzip.compress(b" " * 20_000_000)
ANSWERS: dict[str, tuple[Reply, str]] = {
    "too much": (Reply(200, b" " * 10_000_000), "more than 8388608 bytes"),
    "a bomb": (Reply(200, BOMB, {"content-encoding": "gzip"}), "more than 8388608 bytes"),
    "a page": (Reply(200, b"<html>ann@tallow.example</html>"), "not JSON"),
    "a list": (Reply(200, b"[1]"), "no object"),
    "elsewhere": (Reply(302, b"", {"location": "http://127.0.0.1:1/"}), "refused with 302"),
    "no": (Reply(403, b'{"email": "ann@tallow.example"}'), "refused with 403"),
    "gone": (Reply(410, b""), "this address is gone for good (410)"),
    "nowhere": (Reply(404, b""), "no such page (404)"),
    "later": (Reply(503), "answered 503; try again"),
    "nothing": (Reply(200, cut="unanswered"), "does not answer"),
    "half": (Reply(200, b'{"done": true, "found": {}}', cut="half"), "does not answer"),
}


def made(url: str) -> WebhookConnector:
    return WebhookConnector(SYSTEM, url=url, secret=new_secret())


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_to_any_question_is_one_sentence_that_names_nobody(name: str):
    reply, words = ANSWERS[name]
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return reply

    with outside(answer) as url:
        for ask in CALLS.values():
            with pytest.raises((Conflict, Unavailable)) as raised:
                ask(made(url))
            assert words in raised.value.detail
            assert "ann@" not in raised.value.detail
    assert len(calls) == len(CALLS), "asked once each, nowhere else"


class Kept(NoBook):
    """A book that a test reads."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def note(self, attempt: Attempt) -> None:
        self.states.append(attempt.state)


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"found": ', b'{"found": {"letters": "three"}}', b'{"found": []}', b"{}"]
)
def test_what_cannot_be_read_is_no_answer_in_the_book_either(body: bytes):
    book = Kept()
    with outside(lambda _: Reply(200, body)) as url:
        for ask in (CALLS["locate"], CALLS["copy"]):
            with pytest.raises(Conflict):
                ask(replace(made(url), book=book))
    assert book.states == [State.REFUSED, State.REFUSED]


def test_a_name_that_only_the_site_knows_counts_as_the_series_of_its_system():
    ground = {"series": "user", "count": 1, "ground": "in_use", "citation": ""}
    body = {
        "found": {"user": 1, "letters": 2},
        "removed": {"user": 1},
        "retained": [ground],
        "records": [{"series": "user", "values": {"Email": "ann@tallow.example"}}],
        "done": True,
    }
    with outside(lambda _: Reply(200, json.dumps(body).encode())) as url:
        found, (record,) = made(url).locate(ANN), made(url).copy(ANN)
        gone = made(url).delete(ANN, ORDER)
    assert [(item.table, item.series) for item in found.counts] == [
        ("letters", "letters"),
        ("user", "letters"),
    ]
    assert (record.table, record.series) == ("user", "letters")
    assert [(item.table, item.series) for item in gone.retained] == [("user", "letters")]


DROPS = {
    "never a head": (b"", b"H"),
    "heads without end": (b"HTTP/1.1 200 OK\r\nx-a: ", b"a"),
    "a body without end": (b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", b" "),
    "a body of unknown length": (b"HTTP/1.1 200 OK\r\n\r\n{}", b" "),
}


@pytest.mark.parametrize("name", DROPS)
def test_an_answer_that_comes_by_drops_is_given_up(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbound, "_WHOLE_SECONDS", 0.2)
    with dripping(*DROPS[name]) as url, pytest.raises(Unavailable) as raised:
        made(url).locate(ANN)
    assert raised.value.detail == "vendor is too slow to answer"


def test_drops_under_encryption_are_given_up_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(outbound, "_WHOLE_SECONDS", 0.2)
    near, far = encrypted(tmp_path)
    monkeypatch.setattr(outbound, "_trusted", lambda: near)
    drops = DROPS["heads without end"]
    with dripping(*drops, tls=far) as url, pytest.raises(Unavailable, match="too slow"):
        made(url).locate(ANN)


def encrypted(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a caller and a server need to speak under a key made for this."""
    key = rsa.generate_private_key(65537, 2048)
    pem = certificate(key)
    (folder / "server.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem
    )
    far = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    far.load_cert_chain(folder / "server.pem")
    near = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    near.check_hostname = False
    near.verify_mode = ssl.CERT_NONE
    return near, far


def test_pages_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhook, "_MOST_PAGES", 3)
    page = json.dumps({"records": [{"series": "letters", "values": {}}], "next": "more"}).encode()
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return Reply(200, page)

    with outside(answer) as url, pytest.raises(Conflict, match="more than 3 pages"):
        list(made(url).copy(ANN))
    assert len({call.headers["webhook-id"] for call in calls}) == len(calls) == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://10.0.0.8/x", "https://[::1]/"])
def test_without_the_word_of_the_map_nobody_in_a_private_network_is_asked(url: str):
    system = System("vendor", "Vendor", ConnectorKind.WEBHOOK, declared_series=("letters",))
    far = WebhookConnector(system, url=url, secret=new_secret(), resolver=outbound.resolve)
    for ask in CALLS.values():
        with pytest.raises(InvalidInput):
            ask(far)
    assert far.test()[0].severity == "fault"
