"""Systems that are asked once more before the names of a person go.

One that was not asked by a name that was learnt meanwhile; and, where a parent said no or nothing,
every one that was asked while the parent was waited for: more of the child may have come there.

What must hold: no key is destroyed while some system was never asked by a name that the key seals;
nobody could ask it afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from privacy_engine.connectors.protocol import External, Identifiers
from privacy_engine.instance.data_map import System
from privacy_engine.instance.model import Step, Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Identifier, identifiers_as_data, identifiers_from_data
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import hand_tasks, machine, register, rescans, runner
from privacy_engine.workflow.case import OWN_NAME, is_drill, person_of

_AGAIN = frozenset({StepKind.LOCATE, StepKind.DELETE, StepKind.NOTIFY, StepKind.RESCAN})
_NO_YES = frozenset({"parental_consent.refused", "parental_consent.expired"})
NAME, WAIT = "name", "wait"
"""Why a system is asked once more: a name was learnt, or the wait for a parent is over."""


def as_data(
    tx: Transaction, case: str, subject_id: str | None, *, asked_by: Identifiers | None = None
) -> dict[str, list[dict[str, str]]]:
    """Return, for the event of a search, the names of the person by which it was made.

    Of those that the person has now, only what was asked by: a name may come while a system
    searches. What an earlier erasure sealed for searching again is not written down twice.
    """
    if subject_id is None:
        return {}
    known = person_of(tx, case, subject_id).identifiers
    named = [one for one in known if asked_by is None or _holds(asked_by, one)]
    return {"names": identifiers_as_data(named)} if named else {}


def _holds(asked_by: Identifiers, one: Identifier) -> bool:
    if one.kind == "external":
        return External(one.scope, one.value) in asked_by.externals
    values = {
        "email": asked_by.emails,
        "phone": asked_by.phones,
        "account": asked_by.accounts,
        "device": asked_by.devices,
    }
    return one.value in values.get(one.kind, ())


def to_ask_again(
    tx: Transaction, case: str, subject_id: str, *, workflow: Workflow, systems: Sequence[System]
) -> dict[str, str]:
    """Return the systems that are to be searched and emptied once more, each with the reason."""
    if is_drill(tx, case):
        return {}  # invented whole, and linked to nobody
    waited = _not_asked_since_the_wait(tx, case, workflow=workflow, systems=systems)
    return dict.fromkeys(waited, WAIT) | dict.fromkeys(
        _unasked(tx, case, subject_id, systems=systems), NAME
    )


def _not_asked_since_the_wait(
    tx: Transaction, case: str, *, workflow: Workflow, systems: Iterable[System]
) -> list[str]:
    """Return the systems that were asked before a parent's wait ended in a no, or in nothing.

    By when they began to be asked, not by when they answered, which may be days later. A person
    who searches by hand answers for the moment in which they say so.
    """
    events = tx.events_of_case(case)
    ends = [place for place, event in enumerate(events) if event.kind in _NO_YES]
    if not ends:
        return []
    since = events[ends[-1] + 1 :]
    search = {step.code for step in workflow.steps if step.kind is StepKind.LOCATE}
    at_first = takewhile(lambda event: event.kind != "system.reopened", since)
    if any(e.kind == "step.done" and e.data.get("step") in search for e in at_first):
        return []  # the first deletion began after it
    begun = {
        str(event.data["system"])
        for event in since
        if event.kind == "system.reopened"
        or (event.kind == "system.deleted" and hand_tasks.is_by_hand(tx, event.data["system"]))
    }
    return [item.code for item in systems if item.code not in begun]


def _unasked(
    tx: Transaction, case: str, subject_id: str, *, systems: Iterable[System]
) -> list[str]:
    """Return the systems that were not emptied, or searched, by every name the person has now."""
    names = {one for one in person_of(tx, case, subject_id).identifiers if one.scope != OWN_NAME}
    asked: dict[str, set[Identifier]] = {}
    for event in tx.events_of_case(case):
        named = identifiers_from_data(event.data.get("names"))
        asked.setdefault(str(event.data.get("system", "")), set()).update(named)
    return [item.code for item in systems if names - asked.get(item.code, set())]


def steps_before(workflow: Workflow, step: Step) -> Sequence[Step]:
    """Return the steps that ask systems and recipients before a step, in their order."""
    known = {item.code: item for item in workflow.steps}
    before: set[str] = set()
    edge = set(step.after)
    while edge:
        before |= edge
        edge = {code for one in edge for code in known[one].after} - before
    return [
        item
        for item in workflow.steps
        if item.code in before and item.kind in _AGAIN and item.wait is None
    ]


def reopen(
    tx: Transaction, case: str, *, step: Step, workflow: Workflow, systems: Mapping[str, str]
) -> None:
    """Let systems be searched and emptied once more, each for a reason, and a step wait for that.

    All in one transaction: a crash leaves either the old state, in which the same is found again,
    or the steps due and ordered.
    """
    subject_id = runner.subject_of(tx, case)
    run = register.run(tx.session, case)
    turn = rescans.times_reopened(tx, case, step=step.code) + 1
    for system, why in systems.items():
        data = {"case": case, "system": system, "why": why}
        tx.append("system.reopened", data, case=case, subject_id=subject_id)
    for item in (*steps_before(workflow, step), step):
        state = run.steps.get(item.code) if run else None
        if item.code == step.code or (state and state.progress is machine.Progress.DONE):
            data = {"case": case, "step": item.code, "outcome": register.REOPENED}
            tx.append(
                "step.reopened",
                data | {"detail": {"turn": turn}},
                case=case,
                subject_id=subject_id,
            )
    runner.advance(tx, case, subject_id=subject_id)
