"""Runs, their steps, and what every system answered: the systems board."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, delete, select, text
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.connectors.protocol import SINCE
from privacy_engine.database import UtcDateTime
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.workflow.machine import Progress, StepRecord


class RunRow(SQLModel, table=True):
    """One run of a workflow; a case has one."""

    __tablename__ = "workflow_run"

    case: str = Field(primary_key=True, max_length=32)
    workflow: str = Field(max_length=64)
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StepRow(SQLModel, table=True):
    """How far one step of a run is. `detail` holds counts and codes, never text of people."""

    __tablename__ = "workflow_step"
    __table_args__ = (
        CheckConstraint(
            "progress IN ('due','waiting','failed','done','skipped')", name="progress_known"
        ),
        # Few steps wait for a hold, and every check of a consent asks for them.
        Index(
            "ix_workflow_step_held",
            "outcome",
            sqlite_where=text("outcome = 'held'"),
            postgresql_where=text("outcome = 'held'"),
        ),
    )

    case: str = Field(primary_key=True, max_length=32)
    step: str = Field(primary_key=True, max_length=64)
    progress: str = Field(max_length=8, index=True)
    outcome: str = Field(default="", max_length=64)
    failures: int = 0
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class CaseSystemRow(SQLModel, table=True):
    """What one system answered for one case: before, during and after deletion.

    `asked`: what it was about to delete and keep; should its answer be lost, that is known.
    `partly`: what went so far while other rows wait; `waits`: those rows, for an officer.
    """

    __tablename__ = "workflow_system"

    case: str = Field(primary_key=True, max_length=32)
    system: str = Field(primary_key=True, max_length=64)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    asked: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    removed: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    retained: list[Any] | None = Field(default=None, sa_column=Column(JSON))
    partly: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    waits: list[Any] | None = Field(default=None, sa_column=Column(JSON))
    verdict: str = Field(default="", max_length=16)
    phase: str = Field(default="", max_length=16)
    message: str = Field(default="", max_length=500)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class RecipientTold(SQLModel, table=True):
    """That one recipient was told for one case."""

    __tablename__ = "workflow_recipient"

    case: str = Field(primary_key=True, max_length=32)
    recipient: str = Field(primary_key=True, max_length=64)
    outcome: str = Field(default="", max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


REOPENED = "reopened"
"""The phase of a system, and the outcome of a step, that is to be gone through once more."""

_PROGRESS = {
    "step.done": Progress.DONE,
    "step.reopened": Progress.DUE,
    "step.failed": Progress.FAILED,
    "step.waiting": Progress.WAITING,
}
_WAITS = frozenset({"rows.decided", "records.held_apart", "records.decided"})
_SYSTEM = _WAITS | frozenset(
    {
        "system.searched",
        "system.asked",
        "system.deleted",
        "system.undecided",
        "system.copied",
        "system.corrected",
        "system.failed",
        "system.reopened",
    }
)


APART = "somebody else is named, and nothing of this person"
"""Why records of a copy wait for an officer."""


class WorkflowRegister:
    """Applies the events of running workflows."""

    name = "workflow"
    tables = (RunRow, StepRow, CaseSystemRow, RecipientTold)
    kinds = frozenset(
        {"workflow.started", "workflow.ended", "recipient.told", *_PROGRESS, *_SYSTEM}
    )

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring runs, steps and boards up to date."""
        for event in events:
            if "case" in event.data:  # absent once the case reached the end of its retention
                _apply_one(session, event)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Nothing to forget: these rows never say whom they are about."""


def _apply_one(session: Session, event: Event) -> None:
    data, at = event.data, event.recorded_at
    case = str(data["case"])
    if event.kind == "workflow.started":
        session.add(RunRow(case=case, workflow=data["workflow"], started_at=at))
    elif event.kind == "workflow.ended":
        run = session.get(RunRow, case)
        if run:
            run.ended_at = at
            session.add(run)
    elif event.kind in _PROGRESS:
        _apply_step(session, event, case=case)
    elif event.kind in _SYSTEM:
        _apply_system(session, event, case=case)
    else:
        session.merge(
            RecipientTold(
                case=case, recipient=data["recipient"], outcome=data.get("outcome", ""), at=at
            )
        )
    session.flush()


def _apply_step(session: Session, event: Event, *, case: str) -> None:
    data = event.data
    row = session.get(StepRow, (case, data["step"]))
    failures = (row.failures if row else 0) + (event.kind == "step.failed")
    progress: Progress = _PROGRESS[event.kind]
    if data.get("outcome") == "skipped":
        progress = Progress.SKIPPED
    session.merge(
        StepRow(
            case=case,
            step=data["step"],
            progress=progress,
            outcome=data.get("outcome", ""),
            failures=failures,
            at=event.recorded_at,
            detail=dict(data.get("detail") or {}),
            due_at=parse_instant(data["due_at"]) if data.get("due_at") else None,
        )
    )


def _apply_system(session: Session, event: Event, *, case: str) -> None:
    data = event.data
    row = session.get(CaseSystemRow, (case, data["system"]))
    if row is None:
        row = CaseSystemRow(case=case, system=data["system"], at=event.recorded_at)
    if event.kind in _WAITS:
        row.waits = _waits(event, row.waits or [])
        row.message = ""
    elif event.kind == "system.reopened":
        _reopen(session, row, at=event.recorded_at)
    else:
        _answer(row, event)
    session.add(row)


def _answer(row: CaseSystemRow, event: Event) -> None:
    data = event.data
    tables, kept = dict(data.get("tables") or {}), list(data.get("retained") or [])
    phase = str(data.get("phase") or "")
    if event.kind == "system.deleted":  # what is found again is deleted again: the counts add up
        row.removed = _added(_added(row.removed, row.partly), tables)
        row.retained, row.partly, row.waits = kept, None, None
    elif event.kind == "system.undecided":
        row.partly = _added(row.partly, tables)
        row.retained = kept
        row.waits = list(data.get("waits") or [])
        row.asked = None
    elif event.kind == "system.asked":
        row.asked = {"tables": tables, "retained": kept}
    elif event.kind == "system.searched" and phase == "before":
        again = row.before if row.phase == REOPENED else None
        row.before = _added(again, tables) if again else tables
    elif event.kind == "system.searched" and data.get("verdict"):
        row.after = tables
        row.retained = _with_since(row.retained or [], kept)
    row.phase = phase or row.phase
    row.verdict = data.get("verdict") or row.verdict
    row.message = data.get("message") or ""
    row.at = event.recorded_at


def _added(first: Mapping[str, int] | None, second: Mapping[str, int] | None) -> dict[str, int]:
    return dict(Counter(first or {}) + Counter(second or {}))


def _reopen(session: Session, row: CaseSystemRow, *, at: datetime) -> None:
    """Let a system be asked once more; what it answered so far stays counted."""
    # Recipients know nothing of the new name either.
    session.execute(delete(RecipientTold).where(col(RecipientTold.case) == row.case))
    row.partly = _added(row.partly, row.removed)
    row.removed = row.asked = row.after = None
    row.phase, row.verdict, row.at = REOPENED, "", at


def _with_since(
    retained: Sequence[Mapping[str, Any]], since: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Return what is kept, with what was written since the deletion as it was seen last."""
    return [*(item for item in retained if item["ground"] not in SINCE), *since]


