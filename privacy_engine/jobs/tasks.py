"""Every task by name: thin, idempotent functions from ids to one effect."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from privacy_engine.connectors import health
from privacy_engine.drp import callbacks, directory
from privacy_engine.engine import Engine, open_engine
from privacy_engine.jobs import work
from privacy_engine.jobs.schedule import ROTATE_KEYS
from privacy_engine.jobs.work import Task
from privacy_engine.log import epochs
from privacy_engine.reports import (
    filing,
    orders,
    press,
    promises_watch,
    scheduled,
    subject_package,
)
from privacy_engine.reports.kinds_table import BUILDERS, Ask
from privacy_engine.reports.package_parts import Known
from privacy_engine.rights import mailbox
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import (
    alerts,
    came_back,
    child_holdings,
    correspondence,
    drilling,
    hand_tasks,
    hold_reminders,
    left_the_map,
    matching,
    officer_letters,
    one_reply,
    packages,
    parent_letters,
    parent_texts,
    quarantining,
    reimporting,
    rescans,
    runner,
    sensitive_text,
    telling,
    unverified,
    word_came,
)
from privacy_engine.workflow.case import person_of
from privacy_engine.workflow.register import board
from privacy_engine.workflow.steps import BODIES, disposal, holding, proof_keeping


def workflow_step(engine: Engine, *, case: str, step: str) -> None:
    """Do one step of a case."""
    runner.run_step(engine, BODIES, case=case, step=step)


def case_report(engine: Engine, *, case: str, step: str, report: str, because: str = "") -> None:
    """Produce and file the report of a case; what stands in it must have a position first.

    Once only, or once more for the event `because`: a crash between the record of the report and
    of this work finds the step done, or the record.
    """
    with engine.reading() as tx:
        drawn_before = (
            came_back.is_drawn(tx, case, because=because)
            if because
            else runner.is_settled(tx, case, step=step)
        )
    if drawn_before:
        return
    if report == subject_package.KIND:
        with engine.reading() as tx:
            known = _known(tx, case)
        subject_package.produce(engine, case=case, known=known)
        return
    engine.sequence()
    with engine.reading() as tx:
        drawn = BUILDERS[report](tx, Ask(request=case))
    filing.file_report(engine, drawn, case=case, draw=press.draw_apart)


def _known(tx: Transaction, case: str) -> Known:
    subject_id = runner.subject_of(tx, case)
    person = person_of(tx, case, subject_id) if subject_id else None
    found = {row.system: row.before for row in board(tx.session, case) if row.before is not None}
    return Known(person.subject_ids if person else (), found)


def look_for_due(engine: Engine) -> None:
    """Say what is due by the retention schedule; nothing is disposed of without approval."""
    disposal.look_for_due(engine)


def test_systems(engine: Engine) -> None:
    """Test every system of the data map, and wait no longer for what was taken out of it."""
    health.test_all(engine)
    left_the_map.go_on(engine)


def start_drill(engine: Engine, *, drill: str = "") -> None:
    """Plant invented people and ask for them as for anybody; unnamed, that of this month."""
    if drill or engine.settings.drills.monthly:
        drilling.start(engine, drill=drill)


def delete_reimported(engine: Engine, *, system: str) -> None:
    """Delete again whoever was erased and is back in a system."""
    reimporting.delete(engine, system=system)


def rotate_keys(engine: Engine) -> None:
    """Begin a new key epoch when the present one is old enough, and end what outlived its term."""
    epochs.rotate(engine)


TASKS: Mapping[str, Task] = {
    "reports.case": case_report,
    runner.TASK: workflow_step,
    correspondence.TASK: correspondence.send_link,
    telling.TELL: telling.tell_page,
    officer_letters.TASK: officer_letters.send,
    parent_letters.TASK: parent_letters.write,
    parent_texts.TASK: parent_texts.write,
    sensitive_text.TASK: sensitive_text.tell,
    quarantining.TASK: quarantining.tell,
    one_reply.TASK: one_reply.send,
    orders.TASK: orders.make,
    hand_tasks.TASK: hand_tasks.send,
    promises_watch.TASK: promises_watch.look,
    scheduled.LOOK: scheduled.look,
    scheduled.DRAW: scheduled.draw,
    scheduled.DELIVER: scheduled.deliver,
    scheduled.REMOVE: scheduled.remove_old,
    scheduled.TELL: scheduled.tell,
    health.TASK: test_systems,
    drilling.START: start_drill,
    reimporting.LOOK: reimporting.look,
    reimporting.DELETE: delete_reimported,
    drilling.LOOK: drilling.look,
    drilling.CLEAR: drilling.clear,
    callbacks.TASK: callbacks.tell,
    directory.TASK: directory.look,
    mailbox.TASK: mailbox.look,
    unverified.TASK: unverified.look,
    alerts.TASK: alerts.look,
    alerts.MAIL: alerts.send,
    word_came.TASK: word_came.send,
    came_back.TASK: came_back.send,
    child_holdings.TASK: child_holdings.send,
    matching.TASK: matching.compare,
    matching.SWEEP: matching.remove_old,
    packages.TASK: packages.remove_old,
    disposal.LOOK: look_for_due,
    holding.TASK: holding.look,
    hold_reminders.TASK: hold_reminders.look,
    hold_reminders.MAIL: hold_reminders.send,
    runner.FORGET_NAMES: rescans.forget,
    proof_keeping.TASK: proof_keeping.dispose_of_proofs,
    ROTATE_KEYS: rotate_keys,
}


def run_due(engine: Engine, *, limit: int = 100) -> int:
    """Run due work until nothing is due or `limit` rows have run; return how many ran."""
    for count in range(limit):
        if not work.run_one(engine, TASKS):
            return count
    return limit


def run_nudge(root: str, mode: str, work_id: str) -> None:
    """Run one row that RQ was told about; nothing happens when somebody else has it."""
    engine = _engine(root)
    work.run_one(engine.test if mode == "test" else engine, TASKS, work_id=work_id)


@lru_cache(maxsize=2)
def _engine(root: str) -> Engine:
    return open_engine(Path(root))
