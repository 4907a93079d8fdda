"""The step that makes an opt-out, a limit or a withdrawal hold; it already held at receipt."""

from privacy_engine.consent import actions as consent
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import correspondence, to_tell
from privacy_engine.workflow.case import request_of
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome


def apply(claim: Claim) -> Outcome:
    """Make sure that what the person said holds; `opt_in` gets its second step by letter."""
    word = claim.engine.run(lambda tx: hold(tx, claim.case, subject_id=claim.subject_id))
    return Outcome(Progress.DONE, word)


def hold(tx: Transaction, case: str, *, subject_id: str | None) -> str:
    """Apply what a request says about consent, in the accepting transaction; repeatable.

    Source: 11 CCR 7026(d), 7027(e): no verification, no waiting; 7028(a): opting in again takes
    two steps, so the request alone allows nothing.
    """
    request = request_of(tx, case)
    if request is None or subject_id is None:
        return "nobody"
    if request.right == "opt_in":
        correspondence.order_link(tx, subject_id=subject_id, purpose="preferences")
        return "second step sent"
    purposes = to_tell.purposes(tx, request)
    withdrawn = request.right == "withdraw_consent"
    consent.apply_opt_out(tx, subject_id, purposes, case=case, withdrawn=withdrawn)
    return "stopped"
