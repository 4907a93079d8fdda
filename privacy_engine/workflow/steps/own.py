"""Steps about what the engine itself holds: erase the sealed data, order the report."""

from collections.abc import Sequence
from datetime import timedelta

from privacy_engine.children import actions as children
from privacy_engine.connectors import copies
from privacy_engine.consent import suppression
from privacy_engine.consent.rules import DO_NOT_USE
from privacy_engine.errors import Conflict
from privacy_engine.instance.terms import StepKind
from privacy_engine.letters import transport
from privacy_engine.log.erasure import Order
from privacy_engine.rights import actions as requests
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import (
    late_names,
    linked_late,
    parent_forms,
    register,
    request_papers,
    runner,
    task_files,
)
from privacy_engine.workflow.case import person_of
from privacy_engine.workflow.linked_late import CHILD_WORKFLOW
from privacy_engine.workflow.machine import SETTLED, Progress
from privacy_engine.workflow.register import REOPENED
from privacy_engine.workflow.rescans import prepare_rescan
from privacy_engine.workflow.runner import DONE, Claim, Outcome
from privacy_engine.workflow.steps import holding, other_requests, proof_keeping
from privacy_engine.workflow.steps.asking import searched_systems
from privacy_engine.workflow.steps.systems import delete_released

BACKUP_HORIZON = timedelta(days=30)


def erase(claim: Claim) -> Outcome:
    """Destroy keys, sealed parts and aliases of the person; keep what a ground requires.

    Refused while a search afterwards found something: the identifiers are needed to go on. Put
    off while a legal hold stands; after it, what the hold kept in systems goes first. Put off
    too while another request of the person cannot be answered without them.
    """
    with claim.engine.reading() as tx:
        if holding.is_held(tx, claim.case, subject_id=claim.subject_id):
            return Outcome(Progress.WAITING, holding.HELD)
        first = other_requests.answered_first(tx, claim.case, subject_id=claim.subject_id)
        if first:
            return Outcome(Progress.WAITING, other_requests.AWAITED, {"waiting_for": first})
    if claim.engine.run(lambda tx: _waits_for_fetching(tx, claim)):
        return Outcome(Progress.WAITING, other_requests.AWAITED)
    if claim.subject_id is not None:
        if not claim.engine.run(lambda tx: _is_its_turn(tx, claim)):
            return Outcome(Progress.DUE, REOPENED)
        delete_released(claim)
    claim.engine.run(lambda tx: _erase(tx, claim))
    _sweep(claim.engine)
    claim.engine.after_erasure()
    return Outcome(Progress.DONE, "erased")


def _waits_for_fetching(tx: Transaction, claim: Claim) -> bool:
    until = other_requests.fetched_until(tx, claim.case, subject_id=claim.subject_id)
    if until is None or until <= tx.now:
        return False
    tx.order(
        runner.TASK,
        name=f"step:{claim.case}:{claim.step.code}:fetched:{until.isoformat()}",
        due_at=until,
        case=claim.case,
        step=claim.step.code,
    )
    return True


def _is_its_turn(tx: Transaction, claim: Claim) -> bool:
    """Return whether every system was asked by every name; if not, let that be done first.

    A name that is learnt while a parent is waited for, or while a hold stands, is searched for as
    the others were, by the steps that searched for those. So is, after that wait, what came
    under the names that were known.
    """
    tx.lock(claim.case)
    run = register.run(tx.session, claim.case)
    before = late_names.steps_before(claim.workflow, claim.step)
    states = [run.steps.get(item.code) for item in before] if run else []
    if any(state and state.progress not in SETTLED for state in states):
        return False  # it is being done; an order from before woke this step
    left = _to_ask_again(tx, claim)
    if left:
        late_names.reopen(tx, claim.case, step=claim.step, workflow=claim.workflow, systems=left)
    return not left


def _to_ask_again(tx: Transaction, claim: Claim) -> dict[str, str]:
    before = late_names.steps_before(claim.workflow, claim.step)
    if claim.subject_id is None or all(item.kind is not StepKind.DELETE for item in before):
        return {}
    systems = searched_systems(claim.engine)
    return late_names.to_ask_again(
        tx, claim.case, claim.subject_id, workflow=claim.workflow, systems=systems
    )