def _waits(event: Event, waits: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what still waits for an officer: rows to delete, or records of a copy."""
    if event.kind == "rows.decided":
        return _without(waits, event.data["choices"])
    held = dict(event.data.get("tables") or {})  # none of a copy once it is decided
    return [
        {"table": table, "series": table, "count": count, "reason": APART}
        for table, count in sorted(held.items())
    ]


def _without(
    waits: Sequence[Mapping[str, Any]], choices: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Return the rows that still wait; those that are only held follow the others."""
    chosen = {item["table"] for item in choices}
    return [item for item in waits if item["table"] not in chosen]


REGISTER = WorkflowRegister()


# Queries ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One run with the state of its steps, in the order of the definition where known."""

    case: str
    workflow: str
    started_at: datetime
    ended_at: datetime | None
    steps: Mapping[str, "StepState"] = field(default_factory=dict)

    @property
    def history(self) -> dict[str, StepRecord]:
        """The run as the machine reads it."""
        return {
            code: StepRecord(item.progress, item.outcome, item.at)
            for code, item in self.steps.items()
        }


@dataclass(frozen=True)
class StepState:
    """How far one step is; `due_at` is aware UTC."""

    progress: Progress
    outcome: str
    failures: int
    at: datetime
    due_at: datetime | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class CaseSystem:
    """One row of the systems board; counts by table, None where nobody looked."""

    system: str
    before: Mapping[str, int] | None
    asked: Mapping[str, Any] | None
    removed: Mapping[str, int] | None
    after: Mapping[str, int] | None
    retained: Sequence[Mapping[str, Any]]
    verdict: str
    phase: str
    message: str
    at: datetime
    partly: Mapping[str, int] | None = None
    waits: Sequence[Mapping[str, Any]] = ()

    @property
    def found(self) -> int | None:
        """Rows found before, None when nobody looked."""
        return None if self.before is None else sum(self.before.values())


def run(session: Session, case: str) -> Run | None:
    """Return the run of a case, or None when it has none."""
    row = session.get(RunRow, case)
    if row is None:
        return None
    rows = session.execute(select(StepRow).where(col(StepRow.case) == case)).scalars()
    steps = {
        item.step: StepState(
            Progress(item.progress), item.outcome, item.failures, item.at, item.due_at, item.detail
        )
        for item in rows
    }
    return Run(row.case, row.workflow, row.started_at, row.ended_at, steps)


def runs(session: Session, cases: Sequence[str]) -> dict[str, Run]:
    """Return the runs of many cases; two queries for all of them."""
    wanted = list(cases)
    steps: dict[str, dict[str, StepState]] = {}
    for item in session.execute(select(StepRow).where(col(StepRow.case).in_(wanted))).scalars():
        steps.setdefault(item.case, {})[item.step] = StepState(
            Progress(item.progress), item.outcome, item.failures, item.at, item.due_at, item.detail
        )
    rows = session.execute(select(RunRow).where(col(RunRow.case).in_(wanted))).scalars()
    return {
        row.case: Run(
            row.case, row.workflow, row.started_at, row.ended_at, steps.get(row.case, {})
        )
        for row in rows
    }


def board(session: Session, case: str) -> list[CaseSystem]:
    """Return the systems board of a case, by system."""
    rows = session.execute(
        select(CaseSystemRow)
        .where(col(CaseSystemRow.case) == case)
        .order_by(col(CaseSystemRow.system))
    ).scalars()
    return [_case_system(row) for row in rows]


def of_system(session: Session, case: str, system: str) -> CaseSystem | None:
    """Return one row of the board of a case, None where the system has none yet."""
    row = session.get(CaseSystemRow, (case, system))
    return _case_system(row) if row is not None else None


def _case_system(row: CaseSystemRow) -> CaseSystem:
    return CaseSystem(
        row.system,
        row.before,
        row.asked,
        row.removed,
        row.after,
        row.retained or (),
        row.verdict,
        row.phase,
        row.message,
        row.at,
        row.partly,
        row.waits or (),
    )


def told(session: Session, case: str) -> dict[str, tuple[str, datetime]]:
    """Return which recipients were told, with outcome and moment (aware UTC)."""
    rows = session.execute(select(RecipientTold).where(col(RecipientTold.case) == case)).scalars()
    return {row.recipient: (row.outcome, row.at) for row in rows}
