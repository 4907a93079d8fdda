"""Letters that an officer writes: kept with the decision, sent as due work after its commit.

What must hold: no mail server is ever spoken to inside a writing transaction, for on SQLite that
keeps everybody else from writing. The letter is the event; the order for it stands in the same
transaction. A crash after sending and before the order ends sends it again under the same
Message-ID.
"""

from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Event
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.case import person_of

TASK = "letters.send"


def keep_and_order(
    tx: Transaction, *, case: str, subject_id: str, template: str, subject_line: str, body: str
) -> Event:
    """Keep a letter about a case and order that it is sent; return the event that is the letter.

    Without an address nothing is ordered: then it is posted by hand.
    """
    address = person_of(tx, case, subject_id).address
    event = tx.append(
        "message.sent",
        {
            "case": case,
            "template": template,
            "transport": tx.settings.mail.transport if address else "by hand",
            "subject_line": subject_line,
            "body": body,
            "address": address,
        },
        case=case,
        subject_id=subject_id,
    )
    if address:
        name = order_name(case, event.event_id)
        tx.order(TASK, name=name, case=case, event=event.event_id)
    return event


def order_name(case: str, event_id: str) -> str:
    """Return the name under which the sending of one letter is ordered, once."""
    return f"letter:{case}:{event_id}"


def send(engine: Transactions, *, case: str, event: str) -> None:
    """Send a kept letter; nothing happens once the person was erased.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    with engine.reading() as tx:
        found = _opened(tx, case, event)
    if found is not None:
        letter, key = found
        transport.send(engine.settings, letter, key=key)


def _opened(tx: Transaction, case: str, event_id: str) -> tuple[Outgoing, DataKey] | None:
    event = tx.event(event_id)
    key = tx.vault.key(event.subject_id) if event.subject_id else None
    address, body = str(event.data.get("address") or ""), str(event.data.get("body") or "")
    if key is None or not address or not body:
        return None
    return Outgoing(
        message_id=event.event_id,
        address=address,
        subject=str(event.data.get("subject_line") or ""),
        body=body,
        language=rights.get(tx.session, case).language,
        sent_at=event.recorded_at,
    ), key
