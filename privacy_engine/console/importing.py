"""Requests from another tool's list: first what each line would become, then the taking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError
from privacy_engine.intake import table
from privacy_engine.intake.table import Row, Taken
from privacy_engine.look.formats import plural, sentence

_SHOWN = 200


@dataclass(frozen=True)
class Line:
    """One line of the list as the preview shows it."""

    line: int
    right: str
    person: str
    received_on: date | None
    due_on: date | None
    state: str
    words: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show what a list looks like, and take one to look at."""
    return _form(desk, {})


def preview(desk: Desk) -> ResponseReturnValue:
    """Show what would become of each line; nothing is written."""
    uploaded = request.files.get("file")
    content = uploaded.read(table.MOST_BYTES + 1) if uploaded and uploaded.filename else b""
    if not content:
        return _form(desk, {"file": "Choose the list."}), 422
    return _preview(desk, content)


def _preview(desk: Desk, content: bytes) -> ResponseReturnValue:
    try:
        lines = table.read(content)
        with desk.engine.reading() as tx:
            rows = table.preview(tx, lines)
    except EngineError as error:
        return _form(desk, {"file": f"{error.detail[:1].upper()}{error.detail[1:]}."}), 422
    if not rows:
        return _form(desk, {"file": "The list has a head and no line."}), 422
    good = [row for row in rows if row.intake]
    return desk.render(
        "import_preview",
        lines=_lines(rows),
        more=max(0, len(rows) - _SHOWN),
        all_rows=len(rows),
        good=len(good),
        bad=len(rows) - len(good),
        content=content.decode("utf-8-sig"),
    )


def _lines(rows: Sequence[Row]) -> list[Line]:
    # What needs a look stands first; the rest in the order of the list.
    ordered = sorted(rows, key=lambda row: (row.intake is not None, not row.remark, row.line))
    return [
        Line(
            row.line,
            row.right,
            faces.mask(row.subject),
            row.received_at.date() if row.received_at else None,
            row.due_on,
            "left_out" if row.intake is None else "remark" if row.remark else "good",
            _words(row),
        )
        for row in ordered[:_SHOWN]
    ]


def _words(row: Row) -> str:
    if row.intake is None:
        return "; ".join(f"{name} {detail}" for name, detail in row.faults.items())
    return row.remark or "becomes a request"


def take(desk: Desk) -> ResponseReturnValue:
    """Take every line without a fault; the same list again takes nothing twice."""
    content = request.form.get("content", "").encode()
    try:
        lines = table.read(content)
        with desk.engine.reading() as tx:
            rows = table.preview(tx, lines)
    except EngineError as error:
        return _form(desk, {"file": sentence(error.detail)}), 422
    done = table.take(desk.engine, rows, actor=desk.actor)
    return desk.render(
        "import_done",
        words=_done_words(done),
        made=done.made[:_SHOWN],
        left=done.left[:_SHOWN],
        queue_url=url_for("console.queue", view="nobody"),
    )


def _done_words(done: Taken) -> str:
    parts = [plural(len(done.made), "request") + " written down"]
    if done.known:
        parts.append(f"{done.known:,} were here already")
    if done.left:
        parts.append(f"{len(done.left):,} left out")
    return ", ".join(parts)


def _form(desk: Desk, errors: dict[str, str]) -> str:
    return desk.render(
        "import", columns=list(table.COLUMNS.items()), most=table.MOST_ROWS, errors=errors
    )


ROUTES = (
    Route("/requests/import", "import_requests", show),
    Route("/requests/import/preview", "preview_import", preview, ("POST",)),
    Route("/requests/import/take", "take_import", take, ("POST",)),
)
