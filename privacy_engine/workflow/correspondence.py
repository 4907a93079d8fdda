"""Letters outside a workflow: a fresh link to somebody's choices or to their request."""

from datetime import timedelta

from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import links
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.case import status_url

LINK_FOR = timedelta(days=2)
TASK = "letters.link"


def order_link(tx: Transaction, *, subject_id: str | None, purpose: str) -> None:
    """Order a letter with a link; for an unknown address the order is written too, and empty.

    So the page that asked takes the same time and says the same, known address or not.
    """
    tx.order(TASK, subject=subject_id or "", purpose=purpose)


def send_link(engine: Transactions, *, subject: str, purpose: str) -> None:
    """Send the ordered letter; nothing happens for nobody. A second run sends it again."""
    if not subject:
        return
    written = engine.run(lambda tx: _write(tx, subject, purpose))
    if written is not None:
        letter, key = written
        transport.send(engine.settings, letter, key=key)


def _write(tx: Transaction, subject: str, purpose: str) -> tuple[Outgoing, DataKey] | None:
    key = tx.vault.key(subject)
    addresses = [i.value for i in tx.identifiers(tx.person(subject)) if i.kind == "email"]
    url = preferences_url(tx, subject) if purpose == "preferences" else _newest_status(tx, subject)
    if key is None or not addresses or not url:
        return None
    controller = tx.settings.controller
    template = tx.content.template(f"{purpose}-link", tx.settings.instance.language)
    letter = compose.compose(
        template,
        {
            "name": "",
            "preferences_url": url,
            "status_url": url,
            "officer_title": controller.officer_title,
            "controller_name": controller.name,
            "controller_address": controller.address,
            "controller_email": controller.email,
        },
    )
    event = tx.append(
        "link.sent",
        {
            "template": letter.template,
            "subject_line": letter.subject,
            "body": letter.body,
            "address": addresses[0],
        },
        subject_id=subject,
    )
    return Outgoing(
        event.event_id, addresses[0], letter.subject, letter.body, letter.language, tx.now
    ), key


def preferences_url(tx: Transaction, subject: str) -> str:
    """Return the link to somebody's choices; it names a random id and nobody."""
    token = links.sign(
        tx.world.ring, use="preferences", about=subject, expires_at=tx.now + LINK_FOR
    )
    return f"{tx.settings.instance.public_url.rstrip('/')}/preferences?key={subject}.{token}"


def _newest_status(tx: Transaction, subject: str) -> str:
    found = rights.of_subjects(tx.session, tx.person(subject))
    return status_url(tx, found[0].reference) if found else ""
