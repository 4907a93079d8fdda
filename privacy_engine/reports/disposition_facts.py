"""The facts of one finished run of the retention schedule."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from privacy_engine.errors import Conflict, InvalidInput, NotFound, UnknownCode
from privacy_engine.instance.model import RetentionRow
from privacy_engine.log import evidence
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.reports import filing
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import retention_disposition
from privacy_engine.reports.kinds.retention_disposition import (
    HoldInForce,
    Run,
    SeriesOutcome,
    Stand,
)
from privacy_engine.retention import register as retention
from privacy_engine.retention.register import Hold
from privacy_engine.retention.rules import HoldScope
from privacy_engine.retention.wording import SINCE
from privacy_engine.transaction import Transaction

KINDS = (
    "disposition.previewed",
    "disposition.approved",
    "disposition.started",
    "disposition.done",
    "disposition.voided",
)
SEALED = frozenset({"request-records"})
_ENGINE = "The engine's own record"


def disposition_report(tx: Transaction, ask: Ask) -> Report:
    """Return the report on one run.

    Raises:
        InvalidInput: no run was named.
        NotFound: there is none with this reference.
        Conflict: it has not come to its end, or was voided.
    """
    reference = ask.run or ask.request  # a run is its own case where a workflow orders its report
    if not reference:
        raise InvalidInput("a disposition report is about one run: give --run")
    events = [
        event
        for event in tx.read(evidence.events_of_kinds(tx.session, *KINDS))
        if event.data["run"] == reference
    ]
    run = _run(tx, reference, events)
    drawn = Drawn(
        number=filing.number_for(retention_disposition.KIND, reference),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(Filter("run", f"the one run {reference}", field="run", value=reference),),
            row_count=len(run.series),
            unit="system",
            log=filing.log_head(tx),
            finer=True,
            listed_in=("series",),
        ),
        entries=filing.entries(tx, events),
    )
    return retention_disposition.build(run, drawn)


def _run(tx: Transaction, reference: str, events: Sequence[Event]) -> Run:
    by_kind = {event.kind.partition(".")[2]: event for event in events}
    if "previewed" not in by_kind:
        raise NotFound("there is no run with this reference")
    if "voided" in by_kind:
        raise Conflict("this run was voided: nothing more was to be disposed of")
    if not {"approved", "done"} <= set(by_kind):
        raise Conflict("this run has not come to its end")
    previewed, approved, done = (by_kind[one] for one in ("previewed", "approved", "done"))
    zone = tx.settings.zone
    row = _row(tx, str(previewed.data["series"]))
    return Run(
        reference=reference,
        previewed_by=filing.officer(previewed.actor),
        approved_by=_approved_by(tx, approved, str(previewed.data.get("follows", ""))),
        approved_at=approved.recorded_at.astimezone(zone),
        ran_at=done.recorded_at.astimezone(zone),
        schedule_version=str(previewed.data.get("schedule_sha256", ""))[:16],
        series=tuple(_outcomes(tx, previewed, done)),
        rule=_rule(tx, str(previewed.data["series"])),
        citation=row.citation if row else "",
        cutoff_on=parse_instant(previewed.data["cutoff"]).astimezone(zone).date(),
        preview_sha256=str(previewed.data.get("preview_sha256", "")),
        executed_sha256=str(done.data.get("executed_sha256", "")),
        follows=str(previewed.data.get("follows", "")),
        stands=_stands(tx, done),
        months=_months(previewed),
        sealed=str(previewed.data["series"]) in SEALED,
        holds=tuple(_holds(tx, str(previewed.data["series"]), int(done.data.get("held") or 0))),
    )


def _approved_by(tx: Transaction, approved: Event, follows: str) -> str:
    """Return who approved: of what a hold had kept, whoever approved the run that left it."""
    first = retention.get(tx.session, follows).approved_by if follows else None
    return filing.officer(first or approved.actor)


def _rule(tx: Transaction, series: str) -> str:
    row = _row(tx, series)
    if row is None:
        return f"{series}; its row of the schedule has been changed since"
    return f"{row.title}: {row.period.in_words} {SINCE[row.trigger]}, then {row.disposition}"


def _stands(tx: Transaction, done: Event) -> tuple[Stand, ...]:
    """Return what was held of the series after this run and each before it."""
    ids = evidence.events_of_kinds(tx.session, "disposition.done")
    zone = tx.settings.zone
    found = []
    for event in tx.read(ids):
        same = event.data["series"] == done.data["series"]
        rows = [pile["rows"] for pile in event.data.get("tables") or [] if "rows" in pile]
        if same and rows and event.recorded_at <= done.recorded_at:
            on = event.recorded_at.astimezone(zone).date()
            found.append(Stand(on, sum(rows), int(event.data.get("disposed") or 0)))
    return tuple(found)


def _months(previewed: Event) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for pile in previewed.data.get("tables") or []:
        found.update({str(month): int(count) for month, count in pile.get("months") or []})
    return tuple(sorted(found.items()))


def _outcomes(tx: Transaction, previewed: Event, done: Event) -> list[SeriesOutcome]:
    """Return one line for each system; what it holds in several tables is added up."""
    before = _by_system(previewed.data.get("tables") or [])
    after = _by_system(done.data.get("tables") or [])
    row = _row(tx, str(previewed.data["series"]))
    return [
        _outcome(tx, system, piles, after=after.get(system, []), row=row, event=previewed)
        for system, piles in sorted(before.items())
    ]


def _outcome(
    tx: Transaction,
    system: str,
    before: Sequence[Mapping[str, Any]],
    *,
    after: Sequence[Mapping[str, Any]],
    row: RetentionRow | None,
    event: Event,
) -> SeriesOutcome:
    searched = bool(after) and all(pile.get("searched", True) for pile in after)
    left = sum(int(pile.get("due") or 0) for pile in after)
    oldest = min((str(pile["oldest"]) for pile in before if pile.get("oldest")), default="")
    return SeriesOutcome(
        series=row.title if row else str(event.data["series"]),
        system=_system(tx, system),
        basis=row.citation if row else "",
        period=row.period.in_words if row else "",
        disposition=str(event.data.get("disposition", "")),
        due=sum(int(pile.get("due") or 0) for pile in before),
        held=sum(int(pile.get("held") or 0) for pile in before),
        excepted=sum(int(pile.get("excepted") or 0) for pile in before),
        disposed=sum(int(pile.get("disposed") or 0) for pile in after),
        failed=left if searched else 0,
        found_after=left if searched else None,
        oldest_due_on=date.fromisoformat(oldest) if oldest else None,
    )


def _by_system(piles: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for pile in piles:
        found.setdefault(str(pile["system"]), []).append(pile)
    return found


def _row(tx: Transaction, series: str) -> RetentionRow | None:
    try:
        return tx.content.series(series)
    except UnknownCode:  # the schedule that governed the run has been changed since
        return None


def _system(tx: Transaction, code: str) -> str:
    try:
        return tx.content.system(code).title
    except UnknownCode:
        return _ENGINE if code == "engine" else code


def _holds(tx: Transaction, series: str, held: int) -> list[HoldInForce]:
    """Return the holds that keep something of a series; a person's may keep of any."""
    today = filing.local_now(tx).date()
    found = [hold for hold in retention.holds(tx.session, on=today) if _touches(hold, series)]
    row = _row(tx, series)
    return [
        HoldInForce(
            hold.hold,
            row.title if row else series,
            hold.placed_at.astimezone(tx.settings.zone).date(),
            held if len(found) == 1 else None,
        )
        for hold in found
    ]


def _touches(hold: Hold, series: str) -> bool:
    return hold.scope is not HoldScope.SERIES or hold.target == series
