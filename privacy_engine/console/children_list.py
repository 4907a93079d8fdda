"""The under-13 desk: the cases that are open, the most urgent first, and those that ended."""

from datetime import date, datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.children import register
from privacy_engine.console import children
from privacy_engine.console.children import ChildRow
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE, going_children, page_number
from privacy_engine.console.queue import View, pages
from privacy_engine.transaction import Transaction

_VIEWS = (("open", "Open"), ("ended", "Ended"))


def show(desk: Desk) -> ResponseReturnValue:
    """List the cases, a page at a time."""
    view = "ended" if request.args.get("view") == "ended" else "open"
    number = page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        # Of these there are never many: a parent answered before all systems were through.
        going = going_children(tx)
        counts = {
            "open": register.count_open(tx.session) + len(going),
            "ended": register.count_ended(tx.session) - len(going),
        }
        rows = _page(desk, tx, view, number, going=going)
        return desk.render(
            "children",
            views=[
                View(
                    code, label, counts[code], url_for("console.children", view=code), code == view
                )
                for code, label in _VIEWS
            ],
            rows=rows,
            population=desk.population(
                tx,
                counts[view],
                "case",
                f"view: {view}",
                drills=register.count_drills(tx.session),
            ),
            pages=pages(number, counts[view], len(rows)),
        )


def _page(
    desk: Desk, tx: Transaction, view: str, number: int, *, going: list[register.Case]
) -> list[ChildRow]:
    start = (number - 1) * PAGE
    if view == "ended":
        apart = frozenset(item.case for item in going)
        found = register.ended_cases(tx.session, limit=PAGE, offset=start, but=apart)
        return [children.row(desk, tx, item) for item in found]
    before = len(going)
    found = going[start : start + PAGE]
    found += register.open_cases(
        tx.session, limit=PAGE - len(found), offset=max(0, start - before)
    )
    return sorted((children.row(desk, tx, item) for item in found), key=_urgency)


def _urgency(item: ChildRow) -> tuple[date, bool, datetime]:
    """Return what puts a case above another: its day, whether it waits for us, its age."""
    days = [clock.strict_due_on for clock in item.clocks if clock.done_on is None]
    waits = item.step is None or bool(item.step.waits_for)
    return min(days, default=date.max), waits, item.detected_at


ROUTES = (Route("/children", "children", show),)
