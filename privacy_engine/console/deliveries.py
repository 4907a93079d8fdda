"""What was asked of one system outside, how it went, and a button to ask once more."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.connectors import deliveries
from privacy_engine.connectors.deliveries import Delivery, State
from privacy_engine.console.desk import Desk, Route, case_url
from privacy_engine.errors import Conflict
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow import quarantining

_MOST = 200
_WORDS = {
    State.ACCEPTED: "waiting",
    State.ANSWERED: "answered",
    State.FAILED: "error",
    State.REFUSED: "error",
}
_SAID = {
    State.ACCEPTED: "taken; the answer comes later",
    State.ANSWERED: "",
    State.FAILED: "no answer; it is asked again",
    State.REFUSED: "refused",
}
_ACTIONS = {
    "locate": "Search",
    "copy": "Copy",
    "correct": "Correct",
    "delete": "Delete",
    "quarantine": "Stop using a child’s data",  # noqa: RUF001
    "release": "May be used again",
}


@dataclass(frozen=True)
class DeliveryLine:
    """One question as the page shows it; instants are in the controller's zone."""

    message_id: str
    action: str
    state: str
    said: str
    case: str
    case_url: str
    attempts: int
    status: int | None
    first_at: datetime
    last_at: datetime
    can_send: bool


def show(desk: Desk, code: str) -> ResponseReturnValue:
    """Show the newest questions to a system."""
    system = desk.engine.content.system(code)
    with desk.engine.reading() as tx:
        rows = deliveries.listed(tx, system=code, limit=_MOST)
        return desk.render(
            "deliveries",
            system_title=system.title,
            system_code=code,
            lines=[_line(desk, row) for row in rows],
            most=_MOST,
            population=desk.population(tx, len(rows), "question", system.title),
        )


def send_again(desk: Desk, code: str) -> ResponseReturnValue:
    """Ask once more under the same name, so that nothing happens twice."""
    message_id = request.form.get("message", "")

    def work(tx: Transaction) -> None:
        asked = deliveries.by_message(tx, code, message_id)
        if not quarantining.resend(tx, asked):
            workflows.retry(tx, asked.case, step=asked.step)

    try:
        desk.act(work)
        desk.say("Ordered: the system is asked again in a moment.")
    except Conflict:
        desk.say("That is settled; there is nothing to ask or tell again.")
    return redirect(url_for("console.deliveries", code=code), code=303)


def _line(desk: Desk, row: Delivery) -> DeliveryLine:
    return DeliveryLine(
        message_id=row.message_id,
        action=_ACTIONS.get(row.action, row.action),
        state=_WORDS[row.state],
        said=_SAID[row.state],
        case=row.case,
        case_url=case_url(row.case),
        attempts=row.attempts,
        status=row.status,
        first_at=desk.local(row.first_at),
        last_at=desk.local(row.last_at),
        can_send=row.state is not State.ANSWERED and desk.may("send_again"),
    )


ROUTES = (
    Route("/systems/<code>/deliveries", "deliveries", show),
    Route("/systems/<code>/deliveries/again", "send_again", send_again, ("POST",)),
)
