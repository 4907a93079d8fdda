"""Rights requests over the machine surface: taken at once, and how they stand."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from privacy_engine.api import shapes
from privacy_engine.api.answers import json_answer, read_object
from privacy_engine.api.auth import Caller, Door
from privacy_engine.api.events import receipt_body
from privacy_engine.errors import EventConflict, FieldError, InvalidInput, NotFound
from privacy_engine.ingest import schemas
from privacy_engine.ingest.envelope import looks_personal
from privacy_engine.ingest.receive import receipt_of
from privacy_engine.ingest.sites import Scope
from privacy_engine.law.provisions import right_named
from privacy_engine.log.event import Event, Trust, instant, parse_instant
from privacy_engine.rights import actions, rules, verification
from privacy_engine.rights import register as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Actor, Role, Transaction
from privacy_engine.workflow import reauthenticating
from privacy_engine.workflow import register as workflow
from privacy_engine.workflow.case import status_url
from privacy_engine.workflow.machine import SETTLED
from privacy_engine.workflow.reauthenticating import Reauthentication

_LONGEST_KEY = 255


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    limits = door.engine.settings.limits

    @app.post("/v1/requests")
    @door.needs(Scope.REQUESTS_WRITE)
    def post_request(caller: Caller) -> Response:
        body = _in_our_words(caller, read_object(limits.event_bytes))
        checked = schemas.check("request.received", body, below="")
        shapes.require_purposes(caller.world.content, checked.data.get("purposes", []))
        origin = _origin(caller)

        def take(tx: Transaction) -> dict[str, Any]:
            try:
                taken = actions.receive(tx, _intake(caller, checked, origin))
            except NotFound as error:  # a duty on a day before its law; the address exists
                raise InvalidInput(error.detail) from None
            except EventConflict:
                detail = "this Idempotency-Key came with another request before"
                raise EventConflict(detail) from None
            return _body(tx, taken, origin=origin)

        # The same answer first and repeated: whoever asks learns nothing about the person.
        answer = caller.world.run(take, actor=Actor(Role.SITE, caller.site))
        return json_answer(answer, status=201, headers={"Location": _location(door, answer)})

    @app.post("/v1/requests/<reference>/verification")
    @door.needs(Scope.REQUESTS_WRITE)
    def post_verification(caller: Caller, reference: str) -> Response:
        body = shapes.load(shapes.NewVerification(), read_object(limits.event_bytes))
        proof = Reauthentication(
            site=caller.site,
            account=body["account"],
            at=parse_instant(body["authenticated_at"]),
        )

        def take(tx: Transaction) -> dict[str, Any]:
            _own(tx, caller, reference)
            return _verification(reauthenticating.accept(tx, reference, proof))

        return json_answer(caller.world.run(take, actor=Actor(Role.SITE, caller.site)))

    @app.get("/v1/requests/<reference>")
    @door.needs(Scope.REQUESTS_READ)
    def get_request(caller: Caller, reference: str) -> Response:
        with caller.world.reading() as tx:
            found = _own(tx, caller, reference)
            return json_answer(_body(tx, found, origin=None) | _progress(tx, found))


def _own(tx: Transaction, caller: Caller, reference: str) -> Request:
    found = rights.get(tx.session, reference)
    if found.site != caller.site:
        raise NotFound("there is no request with this reference")
    return found


def _in_our_words(caller: Caller, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body whose right is named as we do: `erasure` under the GDPR is `delete`."""
    place = body.get("jurisdiction") or caller.world.settings.instance.jurisdiction
    right = body.get("right")
    if not isinstance(right, str) or not isinstance(place, str):
        return body
    return {**body, "right": right_named(right, place) or right}


def _verification(found: Request) -> dict[str, Any]:
    """Return how sure we are that it is the person, and what is still missing, as codes."""
    if not rules.needs_verification(found.right, found.jurisdiction):
        return {"state": "not_needed", "tier": "none", "at": None, "lacking": []}
    return {
        "state": "verified" if found.verified_at else "awaited",
        "tier": verification.needed(found.asked).tier.code,
        "at": instant(found.verified_at) if found.verified_at else None,
        "lacking": [] if found.verified_at else list(found.lacking),
    }


def _location(door: Door, answer: Mapping[str, Any]) -> str:
    base = door.engine.settings.instance.public_url
    return f"{base}/v1/requests/{answer['reference']}"


