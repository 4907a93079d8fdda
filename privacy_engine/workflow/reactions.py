"""One table: what follows from an event, in the transaction that accepted it.

Registers never import each other; what one event means for another register stands here.
"""

from collections.abc import Mapping

from privacy_engine.children import actions as children
from privacy_engine.children import consenting, methods
from privacy_engine.children import register as cases
from privacy_engine.children.rules import Signal, State
from privacy_engine.consent import actions as consent
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Event
from privacy_engine.rights import afterwards
from privacy_engine.rights import register as rights
from privacy_engine.rights.rules import AT_ONCE
from privacy_engine.transaction import JOINED, Reaction, Transaction
from privacy_engine.workflow import (
    disclosing,
    linked_late,
    one_reply,
    parent_letters,
    quarantining,
    register,
    rescans,
    runner,
    sensitive_text,
    unverified,
    word_came,
)
from privacy_engine.workflow.linked_late import CHILD_WORKFLOW
from privacy_engine.workflow.steps import changes, consents, disposal, holding, other_requests


def start_request(tx: Transaction, event: Event) -> None:
    """A request begins its workflow at once; an opt-out holds before anybody is answered."""
    if event.data["right"] in AT_ONCE:
        consents.hold(tx, str(event.data["case"]), subject_id=event.subject_id)
    runner.start(
        tx,
        str(event.data["case"]),
        workflow=str(event.data["workflow"]),
        subject_id=event.subject_id,
    )


def settle_verification(tx: Transaction, event: Event) -> None:
    """The person confirmed: the waiting step is done."""
    _settle(tx, event, kind=StepKind.VERIFY, outcome="verified")


def settle_decision(tx: Transaction, event: Event) -> None:
    """The officer decided: the waiting step is done with that outcome."""
    _settle(tx, event, kind=StepKind.DECIDE, outcome=str(event.data["outcome"]))


def settle_report(tx: Transaction, event: Event) -> None:
    """The report of a case was produced: the waiting step is done."""
    if "case" in event.data:
        _settle(tx, event, kind=StepKind.REPORT, outcome="produced")


def abandon_request(tx: Transaction, event: Event) -> None:
    """The person took the request back, or never confirmed it: nothing more is done."""
    runner.abandon(tx, str(event.data["case"]))


def go_on_after_no(tx: Transaction, event: Event) -> None:
    """Stop what was no request; tell the kinds of data to who proved too little for a copy.

    Source: 11 CCR 7024(a), 7062(f).
    """
    request = rights.get(tx.session, str(event.data["case"]))
    if request.ground == afterwards.SPAM:
        runner.abandon(tx, request.reference)
    elif unverified.gets_categories(request):
        reason = "too little proof for a copy, and enough to be told the kinds of data"
        afterwards.follow(
            tx,
            request.reference,
            why=afterwards.INSTEAD,
            right="know:categories",
            reason=reason,
        )


def _settle(tx: Transaction, event: Event, *, kind: StepKind, outcome: str) -> None:
    case = str(event.data["case"])
    run = register.run(tx.session, case)
    if run is None:
        return
    for step in tx.content.workflow(run.workflow).steps:
        if step.kind is kind:
            runner.settle(tx, case, step=step.code, outcome=outcome)
            return


def notice_child(tx: Transaction, event: Event) -> None:
    """Signs of a child open a case, and the freeze is part of accepting the sign."""
    case = children.notice(tx, event)
    if case is not None:
        children.freeze(tx, case)
        runner.start(tx, case, workflow=CHILD_WORKFLOW, subject_id=event.subject_id)


def hear_other_parent(tx: Transaction, event: Event) -> None:
    """A parent told us of a child for whom a consent stands: it rests from here on."""
    if event.data["reported_by"] == "parent" and event.subject_id is not None:
        consenting.dispute(tx, event.subject_id)


def notice_teen(tx: Transaction, event: Event) -> None:
    """Signs of somebody of 13 to 15: what is sold or shared needs their own yes first."""
    children.notice_teen(tx, event)


def hear_parent(tx: Transaction, event: Event) -> None:
    """A parent answered: the step that waits for that is done."""
    case = str(event.data["case"])
    run = register.run(tx.session, case)
    for step in tx.content.workflow(run.workflow).steps if run else ():
        if step.kind is StepKind.WAIT and event.kind in _texts(step.options.get("ends_on", ())):
            runner.settle(tx, case, step=step.code, outcome=event.kind.rpartition(".")[2])


def _texts(option: object) -> tuple[str, ...]:
    return option if isinstance(option, tuple) else (str(option),)


def ask_parent_again(tx: Transaction, event: Event) -> None:
    """A parent chose to answer by message: the second one goes out."""
    way = methods.method(str(event.data["method"]))
    if way.proof == "second_message":
        parent_letters.order_second(tx, str(event.data["case"]), method=way.code)


