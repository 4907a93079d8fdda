"""Where the data lives, and whether it answers."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.connectors import health
from privacy_engine.connectors.health import Tested
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.look.formats import plural
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.register import CaseSystemRow

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


def show(desk: Desk) -> ResponseReturnValue:
    """Show every system."""
    with desk.engine.reading() as tx:
        tests = health.latest(tx)
        rows = [
            _health(desk, tx, item, tests.get(item.code)) for item in desk.engine.content.systems
        ]
        return desk.render(
            "systems", systems=rows, population=desk.population(tx, len(rows), "system")
        )


def _health(desk: Desk, tx: Transaction, system: System, tested: Tested | None) -> SystemHealth:
    mine = col(CaseSystemRow.system) == system.code
    failing = col(CaseSystemRow.message) != ""
    answered: datetime | None = tx.session.execute(
        select(func.max(col(CaseSystemRow.at))).where(mine, ~failing)
    ).scalar()
    said = tx.session.execute(select(CaseSystemRow).where(mine, failing).limit(_MOST)).scalars()
    broken = sum(row.removed is None for row in said)
    waits = f"{plural(broken, 'case')} waiting for it" if broken else ""
    state = _OUTCOMES[tested.outcome] if tested else "ok" if answered else "unknown"
    if system.connector is ConnectorKind.MANUAL or not system.searchable:
        state = "not_searchable" if state in {"ok", "unknown"} else state
    if system.connector is ConnectorKind.RECIPIENT:
        state = "inactive"
    said_last = tested.detail if tested else ""
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
    )


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
    Route("/systems/<code>/test", "test_system", test, ("POST",)),
)
