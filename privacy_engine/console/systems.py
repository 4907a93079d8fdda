"""Where the data lives, and whether it answers."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.connectors import drills, health, reimports
from privacy_engine.connectors.drill_rules import Exercise, Outcome
from privacy_engine.connectors.drills import Drill
from privacy_engine.connectors.health import Tested
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.look.formats import plural
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import drilling, reimporting
from privacy_engine.workflow.register import CaseSystemRow, RunRow

_MOST = 200


@dataclass(frozen=True)
class SystemHealth:
    """One system of the data map."""

    code: str
    title: str
    kind: str
    state: str
    last_ok_at: datetime | None
    last_test_at: datetime | None
    detail: str
    series: str
    open_tasks: int
    test_mode: bool
    can_test: bool
    deliveries_url: str
    coverage: str = ""
    back: int = 0
    compared_at: datetime | None = None


def show(desk: Desk) -> ResponseReturnValue:
    """Show every system."""
    with desk.engine.reading() as tx:
        tests = health.latest(tx)
        rows = [
            _health(desk, tx, item, tests.get(item.code)) for item in desk.engine.content.systems
        ]
        return desk.render(
            "systems",
            systems=rows,
            drills=[_drill(desk, item) for item in drills.newest(tx.session)],
            can_drill=desk.may("start_drill")
            and any(item.sentinel for item in desk.engine.content.systems)
            and not drills.running(tx.session),
            population=desk.population(tx, len(rows), "system"),
        )


@dataclass(frozen=True)
class DrillLine:
    """One drill: when, how it stands, what was planted, and what each exercise came to."""

    name: str
    state: str
    started_at: datetime
    planted: str
    left_out: str
    exercises: list[tuple[str, str, str]]


def _drill(desk: Desk, drill: Drill) -> DrillLine:
    titles = {item.code: item.title for item in desk.engine.content.systems}

    def said(findings: tuple[tuple[str, str], ...]) -> str:
        return "; ".join(f"{titles.get(code, code)} {what}".strip() for code, what in findings)

    return DrillLine(
        name=drill.drill,
        state=_DRILL_STATES[drill.outcome],
        started_at=desk.local(drill.started_at),
        planted=", ".join(
            f"{titles.get(code, code)} ({plural(rows, 'row')})"
            for code, rows in sorted(drill.planted.items())
        ),
        left_out=", ".join(
            f"{titles.get(code, code)} ({why})" for code, why in sorted(drill.left_out.items())
        ),
        exercises=[
            (_EXERCISES[item.exercise], _DRILL_STATES[item.outcome], said(item.findings))
            for item in drill.exercises
        ],
    )


_DRILL_STATES = {
    Outcome.RUNNING: "in_progress",
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
}
_EXERCISES = {
    Exercise.KNOW: "Give a copy",
    Exercise.OPT_OUT: "Opt out",
    Exercise.DELETE: "Delete, and search again",
    Exercise.UNDER_13: "Delete a child under 13",
}


def start_drill(desk: Desk) -> ResponseReturnValue:
    """Order a drill now, beside those of every month."""

    def order(tx: Transaction) -> None:
        name = f"D-{desk.now:%Y-%m-%d-%H%M}"
        tx.order(drilling.START, name=f"drill:{name}", drill=name)

    desk.act(order)
    desk.say("A drill begins now. It takes minutes, and at most a day.")
    return redirect(url_for("console.systems", _anchor="drills"), code=303)


def _in_short(tested: Tested) -> str:
    """Return the first finding of a test, and where the others are."""
    if tested.findings <= 1:
        return tested.detail
    return f"{tested.detail}. And {tested.findings - 1:,} more: see “privacy-engine systems test”"


def _health(desk: Desk, tx: Transaction, system: System, tested: Tested | None) -> SystemHealth:
    compared = reimports.latest(tx).get(system.code)
    mine = col(CaseSystemRow.system) == system.code
    failing = col(CaseSystemRow.message) != ""
    answered: datetime | None = tx.session.execute(
        select(func.max(col(CaseSystemRow.at))).where(mine, ~failing)
    ).scalar()
    said = _failing(tx, system.code)
    broken = len(said)
    waits = f"{plural(broken, 'case')} waiting for it: {said[0]}" if said else ""
    state = _OUTCOMES[tested.outcome] if tested else "ok" if answered else "unknown"
    if system.connector is ConnectorKind.MANUAL or not system.searchable:
        state = "not_searchable" if state in {"ok", "unknown"} else state
    if system.connector is ConnectorKind.RECIPIENT:
        state = "inactive"
    said_last = _in_short(tested) if tested and not said else ""
    ok_at = max((at for at in (answered, _ok_at(tested)) if at), default=None)
    return SystemHealth(
        code=system.code,
        title=system.title,
        kind=_KINDS.get(str(system.connector), str(system.connector)),
        state="error" if broken else state,
        last_ok_at=desk.local(ok_at) if ok_at else None,
        last_test_at=desk.local(tested.tested_at) if tested else None,
        detail=". ".join(part for part in (waits, said_last) if part)
        or _DETAILS.get(str(system.connector), ""),
        series=", ".join(item.replace("-", " ") for item in system.series),
        open_tasks=broken,
        test_mode=system.test,
        can_test=system.connector in health.TESTABLE and desk.may("test_system"),
        deliveries_url=url_for("console.deliveries", code=system.code)
        if system.connector in _ASKED
        else "",
        coverage=_coverage(system, tested),
        back=compared.back if compared else 0,
        compared_at=desk.local(compared.compared_at) if compared else None,
    )


def _failing(tx: Transaction, code: str) -> list[str]:
    """Return what a system said to each case that still waits for it, the newest first."""
    open_runs = select(col(RunRow.case)).where(col(RunRow.ended_at).is_(None))
    rows = tx.session.execute(
        select(CaseSystemRow)
        .where(
            col(CaseSystemRow.system) == code,
            col(CaseSystemRow.message) != "",
            col(CaseSystemRow.case).in_(open_runs),
        )
        .order_by(col(CaseSystemRow.at).desc())
        .limit(_MOST)
    ).scalars()
    return [row.message for row in rows if row.removed is None]


def _coverage(system: System, tested: Tested | None) -> str:
    """Return how far the data map covers a database, as the newest test saw it."""
    if not system.tables:
        return ""
    words = f"{plural(len(system.tables), 'table')} mapped"
    if system.not_personal:
        words += f", {len(system.not_personal):,} without personal data"
    if tested is None:
        return words
    if tested.unmapped:
        words += f", {tested.unmapped:,} in no map"
    if tested.undeclared:
        words += f", {plural(tested.undeclared, 'column')} undeclared"
    return words if tested.unmapped or tested.undeclared else f"{words}: all of it"


def _ok_at(tested: Tested | None) -> datetime | None:
    return tested.tested_at if tested and tested.outcome != "fault" else None


_OUTCOMES = {"ok": "ok", "remark": "at_risk", "fault": "broken"}
_KINDS = {
    "sql": "database",
    "webhook": "by webhook",
    "opendsr": "by OpenDSR",
    "mailbox": "mailbox",
    "files": "files",
    "manual": "by hand",
    "recipient": "told only",
}
_ASKED = frozenset({ConnectorKind.WEBHOOK, ConnectorKind.OPENDSR})
_DETAILS = {"recipient": "Told of deletions; it is not searched", "manual": "A person does it"}


def delete_again(desk: Desk, code: str) -> ResponseReturnValue:
    """Order that whoever was erased and is back in a system is deleted again."""
    system = desk.engine.content.system(code)

    def order(tx: Transaction) -> None:
        found = reimports.latest(tx).get(code)
        if found is None or not found.back:
            raise Conflict("Nobody who was erased is known to be back there.")
        name = f"reimports:{code}:{found.compared_at.isoformat()}"
        tx.order(reimporting.DELETE, name=name, system=code)

    desk.act(order)
    desk.say(f"{system.title}: they are deleted again now, and searched for.")
    return redirect(url_for("console.systems"), code=303)


def test(desk: Desk, code: str) -> ResponseReturnValue:
    """Compare the data map with the living system and keep what was found."""
    system = desk.engine.content.system(code)
    if system not in health.testable(desk.engine):
        raise Conflict("No program can test this system here.")
    said = {
        "ok": "reached, and the data map fits it",
        "remark": "reached, with something to look at",
        "fault": "it cannot be used as it is",
    }
    desk.say(f"{system.title}: {said[health.test_one(desk.engine, code).outcome]}.")
    return redirect(url_for("console.systems"), code=303)


ROUTES = (
    Route("/systems", "systems", show),
    Route("/drills", "start_drill", start_drill, ("POST",)),
    Route("/systems/<code>/delete-again", "delete_again", delete_again, ("POST",)),
    Route("/systems/<code>/test", "test_system", test, ("POST",)),
)
