"""By which names systems are searched; after an erasure by those sealed until the last search."""

from collections.abc import Sequence

from privacy_engine.children import register as child_cases
from privacy_engine.children.rules import State
from privacy_engine.instance.model import Step, Workflow
from privacy_engine.log.event import Identifier, identifiers_as_data, identifiers_from_data
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import runner
from privacy_engine.workflow.case import OWN_NAME, person_of


def forget_after(tx: Transaction, case: str, *, step: Step, workflow: Workflow) -> None:
    """Destroy the sealed names with a search after which none is planned.

    While a parent is asked one is: after a no, or nothing, what came meanwhile is searched for.
    The erasure that follows that search destroys them, or the end of the case after a yes.
    """
    tx.lock(case)
    last = [item.code for item in workflow.steps if item.kind is step.kind][-1] == step.code
    if last and not _is_without_a_yes(tx, case):
        tx.destroy_rescan_key(case)


def _is_without_a_yes(tx: Transaction, case: str) -> bool:
    return child_cases.subject_of(tx, case) is not None and (
        child_cases.get(tx.session, case).state in {State.ASKING, State.DELETING}
    )


def order_forgetting(tx: Transaction, case: str) -> None:
    """Order that the names of a case that has ended are destroyed, if any are left."""
    if rescan_identifiers(tx, case):
        tx.order(runner.FORGET_NAMES, name=f"forget-names:{case}", case=case)


def forget(engine: Transactions, *, case: str) -> None:
    """Destroy the names of a case that has ended; a second run finds none."""
    engine.run(lambda tx: tx.destroy_rescan_key(case))
    engine.after_erasure()


def prepare_rescan(tx: Transaction, case: str, *, subject_id: str) -> None:
    """Seal the identifiers for the planned rescans, under a key that dies with the last one."""
    person = person_of(tx, case, subject_id)
    _seal(tx, case, person.identifiers, subject_id=subject_id)


def hand_over(tx: Transaction, case: str, *, into: str) -> None:
    """Seal what a case that was merged is still to be searched by in the one that goes on.

    In the transaction that merges: after it, the names of the merged case are destroyed.
    """
    if names := rescan_identifiers(tx, case):
        _seal(tx, into, names, subject_id=runner.subject_of(tx, into))


def _seal(
    tx: Transaction, case: str, identifiers: Sequence[Identifier], *, subject_id: str | None
) -> None:
    sealed = rescan_identifiers(tx, case)
    if sealed and set(identifiers) <= set(sealed):
        return  # said before: this step was begun anew, or a crash came after it
    data = {"case": case, "identifiers": identifiers_as_data(identifiers)}
    tx.append("rescan.prepared", data, case=case, subject_id=subject_id)


def rescan_identifiers(tx: Transaction, case: str) -> tuple[Identifier, ...]:
    """Return the identifiers sealed for searching again; empty once their key was destroyed."""
    return tuple(
        dict.fromkeys(
            one
            for event in tx.events_of_case(case)
            if event.kind == "rescan.prepared"
            for one in identifiers_from_data(event.data.get("identifiers"))
        )
    )


def search_identifiers(
    tx: Transaction, case: str, subject_id: str | None
) -> tuple[Identifier, ...]:
    """Return what places are searched by: the copy sealed at an erasure, and what is known now.

    A child whose parent is asked keeps one address; the rest stands in the sealed copy alone, and
    a name learnt meanwhile outside of it. The name that ties the child to its case is ours.
    """
    known = person_of(tx, case, subject_id).identifiers if subject_id else ()
    found = dict.fromkeys((*rescan_identifiers(tx, case), *known))
    return tuple(item for item in found if item.scope != OWN_NAME)


def times_reopened(tx: Transaction, case: str, *, step: str) -> int:
    """Return how often a step that was done was begun anew."""
    return sum(
        event.kind == "step.reopened" and event.data.get("step") == step
        for event in tx.events_of_case(case)
    )


def turn_of(tx: Transaction, case: str, *, step: str) -> str:
    """Return what the calls of a step that was begun anew add to their names."""
    again = times_reopened(tx, case, step=step)
    return f"-again{again}" if again else ""


def reopened_by(tx: Transaction, case: str, *, system: str = "") -> str:
    """Return the event that had a system, or any, asked once more the last time; empty if none."""
    found = [
        event.event_id
        for event in tx.events_of_case(case)
        if event.kind == "system.reopened" and system in {"", event.data.get("system")}
    ]
    return found[-1] if found else ""
