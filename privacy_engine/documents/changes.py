"""Material changes on their way: when the notice stood, who was told, what became of opt-outs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, func, select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import UtcDateTime
from privacy_engine.log import bulk
from privacy_engine.log.event import Event, parse_instant

KINDS = frozenset(
    {"change.begun", "change.decided", "change.noticed", "change.told", "change.carried"}
)


class ChangeRow(SQLModel, table=True):
    """One change: a version that waits for its notice, and how far it has come."""

    __tablename__ = "document_change"

    case: str = Field(primary_key=True, max_length=32)
    document: str = Field(max_length=64, index=True)
    version: str = Field(max_length=64)
    supersedes: str = Field(default="", max_length=64)
    sha256: str = Field(max_length=64)
    occasion: str = Field(default="text", max_length=16)
    begun_by: str = Field(max_length=64)
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    outcome: str = Field(default="", max_length=16)
    decided_by: str = Field(default="", max_length=64)
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    notice_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    carried_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    carried: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    lost: int | None = None


_PAGE = 2_000


class TellingRow(SQLModel, table=True):
    """That one person was written to about a change, or why not."""

    __tablename__ = "document_telling"

    event_id: str = Field(primary_key=True, max_length=26)
    case: str = Field(max_length=32, index=True)
    subject_id: str = Field(max_length=32, index=True)
    outcome: str = Field(max_length=16)
    language: str = Field(max_length=35)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


TABLES = (ChangeRow, TellingRow)


@dataclass(frozen=True)
class Change:
    """One change, as everybody else reads it; `begun_by` and `decided_by` are actors.

    Attributes:
        occasion: `text`, `new_use` or `new_owner`.
        outcome: `publish`, `reject`, or empty before the decision.
        notice_at: aware; when the site was first seen to show the notice.
        carried: purpose to the number of people whose no was still there afterwards.
        lost: how many of them were not; None before the change took effect.
    """

    case: str
    document: str
    version: str
    supersedes: str
    sha256: str
    occasion: str
    begun_by: str
    begun_at: datetime
    outcome: str
    decided_by: str
    decided_at: datetime | None
    notice_at: datetime | None
    carried_at: datetime | None
    carried: dict[str, int] | None
    lost: int | None


@dataclass(frozen=True)
class Told:
    """One person who was written to; `subject_id` is an internal id, `at` aware UTC."""

    subject_id: str
    outcome: str
    language: str
    at: datetime


def apply(session: Session, events: Sequence[Event]) -> None:
    """Bring the changes up to date."""
    for event in events:
        if event.kind == "change.begun":
            session.merge(_begun(event))
        elif event.kind != "change.told":
            _follow(session, event)
    session.flush()
    tellings = [_telling(item) for item in events if item.kind == "change.told"]
    bulk.insert_ignoring(session, TellingRow, [item for item in tellings if item])


def _begun(event: Event) -> ChangeRow:
    data = event.data
    return ChangeRow(
        case=data["case"],
        document=data["document"],
        version=data["version"],
        supersedes=data.get("supersedes", ""),
        sha256=data["sha256"],
        occasion=data.get("occasion", "text"),
        begun_by=event.actor,
        begun_at=event.recorded_at,
    )


def _follow(session: Session, event: Event) -> None:
    row = session.get(ChangeRow, event.data["case"])
    if row is None:
        return
    match event.kind:
        case "change.decided":
            row.outcome, row.decided_by = str(event.data["outcome"]), event.actor
            row.decided_at = event.recorded_at
        case "change.noticed":
            row.notice_at = parse_instant(str(event.data["notice_at"]))
        case _:
            row.carried_at = event.recorded_at
            row.carried = dict(event.data.get("carried") or {})
            row.lost = int(event.data["lost"])
    session.add(row)


def _telling(event: Event) -> dict[str, object] | None:
    if event.subject_id is None or "case" not in event.data:
        return None  # the proof of it reached the end of its time, or the person was erased
    return {
        "event_id": event.event_id,
        "case": event.data["case"],
        "subject_id": event.subject_id,
        "outcome": event.data["outcome"],
        "language": event.data.get("language", ""),
        "at": event.recorded_at,
    }


# Queries ---------------------------------------------------------------------------------


def get(session: Session, case: str) -> Change | None:
    """Return one change, or None when there is none of this id."""
    row = session.get(ChangeRow, case)
    return _as_change(row) if row else None


def of_version(session: Session, document: str, version: str) -> Change | None:
    """Return the newest change that is about a version and was not rejected."""
    found = [item for item in of_document(session, document) if item.version == version]
    return next((item for item in found if item.outcome != "reject"), None)


def of_document(session: Session, document: str = "") -> list[Change]:
    """Return the changes of one document or of all, the newest first."""
    statement = select(ChangeRow).order_by(col(ChangeRow.begun_at).desc())
    if document:
        statement = statement.where(col(ChangeRow.document) == document)
    return [_as_change(row) for row in session.execute(statement).scalars()]


def told(session: Session, case: str) -> Iterator[Told]:
    """Give everybody who was written to about a change, in order of time, however many."""
    columns = (TellingRow.subject_id, TellingRow.outcome, TellingRow.language, TellingRow.at)
    statement: Any = (
        select(*columns)  # type: ignore[call-overload]
        .where(col(TellingRow.case) == case)
        .order_by(col(TellingRow.at), col(TellingRow.event_id))
    )
    for row in session.execute(statement, execution_options={"yield_per": _PAGE}):
        yield Told(*row)


def first_told_at(session: Session, case: str) -> datetime | None:
    """Return when the first person was written to about a change, aware UTC; None for nobody."""
    statement = select(func.min(TellingRow.at)).where(col(TellingRow.case) == case)
    found: datetime | None = session.execute(statement).scalar_one()
    return found


def told_counts(session: Session, case: str) -> dict[str, int]:
    """Return how many people there are of each outcome."""
    statement: Any = (
        select(TellingRow.outcome, func.count())  # type: ignore[call-overload]
        .where(col(TellingRow.case) == case)
        .group_by(TellingRow.outcome)
    )
    return {outcome: number for outcome, number in session.execute(statement)}  # noqa: C416


def already_told(session: Session, case: str, subject_ids: Sequence[str]) -> dict[str, str]:
    """Return, of these people, event ids of what was written to them about a change."""
    statement: Any = select(TellingRow.subject_id, TellingRow.event_id).where(  # type: ignore[call-overload]
        col(TellingRow.case) == case, col(TellingRow.subject_id).in_(list(subject_ids))
    )
    return {subject_id: event_id for subject_id, event_id in session.execute(statement)}  # noqa: C416


def told_of(session: Session, case: str, subject_ids: Sequence[str]) -> dict[str, Told]:
    """Return, of these people, what was written to them about a change."""
    statement = select(TellingRow).where(
        col(TellingRow.case) == case, col(TellingRow.subject_id).in_(list(subject_ids))
    )
    return {
        row.subject_id: Told(row.subject_id, row.outcome, row.language, row.at)
        for row in session.execute(statement).scalars()
    }


def _as_change(row: ChangeRow) -> Change:
    return Change(**row.model_dump())
