"""Messages that hold what people were asked not to send: set apart, and their writer told.

What must hold: the message itself stays sealed and archived as its retention row says; it is read
by staff for a reason only, and each reading is on record (statement, SP-03 and SP-04).

Source: Cal. Civ. Code 56.05, 56.06: what somebody says of their mind to such a site is medical.
"""

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.children import register as cases
from privacy_engine.children.detect import detect_sensitive
from privacy_engine.errors import UnknownCode
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEventRow, SealedPartRow
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import Transaction, Transactions

TASK = "letters.sensitive"
TEMPLATE = "sensitive-text"


def quarantine(tx: Transaction, event: Event) -> None:
    """Set a message apart that holds health or other sensitive facts, and order the letter.

    One letter a day, however many messages: nobody is lectured.
    """
    found = detect_sensitive(str(event.data.get("text") or ""))
    if not found.found or event.subject_id is None:
        return
    data = {"message": event.event_id, "kinds": list(found.kinds)}
    tx.append("message.quarantined", data, subject_id=event.subject_id, site=event.site)
    day = tx.now.astimezone(tx.settings.zone).date()
    name = f"sensitive:{event.subject_id}:{day}"
    tx.order(TASK, name=name, subject=event.subject_id)


def is_set_apart(tx: Transaction, message: Event) -> bool:
    """Return whether a message was set apart when it came."""
    of_writer = select(SealedPartRow.event_id).where(  # type: ignore[call-overload]
        col(SealedPartRow.key_id) == message.subject_id
    )
    statement = select(LogEventRow.event_id).where(  # type: ignore[call-overload]
        col(LogEventRow.kind) == "message.quarantined",
        col(LogEventRow.event_id) > message.event_id,
        col(LogEventRow.event_id).in_(of_writer),
    )
    flags = tx.read(list(tx.session.execute(statement).scalars()))
    return any(item.data.get("message") == message.event_id for item in flags)


def tell(engine: Transactions, *, subject: str) -> None:
    """Tell a writer; nothing happens without an address, and nothing to a child in a case.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    written = engine.run(lambda tx: _write(tx, subject))
    if written is not None:
        letter, key = written
        transport.send(engine.settings, letter, key=key)


def _write(tx: Transaction, subject: str) -> tuple[Outgoing, DataKey] | None:
    key, person = tx.vault.key(subject), tx.person(subject)
    if key is None or cases.open_case_of(tx.session, person):
        return None
    addresses = [item.value for item in tx.identifiers(person) if item.kind == "email"]
    language = tx.settings.instance.language
    try:
        template = tx.content.template(TEMPLATE, language)
    except UnknownCode:
        return None  # the instance chose not to write
    if not addresses:
        return None
    controller = tx.settings.controller
    letter = compose.compose(
        template,
        {
            "request_url": f"{tx.settings.instance.public_url}/request/delete",
            "officer_title": controller.officer_title,
            "controller_name": controller.name,
            "controller_address": controller.address,
            "controller_email": controller.email,
        },
    )
    event = tx.append(
        "writer.told",
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
