"""Freeze at once, then let a person decide: the verbs of the under-13 desk."""

from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Final

from privacy_engine.children import register, rules
from privacy_engine.children.register import Case
from privacy_engine.children.rules import Signal
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.identifiers import reference
from privacy_engine.log import reading
from privacy_engine.log.event import Event, instant
from privacy_engine.transaction import Transaction


@dataclass(frozen=True, repr=False)
class Contact:
    """What a parent can be asked with: names, and one way to reach the parent online."""

    parent_email: str = ""
    parent_phone: str = ""
    parent_name: str = ""
    child_name: str = ""

    @property
    def reachable(self) -> bool:
        """Whether a notice can go anywhere."""
        return bool(self.parent_email or self.parent_phone)

    @property
    def given(self) -> dict[str, str]:
        """What was said, by field of the events that keep it."""
        return {name: value for name, value in asdict(self).items() if value}


def notice(tx: Transaction, event: Event) -> str | None:
    """Read an accepted event for signs of a child; open a case and freeze, at once.

    Returns the case, or None when the event tells of no child. A person has one open case at
    most; another signal about them adds nothing but its own event.
    """
    signal = _signal(tx, event)
    if signal is None or event.subject_id is None:
        return None
    person = tx.person(event.subject_id)
    standing = register.open_case_of(tx.session, person)
    if standing or register.consented_case_of(tx.session, person):
        _learn_more(tx, standing, signal, event)
        return None
    return open_case(tx, signal, subject_id=event.subject_id, site=event.site)


def open_case(tx: Transaction, signal: Signal, *, subject_id: str, site: str) -> str:
    """Open a case about somebody; return its reference. The caller freezes."""
    case = reference("C")
    data = {"case": case, "rule": signal.rule}
    if signal.known:
        data["knowledge_at"] = instant(tx.now)
    tx.append("child.suspected", data, case=case, subject_id=subject_id, site=site)
    return case


def _learn_more(tx: Transaction, case: str | None, signal: Signal, event: Event) -> None:
    """Let knowledge turn an open suspicion into a known case, from this moment on."""
    if case is None or not signal.known:
        return
    tx.lock(case)
    if register.get(tx.session, case).state is rules.State.SUSPECTED:
        data = {"case": case, "rule": signal.rule, "knowledge_at": instant(event.recorded_at)}
        tx.append("child.known", data, case=case, subject_id=event.subject_id, site=event.site)


def notice_teen(tx: Transaction, event: Event) -> None:
    """Remember that somebody is 13 to 15: what is sold or shared needs their own yes first."""
    if event.kind != "age_signal.received" or event.subject_id is None:
        return
    on = event.recorded_at.astimezone(tx.settings.zone).date()
    until = rules.of_teen(str(event.data["kind"]), event.data["value"], on=on)
    if until is not None:
        ends = datetime.combine(until, time.min, tzinfo=tx.settings.zone)
        data = {"until": instant(ends)}
        tx.append("teen.noticed", data, subject_id=event.subject_id, site=event.site)


def _signal(tx: Transaction, event: Event) -> Signal | None:
    on = event.recorded_at.astimezone(tx.settings.zone).date()
    match event.kind:
        case "age_signal.received":
            declared_by = str(event.data.get("declared_by") or "")
            kind, value = str(event.data["kind"]), event.data["value"]
            return rules.of_age(kind, value, on=on, declared_by=declared_by, trust=event.trust)
        case "child.reported":
            return rules.of_report(str(event.data["reported_by"]))
        case "message.received":
            return rules.of_text(str(event.data["text"]), on=on)
        case _:
            return None


def freeze(tx: Transaction, case: str) -> None:
    """Stop every use of the child's data, for every identifier of the person; once."""
    found = register.get(tx.session, case)
    frozen = any(event.kind == "child.quarantined" for event in tx.events_of_case(case))
    if found.subject_id is None or frozen:
        return
    for subject_id in tx.person(found.subject_id):
        tx.append(
            "child.quarantined", {"case": case}, case=case, subject_id=subject_id, site=found.site
        )


