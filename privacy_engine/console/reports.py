"""Reports: those that were made, each with its hash, those being drawn, and ordering another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.console import report_kinds, staff, work
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.report_kinds import BY_CODE, KINDS, ReportKind, Unanswerable
from privacy_engine.errors import Forbidden, NotFound
from privacy_engine.ingest import sites
from privacy_engine.log import sequencer, standalone_verifier
from privacy_engine.log.event import Event
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.formats import day_long
from privacy_engine.look.parts import Values
from privacy_engine.reports import orders, personal, scheduled
from privacy_engine.transaction import DueWorkRow, Transaction
from privacy_engine.workflow import disclosing

_SHOWN = 100
_TASKS = (orders.TASK, "reports.case", scheduled.DRAW, scheduled.DELIVER, scheduled.TELL)


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


@dataclass(frozen=True)
class OrderRow:
    """A report that is not there yet; `retry`: the id of an order that failed, `drop`: of any."""

    title: str
    state: str
    detail: str
    ordered_at: datetime
    retry: str
    drop: str


@dataclass(frozen=True)
class ScheduleRow:
    """A report that is drawn by itself, and how that stands."""

    title: str
    every: str
    store: str
    last_at: datetime | None
    next_on: date
    state: str
    detail: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show what was made and what is being drawn, and the form for another."""
    kind = request.args.get("kind", "")
    today = desk.today
    given = {"since": today.replace(month=1, day=1).isoformat(), "until": today.isoformat()}
    if kind in {"disclosure-accounting", "drills"}:
        given = {}
    return _page(desk, kind=kind, typed=given, errors={})


