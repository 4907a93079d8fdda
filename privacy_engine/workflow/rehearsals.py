"""What a deletion of a case would do: tried in each system and rolled back, for who decides.

Nothing is recorded: a crash leaves what was there before. While it lasts a system may hold the
locks of a deletion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from privacy_engine.connectors.protocol import Decided, Deleted
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import OnDelete, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transactions
from privacy_engine.workflow import register, runner
from privacy_engine.workflow.runner import Claim
from privacy_engine.workflow.steps import systems


@dataclass(frozen=True)
class Rehearsal:
    """What would happen in one system; a sentence where that is not known."""

    system: System
    planned: Deleted | None = None
    why_not: str = ""


def rehearse(engine: Transactions, case: str) -> Sequence[Rehearsal]:
    """Return what a deletion would do in every system that is searched, with masked rows.

    Raises:
        Conflict: the case deletes nothing.
    """
    claim = _claim(engine, case)
    return [_try(claim, system) for system in systems.searched_systems(engine)]


def refusal(
    engine: Transactions, case: str, system: System, *, choices: Mapping[str, OnDelete]
) -> str:
    """Return why a decision about rows cannot be carried out; nothing where it can, or may.

    A system that is out of reach now is asked when the deletion goes on.
    """
    claim = _claim(engine, case)
    decided = tuple(Decided(table, action) for table, action in choices.items())
    try:
        connector = systems.connector_of(claim, system)
        if not connector.capabilities.dry_run:
            return ""
        order = systems.order_for(claim, system)
        known = tuple(item for item in order.decided if item.table not in choices)
        order = replace(order, decided=(*known, *decided), dry_run=True, sample=False)
        connector.delete(systems.identifiers_for(claim), order)
    except Conflict as error:
        return error.detail
    except EngineError:
        return ""
    return ""


def _claim(engine: Transactions, case: str) -> Claim:
    with engine.reading() as tx:
        run = register.run(tx.session, case)
        subject_id = runner.subject_of(tx, case)
    workflow = engine.content.workflow(run.workflow) if run else None
    steps = workflow.steps if workflow else ()
    step = next((item for item in steps if item.kind is StepKind.DELETE), None)
    if workflow is None or step is None:
        raise Conflict("nothing is deleted in this case")
    return Claim(engine, case, step, workflow, subject_id)


def _try(claim: Claim, system: System) -> Rehearsal:
    try:
        connector = systems.connector_of(claim, system)
        if not connector.capabilities.dry_run:
            return Rehearsal(system, why_not="It does not rehearse: what is there shows later.")
        order = replace(systems.order_for(claim, system), dry_run=True)
        return Rehearsal(system, connector.delete(systems.identifiers_for(claim), order))
    except EngineError as error:
        return Rehearsal(system, why_not=error.detail)
