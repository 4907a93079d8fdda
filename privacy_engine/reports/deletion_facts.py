"""The facts of one deletion, read from the events of its case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from privacy_engine.errors import NotFound
from privacy_engine.instance.model import Content
from privacy_engine.law import deadlines, provisions
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.reports import filing
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import deletion_certificate
from privacy_engine.reports.kinds.deletion_certificate import (
    Approval,
    Clock,
    Deletion,
    Kept,
    Retained,
    SystemOutcome,
    Told,
    Verdict,
)
from privacy_engine.transaction import Transaction

BACKUP_HORIZON = timedelta(days=30)
_METHODS = {
    "sql": "rows deleted or anonymised in one transaction",
    "webhook": "the system was asked by a signed call, and answered",
    "manual": "a person did it and attested to it",
}
_VERIFIED = {
    "email_link": "by a link sent to the address",
    "account": "by signing in to the account again",
    "officer": "by an officer, who recorded how",
}


@dataclass
class _System:
    """What the events say about one system, gathered in order."""

    before: int | None = None
    removed: int | None = None
    after: int | None = None
    verdict: str = ""
    searched_at: datetime | None = None
    retained: list[Mapping[str, Any]] = field(default_factory=list)


def certificate(tx: Transaction, case: str) -> Report:
    """Return the deletion certificate of a case.

    Raises:
        NotFound: the case is no request, or its record reached the end of its retention.
    """
    events = tx.events_of_case(case)
    deletion = _deletion(tx, case, events)
    head = filing.log_head(tx)
    drawn = Drawn(
        number=filing.number_for(deletion_certificate.KIND, case),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(Filter("Request", f"the one request {case}"),),
            row_count=len(deletion.systems),
            unit="system",
            log=head,
            finer=True,
        ),
        entries=filing.entries(tx, events),
    )
    return deletion_certificate.build(deletion, drawn)


def _deletion(tx: Transaction, case: str, events: Sequence[Event]) -> Deletion:
    received = _first(events, "request.received")
    if received is None or "right" not in received.data:
        raise NotFound("there is no record of a deletion under this reference")
    zone = tx.settings.zone
    jurisdiction = str(received.data["jurisdiction"])
    received_at = parse_instant(received.data["received_at"])
    erased = _first(events, "subject.erased")
    last = max(
        (e.recorded_at for e in events if e.kind.startswith("system.")), default=received_at
    )
    completed_at = erased.recorded_at if erased else last
    right = {item.code: item for item in provisions.rights(jurisdiction)}.get("delete")
    return Deletion(
        reference=case,
        subject_key="destroyed with the person's data" if erased else "held until erasure",
        basis="the person asked to delete what we hold about them",
        basis_citation=right.citation if right else "",
        verification=_verification(events),
        received_at=received_at.astimezone(zone),
        completed_at=completed_at.astimezone(zone),
        systems=_systems(tx, events),
        clocks=_clocks(events, received_at, tx=tx),
        approvals=_approvals(events, tx=tx),
        kept=_kept(),
        told=_told(events, tx=tx),
        keys_destroyed_at=erased.recorded_at.astimezone(zone) if erased else None,
        backup_horizon_on=(completed_at + BACKUP_HORIZON).astimezone(zone).date(),
    )


def _first(events: Sequence[Event], kind: str) -> Event | None:
    return next((event for event in events if event.kind == kind), None)


def _verification(events: Sequence[Event]) -> str:
    event = _first(events, "request.verified")
    if event is None:
        return "not verified"
    tier = str(event.data.get("tier", "")).replace("_", " ")
    method = str(event.data.get("method", ""))
    return f"{tier} degree of certainty, {_VERIFIED.get(method, method)}"


def _systems(tx: Transaction, events: Sequence[Event]) -> tuple[SystemOutcome, ...]:
    gathered: dict[str, _System] = {}
    for event in events:
        if event.kind in {"system.searched", "system.deleted"}:
            _gather(gathered.setdefault(str(event.data["system"]), _System()), event)
    return tuple(
        _outcome(tx.content, code, system, tx=tx) for code, system in sorted(gathered.items())
    )


def _gather(system: _System, event: Event) -> None:
    data = event.data
    if event.kind == "system.deleted":
        system.removed = int(data.get("removed") or 0)
        system.retained = list(data.get("retained") or [])
    elif data.get("phase") == "before":
        system.before = int(data.get("found") or 0)
    else:
        searchable = data.get("verdict") != "not_searchable"
        system.after = int(data.get("found") or 0) if searchable else None
        system.verdict = str(data.get("verdict") or "")
        system.searched_at = event.recorded_at


def _outcome(content: Content, code: str, system: _System, *, tx: Transaction) -> SystemOutcome:
    declared = content.system(code)
    verdict = Verdict(system.verdict.replace("_", " ") or Verdict.NOT_SEARCHABLE)
    if verdict is Verdict.ERASED and system.retained:
        verdict = Verdict.RETAINED
    searched = system.searched_at.astimezone(tx.settings.zone) if system.searched_at else None
    return SystemOutcome(
        title=declared.title,
        found_before=system.before,
        removed=system.removed,
        found_after=system.after,
        verdict=verdict,
        method=_METHODS.get(str(declared.connector), str(declared.connector)),
        searched_at=searched,
        retained=tuple(_retained(content, item) for item in system.retained),
    )


def _retained(content: Content, item: Mapping[str, Any]) -> Retained:
    until = str(item.get("until") or "")
    return Retained(
        count=int(item["count"]),
        what=content.series(str(item["series"])).title,
        ground=str(item["ground"]),
        citation=str(item["citation"]),
        until_on=date.fromisoformat(until) if until else None,
        until_words="" if until else "its ground ends",
    )


def _clocks(
    events: Sequence[Event], received_at: datetime, *, tx: Transaction
) -> tuple[Clock, ...]:
    answered = [
        e
        for e in events
        if e.kind in {"request.fulfilled", "request.partially_fulfilled", "request.denied"}
    ]
    done = {
        "CA-ACK": _first(events, "request.acknowledged"),
        "CA-RESP": answered[0] if answered else None,
    }
    words = {"CA-ACK": "Confirm receipt", "CA-RESP": "Answer"}
    clocks = []
    for duty, event in done.items():
        deadline = deadlines.due(duty, received_at)
        on = event.recorded_at.astimezone(tx.settings.zone).date() if event else None
        clocks.append(Clock(words[duty], deadline.strict_due_on, deadline.citation, on))
    return tuple(clocks)


_ACTS = {"request.approved": "Decided", "request.assigned": "Took the request on"}


def _approvals(events: Sequence[Event], *, tx: Transaction) -> tuple[Approval, ...]:
    found = []
    for event in events:
        if event.kind in _ACTS:
            role, _, name = event.actor.partition(":")
            found.append(
                Approval(
                    _ACTS[event.kind],
                    role,
                    name[:8] or "engine",
                    event.recorded_at.astimezone(tx.settings.zone),
                )
            )
    return tuple(found)


def _told(events: Sequence[Event], *, tx: Transaction) -> tuple[Told, ...]:
    found = []
    for event in events:
        if event.kind == "recipient.told":
            recipient = tx.content.recipient(str(event.data["recipient"]))
            at = event.recorded_at.astimezone(tx.settings.zone)
            acknowledged = at if event.data.get("outcome") == "acknowledged" else None
            found.append(
                Told(recipient.title, str(recipient.role).replace("_", " "), at, acknowledged)
            )
    return tuple(found)


def _kept() -> tuple[Kept, ...]:
    return (
        Kept(
            "The record of this request",
            "to show that and how it was answered",
            "11 CCR 7101(a)",
            "24 months after the answer",
        ),
        Kept(
            "A keyed hash of each identifier",
            "so that the person stays deleted",
            "Civ. Code 1798.105(c)(2)",
            "while the service runs",
        ),
    )
