"""What sites hold by their own word, legal holds, and the runs of the schedule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.retention.rules import HoldScope, State, in_force
from privacy_engine.retention.tables import HoldingRow, HoldRow, ProgressRow, RunRow

_CHUNK = 500


_RECORDS = frozenset({"record.collected", "record.touched", "record.disposed"})
_HOLDS = frozenset({"hold.placed", "hold.renewed", "hold.released"})
_RUNS: dict[str, State | None] = {
    "disposition.previewed": State.PREVIEWED,
    "disposition.approved": State.APPROVED,
    "disposition.started": State.RUNNING,
    "disposition.paused": None,
    "disposition.resumed": None,
    "disposition.done": State.DONE,
    "disposition.voided": State.VOIDED,
}


class RetentionRegister:
    """Applies the events of holdings, holds and runs."""

    name = "retention"
    tables = (HoldingRow, HoldRow, RunRow)
    kinds = frozenset({*_RECORDS, *_HOLDS, *_RUNS})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring holdings, holds and runs up to date."""
        _apply_records(session, [event for event in events if event.kind in _RECORDS])
        for event in events:
            if event.kind in _HOLDS:
                _apply_hold(session, event)
            elif event.kind in _RUNS:
                _apply_run(session, event)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Delete the holdings of the people; a released hold stays, without the person."""
        del event_ids
        ids = list(subject_ids)
        session.execute(delete(HoldingRow).where(col(HoldingRow.subject_id).in_(ids)))
        session.execute(
            update(HoldRow).where(col(HoldRow.subject_id).in_(ids)).values(subject_id=None)
        )


_HoldingKey = tuple[str, str, str]


def _apply_records(session: Session, events: Iterable[Event]) -> None:
    known = [event for event in events if event.subject_id and "series" in event.data]
    if not known:
        return
    rows = _holdings_of(session, sorted({str(event.subject_id) for event in known}))
    for event in known:
        key = (str(event.subject_id), str(event.data["system"]), str(event.data["series"]))
        row = rows.get(key)
        if row is None:
            row = rows[key] = HoldingRow(subject_id=key[0], system=key[1], series=key[2])
            session.add(row)
        _count(row, event)
    session.flush()


def _holdings_of(session: Session, subject_ids: Sequence[str]) -> dict[_HoldingKey, HoldingRow]:
    found: dict[_HoldingKey, HoldingRow] = {}
    for start in range(0, len(subject_ids), _CHUNK):
        statement = select(HoldingRow).where(
            col(HoldingRow.subject_id).in_(subject_ids[start : start + _CHUNK])
        )
        for row in session.execute(statement).scalars():
            found[row.subject_id, row.system, row.series] = row
    return found


def _count(row: HoldingRow, event: Event) -> None:
    """Count in a way that does not depend on the order in which a site reports."""
    at = event.occurred_at
    if event.kind == "record.disposed":
        row.disposed += 1
        row.last_disposed_at = max(row.last_disposed_at or at, at)
        return
    stated = event.data.get("collected_at")
    if event.kind == "record.collected":
        row.collected += 1
        at = parse_instant(stated) if stated else at
        row.first_collected_at = min(row.first_collected_at or at, at)
    row.last_touched_at = max(row.last_touched_at or at, at)


def _apply_hold(session: Session, event: Event) -> None:
    data = event.data
    if event.kind == "hold.released":
        row = session.get(HoldRow, data["hold"])
        if row is not None and row.released_at is None:
            row.released_at, row.released_by = event.recorded_at, event.actor
            session.add(row)
        return
    until = data.get("until")
    if event.kind == "hold.renewed":
        row = session.get(HoldRow, data["hold"])
        if row is not None and until:
            row.until = date.fromisoformat(until)
            session.add(row)
        return
    session.add(
        HoldRow(
            hold=data["hold"],
            scope=data["scope"],
            target=data.get("target", ""),
            subject_id=event.subject_id,
            nature=data.get("nature", "dispute"),
            until=date.fromisoformat(until) if until else None,
            placed_at=event.recorded_at,
            placed_by=event.actor,
            placed_event=event.event_id,
        )
    )
    session.flush()


def _apply_run(session: Session, event: Event) -> None:
    if event.kind == "disposition.previewed":
        session.add(_previewed(event))
        session.flush()
        return
    row = session.get(RunRow, event.data["run"])
    if row is None:
        return
    row.state = _RUNS[event.kind] or row.state
    if event.kind == "disposition.approved":
        row.approved_at, row.approved_by = event.recorded_at, event.actor
    elif event.kind == "disposition.started":
        row.started_at = event.recorded_at
    elif event.kind == "disposition.paused":
        row.paused_at, row.paused_why = event.recorded_at, str(event.data.get("reason", ""))
    elif event.kind == "disposition.resumed":
        row.paused_at, row.paused_why = None, ""
    else:
        row.ended_at, row.ended_event = event.recorded_at, event.event_id
        row.disposed = event.data.get("disposed")
        row.failed = event.data.get("failed")
        row.found_after = event.data.get("found_after")
        row.still_held = event.data.get("still_held")
        row.executed_sha256 = event.data.get("executed_sha256", "")
    session.add(row)


def _previewed(event: Event) -> RunRow:
    data = event.data
    return RunRow(
        run=data["run"],
        series=data["series"],
        state=State.PREVIEWED,
        disposition=data["disposition"],
        cutoff=parse_instant(data["cutoff"]),
        schedule_sha256=data["schedule_sha256"],
        preview_sha256=data["preview_sha256"],
        due=data["candidates"] - data["held"] - data["excepted"],
        held=data["held"],
        excepted=data["excepted"],
        previewed_at=event.recorded_at,
        previewed_by=event.actor,
        previewed_event=event.event_id,
        follows=data.get("follows", ""),
    )


REGISTER = RetentionRegister()


# Queries ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One run as everybody else reads it; the fields are those of its row, instants UTC."""

    run: str
    series: str
    state: State
    disposition: str
    cutoff: datetime
    schedule_sha256: str
    preview_sha256: str
    due: int
    held: int
    excepted: int
    disposed: int | None
    failed: int | None
    found_after: int | None
    previewed_at: datetime
    previewed_by: str
    previewed_event: str
    approved_at: datetime | None
    approved_by: str | None
    started_at: datetime | None
    ended_at: datetime | None
    ended_event: str | None
    paused_at: datetime | None
    paused_why: str
    follows: str
    still_held: int | None
    executed_sha256: str

    @property
    def is_paused(self) -> bool:
        """Whether it stands still, half done, until somebody lets it go on."""
        return self.state is State.RUNNING and self.paused_at is not None


