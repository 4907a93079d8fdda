"""Every promise of the published statement, held against the record as it is now."""

from dataclasses import dataclass
from datetime import datetime

from flask.typing import ResponseReturnValue

from privacy_engine.console.desk import Desk, Route
from privacy_engine.reports import promises_facts
from privacy_engine.reports.kinds.promises import Finding, PromiseOutcome

_STATES = {
    Finding.KEPT: "kept",
    Finding.AT_RISK: "at_risk",
    Finding.BROKEN: "broken",
    Finding.CONTRADICTS: "broken",
    Finding.NOT_CHECKED: "not_measured",
}
_WORST_FIRST = ("broken", "at_risk", "not_measured", "kept")


@dataclass(frozen=True)
class PromiseRow:
    """One promise."""

    code: str
    words: str
    state: str
    measured: str
    checked_at: datetime | None
    source: str
    url: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show every promise in force, the worst first."""
    with desk.engine.reading() as tx:
        rows = [_row(desk, item) for item in promises_facts.evaluate(tx)]
        rows.sort(key=lambda row: _WORST_FIRST.index(row.state))
        population = desk.population(tx, len(rows), "promise")
    return desk.render("promises", promises=rows, population=population)


def _row(desk: Desk, item: PromiseOutcome) -> PromiseRow:
    promise = desk.engine.content.promise(item.code)
    titles = {document.slug: document.title for document in desk.engine.content.documents}
    against = "The law reads otherwise. " if item.finding is Finding.CONTRADICTS else ""
    cited = f" ({item.citation})" if item.citation else ""
    return PromiseRow(
        code=item.code,
        words=item.promise,
        state=_STATES[item.finding],
        measured=f"{against}{item.why}{cited}",
        checked_at=desk.now,
        source=f"{titles.get(promise.document, promise.document)}, {promise.since}",
        url="",
    )


ROUTES = (Route("/promises", "promises", show),)
