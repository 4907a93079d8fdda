"""What a person can do to a running workflow: attest, decide, correct, and try again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, OnDelete, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.retention.rules import HOLD_CITATION, HOLD_GROUND
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import (
    corrections,
    late_names,
    machine,
    register,
    row_decisions,
    runner,
)
from privacy_engine.workflow.corrections import Change

MOST_ROWS = 10_000_000


@dataclass(frozen=True)
class KeptByHand:
    """What somebody who deletes by hand had to keep: how much, why, and until when."""

    count: int
    ground: str
    until: date | None = None


def attest(
    tx: Transaction,
    case: str,
    *,
    system: str,
    removed: int,
    note: str,
    kept: KeptByHand | None = None,
) -> None:
    """Record that a person deleted by hand in a system that no connector reaches, or that failed.

    Raises:
        InvalidInput: the count is negative or absurd, or nothing is said of how it was done.
        Conflict: nobody has decided yet, the system answers by itself, or has deleted already.
        UnknownCode: no such system.
    """
    declared = tx.content.system(system)
    if not is_for_a_person(tx, case, system=system):
        raise Conflict(f"nobody has to delete by hand in {declared.title} for this case")
    require_decided(tx, case)
    if not 0 <= removed <= MOST_ROWS:
        raise InvalidInput("say how many items were deleted: a whole number, 0 or more")
    if not note.strip():
        raise InvalidInput("say in a sentence how you searched and deleted")
    tx.lock(case)
    row = register.of_system(tx.session, case, system)
    if row is not None and row.removed is not None:
        raise Conflict(f"{declared.title} was attested already")
    subject_id = runner.subject_of(tx, case)
    event = tx.append(
        "system.deleted",
        {
            "case": case,
            "system": system,
            "phase": "delete",
            "removed": removed,
            "tables": {"attested": removed},
            "retained": [_kept(declared, kept)] if kept else [],
            **late_names.as_data(tx, case, subject_id),
        },
        case=case,
        subject_id=subject_id,
    )
    tx.append(
        "request.noted", {"case": case, "note": note.strip()}, case=case, subject_id=subject_id
    )
    for code in waiting_steps(tx, case, kind=StepKind.DELETE):
        name = f"step:{case}:{code}:attested:{event.event_id}"
        tx.order(runner.TASK, name=name, case=case, step=code)


def _kept(system: System, kept: KeptByHand) -> dict[str, Any]:
    if not 0 < kept.count <= MOST_ROWS or not kept.ground.strip():
        raise InvalidInput("say how much was kept, and why")
    return {
        "table": "attested",
        "series": system.series[0] if system.series else "",
        "count": kept.count,
        "ground": kept.ground.strip()[:200],
        "citation": HOLD_CITATION if kept.ground == HOLD_GROUND else "",
        "until": kept.until.isoformat() if kept.until else "",
    }


def require_decided(tx: Transaction, case: str) -> None:
    """Refuse a deletion by hand before an officer decided, where the case has such a decision.

    Raises:
        Conflict: nobody has decided yet.
    """
    run = register.run(tx.session, case)
    workflow = tx.content.workflow(run.workflow) if run else None
    if run is None or workflow is None:
        return
    asks = any(step.kind is StepKind.DECIDE for step in workflow.steps)
    if asks and not machine.decision(workflow, run.history):
        raise Conflict(
            "nothing is deleted by hand before an officer has decided this case; decide first"
        )


def is_for_a_person(tx: Transaction, case: str, *, system: str) -> bool:
    """Return whether somebody may delete by hand: nothing reaches the system, or it has failed.

    Not in a case that deletes nothing.

    What was done by hand is searched again by the connector like everything else.
    """
    run = register.run(tx.session, case)
    steps = tx.content.workflow(run.workflow).steps if run else ()
    if all(step.kind is not StepKind.DELETE for step in steps):
        return False
    if tx.content.system(system).connector is ConnectorKind.MANUAL:
        return True
    board = register.board(tx.session, case)
    return any(row.system == system and row.message and row.removed is None for row in board)


def decide_rows(
    tx: Transaction, case: str, *, system: str, choices: Mapping[str, OnDelete], note: str
) -> None:
    """Record what becomes of rows that also concern others, and let the deletion go on.

    Raises:
        Conflict: nothing waits for a decision in this system.
        InvalidInput: a table is left open, a way is not offered, or no reason is given.
        UnknownCode: no such system.
    """
    declared = tx.content.system(system)
    if not note.strip():
        raise InvalidInput("say in a sentence why you decide so")
    tx.lock(case)
    board = {row.system: row for row in register.board(tx.session, case)}
    if system not in board or not row_decisions.open_tables(board[system]):
        raise Conflict(f"nothing in {declared.title} waits for a decision")
    row_decisions.require_sense(declared, board[system], choices)
    subject_id = runner.subject_of(tx, case)
    listed = [{"table": table, "action": str(action)} for table, action in choices.items()]
    data = {"case": case, "system": system, "choices": listed}
    event = tx.append(row_decisions.DECIDED, data, case=case, subject_id=subject_id)
    words = {"case": case, "note": note.strip()}
    tx.append("request.noted", words, case=case, subject_id=subject_id)
    for code in waiting_steps(tx, case, kind=StepKind.DELETE):
        name = f"step:{case}:{code}:decided:{event.event_id}"
        tx.order(runner.TASK, name=name, case=case, step=code)


def correct(tx: Transaction, case: str, *, changes: Sequence[Change], source: str = "") -> None:
    """Record which values shall stand where, and order that they are written through.

    It may be said before the decision, and again until everything was corrected; the newest
    counts. The values are sealed under the person's key and go with the person. `source` is who
    gave us the wrong value, when it was not we: the answer names it. Source: 11 CCR 7023(i).

    Raises:
        InvalidInput: nothing to change, or a place that must not be changed so.
        UnknownCode: no such system or table.
        Conflict: nothing is to be corrected in this case, or it was done already.
    """
    corrections.require_sense(tx, changes)
    tx.lock(case)
    steps = open_steps(tx, case, kind=StepKind.CORRECT)
    subject_id = runner.subject_of(tx, case)
    if not steps or subject_id is None:
        raise Conflict("nothing is left to correct in this case")
    event = tx.append(
        corrections.DECIDED,
        {
            "case": case,
            "count": len(changes),
            "systems": list(dict.fromkeys(item.system for item in changes)),
            "changes": [asdict(item) for item in changes],
            **({"source": source.strip()[:200]} if source.strip() else {}),
        },
        case=case,
        subject_id=subject_id,
    )
    for code in waiting_steps(tx, case, kind=StepKind.CORRECT):
        tx.order(
            runner.TASK,
            name=f"step:{case}:{code}:correct:{event.event_id}",
            case=case,
            step=code,
        )


def retry(tx: Transaction, case: str, *, step: str) -> None:
    """Try a step again now that whatever stopped it was mended.

    Raises:
        Conflict: the step is settled, or was never begun.
    """
    run = register.run(tx.session, case)
    state = run.steps.get(step) if run else None
    if state is None or state.progress in machine.SETTLED:
        raise Conflict("this step has nothing to try again")
    tx.order(
        runner.TASK, name=f"step:{case}:{step}:retry:{tx.now.isoformat()}", case=case, step=step
    )


def open_steps(tx: Transaction, case: str, *, kind: StepKind) -> list[str]:
    """Return the steps of a kind that are not settled, begun or not."""
    run = register.run(tx.session, case)
    if run is None or run.ended_at:
        return []
    return [
        step.code
        for step in tx.content.workflow(run.workflow).steps
        if step.kind is kind
        and (step.code not in run.steps or run.steps[step.code].progress not in machine.SETTLED)
    ]


def waiting_steps(tx: Transaction, case: str, *, kind: StepKind) -> list[str]:
    """Return the steps of a kind that are begun, or under way for the first time, and not settled.

    What is under way may have looked already at what is decided just now, and will end waiting for
    it: without an order nothing would wake it.
    """
    run = register.run(tx.session, case)
    if run is None:
        return []
    workflow = tx.content.workflow(run.workflow)
    begun = dict.fromkeys([*run.steps, *runner.under_way(tx, case)])
    settled = {code for code, state in run.steps.items() if state.progress in machine.SETTLED}
    return [code for code in begun if code not in settled and workflow.step(code).kind is kind]