def confirm(tx: Transaction, case: str, *, reason: str, contact: Contact | None = None) -> Case:
    """Record that this is a child.

    Without a contact everything is deleted, nothing waits. With one, everything but the contact
    is deleted at once, and a parent is asked.

    Raises:
        InvalidInput: no reason, or a contact that reaches nobody.
        Conflict: the case was decided.
    """
    if contact is not None and not contact.reachable:
        raise InvalidInput("say how the parent can be reached; without that, delete")
    path = "delete" if contact is None else "parent"
    given = contact.given if contact else {}
    _decide(tx, case, kind="child.confirmed", reason=reason, path=path, **given)
    return register.get(tx.session, case)


def answer_once(tx: Transaction, case: str, *, text: str) -> None:
    """Keep the one answer to what a child asked; once it has gone out, everything is deleted.

    Source: 16 CFR 312.5(c)(3): a one-time answer, no further contact, and the address deleted.

    Raises:
        InvalidInput: nothing is said, or no address is known.
        Conflict: the case was decided, or was answered before.
    """
    tx.lock(case)
    found = register.get(tx.session, case)
    rules.require_open(found.state)
    if any(event.kind == "child.answered_once" for event in tx.events_of_case(case)):
        raise Conflict("it was answered before, and once is all that the rule allows")
    known = tx.identifiers(tx.person(found.subject_id)) if found.subject_id else ()
    address = next((item.value for item in known if item.kind == "email"), "")
    if not text.strip() or not address:
        raise InvalidInput("write the answer; it goes to the e-mail address that the child used")
    data = {"case": case, "body": text.strip(), "address": address}
    tx.append("child.answered_once", data, case=case, subject_id=found.subject_id)


def contact_of(tx: Transaction, case: str) -> Contact:
    """Return how the parent of a case can be reached, by the newest that was said of it."""
    found: dict[str, str] = {}
    for event in tx.events_of_case(case):
        found |= {name: str(event.data[name]) for name in _CONTACT if event.data.get(name)}
    return Contact(**found)


def told_contact(tx: Transaction, case: str) -> Contact:
    """Return what a parent who reported the child said about themself; empty without one."""
    subject_id = register.get(tx.session, case).subject_id
    told = reading.events_under(tx.session, *tx.person(subject_id)) if subject_id else []
    for event in tx.read(told):
        if event.kind == "child.reported" and event.data.get("parent_email"):
            return Contact(parent_email=str(event.data["parent_email"]))
    return Contact()


MOST_MESSAGES: Final = 5
"""Messages named on a case; the officer decides by the last ones."""


def messages_of(tx: Transaction, case: str) -> list[tuple[str, datetime]]:
    """Return event and moment of the last messages of whom a case is about, newest first.

    No word of them is read here: opening one asks for a reason and is logged.
    """
    subject_id = register.get(tx.session, case).subject_id
    told = reading.events_under(tx.session, *tx.person(subject_id)) if subject_id else []
    sent = [event for event in tx.read(told) if event.kind == "message.received"]
    newest = sorted(sent, key=lambda event: event.recorded_at, reverse=True)
    return [(event.event_id, event.recorded_at) for event in newest[:MOST_MESSAGES]]


def clear(tx: Transaction, case: str, *, reason: str) -> Case:
    """Record that this is no child; the freeze ends.

    Raises:
        InvalidInput: no reason.
        Conflict: the case was decided.
    """
    _decide(tx, case, kind="child.cleared", reason=reason)
    return register.get(tx.session, case)


def finish(tx: Transaction, case: str) -> None:
    """Record that the deletion of a child's case came to its end."""
    found = register.get(tx.session, case)
    if found.state is rules.State.DELETING:
        tx.append("child.deleted", {"case": case}, case=case, subject_id=found.subject_id)


def _decide(tx: Transaction, case: str, *, kind: str, reason: str, **more: str) -> None:
    tx.lock(case)
    found = register.get(tx.session, case)
    rules.require_open(found.state)
    if not reason.strip():
        raise InvalidInput("say in a sentence why")
    data = {"case": case, "reason": reason.strip(), **{k: v for k, v in more.items() if v}}
    tx.append(kind, data, case=case, subject_id=found.subject_id)


_CONTACT = tuple(asdict(Contact()))