@dataclass(frozen=True)
class Hold:
    """One hold; `target` is a series, system or case, empty when it keeps a person."""

    hold: str
    scope: HoldScope
    target: str
    subject_id: str | None
    nature: str
    until: date | None
    placed_at: datetime
    placed_by: str
    placed_event: str
    released_at: datetime | None
    released_by: str | None

    def stands(self, *, on: date) -> bool:
        """Return whether the hold is in force on a day of the controller's zone."""
        return in_force(until=self.until, released=self.released_at is not None, on=on)


@dataclass(frozen=True)
class Holding:
    """What a site said it holds about a person, by system and series."""

    subject_id: str
    system: str
    series: str
    collected: int
    disposed: int
    first_collected_at: datetime | None
    last_touched_at: datetime | None
    last_disposed_at: datetime | None


def get(session: Session, run: str) -> Run:
    """Return one run.

    Raises:
        NotFound: there is none with this reference.
    """
    row = session.get(RunRow, run)
    if row is None:
        raise NotFound("there is no run with this reference")
    return _as_run(row)


def runs(session: Session, *, series: str = "", limit: int = 100) -> list[Run]:
    """Return runs, newest first; of one series when it is named."""
    statement = select(RunRow).order_by(col(RunRow.previewed_at).desc(), col(RunRow.run))
    if series:
        statement = statement.where(col(RunRow.series) == series)
    return [_as_run(row) for row in session.execute(statement.limit(limit)).scalars()]


