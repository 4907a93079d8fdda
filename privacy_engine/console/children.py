"""One child's case: what is frozen, how we know, and the one decision that a person takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.children import actions, register
from privacy_engine.children.actions import Contact
from privacy_engine.children.detect import wording
from privacy_engine.children.register import Case
from privacy_engine.children.rules import ASKED, LINKED, RETURNED, State
from privacy_engine.console import boards, case_files, child_acts, faces, steps, story
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import InvalidInput
from privacy_engine.law import deadlines
from privacy_engine.look.formats import mask_email
from privacy_engine.look.parts import Clock, Entry, NextStep, Person, SystemRow, Values
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.steps import parents
from privacy_engine.workflow.steps.holding import HELD

_STATES = {
    State.SUSPECTED: "suspected",
    State.KNOWN: "frozen",
    State.ASKING: "awaiting_parent",
    State.DELETING: "deleting",
    State.CONSENTED: "parent_agreed",
    State.WITHDRAWN: "parent_withdrew",
    State.CLEARED: "released",
    # What each system was found to hold afterwards stands on the board, not here.
    State.DELETED: "child_deleted",
}
_DUTY = {
    State.SUSPECTED: "CHILD-CONFIRM",
    State.CLEARED: "CHILD-CONFIRM",
    State.ASKING: "CHILD-PARENT-WAIT",
}
_LABELS = {"CHILD-CONFIRM": "Decide by", "CHILD-PARENT-WAIT": "Parent’s answer by"}  # noqa: RUF001
_EMPTIED = frozenset(
    {State.ASKING, State.DELETING, State.CONSENTED, State.WITHDRAWN, State.DELETED}
)
_EVIDENCE = frozenset({"age_signal.received", "child.reported", "message.received"})


@dataclass(frozen=True)
class ChildRow:
    """One case in the list."""

    case_id: str
    person: Person
    state: str
    step: NextStep | None
    clocks: list[Clock]
    evidence: str
    site: str
    detected_at: datetime
    systems_done: int
    systems_all: int
    reference: str


@dataclass(frozen=True)
class SentMessage:
    """A message that the person sent; its words show only to whoever gives a reason."""

    event_id: str
    at: datetime


@dataclass(frozen=True)
class ChildCase:
    """One case."""

    case_id: str
    state: str
    site: str
    reference: str
    person: Person
    detected_at: datetime
    evidence: list[Entry]
    messages: list[SentMessage]


def row(desk: Desk, tx: Transaction, case: Case) -> ChildRow:
    """Return one case as a line of a list."""
    board = _systems(desk, tx, case) if case.state in _EMPTIED else []
    return ChildRow(
        case_id=case.case,
        person=_person(tx, case),
        state=_state(tx, case),
        step=_step(desk, tx, case, board, url=url_for("console.child", case_id=case.case)),
        clocks=_clocks(desk, tx, case, board),
        evidence=_known_by(case.rule),
        site=case.site,
        detected_at=desk.local(case.opened_at),
        systems_done=sum(item.state in boards.DONE for item in board),
        systems_all=len(board),
        reference="",
    )


def _known_by(rule: str) -> str:
    """Return the rule that raised a case in words; the child's own words stay sealed."""
    words = {
        "birth_date": "gave a birth date",
        "birth_year": "gave a year of birth",
        "age": "gave an age",
        "age_band": "chose an age band",
        "os_bracket": "the device reported an age bracket",
        "school_grade": "gave a school grade",
        ASKED: "answered the age question",
        LINKED: "was linked to a child after the decision about that child",
        RETURNED: "was linked to a name under which a child was erased before",
    }
    if rule.startswith("text:"):
        said = wording.in_words(rule.removeprefix("text:").replace(",", " ").split())
        return "a message reads like a child’s" + (f": the writer {said}" if said else "")  # noqa: RUF001
    return words.get(rule, rule)


def _person(tx: Transaction, case: Case) -> Person:
    known = faces.of_subject(tx, case.subject_id)
    if known.erased:
        return known
    is_child = case.state not in {State.SUSPECTED, State.CLEARED}
    return Person(known.subject, known.masked, revealed=known.revealed, child=is_child)


def _goes_on(tx: Transaction, case: Case) -> bool:
    """Return whether a parent answered while what was held before is still being deleted."""
    answered = case.state in {State.CONSENTED, State.WITHDRAWN}
    run = workflows.run(tx.session, case.case) if answered else None
    return run is not None and run.ended_at is None


