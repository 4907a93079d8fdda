"""People as the console shows them: masked, and open only after a logged look."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from flask import session

from privacy_engine import clock
from privacy_engine.log.event import Identifier, identifiers_from_data
from privacy_engine.look.formats import mask_email
from privacy_engine.look.parts import Person
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction

SHOWN_FOR = timedelta(minutes=10)
_GRANTS = "shown"
_ORDER = ("email", "phone", "account", "external", "device")
GONE = Person("", "", erased=True)


def mask(identifiers: Iterable[Identifier]) -> str:
    """Return the best-known identifier of a person, masked."""
    best = _best(identifiers)
    if best is None:
        return "no address"
    if best.kind == "email":
        return mask_email(best.value)
    if best.kind == "phone":
        return f"•••{best.value[-2:]}"
    return f"{best.kind} at {best.scope}" if best.scope else f"by {best.kind}"


def mask_name(name: str) -> str:
    """Return the initials of a name, as in "M. T."."""
    return " ".join(f"{word[0]}." for word in name.split()[:3])


def open_person(identifiers: Iterable[Identifier], *, name: str = "") -> str:
    """Return a person in full, for somebody whose look was logged."""
    best = _best(identifiers)
    return ", ".join(part for part in (name, best.value if best else "") if part)


def of_requests(tx: Transaction, requests: Sequence[Request]) -> Mapping[str, Person]:
    """Return whom requests are about, by reference: two queries for all of them."""
    alive = [item for item in requests if item.subject_id]
    events = {event.event_id: event for event in tx.read([item.received_event for item in alive])}
    found: dict[str, Person] = {}
    for item in requests:
        event = events.get(item.received_event)
        if event is None or item.subject_id is None:
            found[item.reference] = GONE
            continue
        who = identifiers_from_data(event.data.get("subject"))
        child = item.acting_for == "child"
        found[item.reference] = Person(item.subject_id, mask(who), child=child)
    return found


def of_subject(tx: Transaction, subject_id: str | None, *, name: str = "") -> Person:
    """Return one person, open when this session has a fresh grant to see them."""
    if subject_id is None:
        return GONE
    identifiers = tx.identifiers(tx.person(subject_id))
    revealed = open_person(identifiers, name=name) if may_see(subject_id) else ""
    return Person(subject_id, mask(identifiers), revealed=revealed)


_LINK = re.compile(r"([?&]key=)[^\s&]+")


def redact(text: str, *, name: str, address: str, may_see: bool) -> str:
    """Return a letter as colleagues may read it: no working link, and masked until revealed.

    A link in a letter acts in the person's own name, so nobody of the staff is shown one.
    """
    text = _LINK.sub(r"\1•••", text)
    if may_see:
        return text
    for secret, shown in ((address, mask_email(address)), (name, mask_name(name))):
        if secret:
            text = text.replace(secret, shown)
    return text


def grant(subject_id: str) -> None:
    """Let this browser see one person for a few minutes; the look is in the log already."""
    until = (clock.now() + SHOWN_FOR).isoformat()
    session[_GRANTS] = {**_fresh(), subject_id: until}


def may_see(subject_id: str) -> bool:
    """Return whether this browser may see a person now."""
    return subject_id in _fresh()


def _fresh() -> dict[str, str]:
    now = clock.now()
    held: Mapping[str, str] = session.get(_GRANTS, {})
    return {
        subject: until for subject, until in held.items() if datetime.fromisoformat(until) > now
    }


def _best(identifiers: Iterable[Identifier]) -> Identifier | None:
    known = [item for item in identifiers if item.kind in _ORDER]
    return min(known, key=lambda item: _ORDER.index(item.kind), default=None)
