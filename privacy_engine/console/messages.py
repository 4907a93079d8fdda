"""The archive of messages: each stays sealed until somebody says why they read it.

Sharing one with colleagues or advisors is a disclosure, with recipient and ground, in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlmodel import col

from privacy_engine.children import register as children
from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route
from privacy_engine.disclosures import actions as disclosures
from privacy_engine.disclosures.actions import Making
from privacy_engine.errors import Conflict, EngineError, NotFound
from privacy_engine.log.event import Event, identifiers_from_data
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.parts import Choice, Pages, Person
from privacy_engine.transaction import Transaction

_MOST = 200
_LONGEST_REASON = 200
_IN_SPITE = frozenset({"audit", "legal_process", "safety"})
"""The grounds on which the words of somebody under a child's case may be passed on."""


@dataclass(frozen=True)
class MessageRow:
    """One message in the list, or the one that was opened; `text` is empty until then."""

    event_id: str
    at: datetime
    channel: str
    person: Person
    kinds: tuple[str, ...]
    openings: int
    text: str = ""


def show(desk: Desk) -> ResponseReturnValue:
    """List the messages, those that were set apart marked; no word of any is shown."""
    with desk.engine.reading() as tx:
        rows = _rows(desk, tx)
        return desk.render(
            "messages",
            rows=rows,
            population=desk.population(tx, len(rows), "message"),
            pages=Pages(1, len(rows), len(rows)),
        )


def show_one(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Show what is known of one message, and ask why it is to be read."""
    return _page(desk, event_id)


def open_one(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Show the words of one message; that, by whom and why is an event before anything is seen."""
    reason = request.form.get("reason", "").strip()[:_LONGEST_REASON]
    if not reason:
        return _page(desk, event_id, errors={"reason": "Say in a sentence why."}), 422

    def work(tx: Transaction) -> None:
        _message(tx, event_id)
        tx.append("message.opened", {"opened_event": event_id, "reason": reason})

    desk.act(work)
    return _page(desk, event_id, opened=True)


def share(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Write into the ledger that a message is shared with a recipient, and why."""

    def work(tx: Transaction) -> None:
        message = _message(tx, event_id)
        if message.subject_id is None:
            raise NotFound("This message was deleted with its writer.")
        _refuse_frozen(tx, message.subject_id, basis=request.form.get("basis", ""))
        making = Making(
            recipient=request.form.get("recipient", ""),
            # What was set apart is sensitive, and goes only to whom that is declared for.
            categories=("A", "L") if event_id in _flags(tx) else ("A",),
            purpose=request.form.get("purpose", ""),
            basis=request.form.get("basis", ""),
            document=request.form.get("document", "").strip(),
        )
        disclosures.make(tx, message.subject_id, making)

    try:
        desk.act(work)
    except EngineError as fault:
        words = f"{fault.detail[:1].upper()}{fault.detail[1:].rstrip('.')}."
        return _page(desk, event_id, errors={"recipient": words}), 422
    desk.say("Written into the ledger of disclosures. Now you may pass it on.")
    return _page(desk, event_id)


def _refuse_frozen(tx: Transaction, subject_id: str, *, basis: str) -> None:
    """Refuse to pass on what a child under a case wrote, but for the case's own sake.

    Source: 16 CFR 312.3, 312.5(a)(1); the freeze holds until a person has decided.
    """
    if basis not in _IN_SPITE and children.open_case_of(tx.session, tx.person(subject_id)):
        raise Conflict(
            "the writer may be a child, and nothing of theirs is passed on: only for advice, "
            "by order of a court or the law, or where somebody is in danger"
        )


def _page(
    desk: Desk, event_id: str, *, errors: dict[str, str] | None = None, opened: bool = False
) -> str:
    content = desk.engine.content
    with desk.engine.reading() as tx:
        message = _message(tx, event_id)
        row = _row(desk, tx, message, _Marks(_flags(tx), _openings(tx)))
        text = str(message.data.get("text") or "") if opened else ""
        return desk.render(
            "message",
            row=row,
            text=text,
            errors=errors or {},
            reason=request.form.get("reason", ""),
            document=request.form.get("document", ""),
            recipients=[Choice(item.code, item.title) for item in content.recipients],
            purposes=[Choice(item.code, item.title) for item in content.purposes],
            bases=[
                Choice(code, words)
                for code, words in (
                    ("service_provider", "They work for us under contract"),
                    ("audit", "An audit, or advice that we asked for"),
                    ("legal_process", "A court or the law demands it"),
                    ("safety", "Somebody is in danger"),
                    ("consent", "The writer agreed"),
                )
            ],
            may=desk.may("open_message"),
        )


def _message(tx: Transaction, event_id: str) -> Event:
    event = tx.event(event_id)
    if event.kind != "message.received":
        raise NotFound("There is no such message.")
    return event


def _rows(desk: Desk, tx: Transaction) -> list[MessageRow]:
    marks = _Marks(_flags(tx), _openings(tx))
    messages = _newest(tx, "message.received")
    return [_row(desk, tx, item, marks) for item in messages if item.subject_id]


@dataclass(frozen=True)
class _Marks:
    """What is known of messages, by their event: why set apart, and how often read."""

    flags: Mapping[str, tuple[str, ...]]
    openings: Mapping[str, int]


def _row(desk: Desk, tx: Transaction, event: Event, marks: _Marks) -> MessageRow:
    named = identifiers_from_data(event.data.get("subject"))
    person = (
        Person(event.subject_id, faces.mask(named))
        if named and event.subject_id
        else faces.of_subject(tx, event.subject_id)
    )
    return MessageRow(
        event_id=event.event_id,
        at=desk.local(event.recorded_at),
        channel=str(event.data.get("channel") or "").replace("_", " "),
        person=person,
        kinds=marks.flags.get(event.event_id, ()),
        openings=marks.openings.get(event.event_id, 0),
    )


def _flags(tx: Transaction) -> dict[str, tuple[str, ...]]:
    return {
        str(event.data["message"]): tuple(
            str(kind).replace("_", " ") for kind in event.data.get("kinds") or ()
        )
        for event in _newest(tx, "message.quarantined")
    }


def _openings(tx: Transaction) -> dict[str, int]:
    counts: dict[str, int] = {}
    for event in _newest(tx, "message.opened"):
        opened = str(event.data.get("opened_event") or "")
        counts[opened] = counts.get(opened, 0) + 1
    return counts


def _newest(tx: Transaction, kind: str) -> list[Event]:
    ids = tx.session.execute(
        select(LogEventRow.event_id)  # type: ignore[call-overload]
        .where(col(LogEventRow.kind) == kind)
        .order_by(col(LogEventRow.event_id).desc())
        .limit(_MOST)
    ).scalars()
    return tx.read(list(ids))


ROUTES = (
    Route("/messages", "messages", show),
    Route("/messages/<event_id>", "message", show_one),
    Route("/messages/<event_id>/open", "open_message", open_one, ("POST",)),
    Route("/messages/<event_id>/share", "share_message", share, ("POST",)),
)
