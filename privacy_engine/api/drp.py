"""Data Rights Protocol 1.0: the doors at which the services of authorised agents ask.

Source: Data Rights Protocol 1.0, 2.01 to 2.06; errors 3.06.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import Flask, Response, request

from privacy_engine import errors
from privacy_engine.api.answers import json_answer, read_body, text_answer
from privacy_engine.api.auth import Door
from privacy_engine.api.limits import Buckets
from privacy_engine.api.problems import status_of
from privacy_engine.drp import agents, exchange
from privacy_engine.drp.agents import Agent
from privacy_engine.drp.messages import Discarded
from privacy_engine.errors import EngineError, Forbidden, NotFound, TooMany, Unauthenticated
from privacy_engine.transaction import Actor, Role, Transaction

SCOPE = "agent"
_PATH = "/drp/v1"
_PER_SECOND = 100
_LOG = structlog.get_logger(__name__)
View = Callable[..., Response]


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    buckets = Buckets(_PER_SECOND)

    def guarded(view: View) -> View:
        @wraps(view)
        def answered(**given: str) -> Response:
            try:
                _require_open(door)
                _spend(buckets, request.remote_addr or "")
                return view(**given)
            except EngineError as error:
                return _refusal(error)

        answered.scope = SCOPE  # type: ignore[attr-defined]
        return answered

    _install_agent(app, door, guarded)
    _install_requests(app, door, guarded)


def _install_agent(app: Flask, door: Door, guarded: Callable[[View], View]) -> None:
    engine = door.engine

    @app.post(f"{_PATH}/agent/<agent_id>")
    @guarded
    def set_up_key(agent_id: str) -> Response:
        try:
            body = read_body(engine.settings.limits.event_bytes)
            token = engine.run(lambda tx: agents.pair(tx, agent_id, body))
        except EngineError as error:
            if status_of(error) >= 500:
                raise
            _LOG.info("pairing refused", why=error.slug)
            return text_answer("", status=403)  # why is nothing for whoever cannot sign
        return json_answer({"agent-id": agent_id, "token": token})

    @app.get(f"{_PATH}/agent/<agent_id>")
    @guarded
    def agent_information(agent_id: str) -> Response:
        if _agent(door).agent_id != agent_id:
            raise Forbidden("this token belongs to another agent")
        return json_answer({})


def _install_requests(app: Flask, door: Door, guarded: Callable[[View], View]) -> None:
    engine = door.engine
    one = f"{_PATH}/data-rights-request/<request_id>"

    @app.post(f"{_PATH}/data-rights-request")
    @guarded
    def ask() -> Response:
        agent, body = _agent(door), read_body(engine.settings.limits.event_bytes)

        def take(tx: Transaction) -> dict[str, Any]:
            return exchange.status_body(tx, exchange.exercise(tx, agent, body))

        return json_answer(engine.run(take, actor=_as_actor(agent)))

    @app.get(one)
    @guarded
    def stands(request_id: str) -> Response:
        agent = _agent(door)
        with engine.reading() as tx:
            known = exchange.of_agent(tx, agent, request_id)
            return json_answer(exchange.status_body(tx, known))

    @app.delete(one)
    @guarded
    def take_back(request_id: str) -> Response:
        agent, body = _agent(door), read_body(engine.settings.limits.event_bytes)

        def take(tx: Transaction) -> dict[str, Any]:
            known = exchange.revoke(tx, agent, request_id, body=body)
            return exchange.status_body(tx, known)

        return json_answer(engine.run(take, actor=_as_actor(agent)))


def _require_open(door: Door) -> None:
    if not door.engine.settings.drp.business_ids:
        raise NotFound("the Data Rights Protocol is not spoken here")


def _spend(buckets: Buckets, address: str) -> None:
    wait = buckets.spend(address, 1)
    if wait:
        raise TooMany("slower, please", retry_after_seconds=wait)


def _agent(door: Door) -> Agent:
    scheme, _, bearer = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("show the token as `Authorization: Bearer ...`")
    with door.engine.reading() as tx:
        return agents.authenticate(tx, bearer.strip())


def _as_actor(agent: Agent) -> Actor:
    # In a person's name: what it says of them is a claim, as in the public form.
    return Actor(Role.SUBJECT, f"agent:{agent.agent_id}")


def _refusal(error: EngineError) -> Response:
    """Return the protocol's error object; `fatal` where sending again can never help."""
    status = 400 if isinstance(error, errors.InvalidInput | Discarded) else status_of(error)
    body: dict[str, Any] = {
        "code": str(status),
        "message": EngineError.title if status == 500 else error.detail,
    }
    if isinstance(error, Discarded | errors.MalformedInput | Forbidden):
        body["fatal"] = True
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    _LOG.info("agent refused", status=status, slug=error.slug)
    return json_answer(body, status=status, headers=headers)
