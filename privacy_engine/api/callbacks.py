"""What systems outside call back: the answer to a question, or that a vendor's request moved on.

No key of a site opens this door: each caller signs, a webhook system with the secret that it
shares with us, an OpenDSR vendor under the certificate of its domain.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Flask, Response, request

from privacy_engine import clock
from privacy_engine.api.answers import json_answer, read_body
from privacy_engine.api.auth import Door
from privacy_engine.connectors import deliveries
from privacy_engine.connectors.opendsr import STATUSES
from privacy_engine.connectors.opening import opendsr_of, secret_of
from privacy_engine.connectors.webhook import require_signed
from privacy_engine.engine import Engine
from privacy_engine.errors import Forbidden, InvalidInput, MalformedInput, NotFound, UnknownCode
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import answers

_TAKEN = {"status": "accepted"}


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    limit = door.engine.settings.limits.batch_bytes

    @app.post("/v1/systems/<code>/answers")
    @door.public
    def post_answer(code: str) -> Response:
        engine = door.engine
        system = _webhook_system(engine, code)
        body = read_body(limit)
        headers = {name.lower(): value for name, value in request.headers.items()}
        secret = secret_of(system, root=engine.settings.root)
        require_signed(secret, headers, body, at=clock.now())
        answer = _object(body)
        asked = answer.get("id")
        if not isinstance(asked, str):
            raise InvalidInput("`id` is the webhook-id of the question that this answers")

        def take(tx: Transaction) -> None:
            answers.receive(tx, system, message_id=asked, answer=answer)

        _in_its_world(engine, system, take)
        return json_answer(_TAKEN, status=202)

    @app.post("/opendsr/callbacks")
    @door.public
    def post_callback() -> Response:
        engine = door.engine
        body = read_body(limit)
        system = _genuine_vendor(engine, body)
        told = _object(body)
        reference, status = told.get("subject_request_id"), told.get("request_status")
        if not isinstance(reference, str) or status not in STATUSES:
            raise MalformedInput("the callback has no subject_request_id or no known status")

        def take(tx: Transaction) -> None:
            asked = deliveries.by_reference(tx, reference)
            if asked.system != system.code:
                raise NotFound
            # The callback only wakes the step: it asks the vendor itself how the request stands.
            answers.again(tx, asked, because=f"callback:{status}:{tx.now:%Y%m%d%H%M}")

        _in_its_world(engine, system, take)
        return json_answer(_TAKEN, status=202)


def _in_its_world(engine: Engine, system: System, take: Callable[[Transaction], None]) -> None:
    """Take it in the live world, or in the test world where the question was asked there."""
    try:
        engine.run(take)
    except NotFound:
        if not system.test:
            raise
        engine.test.run(take)


def _webhook_system(engine: Engine, code: str) -> System:
    try:
        system = engine.content.system(code)
    except UnknownCode:
        raise NotFound from None
    if system.connector is not ConnectorKind.WEBHOOK:
        raise NotFound
    return system


def _genuine_vendor(engine: Engine, body: bytes) -> System:
    """Return the vendor whose domain and signature a callback bears.

    Raises:
        Forbidden: no vendor of the data map has this domain, or the signature is not right.

    Source: OpenDSR 2.0 §8.8, §10.1 (the older header names count too).
    """
    domain, signature = _header("Processor-Domain").strip().casefold(), _header("Signature")
    settings = engine.settings
    for system in engine.content.systems:
        if system.opendsr is None or system.opendsr.processor != domain:
            continue
        vendor = opendsr_of(system, root=settings.root, settings=settings.addresses)
        if vendor.is_genuine(body, signature=signature, domain=domain, at=clock.now()):
            return system
    raise Forbidden("no vendor of this instance signs like this")


def _header(name: str) -> str:
    return request.headers.get(f"X-OpenDSR-{name}") or request.headers.get(
        f"X-OpenGDPR-{name}", ""
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedInput("the body is not JSON") from None
    if not isinstance(found, dict):
        raise MalformedInput("the body is no JSON object")
    return found