def _sweep(engine: Transactions) -> None:
    """Delete the files that nobody can open any more, whoever's they were.

    By what is there and not by who was erased just now: after a crash between the erasure and
    this, the next run no longer knows whom it erased. Copies and packages lie under the name of
    their case, for each of the person's cases, and are sealed under the person's key.
    """
    settings = engine.settings
    with engine.reading() as tx:
        transport.remove_unreadable(settings.outbox_directory, tx.vault.open_keys)
    for path in sorted(settings.exports_directory.glob("packages/*.sealed")):
        with engine.reading() as tx:
            gone = runner.subject_of(tx, path.stem) is None
        if gone:
            path.unlink(missing_ok=True)
    for path in sorted(settings.exports_directory.glob("copies/*")):
        with engine.reading() as tx:
            gone = runner.subject_of(tx, path.name) is None
        if gone:
            copies.remove(settings, path.name)
    parent_forms.sweep(engine)
    task_files.sweep(engine)
    request_papers.sweep(engine)


def _erase(tx: Transaction, claim: Claim) -> None:
    if claim.subject_id is None:
        return
    tx.lock(claim.case)
    is_child = claim.workflow.code == CHILD_WORKFLOW
    if is_child:
        linked_late.set_apart(tx, claim.case)
    person = person_of(tx, claim.case, claim.subject_id)
    tx.vault.lock_persons(person.subject_ids)  # from here on nobody gives them another name
    _require_still_free(tx, claim)
    later = any(step.wait and step.kind is StepKind.RESCAN for step in claim.workflow.steps)
    if later:
        prepare_rescan(tx, claim.case, subject_id=claim.subject_id)
    ground = "16 CFR 312.10" if is_child else "Civ. Code 1798.105(c)"
    # An opt-out outlives the person's data: the hash goes on saying no (Civ. Code 1798.105(c)(2)).
    # Of a child it says no to everything: whoever comes back under this name needs a parent first.
    actions = (*suppression.actions_of(tx, person.subject_ids), "do_not_reimport")
    actions += (DO_NOT_USE,) if is_child else ()
    order = Order(
        person.subject_ids, claim.case, tx.now, keep_proofs=not is_child, actions=actions
    )
    _end_twins(tx, claim.case, person.subject_ids)
    if is_child:
        children.merge_others(tx, claim.case, person.subject_ids)
    other_requests.close_unconfirmed(tx, claim.case, subject_id=claim.subject_id)
    if order.keep_proofs:
        proof_keeping.date_proofs(tx, person.subject_ids)
    tx.erase(order, ground=ground)
    if not later:  # those sealed when a parent was asked
        tx.destroy_rescan_key(claim.case)


def _end_twins(tx: Transaction, case: str, subject_ids: Sequence[str]) -> None:
    """End the other requests of a person to be deleted: it is done for all of them."""
    for twin in rights.of_subjects(tx.session, subject_ids):
        if twin.reference != case and twin.right == "delete" and not twin.ended:
            requests.end(tx, twin.reference, as_="fulfilled")
            runner.abandon(tx, twin.reference)


def _require_still_free(tx: Transaction, claim: Claim) -> None:
    board = register.board(tx.session, claim.case)
    residue = [row.system for row in board if row.verdict == "residue"]
    if residue:
        msg = f"something was found again in {', '.join(residue)}; delete there first"
        raise Conflict(msg)
    if holding.is_held(tx, claim.case, subject_id=claim.subject_id):
        raise Conflict("a legal hold keeps this person; it was placed just now")
    if other_requests.answered_first(tx, claim.case, subject_id=claim.subject_id):
        raise Conflict("another request of this person came just now; it is answered first")
    if _to_ask_again(tx, claim):
        raise Conflict("a name of this person was learnt just now; systems are asked by it first")


def freeze(claim: Claim) -> Outcome:
    """Stop every use of a child's data: it was done with the signal, and is made sure of here."""

    def work(tx: Transaction) -> None:
        children.freeze(tx, claim.case)

    if claim.subject_id:
        claim.engine.run(work)
    return Outcome(Progress.DONE, "frozen")


def report(claim: Claim) -> Outcome:
    """Order the report of the case; the step ends when the report was produced."""

    def order(tx: Transaction) -> None:
        tx.order(
            "reports.case",
            name=f"report:{claim.case}:{claim.step.code}",
            case=claim.case,
            step=claim.step.code,
            report=str(claim.step.options.get("report", "")),
        )

    claim.engine.run(order)
    return Outcome(Progress.WAITING, "being produced")


__all__ = ["DONE", "erase", "report"]
