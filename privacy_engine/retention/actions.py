"""Preview, approve, refuse, pause: what people decide about a run of the schedule."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from privacy_engine.errors import Conflict, Forbidden
from privacy_engine.identifiers import reference
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log.event import instant
from privacy_engine.retention import holds, register, rules
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import Pile, State
from privacy_engine.retention.sources import Found, Sources, Wanted
from privacy_engine.retention.tables import ProgressRow
from privacy_engine.transaction import ENGINE, Actor, Role, Transaction, Transactions

_LONGEST_REASON = 500


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
        wanted = wanted_of(tx, tx.content.series(series))
    found = survey(engine, wanted, sources)
    run = engine.run(lambda tx: record_preview(tx, wanted, found), actor=actor)
    return Preview(run, found)


def wanted_of(tx: Transaction, row: RetentionRow) -> Wanted:
    """Return what a look at a row of the schedule asks for now."""
    at = rules.cutoff(row.period, now=tx.now, zone=tx.settings.zone)
    return Wanted(row, at, tx.now, holds.standing(tx))


def survey(engine: Transactions, wanted: Wanted, sources: Sources) -> tuple[Found, ...]:
    """Ask every source of a series; a system that cannot be asked by date is named as such."""
    asked = sources(engine, wanted.row.series)
    found = [item for source in asked for item in source.survey(wanted)]
    missing = set(wanted.row.systems) - {source.system for source in asked}
    found += [_not_searched(engine, wanted, code) for code in sorted(missing)]
    return tuple(found)


def _not_searched(engine: Transactions, wanted: Wanted, system: str) -> Found:
    """Return what a system that cannot be asked has reported of its own accord, if anything."""
    with engine.reading() as tx:
        told = register.reported(
            tx.session,
            system=system,
            series=wanted.row.series,
            trigger=wanted.row.trigger,
            cutoff=wanted.cutoff,
        )
    next_from = told.next_at.astimezone(engine.settings.zone).date() if told.next_at else None
    pile = Pile(system, "", searched=False)
    return Found(pile, reported=told.people, next_from=next_from)


def record_preview(
    tx: Transaction, wanted: Wanted, found: tuple[Found, ...], *, follows: str = ""
) -> Run:
    """Store a rehearsal; `follows` is the run that left what a hold kept.

    Raises:
        Conflict: a run of the series is under way.
    """
    series = wanted.row.series
    tx.lock(f"retention:{series}")
    earlier = register.open_run(tx.session, series)
    if earlier is not None and earlier.state is State.RUNNING:
        raise Conflict(f"run {earlier.run} of this series is under way: let it end first")
    if earlier is not None:
        void(tx, earlier, "a newer preview takes its place")
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
            "tables": [item.as_data() for item in found],
            **({"follows": follows} if follows else {}),
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
    append(tx, found, "disposition.approved", preview_sha256=preview_sha256)
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
    void(tx, found, reason)
    return register.get(tx.session, run)


def _require_staff(actor: Actor) -> None:
    if actor.role is not Role.STAFF or not actor.name:
        raise Forbidden("a person of the staff must approve this, by name")


# Pause -----------------------------------------------------------------------------------


def pause(tx: Transaction, run: str, *, reason: str) -> Run:
    """Let a run stand still after the batch that it is in, until somebody lets it go on.

    Raises:
        Conflict: it is not under way, or stands still already.
    """
    tx.lock(run)
    found = register.get(tx.session, run)
    if found.state is not State.RUNNING or found.is_paused:
        said = "paused already" if found.is_paused else str(found.state)
        raise Conflict(f"this run is {said}; only one under way can be paused")
    append(tx, found, "disposition.paused", reason=reason[:_LONGEST_REASON])
    return register.get(tx.session, run)


def resume(tx: Transaction, run: str) -> Run:
    """Let a paused run go on; what failed before is forgiven.

    Raises:
        Forbidden: nobody of the staff acts. Conflict: it is not paused.
    """
    tx.lock(run)
    found = register.get(tx.session, run)
    _require_staff(tx.actor)
    if not found.is_paused:
        raise Conflict(f"this run is {found.state} and not paused")
    forgiven = update(ProgressRow).where(col(ProgressRow.run) == run)
    tx.session.execute(forgiven.values(batches=0, failures=0))
    append(tx, found, "disposition.resumed")
    return register.get(tx.session, run)


# Shared ----------------------------------------------------------------------------------


def void(tx: Transaction, run: Run, why: str, **more: Any) -> None:
    """End a run for good because it no longer fits what was approved, or was refused."""
    append(tx, run, "disposition.voided", reason=why, **more)


def append(tx: Transaction, run: Run, kind: str, **data: Any) -> None:
    """Append an event about a run."""
    tx.append(kind, {"run": run.run, "series": run.series, **data})
