"""Whether the engine lives and keeps up, and who it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from privacy_engine import clock, database
from privacy_engine.api.answers import json_answer, text_answer
from privacy_engine.api.auth import Door
from privacy_engine.api.log import world_of
from privacy_engine.connectors import health as connectors
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, Unavailable, UnknownCode
from privacy_engine.instance.terms import DocumentKind
from privacy_engine.jobs import schedule, work
from privacy_engine.keys import certificate
from privacy_engine.log import sequencer
from privacy_engine.log.event import instant
from privacy_engine.log.tables import LogEventRow, LogPendingRow
from privacy_engine.retention import looking
from privacy_engine.retention.looking import Look
from privacy_engine.rights import mailbox
from privacy_engine.transaction import Transaction

_METRICS = "text/plain; version=0.0.4; charset=utf-8"
LATE = {
    "sequencer": timedelta(minutes=1),
    "scheduler": timedelta(minutes=15),
    "work": timedelta(minutes=15),
    "retention": timedelta(days=2),
}
# A vendor or a mailbox out of reach, and a row of the schedule that waits for one, must not close
# the doors at which people are heard.
TOLD_ONLY = frozenset({"connectors", "mailbox", "retention"})


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    engine = door.engine

    @app.get("/healthz")
    @door.public
    def healthz() -> Response:
        return json_answer({"status": "ok"})

    @app.get("/readyz")
    @door.public
    def readyz() -> Response:
        checks = readiness(engine)
        sound = all(check["ok"] for name, check in checks.items() if name not in TOLD_ONLY)
        body = {"status": "ready" if sound else "not_ready", "checks": checks}
        return json_answer(body, status=200 if sound else 503)

    @app.get("/.well-known/privacy-engine.json")
    @door.public
    def who() -> Response:
        response = _open(_who(world_of(door)))
        response.headers.add("Vary", "Authorization")
        if "Authorization" in request.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/.well-known/gpc.json")
    @door.public
    def gpc() -> Response:
        return _open({"gpc": True, "lastUpdate": _statement_day(engine)})

    _install_metrics(app, door)


def _open(body: dict[str, Any]) -> Response:
    response = json_answer(body, headers={"Access-Control-Allow-Origin": "*"})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


# Readiness -------------------------------------------------------------------------------


def readiness(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return every check with `ok`, since when something waits, and a sentence when it is late."""
    try:
        database.ping(engine.database)
        with engine.reading() as tx:
            found = _ages(tx)
            failing = _failing_systems(tx)
            read = mailbox.health(tx)
            looks = looking.latest(tx)
    except SQLAlchemyError:
        return {"database": {"ok": False, "detail": "the database does not answer"}}
    now = clock.now()
    checks: dict[str, dict[str, Any]] = {"database": {"ok": True}}
    for name, since in found.items():
        late = since is not None and now - since > LATE[name]
        checks[name] = {"ok": not late, "since": instant(since) if since else None}
        if late:
            checks[name]["detail"] = f"behind by more than {LATE[name]}"
    checks["connectors"] = {"ok": not failing, "since": min(failing, default=None)}
    if failing:
        checks["connectors"]["detail"] = f"systems that fail their daily test: {len(failing)}"
    if read is not None:
        checks["mailbox"] = {
            "ok": not read.fault,
            "since": instant(read.since) if read.since else None,
        }
        if read.fault:
            checks["mailbox"]["detail"] = read.fault
    checks["retention"] = _retention(looks.values(), now)
    return checks


def _retention(looks: Iterable[Look], now: datetime) -> dict[str, Any]:
    """Return when each row of the schedule was last looked at without a fault."""
    last = {item.series: item.last_success_at for item in looks}
    late = [name for name, at in last.items() if at is None or now - at > LATE["retention"]]
    oldest = min((at for at in last.values() if at), default=None)
    found: dict[str, Any] = {
        "ok": not late,
        "since": instant(oldest) if oldest else None,
        "rows": {name: instant(at) if at else None for name, at in sorted(last.items())},
    }
    if late:
        found["detail"] = f"rows not looked at for more than {LATE['retention']}: {len(late)}"
    return found


def _failing_systems(tx: Transaction) -> list[str]:
    # Their number and since when: which vendors a site uses is nobody's business here.
    mapped = {item.code for item in tx.content.systems}
    found = connectors.latest(tx).values()
    return [
        instant(item.since_at)
        for item in found
        if item.outcome == "fault" and item.system in mapped
    ]