def _is_held(tx: Transaction, case: Case) -> bool:
    run = workflows.run(tx.session, case.case)
    steps = run.steps.values() if run else ()
    return any(step.progress is Progress.WAITING and step.outcome == HELD for step in steps)


def _state(tx: Transaction, case: Case) -> str:
    """Return what is true of the child: a case that was merged is as far as the one it is in."""
    standing = actions.going_on(tx, case.case)
    held = standing.state is State.DELETING and _is_held(tx, standing)
    if standing.state is State.WITHDRAWN and standing.parent == "disputed":
        return "parents_differ"
    return "set_apart" if held else _STATES[standing.state]


def _step(
    desk: Desk, tx: Transaction, case: Case, board: Sequence[SystemRow], *, url: str
) -> NextStep | None:
    back = steps.came_back_in(desk, case.case) if case.came_back else None
    if back is not None:
        return back
    ours = [item for item in board if item.task_url and not item.task.startswith(boards.HAND_OVER)]
    if ours and case.parent != "evidence":
        task = ours[0].task
        where = "; ".join(item.title for item in ours if item.task == task)
        why = "Somebody has to do it there, and writes down what went."
        return NextStep(f"{task}: {where}", why, url)
    if case.state is State.DELETING and _is_held(tx, case):
        why = (
            "A hold keeps what is left of it. It is used for nothing else, and deleted when the "
            "hold ends."
        )
        return NextStep("Put off by a hold", why, waits_for="the end of the hold")
    if _goes_on(tx, case):
        why = "The parent answered. What was held before is deleted, and then searched for again."
        return NextStep("Being deleted", why, waits_for="the systems")
    if case.state is State.ASKING and case.asked_at is None:
        return steps.before_asking(desk, tx, case.case)
    return _step_by_state(case, url)


def _step_by_state(case: Case, url: str) -> NextStep | None:
    if case.state is State.SUSPECTED:
        why = "Something says under 13. Everything is frozen until you decide."
        return NextStep("Decide whether this is a child", why, url)
    if case.state is State.KNOWN:
        why = "It is known that this is a child. Everything is frozen; say that it is deleted."
        return NextStep("Decide to delete", why, url)
    if case.state is State.ASKING:
        why = "All but the contact is gone. Without a yes in time the rest is deleted by itself."
        if case.parent == "evidence":
            why = "A signed form arrived. Look whether it is the parent’s."  # noqa: RUF001
            return NextStep("Look at the parent’s form", why, url)  # noqa: RUF001
        return NextStep("Hear from the parent", why, url, waits_for="the parent")
    if case.state is State.DELETING:
        why = "Everything the child gave is being deleted and then searched for again."
        return NextStep("Being deleted", why, waits_for="the systems")
    return None


def _clocks(desk: Desk, tx: Transaction, case: Case, board: Sequence[SystemRow]) -> list[Clock]:
    """Return the clock of the decision or the deletion; while a parent is asked, maybe of both."""
    duty = _DUTY.get(case.state, "CHILD-DELETE")
    started = {
        "CHILD-CONFIRM": case.opened_at,
        "CHILD-PARENT-WAIT": case.asked_at or case.decided_at or case.opened_at,
    }.get(duty, case.knowledge_at or case.opened_at)
    ended = None if _goes_on(tx, case) else case.ended_at
    found = _clock(desk, duty, started, ended)
    if case.state is State.ASKING and any(item.task_url for item in board):
        found = _clock(desk, "CHILD-DELETE", case.knowledge_at or case.opened_at, None) + found
    return found


def _clock(desk: Desk, duty: str, started: datetime, ended: datetime | None) -> list[Clock]:
    try:
        found = deadlines.due(duty, started, zone=desk.engine.settings.zone)
    except (KeyError, LookupError):
        return []
    return [
        Clock(
            label=_LABELS.get(duty, "Delete by"),
            strict_due_on=found.strict_due_on,
            legal_due_on=found.legal_due_on,
            today=desk.today,
            reason=" ".join(found.steps),
            citation=found.citation,
            done_on=_day(desk, ended),
        )
    ]


def _day(desk: Desk, moment: datetime | None) -> date | None:
    return desk.local(moment).date() if moment else None


