"""One run of the schedule: what would go, who approves it, how far it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError, Unavailable
from privacy_engine.look.formats import in_bytes, plural
from privacy_engine.retention import actions, looking, register, wording
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import OWN_SYSTEM, Pile, State, pile_from_data
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
_NOT_SEARCHED = {OWN_SYSTEM: "ok"}


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
    cutoff_on: date
    size: str
    difference: str
    paused_why: str
    ended_why: str
    follows: str
    executed: str
    done: int
    would: int
    held: int


@dataclass(frozen=True)
class RunLine:
    """What a preview found in one table, and what else its end means."""

    series: str
    title: str
    system: str
    disposition: str
    would: int
    held: int
    kept: int
    oldest: date | None
    newest: date | None
    done: int | None
    found_again: int | None
    state: str
    effects: tuple[str, ...]


@dataclass(frozen=True)
class SampleRow:
    """One due row, masked."""

    table: str
    values: tuple[tuple[str, str], ...]


def show(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Show exactly what would go, or went."""
    with desk.engine.reading() as tx:
        run = register.get(tx.session, run_id)
        lines = _lines(desk, tx, run)
        stale = run.state is State.PREVIEWED and run.schedule_sha256 != actions.version_in_force(
            tx, run.series
        )
        view = _view(desk, tx, run, stale=stale)
        by_hand = workflows.run(tx.session, run_id) is None
        population = desk.population(tx, run.due, "record")
    may = _may(desk, run, stale=stale, by_hand=by_hand)
    return desk.render(
        "retention_run",
        run=view,
        lines=lines,
        samples=_samples(desk, run) if run.state is State.PREVIEWED else [],
        population=population,
        **may,
    )


def _may(desk: Desk, run: Run, *, stale: bool, by_hand: bool) -> dict[str, bool]:
    """Return what whoever looks may do with the run now."""
    two = "retention" in desk.engine.settings.approval.two_person
    own = two and run.previewed_by == str(desk.actor)
    open_ = run.state is State.PREVIEWED and not stale and desk.may("approve_retention")
    begun = run.state in {State.APPROVED, State.RUNNING} and not run.is_paused
    return {
        "can_approve": open_ and bool(run.due) and not own,
        "own_preview": open_ and bool(run.due) and own,
        "can_run": begun and by_hand and desk.may("run_retention"),
        "can_reject": run.state in {State.PREVIEWED, State.APPROVED}
        and desk.may("approve_retention"),
        "can_pause": run.state is State.RUNNING
        and not run.is_paused
        and desk.may("run_retention"),
        "can_resume": run.is_paused and desk.may("approve_retention"),
    }


def _view(desk: Desk, tx: Transaction, run: Run, *, stale: bool) -> RunView:
    tables = tx.event(run.previewed_event).data["tables"]
    size = sum(int(item.get("bytes") or 0) for item in tables)
    before = register.last_done(tx.session, run.series)
    last = before.due if before and before.run != run.run else None
    same = run.executed_sha256 == run.preview_sha256
    return RunView(
        run_id=run.run,
        state="paused" if run.is_paused else _STATES[run.state],
        title=title_of(desk, run),
        on=desk.local(run.previewed_at).date(),
        drawn_at=desk.local(run.previewed_at),
        approved_by=name_of(tx, run.approved_by),
        digest=run.preview_sha256,
        stale=stale and desk.may("preview_retention"),
        cutoff_on=desk.local(run.cutoff).date(),
        size=in_bytes(size) if size else "",
        difference=wording.difference(run.due, last) if run.state is not State.DONE else "",
        paused_why=run.paused_why if run.is_paused else "",
        ended_why=_ended_why(tx, run),
        follows=run.follows,
        executed=("same" if same else "differs") if run.executed_sha256 else "",
        done=sum(register.disposed_so_far(tx.session, run.run).values()),
        would=run.due,
        held=run.held,
    )


def _ended_why(tx: Transaction, run: Run) -> str:
    """Return why a run was broken off or refused; empty for any other."""
    if run.state is not State.VOIDED or run.ended_event is None:
        return ""
    return str(tx.event(run.ended_event).data.get("reason") or "")


def _lines(desk: Desk, tx: Transaction, run: Run) -> list[RunLine]:
    done = register.disposed_so_far(tx.session, run.run)
    after = _after(tx, run)
    tables = tx.event(run.previewed_event).data["tables"]
    return [_line(desk, run, item, done=done, after=after) for item in tables]


def _after(tx: Transaction, run: Run) -> dict[tuple[str, str], int]:
    """Return what the search after a finished run still found, by system and table."""
    if run.state is not State.DONE or run.ended_event is None:
        return {}
    tables = tx.event(run.ended_event).data["tables"]
    piles = map(pile_from_data, tables)
    return {(pile.system, pile.table): pile.due for pile in piles if pile.searched}