def _ages(tx: Transaction) -> dict[str, datetime | None]:
    pending = tx.session.execute(
        select(func.min(LogEventRow.recorded_at)).join(
            LogPendingRow, col(LogPendingRow.event_id) == col(LogEventRow.event_id)
        )
    ).scalar()
    return {
        "sequencer": pending,
        "scheduler": schedule.last_look(tx),
        "work": work.backlog(tx).oldest_due_at,
    }


# Who we are ------------------------------------------------------------------------------


def _who(engine: Engine) -> dict[str, Any]:
    signing = sequencer.signer(engine.ring, engine.settings.origin)
    base = engine.settings.instance.public_url
    return {
        "name": engine.settings.instance.name,
        "origin": signing.key.name,
        "verifier_key": str(signing.key),
        "report_certificate_sha256": _fingerprint(engine),
        "log_url": f"{base}/log",
        "api_url": f"{base}/v1",
        "openapi_url": f"{base}/v1/openapi.json",
    }


def _fingerprint(engine: Engine) -> str | None:
    try:
        return certificate.load(engine.ring.directory).fingerprint
    except (Unavailable, Conflict):
        return None  # made when the engine is served, or with the first report


def _statement_day(engine: Engine) -> str:
    now = clock.now()
    with engine.reading() as tx:
        content = tx.content
    for slug in sorted({item.slug for item in content.documents}):
        try:
            found = content.in_force(slug, now)
        except UnknownCode:
            continue
        if found.kind is DocumentKind.PRIVACY_POLICY:
            return found.effective_on.isoformat()
    return now.date().isoformat()


# Metrics ---------------------------------------------------------------------------------


def _install_metrics(app: Flask, door: Door) -> None:
    registry = CollectorRegistry()
    answers = Counter(
        "privacy_engine_http_requests_total",
        "Answers of this process, by route, method and status.",
        ("route", "method", "status"),
        registry=registry,
    )
    gauges = {
        name: Gauge(f"privacy_engine_{name}", text, registry=registry)
        for name, text in {
            "log_size": "Entries under the newest checkpoint.",
            "log_waiting": "Accepted events without a position.",
            "work_due": "Orders of work that are due.",
            "work_dead": "Orders of work that were given up.",
            "work_oldest_seconds": "Age of the oldest order that is due.",
            "scheduler_age_seconds": "Since a scheduler last looked.",
        }.items()
    }

    rows = {
        name: Gauge(f"privacy_engine_retention_{name}", text, ("series",), registry=registry)
        for name, text in {
            "last_success_timestamp_seconds": "When a row of the schedule was last looked at.",
            "last_run_timestamp_seconds": "When a run of it last came to its end; 0 for never.",
            "due": "Records past their time, at the last look.",
            "held": "Of those past their time, the ones that a hold keeps.",
        }.items()
    }

    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        answers.labels(route, request.method, response.status_code).inc()
        return response

    app.after_request(count)

    @app.get("/metrics")
    @door.public
    def metrics() -> Response:
        with door.engine.reading() as tx:
            for name, value in _figures(tx).items():
                gauges[name].set(value)
            for look in looking.latest(tx).values():
                for name, value in _look_figures(look).items():
                    rows[name].labels(look.series).set(value)
        return text_answer(generate_latest(registry), kind=_METRICS)


def _look_figures(look: Look) -> dict[str, float]:
    return {
        "last_success_timestamp_seconds": _seconds(look.last_success_at),
        "last_run_timestamp_seconds": _seconds(look.last_run_at),
        "due": look.due,
        "held": look.held,
    }


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0


def _figures(tx: Transaction) -> dict[str, float]:
    backlog, looked_at = work.backlog(tx), schedule.last_look(tx)
    waiting = tx.session.execute(select(func.count()).select_from(LogPendingRow)).scalar_one()
    oldest = backlog.oldest_due_at
    return {
        "log_size": tx.head().size,
        "log_waiting": waiting,
        "work_due": backlog.due,
        "work_dead": backlog.dead,
        "work_oldest_seconds": (tx.now - oldest).total_seconds() if oldest else 0,
        "scheduler_age_seconds": (tx.now - looked_at).total_seconds() if looked_at else -1,
    }
