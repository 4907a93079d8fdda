"""A mail to the officers when a person writes, appeals or sends a paper; it names nobody.

However often somebody writes, one request makes one mail an hour: the page of the request shows
all that is unread.
"""

from privacy_engine.letters import compose
from privacy_engine.log.event import Event
from privacy_engine.rights import register
from privacy_engine.transaction import Role, Transaction, Transactions
from privacy_engine.workflow import officer_mail
from privacy_engine.workflow.officer_mail import Mail

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

    def write(tx: Transaction) -> Mail | None:
        if not register.exists(tx.session, case):
            return None
        found, came = register.get(tx.session, case), tx.event(event)
        asked = compose.right_in_words(found.right, "en")
        lines = (
            f"{_WORDS[came.kind]}: {case}, {asked}.\n",
            "The page of the request shows it, and takes the answer.\n",
        )
        return Mail(f"Somebody wrote about {case}", lines)

    officer_mail.send(engine, message_id=event, write=write)
