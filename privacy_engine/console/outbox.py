"""Letters: what went out, what waits, and each letter as it was written."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.console import faces, listing, work
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE
from privacy_engine.console.queue import pages
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event, Identifier
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.parts import Person
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import DueWorkRow, Transaction
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import StepRow

_KINDS = ("message.sent", "link.sent")


@dataclass(frozen=True)
class MailRow:
    """One letter in the list."""

    mail_id: str
    to: Person
    subject: str
    state: str
    at: datetime
    attempts: int
    detail: str
    reference: str


@dataclass(frozen=True)
class MailView:
    """One letter, whole; masked until the person is revealed, links only where posted by hand."""

    mail_id: str
    subject: str
    body: str
    state: str
    detail: str
    reference: str
    signed_by: str
    to: Person
    at: datetime
    attempts: list[tuple[datetime, str]]


def show(desk: Desk) -> ResponseReturnValue:
    """List the letters, newest first."""
    number = listing.page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        mine = col(LogEventRow.kind).in_(_KINDS)
        total = int(
            tx.session.execute(
                select(func.count()).select_from(LogEventRow).where(mine)
            ).scalar_one()
        )
        statement = (
            select(LogEventRow.event_id)  # type: ignore[call-overload]
            .where(mine)
            .order_by(col(LogEventRow.event_id).desc())
            .limit(PAGE)
            .offset((number - 1) * PAGE)
        )
        events = tx.read(list(tx.session.execute(statement).scalars()))
        rows = [_row(desk, tx, event) for event in events]
        return desk.render(
            "outbox",
            views=[],
            mails=rows,
            population=desk.population(tx, total, "letter"),
            pages=pages(number, total, len(rows)),
        )


def show_one(desk: Desk, mail_id: str) -> ResponseReturnValue:
    """Show one letter."""
    with desk.engine.reading() as tx:
        event = _letter(tx, mail_id)
        row = _row(desk, tx, event)
        body = _body(desk, event)
        order = _order(tx, event)
        failed = order is not None and order.state != "done" and order.attempts > 0
    view = MailView(
        mail_id=mail_id,
        subject=row.subject,
        body=body,
        state=row.state,
        detail=row.detail,
        reference=row.reference,
        signed_by="",
        to=row.to,
        at=row.at,
        attempts=[(row.at, _tried(row.state))] if row.attempts else [],
    )
    return desk.render("mail", mail=view, can_retry=failed and desk.may("retry_mail"))


def retry(desk: Desk, mail_id: str) -> ResponseReturnValue:
    """Let a letter that the mail server did not take be sent now."""

    def again(tx: Transaction) -> bool:
        order = _order(tx, _letter(tx, mail_id))
        return order is not None and work.try_again(tx, order.work_id)

    desk.say("It is sent again now." if desk.act(again) else "Nothing of it waits to be sent.")
    return redirect(url_for("console.mail", mail_id=mail_id), code=303)


def _letter(tx: Transaction, mail_id: str) -> Event:
    event = tx.event(mail_id)
    if event.kind not in _KINDS:
        raise NotFound("There is no letter under this number.")
    return event


def _order(tx: Transaction, event: Event) -> DueWorkRow | None:
    """Return the order of a letter that an officer wrote; those of steps go with their step."""
    if event.kind != "message.sent" or event.data.get("step"):
        return None
    return work.letter_order(tx, event.case_id or "", event.event_id)


def _tried(state: str) -> str:
    return {
        "sent": "handed to the mail server",
        "queued": "put into the outbox; nobody fetches it from there but you",
        "gone": "its text was erased with the person",
    }.get(state, "did not work; it is tried again")


def _row(desk: Desk, tx: Transaction, event: Event) -> MailRow:
    address = str(event.data.get("address") or "")
    state, detail = _state(tx, event)
    return MailRow(
        mail_id=event.event_id,
        to=_person(event, address),
        subject=str(event.data.get("subject_line") or "A letter whose text was erased"),
        state=state,
        at=desk.local(event.recorded_at),
        attempts=0 if state == "waiting" else _attempts(tx, event),
        detail=detail,
        reference=_reference(tx, event),
    )


def _attempts(tx: Transaction, event: Event) -> int:
    order = _order(tx, event)
    return order.attempts if order is not None else 1


def _person(event: Event, address: str) -> Person:
    if event.subject_id is None:
        return faces.GONE
    shown = faces.mask([Identifier("email", address)] if address else [])
    revealed = address if faces.may_see(event.subject_id) else ""
    return Person(event.subject_id, shown, revealed=revealed)


def _state(tx: Transaction, event: Event) -> tuple[str, str]:
    """Return how a letter stands: its own step knows whether the mail server took it."""
    if not event.data.get("body"):
        return "gone", ""
    step = event.data.get("step")
    row = tx.session.get(StepRow, (str(event.case_id), str(step))) if step else None
    if row is not None and row.progress == Progress.FAILED:
        return "failed", str(row.detail.get("why") or "")
    order = _order(tx, event)
    if order is not None and order.state != "done":
        failed = order.attempts > 0 and order.last_error
        return ("failed", order.last_error or "") if failed else ("waiting", "It goes out now")
    transport = event.data.get("transport") or tx.settings.mail.transport
    if transport == "by hand":
        return "queued", "There is no address: print it and post it"
    if transport == "outbox":
        return "queued", "No mail server is set up"
    return "sent", ""


def _body(desk: Desk, event: Event) -> str:
    text = str(event.data.get("body") or "")
    seen = event.subject_id is not None and faces.may_see(event.subject_id)
    by_hand = desk.engine.settings.mail.transport == "outbox"
    if seen and by_hand:  # the only way in which this letter can reach the person
        return text
    address = str(event.data.get("address") or "")
    greeting = text.partition("\n")[0].partition(" ")[2].strip(" ,:")
    return faces.redact(text, name=greeting, address=address, may_see=seen)


def _reference(tx: Transaction, event: Event) -> str:
    case = event.case_id or ""
    return case if case and tx.session.get(RequestRow, case) is not None else ""


ROUTES = (
    Route("/outbox", "outbox", show),
    Route("/outbox/<mail_id>", "mail", show_one),
    Route("/outbox/<mail_id>/retry", "retry_mail", retry, ("POST",)),
)
