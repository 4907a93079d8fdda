"""The log as officers read it: newest first, and one event with its parts and its proof."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlmodel import col

from privacy_engine.consent import evidence
from privacy_engine.console import listing
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.queue import pages
from privacy_engine.errors import VerificationError
from privacy_engine.log import checkpoint, merkle
from privacy_engine.log.catalogue import CATALOGUE
from privacy_engine.log.event import Event, Scope, encode
from privacy_engine.log.proof import LogProof
from privacy_engine.log.sequencer import Head, Placed
from privacy_engine.log.tables import LogEntryRow, LogEventRow, SealedPartRow
from privacy_engine.look.parts import Choice
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction

_PAGE = 50
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SCOPES = {
    Scope.INSTANCE: "about nobody; kept as long as the log",
    Scope.PERSON: "personal; destroyed with the person",
    Scope.CASE: "of the case; kept for its own time",
    Scope.PROOF: "proof of consent; kept until its day",
    Scope.RESCAN: "for searching again; destroyed after the last search",
}


@dataclass(frozen=True)
class EventRow:
    """One event in the list."""

    event_id: str
    position: int | None
    type: str
    at: datetime
    source: str
    subject: str
    state: str


@dataclass(frozen=True)
class EventFilters:
    """What was asked for."""

    type: str
    subject: str
    on: str


@dataclass(frozen=True)
class PartLine:
    """One field of an event, under which seal it lies, and what it says where that may be seen."""

    name: str
    state: str
    words: str


@dataclass(frozen=True)
class EventView:
    """One event."""

    event_id: str
    type: str
    source: str
    source_id: str
    leaf_hash: str
    position: int | None
    tree_size: int
    root: str
    recorded_at: datetime
    occurred_at: datetime
    subject: str
    reference: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show one page of the log."""
    asked = EventFilters(
        request.args.get("type", ""),
        request.args.get("subject", "").strip(),
        request.args.get("on", ""),
    )
    number = listing.page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        statement = _filtered(desk, asked)
        total = int(
            tx.session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
        )
        ids = list(
            tx.session.execute(
                statement.order_by(col(LogEventRow.event_id).desc())
                .limit(_PAGE)
                .offset((number - 1) * _PAGE)
            ).scalars()
        )
        rows = _rows(desk, tx, ids)
        said = [f"{name}: {value}" for name, value in vars(asked).items() if value]
        return desk.render(
            "events",
            rows=rows,
            filters=asked,
            types=[
                Choice("", "Any", chosen=not asked.type),
                *[Choice(kind, kind, chosen=kind == asked.type) for kind in sorted(CATALOGUE)],
            ],
            population=desk.population(tx, total, "event", *said),
            pages=pages(number, total, len(rows)),
        )


def _filtered(desk: Desk, asked: EventFilters) -> Select[Any]:
    statement = select(LogEventRow.event_id)  # type: ignore[call-overload]
    if asked.type:
        statement = statement.where(col(LogEventRow.kind) == asked.type)
    if asked.subject:
        mine = select(SealedPartRow.event_id).where(col(SealedPartRow.key_id) == asked.subject)  # type: ignore[call-overload]
        statement = statement.where(col(LogEventRow.event_id).in_(mine))
    day = _day(asked.on)
    if day is not None:
        # An event id begins with its moment, so a day is a range of the primary key.
        zone = desk.engine.settings.zone
        first = datetime.combine(day, time.min, tzinfo=zone)
        last = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
        statement = statement.where(
            col(LogEventRow.event_id) >= _first_id(first),
            col(LogEventRow.event_id) < _first_id(last),
        )
    return statement  # type: ignore[no-any-return]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _first_id(moment: datetime) -> str:
    """Return the smallest id that an event of this millisecond can have: a ULID of zeros."""
    number = int(moment.timestamp() * 1000)
    digits = "".join(_CROCKFORD[(number >> (5 * at)) & 31] for at in range(9, -1, -1))
    return digits + "0" * 16


