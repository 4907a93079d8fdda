"""Reports: those that were made, each with its hash, and making another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine import clock
from privacy_engine.console import staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.parts import Values
from privacy_engine.reports import filing
from privacy_engine.reports.kinds_table import BUILDERS, Ask
from privacy_engine.transaction import Transaction

_SHOWN = 100


@dataclass(frozen=True)
class ReportKind:
    """A kind of report that can be drawn here."""

    code: str
    title: str
    words: str
    needs: tuple[str, ...]


_KINDS = (
    ReportKind(
        "request-register",
        "Requests of a period",
        "Every request, its clocks and its outcome, as 11 CCR 7101 asks it to be kept.",
        ("period",),
    ),
    ReportKind(
        "metrics",
        "Figures of a period",
        "How many were received, complied with and denied, and in how many days.",
        ("period",),
    ),
    ReportKind(
        "deletion-certificate",
        "Deletion of one request",
        "What every system deleted, kept, and found when it was searched again.",
        ("request",),
    ),
    ReportKind(
        "under-13-case",
        "One child’s case",  # noqa: RUF001
        "What was known when, and what was done.",
        ("request",),
    ),
)


@dataclass(frozen=True)
class ReportRow:
    """A report that was made."""

    report_id: str
    title: str
    population: str
    made_at: datetime
    by: str
    state: str
    sha256: str
    pdf_url: str
    data_url: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show what was made, and the form for another."""
    kind = request.args.get("kind", "")
    today = desk.today
    given = {"since": today.replace(month=1, day=1).isoformat(), "until": today.isoformat()}
    return _page(desk, kind=kind, typed=given, errors={})


def _page(desk: Desk, *, kind: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    kinds = [item for item in _KINDS if item.code in BUILDERS] if desk.may("make_report") else []
    with desk.engine.reading() as tx:
        mine = col(LogEventRow.kind) == "report.produced"
        statement = (
            select(LogEventRow.event_id)  # type: ignore[call-overload]
            .where(mine)
            .order_by(col(LogEventRow.event_id).desc())
            .limit(_SHOWN)
        )
        total = tx.session.execute(
            select(func.count()).select_from(LogEventRow).where(mine)
        ).scalar_one()
        events = tx.read(list(tx.session.execute(statement).scalars()))
        return desk.render(
            "reports",
            kinds=kinds,
            kind=kind if kind in {item.code for item in kinds} else "",
            values=Values(typed),
            errors=errors,
            made=[_row(desk, tx, event) for event in events],
            population=desk.population(tx, int(total), "report"),
        )


def _row(desk: Desk, tx: Transaction, event: Event) -> ReportRow:
    code = str(event.data["report"])
    known = {item.code: item.title for item in _KINDS}
    role, _, name = event.actor.partition(":")
    exists = _path(desk, event) is not None
    return ReportRow(
        report_id=event.event_id,
        title=known.get(code, code.replace("-", " ").capitalize()),
        population=str(event.data.get("number") or ""),
        made_at=desk.local(event.recorded_at),
        by=staff.names(tx, [name]).get(name, "") if role == "staff" else "engine",
        state="published" if exists else "gone",
        sha256=str(event.data.get("sha256") or ""),
        pdf_url=url_for("console.report_file", event_id=event.event_id) if exists else "",
        data_url="",
    )


def make(desk: Desk) -> ResponseReturnValue:
    """Draw, sign and file a report."""
    kind = request.form.get("kind", "")
    typed = {name: value.strip() for name, value in request.form.items()}
    needs = next((item.needs for item in _KINDS if item.code == kind), None)
    if needs is None or kind not in BUILDERS:
        raise NotFound("There is no such kind of report.")
    errors = _faults(typed, needs)
    if errors:
        return _page(desk, kind=kind, typed=typed, errors=errors), 422
    try:
        _draw(desk, kind, typed, needs=needs)
    except EngineError as error:
        field = "reference" if "request" in needs else "since"
        return _page(desk, kind=kind, typed=typed, errors={field: error.detail}), 422
    desk.say("The report is drawn, signed and in the log.")
    return redirect(url_for("console.reports"), code=303)


def _draw(desk: Desk, kind: str, typed: Mapping[str, str], *, needs: tuple[str, ...]) -> None:
    if "request" in needs:
        ask, case = Ask(request=typed["reference"].upper()), typed["reference"].upper()
    else:
        days = date.fromisoformat(typed["since"]), date.fromisoformat(typed["until"])
        ask, case = Ask(first_on=days[0], last_on=days[1]), None
    desk.engine.sequence(tally=True)  # what stands in it must have its position first
    with desk.engine.reading() as tx:
        drawn = BUILDERS[kind](tx, ask)
    filing.file_report(desk.engine, drawn, case=case, now=clock.now())


def _faults(typed: Mapping[str, str], needs: tuple[str, ...]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if "request" in needs and not typed.get("reference"):
        errors["reference"] = "Give the reference."
    if "period" in needs:
        for name in ("since", "until"):
            try:
                date.fromisoformat(typed.get(name, ""))
            except ValueError:
                errors[name] = "Give a day."
        if not errors and typed["until"] < typed["since"]:
            errors["until"] = "This day lies before the first one."
    return errors


def download(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Hand a report over, as it was signed."""
    with desk.engine.reading() as tx:
        event = tx.event(event_id)
    path = _path(desk, event) if event.kind == "report.produced" else None
    if path is None:
        raise NotFound("The file of this report is no longer here; its hash stays in the log.")
    return send_file(
        path, mimetype="application/pdf", as_attachment=True, download_name=path.name, max_age=0
    )


def _path(desk: Desk, event: Event) -> Path | None:
    name = str(event.data.get("file") or "")
    path = (desk.engine.settings.exports_directory / name).resolve()
    inside = path.is_relative_to(desk.engine.settings.exports_directory.resolve())
    return path if name and inside and path.is_file() else None


ROUTES = (
    Route("/reports", "reports", show),
    Route("/reports/make", "make_report", make, ("POST",)),
    Route("/reports/<event_id>/file", "report_file", download),
)
