"""The one answer to a child who wrote to us: it goes out, and then everything is deleted.

A crash after sending and before the deletion sends the same answer again, under the same
Message-ID; a crash never leaves an answered child undeleted, for the order stays open.

Source: 16 CFR 312.5(c)(3).
"""

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Event
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import Transaction, Transactions

TASK = "letters.one_reply"
_SUBJECT = {"en": "Your message to {}", "es": "Su mensaje a {}"}
_REASON = "The child was answered once; nothing is kept after it."


def order(tx: Transaction, event: Event) -> None:
    """Order that the answer is sent, once."""
    case = str(event.data["case"])
    tx.order(TASK, name=f"one-reply:{case}", case=case)


def send(engine: Transactions, *, case: str) -> None:
    """Send the answer, then decide to delete.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    with engine.reading() as tx:
        found = _answer(tx, case)
    if found is not None:
        letter, key = found
        transport.send(engine.settings, letter, key=key)
    engine.run(lambda tx: _delete(tx, case))


def _answer(tx: Transaction, case: str) -> tuple[Outgoing, DataKey] | None:
    for event in tx.events_of_case(case):
        if event.kind == "child.answered_once" and event.data.get("body"):
            key = tx.vault.key(event.subject_id) if event.subject_id else None
            controller = tx.settings.controller.name or tx.settings.instance.name
            language = tx.settings.instance.language
            letter = Outgoing(
                event.event_id,
                str(event.data["address"]),
                _SUBJECT.get(language[:2], _SUBJECT["en"]).format(controller),
                str(event.data["body"]),
                language,
                event.recorded_at,
            )
            return (letter, key) if key else None
    return None


def _delete(tx: Transaction, case: str) -> None:
    if cases.get(tx.session, case).state in {State.SUSPECTED, State.KNOWN}:
        children.confirm(tx, case, reason=_REASON)
