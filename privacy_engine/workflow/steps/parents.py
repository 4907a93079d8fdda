"""Steps of the path that asks a parent: keep what asking needs, write, wait for the answer.

What must hold: before anybody is asked, everything but a name and a contact is gone, and the
child has a new key under which only those lie. Whatever happens then, the wait ends: with a
verified consent, with a no, or with its time.
"""

from datetime import UTC, datetime, time, timedelta

from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.consent import suppression
from privacy_engine.consent.rules import DO_NOT_USE
from privacy_engine.instance.model import Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.law import deadlines, periods
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import linked_late, parent_letters, parent_texts, runner
from privacy_engine.workflow.case import OWN_NAME, person_of
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.rescans import prepare_rescan
from privacy_engine.workflow.runner import Claim, Outcome, StepBody
from privacy_engine.workflow.steps import holding

WAIT_DUTY = "CHILD-PARENT-WAIT"
BY_HAND = "by hand"
"""How a notice goes out where a parent has neither address nor a number that takes texts."""
GROUND = "16 CFR 312.5(c)(1), 312.10"
# A form that arrived on the last day is looked at before anything is deleted, but not for ever.
LOOK_FOR = timedelta(days=3)
_KEPT = ("child_name", "parent_name", "parent_email", "parent_phone")


# Keeping what asking needs -------------------------------------------------------------------


def keeping_contact(erase: StepBody) -> StepBody:
    """Return the body of an erasure that, where its step keeps a contact, spares that alone."""

    def body(claim: Claim) -> Outcome:
        if claim.step.options.get("keep") != "contact":
            return erase(claim)
        with claim.engine.reading() as tx:
            if holding.is_held(tx, claim.case, subject_id=claim.subject_id):
                return Outcome(Progress.WAITING, holding.HELD)
        claim.engine.run(lambda tx: _reduce(tx, claim.case))
        claim.engine.after_erasure()
        return Outcome(Progress.DONE, "reduced")

    return body


def _reduce(tx: Transaction, case: str) -> None:
    """Erase the child, and begin it anew with nothing but the contact; all or nothing.

    The identifiers by which systems are still to be searched wait under the case's own key,
    which the last search destroys.
    """
    tx.lock(case)
    found = cases.get(tx.session, case)
    done = any(event.kind == "child.reduced" for event in tx.events_of_case(case))
    if found.subject_id is None or done:
        return
    linked_late.set_apart(tx, case)
    contact = children.contact_of(tx, case)
    person = person_of(tx, case, found.subject_id)
    children.merge_others(tx, case, person.subject_ids)
    own_email = [item for item in person.identifiers if item.kind == "email"][:1]
    prepare_rescan(tx, case, subject_id=found.subject_id)
    actions = (*suppression.actions_of(tx, person.subject_ids), "do_not_reimport", DO_NOT_USE)
    order = Order(person.subject_ids, case, tx.now, keep_proofs=False, actions=actions)
    parts = tx.erase(order, ground=GROUND).parts
    kept = [name.replace("_", " ") for name in _KEPT if name in contact.given]
    event = tx.append(
        "child.reduced",
        {"case": case, "kept": [*kept, *(["child e-mail"] if own_email else [])], "parts": parts}
        | contact.given,
        subject=[*own_email, Identifier("external", case, OWN_NAME)],
        case=case,
        site=found.site,
    )
    tx.append(
        "child.quarantined",
        {"case": case},
        case=case,
        subject_id=event.subject_id,
        site=found.site,
    )


# Writing to the parent -----------------------------------------------------------------------


def writing_to_parent(message: StepBody) -> StepBody:
    """Return the body of a letter that, where its step says so, goes to the parent."""

    def body(claim: Claim) -> Outcome:
        if claim.step.options.get("to") != "parent":
            return message(claim)
        with claim.engine.reading() as tx:
            if cases.get(tx.session, claim.case).state is not State.ASKING:
                return Outcome(Progress.DONE, "answered before")
        written, channel = claim.engine.run(lambda tx: _write_notice(tx, claim))
        if written is None:
            return Outcome(Progress.DONE, "by text" if channel == "text" else "no address")
        parent_letters.send(claim.engine.settings, written)
        return Outcome(Progress.DONE, "sent")

    return body


def _write_notice(tx: Transaction, claim: Claim) -> tuple[parent_letters.Written | None, str]:
    contact = children.contact_of(tx, claim.case)
    by_text = parent_texts.stand_in(tx.settings, contact)
    channel = "email" if contact.parent_email else "text" if by_text else BY_HAND
    due_at = answer_due_at(tx, claim.workflow)
    consenting.requested(tx, claim.case, due_at=due_at, channel=channel)
    if channel == "text":
        parent_texts.order(tx, claim.case, what=parent_texts.NOTICE)
    if channel != "email":
        return None, channel
    code = claim.step.template or ""
    return parent_letters.keep(tx, claim.case, template=code, step=claim.step.code), channel


def answer_due_at(tx: Transaction, workflow: Workflow) -> datetime:
    """Return when the wait for a parent who is asked now ends, aware UTC."""
    wait = next(
        (s.wait for s in workflow.steps if s.kind is StepKind.WAIT and s.path == "parent"), None
    )
    if wait is None:
        day = deadlines.due(WAIT_DUTY, tx.now, zone=tx.settings.zone).strict_due_on
        return datetime.combine(day, time.max, tzinfo=tx.settings.zone).astimezone(UTC)
    return periods.add_to_instant(wait, to=tx.now, zone=tx.settings.zone)


# Waiting for the answer ----------------------------------------------------------------------


def hearing(wait: StepBody) -> StepBody:
    """Return the body of a wait that, where an answer can end it, records that none came.

    The body runs when the time is over. A form that arrived in time is looked at first.
    """

    def body(claim: Claim) -> Outcome:
        if "parental_consent.verified" not in _ends(claim):
            return wait(claim)
        if claim.engine.run(lambda tx: _put_off(tx, claim)):
            return Outcome(Progress.WAITING, "a form to look at")
        claim.engine.run(lambda tx: consenting.expire(tx, claim.case))
        return Outcome(Progress.DONE, "time is over")

    return body


def _ends(claim: Claim) -> tuple[str, ...]:
    given = claim.step.options.get("ends_on", ())
    return given if isinstance(given, tuple) else ()


def _put_off(tx: Transaction, claim: Claim) -> bool:
    found = cases.get(tx.session, claim.case)
    last = (found.answer_due_at or tx.now) + LOOK_FOR
    if found.parent != "evidence" or tx.now >= last:
        return False
    name = f"step:{claim.case}:{claim.step.code}:looked"
    tx.order(runner.TASK, name=name, due_at=last, case=claim.case, step=claim.step.code)
    return True
