"""The mails that call officers to their desk: written while reading, sent with nothing open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing, is_usable
from privacy_engine.transaction import Transaction, Transactions


@dataclass(frozen=True)
class Mail:
    """What is said, line by line; it names nobody."""

    subject: str
    lines: Iterable[str]


def send(
    engine: Transactions, *, message_id: str, write: Callable[[Transaction], Mail | None]
) -> None:
    """Send one mail to `alert_to`, or else to the controller; nothing where `write` says None.

    A second run sends the same mail again, under the same Message-ID.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    with engine.reading() as tx:
        to = tx.settings.requests.alert_to or tx.settings.controller.email
        mail = write(tx) if is_usable(to) else None
        if mail is None:
            return
        letter = Outgoing(
            message_id=message_id,
            address=to,
            subject=mail.subject,
            body="\n".join(mail.lines),
            language="en",
            sent_at=tx.now,
        )
        key = tx.vault.instance_key()
    transport.send(engine.settings, letter, key=key)
