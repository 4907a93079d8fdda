"""The row of a request, and what each event makes of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from privacy_engine.database import UtcDateTime
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.rights import rules
from privacy_engine.rights.rules import FINAL, Facts, State


class RequestRow(SQLModel, table=True):
    """A request. Text that people wrote is opened from `received_event` on read."""

    __tablename__ = "rights_request"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open','in_progress','fulfilled','partially_fulfilled','denied',"
            "'revoked','expired')",
            name="state_known",
        ),
    )

    reference: str = Field(primary_key=True, max_length=32)
    subject_id: str | None = Field(default=None, max_length=32, index=True)
    site: str = Field(max_length=64, index=True)
    right_code: str = Field(max_length=32)
    jurisdiction: str = Field(max_length=32)
    channel: str = Field(max_length=16)
    acting_for: str = Field(max_length=16)
    language: str = Field(max_length=35)
    workflow: str = Field(max_length=64)
    state: str = Field(max_length=24, index=True)
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    received_event: str = Field(max_length=26)
    duplicate_of: str | None = Field(default=None, max_length=32)
    acknowledge_due_on: date | None = None
    strict_due_on: date | None = Field(default=None, index=True)
    legal_due_on: date | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    verified_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    verified_by: str | None = Field(default=None, max_length=64)
    verification_sent: int = 0
    verification_failed: int = 0
    extended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    assigned_to: str | None = Field(default=None, max_length=64, index=True)
    decision: str | None = Field(default=None, max_length=32)
    decided_by: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ground: str | None = Field(default=None, max_length=64)
    citation: str | None = Field(default=None, max_length=200)
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    evidence: str = Field(default="", max_length=400)
    suspected_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    follows: str | None = Field(default=None, max_length=32)
    follows_why: str | None = Field(default=None, max_length=16)
    followed_by: str | None = Field(default=None, max_length=32)
    unread: int = 0
    appealed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    appeal_due_on: date | None = Field(default=None, index=True)
    appeal_outcome: str | None = Field(default=None, max_length=16)


PACKAGE = "package"
"""The method of an attempt to fetch a package, which is counted by itself."""

_ENDS = {
    "request.fulfilled": State.FULFILLED,
    "request.partially_fulfilled": State.PARTIALLY_FULFILLED,
    "request.denied": State.DENIED,
    "request.revoked": State.REVOKED,
    "request.expired": State.EXPIRED,
}


def received(event: Event) -> RequestRow:
    """Return the row that a request begins with."""
    data = event.data
    received_at = parse_instant(data["received_at"])
    facts = Facts(data["right"], data["jurisdiction"], received_at)
    return RequestRow(
        reference=data["case"],
        subject_id=event.subject_id,
        site=event.site,
        right_code=data["right"],
        jurisdiction=data["jurisdiction"],
        channel=data["channel"],
        acting_for=data["for"],
        language=data["language"],
        workflow=data["workflow"],
        state=State.OPEN,
        received_at=received_at,
        received_event=event.event_id,
        duplicate_of=data.get("duplicate_of"),
        follows=data.get("follows"),
        follows_why=data.get("why"),
        **_due(facts),
    )


def _due(facts: Facts) -> dict[str, Any]:
    answer, acknowledge = rules.answer_clock(facts), rules.acknowledge_clock(facts)
    return {
        "strict_due_on": answer.strict_due_on if answer else None,
        "legal_due_on": answer.legal_due_on if answer else None,
        "acknowledge_due_on": acknowledge.strict_due_on if acknowledge else None,
    }


def _ended(row: RequestRow, event: Event) -> Mapping[str, Any]:
    changes: dict[str, Any] = {"state": _ENDS[event.kind], "ended_at": event.recorded_at}
    if event.kind == "request.denied":
        changes |= {
            "decision": "deny",
            "decided_by": row.decided_by or event.actor,
            "decided_at": row.decided_at or event.recorded_at,
            "ground": event.data.get("clause") or row.ground,
            "citation": event.data.get("citation") or row.citation,
        }
    return changes


def _progress(row: RequestRow) -> str:
    return row.state if row.state in FINAL else State.IN_PROGRESS


def changes(row: RequestRow, event: Event) -> Mapping[str, Any]:
    """Return which columns an event changes, with their new values."""
    return _CHANGES.get(event.kind, _ended)(row, event)


def _paper(row: RequestRow, event: Event) -> Mapping[str, Any]:
    # What a colleague added, somebody has seen already.
    return {"unread": row.unread + (not event.actor.startswith("staff:"))}


def _verified(row: RequestRow, event: Event) -> Mapping[str, Any]:
    by = event.data.get("method")
    return {"verified_at": event.recorded_at, "verified_by": by, "state": _progress(row)}


def _failed(row: RequestRow, event: Event) -> Mapping[str, Any]:
    # A mistyped address at the door of the package says nothing about who asked.
    more = event.data.get("method") != PACKAGE
    return {"verification_failed": row.verification_failed + more}


def _extended(row: RequestRow, event: Event) -> Mapping[str, Any]:
    facts = Facts(row.right_code, row.jurisdiction, row.received_at, extended=True)
    return {"extended_at": event.recorded_at, **_due(facts)}


def _decided(row: RequestRow, event: Event) -> Mapping[str, Any]:
    data = event.data
    return {
        "decision": data.get("outcome"),
        "decided_by": event.actor,
        "decided_at": event.recorded_at,
        "ground": data.get("clause"),
        "citation": data.get("citation"),
        "state": _progress(row),
    }


def _given(row: RequestRow, event: Event) -> Mapping[str, Any]:
    given = {*filter(None, row.evidence.split("+")), *event.data["evidence"]}
    return {"evidence": "+".join(sorted(given)), "state": _progress(row)}


def _suspected(row: RequestRow, event: Event) -> Mapping[str, Any]:
    del row
    # What was shown so far may have been shown by somebody else: it no longer counts.
    nothing = {"verified_at": None, "verified_by": None, "evidence": ""}
    return {"suspected_at": event.recorded_at, **nothing}


def _appealed(row: RequestRow, event: Event) -> Mapping[str, Any]:
    received_at = parse_instant(event.data["received_at"])
    found = rules.appeal_clock(row.right_code, row.jurisdiction, received_at)
    due_on = found.strict_due_on if found else None
    return {"appealed_at": received_at, "appeal_due_on": due_on, "appeal_outcome": None}


def _came_back(row: RequestRow, event: Event) -> Mapping[str, Any]:
    del row, event
    # The answer keeps its day, and no clock runs for what came back after it.
    return {"state": State.IN_PROGRESS, "strict_due_on": None, "legal_due_on": None}


def _gone_again(row: RequestRow, event: Event) -> Mapping[str, Any]:
    if "outcome" not in event.data:  # another system still holds something
        return {}
    extended = row.extended_at is not None
    due = _due(Facts(row.right_code, row.jurisdiction, row.received_at, extended=extended))
    return {**due, "state": State(event.data["outcome"])}


_CHANGES: Mapping[str, Callable[[RequestRow, Event], Mapping[str, Any]]] = {
    "request.acknowledged": lambda row, event: {
        "acknowledged_at": event.recorded_at,
        "state": _progress(row),
    },
    "request.verification_sent": lambda row, _: {
        "verification_sent": row.verification_sent + 1,
        "state": _progress(row),
    },
    "request.verified": _verified,
    "request.verification_failed": _failed,
    "request.assigned": lambda _, event: {"assigned_to": event.data.get("approved_by")},
    "request.extended": _extended,
    "request.approved": _decided,
    "request.reopened": lambda _, event: {"followed_by": event.data.get("follow")},
    "request.evidence_given": _given,
    "request.suspected": _suspected,
    "request.message_received": lambda row, _: {"unread": row.unread + 1},
    "request.paper_received": _paper,
    "request.message_read": lambda *_: {"unread": 0},
    "request.appealed": _appealed,
    "system.came_back": _came_back,
    "system.gone_again": _gone_again,
    "request.appeal_decided": lambda _, event: {"appeal_outcome": event.data.get("outcome")},
}
KINDS = frozenset(("request.received", *_CHANGES, *_ENDS))
