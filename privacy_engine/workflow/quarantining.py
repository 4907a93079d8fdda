"""Tells systems that a child's data stands still, and that it may be used again.

What must hold: a system that asks for it in the data map hears of a freeze in the next moment and
of its end; a word never comes after the one that overtook it. A word is ordered in the transaction
that freezes, so a crash loses none; a crash between the call and its event sends the same call
again, under the same id.

When a parent consents, the names by which systems froze the child are destroyed. So both words
bear the reference of the case, which says nothing about anybody, and a system lets go of what it
stopped under it.

Source: 16 CFR 312.5(a)(1): nothing is used or disclosed without a parent's consent.
"""

from dataclasses import replace

from privacy_engine.children import register as cases
from privacy_engine.children.rules import OPEN, State
from privacy_engine.connectors import deliveries
from privacy_engine.connectors.deliveries import CaseBook
from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.webhook import QUARANTINE, RELEASE, WORDS, WebhookConnector
from privacy_engine.errors import Conflict, EngineError, NotFound, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.log.event import DRILL_SITE, Event
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.case import for_connectors, person_of

TASK = "children.tell_systems"
_FREE = frozenset({State.CLEARED, State.CONSENTED})


def freeze(tx: Transaction, event: Event) -> None:
    """Order the word that a child's data stands still, for each system that wants it."""
    _order(tx, str(event.data["case"]), QUARANTINE)


def release(tx: Transaction, event: Event) -> None:
    """Order the word that it may be used again, for each system that was told to stop."""
    _order(tx, str(event.data["case"]), RELEASE)


def again(tx: Transaction, case: str, *, action: str, system: str) -> None:
    """Order one word once more, under the id that it had.

    Raises:
        Conflict: it is no longer true.
    """
    if not _is_true(tx, case, action):
        raise Conflict("what this said is no longer so")
    tx.order(TASK, case=case, action=action, system=system, resent=True)


def tell(
    engine: Transactions, *, case: str, action: str, system: str, resent: bool = False
) -> None:
    """Tell one system; nothing happens once the opposite is true, or there is nobody to name.

    That it may go on is told without a name too: the reference says what it stopped. Unless an
    officer has it `resent`, it is told once: a crash after that calls nobody and notes nothing.

    Raises:
        Unavailable: the system does not answer now; it is told again.
    """
    wants = next((s for s in engine.content.systems if s.code == system and s.quarantine), None)
    with engine.reading() as tx:
        due = _is_true(tx, case, action) and (resent or not _was_told(tx, case, action, system))
        identifiers = _identifiers(tx, case) if wants and due else None
    if wants is None or identifiers is None:
        return
    if identifiers.is_empty and action == QUARANTINE:
        return
    try:
        connector = _connector(engine, wants, case=case, action=action)
        answered = connector.tell(action, identifiers, reference=case)
        outcome = "acknowledged" if answered else "accepted"
    except Unavailable:
        raise
    except EngineError:
        outcome = "refused"  # asking again changes nothing; an officer sees it and may resend
    engine.run(lambda tx: _record(tx, case, action=action, system=system, outcome=outcome))


def _order(tx: Transaction, case: str, action: str) -> None:
    try:
        site = cases.get(tx.session, case).site
    except NotFound:
        return  # a freeze beside any case: there is nothing to say of whom
    if site == DRILL_SITE:
        return  # nobody got anything of a person who does not exist
    for system in tx.content.systems:
        if system.quarantine:
            name = f"{action}:{case}:{system.code}"
            tx.order(TASK, name=name, case=case, action=action, system=system.code)


def _is_true(tx: Transaction, case: str, action: str) -> bool:
    try:
        state = cases.get(tx.session, case).state
    except NotFound:
        return False
    return state in OPEN or state is State.DELETING if action == QUARANTINE else state in _FREE


def _identifiers(tx: Transaction, case: str) -> Identifiers | None:
    subject_id = cases.get(tx.session, case).subject_id
    return for_connectors(person_of(tx, case, subject_id).identifiers) if subject_id else None


def _connector(
    engine: Transactions, system: System, *, case: str, action: str
) -> WebhookConnector:
    rules = system.quarantine
    if rules is None:
        raise Conflict(f"{system.code} wants no word of a freeze")
    # A system that is reached otherwise says where it hears of a freeze; a webhook hears it there
    # where it hears everything else.
    own = system.connector is ConnectorKind.WEBHOOK and not (rules.url or rules.url_setting)
    heard = replace(
        system,
        connector=ConnectorKind.WEBHOOK,
        url=system.url if own else rules.url,
        url_setting=system.url_setting if own else rules.url_setting,
        url_file=system.url_file if own else "",
        secret_file=rules.secret_file or system.secret_file,
    )
    asking = Asking(f"{case}-{system.code}", CaseBook(engine, case, action, system.code))
    connector = open_connector(
        heard, root=engine.settings.root, settings=engine.settings.addresses, asking=asking
    )
    if not isinstance(connector, WebhookConnector):
        raise Conflict(f"{system.code} cannot be told")
    return connector


def _was_told(tx: Transaction, case: str, action: str, system: str) -> bool:
    told = [event.data for event in tx.events_of_case(case) if event.kind == "quarantine.told"]
    return any(item["action"] == action and item["system"] == system for item in told)


def _record(tx: Transaction, case: str, *, action: str, system: str, outcome: str) -> None:
    data = {"case": case, "system": system, "action": action, "outcome": outcome}
    tx.append(
        "quarantine.told", data, case=case, subject_id=cases.get(tx.session, case).subject_id
    )


def resend(tx: Transaction, asked: deliveries.Delivery) -> bool:
    """Order a listed word again; return False where the question is of another kind."""
    if asked.action not in WORDS:
        return False
    again(tx, asked.case, action=asked.action, system=asked.system)
    return True
