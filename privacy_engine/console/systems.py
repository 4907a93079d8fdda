"""Where the data lives, whether it answers, and the sites that report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.connectors.opening import open_connector
from privacy_engine.connectors.protocol import Finding, Severity
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Site, SiteKey
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.formats import plural
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.register import CaseSystemRow

_TESTED = "tested"
_CAN_TEST = frozenset({ConnectorKind.SQL})
_SILENT_AFTER = timedelta(days=7)
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


@dataclass(frozen=True)
class KeyLine:
    """One key of a site; the secret itself is nowhere."""

    prefix: str
    kind: str
    made_at: datetime
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True)
class SiteRow:
    """One site."""

    code: str
    title: str
    origins: str
    state: str
    last_event_at: datetime | None
    events_day: int
    refused_day: int
    keys: list[KeyLine]


def show(desk: Desk) -> ResponseReturnValue:
    """Show every system."""
    tested: dict[str, str] = session.pop(_TESTED, {})
    with desk.engine.reading() as tx:
        rows = [_health(desk, tx, item, tested) for item in desk.engine.content.systems]
        return desk.render(
            "systems", systems=rows, population=desk.population(tx, len(rows), "system")
        )


def _health(desk: Desk, tx: Transaction, system: System, tested: dict[str, str]) -> SystemHealth:
    mine = col(CaseSystemRow.system) == system.code
    failing = col(CaseSystemRow.message) != ""
    answered: datetime | None = tx.session.execute(
        select(func.max(col(CaseSystemRow.at))).where(mine, ~failing)
    ).scalar()
    said = tx.session.execute(select(CaseSystemRow).where(mine, failing).limit(_MOST)).scalars()
    broken = sum(row.removed is None for row in said)
    waits = f"{plural(broken, 'request')} waiting for it" if broken else ""
    state = "ok" if answered else "unknown"
    if not system.searchable or system.connector is ConnectorKind.MANUAL:
        state = "not_searchable"
    if system.connector is ConnectorKind.RECIPIENT:
        state = "inactive"
    state = "error" if broken else state
    word, _, detail = tested.get(system.code, "").partition("|")
    return SystemHealth(
        code=system.code,
        title=system.title,
        kind=_KINDS.get(str(system.connector), str(system.connector)),
        state=word or state,
        last_ok_at=desk.local(answered) if answered else None,
        last_test_at=desk.now if word else None,
        detail=detail or waits or _DETAILS.get(str(system.connector), ""),
        series=", ".join(item.replace("-", " ") for item in system.series),
        open_tasks=broken,
        test_mode=False,
        can_test=system.connector in _CAN_TEST and desk.may("test_system"),
    )


_KINDS = {
    "sql": "database",
    "webhook": "by webhook",
    "manual": "by hand",
    "recipient": "told only",
}
_DETAILS = {"recipient": "Told of deletions; it is not searched", "manual": "A person does it"}


def test(desk: Desk, code: str) -> ResponseReturnValue:
    """Compare the data map with the living system and show what was found."""
    system = desk.engine.content.system(code)
    settings = desk.engine.settings
    try:
        connector = open_connector(system, root=settings.root, settings=settings.addresses)
        said = _said(connector.test())
    except EngineError as error:
        said = f"error|{error.detail}"
    session[_TESTED] = {code: said[:500]}
    return redirect(url_for("console.systems"), code=303)


def _said(findings: tuple[Finding, ...]) -> str:
    faults = [item for item in findings if item.severity is Severity.FAULT]
    if not findings:
        return "ok|Reached, and the data map fits it"
    first = (faults or list(findings))[0]
    where = f"{first.table}: " if first.table else ""
    more = f" (and {plural(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
    return f"{'broken' if faults else 'at_risk'}|{where}{first.message}{more}"


def show_sites(desk: Desk) -> ResponseReturnValue:
    """Show the sites that report, with their keys."""
    with desk.engine.reading() as tx:
        return _sites_page(desk, tx, secret="")


def _sites_page(desk: Desk, tx: Transaction, *, secret: str) -> str:
    found = [_site(desk, tx, item) for item in sites.listing(tx)]
    return desk.render(
        "sites",
        sites=found,
        secret=secret,
        can_change=desk.may("rotate_key"),
        population=desk.population(tx, len(found), "site"),
    )


def _site(desk: Desk, tx: Transaction, site: Site) -> SiteRow:
    last = site.last_event_at
    day = tx.session.execute(
        select(func.count())
        .select_from(LogEventRow)
        .where(
            col(LogEventRow.site) == site.name,
            col(LogEventRow.recorded_at) > tx.now - timedelta(days=1),
        )
    ).scalar_one()
    quiet = last is not None and tx.now - last > _SILENT_AFTER
    return SiteRow(
        code=site.name,
        title=site.name.replace("-", " ").capitalize(),
        origins=", ".join(site.origins) or "no web pages",
        state="silent" if quiet else "ok" if last else "inactive",
        last_event_at=desk.local(last) if last else None,
        events_day=int(day),
        refused_day=0,
        keys=[_key(desk, tx, item) for item in site.keys if item.kind is not KeyKind.AUDITOR],
    )


def _key(desk: Desk, tx: Transaction, key: SiteKey) -> KeyLine:
    state = "active"
    if key.revoked_at is not None:
        state = "gone" if key.revoked_at <= tx.now else "superseded"
    return KeyLine(
        prefix=f"{key.prefix}…",
        kind=f"{key.kind}, {key.mode}",
        made_at=desk.local(key.created_at),
        last_used_at=desk.local(key.last_event_at) if key.last_event_at else None,
        state=state,
    )


def rotate(desk: Desk, code: str) -> ResponseReturnValue:
    """Make new keys for a site and show the server's, this once."""
    made = desk.act(lambda tx: sites.rotate(tx, code))
    secret = "\n".join(item.secret for item in made)
    with desk.engine.reading() as tx:
        return _sites_page(desk, tx, secret=secret)


ROUTES = (
    Route("/systems", "systems", show),
    Route("/systems/<code>/test", "test_system", test, ("POST",)),
    Route("/sites", "sites", show_sites),
    Route("/sites/<code>/keys", "rotate_key", rotate, ("POST",)),
)