def show_one(desk: Desk, case_id: str) -> ResponseReturnValue:
    """Show one case."""
    return _page(desk, case_id, errors={})


def _page(desk: Desk, case_id: str, *, errors: dict[str, str]) -> str:
    with desk.engine.reading() as tx:
        case = register.get(tx.session, case_id)
        entries = story.entries(desk, tx, tx.events_of_case(case_id))
        systems = _systems(desk, tx, case)
        undecided = _is_undecided(case)
        told = actions.told_contact(tx, case_id) if undecided else Contact()
        may = undecided and desk.may("child_act")
        return desk.render(
            "child",
            case=_case(desk, tx, case),
            clocks=_clocks(desk, tx, case, systems),
            step=_step(desk, tx, case, systems, url=_where_to_act(desk, undecided=undecided)),
            decisions=_DECISIONS if may else [],
            told=mask_email(told.parent_email) if told.parent_email else "",
            parent=child_acts.panel(tx, case) if desk.may("child_act") else None,
            typed=Values(request.form.to_dict()),
            answer_by=_answer_by(desk, tx, case),
            systems=systems,
            systems_done=sum(row.state in boards.DONE for row in systems),
            why_empty=_why_empty(tx, case),
            entries=entries,
            files=case_files.added(desk, tx, case_id),
            errors=errors,
            reason=request.form.get("reason", ""),
        )


def _where_to_act(desk: Desk, *, undecided: bool) -> str:
    if not desk.may("child_act"):
        return ""
    return "#decide" if undecided else "#systems"


def _answer_by(desk: Desk, tx: Transaction, case: Case) -> date | None:
    """Return by which day a parent who is asked now has to answer, as the workflow says."""
    run = workflows.run(tx.session, case.case)
    if run is None:
        return None
    return _day(desk, parents.answer_due_at(tx, tx.content.workflow(run.workflow)))


_DECISIONS = [
    ("delete", "Delete everything now", "grave"),
    ("not_a_child", "It is not a child", "second"),
]


def _case(desk: Desk, tx: Transaction, case: Case) -> ChildCase:
    return ChildCase(
        case_id=case.case,
        state=_state(tx, case),
        site=case.site,
        reference="",
        person=_person(tx, case),
        detected_at=desk.local(case.opened_at),
        evidence=[
            Entry(
                "event",
                desk.local(case.opened_at),
                case.site,
                _known_by(case.rule)[:1].upper() + _known_by(case.rule)[1:],
            )
        ],
        messages=[
            SentMessage(event_id, desk.local(at))
            for event_id, at in (actions.messages_of(tx, case.case) if _is_undecided(case) else ())
        ],
    )


def _is_undecided(case: Case) -> bool:
    return case.state in {State.SUSPECTED, State.KNOWN}


def _systems(desk: Desk, tx: Transaction, case: Case) -> list[SystemRow]:
    run = workflows.run(tx.session, case.case)
    if run is None or case.state is State.CLEARED or actions.merged_into(tx, case.case):
        return []
    return boards.board_of(
        desk,
        tx,
        case.case,
        workflow=run.workflow,
        by_hand=case.state is State.DELETING,
        is_back=case.came_back,
    )


def _why_empty(tx: Transaction, case: Case) -> str:
    """Return why no system stands on the board."""
    into = actions.merged_into(tx, case.case)
    if into:
        return f"This case ended: case {into} is about the same child, and goes on for both."
    if case.state is State.CLEARED:
        return "Nothing was searched or deleted: it is not a child."
    return "The data is frozen and used for nothing. Systems are searched once you have decided."


def act(desk: Desk, case_id: str, action: str) -> ResponseReturnValue:
    """Do what a button says; a fault shows the page again with what was typed."""
    try:
        return child_acts.act(desk, case_id, action)
    except InvalidInput as fault:
        words = f"{fault.detail[:1].upper()}{fault.detail[1:].rstrip('.')}."
        place = fault.errors[0].pointer.lstrip("/") if fault.errors else "reason"
        return _page(desk, case_id, errors={place: words}), 422


ROUTES = (
    Route("/children/<case_id>", "child", show_one),
    Route("/children/<case_id>/form", "child_form", child_acts.form),
    Route("/children/<case_id>/<action>", "child_act", act, ("POST",)),
)
