"""Freeze at once, then let a person decide: the verbs of the under-13 desk."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Final, NoReturn

from privacy_engine.children import ages, register, rules
from privacy_engine.children.register import Case
from privacy_engine.children.rules import Signal
from privacy_engine.errors import Conflict, FieldError, InvalidInput
from privacy_engine.identifiers import reference
from privacy_engine.log import reading
from privacy_engine.log.event import Event, Identifier, instant
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
    # A name that was linked to a child after the decision has a case of its own.
    standing = register.open_case_of(tx.session, [event.subject_id])
    standing = standing or register.open_case_of(tx.session, person)
    if standing or register.consented_case_of(tx.session, person):
        _learn_more(tx, standing, signal, event)
        _freeze_named(tx, standing, person)
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


def _freeze_named(tx: Transaction, case: str | None, person: Sequence[str]) -> None:
    """Freeze what another sign names and nobody decided about, such as a phone that others use.

    Whoever is linked after a decision has a case of their own.
    """
    if case is None or register.get(tx.session, case).decided_at:
        return
    frozen, site = _frozen(tx, case), register.get(tx.session, case).site
    for subject_id in person:
        if subject_id not in frozen:
            _quarantine(tx, case, subject_id, site=site)


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
    on = _day_of(tx, event)
    until = rules.of_teen(str(event.data["kind"]), event.data["value"], on=on)
    if until is not None:
        ends = datetime.combine(until, time.min, tzinfo=tx.settings.zone)
        data = {"until": instant(ends)}
        tx.append("teen.noticed", data, subject_id=event.subject_id, site=event.site)


def _day_of(tx: Transaction, event: Event) -> date:
    """Return the day of a signal where the person is; ours where nobody said where that is."""
    zone = str(event.data.get("zone") or "")
    return ages.day_of(event.recorded_at, zone, ours=tx.settings.zone)


def _signal(tx: Transaction, event: Event) -> Signal | None:
    on = _day_of(tx, event)
    match event.kind:
        case "age_signal.received":
            declared_by = str(event.data.get("declared_by") or "")
            kind, value = str(event.data["kind"]), event.data["value"]
            found = rules.of_age(kind, value, on=on, declared_by=declared_by, trust=event.trust)
            asked = event.data.get("method") == rules.ASKED
            return replace(found, rule=rules.ASKED) if found and asked else found
        case "child.reported":
            return rules.of_report(str(event.data["reported_by"]))
        case "message.received":
            return rules.of_text(str(event.data["text"]), on=on)
        case _:
            return None


def freeze(tx: Transaction, case: str, *, only: Sequence[str] = ()) -> None:
    """Stop every use of the child's data, for every identifier of the person; once.

    `only` are the subjects that a case is about whose person is also another child's.
    """
    found = register.get(tx.session, case)
    if found.subject_id is None or _frozen(tx, case):
        return
    for subject_id in only or tx.person(found.subject_id):
        _quarantine(tx, case, subject_id, site=found.site)


def _quarantine(tx: Transaction, case: str, subject_id: str, *, site: str) -> None:
    tx.append("child.quarantined", {"case": case}, case=case, subject_id=subject_id, site=site)


def confirm(tx: Transaction, case: str, *, reason: str, contact: Contact | None = None) -> Case:
    """Record that this is a child.

    Without a contact everything is deleted, nothing waits. With one, everything but the contact
    is deleted at once, and a parent is asked.

    Where the same child is being deleted in another case, that one goes on for both.

    Raises:
        InvalidInput: no reason, or a contact that reaches nobody.
        Conflict: the case was decided, or a parent is to be asked while another case deletes.
    """
    if contact is not None:
        _require_a_parents(tx, case, contact)
    subject_id = register.get(tx.session, case).subject_id
    person = tx.person(subject_id) if subject_id else ()
    deleting = _deleting(tx, person, but=case)
    if deleting and contact is not None:
        raise Conflict(
            f"the same child is being deleted in case {deleting}; delete, or say it is no child"
        )
    path = "delete" if contact is None else "parent"
    given = contact.given if contact else {}
    _decide(tx, case, kind="child.confirmed", reason=reason, path=path, **given)
    if deleting:
        _merge(tx, case, into=deleting)
    merge_others(tx, deleting or case, person)
    return register.get(tx.session, case)


def _deleting(tx: Transaction, person: Sequence[str], *, but: str) -> str:
    """Return another case that deletes the same child and has not erased it yet, or nothing."""
    for other in register.deleting_cases_of(tx.session, person, but=but):
        tx.lock(other)  # its erasure waits until this is decided, or was first: then it is over
        if other in register.deleting_cases_of(tx.session, person, but=but):
            return other
    return ""


def merge_others(tx: Transaction, case: str, person: Sequence[str]) -> None:
    """End the other open cases of the same child: what is decided here is done for all of them.

    Two cases come to be about one child when its names are linked after both were opened.
    `person` are the subjects that the case that goes on is about.
    """
    for other in register.mergeable_cases_of(tx.session, person, but=case):
        tx.lock(other)
        _merge(tx, other, into=case)


def _merge(tx: Transaction, case: str, *, into: str) -> None:
    found = register.get(tx.session, case)
    data = {"case": case, "into": into}
    tx.append("child.merged", data, case=case, subject_id=found.subject_id, site=found.site)


def merged_into(tx: Transaction, case: str) -> str:
    """Return the case that goes on for a merged one; empty for any other."""
    told = (event for event in tx.events_of_case(case) if event.kind == "child.merged")
    return next((str(event.data["into"]) for event in told), "")


def going_on(tx: Transaction, case: str) -> Case:
    """Return the case in which what was decided is done: another one where this was merged."""
    found = register.get(tx.session, case)
    into = merged_into(tx, case) if found.state is rules.State.DELETED else ""
    return going_on(tx, into) if into else found


def _require_a_parents(tx: Transaction, case: str, contact: Contact) -> None:
    """Refuse a contact that reaches nobody, or the child: a child would answer for itself."""
    if not contact.reachable:
        _refuse("parent_email", "say how the parent can be reached; without that, delete")
    told = {"parent_email": contact.parent_email, "parent_phone": contact.parent_phone}
    for place, value in told.items():
        if any(is_same_contact(item.value, value) for item in _known(tx, case)):
            what = "address" if place == "parent_email" else "number"
            _refuse(
                place,
                f"the child uses this {what} itself; "
                "give another way to reach the parent, or delete",
            )


def _refuse(place: str, why: str) -> NoReturn:
    raise InvalidInput(why, errors=[FieldError(f"/{place}", why)])


def _known(tx: Transaction, case: str) -> tuple[Identifier, ...]:
    subject_id = register.get(tx.session, case).subject_id
    return tuple(tx.identifiers(tx.person(subject_id))) if subject_id else ()


def is_same_contact(one: str, other: str) -> bool:
    """Return whether two spellings are of one e-mail address or telephone number."""
    plain = _plain(one)
    return bool(plain) and plain == _plain(other)


def _plain(contact: str) -> str:
    if "@" in contact:
        return contact.strip().casefold()
    return "".join(letter for letter in contact if letter.isdigit())


def require_nameless(
    tx: Transaction, case: str, sentence: str, *, names: Iterable[str] = ()
) -> str:
    """Return a sentence that outlives the child, stripped; `names` are said in the same breath.

    Raises:
        InvalidInput: it is empty, or holds an address, a number or a name of child or parent.
    """
    told = sentence.strip()
    if not told:
        raise InvalidInput("say in a sentence why")
    known = {item.value for item in _known(tx, case)}
    known |= {*contact_of(tx, case).given.values(), *names}
    if _ADDRESS.search(told) or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told)
        for name in known
        if len(name) >= _SHORTEST_NAME
    ):
        raise InvalidInput(
            "leave out names and addresses: this sentence stays when all else is deleted"
        )
    return told


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
    """Record that this is no child; the freeze ends for every identifier of the person.

    What another case froze as well, such as a phone that a child uses too, stays frozen.

    Raises:
        InvalidInput: no reason.
        Conflict: the case was decided, or a parent has shown that this is a child.
    """
    subject_id = register.get(tx.session, case).subject_id
    if subject_id and register.was_consented(tx.session, tx.person(subject_id)):
        raise Conflict("a parent has shown that this is a child; delete, or ask a parent again")
    _decide(tx, case, kind="child.cleared", reason=reason)
    for other in _frozen(tx, case) - {subject_id}:
        if not _frozen_by_another(tx, other, but=case):
            tx.append("child.cleared", {"case": case}, case=case, subject_id=other)
    still = _frozen_by_another(tx, subject_id, but=case) if subject_id else ""
    if subject_id and still:
        _quarantine(tx, still, subject_id, site=register.get(tx.session, still).site)
    return register.get(tx.session, case)


def _frozen_by_another(tx: Transaction, subject_id: str, *, but: str) -> str:
    """Return another case that froze an identity and is not over, or nothing."""
    told = tx.read(reading.events_under(tx.session, subject_id))
    cases = {str(one.data["case"]) for one in told if one.kind == "child.quarantined"} - {but}
    stands = (case for case in sorted(cases) if register.get(tx.session, case).state in _STANDS)
    return next(stands, "")


def _frozen(tx: Transaction, case: str) -> set[str]:
    """Return every identity of the person that the case froze."""
    told = [event for event in tx.events_of_case(case) if event.kind == "child.quarantined"]
    return {event.subject_id for event in told if event.subject_id}


def finish(tx: Transaction, case: str) -> None:
    """Record that the deletion of a child's case came to its end."""
    found = register.get(tx.session, case)
    if found.state is rules.State.DELETING:
        tx.append("child.deleted", {"case": case}, case=case, subject_id=found.subject_id)


def _decide(tx: Transaction, case: str, *, kind: str, reason: str, **more: str) -> None:
    tx.lock(case)
    found = register.get(tx.session, case)
    rules.require_open(found.state)
    told = require_nameless(
        tx, case, reason, names=(more[name] for name in _CONTACT & more.keys())
    )
    data = {"case": case, "reason": told, **{k: v for k, v in more.items() if v}}
    tx.append(kind, data, case=case, subject_id=found.subject_id)


_STANDS = rules.OPEN | {rules.State.CONSENTED, rules.State.WITHDRAWN}
_CONTACT = frozenset(asdict(Contact()))
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SHORTEST_NAME: Final = 3
"""Shorter ones, such as the number of an account, also stand in sentences that name nobody."""
