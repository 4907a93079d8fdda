"""What retention stores: holdings, holds, runs; how far a run is; when each row was looked at."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from privacy_engine.database import UtcDateTime


class HoldingRow(SQLModel, table=True):
    """That a site said it holds records of one series about a person; never which ones."""

    __tablename__ = "retention_holding"

    subject_id: str = Field(primary_key=True, max_length=32)
    system: str = Field(primary_key=True, max_length=64)
    series: str = Field(primary_key=True, max_length=64)
    collected: int = 0
    disposed: int = 0
    first_collected_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_touched_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_disposed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class HoldRow(SQLModel, table=True):
    """A legal hold. Its ground is opened from `placed_event` on read."""

    __tablename__ = "retention_hold"
    __table_args__ = (
        CheckConstraint("scope IN ('subject','series','system','case')", name="scope_known"),
    )

    hold: str = Field(primary_key=True, max_length=32)
    scope: str = Field(max_length=8)
    target: str = Field(default="", max_length=200)
    subject_id: str | None = Field(default=None, max_length=32, index=True)
    nature: str = Field(default="dispute", max_length=16)
    until: date | None = None
    placed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    placed_by: str = Field(max_length=64)
    placed_event: str = Field(max_length=26)
    released_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    released_by: str | None = Field(default=None, max_length=64)


class RunRow(SQLModel, table=True):
    """One run of a row of the schedule; what it found by table is in `previewed_event`."""

    __tablename__ = "retention_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('previewed','approved','running','done','voided')", name="state_known"
        ),
    )

    run: str = Field(primary_key=True, max_length=32)
    series: str = Field(max_length=64, index=True)
    state: str = Field(max_length=10, index=True)
    disposition: str = Field(max_length=16)
    cutoff: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    schedule_sha256: str = Field(max_length=64)
    preview_sha256: str = Field(max_length=64)
    due: int
    held: int
    excepted: int
    disposed: int | None = None
    failed: int | None = None
    found_after: int | None = None
    previewed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    previewed_by: str = Field(max_length=64)
    previewed_event: str = Field(max_length=26)
    approved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_by: str | None = Field(default=None, max_length=64)
    started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_event: str | None = Field(default=None, max_length=26)
    paused_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    paused_why: str = Field(default="", max_length=500)
    follows: str = Field(default="", max_length=32)
    still_held: int | None = None
    executed_sha256: str = Field(default="", max_length=64)


class ProgressRow(SQLModel, table=True):
    """How many rows of one table a run has disposed of so far; operational, no register.

    Written after each batch. A crash between batch and row leaves the count behind the truth,
    which can only stop a run too early, never let it go too far. `digest` is that over the keys
    of what went.
    """

    __tablename__ = "retention_progress"

    run: str = Field(primary_key=True, max_length=32)
    system: str = Field(primary_key=True, max_length=64)
    table_name: str = Field(primary_key=True, max_length=130)
    disposed: int = 0
    batches: int = 0
    failures: int = 0
    digest: str = Field(default="", max_length=64)


class LookRow(SQLModel, table=True):
    """The newest look at one row of the schedule; operational, for each day makes it anew.

    `outcome` is `due`, `nothing`, `kept`, `by_hand`, `under_way`, `unanswered` or `fault`; `why`
    says in a sentence why nothing happens, with counts and codes and nothing about people.
    """

    __tablename__ = "retention_look"

    series: str = Field(primary_key=True, max_length=64)
    looked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    outcome: str = Field(max_length=12)
    why: str = Field(default="", max_length=500)
    due: int = 0
    held: int = 0
    next_due_on: date | None = None
    last_success_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_run_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
