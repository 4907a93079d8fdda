"""The step that gathers a copy of what every system holds."""

from collections.abc import Sequence
from typing import Any

from privacy_engine.connectors import copies
from privacy_engine.connectors.copies import Written
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.rights import rules
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import record_decisions
from privacy_engine.workflow.case import for_connectors, person_of, request_of
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.record_decisions import Way
from privacy_engine.workflow.runner import Claim, Outcome
from privacy_engine.workflow.steps import handing
from privacy_engine.workflow.steps.asking import connector_of, searched_systems
from privacy_engine.workflow.steps.failing import note_failure


def copy(claim: Claim) -> Outcome:
    """Copy from every system that can, sealed; never before the person is verified.

    Where the data map names a keeper of what no program reaches, the package waits for what they
    find; where it names nobody, the package says that a person looks there. It waits for an
    officer where a program outside gave records that name somebody else.
    """
    with claim.engine.reading() as tx:
        request = request_of(tx, claim.case)
        key = tx.vault.key(claim.subject_id or "")
        if request is None or key is None or claim.subject_id is None:
            raise Conflict("there is nobody to copy for")
        rules.require_verified(request.facts)
        if request.right == "know:categories":  # its answer holds kinds, and no record
            return Outcome(Progress.DONE, "not needed")
        person = person_of(tx, claim.case, claim.subject_id)
        sofar = _copied(tx, claim.case)
    identifiers = for_connectors(person.identifiers)
    systems = searched_systems(claim.engine)
    by_hand = [item.code for item in systems if handing.ask(claim, item.code, Action.COPY)]
    counts: dict[str, Written] = {}
    failed: list[str] = []
    for system in systems:
        there = system.code in sofar and copies.has(claim.engine.settings, claim.case, system.code)
        if there or system.connector is ConnectorKind.MANUAL:
            continue  # the step goes on for what is still missing
        try:
            counts |= _copy_from(claim, system, identifiers, key=key.enc)
        except EngineError as error:
            failed.append(system.code)
            note_failure(claim, system.code, error)
    _record(claim, counts)
    apart = _held_apart(claim, systems)
    if failed or by_hand or apart:
        progress = Progress.FAILED if failed else Progress.WAITING
        left = {"waiting_for": [*failed, *apart, *by_hand]}
        return Outcome(progress, "partly", left | ({"decide": apart} if apart else {}))
    rows = sofar | {system: written.rows for system, written in counts.items()}
    return Outcome(Progress.DONE, "copied", {"rows": sum(rows.values())})


def _copy_from(
    claim: Claim, system: System, identifiers: Identifiers, *, key: bytes
) -> dict[str, Written]:
    """Seal what one system gives; return how much that was, nothing where it cannot copy."""
    connector = connector_of(claim, system)
    if not connector.capabilities.copy:
        return {}
    records = connector.copy(identifiers)
    settings = claim.engine.settings
    return {
        system.code: copies.write(
            settings, claim.case, system=system.code, records=records, key=key
        )
    }


def _held_apart(claim: Claim, systems: Sequence[System]) -> list[str]:
    """Return the systems of which records wait for an officer; settle what was decided.

    A crash in between leaves some files settled; the repeat settles the others.
    """
    settings = claim.engine.settings
    held = [item.code for item in systems if copies.is_apart(settings, claim.case, item.code)]
    if not held:
        return []
    with claim.engine.reading() as tx:
        decided = record_decisions.decided(tx, claim.case)
    for code in held:
        if code in decided:
            copies.settle(settings, claim.case, code, give=decided[code] is Way.GIVE)
    return [code for code in held if code not in decided]


def _copied(tx: Transaction, case: str) -> dict[str, int]:
    """Return what was copied so far, by system."""
    return {
        str(event.data["system"]): int(event.data.get("found") or 0)
        for event in tx.events_of_case(case)
        if event.kind == "system.copied"
    }


def _record(claim: Claim, counts: dict[str, Written]) -> None:
    def work(tx: Transaction) -> None:
        for system, written in counts.items():
            place = {"case": claim.case, "system": system}
            said: dict[str, dict[str, Any]] = {
                "system.copied": {"phase": "copy", "found": written.rows}
            }
            if written.apart:
                said[record_decisions.HELD_APART] = {"tables": dict(written.apart)}
            for kind, data in said.items():
                tx.append(kind, place | data, case=claim.case, subject_id=claim.subject_id)

    claim.engine.run(work)
