"""What an agent's service can do: ask in a person's name, look how it stands, take it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from privacy_engine import keys, outbound
from privacy_engine.drp import messages, register, status
from privacy_engine.drp.agents import Agent, expected
from privacy_engine.drp.messages import Discarded, Exercise, Message
from privacy_engine.drp.register import AgentRequest
from privacy_engine.errors import Conflict, EventConflict, Forbidden, InvalidInput
from privacy_engine.identifiers import random_uuid
from privacy_engine.ingest import schemas
from privacy_engine.rights import actions, links
from privacy_engine.rights import register as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.transaction import Transaction

_REGIMES = {"ccpa": "us-ca"}
_RIGHTS_TO_KNOW = ("know:",)


def exercise(tx: Transaction, agent: Agent, body: bytes) -> AgentRequest:
    """Take what an agent asks for, once: the same message again is the same request.

    So is another message under the agent's own name for the request, if it asks the same.

    Raises:
        EngineError: the message is not taken, see `messages.open_addressed` and `read_exercise`.
        InvalidInput: it wants to be told at an address that is not called.
    """
    message = messages.open_addressed(body, expected(tx, agent))
    asked = messages.read_exercise(message.claims)
    if asked.status_callback:
        allowed = tx.settings.drp.allow_private_callbacks
        try:
            outbound.require_plausible(asked.status_callback, allow_private=allowed)
        except InvalidInput as error:
            raise InvalidInput(f"status_callback: {error.detail}") from None
    request = _receive(tx, agent, message, asked)
    tx.lock(request.reference)
    known = register.of_case(tx, request.reference)
    return known or _remember(tx, agent, message, (asked, request.reference))


def _receive(tx: Transaction, agent: Agent, message: Message, asked: Exercise) -> rights.Request:
    own = f"{agent.agent_id}\x1f{asked.agent_request_id}"
    named = keys.sha256(own.encode()).hex() if asked.agent_request_id else message.digest
    intake = _intake(tx, agent, message, asked)
    try:
        return actions.receive(tx, _with_origin(intake, named))
    except EventConflict:
        # The agent used its name for a request twice. Rather two requests than one unheard.
        return actions.receive(tx, _with_origin(intake, message.digest))


def _with_origin(intake: Mapping[str, Any], named: str) -> Intake:
    return Intake(**intake, origin=("urn:drp", named))


def _intake(tx: Transaction, agent: Agent, message: Message, asked: Exercise) -> dict[str, Any]:
    """Return a request as any other door takes it; what the agent vouches for verifies nobody."""
    subject = {"email": asked.email, "phone": asked.phone}
    body = {
        "right": asked.right,
        "subject": {kind: value for kind, value in subject.items() if value},
        "name": _usual_order(asked.name),
        "agent": {"id": agent.agent_id, "name": agent.name, "claims": dict(asked.claims)},
    }
    try:
        checked = schemas.check("request.received", body, below="")
    except InvalidInput as error:
        where = ", ".join(item.pointer.strip("/") for item in error.errors)
        raise Discarded(f"not what it should be: {where}") from None
    return {
        "right": asked.right,
        "subject": checked.subject,
        "jurisdiction": _REGIMES.get(asked.regime.lower(), ""),
        "channel": "drp",
        "acting_for": "agent",
        "name": checked.data.get("name", ""),
        "agent": checked.data["agent"],
        "site": tx.settings.drp.sites[message.business],
    }


def _usual_order(name: str) -> str:
    """Return `Jane Doe` for `Doe, Jane`, as some agents write."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def _remember(
    tx: Transaction, agent: Agent, message: Message, what: tuple[Exercise, str]
) -> AgentRequest:
    asked, reference = what
    said = {
        "case": reference,
        "request_id": random_uuid(),
        "agent": agent.agent_id,
        "business": message.business,
        "exercise": asked.exercise,
        "regime": asked.regime,
        "relationships": list(asked.relationships),
        "agent_request_id": asked.agent_request_id,
        "status_callback": asked.status_callback,
    }
    told = {name: value for name, value in said.items() if value}
    tx.append("agent_request.received", told, case=reference)
    return register.by_id(tx, str(said["request_id"]))


def of_agent(tx: Transaction, agent: Agent, request_id: str) -> AgentRequest:
    """Return a request that this agent made.

    Raises:
        NotFound: there is none of this id.
        Forbidden: another agent made it.
    """
    found = register.by_id(tx, request_id)
    if found.agent_id != agent.agent_id:
        raise Forbidden("this request belongs to another agent")
    return found


def revoke(tx: Transaction, agent: Agent, request_id: str, *, body: bytes) -> AgentRequest:
    """Take a request back at its agent's word; the signature counts, it has no other claims.

    Raises:
        EngineError: not this agent's request, or the signature does not hold.
        Conflict: the request has ended; it stays as it ended.
    """
    found = of_agent(tx, agent, request_id)
    message = messages.open_signed(body, agent.verify_key)
    reason = messages.read_reason(message.claims)
    tx.lock(found.reference)
    request = rights.get(tx.session, found.reference)
    if request.ended:
        raise Conflict(f"the request has ended ({request.state.replace('_', ' ')})")
    if reason:
        actions.note(tx, found.reference, text=f"Taken back by the agent: {reason}")
    actions.revoke(tx, found.reference)
    return found


def status_body(tx: Transaction, known: AgentRequest) -> dict[str, Any]:
    """Return the Exercise Status of a request as it stands now."""
    request = rights.get(tx.session, known.reference)
    url = ""
    base = tx.settings.instance.public_url
    if request.right.startswith(_RIGHTS_TO_KNOW):
        # The agent gets the page that shows the state and no more; the answer is the person's.
        key = links.sign(tx.world.ring, use="state", about=known.reference)
        url = f"{base}/requests/{known.reference}?key={key}"
    return status.body(
        request,
        known,
        zone=tx.settings.zone,
        results_url=url,
        verification_url=f"{base}/find/status",
        back_at=_back_at(tx, known.reference) if request.came_back else None,
    )


def _back_at(tx: Transaction, reference: str) -> datetime | None:
    """Return when deleted data was found again that is not gone yet, the first of it; aware."""
    since: datetime | None = None
    for event in tx.events_of_case(reference):
        if event.kind == "system.came_back":
            since = since or event.recorded_at
        elif event.kind == "system.gone_again" and "outcome" in event.data:
            since = None
    return since
