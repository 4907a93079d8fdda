"""A site with keys, and a client that speaks as it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from privacy_engine.api import create_app
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode
from privacy_engine.log.tables import LogEventRow

ORIGIN = "https://www.sessioninprogress.example"
OTHER_ORIGIN = "https://news.sessioninprogress.example"
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
SUBJECT = {"email": "maya.tallow@example.org"}
CONSENT = {
    "subject": SUBJECT,
    "purpose": "newsletter",
    "document": "privacy-statement",
    "version": "2021-11-04",
    "method": "form",
}


@dataclass(frozen=True)
class Keys:
    """The four keys of one site."""

    browser: str
    server: str
    browser_test: str
    server_test: str


def make_site(engine: Engine, name: str, *origins: str) -> Keys:
    """Add a site; return its keys."""
    made = engine.run(lambda tx: sites.add(tx, name, origins=origins))
    by = {(item.kind, item.mode): item.secret for item in made}
    return Keys(
        by[KeyKind.BROWSER, Mode.LIVE],
        by[KeyKind.SERVER, Mode.LIVE],
        by[KeyKind.BROWSER, Mode.TEST],
        by[KeyKind.SERVER, Mode.TEST],
    )


def event(kind: str = "consent.given", **changes: Any) -> dict[str, Any]:
    """Return a structured event of the listing site."""
    return {
        "specversion": "1.0",
        "id": "signup-1",
        "source": f"{ORIGIN}/signup",
        "type": kind,
        "data": CONSENT,
    } | changes


class Sender:
    """Speaks to the API with one key."""

    def __init__(self, client: FlaskClient, key: str, **headers: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"} | headers

    def send(self, body: object, kind: str = STRUCTURED, **headers: str) -> TestResponse:
        """Post one event, or with `kind` something else."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            "/v1/events", data=raw, content_type=kind, headers=self.headers | headers
        )

    def batch(self, *events: object) -> TestResponse:
        """Post a batch."""
        return self.send(list(events), BATCHED)

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        """Post JSON."""
        return self.client.post(path, json=body, headers=self.headers | headers)

    def get(self, path: str) -> TestResponse:
        """Get."""
        return self.client.get(path, headers=self.headers)


@pytest.fixture
def keys(any_engine: Engine) -> Keys:
    """The keys of the listing site."""
    return make_site(any_engine, "listing-site", ORIGIN)


@pytest.fixture
def client(any_engine: Engine) -> Iterator[FlaskClient]:
    """A client of the machine surface."""
    app = create_app(any_engine)
    with app.test_client() as made:
        yield made


@pytest.fixture
def site(client: FlaskClient, keys: Keys) -> Sender:
    """The listing site's server."""
    return Sender(client, keys.server)


@pytest.fixture
def page(client: FlaskClient, keys: Keys) -> Sender:
    """A page of the listing site, in a browser."""
    return Sender(client, keys.browser, Origin=ORIGIN)


@pytest.fixture
def other(client: FlaskClient, any_engine: Engine) -> Sender:
    """The newsletter site's server."""
    return Sender(client, make_site(any_engine, "newsletter-site", OTHER_ORIGIN).server)


def pointers(problem: dict[str, Any]) -> set[str]:
    """Return where a problem document points."""
    return {item["pointer"] for item in problem["errors"]}


def stored(engine: Engine) -> int:
    """Return how many events the log holds."""
    with engine.reading() as tx:
        return int(tx.session.execute(select(func.count()).select_from(LogEventRow)).scalar_one())