def _origin(caller: Caller) -> tuple[str, str] | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > _LONGEST_KEY or looks_personal(key):
        raise InvalidInput(
            f"Idempotency-Key is 1 to {_LONGEST_KEY} characters that name no person",
            errors=[FieldError("", "Idempotency-Key")],
        )
    return (f"urn:site:{caller.site}:requests", key)


def _intake(caller: Caller, checked: schemas.Checked, origin: tuple[str, str] | None) -> Intake:
    data = checked.data
    return Intake(
        right=data["right"],
        subject=checked.subject,
        jurisdiction=data.get("jurisdiction", ""),
        channel=data.get("channel", "api"),
        acting_for=data.get("for", "self"),
        name=data.get("name", ""),
        details=data.get("details", ""),
        agent=data.get("agent", {}),
        corrections=data.get("corrections", {}),
        window=data.get("window"),
        purposes=tuple(data.get("purposes", ())),
        language=data.get("language", ""),
        received_at=parse_instant(data["received_at"]) if "received_at" in data else None,
        site=caller.site,
        trust=Trust.SERVER,
        origin=origin,
    )


def _body(tx: Transaction, found: Request, *, origin: tuple[str, str] | None) -> dict[str, Any]:
    base = tx.settings.instance.public_url
    own = origin or (f"urn:site:{found.site}:requests", found.reference)
    receipt = receipt_of(tx, found.received_event, origin=own)
    return {
        "reference": found.reference,
        "state": str(found.state),
        "right": found.right,
        "jurisdiction": found.jurisdiction,
        "received_at": instant(found.received_at),
        "clocks": [
            {
                "duty": clock.duty,
                "legal_due_on": clock.legal_due_on.isoformat(),
                "strict_due_on": clock.strict_due_on.isoformat(),
                "citation": clock.citation,
            }
            for clock in found.clocks
        ],
        "status_url": status_url(tx, found.reference),
        "receipt": receipt_body(receipt, base=base),
    }


# How it stands ---------------------------------------------------------------------------


def _progress(tx: Transaction, found: Request) -> dict[str, Any]:
    events = tx.events_of_case(found.reference)
    steps = _steps(tx, found)
    waiting = [step for step in steps if step["progress"] not in SETTLED]
    begun = [step for step in waiting if step["progress"] is not None]
    following = (begun or waiting)[0] if waiting and not found.ended else None
    return {
        "verification": _verification(found),
        "next_step": following
        and {name: following[name] for name in ("step", "title", "waits_for", "due_at")},
        "steps": steps,
        "systems": [_system(row) for row in workflow.board(tx.session, found.reference)],
        "documents": [_document(event) for event in events if event.kind in _DOCUMENTS],
        "history": [
            {"event_id": event.event_id, "type": event.kind, "at": instant(event.recorded_at)}
            for event in events
        ],
    }


def _steps(tx: Transaction, found: Request) -> list[dict[str, Any]]:
    run = workflow.run(tx.session, found.reference)
    declared = tx.content.workflow(found.workflow).steps
    states = run.steps if run else {}
    return [
        {
            "step": step.code,
            "title": step.title,
            "waits_for": step.actor,
            "progress": str(state.progress) if state else None,
            "outcome": (state.outcome or None) if state else None,
            "at": instant(state.at) if state else None,
            "due_at": instant(state.due_at) if state and state.due_at else None,
        }
        for step in declared
        for state in [states.get(step.code)]
    ]


def _system(row: workflow.CaseSystem) -> dict[str, Any]:
    return {
        "system": row.system,
        "found": row.found,
        "removed": None if row.removed is None else sum(row.removed.values()),
        "retained": [dict(item) for item in row.retained],
        "verdict": row.verdict or None,
        "phase": row.phase or None,
        "at": instant(row.at),
    }


_DOCUMENTS = {"message.sent": "letter", "report.produced": "report"}


def _document(event: Event) -> dict[str, Any]:
    kind = _DOCUMENTS[event.kind]
    name = event.data.get("template") if kind == "letter" else event.data.get("report")
    return {
        "kind": kind,
        "name": name,
        "number": event.data.get("number"),
        "sha256": event.data.get("sha256"),
        "at": instant(event.recorded_at),
    }
