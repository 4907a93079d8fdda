"""Reported events in, receipts and proofs out."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, request

from privacy_engine import clock
from privacy_engine.api import problems
from privacy_engine.api.answers import json_answer, read_body, text_answer
from privacy_engine.api.auth import Caller, Door
from privacy_engine.children import ages
from privacy_engine.engine import Engine
from privacy_engine.errors import NotFound
from privacy_engine.identifiers import is_ulid, random_id
from privacy_engine.ingest import modes, sites
from privacy_engine.ingest.receive import ItemResult, Receipt, receive
from privacy_engine.ingest.sites import Scope
from privacy_engine.log import sequencer
from privacy_engine.log.event import instant
from privacy_engine.log.proof import LogProof
from privacy_engine.log.tables import LogEventRow
from privacy_engine.transaction import Transaction

_WAIT_SECONDS = 1


def install(app: Flask, door: Door) -> None:
    """Add the routes."""

    @app.post("/v1/events")
    @door.needs(Scope.EVENTS_WRITE)
    def post_events(caller: Caller) -> Response:
        return _take(caller, door)

    @app.get("/v1/events/<event_id>/proof")
    @door.public
    def get_proof(event_id: str) -> Response:
        return _proof(event_id, door)


def _take(caller: Caller, door: Door) -> Response:
    limits = door.engine.settings.limits
    kind = request.headers.get("Content-Type", "")
    most = limits.batch_bytes if modes.is_batch(kind) else limits.event_bytes
    told = request.content_length
    with door.room.hold(most if told is None else min(told, most)):
        incoming = modes.read(kind, _attributes(), read_body(most), most=limits.batch_events)
        door.spend(caller, max(0, len(incoming.items) - 1))
        results = receive(caller.world, caller.key, incoming.items, validators=VALIDATORS)
    _note(caller, door.engine, results)
    base = door.engine.settings.instance.public_url
    if incoming.batch:
        return _batch_answer(results, base=base)
    (result,) = results
    if result.error:
        raise result.error
    return json_answer(_body(result, base=base), status=200 if result.duplicate else 201)


def _attributes() -> Mapping[str, str]:
    return {
        name.removeprefix("HTTP_CE_").lower(): value
        for name, value in request.environ.items()
        if name.startswith("HTTP_CE_")
    }


def _note(caller: Caller, engine: Engine, results: list[ItemResult]) -> None:
    # Keys live in the live world, also those of test mode.
    if any(item.receipt for item in results) and sites.is_news(caller.key, clock.now()):
        engine.run(lambda tx: sites.note_event(tx, caller.key))


def _age_fault(
    data: Mapping[str, Any], moment: datetime, zone: ZoneInfo
) -> tuple[str, str] | None:
    try:
        on = ages.day_of(moment, data.get("zone", ""), ours=zone)
    except ValueError:
        return "/data/zone", "is no time zone; they are named like America/Los_Angeles"
    fault = ages.fault_of(data["kind"], data["value"], on)
    return ("/data/value", f"tells no possible age: {fault}") if fault else None


VALIDATORS = {"age_signal.received": _age_fault}


# Answers ---------------------------------------------------------------------------------


def receipt_body(receipt: Receipt, *, base: str) -> dict[str, Any]:
    """Return a receipt as senders see it."""
    return {
        "event_id": receipt.event_id,
        "source": receipt.source,
        "id": receipt.id,
        "type": receipt.type,
        "recorded_at": instant(receipt.recorded_at),
        "leaf_hash": b64encode(receipt.leaf_hash).decode(),
        "position": receipt.position,
        "proof_url": f"{base}/v1/events/{receipt.event_id}/proof",
    }


def _body(result: ItemResult, *, base: str) -> dict[str, Any]:
    return {"receipt": receipt_body(result.receipt, base=base)} if result.receipt else {}


def _batch_answer(results: list[ItemResult], *, base: str) -> Response:
    incident = random_id()
    items: list[dict[str, Any]] = []
    for index, result in enumerate(results):
        if result.error:
            problem = problems.document(result.error, base=base, incident=incident)
            items.append({"index": index, "status": problem["status"], "problem": problem})
        else:
            status = 200 if result.duplicate else 201
            items.append({"index": index, "status": status, **_body(result, base=base)})
    rejected = sum(1 for item in results if item.error)
    duplicates = sum(1 for item in results if item.duplicate)
    body = {
        "accepted": len(results) - rejected - duplicates,
        "duplicates": duplicates,
        "rejected": rejected,
        "items": items,
    }
    return json_answer(body, status=207 if rejected else 200)


# Proofs ----------------------------------------------------------------------------------


def _proof(event_id: str, door: Door) -> Response:
    if not is_ulid(event_id):
        raise NotFound
    for world in _worlds(door):
        with world.reading() as tx:
            if tx.session.get(LogEventRow, event_id) is not None:
                return _proof_answer(tx, event_id)
    raise NotFound


def _worlds(door: Door) -> list[Engine]:
    if "Authorization" in request.headers:
        return [door.caller().world]
    return [door.engine, *door.engine.opened_test_world()]


def _proof_answer(tx: Transaction, event_id: str) -> Response:
    placed = sequencer.place(tx.session, event_id)
    if placed is None:
        waiting = text_answer("accepted; the position is still to come\n", status=202)
        waiting.headers["Retry-After"] = str(_WAIT_SECONDS)
        return waiting
    note = tx.head().note.encode()
    proof = text_answer(bytes(LogProof(placed.position, placed.proof, note)))
    proof.headers["Access-Control-Allow-Origin"] = "*"
    return proof
