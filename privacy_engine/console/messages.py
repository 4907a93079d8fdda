"""The archive of messages: each stays sealed until somebody says why they read it.

Sharing one with colleagues or advisors is a disclosure, with recipient and ground, in the ledger.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from privacy_engine.children import register as children
from privacy_engine.console import faces, listing
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.queue import pages
from privacy_engine.disclosures import actions as disclosures
from privacy_engine.disclosures.actions import Making
from privacy_engine.errors import Conflict, EngineError, NotFound
from privacy_engine.log.event import Event, Scope, identifiers_from_data
from privacy_engine.log.tables import LogEventRow, SealedPartRow, VaultKeyRow
from privacy_engine.look.parts import Choice, Person
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import sensitive_text

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
    number = listing.page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        count = select(func.count()).select_from(_living().subquery())
        total = int(tx.session.execute(count).scalar_one())
        newest = (
            _living()
            .order_by(col(LogEventRow.event_id).desc())
            .limit(listing.PAGE)
            .offset((number - 1) * listing.PAGE)
        )
        messages = tx.read(list(tx.session.execute(newest).scalars()))
        marks = _marks(tx, messages)
        rows = [_row(desk, tx, item, marks) for item in messages]
        return desk.render(
            "messages",
            rows=rows,
            population=desk.population(tx, total, "message"),
            pages=pages(number, total, len(rows)),
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
            categories=("A", "L") if sensitive_text.kinds_set_apart(tx, [message]) else ("A",),
            purpose=request.form.get("purpose", ""),
            basis=request.form.get("basis", ""),
            document=request.form.get("document", "").strip(),
        )
        _refuse_undeclared(tx, making)
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


def _refuse_undeclared(tx: Transaction, making: Making) -> None:
    """Say in plain words where what was set apart may not go."""
    recipient = tx.content.recipient(making.recipient)
    if set(making.categories) - set(recipient.categories):
        raise Conflict(
            "the message was set apart as sensitive, and the list of recipients does not let "
            f"{recipient.title} have such information: choose somebody else"
            if "L" in making.categories
            else f"the list of recipients does not let {recipient.title} have what people write"
        )


def _page(
    desk: Desk, event_id: str, *, errors: dict[str, str] | None = None, opened: bool = False
) -> str:
    content = desk.engine.content
    with desk.engine.reading() as tx:
        message = _message(tx, event_id)
        row = _row(desk, tx, message, _marks(tx, [message]))
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
            may_share=desk.may("share_message"),
        )


def _message(tx: Transaction, event_id: str) -> Event:
    event = tx.event(event_id)
    if event.kind != "message.received":
        raise NotFound("There is no such message.")
    return event


def _living() -> Select[Any]:
    """Return the messages whose writer was not erased, and which no retention destroyed."""
    held = (
        select(SealedPartRow.event_id)  # type: ignore[call-overload]
        .join(VaultKeyRow, col(VaultKeyRow.key_id) == col(SealedPartRow.key_id))
        .where(col(SealedPartRow.scope) == Scope.PERSON)
    )
    return select(LogEventRow.event_id).where(  # type: ignore[call-overload,no-any-return]
        col(LogEventRow.kind) == "message.received", col(LogEventRow.event_id).in_(held)
    )


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


def _marks(tx: Transaction, messages: Sequence[Event]) -> _Marks:
    """Return what is known of these messages, however much happened since."""
    if not messages:
        return _Marks({}, {})
    apart = sensitive_text.kinds_set_apart(tx, messages)
    flags = {
        message: tuple(kind.replace("_", " ") for kind in kinds)
        for message, kinds in apart.items()
    }
    # Nobody opens a message before it came, and an event id begins with its moment.
    since = col(LogEventRow.event_id) > min(item.event_id for item in messages)
    openings = Counter(
        str(event.data.get("opened_event")) for event in _of(tx, "message.opened", since)
    )
    return _Marks(flags, openings)


def _of(tx: Transaction, kind: str, which: ColumnElement[bool]) -> list[Event]:
    statement = select(LogEventRow.event_id).where(col(LogEventRow.kind) == kind, which)  # type: ignore[call-overload]
    return tx.read(list(tx.session.execute(statement).scalars()))


ROUTES = (
    Route("/messages", "messages", show),
    Route("/messages/<event_id>", "message", show_one),
    Route("/messages/<event_id>/open", "open_message", open_one, ("POST",)),
    Route("/messages/<event_id>/share", "share_message", share, ("POST",)),
)
