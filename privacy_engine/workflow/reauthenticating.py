"""A site's word that an account holder has just signed in again.

Source: 11 CCR 7061(a): the existing sign-in of a password-protected account, made again before
data is shown, corrected or deleted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from privacy_engine.errors import Conflict, FieldError, InvalidInput
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions, register, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import person_of

FRESH_FOR = timedelta(minutes=15)
METHOD = "reauthentication"


@dataclass(frozen=True, repr=False)
class Reauthentication:
    """Who signed in again where and when; `at` is aware."""

    site: str
    account: str
    at: datetime


def accept(tx: Transaction, reference: str, proof: Reauthentication) -> Request:
    """Verify a request by a sign-in, made again within the last minutes.

    Only an account counts that the request was made with, or that was linked before it began: a
    site that links an account now could not be told from somebody who took the account over.

    Raises:
        InvalidInput: it lies in the future, or too long ago.
        Conflict: the right needs no check, the account is not the person's, or the request has
            ended, is doubted, or is made for somebody else.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    rules.require_open(request.state)
    if not rules.needs_verification(request.right, request.jurisdiction):
        raise Conflict("this right needs no verification; it counts already")
    _require_fresh(tx, proof)
    named = Identifier("account", proof.account.strip(), proof.site)
    person = person_of(tx, reference, request.subject_id or "")
    if named not in person.identifiers:
        raise Conflict("this account was not known as theirs when the request was made")
    found = actions.give_evidence(tx, reference, {verification.SIGNED_IN}, method=METHOD)
    if found.verified_at is None:
        raise Conflict(f"a sign-in is not enough here; still missing: {', '.join(found.lacking)}")
    return found


def _require_fresh(tx: Transaction, proof: Reauthentication) -> None:
    fault = ""
    if proof.at > tx.now + actions.FUTURE_TOLERANCE:
        fault = "lies in the future"
    elif tx.now - proof.at > FRESH_FOR:
        minutes = int(FRESH_FOR.total_seconds() // 60)
        fault = f"is more than {minutes} minutes ago; let the person sign in again"
    if fault:
        raise InvalidInput(
            f"authenticated_at {fault}", errors=[FieldError("/authenticated_at", fault)]
        )
