"""Answers that a system outside gives later: kept, and the step that waits for them goes on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from privacy_engine.connectors import deliveries
from privacy_engine.connectors.belonging import Belonging
from privacy_engine.connectors.deliveries import Delivery
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.webhook import WORDS
from privacy_engine.connectors.webhook_answers import (
    only_known,
    read_corrected,
    read_deleted,
    read_located,
    read_records,
)
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import System
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register, runner
from privacy_engine.workflow.runner import Claim

_SOONEST = timedelta(minutes=15)
_LATEST = timedelta(days=1)


def receive(
    tx: Transaction, system: System, *, message_id: str, answer: Mapping[str, Any]
) -> None:
    """Keep the answer to a question, once, and order the step that waits for it.

    A count of what was there before a deletion is recorded at once: nobody waits for it.

    Raises:
        NotFound: the system was asked no such thing.
        InvalidInput: the answer says nothing that can be counted.
    """
    asked = deliveries.by_message(tx, system.code, message_id)
    answer = _understood(system, asked, answer)
    tx.lock(asked.case)
    subject_id = runner.subject_of(tx, asked.case)
    if not deliveries.store_answer(tx, asked, answer, subject_id=subject_id):
        return
    if asked.action == "locate" and runner.is_settled(tx, asked.case, step=asked.step):
        _record_baseline(tx, system, asked, answer, subject_id=subject_id)
        return
    if asked.action not in WORDS:  # nobody waits for what was only told
        again(tx, asked, because=f"answered:{message_id}")


def again(tx: Transaction, asked: Delivery, *, because: str) -> None:
    """Order the step that asked once more; `because` makes the order unique."""
    tx.order(
        runner.TASK,
        name=f"step:{asked.case}:{asked.step}:{because}"[:200],
        case=asked.case,
        step=asked.step,
    )


def ask_again_later(claim: Claim) -> None:
    """Order the step again for later, since a system has yet to answer and may never call.

    The pauses grow with the age of the case, from a quarter of an hour to a day.
    """

    def work(tx: Transaction) -> None:
        run = register.run(tx.session, claim.case)
        age = tx.now - run.started_at if run else _SOONEST
        due_at = tx.now + min(max(age, _SOONEST), _LATEST)
        tx.order(
            runner.TASK,
            name=f"step:{claim.case}:{claim.step.code}:again:{due_at:%Y%m%d%H}",
            due_at=due_at,
            case=claim.case,
            step=claim.step.code,
        )

    claim.engine.run(work)


def _understood(system: System, asked: Delivery, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        match asked.action:
            case "locate":
                read_located(system, answer)
            case "delete":
                if not read_deleted(system, answer).done:
                    raise InvalidInput("a late answer says `done: true`, or is sent when it is")
            case "copy":
                list(read_records(system, answer, Belonging(Identifiers())))
            case "correct":
                read_corrected(system, answer)
            case _:
                pass
        return only_known(system, answer, action=asked.action)
    except Conflict as error:
        raise InvalidInput(error.detail) from None


def _record_baseline(
    tx: Transaction,
    system: System,
    asked: Delivery,
    answer: Mapping[str, Any],
    *,
    subject_id: str | None,
) -> None:
    known = register.of_system(tx.session, asked.case, system.code)
    if known is not None and (known.before is not None or known.removed is not None):
        return  # counted already, or deleted meanwhile: what is found now is no baseline
    tables = read_located(system, answer).by_table
    tx.append(
        "system.searched",
        {
            "case": asked.case,
            "system": system.code,
            "phase": "before",
            "tables": tables,
            "found": sum(tables.values()),
        },
        case=asked.case,
        subject_id=subject_id,
    )
