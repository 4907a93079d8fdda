"""Carry an approved run out, in steps that a crash cannot undo or double.

Order, and what a crash leaves. A batch is committed by the system first, its count by the engine
after it: a crash between the two leaves a count that is too low, so the run can stop too early,
never go too far, and its report says that one batch was not counted. What a run did before it
ended is repeated by nothing, for the rows are gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from privacy_engine import clock
from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.retention import holds, looking, register, rules
from privacy_engine.retention.actions import (
    append,
    pause,
    piles_of,
    survey,
    version_in_force,
    void,
)
from privacy_engine.retention.register import Done, Run
from privacy_engine.retention.rules import OPEN, Brakes, Pace, Pile, State
from privacy_engine.retention.sources import (
    Batches,
    Ended,
    Found,
    Progress,
    Source,
    Sources,
    Wanted,
    no_progress,
)
from privacy_engine.retention.tables import ProgressRow
from privacy_engine.transaction import ENGINE, Actor, Transaction, Transactions

Place = tuple[str, str]
"""System and table."""


@dataclass
class _Work:
    """A run on its way: the wish, what of each table was approved, and how much is done.

    `rows` says how many rows each table had just before the first batch; empty where a run goes
    on after a stop.
    """

    engine: Transactions
    actor: Actor
    run: Run
    wanted: Wanted
    sources: Sources
    brakes: Brakes
    piles: tuple[Pile, ...]
    approved: dict[Place, int]
    done: dict[Place, int] = field(default_factory=dict)
    rows: dict[Place, int] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)


class _Stopped(Conflict):
    """A run must not go on: it is voided, and its sentence says why."""


class _Paused(Conflict):
    """A run stands still until somebody looks at it; its sentence says why."""

    def __init__(self, detail: str = "paused") -> None:
        """Take the sentence."""
        super().__init__(detail)


def carry_out(
    engine: Transactions,
    run: str,
    *,
    sources: Sources,
    actor: Actor = ENGINE,
    progress: Progress = no_progress,
) -> Run:
    """Carry out an approved run, or go on with one that a crash stopped; a finished one stays.

    Records go in stages (1 %, 10 %, the rest) of batches that hold no lock for long. Before the
    first, everything must be as it was approved; after each stage, no more may be due than was
    approved: else the run is void. Where the site's database is slow or fails again and again the
    run pauses, and comes back as such. A hold that is placed meanwhile is obeyed from the next
    batch on.

    Raises:
        Conflict: not approved, or paused; or what was approved has changed, and it is void.
        Unavailable: a system cannot be reached, and the run goes on when called again; or another
            process is at it.
    """
    with engine.alone(f"retention:{run}") as mine:
        if not mine:
            raise Unavailable("another process carries this run out just now")
        return _carry_out(engine, run, sources=sources, actor=actor, progress=progress)


def _carry_out(
    engine: Transactions, run: str, *, sources: Sources, actor: Actor, progress: Progress
) -> Run:
    """Do so alone: who compares while another deletes would void what that one is in."""
    with engine.reading() as tx:
        found = register.get(tx.session, run)
        work = _begun(engine, tx, found, sources=sources, actor=actor)
    if found.state is State.DONE:
        return found
    if found.state is State.VOIDED:
        raise Conflict("this run was voided: preview again")
    if found.state is State.PREVIEWED:
        raise Conflict(f"this run is {found.state}; it must be approved before it is carried out")
    if found.is_paused:
        raise Conflict(f"this run is paused: {found.paused_why}")
    try:
        _require_same(work)
        for source in sources(engine, found.series):
            _dispose_of(work, source, progress)
    except _Stopped as stop:
        why = stop.detail
        engine.run(lambda tx: _stop(tx, work, why), actor=actor)
        raise Conflict(f"{why}; preview again") from None
    except _Paused as still:
        return _stand_still(work, still.detail)
    left = _rows_left(work)
    after = survey(engine, replace(work.wanted, count_all=not left), sources)
    return engine.run(lambda tx: _finish(tx, work, after, left), actor=actor)


def _begun(
    engine: Transactions, tx: Transaction, run: Run, *, sources: Sources, actor: Actor
) -> _Work:
    wanted = Wanted(
        tx.content.series(run.series), run.cutoff, run.previewed_at, holds.standing(tx)
    )
    set_ = tx.settings.retention
    piles = piles_of(tx, run)
    return _Work(
        engine,
        actor,
        run,
        wanted,
        sources,
        Brakes(set_.surprise_percent, set_.slow_batch_ms, set_.failed_percent),
        piles,
        approved={(pile.system, pile.table): pile.due for pile in piles},
        done=register.disposed_so_far(tx.session, run.run),
    )


# Before the first batch ------------------------------------------------------------------


def _require_same(work: _Work) -> None:
    """Void the run where schedule or data are not what was approved; else it begins."""
    run, engine = work.run, work.engine
    with engine.reading() as tx:
        same = run.schedule_sha256 == version_in_force(tx, run.series)
    if not same:
        raise _Stopped("schedule or data map have changed since the approval")
    if run.state is State.RUNNING:
        return
    found = survey(engine, replace(work.wanted, count_all=True), work.sources)
    work.rows.update({_place(item): item.rows for item in found if item.rows is not None})
    now = rules.preview_sha256(
        run=run.run,
        schedule=run.schedule_sha256,
        cutoff_at=run.cutoff,
        piles=[item.pile for item in found],
    )
    if now != run.preview_sha256:
        raise _Stopped("the data or the holds have changed since the preview")
    engine.run(lambda tx: _start(tx, run), actor=work.actor)


def _start(tx: Transaction, run: Run) -> None:
    tx.lock(run.run)
    if register.get(tx.session, run.run).state is State.APPROVED:
        append(tx, run, "disposition.started", preview_sha256=run.preview_sha256)


# Stages and batches ----------------------------------------------------------------------


def _dispose_of(work: _Work, source: Source, progress: Progress) -> None:
    for table in [table for system, table in work.approved if system == source.system and table]:
        place = (source.system, table)
        is_first = work.run.state is State.APPROVED  # everything was compared just now
        for target in rules.stages(work.approved[place]):
            if not is_first:
                _require_no_surprise(work, place, source.count_due(work.wanted, table))
            is_first = False
            _stage(work, source, table, target=target, progress=progress)


def _require_no_surprise(work: _Work, place: Place, left: int) -> None:
    approved, done = work.approved[place], work.done.get(place, 0)
    percent = work.brakes.surprise_percent
    if rules.is_surprise(approved=approved, done=done, left=left, percent=percent):
        raise _Stopped(f"more became due in {place[0]} {place[1]} than was approved")


def _stage(work: _Work, source: Source, table: str, *, target: int, progress: Progress) -> None:
    """Dispose of rows of one table until `target` of them are gone.

    The table is opened anew whenever the holds changed: who is held is read at opening.
    """
    place, after = (source.system, table), None
    while work.done.get(place, 0) < target:
        standing = work.wanted.standing
        with source.disposing(work.wanted, table) as batches:
            while (left := target - work.done.get(place, 0)) > 0:
                ended = _one_batch(work, batches, place, most=left, after=after)
                if not ended.changed:
                    return
                after = ended.last
                progress(" ".join(place), work.done[place], work.approved[place])
                if work.wanted.standing != standing:
                    break


def _one_batch(work: _Work, batches: Batches, place: Place, *, most: int, after: object) -> Ended:
    began = clock.monotonic()
    try:
        ended = batches.batch(min(work.pace.rows, rules.MOST_ROWS, most), after=after)
    except Unavailable:
        _count_failure(work, place)
        raise
    work.pace = work.pace.after(clock.monotonic() - began, slow_ms=work.brakes.slow_batch_ms)
    if ended.changed:
        noted = partial(_note, work=work, place=place, ended=ended)
        stands = work.engine.run(noted, actor=work.actor)
        if stands.is_paused:
            raise _Paused
        if stands.state is not State.RUNNING:
            raise Conflict("this run has ended meanwhile")
    if work.pace.is_stuck:
        raise _Paused(f"{place[0]} answers slowly: whoever works with it goes first")
    return ended


def _note(tx: Transaction, *, work: _Work, place: Place, ended: Ended) -> Run:
    """Keep the count of a batch, and see whether holds or the run have changed meanwhile."""
    tx.lock(work.run.run)
    row = _progress(tx, work.run.run, place)
    row.disposed, row.batches = row.disposed + ended.changed, row.batches + 1
    row.digest = rules.add_digests(row.digest, ended.digest)
    work.done[place] = row.disposed
    work.wanted = replace(work.wanted, standing=holds.standing(tx))
    return register.get(tx.session, work.run.run)


def _progress(tx: Transaction, run: str, place: Place) -> ProgressRow:
    row = tx.session.get(ProgressRow, (run, *place))
    if row is None:
        row = ProgressRow(run=run, system=place[0], table_name=place[1])
        tx.session.add(row)
    return row


def _count_failure(work: _Work, place: Place) -> None:
    """Keep count of a batch that failed; when it is one too many, the run stands still.

    Raises:
        Conflict: it is.
    """

    def count(tx: Transaction) -> tuple[int, int]:
        tx.lock(work.run.run)
        row = _progress(tx, work.run.run, place)
        row.batches, row.failures = row.batches + 1, row.failures + 1
        return row.batches, row.failures

    batches, failures = work.engine.run(count, actor=work.actor)
    percent = work.brakes.failed_percent
    if rules.is_failing(batches=batches, failures=failures, percent=percent):
        raise _Paused(f"{failures} of {batches} batches in {place[0]} failed")


# The end, or a stop ----------------------------------------------------------------------


def _rows_left(work: _Work) -> dict[Place, int]:
    """Return what each table has left, where it needs no second count; else nothing.

    To count a large table once more costs as much as a tenth of the run. Where exactly the
    approved rows went, what is left is what was counted just before, less those.
    """
    with work.engine.reading() as tx:
        done = register.progress(tx.session, work.run.run)
    if _executed(work.run, work.piles, done) != work.run.preview_sha256:
        return {}
    stay = work.wanted.anonymise
    return {
        place: rows if stay else rows - done.get(place, Done()).disposed
        for place, rows in work.rows.items()
    }


def _finish(
    tx: Transaction, work: _Work, after: Sequence[Found], left: Mapping[Place, int]
) -> Run:
    tx.lock(work.run.run)
    found = register.get(tx.session, work.run.run)
    if found.state is not State.RUNNING:
        return found
    done = register.progress(tx.session, found.run)
    failed = sum(item.pile.due for item in after)
    held = sum(item.pile.held for item in after)
    append(
        tx,
        found,
        "disposition.done",
        disposed=sum(row.disposed for row in done.values()),
        failed=failed,
        found_after=failed,
        held=held,
        still_held=held,
        excepted=sum(item.pile.excepted for item in after),
        executed_sha256=_executed(found, work.piles, done),
        tables=[_outcome(item, done, left) for item in after],
    )
    looking.note(tx, work.wanted.row, after)
    return register.get(tx.session, found.run)


def _executed(run: Run, previewed: Sequence[Pile], done: Mapping[Place, Done]) -> str:
    """Return the hash of what was done, made as that of the preview: equal when just that went."""
    executed = []
    for pile in previewed:
        did = done.get((pile.system, pile.table), Done())
        sha256 = did.digest or (rules.NOTHING if pile.sha256 else "")
        executed.append(replace(pile, due=did.disposed, sha256=sha256))
    return rules.preview_sha256(
        run=run.run, schedule=run.schedule_sha256, cutoff_at=run.cutoff, piles=executed
    )


def _outcome(
    found: Found, done: Mapping[Place, Done], left: Mapping[Place, int]
) -> dict[str, object]:
    disposed = done.get(_place(found), Done()).disposed
    counted = replace(found, rows=left.get(_place(found), found.rows))
    return counted.as_data() | {"disposed": disposed}


def _place(found: Found) -> Place:
    return (found.pile.system, found.pile.table)


def _stop(tx: Transaction, work: _Work, why: str) -> None:
    tx.lock(work.run.run)
    found = register.get(tx.session, work.run.run)
    if found.state in OPEN:
        done = register.disposed_so_far(tx.session, found.run)
        void(tx, found, why, disposed=sum(done.values()))


def _stand_still(work: _Work, why: str) -> Run:
    """Pause the run unless somebody did already, and return it as it stands."""

    def still(tx: Transaction) -> Run:
        found = register.get(tx.session, work.run.run)
        if found.state is State.RUNNING and not found.is_paused:
            pause(tx, found.run, reason=why)
        return register.get(tx.session, found.run)

    return work.engine.run(still, actor=work.actor)
