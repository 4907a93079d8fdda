"""Freeze at once, then let a person decide: the verbs of the under-13 desk."""

from privacy_engine.children import register, rules
from privacy_engine.children.register import Case
from privacy_engine.children.rules import Signal
from privacy_engine.errors import InvalidInput
from privacy_engine.identifiers import reference
from privacy_engine.log.event import Event, instant
from privacy_engine.transaction import Transaction


def notice(tx: Transaction, event: Event) -> str | None:
    """Read an accepted event for signs of a child; open a case and freeze, at once.

    Returns the case, or None when the event tells of no child. A person has one open case at
    most; another signal about them adds nothing but its own event.
    """
    signal = _signal(tx, event)
    if signal is None or event.subject_id is None:
        return None
    if register.open_case_of(tx.session, tx.person(event.subject_id)):
        return None
    case = reference("C")
    data = {"case": case, "rule": signal.rule}
    if signal.known:
        data["knowledge_at"] = instant(event.recorded_at)
    tx.append("child.suspected", data, case=case, subject_id=event.subject_id, site=event.site)
    return case


def _signal(tx: Transaction, event: Event) -> Signal | None:
    on = event.recorded_at.astimezone(tx.settings.zone).date()
    match event.kind:
        case "age_signal.received":
            return rules.of_age(str(event.data["kind"]), event.data["value"], on=on)
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


def confirm(tx: Transaction, case: str, *, reason: str) -> Case:
    """Record that this is a child: everything is deleted, nothing waits.

    Raises:
        InvalidInput: no reason.
        Conflict: the case was decided.
    """
    _decide(tx, case, kind="child.confirmed", reason=reason, path="delete")
    return register.get(tx.session, case)


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


def _decide(tx: Transaction, case: str, *, kind: str, reason: str, path: str = "") -> None:
    tx.lock(case)
    found = register.get(tx.session, case)
    rules.require_open(found.state)
    if not reason.strip():
        raise InvalidInput("say in a sentence why")
    data = {"case": case, "reason": reason.strip()}
    tx.append(
        kind, data | ({"path": path} if path else {}), case=case, subject_id=found.subject_id
    )
