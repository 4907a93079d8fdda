"""Letters: what went out, what waits, and each letter as it was written."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE
from privacy_engine.console.queue import pages
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event, Identifier
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.parts import Person
from privacy_engine.rights.register import RequestRow
from privacy_engine.transaction import Transaction
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
    number = max(request.args.get("page", 1, type=int), 1)
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
        event = tx.event(mail_id)
        if event.kind not in _KINDS:
            raise NotFound("There is no letter under this number.")
        row = _row(desk, tx, event)
        body = _body(desk, event)
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
        attempts=[(row.at, _tried(row.state))],
    )
    return desk.render("mail", mail=view, can_retry=False)


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
        attempts=1,
        detail=detail,
        reference=_reference(tx, event),
    )


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
)
