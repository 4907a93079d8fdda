"""The facts of the report on drills, from the events that they left."""

from collections.abc import Mapping
from datetime import datetime

from privacy_engine.errors import UnknownCode
from privacy_engine.log import evidence
from privacy_engine.log.event import Event
from privacy_engine.reports import filing, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Report
from privacy_engine.reports.kinds import drills
from privacy_engine.reports.kinds.drills import DrillSeen, ExerciseSeen
from privacy_engine.reports.kinds.outside import Beside, Outside
from privacy_engine.transaction import Transaction

STARTED, EXERCISED, ENDED = "drill.started", "drill.exercise_ended", "drill.ended"


def drills_report(tx: Transaction, ask: Ask) -> Report:
    """Return the report on the drills of a period, or on all of them.

    Raises:
        InvalidInput: the days asked about make no period.
    """
    found = stretch.read(tx, STARTED, ask)
    later: dict[str, list[Event]] = {}
    for event in tx.read(evidence.events_of_kinds(tx.session, EXERCISED, ENDED)):
        later.setdefault(str(event.data["drill"]), []).append(event)
    inside, beside = [], Beside()
    for event in found.events:
        on = event.recorded_at.astimezone(tx.settings.zone).date()
        if found.is_outside(on):
            beside.add(Outside("A drill", on))
        else:
            inside.append(_drill(tx, event, later.get(str(event.data["drill"]), [])))
    drawn = Drawn(
        number=filing.dated_number(tx, drills.KIND, f"{found.site}:{found.period}"),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        period=found.period,
        entries=filing.entries(tx, list(found.events)),
        population=stretch.population(
            tx,
            found,
            count=len(found.events),
            unit="drill",
            listed_in=("drills", *beside.keys),
            outside=beside.count,
        ),
    )
    return drills.build(inside, drawn, outside=beside.tables)


def _drill(tx: Transaction, event: Event, later: list[Event]) -> DrillSeen:
    data = event.data
    ended = next((one for one in later if one.kind == ENDED), None)
    by_name = {str(one.data["exercise"]): one for one in later if one.kind == EXERCISED}
    return DrillSeen(
        drill=str(data["drill"]),
        started_at=_local(tx, event.recorded_at),
        ended_at=_local(tx, ended.recorded_at) if ended else None,
        outcome=str(ended.data["outcome"]) if ended else "running",
        planted=tuple((_title(tx, code), int(str(n))) for code, n in _sorted(data["planted"])),
        left_out=tuple(
            (_title(tx, code), str(why)) for code, why in _sorted(data.get("left_out"))
        ),
        exercises=tuple(
            _exercise(tx, name, str(case), by_name.get(name))
            for name, case in data["exercises"].items()
        ),
    )


def _exercise(tx: Transaction, name: str, case: str, ended: Event | None) -> ExerciseSeen:
    if ended is None:
        return ExerciseSeen(name, case, "running", None)
    findings = [(str(one["system"]), str(one["what"])) for one in ended.data.get("findings") or ()]
    return ExerciseSeen(
        name,
        case,
        str(ended.data["outcome"]),
        _local(tx, ended.recorded_at),
        tuple((_title(tx, system) if system else "", what) for system, what in findings),
    )


def _sorted(found: object) -> list[tuple[str, object]]:
    return sorted(found.items()) if isinstance(found, Mapping) else []


def _title(tx: Transaction, code: str) -> str:
    try:
        return tx.content.system(code).title
    except UnknownCode:
        return code


def _local(tx: Transaction, at: datetime) -> datetime:
    return at.astimezone(tx.settings.zone)
