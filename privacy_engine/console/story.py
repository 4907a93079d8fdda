"""The timeline of a case, from its events."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.console import faces, proofs, staff, story_words
from privacy_engine.console.desk import Desk
from privacy_engine.log.event import Event, encode
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.look.parts import Entry
from privacy_engine.transaction import Transaction

Kind = Literal["event", "note", "message_in", "message_out"]
_KINDS: Mapping[str, Kind] = {
    "request.noted": "note",
    "message.sent": "message_out",
    "message.received": "message_in",
    "request.message_received": "message_in",
    "request.appealed": "message_in",
}
SHOWN: Mapping[str, frozenset[str]] = {
    "all": frozenset({"event", "note", "message_in", "message_out"}),
    "event": frozenset({"event"}),
    "message": frozenset({"message_in", "message_out"}),
    "note": frozenset({"note"}),
}
_LETTERS = frozenset({"message.sent", "message.received", "request.message_received"})
_CLIPPED = 240
_QUIET = frozenset({"rescan.prepared", "step.reopened", "workflow.started"})


def entries(desk: Desk, tx: Transaction, events: Sequence[Event]) -> list[Entry]:
    """Return events as a timeline, newest first."""
    told = [event for event in events if event.kind not in _QUIET and not _is_noise(event)]
    places = _places(tx, [event.event_id for event in told])
    names = staff.names(tx, [_staff_of(event) for event in told if _staff_of(event)])
    name = next((str(e.data.get("name") or "") for e in events), "")
    steps = _step_titles(desk, events)
    found = []
    for event, times in _runs_of_failures(told):
        position, leaf = places.get(event.event_id, (None, ""))
        title, body = story_words.said(desk, event, steps)
        title = f"{title} ({times} times)" if times > 1 else title
        if event.kind in _LETTERS:
            body = _clip(_redacted(event, body, name=name))
        found.append(
            Entry(
                kind=_KINDS.get(event.kind, "event"),
                at=desk.local(event.recorded_at),
                actor=_actor(event, names),
                title=title,
                body=body,
                event_id=event.event_id,
                position=position,
                leaf_hash=leaf,
                anchor=f"e-{event.event_id}",
            )
        )
    return found


def _runs_of_failures(events: Sequence[Event]) -> Iterator[tuple[Event, int]]:
    """Yield events, newest first, each with how often it stands for the same in one row of tries.

    A system that is away for days is asked 26 times, and the page would tell of little else.
    """
    for failing, run in groupby(reversed(events), key=lambda event: event.kind in _FAILURES):
        row = list(run)
        same = Counter(map(_failure, row)) if failing else Counter()
        told: set[tuple[str, ...]] = set()
        for event in row:
            if not failing:
                yield event, 1
            elif _failure(event) not in told:
                told.add(_failure(event))
                yield event, same[_failure(event)]


def _failure(event: Event) -> tuple[str, ...]:
    said = (event.data.get(name) for name in ("system", "step", "message"))
    return (event.kind, *map(str, said), str((event.data.get("detail") or {}).get("why")))


def _redacted(event: Event, body: str, *, name: str) -> str:
    seen = event.subject_id is not None and faces.may_see(event.subject_id)
    address = str(event.data.get("address") or "")
    return faces.redact(body, name=name, address=address, may_see=seen)


def _clip(text: str) -> str:
    """Return the beginning of a letter; the whole of it is in the outbox."""
    text = " ".join(text.split())
    return text if len(text) <= _CLIPPED else text[:_CLIPPED].rsplit(" ", 1)[0] + " …"


_FAILURES = frozenset({"system.failed", "step.failed"})


def _is_noise(event: Event) -> bool:
    # A step that sends or decides has an event of its own beside it, which says more.
    shown = event.data.get("evidence")
    if event.kind == "request.evidence_given" and shown and not proofs.in_words(shown):
        return True  # the declaration, which has an event of its own
    outcome = event.data.get("outcome")
    return event.kind in {"step.done", "step.waiting"} and outcome != "time"


def _places(tx: Transaction, event_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = tx.session.execute(
        select(LogEntryRow.event_id, LogEntryRow.position, LogEventRow.leaf_hash)  # type: ignore[call-overload]
        .join(LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id))
        .where(col(LogEntryRow.event_id).in_(list(event_ids)))
    )
    return {event_id: (position, encode(leaf)) for event_id, position, leaf in rows}


def _staff_of(event: Event) -> str:
    role, _, name = event.actor.partition(":")
    return name if role == "staff" else ""


def _actor(event: Event, names: Mapping[str, str]) -> str:
    role, _, name = event.actor.partition(":")
    if role == "staff":
        return names.get(name, "a former colleague")
    if name.startswith("agent:"):
        return f"The service {name.removeprefix('agent:')}"
    if name == "task-link":
        return "Whoever has the link of the task"
    return {"engine": "Engine", "subject": "The person"}.get(role, name or role)


def _step_titles(desk: Desk, events: Sequence[Event]) -> Mapping[str, str]:
    """Return what the steps are called in the workflow of a case."""
    code = next((e.data["workflow"] for e in events if e.kind == "workflow.started"), None)
    flows = [flow for flow in desk.engine.content.workflows if flow.code == code]
    return {step.code: step.title for flow in flows for step in flow.steps}
