"""What the page of a task by hand shows to its keeper, and what a recipient answers there."""

from collections.abc import Sequence

from privacy_engine.errors import NotFound
from privacy_engine.log.event import Identifier
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import corrections, hand_tasks, runner
from privacy_engine.workflow.hand_tasks import (
    ACKNOWLEDGED,
    IN_PART,
    Action,
    HandTask,
    Keeper,
)
from privacy_engine.workflow.rescans import search_identifiers


def look(tx: Transaction, task: HandTask) -> Sequence[Identifier]:
    """Return whom the task is about, by what the place can be searched by, and log the look.

    Raises:
        NotFound: nothing is known of the person any more, or the task was answered.
    """
    known = search_identifiers(tx, task.case, runner.subject_of(tx, task.case))
    if not known or hand_tasks.is_answered(tx, task):
        raise NotFound
    reason = f"To find them in {hand_tasks.title_of(tx, task)} by hand, by the link that was sent"
    tx.append(
        "identity.revealed",
        {"case": task.case, "reason": reason, "reason_code": "search"},
        case=task.case,
    )
    return [item for item in known if item.kind in _searched_by(tx, task)]


def changes(tx: Transaction, task: HandTask) -> list[tuple[str, str, str, str]]:
    """Return what shall be corrected: kind of record, field, the wrong value, the right one."""
    decided = corrections.decided(tx, task.case)
    return [
        (
            tx.content.series(item.table).title,
            "" if item.column == corrections.BY_HAND_FIELD else item.column,
            "" if item.was is None else str(item.was),
            "" if item.value is None else str(item.value),
        )
        for item in (decided.of(task.code) if decided else ())
    ]


def decision(tx: Transaction, task: HandTask) -> str:
    """Return the event of the decision that `changes` shows; empty where nothing is corrected."""
    decided = corrections.decided(tx, task.case) if task.action is Action.CORRECT else None
    return decided.event_id if decided else ""


def _searched_by(tx: Transaction, task: HandTask) -> tuple[str, ...]:
    if task.keeper is Keeper.SYSTEM:
        return tx.content.system(task.code).search_by
    return ("email", "phone")


def acknowledge(tx: Transaction, task: HandTask, *, whole: bool) -> None:
    """Record that a recipient says it is done, `whole` or but for what they must keep.

    Raises:
        NotFound: nobody waits for it.
    """
    if hand_tasks.is_answered(tx, task):
        raise NotFound
    tx.append(
        "recipient.told",
        {"case": task.case, "recipient": task.code, "outcome": ACKNOWLEDGED if whole else IN_PART},
        case=task.case,
        subject_id=runner.subject_of(tx, task.case),
    )