def thank_parent(tx: Transaction, event: Event) -> None:
    """A consent was verified: the parent gets its receipt, with the way to their page."""
    parent_letters.order(tx, str(event.data["case"]), template=parent_letters.CONSENTED)


def tell_of_form(tx: Transaction, event: Event) -> None:
    """An officer found that a form shows no parent: whoever sent it hears so, and can try again.

    Whoever else checks sends the parent back to our page, which says it there.
    """
    way = str(event.data.get("method") or "")
    if way and methods.method(way).proof == "form":
        case = str(event.data["case"])
        parent_letters.order(tx, case, template=parent_letters.AGAIN, once=event.event_id)


def delete_for_parent(tx: Transaction, event: Event) -> None:
    """A parent took the consent back: what is held is deleted, as a case of its own."""
    if event.subject_id is None:
        return
    signal = Signal(known=True, rule="reported by parent")
    case = children.open_case(tx, signal, subject_id=event.subject_id, site=event.site)
    children.freeze(tx, case)
    runner.start(tx, case, workflow=CHILD_WORKFLOW, subject_id=event.subject_id)
    children.confirm(tx, case, reason="The parent took the consent back.")


def settle_child(tx: Transaction, event: Event) -> None:
    """A person decided about a child's case."""
    outcome = str(event.data.get("path") or "not_a_child")
    _settle(tx, event, kind=StepKind.DECIDE, outcome=outcome)


def end_merged_child(tx: Transaction, event: Event) -> None:
    """Another case of the same child goes on, by the names of both; this one is over."""
    case, into = str(event.data["case"]), str(event.data["into"])
    rescans.hand_over(tx, case, into=into)
    runner.abandon(tx, case)


def finish_child(tx: Transaction, event: Event) -> None:
    """The run of a child's case ended: the case ends with it."""
    if event.data["workflow"] == CHILD_WORKFLOW:
        children.finish(tx, str(event.data["case"]))


def release_after_consent(tx: Transaction, event: Event) -> None:
    """A parent's consent lets systems go on only once what they held before is gone from them."""
    if event.data["workflow"] != CHILD_WORKFLOW:
        return
    if cases.get(tx.session, str(event.data["case"])).state is State.CONSENTED:
        quarantining.release(tx, event)


def forget_names(tx: Transaction, event: Event) -> None:
    """Nothing more is searched for in a case: the names that were sealed for that go."""
    rescans.order_forgetting(tx, str(event.data["case"]))


REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    JOINED: (linked_late.notice,),
    "request.received": (start_request,),
    "request.verified": (settle_verification,),
    "request.approved": (settle_decision,),
    "request.fulfilled": (other_requests.go_on_after_end,),
    "request.partially_fulfilled": (other_requests.go_on_after_end,),
    "request.denied": (go_on_after_no, other_requests.go_on_after_end),
    "request.revoked": (abandon_request, other_requests.go_on_after_end),
    "request.expired": (abandon_request, other_requests.go_on_after_end),
    "request.message_received": (word_came.order,),
    "request.appealed": (word_came.order,),
    "request.paper_received": (word_came.order,),
    "report.produced": (settle_report,),
    "consent.refused": (consent.spread_refusal,),
    "consent.withdrawn": (consent.spread_refusal,),
    "signal.received": (consent.spread_refusal,),
    "age_signal.received": (notice_child, notice_teen),
    "child.answered_once": (one_reply.order,),
    "parental_consent.chosen": (ask_parent_again,),
    "parental_consent.check_failed": (tell_of_form,),
    "parental_consent.verified": (hear_parent, thank_parent),
    "parental_consent.refused": (hear_parent,),
    "parental_consent.withdrawn": (delete_for_parent,),
    "child.reported": (hear_other_parent, notice_child),
    "message.received": (notice_child, sensitive_text.quarantine),
    "child.quarantined": (quarantining.freeze,),
    "child.confirmed": (settle_child,),
    "child.cleared": (settle_child, quarantining.release),
    "child.merged": (end_merged_child,),
    "workflow.ended": (finish_child, release_after_consent, forget_names),
    "change.begun": (changes.start,),
    "change.decided": (changes.settle_decision,),
    "notice.shown": (changes.confirm_notice,),
    "hold.released": (holding.go_on_after_release, disposal.look_after_release),
    "disclosure.made": (disclosing.look_at_promises,),
    "recipient.told": (disclosing.by_notice,),
    "system.searched": (disclosing.by_connector,),
    "system.deleted": (disclosing.by_connector,),
    "system.corrected": (disclosing.by_connector,),
    "system.copied": (disclosing.by_connector,),
    "disposition.previewed": (disposal.start_disposition,),
    "disposition.approved": (disposal.settle_disposition,),
    "disposition.voided": (disposal.settle_disposition,),
    "disposition.resumed": (disposal.go_on_after_pause,),
}
