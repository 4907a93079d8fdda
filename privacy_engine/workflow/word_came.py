"""A mail to the officers when a person writes, appeals or sends a paper; it names nobody.

However often somebody writes, one request makes one mail an hour: the page of the request shows
all that is unread.
"""

from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing, is_usable
from privacy_engine.log.event import Event
from privacy_engine.rights import register
from privacy_engine.transaction import Role, Transaction, Transactions

TASK = "requests.word_mail"
_HOUR = 3_600
_WORDS = {
    "request.message_received": "The person wrote",
    "request.appealed": "The person asks that our answer is looked at again",
    "request.paper_received": "A paper came that shows who may ask",
}


def order(tx: Transaction, event: Event) -> None:
    """Order the mail about what came by a public page; what a colleague entered is known."""
    if tx.actor.role is not Role.SUBJECT:
        return
    case = str(event.data["case"])
    hour = int(tx.now.timestamp()) // _HOUR
    tx.order(TASK, name=f"word:{case}:{hour}", case=case, event=event.event_id)


def send(engine: Transactions, *, case: str, event: str) -> None:
    """Send the mail; a second run sends the same one again.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    with engine.reading() as tx:
        to = tx.settings.requests.alert_to or tx.settings.controller.email
        if not is_usable(to) or not register.exists(tx.session, case):
            return
        found, came = register.get(tx.session, case), tx.event(event)
        asked = compose.right_in_words(found.right, "en")
        letter = Outgoing(
            message_id=event,
            address=to,
            subject=f"Somebody wrote about {case}",
            body=f"{_WORDS[came.kind]}: {case}, {asked}.\n\n"
            "The page of the request shows it, and takes the answer.\n",
            language="en",
            sent_at=tx.now,
        )
        key = tx.vault.instance_key()
    transport.send(engine.settings, letter, key=key)
