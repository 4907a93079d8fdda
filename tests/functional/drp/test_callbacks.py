"""Telling an agent how its request stands: the newest status, until heard, and nowhere private."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.drp import callbacks, register
from privacy_engine.engine import Engine
from privacy_engine.jobs import tasks
from privacy_engine.log.event import instant
from privacy_engine.rights import actions
from privacy_engine.rights import register as rights
from tests.factories import broken
from tests.functional.drp.agent import Agent


@dataclass
class Listener:
    """What an agent's own server heard, and what it answers."""

    url: str = ""
    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Serve the callback address of an agent."""
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.send_header("Location", found.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/back"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listener(engine: Engine) -> Iterator[Listener]:
    """An agent's server on this machine, which the setting for trying it out allows."""
    allow_private(engine)
    with listening() as found:
        yield found


def allow_private(engine: Engine, *, yes: bool = True) -> None:
    drp = replace(engine.settings.drp, allow_private_callbacks=yes)
    engine.settings = replace(engine.settings, drp=drp)
    engine.world = replace(engine.world, settings=engine.settings)


def reference(engine: Engine) -> str:
    with engine.reading() as tx:
        (made,) = rights.search(tx.session, rights.Filter())
        return made.reference


def work_later(engine: Engine, **ahead: int) -> None:
    with clock.fixed(clock.now() + timedelta(**ahead)):
        tasks.run_due(engine)


def test_the_agent_hears_of_every_change_once(agent: Agent, engine: Engine, listener: Listener):
    made = agent.exercise("deletion", status_callback=listener.url).json
    case = reference(engine)
    engine.run(lambda tx: actions.extend(tx, case, reason="many systems"))
    work_later(engine, seconds=1)
    (told,) = listener.heard
    assert told["request_id"] == made["request_id"]
    assert told["status"] == "in_progress"
    assert told["expected_by"] > made["expected_by"]
    agent.revoke(made["request_id"])
    work_later(engine, seconds=2)
    work_later(engine, hours=1)
    assert [item["status"] for item in listener.heard] == ["in_progress", "revoked"]
    assert broken(engine) == []


def test_who_was_away_hears_the_newest_only(agent: Agent, engine: Engine, listener: Listener):
    listener.status = 503
    made = agent.exercise("deletion", status_callback=listener.url).json
    case = reference(engine)
    engine.run(lambda tx: actions.extend(tx, case, reason="many systems"))
    work_later(engine, seconds=1)
    agent.revoke(made["request_id"])
    assert listener.heard[-1]["status"] == "in_progress"
    listener.status, listener.heard = 200, []
    work_later(engine, hours=1)
    assert [item["status"] for item in listener.heard] == ["revoked"]


def test_a_redirect_is_not_followed(agent: Agent, engine: Engine, listener: Listener):
    listener.status = 302
    made = agent.exercise("deletion", status_callback=listener.url).json
    agent.revoke(made["request_id"])
    work_later(engine, seconds=1)
    assert len(listener.heard) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://agent.example/back",
        "https://127.0.0.1/back",
        "https://[::1]:8443/back",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "https://localhost/back",
        "https://me:secret@agent.example/",
        "file:///etc/passwd",
        "back",
    ],
)
def test_an_address_that_is_not_called_is_refused_and_can_be_mended(
    agent: Agent, engine: Engine, url: str
):
    answer = agent.exercise("deletion", status_callback=url)
    assert answer.status_code == 400
    assert answer.json["message"].startswith("status_callback")
    assert "fatal" not in answer.json
    with engine.reading() as tx:
        assert rights.count(tx.session, rights.Filter()) == 0
    assert agent.exercise("deletion", status_callback="https://agent.example/b").status_code == 200


def test_a_name_that_leads_into_a_private_network_is_never_called(
    agent: Agent, engine: Engine, listener: Listener
):
    # A name is taken with the request, and looked up only when it is called: it may have changed.
    made = agent.exercise("deletion", status_callback=listener.url).json
    agent.revoke(made["request_id"])
    allow_private(engine, yes=False)
    callbacks.tell(engine, reference=reference(engine))
    assert listener.heard == []
    with engine.reading() as tx:
        known = register.of_case(tx, reference(engine))
    assert known is not None
    assert known.told_outcome == "address refused"
    work_later(engine, hours=1)
    assert listener.heard == []


def test_what_came_back_is_expected_on_a_day_to_come(
    agent: Agent, engine: Engine, listener: Listener
) -> None:
    made = agent.exercise("deletion", status_callback=listener.url).json
    case = reference(engine)
    engine.run(lambda tx: tx.append("request.fulfilled", {"case": case}, case=case))
    back = {"case": case, "system": "listing-database", "found_by": "comparison"}
    with clock.fixed(clock.now() + timedelta(days=200)):
        engine.run(lambda tx: tx.append("system.came_back", back, case=case))
        found_at = instant(clock.now())
    work_later(engine, days=201)
    told = listener.heard[-1]
    assert told["status"] == "in_progress"
    assert told["expected_by"] > found_at > made["expected_by"]
    assert "found again" in told["processing_details"]
