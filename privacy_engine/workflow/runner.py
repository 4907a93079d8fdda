"""Run one step of a case once: claim, do, append the outcome.

The order that survives a crash: the step's effect first (every effect may happen twice and then
changes nothing more), then, in one transaction, its outcome and the orders for what comes next.
A crash before the outcome lets the lease of the due work run out; the step is done again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.errors import EngineError, Unavailable
from privacy_engine.instance.model import Step, Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import instant
from privacy_engine.transaction import DueWorkRow, Transaction, Transactions
from privacy_engine.workflow import machine, register
from privacy_engine.workflow.machine import Progress

TASK = "workflow.step"
FORGET_NAMES = "cases.forget_names"


@dataclass(frozen=True)
class Outcome:
    """What a step did.

    Attributes:
        progress: done, waiting or failed.
        word: one word for the timeline, such as `sent`, `erased`, `residue`, `fulfil`.
        detail: counts and codes, never text of people.
        due_at: when a step that waits goes on by itself, aware UTC.
        stands: asked again in the transaction that records it; where it does not hold any more,
            nothing is recorded, and the order that came with the change does the step again.
    """

    progress: Progress
    word: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    stands: Callable[[Transaction], bool] | None = None


DONE = Outcome(Progress.DONE, "done")


@dataclass(frozen=True)
class Claim:
    """A step that this run may do: the case, the step, the workflow it belongs to."""

    engine: Transactions
    case: str
    step: Step
    workflow: Workflow
    subject_id: str | None
    failures: int = 0


class StepBody(Protocol):
    """Does what one kind of step asks; may be called again after a crash."""

    def __call__(self, claim: Claim) -> Outcome:
        """Return what came of it."""
        ...


def start(tx: Transaction, case: str, *, workflow: str, subject_id: str | None) -> None:
    """Begin the run of a case in the accepting transaction; once."""
    if register.run(tx.session, case) is None:
        tx.append(
            "workflow.started",
            {"case": case, "workflow": workflow},
            case=case,
            subject_id=subject_id,
        )
        advance(tx, case, subject_id=subject_id)


def advance(tx: Transaction, case: str, *, subject_id: str | None) -> None:
    """Order whatever is due next in a case; skip what the decision ruled out; end the run."""
    tx.lock(case)
    run = register.run(tx.session, case)
    if run is None or run.ended_at:
        return
    workflow = tx.content.workflow(run.workflow)
    plan = machine.plan(workflow, run.history, zone=tx.settings.zone)
    for code in plan.skipped:
        tx.append(
            "step.done",
            {"case": case, "step": code, "outcome": "skipped"},
            case=case,
            subject_id=subject_id,
        )
    for due in plan.due:
        state = run.steps.get(due.step.code)
        turn = str(state.failures if state else 0)
        if state and state.outcome == register.REOPENED:
            turn += f":again:{state.detail['turn']}"
        if due.not_before and due.not_before > tx.now and state is None:
            tx.append(
                "step.waiting",
                {
                    "case": case,
                    "step": due.step.code,
                    "outcome": "time",
                    "due_at": instant(due.not_before),
                },
                case=case,
                subject_id=subject_id,
            )
        tx.order(
            TASK,
            name=f"step:{case}:{due.step.code}:{turn}",
            due_at=due.not_before,
            case=case,
            step=due.step.code,
        )
    if plan.ended:
        tx.append(
            "workflow.ended",
            {"case": case, "workflow": run.workflow},
            case=case,
            subject_id=subject_id,
        )


def run_step(
    engine: Transactions, bodies: Mapping[str, StepBody], *, case: str, step: str
) -> None:
    """Do one step of a case; nothing happens when it is already settled.

    Raises:
        EngineError: the step could not be done now; the due work is tried again later.
    """
    claim = engine.run(lambda tx: _claim(engine, tx, case=case, step=step))
    if claim is None:
        return
    try:
        outcome = bodies[claim.step.kind](claim)
    except EngineError as error:
        failed = Outcome(Progress.FAILED, error.slug, {"why": error.detail[:300]})
        engine.run(lambda tx: _record(tx, claim, failed))
        raise
    engine.run(lambda tx: _record(tx, claim, outcome))
    if outcome.progress is Progress.FAILED:  # partly done: the due work goes back and is retried
        raise Unavailable("some systems have not done their part yet")


def _claim(engine: Transactions, tx: Transaction, *, case: str, step: str) -> Claim | None:
    run = register.run(tx.session, case)
    if run is None or run.ended_at:
        return None
    state = run.steps.get(step)
    if state and state.progress in machine.SETTLED:
        return None
    workflow = tx.content.workflow(run.workflow)
    return Claim(
        engine,
        case,
        workflow.step(step),
        workflow,
        subject_of(tx, case),
        state.failures if state else 0,
    )


def settle(tx: Transaction, case: str, *, step: str, outcome: str) -> None:
    """Record that a person or an event settled a waiting step, and order what comes next."""
    tx.lock(case)
    run = register.run(tx.session, case)
    if run is None or run.ended_at:
        return
    state = run.steps.get(step)
    if state and state.progress in machine.SETTLED:
        return
    subject_id = subject_of(tx, case)
    tx.append(
        "step.done",
        {"case": case, "step": step, "outcome": outcome},
        case=case,
        subject_id=subject_id,
    )
    advance(tx, case, subject_id=subject_id)


def under_way(tx: Transaction, case: str) -> list[str]:
    """Return the steps of a case whose turn it is, some of which a worker may be doing now."""
    orders = select(DueWorkRow).where(
        col(DueWorkRow.lane) == case,
        col(DueWorkRow.task) == TASK,
        col(DueWorkRow.state) == "due",
        col(DueWorkRow.due_at) <= tx.now,
    )
    return [str(row.ids["step"]) for row in tx.session.execute(orders).scalars()]


def is_settled(tx: Transaction, case: str, *, step: str) -> bool:
    """Return whether nothing more is to be done for a step."""
    run = register.run(tx.session, case)
    state = run.steps.get(step) if run else None
    return bool(state and state.progress in machine.SETTLED)


def abandon(tx: Transaction, case: str) -> None:
    """End the run of a case that nobody wants any more: nothing that is still to come happens."""
    tx.lock(case)
    run = register.run(tx.session, case)
    if run is None or run.ended_at:
        return
    subject_id = subject_of(tx, case)

    def note(kind: str, **data: str) -> None:
        tx.append(kind, {"case": case, **data}, case=case, subject_id=subject_id)

    for step in tx.content.workflow(run.workflow).steps:
        state = run.steps.get(step.code)
        if state is None or state.progress not in machine.SETTLED:
            note("step.done", step=step.code, outcome="skipped")
    note("workflow.ended", workflow=run.workflow)


def will_destroy(tx: Transaction, case: str) -> bool:
    """Return whether an open order of a case destroys keys.

    A crash inside a destruction leaves a line of the journal and the keys still there, as a
    restore would. With its order open, the destruction is repeated by itself.
    """
    run = register.run(tx.session, case)
    if run is None:
        return False
    workflow = tx.content.workflow(run.workflow)
    orders = select(DueWorkRow).where(
        col(DueWorkRow.lane) == case,
        col(DueWorkRow.task).in_((TASK, FORGET_NAMES)),
        col(DueWorkRow.state) != "done",
    )
    return any(
        row.task == FORGET_NAMES
        or (
            run.ended_at is None
            and workflow.step(str(row.ids["step"])).kind in {StepKind.ERASE, StepKind.RESCAN}
        )
        for row in tx.session.execute(orders).scalars()
    )


def _record(tx: Transaction, claim: Claim, outcome: Outcome) -> None:
    if outcome.progress is Progress.DUE:
        return  # it put itself back behind others, which order it again
    tx.lock(claim.case)
    run = register.run(tx.session, claim.case)
    state = run.steps.get(claim.step.code) if run else None
    if state and state.progress in machine.SETTLED:
        return  # another worker was faster; its outcome stands
    if outcome.stands is not None and not outcome.stands(tx):
        return
    subject_id = subject_of(tx, claim.case)
    kind = {Progress.DONE: "step.done", Progress.WAITING: "step.waiting"}.get(
        outcome.progress, "step.failed"
    )
    tx.append(
        kind,
        {
            "case": claim.case,
            "step": claim.step.code,
            "outcome": outcome.word,
            "detail": dict(outcome.detail),
            **({"due_at": instant(outcome.due_at)} if outcome.due_at else {}),
        },
        case=claim.case,
        subject_id=subject_id,
    )
    if outcome.progress is Progress.DONE:
        advance(tx, claim.case, subject_id=subject_id)


def subject_of(tx: Transaction, case: str) -> str | None:
    """Return whom a case is about, None once they are erased."""
    finders = tx.world.case_subjects
    return next((found for finder in finders if (found := finder(tx, case))), None)
