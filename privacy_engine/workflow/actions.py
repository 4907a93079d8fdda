"""What a person can do to a running workflow: attest for a system, and try a step again."""

from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import machine, register, runner

MOST_ROWS = 10_000_000


def attest(tx: Transaction, case: str, *, system: str, removed: int, note: str) -> None:
    """Record that a person deleted by hand in a system that no connector reaches.

    Raises:
        InvalidInput: the count is negative or absurd, or nothing is said of how it was done.
        Conflict: the system answers by itself, or it was attested before.
        UnknownCode: no such system.
    """
    declared = tx.content.system(system)
    if declared.connector is not ConnectorKind.MANUAL:
        raise Conflict(f"{declared.title} answers by itself; nobody attests for it")
    if not 0 <= removed <= MOST_ROWS:
        raise InvalidInput("say how many items were deleted: a whole number, 0 or more")
    if not note.strip():
        raise InvalidInput("say in a sentence how you searched and deleted")
    tx.lock(case)
    if any(
        row.system == system and row.removed is not None
        for row in register.board(tx.session, case)
    ):
        raise Conflict(f"{declared.title} was attested already")
    subject_id = runner.subject_of(tx, case)
    tx.append(
        "system.deleted",
        {
            "case": case,
            "system": system,
            "phase": "delete",
            "removed": removed,
            "tables": {"attested": removed},
            "retained": [],
        },
        case=case,
        subject_id=subject_id,
    )
    tx.append(
        "request.noted", {"case": case, "note": note.strip()}, case=case, subject_id=subject_id
    )
    for code in _waiting(tx, case, kind=StepKind.DELETE):
        tx.order(runner.TASK, name=f"step:{case}:{code}:attested:{system}", case=case, step=code)


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


def _waiting(tx: Transaction, case: str, *, kind: StepKind) -> list[str]:
    run = register.run(tx.session, case)
    if run is None:
        return []
    workflow = tx.content.workflow(run.workflow)
    return [
        code
        for code, state in run.steps.items()
        if state.progress not in machine.SETTLED and workflow.step(code).kind is kind
    ]
