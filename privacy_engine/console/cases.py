"""A request in the shapes that the shared parts take: clocks, verification, one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.console import faces, staff, steps
from privacy_engine.console.desk import Desk
from privacy_engine.instance.model import Workflow
from privacy_engine.look.parts import Clock, NextStep, Person
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register as workflows

CHANNELS = {
    "form": "the portal",
    "api": "the site",
    "email": "email",
    "phone": "phone",
    "mail": "letter",
    "store": "in person",
    "drp": "an agent's service",
}


@dataclass(frozen=True)
class QueueRow:
    """One request in a table."""

    reference: str
    right: str
    person: Person
    name: str
    state: str
    step: NextStep | None
    clocks: list[Clock]
    verification: str
    tasks_done: int
    tasks_all: int
    owner: str
    site: str
    jurisdiction: str
    jurisdiction_warning: str
    channel: str
    age_days: int


def rows(desk: Desk, tx: Transaction, requests: Sequence[Request]) -> list[QueueRow]:
    """Return requests as rows of the queue; a handful of queries however many there are."""
    people = faces.of_requests(tx, requests)
    runs = workflows.runs(tx.session, [item.reference for item in requests])
    owners = staff.names(tx, [item.assigned_to for item in requests if item.assigned_to])
    known = Known(runs, owners, register.jurisdictions(tx.session, requests))
    return [_row(desk, item, people[item.reference], known) for item in requests]


@dataclass(frozen=True)
class Known:
    """What was read once for all rows of a page."""

    runs: Mapping[str, workflows.Run]
    owners: Mapping[str, str]
    laws: Mapping[str, frozenset[str]]


def jurisdiction_warning(request: Request, laws: frozenset[str]) -> str:
    """Return that the same person asked under another law too; empty where they did not."""
    others = sorted(laws - {request.jurisdiction})
    return f"Asked under {', '.join(others)} too" if others else ""


def _row(
    desk: Desk,
    request: Request,
    person: Person,
    known: Known,
) -> QueueRow:
    workflow = workflow_of(desk, request)
    run = known.runs.get(request.reference)
    done, every = steps.settled(workflow, run)
    return QueueRow(
        reference=request.reference,
        right=request.right,
        person=person,
        name="",
        state=request.state,
        step=steps.next_step(desk, request, workflow, run, in_list=True),
        clocks=[item for item in clocks(desk, request) if item.done_on is None],
        verification=verification_state(request),
        tasks_done=done,
        tasks_all=every,
        owner=known.owners.get(request.assigned_to or "", ""),
        site=site_of(request),
        jurisdiction=request.jurisdiction,
        jurisdiction_warning=jurisdiction_warning(
            request, known.laws.get(request.reference, frozenset())
        ),
        channel=channel(request.channel),
        age_days=(desk.today - desk.local(request.received_at).date()).days,
    )


def workflow_of(desk: Desk, request: Request) -> Workflow:
    """Return the workflow that a request runs."""
    return desk.engine.content.workflow(request.workflow)


def channel(code: str) -> str:
    """Return how a request came, in words."""
    return CHANNELS.get(code, code)


def site_of(request: Request) -> str:
    """Return the site that reported a request; nothing where it came to us directly."""
    return "" if request.site in {"portal", "engine", "console"} else request.site


def clocks(desk: Desk, request: Request) -> list[Clock]:
    """Return the clocks of a request with their proofs; the extended one replaces the first."""
    facts = request.facts
    acknowledge, answer = rules.acknowledge_clock(facts), rules.answer_clock(facts)
    ended_on = _day(desk, request, "ended_at")
    found: list[Clock] = []
    if acknowledge:
        done_on = _day(desk, request, "acknowledged_at") or ended_on
        found.append(_clock(desk, acknowledge, "Acknowledge", done_on=done_on))
    if answer:
        label = "Carry out" if request.right in rules.AT_ONCE else "Answer"
        found.append(
            _clock(
                desk,
                answer,
                label,
                done_on=ended_on,
                extended=request.extended_at is not None,
            )
        )
    return found + _of_the_house(desk, request, ended_on=ended_on)


def _of_the_house(desk: Desk, request: Request, *, ended_on: date | None) -> list[Clock]:
    """Return the day by which the house itself wants to answer, and the clock of an appeal."""
    found: list[Clock] = []
    zone = desk.engine.settings.zone
    days = desk.engine.settings.requests.internal_days
    on = rules.internal_due_on(request.facts, days=days, zone=zone)
    if on is not None:
        reason = f"The house wants to answer within {days} days of receipt. No law asks for it."
        found.append(Clock("Our own", on, on, desk.today, reason, "", done_on=ended_on))
    if request.appealed_at is not None:
        clock = rules.appeal_clock(request.right, request.jurisdiction, request.appealed_at)
        if clock is not None and not request.appeal_outcome:
            found.append(_clock(desk, clock, "Appeal", done_on=None))
    return found


def clock_face(desk: Desk, clock: rules.Clock, label: str) -> Clock:
    """Return a running clock as pages show it."""
    return _clock(desk, clock, label, done_on=None)


def _clock(
    desk: Desk,
    clock: rules.Clock,
    label: str,
    *,
    done_on: date | None,
    extended: bool = False,
) -> Clock:
    return Clock(
        label=label,
        strict_due_on=clock.strict_due_on,
        legal_due_on=clock.legal_due_on,
        today=desk.today,
        reason=" ".join(clock.steps),
        citation=clock.citation,
        done_on=done_on,
        extended=extended,
    )


def _day(desk: Desk, request: Request, moment: str) -> date | None:
    at = getattr(request, moment)
    return desk.local(at).date() if at else None


def verification_state(request: Request) -> str:
    """Return the state code of a request's verification."""
    if request.verified_at:
        return "verified"
    if not rules.needs_verification(request.right, request.jurisdiction):
        return "not_needed"
    if request.verification_failed >= rules.MAX_ATTEMPTS:
        return "failed"
    return "awaiting_person" if request.verification_sent else "unverified"
