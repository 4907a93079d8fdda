"""What a deletion or a correction would do: tried in each system and rolled back, for who decides.

Nothing is recorded: a crash leaves what was there before. While it lasts a system may hold the
locks of a deletion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from privacy_engine.connectors.protocol import Corrected, Correction, Decided, Deleted, Identifiers
from privacy_engine.errors import Conflict, EngineError, InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, OnDelete, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transactions
from privacy_engine.workflow import register, runner
from privacy_engine.workflow.corrections import Change
from privacy_engine.workflow.runner import Claim
from privacy_engine.workflow.steps import asking, correcting

_BY_HAND = "Somebody looks there by hand, and says what was there."
_NO_TRYING = "A deletion cannot be tried there; the case says what the search found."


@dataclass(frozen=True)
class Rehearsal:
    """What would happen in one system; a sentence where that is not known, or would fail."""

    system: System
    planned: Deleted | None = None
    why_not: str = ""
    fails: bool = False


@runtime_checkable
class TriesCorrections(Protocol):
    """A system that can say beforehand whether it would take a correction."""

    def try_correction(
        self, identifiers: Identifiers, corrections: tuple[Correction, ...]
    ) -> Corrected:
        """Do what `correct` does and take it back; whoever refuses it there refuses it here."""
        ...


def rehearse(engine: Transactions, case: str) -> Sequence[Rehearsal]:
    """Return what a deletion would do in every system that is searched, with masked rows.

    Raises:
        Conflict: the case deletes nothing.
    """
    claim = _claim(engine, case)
    return [_try(claim, system) for system in asking.searched_systems(engine)]


def refusal(
    engine: Transactions, case: str, system: System, *, choices: Mapping[str, OnDelete]
) -> str:
    """Return why a decision about rows cannot be carried out; nothing where it can, or may.

    A system that is out of reach now is asked when the deletion goes on.
    """
    claim = _claim(engine, case)
    decided = tuple(Decided(table, action) for table, action in choices.items())
    try:
        connector = asking.connector_of(claim, system)
        if not connector.capabilities.dry_run:
            return ""
        order = asking.order_for(claim, system)
        known = tuple(item for item in order.decided if item.table not in choices)
        order = replace(order, decided=(*known, *decided), dry_run=True, sample=False)
        connector.delete(asking.identifiers_for(claim), order)
    except Conflict as error:
        return error.detail
    except EngineError:
        return ""
    return ""


def correction_refused(
    engine: Transactions, case: str, changes: Sequence[Change]
) -> tuple[Change, str] | None:
    """Return the first change that a system refuses, and why; None where it takes all, or may.

    A system that is out of reach now is asked when the correction is carried out.
    """
    claim = _claim(engine, case, StepKind.CORRECT)
    for code in dict.fromkeys(item.system for item in changes):
        here = [item for item in changes if item.system == code]
        if why := _refused(claim, code, here):
            alone = ((item, _refused(claim, code, [item])) for item in here if len(here) > 1)
            return next((one for one in alone if one[1]), (here[0], why))
    return None


def _refused(claim: Claim, code: str, changes: Sequence[Change]) -> str:
    system = claim.engine.content.system(code)
    try:
        connector = asking.connector_of(claim, system)
        if not isinstance(connector, TriesCorrections):
            return ""
        by = asking.identifiers_for(claim)
        correcting.require_one(system, connector, by, changes=changes)
        tried = connector.try_correction(by, tuple(item.correction for item in changes))
    except (Conflict, InvalidInput) as error:
        return error.detail
    except EngineError:
        return ""
    return "" if tried.done else "no record of this person holds the value that is wrong"


def _claim(engine: Transactions, case: str, kind: StepKind = StepKind.DELETE) -> Claim:
    with engine.reading() as tx:
        run = register.run(tx.session, case)
        subject_id = runner.subject_of(tx, case)
    workflow = engine.content.workflow(run.workflow) if run else None
    steps = workflow.steps if workflow else ()
    step = next((item for item in steps if item.kind is kind), None)
    if workflow is None or step is None:
        raise Conflict("no step of this case does that in the systems")
    return Claim(engine, case, step, workflow, subject_id)


def _try(claim: Claim, system: System) -> Rehearsal:
    try:
        connector = asking.connector_of(claim, system)
        if not connector.capabilities.dry_run:
            by_hand = system.connector is ConnectorKind.MANUAL
            return Rehearsal(system, why_not=_BY_HAND if by_hand else _NO_TRYING)
        order = replace(asking.order_for(claim, system), dry_run=True)
        return Rehearsal(system, connector.delete(asking.identifiers_for(claim), order))
    except EngineError as error:
        return Rehearsal(system, why_not=error.detail, fails=True)