def _page(desk: Desk, *, kind: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    kinds = KINDS if desk.may("make_report") else ()
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
        names = [item.name for item in sites.listing(tx)]
        return desk.render(
            "reports",
            kinds=kinds,
            chosen=BY_CODE.get(kind) if kinds else None,
            options=report_kinds.options(desk, tx, sites=names, typed=typed),
            values=Values(typed),
            errors=errors,
            drawing=_drawing(desk, tx),
            scheduled=_scheduled(desk, tx),
            made=[_row(desk, tx, event) for event in events],
            vkey=str(sequencer.signer(desk.engine.ring, desk.engine.settings.origin).key),
            population=desk.population(tx, int(total), "report"),
        )


def _drawing(desk: Desk, tx: Transaction) -> list[OrderRow]:
    """Return the reports that are ordered and not there yet, newest first."""
    rows = tx.session.execute(
        select(DueWorkRow)
        .where(
            col(DueWorkRow.task).in_(_TASKS),
            col(DueWorkRow.state) != "done",
        )
        .order_by(col(DueWorkRow.ordered_at).desc())
        .limit(_SHOWN)
    ).scalars()
    return [_order(desk, row) for row in rows]


def _order(desk: Desk, row: DueWorkRow) -> OrderRow:
    code = str(row.ids.get("kind") or "")
    if row.task == "reports.case":
        code = str(row.ids.get("report") or "")
    code = code or str(row.ids.get("schedule") or row.ids.get("store") or "")
    about = str(row.ids.get("request") or row.ids.get("case") or row.ids.get("run") or "")
    failed = bool(row.last_error) or row.state == "dead"
    why = row.last_error or row.progress or ""
    return OrderRow(
        title=_title(code) + (f", {about}" if about else ""),
        state="stopped" if row.state == "dead" else "error" if failed else "being_drawn",
        detail=f"{why[:1].upper()}{why[1:]}",
        ordered_at=desk.local(row.ordered_at),
        retry=row.work_id if failed and desk.may("retry_work") else "",
        drop=row.work_id if row.task == orders.TASK and desk.may("drop_order") else "",
    )


def _scheduled(desk: Desk, tx: Transaction) -> list[ScheduleRow]:
    rows = []
    for one in scheduled.standings(tx):
        late = one.late_since
        detail = f"It should have been there by {day_long(late)}." if late else ""
        if one.undelivered:
            detail = f"{detail} The store has no address yet, so it is only kept here.".strip()
        rows.append(
            ScheduleRow(
                title=one.schedule.title,
                every=str(one.schedule.every),
                store=one.store,
                last_at=desk.local(one.last.issued_at) if one.last else None,
                next_on=one.next_on,
                state="late" if late else "error" if one.undelivered else "ok",
                detail=detail,
            )
        )
    return rows


def _title(code: str) -> str:
    known = BY_CODE.get(code)
    return known.title if known else code.replace("-", " ").capitalize()


def _row(desk: Desk, tx: Transaction, event: Event) -> ReportRow:
    number = str(event.data.get("number") or "")
    role, _, name = event.actor.partition(":")
    sealed = personal.is_sealed(desk.engine.settings, number)
    exists = _path(desk, event) is not None or (sealed and desk.may("make_report"))
    return ReportRow(
        report_id=event.event_id,
        title=_title(str(event.data["report"])),
        population=number,
        made_at=desk.local(event.recorded_at),
        by=staff.names(tx, [name]).get(name, "") if role == "staff" else "",
        state="published" if exists or sealed else "gone",
        sha256=str(event.data.get("sha256") or ""),
        pdf_url=url_for("console.report_file", event_id=event.event_id) if exists else "",
        data_url="",
    )


def make(desk: Desk) -> ResponseReturnValue:
    """Order a report; it is drawn beside the web, and stands in the list once it is filed."""
    kind = BY_CODE.get(request.form.get("kind", ""))
    if kind is None:
        raise NotFound("There is no such kind of report.")
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = report_kinds.faults(kind, typed)
    if not errors:
        try:
            desk.act(lambda tx: _place(tx, kind, typed))
        except Unanswerable as error:
            errors = {error.field: error.detail}
    if errors:
        return _page(desk, kind=kind.code, typed=typed, errors=errors), 422
    desk.say("Ordered. It is drawn and signed now, and stands in the list in a moment.")
    return redirect(url_for("console.reports"), code=303)


def _place(tx: Transaction, kind: ReportKind, typed: Mapping[str, str]) -> None:
    wanted = report_kinds.order_of(tx, kind, typed)
    if wanted.subject:  # who orders a report about somebody looks at them
        tx.append("identity.revealed", {"reason_code": "answer"})
    orders.order(tx, wanted)


def drop(desk: Desk, work_id: str) -> ResponseReturnValue:
    """Give up an order, drawn at this moment or not; nothing else depends on it."""
    desk.act(lambda tx: work.give_up(tx, work_id, task=orders.TASK))
    desk.say("The order is given up.")
    return redirect(url_for("console.reports"), code=303)


def download(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Hand a report over, as it was signed; one about a person is opened for officers only."""
    with desk.engine.reading() as tx:
        event = tx.event(event_id)
    number = str(event.data.get("number") or "")
    path = _path(desk, event) if event.kind == "report.produced" else None
    if path is not None:
        return _hand_over(path, path.name)
    if event.kind != "report.produced" or not personal.is_sealed(desk.engine.settings, number):
        raise NotFound("The file of this report is no longer here; its hash stays in the log.")
    if not desk.may("make_report"):
        raise Forbidden("This report is about one person; officers hand it over.")

    def opened(tx: Transaction) -> bytes:
        content = personal.open_sealed(tx, number)
        tx.append("identity.revealed", {"reason_code": "answer"})
        disclosing.to_person(tx, subject_id=personal.subject_of(tx.settings, number))
        return content

    return _hand_over(BytesIO(desk.act(opened)), f"{number}.pdf")


def _hand_over(content: Path | BytesIO, name: str) -> ResponseReturnValue:
    return send_file(
        content, mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0
    )


def verifier(desk: Desk) -> ResponseReturnValue:
    """Hand over the one file with which anybody checks an exported log without us."""
    del desk
    path = Path(standalone_verifier.__file__)
    return send_file(
        path, mimetype="text/x-python", as_attachment=True, download_name=path.name, max_age=0
    )


def _path(desk: Desk, event: Event) -> Path | None:
    name = str(event.data.get("file") or "")
    path = (desk.engine.settings.exports_directory / name).resolve()
    inside = path.is_relative_to(desk.engine.settings.exports_directory.resolve())
    return path if name and inside and path.is_file() else None


ROUTES = (
    Route("/reports", "reports", show),
    Route("/reports/make", "make_report", make, ("POST",)),
    Route("/reports/orders/<work_id>/drop", "drop_order", drop, ("POST",)),
    Route("/reports/verifier", "verifier", verifier),
    Route("/reports/<event_id>/file", "report_file", download),
)
