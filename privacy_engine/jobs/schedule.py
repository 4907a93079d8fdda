"""Recurring duties: each is ordered as due work under the name of its period, once.

There is no leader: whichever process looks first writes the order, and the unique name keeps
every other from writing it again. A duty missed while nothing ran is ordered at the next look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, delete
from sqlmodel import Field, SQLModel, col

from privacy_engine.database import UtcDateTime
from privacy_engine.engine import Engine
from privacy_engine.rights import mailbox
from privacy_engine.transaction import DueWorkRow, Transaction


class ScheduleRow(SQLModel, table=True):
    """When a loop last looked; a scheduler that stopped is seen by this row's age."""

    __tablename__ = "schedule"

    name: str = Field(primary_key=True, max_length=64)
    looked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Duty:
    """One recurring duty: `period` is an strftime pattern whose value names each occurrence."""

    name: str
    task: str
    period: str


DAILY, HOURLY = "%Y-%m-%d", "%Y-%m-%dT%H"
ROTATE_KEYS = "keys.rotate"
_KEPT_LOOKS = timedelta(days=1)
DUTIES: tuple[Duty, ...] = (
    Duty("retention-due", "retention.look", DAILY),
    Duty("key-epochs", ROTATE_KEYS, DAILY),
    Duty("promises", "promises.look", DAILY),
    Duty("systems", "systems.test", DAILY),
    Duty("reimports", "reimports.look", DAILY),
    Duty("drills", "drills.start", DAILY),
    Duty("drills-look", "drills.look", HOURLY),
    Duty("unverified", "unverified.look", DAILY),
    Duty("alerts", "requests.alert", DAILY),
    Duty("answers", "verification.sweep", DAILY),
    Duty("packages", "packages.remove", DAILY),
    Duty("holds", "holds.look", DAILY),
    Duty("hold-reminders", "holds.remind", DAILY),
    Duty("proofs", "proofs.dispose", DAILY),
    Duty("reports", "reports.schedule", DAILY),
    Duty("old-reports", "reports.remove", DAILY),
    Duty("agents", "drp.directory", DAILY),
)


def run(engine: Engine) -> None:
    """Order what the present hour, day and month call for, and note that somebody looked."""
    engine.run(_order)


def _order(tx: Transaction) -> None:
    local = tx.now.astimezone(tx.settings.zone)
    for duty in DUTIES:
        occurrence = local.strftime(duty.period)
        tx.order(duty.task, name=f"duty:{duty.name}:{occurrence}")
    _order_mailbox(tx)
    tx.session.merge(ScheduleRow(name="scheduler", looked_at=tx.now))


def _order_mailbox(tx: Transaction) -> None:
    """Order the next look into the mailbox, and drop the orders of looks that are long over."""
    if not tx.settings.mailbox.url or tx.settings.test_mode:
        return
    period = max(1, tx.settings.mailbox.every_minutes) * 60
    tx.order(mailbox.TASK, name=f"duty:mailbox:{int(tx.now.timestamp()) // period}")
    tx.session.execute(
        delete(DueWorkRow).where(
            col(DueWorkRow.task) == mailbox.TASK,
            col(DueWorkRow.state) == "done",
            col(DueWorkRow.finished_at) < tx.now - _KEPT_LOOKS,
        )
    )


def last_look(tx: Transaction) -> datetime | None:
    """Return when a scheduler last looked, aware UTC; None when none ever did."""
    row = tx.session.get(ScheduleRow, "scheduler")
    return row.looked_at if row else None
