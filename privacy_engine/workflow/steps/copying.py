"""The step that gathers a copy of what every system holds."""

from privacy_engine.connectors import copies
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.rights import rules
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import for_connectors, person_of, request_of
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome
from privacy_engine.workflow.steps.systems import connector_of, searched_systems


def copy(claim: Claim) -> Outcome:
    """Copy from every system that can, sealed; never before the person is verified."""
    with claim.engine.reading() as tx:
        request = request_of(tx, claim.case)
        key = tx.vault.key(claim.subject_id or "")
        if request is None or key is None or claim.subject_id is None:
            raise Conflict("there is nobody to copy for")
        rules.require_verified(request.facts)
        if request.right == "know:categories":  # its answer holds kinds, and no record
            return Outcome(Progress.DONE, "not needed")
        person = person_of(tx, claim.case, claim.subject_id)
    identifiers = for_connectors(person.identifiers)
    counts: dict[str, int] = {}
    failed: list[str] = []
    for system in searched_systems(claim.engine):
        if system.connector is ConnectorKind.MANUAL:
            continue
        try:
            connector = connector_of(claim, system)
            if connector.capabilities.copy:
                counts[system.code] = copies.write(
                    claim.engine.settings,
                    claim.case,
                    system=system.code,
                    records=connector.copy(identifiers),
                    key=key.enc,
                )
        except EngineError:
            failed.append(system.code)
    _record(claim, counts)
    if failed:
        return Outcome(Progress.FAILED, "partly", {"waiting_for": failed})
    return Outcome(Progress.DONE, "copied", {"rows": sum(counts.values())})


def _record(claim: Claim, counts: dict[str, int]) -> None:
    def work(tx: Transaction) -> None:
        for system, count in counts.items():
            tx.append(
                "system.copied",
                {
                    "case": claim.case,
                    "system": system,
                    "phase": "copy",
                    "found": count,
                },
                case=claim.case,
                subject_id=claim.subject_id,
            )

    claim.engine.run(work)
