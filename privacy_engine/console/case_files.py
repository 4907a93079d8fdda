"""The files of a case on the desk: papers, what keepers added, and reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console.desk import Desk, Route
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import parent_forms, request_papers, task_files

Look = Callable[[Transaction], tuple[str, bytes]]


@dataclass(frozen=True)
class File:
    """A file of this case; no address where this member may not open it."""

    title: str
    url: str
    state: str
    sha256: str
    at: datetime
    size: str = ""


def listed(desk: Desk, tx: Transaction, case: str, events: Sequence[Event]) -> list[File]:
    """Return every file of a case: what came with it, what keepers added, what was drawn."""
    return [*_papers(desk, tx, case), *added(desk, tx, case), *_reports(desk, events)]


def _papers(desk: Desk, tx: Transaction, reference: str) -> list[File]:
    may = desk.may("paper")
    return [
        File(
            title=item.title,
            url=url_for("console.paper", reference=reference, code=item.code) if may else "",
            state="kept",
            sha256=item.sha256,
            at=desk.local(item.at),
            size=_size(item.size),
        )
        for item in request_papers.papers(tx, reference)
    ]


def added(desk: Desk, tx: Transaction, case: str) -> list[File]:
    """Return what keepers added to what they did by hand, while it can be opened."""
    may = desk.may("task_file")
    return [
        File(
            title=f"With the answer from: {_keeper(tx, item.code)}",
            url=url_for("console.task_file", case=case, code=item.code) if may else "",
            state="kept",
            sha256=item.sha256,
            at=desk.local(item.at),
            size=_size(item.size),
        )
        for item in task_files.files(tx, case)
    ]


def _keeper(tx: Transaction, code: str) -> str:
    titles = {item.code: item.title for item in tx.content.recipients}
    titles |= {item.code: item.title for item in tx.content.systems}
    return titles.get(code, code)


def _reports(desk: Desk, events: Sequence[Event]) -> list[File]:
    may = desk.may("report_file")
    return [
        File(
            title=str(event.data["report"]).replace("-", " ").capitalize(),
            url=url_for("console.report_file", event_id=event.event_id) if may else "",
            state="published",
            sha256=str(event.data.get("sha256") or ""),
            at=desk.local(event.recorded_at),
        )
        for event in events
        if event.kind == "report.produced"
    ]


def _size(size: int) -> str:
    return f"{max(1, size // 1024)} kB"


def paper(desk: Desk, reference: str, code: str) -> ResponseReturnValue:
    """Return a paper that came with a request; looking at it is an event."""

    def look(tx: Transaction) -> tuple[str, bytes]:
        found, content = request_papers.read(tx, reference, code=code)
        return found.event_id, content

    return _opened(desk, look, reason="to check a paper of a request", name=reference)


def task_file(desk: Desk, case: str, code: str) -> ResponseReturnValue:
    """Return what a keeper added to what they did by hand; looking at it is an event."""

    def look(tx: Transaction) -> tuple[str, bytes]:
        found, content = task_files.opened(tx, case, code=code)
        return found.event_id, content

    return _opened(desk, look, reason="to check what was done by hand", name=case)


def _opened(desk: Desk, look: Look, *, reason: str, name: str) -> Response:
    def written_down(tx: Transaction) -> bytes:
        event_id, content = look(tx)
        tx.append("message.opened", {"opened_event": event_id, "reason": reason})
        return content

    content = desk.act(written_down)
    return Response(
        content,
        mimetype=parent_forms.media_type_of(content) or "application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


ROUTES = (
    Route("/requests/<reference>/papers/<code>", "paper", paper),
    Route("/cases/<case>/files/<code>", "task_file", task_file),
)
