"""The retention schedule: what is past its time, the list that somebody approves, the run."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import retention_run
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.retention_run import name_of, state_of, title_of
from privacy_engine.errors import EngineError
from privacy_engine.instance.model import RetentionRow
from privacy_engine.look.parts import NextStep
from privacy_engine.retention import looking, register, wording
from privacy_engine.retention.looking import Look
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import State
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.steps import disposal


@dataclass(frozen=True)
class SeriesRow:
    """One row of the schedule as the newest look found it; None before the first."""

    code: str
    title: str
    systems: str
    trigger: str
    period: str
    disposition: str
    due: int | None
    held: int | None
    ground: str
    citation: str
    exceptions: tuple[str, ...]
    owner: str
    review_on: date
    review_late: bool
    state: str
    next_on: date | None
    looked_at: datetime | None
    ran_at: datetime | None
    why: str


@dataclass(frozen=True)
class RunRow:
    """One run in the list."""

    run_id: str
    title: str
    state: str
    on: date
    records: int
    by: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show the schedule and the runs."""
    with desk.engine.reading() as tx:
        runs = register.runs(tx.session)
        looks = looking.latest(tx)
        content = desk.engine.content
        rows = [_series(desk, row, looks.get(row.series)) for row in content.retention]
        waiting = [run for run in runs if run.state is State.PREVIEWED and run.due]
        return desk.render(
            "retention",
            series=rows,
            runs=[_run(desk, tx, run) for run in runs],
            step=_step(desk, waiting),
            can_preview=desk.may("preview_retention"),
            population=desk.population(tx, len(rows), "row of the schedule", many="rows"),
        )


def _series(desk: Desk, row: RetentionRow, look: Look | None) -> SeriesRow:
    titles = {item.code: item.title for item in desk.engine.content.systems}
    titles["engine"] = "The engine's own record"
    return SeriesRow(
        code=row.series,
        title=row.title,
        systems=", ".join(titles.get(code, code) for code in row.systems),
        trigger=wording.SINCE[row.trigger],
        period=row.period.in_words,
        disposition=str(row.disposition),
        due=look.due if look and look.last_success_at else None,
        held=look.held if look and look.last_success_at else None,
        ground=wording.GROUNDS[row.ground],
        citation=row.citation,
        exceptions=row.exceptions,
        owner=row.owner,
        review_on=row.review_on,
        review_late=row.review_on < desk.today,
        state=_stands(look),
        next_on=look.next_due_on if look else None,
        looked_at=_local(desk, look.last_success_at) if look else None,
        ran_at=_local(desk, look.last_run_at) if look else None,
        why=f"{look.why[:1].upper()}{look.why[1:]}." if look and look.why else "",
    )


def _stands(look: Look | None) -> str:
    if look is None or look.outcome in looking.SUCCESSES:
        return ""
    return "stopped" if look.outcome == "fault" else "at_risk"


def _local(desk: Desk, at: datetime | None) -> datetime | None:
    return desk.local(at) if at else None


def _run(desk: Desk, tx: Transaction, run: Run) -> RunRow:
    return RunRow(
        run_id=run.run,
        title=title_of(desk, run),
        state=state_of(run),
        on=desk.local(run.previewed_at).date(),
        records=run.due if run.disposed is None else run.disposed,
        by=name_of(tx, run.approved_by),
    )


def _step(desk: Desk, waiting: list[Run]) -> NextStep | None:
    if not waiting:
        return None
    run = waiting[-1]
    held = f"; a hold keeps {run.held:,} more" if run.held else ""
    why = f"{wording.past_time(run.due)}{held}."
    url = url_for("console.retention_run", run_id=run.run)
    return NextStep(f"Look at {title_of(desk, run)}", why, url)


def preview(desk: Desk) -> ResponseReturnValue:
    """Look again for what is due; nothing is disposed of."""
    try:
        disposal.look_for_due(desk.engine)
        desk.say("Every row of the schedule was looked at; what is due stands below.")
    except EngineError as error:
        desk.say(f"Some rows could not be looked at: {error.detail}")
    return redirect(url_for("console.retention"), code=303)


ROUTES = (
    Route("/retention", "retention", show),
    Route("/retention/preview", "preview_retention", preview, ("POST",)),
    *retention_run.ROUTES,
)
