"""The request queue: one row per request, without anything that the person wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import UtcDateTime
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.rights import rules
from privacy_engine.rights.rules import FINAL, Clock, Facts, State
from privacy_engine.transaction import Transaction


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


@dataclass(frozen=True)
class Request:
    """A request as everybody else reads it; the fields are those of its row."""

    reference: str
    subject_id: str | None
    site: str
    right: str
    jurisdiction: str
    channel: str
    acting_for: str
    language: str
    workflow: str
    state: State
    received_at: datetime
    received_event: str
    duplicate_of: str | None
    strict_due_on: date | None
    legal_due_on: date | None
    acknowledge_due_on: date | None
    acknowledged_at: datetime | None
    verified_at: datetime | None
    verified_by: str | None
    verification_sent: int
    verification_failed: int
    extended_at: datetime | None
    assigned_to: str | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    ground: str | None
    citation: str | None
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether nothing more is due."""
        return self.state in FINAL

    @property
    def facts(self) -> Facts:
        """What the rules need to know."""
        return Facts(
            self.right,
            self.jurisdiction,
            self.received_at,
            self.state,
            verified=self.verified_at is not None,
            extended=self.extended_at is not None,
            acting_for=self.acting_for,
        )

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks, with their proofs."""
        return rules.clocks(self.facts)


_ENDS = {
    "request.fulfilled": State.FULFILLED,
    "request.partially_fulfilled": State.PARTIALLY_FULFILLED,
    "request.denied": State.DENIED,
    "request.revoked": State.REVOKED,
    "request.expired": State.EXPIRED,
}
_OTHER = (
    "request.received",
    "request.acknowledged",
    "request.verification_sent",
    "request.verified",
    "request.verification_failed",
    "request.assigned",
    "request.extended",
    "request.approved",
    "request.reopened",
)


class RequestRegister:
    """Applies the events of requests."""

    name = "rights"
    tables = (RequestRow,)
    kinds = frozenset((*_ENDS, *_OTHER))

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the queue up to date."""
        for event in events:
            reference = event.data.get("case")
            if reference is None:
                continue  # the case reached the end of its own retention
            if event.kind == "request.received":
                session.add(_received(event))
                session.flush()
                continue
            row = session.get(RequestRow, reference)
            if row is not None:
                for name, value in _changes(row, event).items():
                    setattr(row, name, value)
                session.add(row)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Let go of the person; what the case must show for its own lifetime stays."""
        del event_ids
        session.execute(
            update(RequestRow)
            .where(col(RequestRow.subject_id).in_(list(subject_ids)))
            .values(subject_id=None)
        )


def _received(event: Event) -> RequestRow:
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
        **_due(facts),
    )


def _due(facts: Facts) -> dict[str, Any]:
    answer, acknowledge = rules.answer_clock(facts), rules.acknowledge_clock(facts)
    return {
        "strict_due_on": answer.strict_due_on if answer else None,
        "legal_due_on": answer.legal_due_on if answer else None,
        "acknowledge_due_on": acknowledge.strict_due_on if acknowledge else None,
    }


def _changes(row: RequestRow, event: Event) -> Mapping[str, Any]:  # noqa: C901, PLR0911  flat
    at, data = event.recorded_at, event.data
    match event.kind:
        case "request.acknowledged":
            return {"acknowledged_at": at, "state": _progress(row)}
        case "request.verification_sent":
            return {"verification_sent": row.verification_sent + 1, "state": _progress(row)}
        case "request.verified":
            return {"verified_at": at, "verified_by": data.get("method"), "state": _progress(row)}
        case "request.verification_failed":
            return {"verification_failed": row.verification_failed + 1}
        case "request.assigned":
            return {"assigned_to": data.get("approved_by")}
        case "request.extended":
            facts = Facts(row.right_code, row.jurisdiction, row.received_at, extended=True)
            return {"extended_at": at, **_due(facts)}
        case "request.approved":
            return {
                "decision": data.get("outcome"),
                "decided_by": event.actor,
                "decided_at": at,
                "ground": data.get("clause"),
                "citation": data.get("citation"),
                "state": _progress(row),
            }
        case "request.reopened":
            return {"state": State.IN_PROGRESS, "ended_at": None, "decision": None}
        case _:
            return _ended(row, event)


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


REGISTER = RequestRegister()


# Queries ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """Which requests to list; empty fields do not filter. Days are the controller's."""

    states: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    site: str = ""
    assigned_to: str = ""
    due_until: date | None = None
    references: tuple[str, ...] = ()
    unacknowledged: bool = False
    unverified: bool = False


OPEN_STATES = (State.OPEN, State.IN_PROGRESS)


def get(session: Session, reference: str) -> Request:
    """Return one request.

    Raises:
        NotFound: there is none with this reference.
    """
    row = session.get(RequestRow, reference)
    if row is None:
        raise NotFound("there is no request with this reference")
    return _as_request(row)


def subject_of(tx: Transaction, case: str) -> str | None:
    """Return whom a request is about; None once erased, or when the case is no request."""
    row = tx.session.get(RequestRow, case)
    return row.subject_id if row else None


def search(
    session: Session, wanted: Filter, *, limit: int = 100, offset: int = 0
) -> list[Request]:
    """Return requests by the day on which the careful reading wants the answer, soonest first."""
    statement = (
        _filtered(select(RequestRow), wanted)
        .order_by(
            col(RequestRow.strict_due_on).is_(None),
            col(RequestRow.strict_due_on),
            col(RequestRow.received_at),
            col(RequestRow.reference),
        )
        .limit(limit)
        .offset(offset)
    )
    return [_as_request(row) for row in session.execute(statement).scalars()]


def count(session: Session, wanted: Filter) -> int:
    """Return how many requests a filter finds."""
    statement = _filtered(select(func.count()).select_from(RequestRow), wanted)
    return int(session.execute(statement).scalar_one())


def of_subjects(session: Session, subject_ids: Sequence[str]) -> list[Request]:
    """Return the requests of a person, newest first."""
    statement = (
        select(RequestRow)
        .where(col(RequestRow.subject_id).in_(list(subject_ids)))
        .order_by(col(RequestRow.received_at).desc(), col(RequestRow.reference))
    )
    return [_as_request(row) for row in session.execute(statement).scalars()]


def _filtered(statement: Any, wanted: Filter) -> Any:
    # Each clause is built only when it is asked for: an empty field is no condition at all.
    clauses: list[Any] = []
    if wanted.states:
        clauses.append(col(RequestRow.state).in_(wanted.states))
    if wanted.rights:
        clauses.append(col(RequestRow.right_code).in_(wanted.rights))
    if wanted.site:
        clauses.append(col(RequestRow.site) == wanted.site)
    if wanted.assigned_to:
        clauses.append(col(RequestRow.assigned_to) == wanted.assigned_to)
    if wanted.references:
        clauses.append(col(RequestRow.reference).in_(wanted.references))
    if wanted.due_until is not None:
        clauses.append(col(RequestRow.strict_due_on) <= wanted.due_until)
    return statement.where(*clauses, *_unsettled(wanted))


def _unsettled(wanted: Filter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.unacknowledged:
        clauses.append(col(RequestRow.acknowledged_at).is_(None))
        clauses.append(col(RequestRow.acknowledge_due_on).is_not(None))
    if wanted.unverified:
        clauses.append(col(RequestRow.verified_at).is_(None))
    return clauses


def _as_request(row: RequestRow) -> Request:
    values = row.model_dump()
    values["right"] = values.pop("right_code")
    return Request(**(values | {"state": State(row.state)}))
