"""What is next on a request, why, and who must do it: read from its run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from privacy_engine.connectors.protocol import Verdict
from privacy_engine.console import work
from privacy_engine.console.boards import BY_HAND, HAND_OVER
from privacy_engine.console.desk import Desk
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.instance.model import Step, Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.look.formats import day_long, plural, sentence
from privacy_engine.look.parts import NextStep
from privacy_engine.rights import actions as rights
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import came_back, record_decisions, row_decisions
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.machine import SETTLED, Progress
from privacy_engine.workflow.register import Run, StepState, board, run

_MANY_FAILURES = 3
_THEY_WROTE = "request.message_received"
_TO_DO = {
    Action.LOCATE: "Search it, count what you find, then say so.",
    Action.COPY: "Search it, and add what you find.",
    Action.CORRECT: "Correct what was decided there, then say so.",
    Action.DELETE: "Search it, delete what you find, then say so.",
}


@dataclass(frozen=True)
class Standing:
    """The step at which a request stands, and how far it is there; None when nothing is left."""

    step: Step
    state: StepState | None

    @property
    def waits_for_us(self) -> bool:
        """Whether a member of the staff must act before it goes on."""
        waiting = self.state is not None and self.state.progress is Progress.WAITING
        by_us = {StepKind.DECIDE, StepKind.TASK, StepKind.CORRECT, StepKind.DELETE}
        by_hand = self.step.kind in {StepKind.LOCATE, StepKind.COPY}  # these wait for nobody else
        return waiting and (by_hand or self.step.kind in by_us)


def standing(workflow: Workflow, run: Run | None) -> Standing | None:
    """Return the most pressing open step: what failed, then what waits for us, then the rest."""
    if run is None or run.ended_at:
        return None
    open_steps = [
        Standing(step, run.steps.get(step.code))
        for step in workflow.steps
        if not _settled(run.steps.get(step.code))
    ]
    begun = [item for item in open_steps if item.state is not None]
    return min(begun or open_steps[:1], key=_rank, default=None)


def settled(workflow: Workflow, run: Run | None) -> tuple[int, int]:
    """Return how many steps are settled and how many there are, without those ruled out."""
    states = run.steps if run else {}
    counted = [
        code
        for code in (step.code for step in workflow.steps)
        if code not in states or states[code].progress is not Progress.SKIPPED
    ]
    return sum(_settled(states.get(code)) for code in counted), len(counted)


def next_step(
    desk: Desk, request: Request, workflow: Workflow, run: Run | None, *, in_list: bool = False
) -> NextStep | None:
    """Return what is next, with the page where it is done; None when nothing is left.

    In a list it is said without how far it is and what systems said, which is asked one by one.
    """
    back = came_back_in(desk, request.reference) if request.came_back else None
    here = standing(workflow, run)
    if back is not None or here is None:
        return back
    state = here.state
    if state is not None and state.progress is Progress.FAILED:
        return _failed(desk, request, here, in_list=in_list)
    if state is None or state.progress is not Progress.WAITING:
        said = "" if in_list else _under_way(desk, request)
        why = f"{said}." if said else "It is done by itself, within seconds."
        return NextStep(here.step.title, why, waits_for="the engine")
    if here.step.kind is StepKind.DECIDE:
        return _decide(desk, request, here.step)
    by_hand = in_systems(desk, request.reference, here)
    if by_hand is not None:
        return by_hand
    return _waiting(desk, request, here.step, due_at=state.due_at)


def came_back_in(desk: Desk, case: str) -> NextStep | None:
    """Return what is to be done where the nightly comparison found deleted data again."""
    with desk.engine.reading() as tx:
        titles = [_system_title(desk, code) for code in came_back.compared(tx, case)]
    if not titles:
        return None
    why = f"{', '.join(titles)}: deleted data is there again. Find out what brought it back."
    return NextStep("Delete it again", why, url_for("console.systems"))


def before_asking(desk: Desk, tx: Transaction, case: str) -> NextStep:
    """Say what is still to come before a parent is asked: the time of a hold, the destruction."""
    found = run(tx.session, case)
    waits = [step.due_at for step in found.steps.values() if step.due_at] if found else []
    if not waits or max(waits) <= tx.now:
        why = "All but the contact is destroyed first. Then the parent is asked."
        return NextStep("Being deleted", why, waits_for="the systems")
    why = (
        f"It is used for nothing, and destroyed on {day_long(desk.local(max(waits)))} but for the "
        "contact. Then the parent is asked."
    )
    return NextStep("Held before the parent is asked", why, waits_for="the end of that time")


def _decide(desk: Desk, request: Request, step: Step) -> NextStep:
    by_hand = any(one.connector is ConnectorKind.MANUAL for one in desk.engine.content.systems)
    searched = "Every system that a program reaches" if by_hand else "Every system"
    why = f"{searched} was searched. Say what is done, or say no with the reason."
    blocked = two_person_reason(desk, request)
    if blocked:
        return NextStep(step.title, blocked, waits_for="a second person")
    if request.right == "correct" and not _said_what_is_wrong(desk, request):
        why = "They did not say which information is wrong: write and ask them, then decide."
        return NextStep("Ask what is wrong", why, _url(request, "message"))
    return NextStep(step.title, why, _url(request, "approve"))


def _said_what_is_wrong(desk: Desk, request: Request) -> bool:
    """Return whether the person explained their correction, when they asked or since."""
    with desk.engine.reading() as tx:
        said = rights.person_text(tx, request)
        since = {event.kind for event in tx.events_of_case(request.reference)}
    return bool(said.get("details") or said.get("corrections")) or _THEY_WROTE in since


def _under_way(desk: Desk, request: Request) -> str:
    with desk.engine.reading() as tx:
        return work.under_way(tx, request.reference)


def _failed(desk: Desk, request: Request, here: Standing, *, in_list: bool) -> NextStep:
    state = here.state
    detail = state.detail if state else {}
    if state is not None and state.outcome == Verdict.RESIDUE:
        return _residue(desk, request, here)
    missing = list(detail.get("waiting_for", ()))
    said = str(detail.get("why") or "")
    what = said or "It did not work."
    if missing:
        heard = {} if in_list else _heard(desk, request)
        what = _not_done(desk, missing, heard)
    why = f"{here.step.title}: {what} It is tried again by itself."
    if state is not None and state.failures >= _MANY_FAILURES:
        why = f"{why} It has failed {plural(state.failures, 'time')}: somebody should look."
    if here.step.kind is StepKind.CORRECT:
        return NextStep("See what failed", why, _correct_url(request))
    return NextStep("See what failed", why, _url(request, "retry"))


def _residue(desk: Desk, request: Request, here: Standing) -> NextStep:
    verdicts = here.state.detail.get("verdicts") or {} if here.state else {}
    codes = [code for code, word in verdicts.items() if word == Verdict.RESIDUE]
    places = ", ".join(_system_title(desk, code) for code in codes)
    why = (
        f"{here.step.title}: something that was deleted is there again in {places}. It is "
        "deleted and searched for once more by itself. Find out what brought it back."
    )
    return NextStep("See what came back", why, _url(request, "retry"))


def _heard(desk: Desk, request: Request) -> Mapping[str, str]:
    with desk.engine.reading() as tx:
        return {row.system: row.message for row in board(tx.session, request.reference)}


def _not_done(desk: Desk, missing: Sequence[str], heard: Mapping[str, str]) -> str:
    """Return which systems did not do their part, and what each of them said."""
    words = [
        f"{_system_title(desk, code)} did not do it ({heard[code]})"
        if heard.get(code)
        else f"{_system_title(desk, code)} is not done yet"
        for code in missing
    ]
    return f"{'; '.join(words)}."


def _waiting(desk: Desk, request: Request, step: Step, *, due_at: datetime | None) -> NextStep:
    if step.kind is StepKind.TASK:
        why = "Somebody has to do this by hand and say so."
        return NextStep(step.title, why, _url(request, "task"))
    if step.kind is StepKind.CORRECT:
        why = "Say which value shall stand where; it is written there and looked at again."
        return NextStep(step.title, why, _correct_url(request))
    if step.kind is StepKind.VERIFY:
        why = "We asked them to confirm that it was they who asked."
        return NextStep("Wait for the person", why, waits_for="their answer to our letter")
    if step.kind is StepKind.REPORT:
        why = "The report is being drawn and signed; that takes a minute at most."
        return NextStep("Wait for the report", why, waits_for="the report")
    if due_at is not None:
        on = day_long(desk.local(due_at).date())
        return NextStep(step.title, f"This runs by itself on {on}.", waits_for=on)
    return NextStep(step.title, "It goes on by itself.", waits_for=step.actor or "the engine")


def in_systems(desk: Desk, case: str, here: Standing) -> NextStep | None:
    """Return what a person must do in a system before a deletion goes on; None when nothing."""
    detail = here.state.detail if here.state else {}
    undecided = list(detail.get("decide", ()))
    if undecided:
        undecided = _still_undecided(desk, case, undecided)
    if undecided:
        title = _system_title(desk, undecided[0])
        if here.step.kind is StepKind.COPY:
            why = f"{title} gave records that name somebody else. Say whether they are sent."
            url = _system_url("decide_records", case, undecided[0])
            return NextStep("Decide about records", why, url)
        why = f"{title} holds rows that also concern others. Say what becomes of them."
        return NextStep("Decide about rows", why, _system_url("decide_rows", case, undecided[0]))
    waiting = list(detail.get("waiting_for", ()))
    kinds = {item.code: item.connector for item in desk.engine.content.systems}
    by_hand = [code for code in waiting if kinds.get(code) is ConnectorKind.MANUAL]
    if str(here.step.kind) in set(Action) and waiting and not by_hand:
        return _said_no(desk, case, waiting)
    if str(here.step.kind) not in set(Action) or not by_hand:
        return None
    action = Action(here.step.kind)
    title = _system_title(desk, by_hand[0])
    contact = desk.engine.content.system(by_hand[0]).contact
    why = f"No program reaches it. {_TO_DO[action]}"
    if "@" in contact and desk.engine.settings.mail.transport == "outbox":
        why = f"{why} No mail server is set up, so {contact} was not written to."
    elif "@" in contact:
        why = f"{why} {contact} was written to; what they answer comes in by itself."
    return NextStep(f"{BY_HAND[action]}: {title}", why, _system_url("attest", case, by_hand[0]))


def _said_no(desk: Desk, case: str, waiting: Sequence[str]) -> NextStep | None:
    """Return what a person can do where a program answered that it did not do its part."""
    with desk.engine.reading() as tx:
        rows = board(tx.session, case)
    said = {row.system: row.message for row in rows if row.message and row.system in waiting}
    code = next(iter(said), "")
    if not code:
        return None
    why = f"{said[code]}. It is asked again by itself, unless a person does it."
    title = f"{HAND_OVER}: {_system_title(desk, code)}"
    return NextStep(title, sentence(why), _system_url("attest", case, code))


def _still_undecided(desk: Desk, case: str, systems: Sequence[str]) -> list[str]:
    """Return where somebody must still decide: the step itself learns of it when it is tried."""
    with desk.engine.reading() as tx:
        rows = {row.system: row for row in board(tx.session, case)}
    return [
        code
        for code in systems
        if code in rows
        and (record_decisions.waits(rows[code]) or row_decisions.open_tables(rows[code]))
    ]


def _system_url(endpoint: str, case: str, system: str) -> str:
    return url_for(f"console.{endpoint}", case=case, system=system)


def needs_two(desk: Desk, request: Request) -> bool:
    """Return whether the instance asks for two people to decide on this request."""
    return request.right == "delete" and "delete" in desk.engine.settings.approval.two_person


def two_person_reason(desk: Desk, request: Request) -> str:
    """Return why this member may not decide alone; empty when they may."""
    if not needs_two(desk, request):
        return ""
    if request.assigned_to is None:
        return "A deletion needs two people: first somebody takes it on, then another one decides."
    if request.assigned_to == desk.member.staff_id:
        return "You took this on, and a deletion needs two people: somebody else decides."
    return ""


def unsearched_reason(desk: Desk, request: Request, run: Run | None) -> str:
    """Return why nobody can say yet what is approved; empty once every system was searched."""
    flow = desk.engine.content.workflow(request.workflow)
    states = run.steps if run else {}
    for state in [states.get(step.code) for step in flow.steps if step.kind is StepKind.LOCATE]:
        if state is None or state.progress not in {Progress.FAILED, Progress.WAITING}:
            continue
        missing = [_system_title(desk, code) for code in state.detail.get("waiting_for", ())]
        where = ", ".join(missing) or "every system"
        return f"The search of {where} is not done yet; approve once it is."
    return ""


def _system_title(desk: Desk, code: str) -> str:
    known = {item.code: item.title for item in desk.engine.content.systems}
    return known.get(code, code)


def _correct_url(request: Request) -> str:
    return url_for("console.correct", case=request.reference)


def _url(request: Request, doing: str) -> str:
    return url_for("console.one_request", reference=request.reference, do=doing)


def _settled(state: StepState | None) -> bool:
    return state is not None and state.progress in SETTLED


def _rank(here: Standing) -> int:
    if here.state is not None and here.state.progress is Progress.FAILED:
        return 0
    if here.waits_for_us:
        return 1
    timed = here.state is not None and here.state.due_at is not None
    return 3 if timed else 2