def _rows(desk: Desk, tx: Transaction, ids: list[str]) -> list[EventRow]:
    found = tx.session.execute(
        select(LogEntryRow.event_id, LogEntryRow.position).where(  # type: ignore[call-overload]
            col(LogEntryRow.event_id).in_(ids)
        )
    )
    positions = {event_id: position for event_id, position in found}  # noqa: C416  rows
    return [
        EventRow(
            event.event_id,
            positions.get(event.event_id),
            event.kind,
            desk.local(event.recorded_at),
            event.site,
            event.subject_id or "",
            "gone"
            if event.erased
            else "proven"
            if event.event_id in positions
            else "not_sequenced",
        )
        for event in tx.read(ids)
    ]


def show_one(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Show one event: where it stands, what it seals, what of that still exists."""
    with desk.engine.reading() as tx:
        event = tx.event(event_id)
        row = tx.session.get_one(LogEventRow, event_id)
        head, placed = tx.head(), tx.place(event_id)
        return desk.render(
            "event",
            event=_view(desk, tx, event, row=row, placed=placed, head=head),
            envelope=orjson.dumps(orjson.loads(row.leaf), option=orjson.OPT_INDENT_2).decode(),
            parts=parts_of(event),
            proof=proof_text(placed, head),
            proof_ok=proof_holds(placed, head),
            has_evidence=evidence.has(tx, event_id),
        )


def _view(
    desk: Desk,
    tx: Transaction,
    event: Event,
    *,
    row: LogEventRow,
    placed: Placed | None,
    head: Head,
) -> EventView:
    root = checkpoint.parse_unverified(head.note.encode())[0].root if head.note else b""
    case = event.case_id or ""
    known = bool(case) and tx.session.get(RequestRow, case) is not None
    return EventView(
        event_id=event.event_id,
        type=event.kind,
        source=event.site,
        source_id=event.actor,
        leaf_hash=encode(row.leaf_hash),
        position=placed.position if placed else None,
        tree_size=head.size,
        root=encode(root),
        recorded_at=desk.local(event.recorded_at),
        occurred_at=desk.local(event.occurred_at),
        subject=event.subject_id or "",
        reference=case if known else "",
    )


def parts_of(event: Event) -> list[PartLine]:
    """Return the fields; what is personal is named here and read on the request, masked."""
    declared = CATALOGUE[event.kind].fields
    lines = []
    for field in declared:
        if field.name in event.data:
            value = event.data[field.name]
            hidden = field.scope in {Scope.PERSON, Scope.RESCAN}
            shown = "" if hidden else f"{_plain(value)} · "
            lines.append(PartLine(field.name, "ok", shown + _SCOPES[field.scope]))
        elif field.scope in event.erased and field.required:
            lines.append(PartLine(field.name, "gone", _SCOPES[field.scope]))
    if "subject" in event.data:
        lines.append(PartLine("subject", "ok", "identifiers; " + _SCOPES[Scope.PERSON]))
    lines += [
        PartLine(f"whole {scope} part", "gone", _SCOPES[scope]) for scope in sorted(event.erased)
    ]
    return lines


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 200 else text[:200] + "…"


def proof_text(placed: Placed | None, head: Head) -> str:
    """Return the C2SP proof of an entry, nothing while it has no position."""
    if placed is None:
        return ""
    return bytes(LogProof(placed.position, placed.proof, head.note.encode())).decode()


def proof_holds(placed: Placed | None, head: Head) -> bool | None:
    """Return whether the proof of an entry fits the published root, None without either."""
    if placed is None or not head.note:
        return None
    root = checkpoint.parse_unverified(head.note.encode())[0].root
    try:
        merkle.verify_inclusion(
            placed.position, placed.size, placed.leaf_hash, proof=placed.proof, root=root
        )
    except VerificationError:
        return False
    return True


ROUTES = (
    Route("/events", "events", show),
    Route("/events/<event_id>", "event", show_one),
)
