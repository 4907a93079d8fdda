"""Look at every row of the schedule: preview what is due, let go what no hold keeps any longer.

Nothing that nobody approved is disposed of here. What a hold kept from an approved run goes under
that run's approval when the last hold on it has ended, so that nobody needs to remember it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from privacy_engine.errors import Conflict, EngineError, Unavailable
from privacy_engine.instance.model import RetentionRow
from privacy_engine.look.formats import day_long, plural
from privacy_engine.retention import holds, register, rules
from privacy_engine.retention.actions import (
    append,
    piles_of,
    record_preview,
    survey,
    version_in_force,
    wanted_of,
)
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import State
from privacy_engine.retention.sources import Found, Sources, Wanted
from privacy_engine.retention.tables import LookRow
from privacy_engine.retention.wording import past_time
from privacy_engine.transaction import Transaction, Transactions

SUCCESSES = frozenset({"due", "nothing", "kept", "by_hand", "under_way"})
_LONGEST = 500


@dataclass(frozen=True)
class Look:
    """What the newest look at a row found: counts, the day on which it is due next, and why.

    `last_success_at` is when the row was last looked at without a fault, `last_run_at` when a run
    of it last came to its end; both UTC.
    """

    series: str
    looked_at: datetime
    outcome: str
    why: str
    due: int = 0
    held: int = 0
    next_due_on: date | None = None
    last_success_at: datetime | None = None
    last_run_at: datetime | None = None


def latest(tx: Transaction) -> dict[str, Look]:
    """Return the newest look at each row of the schedule that was ever looked at."""
    found = {}
    for row in tx.content.retention:
        kept = tx.session.get(LookRow, row.series)
        if kept is not None:
            found[row.series] = Look(**kept.model_dump())
    return found


def look(engine: Transactions, *, sources: Sources) -> tuple[str, ...]:
    """Look at every series; return those of which a system did not answer.

    A preview that still says the same stays as it is. A system that does not answer stops no
    other, and is asked again at the next look. A look that was missed is made up for by the next
    one, for it asks what is due by then, not what became due today.

    Raises:
        Conflict: map and system differ, which a person must mend; the rest was looked at.
    """
    failed: list[str] = []
    unanswered: list[str] = []
    for row in engine.content.retention:
        try:
            found = _look_at(engine, row, sources)
        except Unavailable as error:
            unanswered.append(row.series)
            found = _failed("unanswered", error)
        except EngineError as error:
            failed.append(row.series)
            found = _failed("fault", error)
        _keep(engine, row.series, found)
    if failed:
        raise Conflict(f"could not look for what is due: {', '.join(failed)}")
    return tuple(unanswered)


@dataclass(frozen=True)
class _Looked:
    outcome: str
    why: str
    due: int = 0
    held: int = 0
    next_due_on: date | None = None


def _failed(outcome: str, error: EngineError) -> _Looked:
    return _Looked(outcome, error.detail)


def _keep(engine: Transactions, series: str, found: _Looked) -> None:
    engine.run(lambda tx: _store(tx, series, found))


def _store(tx: Transaction, series: str, found: _Looked) -> None:
    row = tx.session.get(LookRow, series)
    if row is None:
        row = LookRow(series=series, looked_at=tx.now, outcome=found.outcome)
        tx.session.add(row)
    done = register.last_done(tx.session, series)
    row.last_run_at = done.ended_at if done else None
    row.looked_at, row.outcome, row.why = tx.now, found.outcome, found.why[:_LONGEST]
    row.due, row.held, row.next_due_on = found.due, found.held, found.next_due_on
    if found.outcome in SUCCESSES:
        row.last_success_at = tx.now


def note(tx: Transaction, row: RetentionRow, found: Sequence[Found]) -> None:
    """Keep what somebody else's search found, as a preview's, as the newest look at its row."""
    on = tx.now.astimezone(tx.settings.zone).date()
    _store(tx, row.series, _said(row, found, on=on))


def _look_at(engine: Transactions, row: RetentionRow, sources: Sources) -> _Looked:
    with engine.reading() as tx:
        wanted = wanted_of(tx, row)
        earlier = register.open_run(tx.session, row.series)
        known = piles_of(tx, earlier) if earlier else ()
        version = version_in_force(tx, row.series)
        left = _left_for_holds(tx, row.series)
    if earlier is not None and earlier.state is not State.PREVIEWED:
        word = "stands still" if earlier.is_paused else "is under way"
        return _Looked("under_way", f"run {earlier.run} {word}", due=earlier.due)
    if left is not None and _let_go(engine, left, sources):
        return _Looked("under_way", f"a hold ended: what it kept from {left.run} goes now")
    found = survey(engine, wanted, sources)
    piles = tuple(item.pile for item in found)
    is_same = earlier is not None and known == piles and earlier.schedule_sha256 == version
    if not is_same and any(pile.due > 0 for pile in piles):
        engine.run(lambda tx: _record(tx, wanted, found))
    return _said(row, found, on=wanted.as_of.astimezone(engine.settings.zone).date())


def _record(tx: Transaction, wanted: Wanted, found: tuple[Found, ...]) -> None:
    """Store a rehearsal; a row with a standing approval is approved by the schedule itself."""
    run = record_preview(tx, wanted, found)
    if wanted.row.is_standing:
        append(tx, run, "disposition.approved", preview_sha256=run.preview_sha256)


# Why nothing happens ---------------------------------------------------------------------


def _said(row: RetentionRow, found: Sequence[Found], *, on: date) -> _Looked:
    """Return what a look found, in a sentence that says why a run would do nothing."""
    piles = [item.pile for item in found]
    due = sum(pile.due for pile in piles)
    held = sum(pile.held for pile in piles)
    kept = sum(pile.excepted for pile in piles)
    coming = [item.next_from for item in found if item.next_from]
    next_on = on if due else rules.next_due_on(coming, period=row.period)
    elsewhere = {pile.system for pile in piles if not pile.searched}
    by_hand = sorted(elsewhere - {rules.OWN_SYSTEM})
    reported = sum(item.reported for item in found)
    asked = [pile for pile in piles if pile.searched]
    coming_on = day_long(next_on) if next_on and not due else ""
    said = (
        (due, f"{past_time(due)} {'waits' if due == 1 else 'wait'} for approval"),
        (not due and (held or kept), "nothing may go"),
        (not due and not held and not kept and asked, "nothing is past its time"),
        (held, f"a hold keeps {plural(held, 'record')}"),
        (kept, f"{plural(kept, 'record stays', 'records stay')} on another ground"),
        (coming_on, f"the next comes due on {coming_on}"),
        (asked and not due and not held and not kept and not next_on, "no record is dated"),
        (by_hand, f"people must look in {', '.join(by_hand)}"),
        (rules.OWN_SYSTEM in elsewhere, "the engine ends each of them on its own day"),
        (reported, f"by its own word, records of {_people(reported)} are past their time there"),
    )
    words = [sentence for holds_true, sentence in said if holds_true]
    outcome = "due" if due else "kept" if held or kept else "nothing" if asked else "by_hand"
    return _Looked(outcome, "; ".join(words), due=due, held=held, next_due_on=next_on)


def _people(count: int) -> str:
    return plural(count, "person", "people")


# What a hold kept ------------------------------------------------------------------------


def _left_for_holds(tx: Transaction, series: str) -> Run | None:
    """Return the newest finished run of a series if it had to leave something for a hold."""
    done = register.last_done(tx.session, series)
    return done if done is not None and done.still_held else None


def _let_go(engine: Transactions, left: Run, sources: Sources) -> bool:
    """Begin, under the approval of a finished run, the end of what a hold kept from it.

    Asked is exactly what that run was asked for, with today's holds: what it left on another
    ground stays, and where more would go than was held then, somebody must approve it anew.
    """
    row = engine.content.series(left.series)
    with engine.reading() as tx:
        wanted = Wanted(row, left.cutoff, left.previewed_at, holds.standing(tx))
        same = left.schedule_sha256 == version_in_force(tx, left.series)
    if not same:
        return False
    found = survey(engine, wanted, sources)
    due = sum(item.pile.due for item in found)
    if not rules.may_follow(same_schedule=same, held=left.still_held or 0, due=due):
        return False

    def begin(tx: Transaction) -> None:
        run = record_preview(tx, wanted, found, follows=left.run)
        append(
            tx,
            run,
            "disposition.approved",
            preview_sha256=run.preview_sha256,
            follows=left.run,
        )

    engine.run(begin)
    return True
