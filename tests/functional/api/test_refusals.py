"""What `POST /v1/events` refuses, and where it points."""

from typing import Any

import pytest

from privacy_engine.engine import Engine
from tests.functional.api.conftest import CONSENT, ORIGIN, Sender, event, pointers, stored


@pytest.fixture
def any_engine(engine: Engine) -> Engine:
    """SQLite alone: a refusal never reaches the database."""
    return engine


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/cloudevents+json", 400),
        (b"{}", "application/cloudevents+json; charset=latin-1", 415),
        (b"\xff\xfe", "application/cloudevents+json", 400),
        (b'{"id":"a","id":"b"}', "application/cloudevents+json", 400),
        (b'{"id":NaN}', "application/cloudevents+json", 400),
        (b"{}", "application/cloudevents-batch+json", 400),
        (b"<e/>", "application/cloudevents+xml", 415),
        (b"{}", "application/cloudevents", 415),
        (b"{}", "application/json", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
        (b"{}", "application/cloudevents+json", 422),
        (b"[]", "application/cloudevents+json", 422),
    ],
)
def test_wrong_modes_and_bytes(
    site: Sender, any_engine: Engine, body: bytes, *, kind: str, status: int
) -> None:
    before = stored(any_engine)
    answer = site.send(body, kind)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert stored(any_engine) == before


@pytest.mark.parametrize("name", ["id", "source", "specversion", "type"])
def test_required_attributes_are_required(site: Sender, name: str) -> None:
    sent = event()
    del sent[name]
    answer = site.send(sent)
    assert answer.status_code == 422
    assert pointers(answer.json) == {f"/{name}"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"id": "maya.tallow@example.org"}, "/id"),
        ({"id": "sms +1 (530) 555-0142"}, "/id"),
        ({"source": f"{ORIGIN}/people/maya%40example.org"}, "/source"),
        ({"subject": "mailto:maya@example.org"}, "/subject"),
        ({"subject": "530-555-0142"}, "/subject"),
        ({"type": "log.opened"}, "/type"),
        ({"type": "no.such"}, "/type"),
        ({"time": "yesterday"}, "/time"),
        ({"time": "2026-11-22T10:00:00"}, "/time"),
        ({"time": "2026-02-30T10:00:00Z"}, "/time"),
        ({"time": "0001-01-01T00:00:00+10:00"}, "/time"),
        ({"Extra": "x"}, ""),
        ({"extra": [1]}, "/extra"),
        ({"data": None}, "/data"),
        ({"data": []}, "/data"),
    ],
)
def test_attributes_that_are_refused(site: Sender, changes: dict[str, Any], pointer: str) -> None:
    answer = site.send(event(**changes))
    assert answer.status_code == 422
    assert pointers(answer.json) == {pointer}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"wording": 5}, "/data/wording"),
        ({"wording": "a\x00b"}, "/data/wording"),
        ({"methd": "form"}, "/data/methd"),
        ({"maya@example.org": "x"}, "/data"),
        ({"method": "telepathy"}, "/data/method"),
        ({"purpose": None}, "/data/purpose"),
        ({"purpose": "newsleter"}, "/data/purpose"),
        ({"document": "no-such"}, "/data/document"),
        ({"version": "1999-01-01"}, "/data/version"),
        ({"expires_at": "2027-01-01"}, "/data/expires_at"),
        ({"signal": "gpc"}, "/data/signal"),
        ({"signal": {"strength": 0.5}}, "/data/signal"),
        ({"subject": {}}, "/data/subject"),
        ({"subject": "maya"}, "/data/subject"),
        ({"subject": {"email": "maya"}}, "/data/subject/email"),
        ({"subject": {"email": 1}}, "/data/subject/email"),
        ({"subject": {"phone": "call me"}}, "/data/subject/phone"),
        ({"subject": {"phone": "+1"}}, "/data/subject/phone"),
        ({"subject": {"account": " "}}, "/data/subject/account"),
        ({"subject": {"external": {"id": "7"}}}, "/data/subject/external/issuer"),
        ({"subject": {"name": "Maya"}}, "/data/subject/name"),
    ],
)
def test_data_that_is_refused(site: Sender, changes: dict[str, Any], pointer: str) -> None:
    answer = site.send(event(data=CONSENT | changes))
    assert answer.status_code == 422
    assert pointer in pointers(answer.json)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("urn:site:listing-site", 201),
        ("urn:site:listing-site:forms", 201),
        ("listing-site", 201),
        ("/signup", 201),
        (ORIGIN, 201),
        ("urn:site:listing-site-2", 403),
        ("urn:site:newsletter-site", 403),
        (f"{ORIGIN}.evil.example/", 403),
        ("https://www.sessioninprogress.example:8443/", 403),
        ("http://www.sessioninprogress.example/", 403),
        ("//evil.example/x", 403),
        ("https://[broken", 403),
    ],
)
def test_a_source_belongs_to_the_site_of_the_key(site: Sender, source: str, status: int) -> None:
    assert site.send(event(source=source)).status_code == status
