"""A person at the public pages: follows links and fills in forms as a browser without script."""

import html
import re
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col
from werkzeug.test import TestResponse

from privacy_engine import portal
from privacy_engine.engine import Engine
from privacy_engine.jobs import tasks
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEventRow
from privacy_engine.rights import actions, register
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Actor, Role
from tests.factories import show_all

OFFICER = Actor(Role.STAFF, "officer-one")
_INPUT = re.compile(r"<(?:input|button)\b[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def words(answer: TestResponse) -> str:
    """Return what a person reads on a page."""
    main = answer.get_data(as_text=True).partition("<main")[2].partition("</main")[0]
    text = html.unescape(re.sub(r"<[^>]+>", " ", f"<{main}"))
    return " ".join(text.replace("\u2019", "'").split())


def hidden(answer: TestResponse) -> dict[str, str]:
    """Return the hidden fields of the forms on a page."""
    found = {}
    for tag in _INPUT.findall(answer.get_data(as_text=True)):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if attributes.get("type") == "hidden":
            found[attributes["name"]] = html.unescape(attributes["value"])
    return found


@dataclass
class Visit:
    """An engine's portal, and one visitor without cookies."""

    engine: Engine
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app: Flask = portal.create_app(self.engine)
        self.client: FlaskClient = self.app.test_client(use_cookies=False)

    def get(self, path: str) -> TestResponse:
        return self.client.get(_path(path), headers=self.headers)

    def post(self, path: str, **data: object) -> TestResponse:
        return self.client.post(_path(path), data=data, headers=self.headers)

    def read(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, words(answer)
        return words(answer)

    def send(self, path: str, *, to: str = "", **typed: str) -> TestResponse:
        """Open a page, fill in its form, press its button; `to` where the form leads elsewhere."""
        page = self.get(path)
        assert page.status_code == 200, words(page)
        return self.post(to or path, **(hidden(page) | typed))

    def ask(self, right: str = "delete", **typed: str) -> str:
        """Ask for a right; return the address of the page that answers."""
        answer = self.send(f"/request/{right}", **({"email": "maya@example.org"} | typed))
        assert answer.status_code == 303, words(answer)
        assert answer.location
        return answer.location

    def work(self) -> None:
        tasks.run_due(self.engine)

    def request(self, reference: str) -> Request:
        with self.engine.reading() as tx:
            return register.get(tx.session, reference)

    def events(self, kind: str) -> list[Event]:
        with self.engine.reading() as tx:
            ids = tx.session.execute(
                select(LogEventRow.event_id)
                .where(col(LogEventRow.kind) == kind)
                .order_by(col(LogEventRow.event_id))
            ).scalars()
            return tx.read(list(ids))

    def letters(self) -> list[Event]:
        """Return what was written to people, oldest first."""
        found = self.events("message.sent") + self.events("link.sent")
        return sorted(found, key=lambda event: event.event_id)

    def link(self, start: str) -> str:
        """Return the newest link in our letters whose path contains `start`."""
        for letter in reversed(self.letters()):
            found = re.findall(r"https?://\S+", str(letter.data.get("body", "")))
            for url in reversed(found):
                if start in url:
                    return str(url).rstrip(".,")
        raise AssertionError(f"no letter holds a link with {start}")

    def confirm(self, reference: str) -> None:
        self.engine.run(lambda tx: show_all(tx, reference), actor=SUBJECT)

    def decide(self, reference: str, outcome: str = "fulfil", **more: str) -> None:
        self.engine.run(
            lambda tx: actions.decide(tx, reference, outcome=outcome, **more), actor=OFFICER
        )


def _path(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)


def reference_in(location: str) -> str:
    """Return the reference that an address names."""
    found = re.search(r"/requests/(R-[0-9A-Z-]+)", location)
    assert found
    return found[1]
