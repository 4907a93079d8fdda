"""Identifiers that were linked after a request began, or only claimed: an officer lets them in.

Source: 11 CCR 7060-7062: what somebody linked to a person after asking must not widen the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from privacy_engine.errors import Conflict
from privacy_engine.log.event import Identifier
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import admitted, person_of

_KIND = "request.identifier_admitted"


@dataclass(frozen=True, repr=False)
class LeftOut:
    """One subject that may be the same person, and what it is called by."""

    subject_id: str
    identifiers: tuple[Identifier, ...]


def left_out(tx: Transaction, request: Request) -> Sequence[LeftOut]:
    """Return what is left out of a request and could be let in."""
    if request.subject_id is None:
        return ()
    person = person_of(tx, request.reference, request.subject_id)
    return [LeftOut(item, tx.identifiers((item,))) for item in person.excluded]


def admit(tx: Transaction, request: Request, *, subject_id: str, reason: str) -> None:
    """Let a subject count for one request, in the name of whoever acts; once is enough.

    Raises:
        Conflict: the request has ended, or the subject is not among those left out.
    """
    tx.lock(request.reference)
    if request.ended or request.subject_id is None:
        raise Conflict("the request has ended; nothing more is searched for it")
    if subject_id in admitted(tx, request.reference):
        return
    if subject_id not in {item.subject_id for item in left_out(tx, request)}:
        raise Conflict("this is not among what was left out of the request")
    tx.append(
        _KIND,
        {"case": request.reference, "subject_admitted": subject_id, "reason": reason},
        case=request.reference,
        subject_id=request.subject_id,
    )
