"""Preview, approve, run: the schedule carried out, in steps that a crash cannot undo or double.

Order, and what a crash leaves. A batch is committed by the system first, its count by the engine
after it: a crash between the two leaves a count that is too low, so the run can stop too early,
never go too far. What a run did before it ended is repeated by nothing, for the rows are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from privacy_engine.errors import Conflict, EngineError, Forbidden, Unavailable
from privacy_engine.identifiers import reference
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log.event import instant
from privacy_engine.retention import holds, register, rules
from privacy_engine.retention.register import ProgressRow, Run
from privacy_engine.retention.rules import OPEN, Pile, State
from privacy_engine.retention.sources import (
    Found,
    Progress,
    Source,
    Sources,
    Wanted,
    no_progress,
)
from privacy_engine.transaction import ENGINE, Actor, Role, Transaction, Transactions

BATCH_ROWS = 2_000


@dataclass(frozen=True)
class Preview:
    """A stored rehearsal: the run, and what was found with samples for the eye."""

    run: Run
    found: tuple[Found, ...]

    @property
    def piles(self) -> tuple[Pile, ...]:
        """What was found, without samples."""
        return tuple(item.pile for item in self.found)


# Preview ---------------------------------------------------------------------------------


def preview(
    engine: Transactions, series: str, *, sources: Sources, actor: Actor = ENGINE
) -> Preview:
    """Rehearse a row of the schedule and store what was found; nothing is disposed of.

    An earlier rehearsal of the series that nobody carried out yet is void from now on.

    Raises:
        UnknownCode: no such series. Conflict: a run of it is under way.
        Unavailable: a system cannot be asked.
    """
    with engine.reading() as tx:
        wanted = _wanted(tx, tx.content.series(series))
    found = _survey(engine, wanted, sources)
    run = engine.run(lambda tx: _record_preview(tx, wanted, found), actor=actor)
    return Preview(run, found)


def _wanted(tx: Transaction, row: RetentionRow) -> Wanted:
    at = rules.cutoff(row.period, now=tx.now, zone=tx.settings.zone)
    return Wanted(row, at, tx.now, holds.standing(tx))


def _survey(engine: Transactions, wanted: Wanted, sources: Sources) -> tuple[Found, ...]:
    asked = sources(engine, wanted.row.series)
    found = [item for source in asked for item in source.survey(wanted)]
    missing = set(wanted.row.systems) - {source.system for source in asked}
    found += [Found(Pile(code, "", searched=False)) for code in sorted(missing)]
    return tuple(found)


def _record_preview(tx: Transaction, wanted: Wanted, found: tuple[Found, ...]) -> Run:
    series = wanted.row.series
    tx.lock(f"retention:{series}")
    earlier = register.open_run(tx.session, series)
    if earlier is not None and earlier.state is State.RUNNING:
        raise Conflict(f"run {earlier.run} of this series is under way: let it end first")
    if earlier is not None:
        _void(tx, earlier, "a newer preview takes its place")
    name = reference("D")
    piles = [item.pile for item in found]
    schedule = version_in_force(tx, series)
    tx.append(
        "disposition.previewed",
        {
            "run": name,
            "series": series,
            "cutoff": instant(wanted.cutoff),
            "disposition": str(wanted.row.disposition),
            "schedule_sha256": schedule,
            "preview_sha256": rules.preview_sha256(
                run=name, schedule=schedule, cutoff_at=wanted.cutoff, piles=piles
            ),
            "candidates": sum(pile.candidates for pile in piles),
            "held": sum(pile.held for pile in piles),
            "excepted": sum(pile.excepted for pile in piles),
            "tables": [pile.as_data() for pile in piles],
        },
    )
    return register.get(tx.session, name)


def version_in_force(tx: Transaction, series: str) -> str:
    """Return the version of a row of the schedule and of the tables that it governs."""
    tables = [
        (f"{system.code} {system.url or system.url_file or system.url_setting}", table)
        for system in tx.content.systems
        for table in system.tables
        if table.series == series
    ]
    return rules.schedule_sha256(tx.content.series(series), tables)


def piles_of(tx: Transaction, run: Run) -> tuple[Pile, ...]:
    """Return what the preview of a run found."""
    return tuple(map(rules.pile_from_data, tx.event(run.previewed_event).data["tables"]))


# Approve ---------------------------------------------------------------------------------


def approve(tx: Transaction, run: str, *, preview_sha256: str) -> Run:
    """Approve exactly what was previewed.

    Raises:
        Forbidden: nobody of the staff acts. NotFound: no such run.
        Conflict: the same person previewed it, the hash is another, the schedule has changed,
            or the run is past approval.
    """
    tx.lock(run)
    found = register.get(tx.session, run)
    _require_staff(tx.actor)
    if found.state is not State.PREVIEWED:
        raise Conflict(f"this run is {found.state}; only a preview can be approved")
    if preview_sha256 != found.preview_sha256:
        raise Conflict("the hash is not the one of this preview: look at what was found again")
    if found.schedule_sha256 != version_in_force(tx, found.series):
        raise Conflict("schedule or data map have changed since the preview: preview again")
    rules.require_disposable(tx.content.series(found.series))
    if "retention" in tx.settings.approval.two_person:
        rules.require_second_person(approver=str(tx.actor), previewer=found.previewed_by)
    _append(tx, found, "disposition.approved", preview_sha256=preview_sha256)
    return register.get(tx.session, run)


def reject(tx: Transaction, run: str, *, reason: str = "rejected") -> Run:
    """Void a run that has not begun.

    Raises:
        Forbidden: nobody of the staff acts. Conflict: it has begun or ended.
    """
    tx.lock(run)
    found = register.get(tx.session, run)
    _require_staff(tx.actor)
    if found.state not in {State.PREVIEWED, State.APPROVED}:
        raise Conflict(f"this run is {found.state} and cannot be rejected")
    _void(tx, found, reason)
    return register.get(tx.session, run)


def _require_staff(actor: Actor) -> None:
    if actor.role is not Role.STAFF or not actor.name:
        raise Forbidden("a person of the staff must approve this, by name")


# Run -------------------------------------------------------------------------------------


@dataclass
class _Work:
    """A run on its way: the wish, and how much of each table was approved and is done."""

    engine: Transactions
    actor: Actor
    run: Run
    wanted: Wanted
    sources: Sources
    approved: dict[tuple[str, str], int]
    done: dict[tuple[str, str], int] = field(default_factory=dict)
    failed: int = 0

    @property
    def disposed(self) -> int:
        return sum(self.done.values())


class _Stopped(Conflict):
    """A run must not go on: it is voided, and its sentence says why."""


def carry_out(
    engine: Transactions,
    run: str,
    *,
    sources: Sources,
    actor: Actor = ENGINE,
    progress: Progress = no_progress,
) -> Run:
    """Carry out an approved run, or go on with one that a crash stopped; a finished one stays.

    Records go in stages (1 %, 10 %, the rest) of bounded batches. Before the first, everything
    must be as it was approved; after each, no more may be due than was approved: else the run is
    void. A hold that is placed meanwhile is obeyed from the next batch on.

    Raises:
        Conflict: it is not approved, or what was approved has changed; then it is void.
        Unavailable: a system cannot be reached; the run goes on when called again.
    """
    with engine.reading() as tx:
        found = register.get(tx.session, run)
        work = _begun(engine, tx, found, sources=sources, actor=actor)
    if found.state is State.DONE:
        return found
    if found.state not in {State.APPROVED, State.RUNNING}:
        raise Conflict(f"this run is {found.state}; it must be approved before it is carried out")
    try:
        _require_same(work)
        for source in sources(engine, found.series):
            _dispose_of(work, source, progress)
    except _Stopped as stop:
        why = stop.detail
        engine.run(lambda tx: _stop(tx, work, why), actor=actor)
        raise Conflict(f"{why}; preview again") from None
    after = [item.pile for item in _survey(engine, work.wanted, sources)]
    return engine.run(lambda tx: _finish(tx, work, after), actor=actor)


def _begun(
    engine: Transactions, tx: Transaction, run: Run, *, sources: Sources, actor: Actor
) -> _Work:
    wanted = Wanted(
        tx.content.series(run.series), run.cutoff, run.previewed_at, holds.standing(tx)
    )
    approved = {(pile.system, pile.table): pile.due for pile in piles_of(tx, run)}
    done = register.disposed_so_far(tx.session, run.run)
    return _Work(engine, actor, run, wanted, sources, approved, done)


def _require_same(work: _Work) -> None:
    """Void the run where schedule or data are not what was approved; else it begins."""
    run, engine = work.run, work.engine
    with engine.reading() as tx:
        same = run.schedule_sha256 == version_in_force(tx, run.series)
    if not same:
        raise _Stopped("schedule or data map have changed since the approval")
    if run.state is State.RUNNING:
        return
    piles = [item.pile for item in _survey(engine, work.wanted, work.sources)]
    now = rules.preview_sha256(
        run=run.run, schedule=run.schedule_sha256, cutoff_at=run.cutoff, piles=piles
    )
    if now != run.preview_sha256:
        raise _Stopped("the data or the holds have changed since the preview")
    engine.run(lambda tx: _start(tx, run), actor=work.actor)


def _start(tx: Transaction, run: Run) -> None:
    tx.lock(run.run)
    if register.get(tx.session, run.run).state is State.APPROVED:
        _append(tx, run, "disposition.started", preview_sha256=run.preview_sha256)


def _dispose_of(work: _Work, source: Source, progress: Progress) -> None:
    for table in [table for system, table in work.approved if system == source.system and table]:
        for target in rules.stages(work.approved[source.system, table]):
            left = _left(work, source, table)
            _require_no_surprise(work, (source.system, table), left)
            if not left:
                break
            _stage(work, source, table, target=target, progress=progress)


def _left(work: _Work, source: Source, table: str) -> int:
    return sum(item.pile.due for item in source.survey(work.wanted) if item.pile.table == table)


def _require_no_surprise(work: _Work, place: tuple[str, str], left: int) -> None:
    done = work.done.get(place, 0)
    if rules.is_surprise(approved=work.approved[place], done=done, left=left):
        raise _Stopped(f"more became due in {place[0]} {place[1]} than was approved")


def _stage(work: _Work, source: Source, table: str, *, target: int, progress: Progress) -> None:
    """Dispose of rows of one table until `target` of them are gone."""
    place, after = (source.system, table), None
    while (done := work.done.get(place, 0)) < target:
        most = min(BATCH_ROWS, target - done)
        changed, after = source.dispose(work.wanted, table, most=most, after=after)
        if not changed:
            return
        work.done[place] = done + changed
        noted = partial(_note, work=work, place=place, changed=changed)
        work.engine.run(noted, actor=work.actor)
        progress(" ".join(place), work.done[place], work.approved[place])


def _note(tx: Transaction, *, work: _Work, place: tuple[str, str], changed: int) -> None:
    """Keep the count of a batch, and see whether holds or the run have changed meanwhile."""
    tx.lock(work.run.run)
    if register.get(tx.session, work.run.run).state is not State.RUNNING:
        raise Conflict("this run has ended meanwhile")
    key = (work.run.run, *place)
    row = tx.session.get(ProgressRow, key)
    row = row or ProgressRow(run=key[0], system=key[1], table_name=key[2])
    row.disposed += changed
    tx.session.add(row)
    work.wanted = replace(work.wanted, standing=holds.standing(tx))


def _finish(tx: Transaction, work: _Work, after: Sequence[Pile]) -> Run:
    tx.lock(work.run.run)
    found = register.get(tx.session, work.run.run)
    if found.state is State.RUNNING:
        done = register.disposed_so_far(tx.session, found.run)
        left = sum(pile.due for pile in after)
        _append(
            tx,
            found,
            "disposition.done",
            disposed=sum(done.values()),
            failed=left,
            found_after=left,
            held=sum(pile.held for pile in after),
            excepted=sum(pile.excepted for pile in after),
            tables=[_outcome(pile, done) for pile in after],
        )
    return register.get(tx.session, found.run)


def _outcome(pile: Pile, done: dict[tuple[str, str], int]) -> dict[str, object]:
    disposed = done.get((pile.system, pile.table), 0)
    return pile.as_data() | {"disposed": disposed}


def _stop(tx: Transaction, work: _Work, why: str) -> None:
    tx.lock(work.run.run)
    found = register.get(tx.session, work.run.run)
    if found.state in OPEN:
        done = register.disposed_so_far(tx.session, found.run)
        _void(tx, found, why, disposed=sum(done.values()))


def _void(tx: Transaction, run: Run, why: str, **more: Any) -> None:
    _append(tx, run, "disposition.voided", reason=why, **more)


def _append(tx: Transaction, run: Run, kind: str, **data: Any) -> None:
    tx.append(kind, {"run": run.run, "series": run.series, **data})


# What is due -----------------------------------------------------------------------------


def look(engine: Transactions, *, sources: Sources) -> tuple[str, ...]:
    """Preview every series of which something is due; return those that could not be asked for.

    A preview that still says the same stays as it is; nothing is ever disposed of here. A system
    that does not answer stops no other, and is asked again the next day.

    Raises:
        Conflict: map and system differ, which a person must mend; the rest was looked at.
    """
    failed: list[str] = []
    unanswered: list[str] = []
    for row in engine.content.retention:
        try:
            _look_at(engine, row, sources)
        except Unavailable:
            unanswered.append(row.series)
        except EngineError:
            failed.append(row.series)
    if failed:
        raise Conflict(f"could not look for what is due: {', '.join(failed)}")
    return tuple(unanswered)


def _look_at(engine: Transactions, row: RetentionRow, sources: Sources) -> None:
    with engine.reading() as tx:
        wanted = _wanted(tx, row)
        earlier = register.open_run(tx.session, row.series)
        known = piles_of(tx, earlier) if earlier else ()
        version = version_in_force(tx, row.series)
    if earlier is not None and earlier.state is not State.PREVIEWED:
        return
    piles = tuple(item.pile for item in _survey(engine, wanted, sources))
    is_same = earlier is not None and known == piles and earlier.schedule_sha256 == version
    if not is_same and any(pile.due > 0 for pile in piles):
        preview(engine, row.series, sources=sources)