def _line(
    desk: Desk,
    run: Run,
    item: Mapping[str, Any],
    *,
    done: Mapping[tuple[str, str], int],
    after: Mapping[tuple[str, str], int],
) -> RunLine:
    pile: Pile = pile_from_data(dict(item))
    titles = {one.code: one.title for one in desk.engine.content.systems}
    titles["engine"] = "The engine's own record"
    place = (pile.system, pile.table)
    rows = {row.series: row.title for row in desk.engine.content.retention}
    state = "paused" if run.is_paused else _STATES[run.state]
    return RunLine(
        series=pile.table or run.series,
        title=rows.get(run.series, run.series),
        system=titles.get(pile.system, pile.system),
        disposition=run.disposition,
        would=pile.due,
        held=pile.held,
        kept=pile.excepted,
        oldest=pile.oldest,
        newest=pile.newest,
        done=done.get(place),
        found_again=after.get(place),
        state=state if pile.searched else _NOT_SEARCHED.get(pile.system, "not_searchable"),
        effects=_effects(pile, item),
    )


def _effects(pile: Pile, item: Mapping[str, Any]) -> tuple[str, ...]:
    if not pile.searched:
        return (wording.not_searched(pile.system),)
    return tuple(map(wording.words_of_effect, item.get("effects") or ()))


def _samples(desk: Desk, run: Run) -> list[SampleRow]:
    """Return a few rows, masked; none where a system does not answer just now."""
    try:
        found = disposal.samples(desk.engine, run)
    except EngineError:
        return []
    return [SampleRow(table, row) for (_, table), rows in found.items() for row in rows]


def title_of(desk: Desk, run: Run) -> str:
    """Return what a run is called: its series and its reference."""
    titles = {row.series: row.title for row in desk.engine.content.retention}
    return f"{titles.get(run.series, run.series)}, {run.run}"


def name_of(tx: Transaction, actor: str | None) -> str:
    """Return the name of whoever acted, as a page shows it."""
    name = (actor or "").removeprefix("staff:")
    return staff.names(tx, [name]).get(name, name) if name else ""


def state_of(run: Run) -> str:
    """Return the state of a run as lists show it; a preview of nothing waits for nobody."""
    if run.state is State.PREVIEWED and not run.due:
        return "placed" if run.held else "nothing_found"
    return "paused" if run.is_paused else _STATES[run.state]


# What people do with it ------------------------------------------------------------------


def approve(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Approve exactly the list that was shown."""
    digest = request.form.get("digest", "")
    desk.act(lambda tx: actions.approve(tx, run_id, preview_sha256=digest))
    desk.say("Approved: exactly this list.")
    return _back(run_id)


def reject(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Refuse the list; nothing of it goes."""
    desk.act(lambda tx: actions.reject(tx, run_id))
    desk.say("Refused: nothing of this list goes. The next look draws a new one.")
    return _back(run_id)


def pause(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Let a run stand still."""
    desk.act(lambda tx: actions.pause(tx, run_id, reason="somebody of the staff paused it"))
    desk.say("It stands still after the batch that it is in.")
    return _back(run_id)


def resume(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Let a paused run go on."""
    desk.act(lambda tx: actions.resume(tx, run_id))
    desk.say("It goes on where it stood.")
    return _back(run_id)


def run_now(desk: Desk, run_id: str) -> ResponseReturnValue:
    """Carry an approved run out, or go on with it."""
    try:
        done = disposal.carry_out(desk.engine, run_id, actor=desk.actor)
    except Unavailable as error:
        desk.say(f"It stopped half-way and can go on: {error.detail}.")
        return _back(run_id)
    if done.is_paused:
        desk.say(f"It stands still: {done.paused_why}.")
    else:
        desk.say(
            f"{plural(done.disposed or 0, 'record')} gone, and searched again{_why(desk, done)}."
        )
    return _back(run_id)


def _why(desk: Desk, run: Run) -> str:
    """Return why a run that has ended did nothing; empty when it did."""
    if run.disposed:
        return ""
    with desk.engine.reading() as tx:
        return f": {looking.latest(tx)[run.series].why}"


def _back(run_id: str) -> ResponseReturnValue:
    return redirect(url_for("console.retention_run", run_id=run_id), code=303)


ROUTES = (
    Route("/retention/<run_id>", "retention_run", show),
    Route("/retention/<run_id>/approve", "approve_retention", approve, ("POST",)),
    Route("/retention/<run_id>/reject", "reject_retention", reject, ("POST",)),
    Route("/retention/<run_id>/pause", "pause_retention", pause, ("POST",)),
    Route("/retention/<run_id>/resume", "resume_retention", resume, ("POST",)),
    Route("/retention/<run_id>/run", "run_retention", run_now, ("POST",)),
)
