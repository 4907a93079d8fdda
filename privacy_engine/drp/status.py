"""How a request stands, in the protocol's words (pure).

Source: Data Rights Protocol 1.0, 3.02 and 3.03.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from privacy_engine.drp.register import AgentRequest
from privacy_engine.log.event import instant
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import State

# An agent's service is told that its request runs as soon as it has it; `open` is what it was in
# the moment before. A part that was done is, to the protocol, an answer.
_STATUS: Mapping[State, str] = MappingProxyType(
    {
        State.OPEN: "in_progress",
        State.IN_PROGRESS: "in_progress",
        State.FULFILLED: "fulfilled",
        State.PARTIALLY_FULFILLED: "fulfilled",
        State.DENIED: "denied",
        State.REVOKED: "revoked",
        State.EXPIRED: "expired",
    }
)
_REASONS = frozenset(
    {
        "suspected_fraud",
        "insuf_verification",
        "no_match",
        "claim_not_covered",
        "outside_jurisdiction",
        "too_many_requests",
    }
)


def body(
    request: Request,
    known: AgentRequest,
    *,
    zone: ZoneInfo,
    results_url: str = "",
    verification_url: str = "",
    back_at: datetime | None = None,
) -> dict[str, Any]:
    """Return the Exercise Status of a request.

    Args:
        request: as it stands.
        known: what its agent knows of it.
        zone: in which due days end.
        results_url: where the person finds the answer to a request to know, once there is one.
        verification_url: where the person asks that the letter to confirm is sent again; it holds
            no secret, so that whoever has it is taken for nobody.
        back_at: since when deleted data is there again; None where nothing came back.
    """
    found: dict[str, Any] = {
        "request_id": known.request_id,
        "status": _STATUS[request.state],
        "received_at": instant(request.received_at),
    }
    if known.agent_request_id:
        found["agent_request_id"] = known.agent_request_id
    if request.state is State.DENIED:
        found["reason"] = request.ground if request.ground in _REASONS else "other"
    if request.unverified and verification_url.startswith("https://"):
        found["reason"] = "need_user_verification"
        found["user_verification_url"] = verification_url
    if not request.ended:
        found["expected_by"] = instant(expected_by(request, zone, back_at=back_at))
    details = _details(request)
    if details:
        found["processing_details"] = details
    if results_url and request.state in {State.FULFILLED, State.PARTIALLY_FULFILLED}:
        found["results_url"] = results_url
    return found


def expected_by(request: Request, zone: ZoneInfo, *, back_at: datetime | None = None) -> datetime:
    """Return the end of the last day for an answer, by the strict reading; aware.

    What is done at once is expected by the end of the day on which it came. For what came back no
    clock of the law runs, but the protocol asks for a day: that of an answer, from its return on.
    """
    facts = (
        replace(request.facts, received_at=back_at, extended=False) if back_at else request.facts
    )
    answer = rules.answer_clock(facts)
    day = answer.strict_due_on if answer else request.received_at.astimezone(zone).date()
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone) - timedelta(seconds=1)


def _details(request: Request) -> str:
    match request.state:
        case State.PARTIALLY_FULFILLED:
            return "Done in part; the answer says what was kept, and why."
        case State.DENIED:
            ground = f" ({request.citation})" if request.citation else ""
            return f"Denied{ground}. The person was told why, and how to object."
        case State.EXPIRED:
            return "The person was asked to confirm, and did not."
        case State.REVOKED | State.FULFILLED:
            return ""
        case _:
            return _under_way(request)


def _under_way(request: Request) -> str:
    if request.came_back:
        return "What had been deleted was found again; it is being deleted once more."
    if request.extended_at is not None:
        return "More time is needed; the person was told why."
    if request.unverified:
        return "The person is asked directly to confirm that it is them."
    return "Under way."