def open_run(session: Session, series: str) -> Run | None:
    """Return the newest run of a series that has not ended, or None."""
    open_states = [State.PREVIEWED, State.APPROVED, State.RUNNING]
    statement = (
        select(RunRow)
        .where(col(RunRow.series) == series, col(RunRow.state).in_(open_states))
        .order_by(col(RunRow.previewed_at).desc())
        .limit(1)
    )
    row = session.execute(statement).scalar()
    return _as_run(row) if row else None


def hold(session: Session, reference: str) -> Hold:
    """Return one hold.

    Raises:
        NotFound: there is none with this reference.
    """
    row = session.get(HoldRow, reference)
    if row is None:
        raise NotFound("there is no hold with this reference")
    return _as_hold(row)


def holds(session: Session, *, on: date | None = None) -> list[Hold]:
    """Return every hold, newest first; only those in force on a day when it is given."""
    statement = select(HoldRow).order_by(col(HoldRow.placed_at).desc(), col(HoldRow.hold))
    if on is not None:
        statement = statement.where(col(HoldRow.released_at).is_(None))
    found = [_as_hold(row) for row in session.execute(statement).scalars()]
    return [item for item in found if on is None or item.stands(on=on)]


def holdings(session: Session, subject_ids: Sequence[str]) -> list[Holding]:
    """Return what sites said they hold about a person, under all of their ids."""
    rows = _holdings_of(session, list(subject_ids))
    return [Holding(**rows[key].model_dump()) for key in sorted(rows)]


@dataclass(frozen=True)
class Reported:
    """How many people a site still holds records of past a cutoff, by its own events.

    `next_at` is when the earliest period that still runs began; None where none does.
    """

    people: int
    next_at: datetime | None


def reported(
    session: Session, *, system: str, series: str, trigger: str, cutoff: datetime
) -> Reported:
    """Return what a site's own events say is past the cutoff (aware UTC) and not disposed of.

    Events know when a record was collected and last used: other triggers are not counted.
    """
    columns = {
        "collected": HoldingRow.first_collected_at,
        "last_touched": HoldingRow.last_touched_at,
    }
    if trigger not in columns:
        return Reported(0, None)
    began = col(columns[trigger])
    held = (
        col(HoldingRow.system) == system,
        col(HoldingRow.series) == series,
        col(HoldingRow.collected) > col(HoldingRow.disposed),
    )
    past = select(func.count()).where(*held, began <= cutoff)
    later = select(func.min(began)).where(*held, began > cutoff)
    people = int(session.execute(past).scalar_one())
    return Reported(people, session.execute(later).scalar())


def last_done(session: Session, series: str) -> Run | None:
    """Return the newest run of a series that came to its end, or None."""
    statement = (
        select(RunRow)
        .where(col(RunRow.series) == series, col(RunRow.state) == str(State.DONE))
        .order_by(col(RunRow.ended_at).desc())
        .limit(1)
    )
    row = session.execute(statement).scalar()
    return _as_run(row) if row else None


@dataclass(frozen=True)
class Done:
    """How far a run is in one table: rows gone, and the digest over their keys in hex."""

    disposed: int = 0
    digest: str = ""


def progress(session: Session, run: str) -> dict[tuple[str, str], Done]:
    """Return how far a run is, by system and table."""
    rows = session.execute(select(ProgressRow).where(col(ProgressRow.run) == run)).scalars()
    return {(row.system, row.table_name): Done(row.disposed, row.digest) for row in rows}


def disposed_so_far(session: Session, run: str) -> dict[tuple[str, str], int]:
    """Return how many rows a run has disposed of, by system and table."""
    return {place: done.disposed for place, done in progress(session, run).items()}


def _as_run(row: RunRow) -> Run:
    return Run(**(row.model_dump() | {"state": State(row.state)}))


def _as_hold(row: HoldRow) -> Hold:
    return Hold(**(row.model_dump() | {"scope": HoldScope(row.scope)}))
