"""Messages that hold what people were asked not to send: set apart, and their writer told.

What must hold: the message itself stays sealed and archived as its retention row says; it is read
by staff for a reason only, and each reading is on record (statement, SP-03 and SP-04).

Source: Cal. Civ. Code 56.05, 56.06: what somebody says of their mind to such a site is medical.
"""

from collections.abc import Sequence

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


def kinds_set_apart(tx: Transaction, messages: Sequence[Event]) -> dict[str, tuple[str, ...]]:
    """Return why messages were set apart when they came, by their event; others are not in it."""
    writers = [item.subject_id for item in messages if item.subject_id]
    if not writers:
        return {}
    of_writers = select(SealedPartRow.event_id).where(  # type: ignore[call-overload]
        col(SealedPartRow.key_id).in_(writers)
    )
    statement = select(LogEventRow.event_id).where(  # type: ignore[call-overload]
        col(LogEventRow.kind) == "message.quarantined",
        # An event's id begins with its moment, and no mark comes before what it marks.
        col(LogEventRow.event_id) > min(item.event_id for item in messages),
        col(LogEventRow.event_id).in_(of_writers),
    )
    marks = tx.read(list(tx.session.execute(statement).scalars()))
    return {
        str(mark.data.get("message")): tuple(str(kind) for kind in mark.data.get("kinds") or ())
        for mark in marks
    }


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
