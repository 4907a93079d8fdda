"""A change of a document on its way: who decides, what the site shows, who was written to."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.waiting_kinds import Waiting
from privacy_engine.documents import changes, changing, register
from privacy_engine.documents.changes import Change
from privacy_engine.instance.model import CHANGE
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register as runs
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import Run

OCCASIONS = {
    "text": "The text says it better or says more",
    "new_use": "We want to use information in a new way",
    "new_owner": "Merger, sale or new owner of the business",
}
_PROGRESS = {
    Progress.DUE: "in_progress",
    Progress.WAITING: "waiting",
    Progress.FAILED: "failed",
    Progress.DONE: "done",
    Progress.SKIPPED: "not_needed",
}
_OUTCOMES = {
    "sent": "Letter sent",
    "frozen": "Not written to: may be a child",
    "bad address": "The address cannot be used",
}


@dataclass(frozen=True)
class StepLine:
    """One step of the way."""

    title: str
    state: str
    at: datetime | None
    detail: str


@dataclass(frozen=True)
class ChangeView:
    """One change."""

    case: str
    slug: str
    title: str
    version: str
    before: str
    occasion: str
    summary: str
    effective_on: date
    begun_by: str
    begun_at: datetime
    decided_by: str
    notice_at: datetime | None
    lost: int | None


def show(desk: Desk, case: str) -> ResponseReturnValue:
    """Show one change."""
    with desk.engine.reading() as tx:
        change = changing.get(tx, case)
        run = runs.run(tx.session, case)
        told = changes.told_counts(tx.session, case)
        zone = desk.engine.settings.zone
        two = "document" in desk.engine.settings.approval.two_person
        own = two and change.begun_by == str(desk.actor)
        return desk.render(
            "change",
            change=_view(desk, tx, change),
            steps=_steps(desk, run) if run else [],
            steps_done=sum(
                state.progress in {Progress.DONE, Progress.SKIPPED}
                for state in (run.steps.values() if run else ())
            ),
            told=[(_OUTCOMES.get(code, code), number) for code, number in sorted(told.items())],
            shown=register.showings_by_day(tx.session, change.document, change.version, zone=zone),
            carried=_carried(desk, change),
            can_decide=not change.outcome and desk.may("decide_change"),
            can_stop=_can_stop(tx, change) and desk.may("decide_change"),
            own=own,
            population=desk.population(tx, sum(told.values()), "letter"),
        )


def _can_stop(tx: Transaction, change: Change) -> bool:
    name = (change.document, change.version)
    return change.outcome == "publish" and name not in register.published_names(tx.session)


def _view(desk: Desk, tx: Transaction, change: Change) -> ChangeView:
    item = desk.engine.content.document(change.document, change.version)
    ids = [change.begun_by.removeprefix("staff:"), change.decided_by.removeprefix("staff:")]
    names = staff.names(tx, [one for one in ids if one])
    return ChangeView(
        case=change.case,
        slug=change.document,
        title=item.title,
        version=change.version,
        before=change.supersedes,
        occasion=OCCASIONS.get(change.occasion, change.occasion),
        summary=" ".join(item.change_summary.split()),
        effective_on=item.effective_on,
        begun_by=names.get(ids[0], ids[0]),
        begun_at=desk.local(change.begun_at),
        decided_by=names.get(ids[1], ids[1]),
        notice_at=desk.local(change.notice_at) if change.notice_at else None,
        lost=change.lost,
    )


def _steps(desk: Desk, run: Run) -> list[StepLine]:
    found = []
    for step in desk.engine.content.workflow(CHANGE).steps:
        state = run.steps.get(step.code)
        detail = ""
        if state is not None:
            why = str(state.detail.get("why", ""))
            detail = why or (f"until {desk.local(state.due_at):%Y-%m-%d}" if state.due_at else "")
        found.append(
            StepLine(
                step.title,
                _PROGRESS[state.progress] if state else "planned",
                desk.local(state.at) if state else None,
                detail,
            )
        )
    return found


def _carried(desk: Desk, change: Change) -> list[tuple[str, int]]:
    titles = {item.code: item.title for item in desk.engine.content.purposes}
    return [(titles.get(code, code), number) for code, number in (change.carried or {}).items()]


def begin(desk: Desk) -> ResponseReturnValue:
    """Begin to announce a version."""
    slug, version = request.form.get("slug", ""), request.form.get("version", "")
    occasion = request.form.get("occasion", "text")
    change = desk.act(lambda tx: changing.begin(tx, slug, version, occasion=occasion))
    desk.say("Begun. As soon as it is approved, put the notice on the site.")
    return redirect(url_for("console.change", case=change.case), code=303)


def decide(desk: Desk, case: str) -> ResponseReturnValue:
    """Approve a change or stop it."""
    outcome = request.form.get("outcome", "")
    desk.act(lambda tx: changing.decide(tx, case, outcome=outcome))
    desk.say(
        "Approved. Now the notice has to stand on the site."
        if outcome == "publish"
        else "Stopped. Nothing changes for anybody."
    )
    return redirect(url_for("console.change", case=case), code=303)


def waiting(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Return the changes that wait for somebody, for the first screen."""
    found = []
    for change in changes.of_document(tx.session):
        run = runs.run(tx.session, change.case)
        if run is None or run.ended_at:
            continue
        verb, state, why = _next(desk, tx, change, run)
        if verb:
            url = url_for("console.change", case=change.case)
            found.append(Waiting(verb, url, state, why, desk.local(change.begun_at)))
    return found


def _next(desk: Desk, tx: Transaction, change: Change, run: Run) -> tuple[str, str, str]:
    """Return what to do about a change, a state and why; nothing while it goes on by itself."""
    name = f"{change.document} {change.version}"
    failed = [state for state in run.steps.values() if state.progress is Progress.FAILED]
    if failed:
        why = str(failed[0].detail.get("why", "")) or "A step failed."
        return f"Mend the change of {name}", "failed", why
    if not change.outcome:
        return f"Approve {name}", "awaiting_approval", "It changes what people were told."
    if change.notice_at is None:
        why = "Put the notice on the site; its own reports confirm it."
        return f"Announce {name}", "waiting", why
    last = register.showings(
        tx.session, change.document, change.version, since=change.notice_at
    ).last_at
    if change.carried_at is None and last is not None and (tx.now - last).days >= _SILENT_DAYS:
        why = f"No site has shown the notice since {desk.local(last):%d %B}."
        return f"See to the notice of {name}", "silent", why
    return "", "", ""


_SILENT_DAYS = 3

ROUTES = (
    Route("/documents/changes/begin", "begin_change", begin, ("POST",)),
    Route("/documents/changes/<case>", "change", show),
    Route("/documents/changes/<case>/decide", "decide_change", decide, ("POST",)),
)
