"""An agent's service is told whenever the status of its request changes, until it has heard.

Best effort: the newest status is sent until somebody answers 200; an older one is never sent after
a newer one.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from privacy_engine import keys, outbound
from privacy_engine.drp import exchange, register
from privacy_engine.errors import InvalidInput, NotFound, Unavailable
from privacy_engine.log.event import Event
from privacy_engine.transaction import Reaction, Transaction, Transactions

TASK = "drp.callback"
_WHO = "the agent's service"
_MOST_IN_A_ROW = 3


def tell_agent(tx: Transaction, event: Event) -> None:
    """Order that the agent is told, if an agent made this request and wants to be told."""
    reference = str(event.data.get("case") or "")
    known = register.of_case(tx, reference)
    if known is not None and known.status_callback:
        tx.order(TASK, name=f"drp:{event.event_id}", reference=reference)


REACTIONS: Mapping[str, tuple[Reaction, ...]] = dict.fromkeys(
    (
        "request.verified",
        "request.extended",
        "request.fulfilled",
        "request.partially_fulfilled",
        "request.denied",
        "request.revoked",
        "request.expired",
        "request.reopened",
        "system.came_back",
        "system.gone_again",
    ),
    (tell_agent,),
)


def tell(engine: Transactions, *, reference: str) -> None:
    """Send the newest status, and again while it changed meanwhile.

    Raises:
        Unavailable: nobody answered 200; the order comes back later.
    """
    for _ in range(_MOST_IN_A_ROW):
        with engine.reading() as tx:
            waiting = _news(tx, reference)
        if waiting is None:
            return
        url, body = waiting
        _record(engine, reference, body, outcome=_send(engine, url, body))


def _record(
    engine: Transactions, reference: str, body: Mapping[str, Any], *, outcome: str
) -> None:
    said = {
        "case": reference,
        "status": str(body["status"]),
        "digest": _digest(body),
        "outcome": outcome,
    }
    engine.run(lambda tx: tx.append("agent_request.told", said, case=reference))


def _news(tx: Transaction, reference: str) -> tuple[str, dict[str, Any]] | None:
    """Return where to send what, or None when the agent knows it already."""
    known = register.of_case(tx, reference)
    if known is None or not known.status_callback:
        return None
    try:
        body = exchange.status_body(tx, known)
    except NotFound:
        return None  # the record of the request reached its end
    return None if known.told_digest == _digest(body) else (known.status_callback, body)


def _send(engine: Transactions, url: str, body: Mapping[str, Any]) -> str:
    allowed = engine.settings.drp.allow_private_callbacks
    try:
        target = outbound.guarded(url, allow_private=allowed)
    except InvalidInput:
        return "address refused"  # it leads where nobody's callback leads; asking again is no use
    headers = {"content-type": "application/json"}
    status, _ = outbound.post(target, headers, orjson.dumps(body), who=_WHO)
    if status != 200:
        raise Unavailable(f"{_WHO} answered {status}; try again later")
    return "heard"


def _digest(body: Mapping[str, Any]) -> str:
    return keys.sha256(orjson.dumps(dict(body), option=orjson.OPT_SORT_KEYS)).hex()
