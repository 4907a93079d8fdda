"""A view of the queue as a table to take along: no person in it, and how it was drawn on top."""

import csv
import io
from collections.abc import Iterator

from flask import Response, request
from flask.typing import ResponseReturnValue

from privacy_engine.console import cases, listing, staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.queue import in_words, wanted_of
from privacy_engine.look.parts import Population
from privacy_engine.reports.spool import guarded
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction

_MOST = 20_000
_HEAD = (
    "reference",
    "right",
    "jurisdiction",
    "came_by",
    "site",
    "state",
    "received_on",
    "acknowledge_due_on",
    "acknowledged_on",
    "answer_due_on",
    "legal_due_on",
    "verification",
    "extended_on",
    "owner",
    "decision",
    "ended_on",
)


def export(desk: Desk) -> ResponseReturnValue:
    """Give every request of a view as CSV, with its population block."""
    wanted = wanted_of(desk, request.args)
    with desk.engine.reading() as tx:
        total = listing.count(tx, wanted)
        found = listing.page(tx, wanted, limit=_MOST)
        words = in_words(tx, wanted)
        drawn = desk.population(tx, total, "request", *words, drills=listing.drills(tx))
        text = _table(desk, tx, found, drawn=drawn)
    return as_file(text, f"requests-{desk.today.isoformat()}.csv")


def as_file(text: str, name: str) -> Response:
    """Return a table as a file to keep."""
    return Response(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _table(desk: Desk, tx: Transaction, found: list[Request], *, drawn: Population) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in population_lines(drawn, below=len(found)):
        writer.writerow([line])
    writer.writerow(_HEAD)
    owners = staff.names(tx, [item.assigned_to for item in found if item.assigned_to])
    for item in found:
        cells = _cells(desk, item, owner=owners.get(item.assigned_to or "", ""))
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def population_lines(drawn: Population, *, below: int | None = None) -> Iterator[str]:
    """Return how a table was drawn, as comments above it; `below`: how many rows it has."""
    more = (
        f", the first {below} of them below" if below is not None and below < drawn.count else ""
    )
    yield f"# {drawn.count} requests{more}; {'; '.join(drawn.filters) or 'no filter'}"
    left_out = "" if drawn.drills is None else f"; drills: {drawn.drills}, left out"
    yield f"# drawn {drawn.drawn_at.isoformat(timespec='seconds')}{left_out}"
    yield f"# log size {drawn.tree_size}, root {drawn.root or 'none yet'}"


def _cells(desk: Desk, item: Request, *, owner: str) -> list[str]:
    def day(moment: object) -> str:
        return desk.local(moment).date().isoformat() if moment else ""  # type: ignore[arg-type]

    answer, acknowledge = rules.answer_clock(item.facts), rules.acknowledge_clock(item.facts)
    return [
        item.reference,
        item.right,
        item.jurisdiction,
        item.channel,
        cases.site_of(item),
        str(item.state),
        day(item.received_at),
        acknowledge.strict_due_on.isoformat() if acknowledge else "",
        day(item.acknowledged_at),
        answer.strict_due_on.isoformat() if answer else "",
        answer.legal_due_on.isoformat() if answer else "",
        cases.verification_state(item),
        day(item.extended_at),
        owner,
        item.decision or "",
        day(item.ended_at),
    ]


ROUTES = (Route("/requests/export", "export_queue", export),)
