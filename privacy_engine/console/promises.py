"""Every promise of the published statement, held against the record as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console.desk import Desk, Route
from privacy_engine.instance.model import Promise
from privacy_engine.reports import promise_turns, promises_facts, promises_watch
from privacy_engine.reports.kinds.promises import Finding, PromiseOutcome, Turned
from privacy_engine.transaction import Transaction

_STATES = {
    Finding.KEPT: "kept",
    Finding.AT_RISK: "at_risk",
    Finding.BROKEN: "broken",
    Finding.CONTRADICTS: "broken",
    Finding.NOT_CHECKED: "not_measured",
}
_TURNS = 5
_WORST_FIRST = ("broken", "at_risk", "not_measured", "kept")


@dataclass(frozen=True)
class Turn:
    """One turn in a promise's history."""

    state: str
    at: datetime
    why: str
    event_id: str


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
    events: tuple[str, ...]
    since: datetime | None
    turns: list[Turn]


def show(desk: Desk) -> ResponseReturnValue:
    """Show every promise in force, the worst first."""
    with desk.engine.reading() as tx:
        past = promise_turns.history(tx)
        found = promises_facts.evaluate(tx)
        known = {item.code: item.finding for item in promises_watch.latest(tx)}
        rows = [
            _row(desk, tx, item, [turn for turn in past if turn.code == item.code])
            for item in found
        ]
        rows.sort(key=lambda row: _WORST_FIRST.index(row.state))
        population = desk.population(tx, len(rows), "promise")
    if known and known != {item.code: item.finding for item in found}:
        # Something happened since the daily look: the first screen shall say so too.
        desk.act(_look_again)
    return desk.render("promises", promises=rows, population=population)


def _look_again(tx: Transaction) -> None:
    tx.order(promises_watch.TASK, name=f"promises:{tx.now:%Y-%m-%dT%H:%M}")


def _row(desk: Desk, tx: Transaction, item: PromiseOutcome, past: Sequence[Turned]) -> PromiseRow:
    promise = desk.engine.content.promise(item.code)
    titles = {document.slug: document.title for document in desk.engine.content.documents}
    against = "The law reads otherwise. " if item.finding is Finding.CONTRADICTS else ""
    cited = f" ({item.citation})" if item.citation else ""
    since = promise_turns.since(past, item.code, item.finding)
    return PromiseRow(
        code=item.code,
        words=item.promise,
        state=_STATES[item.finding],
        measured=f"{against}{item.why}{cited}",
        checked_at=desk.now,
        source=f"{titles.get(promise.document, promise.document)}, {promise.since}",
        url=_sentence_url(tx, promise),
        events=item.events,
        since=desk.local(since) if since else None,
        turns=[
            Turn(_STATES[turn.finding], desk.local(turn.at), turn.why, turn.event_id)
            for turn in past[:_TURNS]
        ],
    )


def _sentence_url(tx: Transaction, promise: Promise) -> str:
    """Return where the sentence stands, in the version that is in force."""
    version = tx.content.in_force(promise.document, tx.now).version
    page = url_for("console.document", slug=promise.document, version=version)
    return f"{page}#{promise.id}"


ROUTES = (Route("/promises", "promises", show),)
