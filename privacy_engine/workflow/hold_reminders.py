"""Holds that end by themselves soon: said once at each chosen distance, on record and by mail.

The mail names holds, what they cover and days, and nobody. A distance that was passed while no
scheduler ran is said at the next look.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from privacy_engine.look.formats import day_long, plural
from privacy_engine.retention import holds, register, rules
from privacy_engine.retention.register import Hold
from privacy_engine.retention.rules import HoldScope, Nature
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import officer_mail
from privacy_engine.workflow.officer_mail import Mail

TASK, MAIL = "holds.remind", "holds.remind_mail"
_KIND = "hold.reminded"
_MOST_LINES = 100


def look(engine: Transactions) -> None:
    """Put on record every hold whose end came near, and order the mail about them."""
    engine.run(_look)


def _look(tx: Transaction) -> None:
    today = _today(tx)
    events = [
        tx.append(
            _KIND,
            {"hold": hold.hold, "until": until.isoformat(), "days": days},
            case=hold.hold,
        ).event_id
        for hold, until, days in _near(tx, today)
    ]
    if events:
        tx.order(MAIL, name=f"hold-reminders:{today.isoformat()}:{events[0]}", reminders=events)


def _near(tx: Transaction, today: date) -> Iterator[tuple[Hold, date, int]]:
    distances = tx.settings.retention.hold_distances
    for hold in holds.ending_soon(tx):
        if hold.until is None:
            continue
        days = rules.reminder_due(until=hold.until, on=today, distances=distances)
        if days is not None and (hold.until.isoformat(), days) not in _said(tx, hold):
            yield hold, hold.until, days


def _said(tx: Transaction, hold: Hold) -> set[tuple[str, int]]:
    # Of this last day only: a renewed hold is spoken of again before its new one.
    return {
        (str(event.data["until"]), int(event.data["days"]))
        for event in tx.events_of_case(hold.hold)
        if event.kind == _KIND
    }


def send(engine: Transactions, *, reminders: Sequence[str]) -> None:
    """Send one mail about holds that end soon; a second run sends the same mail again.

    A hold that was renewed or released since is left out; when none is left, nothing is sent.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """

    def write(tx: Transaction) -> Mail | None:
        still = _still_ending(tx, reminders)
        if not still:
            return None
        subject = f"{plural(len(still), 'legal hold ends', 'legal holds end')} soon"
        return Mail(subject, _lines(still, on=_today(tx), url=tx.settings.instance.public_url))

    if reminders:
        officer_mail.send(engine, message_id=reminders[0], write=write)


def _still_ending(tx: Transaction, reminders: Sequence[str]) -> list[Hold]:
    today = _today(tx)
    told = {str(e.data["hold"]): str(e.data["until"]) for e in tx.read(list(reminders))}
    found = [register.hold(tx.session, name) for name in sorted(told)]
    return [
        hold
        for hold in found
        if hold.stands(on=today) and hold.until and hold.until.isoformat() == told[hold.hold]
    ]


def _lines(found: Sequence[Hold], *, on: date, url: str) -> Iterator[str]:
    yield "These holds end by themselves. What they keep may be deleted from the next day on:\n"
    for hold in found[:_MOST_LINES]:
        until = hold.until or on
        left = (until - on).days
        when = f"in {plural(left, 'day')}" if left else "today"
        yield f"- {hold.hold}, {_covers(hold)}: last day {day_long(until)} ({when})"
    if len(found) > _MOST_LINES:
        yield f"- and {len(found) - _MOST_LINES} more"
    if any(hold.nature == Nature.LAW_ENFORCEMENT for hold in found):
        yield "\nA direction of law enforcement stands longer only when they give it again."
    yield f"\nRenew a hold, or let it end, on the page of the holds: {url}/console/holds"


def _covers(hold: Hold) -> str:
    what = {
        HoldScope.SUBJECT: "on one person",
        HoldScope.SERIES: f"on all of {hold.target}",
        HoldScope.SYSTEM: f"on everything in {hold.target}",
        HoldScope.CASE: f"on case {hold.target}",
    }[hold.scope]
    lawful = hold.nature == Nature.LAW_ENFORCEMENT
    return f"{'a direction of law enforcement' if lawful else 'a dispute'} {what}"


def _today(tx: Transaction) -> date:
    return tx.now.astimezone(tx.settings.zone).date()
