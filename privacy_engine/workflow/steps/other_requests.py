"""What another request of the same person does to a deletion: it is answered first."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.log.event import Event
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import ANSWERED_YES
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner
from privacy_engine.workflow.case import PACKAGE_FOR, began_at, person_of, request_of
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import StepRow
from privacy_engine.workflow.runner import Claim, Outcome, StepBody

AWAITED = "another request"
"""The outcome of a step that waits until another request of the same person has ended."""
# Only these are answered with the person's own data, or written into it; they cannot go on
# without the person. The others have done their part at once.
_NEED_THE_PERSON = frozenset({"know:specific", "know:categories", "correct"})
_SHOWS = frozenset({"know:specific", "know:categories"})


def answered_first(tx: Transaction, case: str, *, subject_id: str | None) -> list[str]:
    """Return the requests that must end before the person of a deletion may be erased.

    Of those that nobody confirmed, only what came before the decision counts: whoever types
    somebody's address into the form again and again must not put off their erasure for ever.
    """
    deletion = request_of(tx, case)
    if deletion is None or subject_id is None:  # a child's case waits for nothing
        return []
    return [
        item.reference
        for item in _others(tx, case, subject_id=subject_id)
        if item.verified_at or (deletion.decided_at and began_at(tx, item) <= deletion.decided_at)
    ]


def shown_first(tx: Transaction, case: str, *, subject_id: str | None) -> list[str]:
    """Return the requests to know that must be answered before anything is deleted in a system."""
    return [
        reference
        for reference in answered_first(tx, case, subject_id=subject_id)
        if register.get(tx.session, reference).right in _SHOWS
    ]


def after_showing(body: StepBody) -> StepBody:
    """Return a body that waits while the person is still to be shown what it would delete."""

    def waiting(claim: Claim) -> Outcome:
        with claim.engine.reading() as tx:
            first = shown_first(tx, claim.case, subject_id=claim.subject_id)
        if first:
            return Outcome(Progress.WAITING, AWAITED, {"waiting_for": first})
        return body(claim)

    return waiting


def fetched_until(tx: Transaction, case: str, *, subject_id: str | None) -> datetime | None:
    """Return until when the person may fetch an answer that was given while a deletion was open.

    A package can be opened only while the person's key stands.
    """
    deletion = request_of(tx, case)
    if deletion is None or subject_id is None:
        return None
    begun = began_at(tx, deletion)
    people = person_of(tx, case, subject_id).subject_ids
    ends = [
        item.ended_at + PACKAGE_FOR
        for item in register.of_subjects(tx.session, people)
        if item.right in _SHOWS and item.state in ANSWERED_YES and item.ended_at
        if item.ended_at >= begun
    ]
    return max(ends, default=None)


def close_unconfirmed(tx: Transaction, case: str, *, subject_id: str) -> None:
    """End what would be stranded by the erasure; only what nobody confirmed is left by then."""
    for item in _others(tx, case, subject_id=subject_id):
        rights.end(tx, item.reference, as_="expired")


def go_on_after_end(tx: Transaction, event: Event) -> None:
    """The end of a request lets the deletions and erasures that waited for it go on."""
    reference = str(event.data["case"])
    waiting = select(StepRow).where(
        col(StepRow.progress) == Progress.WAITING, col(StepRow.outcome) == AWAITED
    )
    for row in tx.session.execute(waiting).scalars():
        if reference in row.detail.get("waiting_for", ()):
            tx.order(
                runner.TASK,
                name=f"step:{row.case}:{row.step}:after:{reference}",
                case=row.case,
                step=row.step,
            )


def _others(tx: Transaction, case: str, *, subject_id: str) -> list[Request]:
    people = person_of(tx, case, subject_id).subject_ids
    return [
        item
        for item in register.of_subjects(tx.session, people)
        if item.reference != case and not item.ended and item.right in _NEED_THE_PERSON
    ]
