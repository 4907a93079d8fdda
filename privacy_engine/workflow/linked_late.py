"""Whoever turns out to be one person with a child after an officer has decided about the child.

What must hold: nothing of anybody is deleted by a decision that was taken before they were known,
unless they are known to be a child themselves; and whoever is left out for that reason is frozen
in a case of their own, before the link that stops every use of them goes with the child.

A name that was never heard of before it was linked is nobody else's: it is one more of the child.

A child who was erased left only hashes. Whoever is linked to a name with such a hash may be the
child under a new name, or somebody who shares an address with it: frozen until an officer looks.
Clearing them covers what they were called then; one more name beside it is looked at anew.
"""

from collections.abc import Sequence

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.rules import LINKED, RETURNED, Signal
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
    return cases.is_known(tx.session, subject_id) or _bears_an_erased_name(tx, (subject_id,))


def _bears_an_erased_name(tx: Transaction, subject_ids: Sequence[str]) -> bool:
    named = tx.identifiers(subject_ids)
    return bool(named) and DO_NOT_USE in tx.suppressed(named, site="engine")


def notice(tx: Transaction, event: Event) -> None:
    """Open a case about whoever an event has just joined to a child, decided about or erased."""
    if event.subject_id is None:
        return
    person = tx.person(event.subject_id)
    for case in cases.decided_cases_of(tx.session, person):
        set_apart(tx, case)
    if not _is_looked_after(tx, person) and _bears_an_erased_name(tx, person):
        _freeze_apart(tx, RETURNED, subject_id=event.subject_id, site=event.site, only=person)


def _is_looked_after(tx: Transaction, person: Sequence[str]) -> bool:
    session = tx.session
    return bool(cases.open_case_of(session, person) or cases.consented_case_of(session, person))


def _freeze_apart(
    tx: Transaction, rule: str, *, subject_id: str, site: str, only: Sequence[str]
) -> None:
    case = children.open_case(tx, Signal(known=False, rule=rule), subject_id=subject_id, site=site)
    children.freeze(tx, case, only=only)
    runner.start(tx, case, workflow=CHILD_WORKFLOW, subject_id=subject_id)


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
        _freeze_apart(tx, LINKED, subject_id=group.known[0], site=found.site, only=people)
