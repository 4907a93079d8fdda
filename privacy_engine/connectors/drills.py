"""Drills: when invented people were planted, where, and how each exercise ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.connectors.drill_rules import Exercise, Outcome
from privacy_engine.database import UtcDateTime
from privacy_engine.log.event import Event


class DrillRow(SQLModel, table=True):
    """One drill; `planted` is rows by system, `left_out` says why nobody is planted elsewhere."""

    __tablename__ = "drill"
    __table_args__ = (
        CheckConstraint("outcome IN ('running','passed','failed')", name="outcome_known"),
    )

    drill: str = Field(primary_key=True, max_length=32)
    planted: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    left_out: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    outcome: str = Field(max_length=8)
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class DrillExerciseRow(SQLModel, table=True):
    """One exercise: the case by which it goes through the engine, and how it ended."""

    __tablename__ = "drill_exercise"

    drill: str = Field(primary_key=True, max_length=32)
    exercise: str = Field(primary_key=True, max_length=16)
    case: str = Field(max_length=32, index=True)
    outcome: str = Field(max_length=8)
    findings: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class DrillRegister:
    """Applies the events of drills."""

    name = "drills"
    tables = (DrillRow, DrillExerciseRow)
    kinds = frozenset({"drill.started", "drill.exercise_ended", "drill.ended"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring drills up to date."""
        for event in events:
            _apply_one(session, event)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Nothing to forget: the people of drills are invented, and not named here."""


def _apply_one(session: Session, event: Event) -> None:
    data, at = event.data, event.recorded_at
    drill = str(data["drill"])
    if event.kind == "drill.started":
        session.add(
            DrillRow(
                drill=drill,
                planted=dict(data["planted"]),
                left_out=dict(data.get("left_out") or {}),
                outcome=Outcome.RUNNING,
                started_at=at,
            )
        )
        for exercise, case in data["exercises"].items():
            session.add(
                DrillExerciseRow(
                    drill=drill, exercise=exercise, case=case, outcome=Outcome.RUNNING, findings=[]
                )
            )
    elif event.kind == "drill.exercise_ended":
        row = session.get(DrillExerciseRow, (drill, data["exercise"]))
        if row is not None:
            row.outcome, row.ended_at = str(data["outcome"]), at
            row.findings = list(data.get("findings") or [])
            session.add(row)
    else:
        whole = session.get(DrillRow, drill)
        if whole is not None:
            whole.outcome, whole.ended_at = str(data["outcome"]), at
            session.add(whole)
    session.flush()


REGISTER = DrillRegister()


# Queries ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExerciseState:
    """How one exercise stands; findings are (system or nothing, what was wrong)."""

    exercise: Exercise
    case: str
    outcome: Outcome
    findings: tuple[tuple[str, str], ...]
    ended_at: datetime | None


@dataclass(frozen=True)
class Drill:
    """One drill with its exercises, in the order in which they are written above."""

    drill: str
    planted: Mapping[str, int]
    left_out: Mapping[str, str]
    outcome: Outcome
    started_at: datetime
    ended_at: datetime | None
    exercises: tuple[ExerciseState, ...]


def get(session: Session, drill: str) -> Drill | None:
    """Return one drill, or None."""
    row = session.get(DrillRow, drill)
    return _as_drill(session, row) if row else None


def newest(session: Session, *, limit: int = 12) -> list[Drill]:
    """Return the latest drills, newest first."""
    rows = session.execute(
        select(DrillRow).order_by(col(DrillRow.started_at).desc()).limit(limit)
    ).scalars()
    return [_as_drill(session, row) for row in rows]


def running(session: Session) -> list[Drill]:
    """Return the drills that are not over."""
    wanted = select(DrillRow).where(col(DrillRow.outcome) == str(Outcome.RUNNING))
    return [_as_drill(session, row) for row in session.execute(wanted).scalars()]


def _as_drill(session: Session, row: DrillRow) -> Drill:
    rows = session.execute(
        select(DrillExerciseRow).where(col(DrillExerciseRow.drill) == row.drill)
    ).scalars()
    by_name = {item.exercise: item for item in rows}
    return Drill(
        row.drill,
        row.planted,
        row.left_out,
        Outcome(row.outcome),
        row.started_at,
        row.ended_at,
        tuple(_as_exercise(by_name[name]) for name in Exercise if name in by_name),
    )


def _as_exercise(row: DrillExerciseRow) -> ExerciseState:
    return ExerciseState(
        Exercise(row.exercise),
        row.case,
        Outcome(row.outcome),
        tuple((str(item["system"]), str(item["what"])) for item in row.findings),
        row.ended_at,
    )
