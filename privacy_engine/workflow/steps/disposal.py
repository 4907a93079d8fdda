"""The schedule in motion: its verbs over the systems of the instance, and its steps."""

from privacy_engine.connectors import health
from privacy_engine.errors import Conflict
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Event
from privacy_engine.retention import actions, holds, looking, register, running
from privacy_engine.retention.actions import Preview
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import State
from privacy_engine.retention.sources import Progress as Told
from privacy_engine.retention.sources import Sample, Wanted, no_progress
from privacy_engine.transaction import ENGINE, Actor, Transaction, Transactions
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow import runner
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome, StepBody
from privacy_engine.workflow.steps.disposal_sources import sources

WORKFLOW = "retention-disposition"
LOOK = "retention.look"
PAUSED = "paused"
"""The outcome of a step that waits until somebody lets the run go on."""


# Verbs with the sources of this instance -------------------------------------------------


def preview_series(engine: Transactions, series: str, *, actor: Actor = ENGINE) -> Preview:
    """Rehearse a row of the schedule over the systems of the data map; see `actions.preview`."""
    made = actions.preview(engine, series, sources=sources, actor=actor)
    engine.run(lambda tx: looking.note(tx, tx.content.series(series), made.found))
    return made


def samples(engine: Transactions, run: Run) -> dict[tuple[str, str], tuple[Sample, ...]]:
    """Return a few rows, masked, of each table that a previewed run would end, as they are now.

    They are read again for each look: no value of a row is ever stored with a preview.

    Raises:
        Unavailable: a system cannot be asked.
    """
    with engine.reading() as tx:
        wanted = Wanted(
            tx.content.series(run.series), run.cutoff, run.previewed_at, holds.standing(tx)
        )
        piles = [pile for pile in actions.piles_of(tx, run) if pile.due and pile.table]
    asked = {source.system: source for source in sources(engine, run.series)}
    return {
        (pile.system, pile.table): asked[pile.system].sample(wanted, pile.table)
        for pile in piles
        if pile.system in asked
    }


def carry_out(
    engine: Transactions, run: str, *, actor: Actor = ENGINE, progress: Told = no_progress
) -> Run:
    """Carry out an approved run over the systems of the data map; see `running.carry_out`."""
    return running.carry_out(engine, run, sources=sources, actor=actor, progress=progress)


def look_for_due(engine: Transactions) -> None:
    """Preview whatever is due, so that the first screen can say so; dispose of nothing.

    A system that did not answer is tested, so that the first screen says of it why not.
    """
    unanswered = looking.look(engine, sources=sources)
    wanted = {code for name in unanswered for code in engine.content.series(name).systems}
    for system in health.testable(engine):
        if system.code in wanted:
            health.test_one(engine, system.code)


# Steps -----------------------------------------------------------------------------------


def preview(claim: Claim) -> Outcome:
    """Be done: a disposition begins with its stored preview."""
    with claim.engine.reading() as tx:
        run = register.get(tx.session, claim.case)
    found = {"due": run.due, "held": run.held, "excepted": run.excepted}
    return Outcome(Progress.DONE, "previewed", found)


def dispose(claim: Claim) -> Outcome:
    """Carry out what was approved; a run that was voided meanwhile ends the step as such."""
    with claim.engine.reading() as tx:
        state = register.get(tx.session, claim.case).state
    if state is State.VOIDED:
        return Outcome(Progress.DONE, "voided")
    try:
        run = carry_out(claim.engine, claim.case)
    except Conflict:
        with claim.engine.reading() as tx:
            run = register.get(tx.session, claim.case)
        if not run.is_paused:
            raise
    if run.is_paused:
        return Outcome(Progress.WAITING, PAUSED, {"why": run.paused_why})
    return Outcome(Progress.DONE, "disposed", {"disposed": run.disposed, "failed": run.failed})


def searching_again(of_people: StepBody) -> StepBody:
    """Return a rescan that knows dispositions: those searched again by date when they ended."""

    def rescan(claim: Claim) -> Outcome:
        if claim.workflow.code != WORKFLOW:
            return of_people(claim)
        with claim.engine.reading() as tx:
            run = register.get(tx.session, claim.case)
        word = "residue" if run.found_after else "nothing found"
        return Outcome(Progress.DONE, word, {"found_after": run.found_after})

    return rescan


# Reactions -------------------------------------------------------------------------------


def start_disposition(tx: Transaction, event: Event) -> None:
    """A stored preview begins the run of its workflow."""
    runner.start(tx, str(event.data["run"]), workflow=WORKFLOW, subject_id=None)


def settle_disposition(tx: Transaction, event: Event) -> None:
    """Approval, or the end of what was previewed, settles the waiting decision."""
    case = str(event.data["run"])
    outcome = "dispose" if event.kind == "disposition.approved" else "reject"
    found = workflows.run(tx.session, case)
    if found is None:
        return
    for step in tx.content.workflow(found.workflow).steps:
        if step.kind is StepKind.DECIDE:
            runner.settle(tx, case, step=step.code, outcome=outcome)
            return


def go_on_after_pause(tx: Transaction, event: Event) -> None:
    """Somebody let a run go on: its step is done again."""
    case = str(event.data["run"])
    found = workflows.run(tx.session, case)
    if found is None:
        return
    for code, state in found.steps.items():
        if state.progress is Progress.WAITING and state.outcome == PAUSED:
            name = f"step:{case}:{code}:{event.event_id}"
            tx.order(runner.TASK, name=name, case=case, step=code)


def look_after_release(tx: Transaction, event: Event) -> None:
    """A hold ended: what it kept from an approved run goes, without anybody remembering it."""
    tx.order(LOOK, name=f"look:{event.event_id}")
