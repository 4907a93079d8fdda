"""What a legal hold does to a deletion: it keeps rows, and puts off the erasure."""

from collections.abc import Sequence

from sqlalchemy import literal_column, select
from sqlmodel import col

from privacy_engine.connectors.protocol import KeptSeries
from privacy_engine.log.event import Event
from privacy_engine.retention import holds
from privacy_engine.retention.holds import Kept
from privacy_engine.retention.rules import HOLD_GROUND
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow import runner
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import CaseSystem, StepRow
from privacy_engine.workflow.runner import Claim

TASK = "holds.look"
HELD = "held"
"""The outcome of a step that waits until a hold is released."""


def kept_series(claim: Claim, system: str) -> tuple[KeptSeries, ...]:
    """Return which series of a system a deletion must leave because a legal hold stands."""
    with claim.engine.reading() as tx:
        people = tx.person(claim.subject_id) if claim.subject_id else ()
        kept = holds.kept_series(tx, claim.case, people, system=system)
    return tuple(KeptSeries(item.series, item.ground, item.citation, item.until) for item in kept)


def kept_by_hand(tx: Transaction, case: str, system: str) -> tuple[Kept, ...]:
    """Return which series of a system somebody who deletes by hand must leave for a hold."""
    subject_id = runner.subject_of(tx, case)
    people = tx.person(subject_id) if subject_id else ()
    return holds.kept_series(tx, case, people, system=system)


def is_held(tx: Transaction, case: str, *, subject_id: str | None) -> bool:
    """Return whether a legal hold keeps the person of a case, so that nothing may be erased."""
    people = tx.person(subject_id) if subject_id else ()
    return bool(holds.on_person(tx, people, case=case))


def left_for_a_hold(claim: Claim) -> list[CaseSystem]:
    """Return the systems in which the deletion of a case left rows for a hold."""
    with claim.engine.reading() as tx:
        board = workflows.board(tx.session, claim.case)
    return [
        row for row in board if any(item.get("ground") == HOLD_GROUND for item in row.retained)
    ]


def go_on_after_release(tx: Transaction, event: Event) -> None:
    """The release of a hold lets the steps that waited for it be tried again."""
    for case, step in _waiting(tx):
        name = f"step:{case}:{step}:{event.data['hold']}"
        tx.order(runner.TASK, name=name, case=case, step=step)


def look(engine: Transactions) -> None:
    """Let go on whatever waited for a hold whose last day has passed; ordered once a day.

    Nobody releases a hold that runs out, so nothing else would wake what waited for it.
    """
    engine.run(_go_on_with_free)


def _go_on_with_free(tx: Transaction) -> None:
    today = tx.now.astimezone(tx.settings.zone).date()
    for case, step in _waiting(tx):
        if not is_held(tx, case, subject_id=runner.subject_of(tx, case)):
            tx.order(runner.TASK, name=f"step:{case}:{step}:{today}", case=case, step=step)


def sequestered(tx: Transaction, persons: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return those of some people's ids whose erasure a hold puts off.

    What is kept of them is kept for the hold alone, and used for nothing else
    (11 CCR 7022(f)(3)).
    """
    cases = [case for case, _ in _waiting(tx)]
    if not cases:
        return frozenset()
    named = {runner.subject_of(tx, case) for case in cases} - {None}
    kept = {one for subject_id in named if subject_id for one in tx.person(subject_id)}
    return frozenset(kept & {one for ids in persons for one in ids})


def _waiting(tx: Transaction) -> list[tuple[str, str]]:
    # Spelled out, so that the index over held steps alone serves: this is asked at every check.
    held = col(StepRow.outcome) == literal_column(f"'{HELD}'")
    waiting = select(StepRow.case, StepRow.step).where(  # type: ignore[call-overload]
        held, col(StepRow.progress) == str(Progress.WAITING)
    )
    return [(case, step) for case, step in tx.session.execute(waiting)]
