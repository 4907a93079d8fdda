"""What is recorded of a system that did not do its part, and of a decision that it refuses."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from privacy_engine.connectors.protocol import Connector, DeleteOrder, Identifiers, NeedsDecision
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.register import CaseSystem
from privacy_engine.workflow.runner import Claim

_LONGEST = 300


def note_failure(claim: Claim, system: str, error: EngineError) -> None:
    """Record why a system did not do its part, for the board."""
    data = {"case": claim.case, "system": system, "message": error.detail[:_LONGEST]}

    def work(tx: Transaction) -> None:
        tx.append("system.failed", data, case=claim.case, subject_id=claim.subject_id)

    claim.engine.run(work)


def asks_again(
    claim: Claim,
    system: str,
    row: CaseSystem | None,
    error: EngineError,
    *,
    by: Identifiers,
    at: Callable[[], tuple[Connector, DeleteOrder]],
) -> bool:
    """Return whether rows wait for the officer once more, as it is their decision that is refused.

    Otherwise the failure is recorded. A decision was rehearsed when it was taken, and a system may
    refuse it afterwards. A crash before the record leaves the decision as it was: the next run is
    refused again, and asks.
    """
    waits = _without_decision(*at(), by) if row is not None and isinstance(error, Conflict) else ()
    if row is None or not waits:
        note_failure(claim, system, error)
        return False
    data = {
        "case": claim.case,
        "system": system,
        "phase": "delete",
        "removed": 0,
        "retained": list(row.retained),
        "waits": [asdict(item) for item in waits],
        "message": error.detail[:_LONGEST],
    }

    def work(tx: Transaction) -> None:
        tx.append("system.undecided", data, case=claim.case, subject_id=claim.subject_id)

    claim.engine.run(work)
    return True


def _without_decision(
    connector: Connector, order: DeleteOrder, identifiers: Identifiers
) -> Sequence[NeedsDecision]:
    """Return what would wait; nothing where all is refused without the decision too."""
    if not order.decided or not connector.capabilities.dry_run:
        return ()
    try:
        without = replace(order, decided=(), dry_run=True, sample=False)
        return connector.delete(identifiers, without).needs_decision
    except EngineError:
        return ()
