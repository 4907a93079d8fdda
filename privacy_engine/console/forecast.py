"""What is to be expected: which clocks will be missed at this pace, and what would change that."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import listing, queue_export
from privacy_engine.console.desk import Desk, Route
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import Population
from privacy_engine.rights import forecast, pace
from privacy_engine.rights.forecast import Outlook
from privacy_engine.rights.pace import Forecast
from privacy_engine.transaction import Transaction

_NAMED = 20
_NOTHING = "Nothing can be said: nothing waits, or there are too few decisions to learn from."
_NO_LIMIT = 20_000


@dataclass(frozen=True)
class Way:
    """One way in which it may go on, as a row of the table."""

    words: str
    missed: str
    between: str
    done_on: date | None
    alarming: bool


@dataclass(frozen=True)
class AtRisk:
    """One request whose clock may be missed; chances in whole per cent, by way."""

    reference: str
    url: str
    due_on: date
    chances: tuple[int, ...]


def show(desk: Desk) -> ResponseReturnValue:
    """Show the forecast; what is assumed stands in the URL."""
    helpers, wave = _asked()
    with desk.engine.reading() as tx:
        found = pace.draw(tx, helpers=helpers, wave=wave)
        population = _population(desk, tx, found)
    return desk.render(
        "forecast",
        headline=_headline(found),
        helpers=helpers,
        wave=wave,
        least=forecast.LEAST_ANSWERS,
        waiting=found.waiting,
        not_ready=found.not_ready,
        history=found.history,
        pace=f"{found.history.pace:.1f}",
        ways=[_way(item, helpers) for item in found.outlooks],
        risks=_risks(found, _NAMED),
        table_url=url_for("console.export_forecast", helpers=helpers, wave=wave),
        runs=found.outlooks[0].runs if found.outlooks else 0,
        population=population,
    )


def export(desk: Desk) -> ResponseReturnValue:
    """Give the forecast as CSV: how it was drawn, each way, then every request at risk."""
    helpers, wave = _asked()
    with desk.engine.reading() as tx:
        found = pace.draw(tx, helpers=helpers, wave=wave)
        drawn = _population(desk, tx, found)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    assumed = f"# {helpers} more people deciding, {wave} more requests tomorrow"
    said = f"# {_headline(found) or _NOTHING}"
    writer.writerows([line] for line in (*queue_export.population_lines(drawn), assumed, said))
    writer.writerow(("way", "clocks_missed", "between", "backlog_decided_by"))
    for way in (_way(item, helpers) for item in found.outlooks):
        writer.writerow((way.words, way.missed, way.between, way.done_on or ""))
    writer.writerow(())
    names = ("as_it_is", "with_help", "extended", "with_both")
    writer.writerow(("reference", "legal_due_on", *(f"missed_{name}_percent" for name in names)))
    for risk in _risks(found, _NO_LIMIT):
        writer.writerow((risk.reference, risk.due_on, *risk.chances))
    return queue_export.as_file(out.getvalue(), f"forecast-{desk.today.isoformat()}.csv")


def _asked() -> tuple[int, int]:
    return _whole("helpers", 1), _whole("wave", 0)


def _population(desk: Desk, tx: Transaction, found: Forecast) -> Population:
    return desk.population(
        tx,
        found.waiting,
        "request",
        "open, and a person decides",
        "not opt-outs",
        drills=listing.drills(tx),
    )


def _whole(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else default


def _headline(found: Forecast) -> str:
    if not found.outlooks:
        return ""
    now = found.outlooks[0]
    if now.missed_high == 0:
        return "At this pace no clock will be missed."
    if round(now.missed) == 0:
        return "At this pace hardly any clock will be missed."
    return f"At this pace about {plural(round(now.missed), 'clock')} will be missed."


def _way(item: Outlook, helpers: int) -> Way:
    help_words = f"{plural(helpers, 'more person', 'more people')} deciding"
    words = {
        "as it is": "As it is",
        "with help": f"With {help_words}",
        "with extensions": "With every extension that the law still allows",
        "with both": "With both",
    }
    low, high = item.missed_low, item.missed_high
    between = "in every run" if low == high else f"{low:,} to {high:,} in nine of ten runs"
    return Way(
        words[item.scenario.name],
        f"{item.missed:,.1f}".removesuffix(".0"),
        between,
        item.done_on,
        alarming=item.missed >= 0.5,
    )


def _risks(found: Forecast, most: int) -> list[AtRisk]:
    if not found.outlooks:
        return []
    chances = [dict(item.chances) for item in found.outlooks]
    return [
        AtRisk(
            reference,
            url_for("console.one_request", reference=reference),
            found.last_days[reference],
            tuple(round(100 * way.get(reference, 0.0)) for way in chances),
        )
        for reference, _ in found.outlooks[0].chances[:most]
    ]


ROUTES = (
    Route("/requests/forecast", "forecast", show),
    Route("/requests/forecast/export", "export_forecast", export),
)
