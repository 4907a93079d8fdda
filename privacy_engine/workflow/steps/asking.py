"""What a step asks a system with: by which names, under which orders, through which connector."""

from privacy_engine import clock, keys
from privacy_engine.connectors.deliveries import CaseBook
from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.protocol import Connector, DeleteOrder, Identifiers
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transactions
from privacy_engine.workflow import corrections, row_decisions
from privacy_engine.workflow.case import for_connectors
from privacy_engine.workflow.rescans import search_identifiers, turn_of
from privacy_engine.workflow.runner import Claim
from privacy_engine.workflow.steps import counting, holding


def identifiers_for(claim: Claim) -> Identifiers:
    """Return what systems are searched by: the copy sealed at an erasure, and what is known."""
    with claim.engine.reading() as tx:
        return for_connectors(search_identifiers(tx, claim.case, claim.subject_id))


def order_for(claim: Claim, system: System) -> DeleteOrder:
    """Return what a deletion in a system has to heed: holds, and what an officer decided."""
    settings = claim.engine.settings
    hash_key = keys.derive(claim.engine.ring.secret("suppression-pepper"), label="keyed-hash")
    today = clock.now().astimezone(settings.zone).date()
    kept = holding.kept_series(claim, system.code)
    with claim.engine.reading() as tx:
        decided = row_decisions.decided(tx, claim.case, system.code)
    return DeleteOrder(on=today, hash_key=hash_key, kept=kept, decided=decided)


def connector_of(claim: Claim, system: System, *, part: str = "") -> Connector:
    """Return the connector of a system; the name of the call is the same after a crash.

    `part` tells the same question, asked twice in one try, apart.

    Raises:
        Unavailable: its address or secret is not set.
    """
    settings = claim.engine.settings
    # A search that found something is made again, and must not get the old answer again.
    turn = f"-{claim.failures}" if claim.failures and claim.step.kind is StepKind.RESCAN else ""
    with claim.engine.reading() as tx:
        turn += turn_of(tx, claim.case, step=claim.step.code)
        if claim.step.kind is StepKind.CORRECT:
            turn += corrections.turn_of(tx, claim.case, system=system.code)
        deleted_at = counting.deleted_at(tx, claim.case, system)
    return open_connector(
        system,
        root=settings.root,
        settings=settings.addresses,
        asking=Asking(
            f"{claim.case}-{claim.step.code}-{system.code}{turn}{part}",
            CaseBook(claim.engine, claim.case, claim.step.code, system.code, claim.subject_id),
            f"{settings.instance.public_url}/opendsr/callbacks",
            samples=False,
            deleted_at=deleted_at,
        ),
    )


def searched_systems(engine: Transactions) -> list[System]:
    """Return the systems that are searched in this world, in the order of the data map."""
    # Test mode touches only what is marked for it. A recipient is told (`notify`), not searched.
    only_test = engine.settings.test_mode
    return [
        item
        for item in engine.content.systems
        if item.connector is not ConnectorKind.RECIPIENT and (item.test or not only_test)
    ]
