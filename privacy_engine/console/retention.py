"""The retention schedule: what is past its time, the list that somebody approves, the run."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError
from privacy_engine.instance.model import RetentionRow
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import NextStep
from privacy_engine.retention import actions, register
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import Pile, State
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow.steps import disposal

_STATES = {
    State.PREVIEWED: "awaiting_approval",
    State.APPROVED: "approved",
    State.RUNNING: "in_progress",
    State.DONE: "done",
    State.VOIDED: "cancelled",
}


@dataclass(frozen=True)
class SeriesRow:
    """One row of the schedule; counts are those of its newest preview, None before the first."""

    code: str
    title: str
    systems: str
    trigger: str
    period: str
    disposition: str
    due: int | None
    held: int | None
    citation: str
    state: str


@dataclass(frozen=True)
class RunRow:
    """One run in the list."""

    run_id: str
    title: str
    state: str
    on: date
    records: int
    by: str


@dataclass(frozen=True)
class RunView:
    """One run."""

    run_id: str
    state: str
    title: str
    on: date
    drawn_at: datetime
    approved_by: str
    digest: str
    stale: bool


@dataclass(frozen=True)
class RunLine:
    """What a preview found in one table."""

    series: str
    title: str
    system: str
    disposition: str
    would: int
    held: int
    done: int | None
    found_again: int | None
    state: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show the schedule and the runs."""
    with desk.engine.reading() as tx:
        runs = register.runs(tx.session)
        newest: dict[str, Run] = {}
        for run in runs:
            newest.setdefault(run.series, run)
        content = desk.engine.content
        rows = [_series(desk, row, newest.get(row.series)) for row in content.retention]
        waiting = [run for run in runs if run.state is State.PREVIEWED and run.due]
        return desk.render(
            "retention",
            series=rows,
            runs=[_run(desk, tx, run) for run in runs],
            step=_step(desk, waiting),
            can_preview=desk.may("preview_retention"),
            population=desk.population(tx, len(rows), "row of the schedule", many="rows"),
        )


def _series(desk: Desk, row: RetentionRow, run: Run | None) -> SeriesRow:
    titles = {item.code: item.title for item in desk.engine.content.systems}
    fresh = run is not None and run.state in {State.PREVIEWED, State.APPROVED, State.RUNNING}
    return SeriesRow(
        code=row.series,
        title=row.title,
        systems=", ".join(titles.get(code, code) for code in row.systems),
        trigger=f"from: {row.trigger.replace('_', ' ')}",
        period=row.period.in_words,
        disposition=str(row.disposition),
        due=run.due if run and fresh else None,
        held=run.held if run and fresh else None,
        citation=row.citation,
        state="",
    )


def _run(desk: Desk, tx: Transaction, run: Run) -> RunRow:
    return RunRow(
        run_id=run.run,
        title=_title(desk, run),
        state=_STATES[run.state],
        on=desk.local(run.previewed_at).date(),
        records=run.due if run.disposed is None else run.disposed,
        by=_name(tx, run.approved_by),
    )


def _title(desk: Desk, run: Run) -> str:
    titles = {row.series: row.title for row in desk.engine.content.retention}
    return f"{titles.get(run.series, run.series)}, {run.run}"


def _name(tx: Transaction, actor: str | None) -> str:
    name = (actor or "").removeprefix("staff:")
    return staff.names(tx, [name]).get(name, name) if name else ""


def _step(desk: Desk, waiting: list[Run]) -> NextStep | None:
    if not waiting:
        return None
    run = waiting[-1]
    why = f"{plural(run.due, 'record')} past their time; {run.held:,} stay because of a hold."
    url = url_for("console.retention_run", run_id=run.run)
    return NextStep(f"Look at {_title(desk, run)}", why, url)


def show_run(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Show exactly what would go, or went."""
    with desk.engine.reading() as tx:
        run = register.get(tx.session, run_id)
        row = desk.engine.content.series(run.series)
        done = register.disposed_so_far(tx.session, run_id)
        piles = actions.piles_of(tx, run)
        lines = [_line(desk, run, row, pile, done=done) for pile in piles]
        stale = run.state is State.PREVIEWED and run.schedule_sha256 != actions.version_in_force(
            tx, run.series
        )
        two = "retention" in desk.engine.settings.approval.two_person
        own = two and run.previewed_by == str(desk.actor)
        previewed = run.state is State.PREVIEWED and not stale
        may = previewed and desk.may("approve_retention") and bool(run.due)
        by_hand = workflows.run(tx.session, run_id) is None
        begun = run.state in {State.APPROVED, State.RUNNING}
        return desk.render(
            "retention_run",
            run=_view(desk, tx, run, stale=stale),
            lines=lines,
            samples=[],
            can_approve=may and not own,
            own_preview=may and own,
            can_run=begun and by_hand and desk.may("run_retention"),
            population=desk.population(tx, run.due, "record"),
        )


def _view(desk: Desk, tx: Transaction, run: Run, *, stale: bool) -> RunView:
    return RunView(
        run_id=run.run,
        state=_STATES[run.state],
        title=_title(desk, run),
        on=desk.local(run.previewed_at).date(),
        drawn_at=desk.local(run.previewed_at),
        approved_by=_name(tx, run.approved_by),
        digest=run.preview_sha256,
        stale=stale and desk.may("preview_retention"),
    )


def _line(
    desk: Desk,
    run: Run,
    row: RetentionRow,
    pile: Pile,
    *,
    done: dict[tuple[str, str], int],
) -> RunLine:
    titles = {item.code: item.title for item in desk.engine.content.systems}
    where = titles.get(pile.system, pile.system)
    return RunLine(
        series=pile.table or run.series,
        title=row.title,
        system=where,
        disposition=run.disposition,
        would=pile.due,
        held=pile.held + pile.excepted,
        done=done.get((pile.system, pile.table)),
        found_again=None,
        state="not_searchable" if not pile.searched else _STATES[run.state],
    )


def preview(desk: Desk) -> ResponseReturnValue:
    """Look again for what is due; nothing is disposed of."""
    try:
        disposal.look_for_due(desk.engine)
        desk.say("Every row of the schedule was looked at; what is due stands below.")
    except EngineError as error:
        desk.say(f"Some rows could not be looked at: {error.detail}")
    return redirect(url_for("console.retention"), code=303)


def approve(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Approve exactly the list that was shown."""
    digest = request.form.get("digest", "")
    desk.act(lambda tx: actions.approve(tx, run_id, preview_sha256=digest))
    desk.say("Approved: exactly this list.")
    return redirect(url_for("console.retention_run", run_id=run_id), code=303)


def run_now(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Carry an approved run out, or go on with it."""
    done = disposal.carry_out(desk.engine, run_id, actor=desk.actor)
    desk.say(f"{plural(done.disposed or 0, 'record')} gone, and searched again.")
    return redirect(url_for("console.retention_run", run_id=run_id), code=303)


ROUTES = (
    Route("/retention", "retention", show),
    Route("/retention/preview", "preview_retention", preview, ("POST",)),
    Route("/retention/<run_id>", "retention_run", show_run),
    Route("/retention/<run_id>/approve", "approve_retention", approve, ("POST",)),
    Route("/retention/<run_id>/run", "run_retention", run_now, ("POST",)),
)
