"""Clocks that run out soon: said once at each chosen distance, on record and by one mail a day.

The mail names references, rights and days, and nobody. A day without a scheduler is made up for: a
distance that was passed meanwhile is said at the next look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from privacy_engine.letters import compose
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import OPEN_STATES, Filter, Request
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import officer_mail
from privacy_engine.workflow.officer_mail import Mail

TASK, MAIL = "requests.alert", "requests.alert_mail"
_KIND = "request.alerted"
_MOST = 10_000
_MOST_LINES = 100


@dataclass(frozen=True)
class Near:
    """One clock of one request that runs out: the day of its careful reading."""

    reference: str
    right: str
    duty: str
    due_on: date


def look(engine: Transactions) -> None:
    """Put on record every clock that came near, and order the mail about them."""
    engine.run(_look)


def _look(tx: Transaction) -> None:
    distances = tx.settings.requests.distances
    if not distances:
        return
    today = tx.now.astimezone(tx.settings.zone).date()
    until = today + timedelta(days=distances[-1])
    near_ends = Filter(states=OPEN_STATES, due_until=until)
    silent = Filter(states=OPEN_STATES, unacknowledged=True)
    found = {
        request.reference: request
        for wanted in (near_ends, silent)
        for request in register.search(tx.session, wanted, limit=_MOST)
    }
    fresh = [
        near
        for request in found.values()
        for near in _crossed(tx, request, distances, today=today)
    ]
    if fresh:
        events = [_record(tx, near, distances, today=today) for near in fresh]
        tx.order(MAIL, name=f"alerts:{today.isoformat()}:{events[0]}", alerts=events)


def _crossed(
    tx: Transaction, request: Request, distances: Sequence[int], *, today: date
) -> Iterator[Near]:
    said = {
        (event.data.get("clause"), event.data.get("due_on"), event.data.get("outcome"))
        for event in tx.events_of_case(request.reference)
        if event.kind == _KIND
    }
    for near in _clocks(request):
        distance = _distance(near, distances, today=today)
        if distance is None:
            continue
        if (near.duty, near.due_on.isoformat(), str(distance)) not in said:
            yield near


def _clocks(request: Request) -> Iterator[Near]:
    facts = request.facts
    acknowledge, answer = rules.acknowledge_clock(facts), rules.answer_clock(facts)
    running = [answer] if request.acknowledged_at else [acknowledge, answer]
    for clock in running:
        if clock is not None:
            yield Near(request.reference, request.right, clock.duty, clock.strict_due_on)


def _distance(near: Near, distances: Sequence[int], *, today: date) -> int | None:
    """Return the nearest distance that a clock has come within, None while it is far."""
    left = (near.due_on - today).days
    return next((distance for distance in distances if left <= distance), None)


def _record(tx: Transaction, near: Near, distances: Sequence[int], *, today: date) -> str:
    event = tx.append(
        _KIND,
        {
            "case": near.reference,
            "clause": near.duty,
            "due_on": near.due_on.isoformat(),
            "outcome": str(_distance(near, distances, today=today)),
        },
        case=near.reference,
        subject_id=register.get(tx.session, near.reference).subject_id,
    )
    return event.event_id


def send(engine: Transactions, *, alerts: Sequence[str]) -> None:
    """Send one mail about clocks that came near; a second run sends the same mail again.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    if not alerts:
        return
    several = len(alerts) > 1
    subject = f"{len(alerts)} clocks run out soon" if several else "A clock runs out"
    officer_mail.send(
        engine, message_id=alerts[0], write=lambda tx: Mail(subject, _lines(tx, alerts))
    )


def _lines(tx: Transaction, alerts: Sequence[str]) -> Iterator[str]:
    today = tx.now.astimezone(tx.settings.zone).date()
    yield "These requests wait for us:\n"
    for event in tx.read(list(alerts)[:_MOST_LINES]):
        request = register.get(tx.session, str(event.data["case"]))
        due_on = date.fromisoformat(str(event.data["due_on"]))
        left = (due_on - today).days
        when = f"{left} days left" if left > 1 else "1 day left" if left == 1 else "today or past"
        asked = compose.right_in_words(request.right, "en")
        yield f"- {request.reference}, {asked}: {event.data['clause']} by {due_on} ({when})"
    if len(alerts) > _MOST_LINES:
        yield f"- and {len(alerts) - _MOST_LINES} more"
    yield "\nThe queue shows each with its next step."
