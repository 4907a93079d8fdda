"""One row per report that left the engine; it names nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import UtcDateTime, on_sqlite
from privacy_engine.log.event import Event


class IssuedReportRow(SQLModel, table=True):
    """A report by the hash of its file; reports of one `series` answer the same question."""

    __tablename__ = "issued_report"

    event_id: str = Field(primary_key=True, max_length=26)
    kind: str = Field(max_length=64)
    number: str = Field(max_length=80, index=True)
    sha256: str = Field(max_length=64, index=True)
    series: str | None = Field(default=None, max_length=64, index=True)
    schedule: str | None = Field(default=None, max_length=64, index=True)
    file: str | None = Field(default=None, max_length=200)
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class Issued:
    """A report that was issued; `file` is where it is kept, nothing when it was handed over."""

    event_id: str
    kind: str
    number: str
    sha256: str
    series: str
    schedule: str
    file: str
    issued_at: datetime
    removed_at: datetime | None


class IssuedRegister:
    """Applies what was produced, and what was removed at the end of its time."""

    name = "issued"
    tables = (IssuedReportRow,)
    kinds = frozenset({"report.produced", "report.removed"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Add what was produced; note what was removed."""
        dialect = sqlite if on_sqlite(session) else postgresql
        for event in events:
            if event.kind == "report.produced":
                statement = dialect.insert(IssuedReportRow.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
                session.execute(statement, _values(event))
            else:
                session.execute(
                    update(IssuedReportRow)
                    .where(col(IssuedReportRow.event_id) == event.data["report"])
                    .values(removed_at=event.recorded_at)
                )

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Keep everything: no row names a person."""
        del session, subject_ids, event_ids


REGISTER = IssuedRegister()


def _values(event: Event) -> dict[str, object]:
    data = event.data
    return {
        "event_id": event.event_id,
        "kind": data["report"],
        "number": data["number"],
        "sha256": data["sha256"],
        "series": data.get("series"),
        "schedule": data.get("schedule"),
        "file": data.get("file"),
        "issued_at": event.recorded_at,
    }


def by_hash(session: Session, sha256: str) -> Issued | None:
    """Return the report whose file has this SHA-256 (hex), None when none was issued."""
    statement = select(IssuedReportRow).where(col(IssuedReportRow.sha256) == sha256.lower())
    row = session.execute(statement.limit(1)).scalar()
    return _issued(row) if row else None


def is_superseded(session: Session, report: Issued) -> bool:
    """Return whether a later report answers the same question."""
    if not report.series:
        return False
    later = select(IssuedReportRow.event_id).where(  # type: ignore[call-overload]
        col(IssuedReportRow.series) == report.series,
        col(IssuedReportRow.event_id) > report.event_id,
    )
    return session.execute(later.limit(1)).first() is not None


def of_schedule(session: Session, schedule: str) -> list[Issued]:
    """Return the reports of a schedule, newest first."""
    statement = (
        select(IssuedReportRow)
        .where(col(IssuedReportRow.schedule) == schedule)
        .order_by(col(IssuedReportRow.event_id).desc())
    )
    return [_issued(row) for row in session.execute(statement).scalars()]


def newest_of(session: Session, prefix: str) -> Issued | None:
    """Return the newest report of the schedules whose names begin like this, None without any."""
    statement = (
        select(IssuedReportRow)
        .where(col(IssuedReportRow.schedule).startswith(prefix, autoescape=True))
        .order_by(col(IssuedReportRow.event_id).desc())
        .limit(1)
    )
    row = session.execute(statement).scalar()
    return _issued(row) if row else None


def kept_before(
    session: Session, moment: datetime, *, schedule: str, limit: int = 200
) -> list[Issued]:
    """Return reports of a schedule issued before an instant (aware) and still kept, oldest first.

    `schedule` is how the names of its reports begin.
    """
    statement = (
        select(IssuedReportRow)
        .where(
            col(IssuedReportRow.issued_at) < moment,
            col(IssuedReportRow.schedule).startswith(schedule, autoescape=True),
            col(IssuedReportRow.file).is_not(None),
            col(IssuedReportRow.removed_at).is_(None),
        )
        .order_by(col(IssuedReportRow.event_id))
        .limit(limit)
    )
    return [_issued(row) for row in session.execute(statement).scalars()]


def _issued(row: IssuedReportRow) -> Issued:
    return Issued(
        row.event_id,
        row.kind,
        row.number,
        row.sha256,
        row.series or "",
        row.schedule or "",
        row.file or "",
        row.issued_at,
        row.removed_at,
    )
