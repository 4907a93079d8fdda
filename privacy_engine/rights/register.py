"""The request queue: one row per request, without anything that the person wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event
from privacy_engine.rights import rules, table, verification
from privacy_engine.rights.repeats import Earlier
from privacy_engine.rights.rules import FINAL, Clock, Facts, State
from privacy_engine.rights.table import RequestRow
from privacy_engine.rights.verification import Asked
from privacy_engine.transaction import Transaction


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
    evidence: str
    suspected_at: datetime | None
    follows: str | None
    follows_why: str | None
    followed_by: str | None
    unread: int
    appealed_at: datetime | None
    appeal_due_on: date | None
    appeal_outcome: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more is due."""
        return self.state in FINAL

    @property
    def came_back(self) -> bool:
        """Whether it was answered and is open again, since what was deleted is found again."""
        return self.ended_at is not None and not self.ended

    @property
    def may_be_taken_back(self) -> bool:
        """Whether the person can still withdraw it; a choice that counts is changed instead."""
        return not self.ended and self.decision is None and self.right not in rules.AT_ONCE

    @property
    def unverified(self) -> bool:
        """Whether the person must still show that it is them; False once nothing is due."""
        asked = rules.needs_verification(self.right, self.jurisdiction)
        return asked and self.verified_at is None and not self.ended

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
    def asked(self) -> Asked:
        """What decides how sure one must be that it is the person."""
        return Asked(
            self.right, self.jurisdiction, self.acting_for, suspected=self.suspected_at is not None
        )

    @property
    def earlier(self) -> Earlier:
        """The request as one of several of the same person."""
        return Earlier(
            self.reference,
            self.right,
            self.state,
            self.received_at,
            self.ended_at,
            follows=self.follows is not None,
        )

    @property
    def given(self) -> frozenset[str]:
        """What was given so far that shows who asks, as codes."""
        return frozenset(filter(None, self.evidence.split("+")))

    @property
    def lacking(self) -> tuple[str, ...]:
        """What is still missing before the person counts as verified."""
        return verification.lacking(self.asked, self.given)

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks, with their proofs."""
        return rules.clocks(self.facts)


class RequestRegister:
    """Applies the events of requests."""

    name = "rights"
    tables = (RequestRow,)
    kinds = table.KINDS

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the queue up to date."""
        for event in events:
            reference = event.data.get("case")
            if reference is None:
                continue  # the case reached the end of its own retention
            if event.kind == "request.received":
                session.add(table.received(event))
                session.flush()
                continue
            row = session.get(RequestRow, reference)
            if row is not None:
                for name, value in table.changes(row, event).items():
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


def exists(session: Session, reference: str) -> bool:
    """Return whether there is such a request (still): its record leaves by the schedule."""
    return session.get(RequestRow, reference) is not None


def open_again(session: Session) -> list[str]:
    """Return the requests that were answered and are open again."""
    statement = select(RequestRow.reference).where(  # type: ignore[call-overload]
        col(RequestRow.state).in_(OPEN_STATES), col(RequestRow.ended_at).is_not(None)
    )
    return list(session.execute(statement).scalars())


def jurisdictions(session: Session, requests: Sequence[Request]) -> dict[str, frozenset[str]]:
    """Return by reference under which laws the same subject ever asked; one query for all."""
    asked = {item.subject_id for item in requests if item.subject_id}
    statement = (
        select(RequestRow.subject_id, RequestRow.jurisdiction)  # type: ignore[call-overload]
        .where(col(RequestRow.subject_id).in_(asked))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for subject_id, jurisdiction in session.execute(statement) if asked else ():
        found.setdefault(subject_id, set()).add(jurisdiction)
    return {item.reference: frozenset(found.get(item.subject_id or "", ())) for item in requests}


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
