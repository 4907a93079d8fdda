"""Whoever turns out to be one person with a child after an officer has decided about the child.

What must hold: nothing of anybody is deleted by a decision that was taken before they were known,
unless they are known to be a child themselves; and whoever is left out for that reason is frozen
in a case of their own, before the link that stops every use of them goes with the child.

A name that was never heard of before it was linked is nobody else's: it is one more of the child.
"""

from collections.abc import Sequence

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.rules import LINKED, Signal
from privacy_engine.consent.rules import DO_NOT_USE
from privacy_engine.log.event import Event
from privacy_engine.log.links import Joined
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner

CHILD_WORKFLOW = "coppa-under-13"


def left_out(tx: Transaction, case: str, subject_id: str) -> Sequence[str]:
    """Return the subjects that a child's case must not touch without another decision."""
    return [one for group in _others(tx, case, subject_id) for one in group.subject_ids]


def _others(tx: Transaction, case: str, subject_id: str) -> list[Joined]:
    decided = cases.decided_at(tx.session, case)
    if decided is None:
        return []
    return [
        group
        for group in tx.vault.joined_since(subject_id, decided)
        if not all(_is_child(tx, one) for one in group.known)
    ]


def _is_child(tx: Transaction, subject_id: str) -> bool:
    """Return whether somebody is known to be a child, or bears a name of one who was erased."""
    if cases.is_known(tx.session, subject_id):
        return True
    named = tx.identifiers((subject_id,))
    return bool(named) and DO_NOT_USE in tx.suppressed(named, site="engine")


def notice(tx: Transaction, event: Event) -> None:
    """Open a case about whoever an event has just joined to a child about whom it is decided."""
    if event.subject_id is None:
        return
    for case in cases.decided_cases_of(tx.session, tx.person(event.subject_id)):
        set_apart(tx, case)


def set_apart(tx: Transaction, case: str) -> None:
    """Freeze in a case of their own whoever is left out of a child's case; once each."""
    found = cases.get(tx.session, case)
    if found.subject_id is None:
        return
    for group in _others(tx, case, found.subject_id):
        people = group.subject_ids
        session = tx.session
        if cases.open_case_of(session, people) or cases.consented_case_of(session, people):
            continue
        signal = Signal(known=False, rule=LINKED)
        other = children.open_case(tx, signal, subject_id=group.known[0], site=found.site)
        children.freeze(tx, other, only=people)
        runner.start(tx, other, workflow=CHILD_WORKFLOW, subject_id=group.known[0])
