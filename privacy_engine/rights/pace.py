"""How fast this instance works: its own past and its backlog, as a forecast needs them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from privacy_engine.law import calendars, clauses
from privacy_engine.log.event import DRILL_SITE
from privacy_engine.rights import forecast, rules
from privacy_engine.rights.forecast import History, Outlook, Scenario, Waiting
from privacy_engine.rights.register import OPEN_STATES, Request, get
from privacy_engine.rights.rules import AT_ONCE
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction

LOOK_BACK = timedelta(days=180)
_MOST_PAST = 20_000
_MOST_OPEN = 20_000
_MOST_HELPERS = 20
_MOST_WAVE = 5_000


@dataclass(frozen=True)
class Forecast:
    """What is to be expected; `outlooks` is empty while the past says too little."""

    history: History
    waiting: int
    not_ready: int
    outlooks: tuple[Outlook, ...]
    last_days: dict[str, date]


def draw(tx: Transaction, *, helpers: int = 1, wave: int = 0) -> Forecast:
    """Return the forecast: as it is, with helpers, with every lawful extension, with both."""
    today = tx.now.astimezone(tx.settings.zone).date()
    past = history(tx, today)
    open_ = waiting(tx, today)
    helpers = max(0, min(helpers, _MOST_HELPERS))
    wave = max(0, min(wave, _MOST_WAVE))
    scenarios = (
        Scenario("as it is", wave=wave),
        Scenario("with help", helpers, wave=wave),
        Scenario("with extensions", extend=True, wave=wave),
        Scenario("with both", helpers, extend=True, wave=wave),
    )
    enough = past.answers >= forecast.LEAST_ANSWERS
    works = _business_days(tx)
    return Forecast(
        past,
        len(open_),
        sum(not item.ready for item in open_),
        tuple(
            forecast.simulate(open_, past, scenario, today=today, is_business_day=works)
            for scenario in scenarios
        )
        if enough and open_
        else (),
        {item.reference: item.due_on for item in open_},
    )


def history(tx: Transaction, today: date) -> History:
    """Return the last half year, or what there is of it, up to yesterday."""
    zone, works = tx.settings.zone, _business_days(tx)
    rows = _past(tx, tx.now - LOOK_BACK)
    decided = [(row.decided_at.astimezone(zone).date(), row) for row in rows if row.decided_at]
    came = Counter(row.received_at.astimezone(zone).date() for row in rows)
    first = max(min([day for day, _ in decided] or [today]), today - LOOK_BACK)
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    per_day = Counter(day for day, _ in decided)
    return History(
        first_on=first,
        last_on=today - timedelta(days=1),
        decisions=_on_business_days(days, per_day, works),
        arrivals=tuple(came[day] for day in days),
        confirmed_after=_days(rows, "received_at", "verified_at"),
        answered_after=_days(rows, "decided_at", "ended_at"),
        people=max(1, len({row.decided_by for day, row in decided if row.decided_by})),
        period_days=_period(tx, today),
    )


def _on_business_days(
    days: Sequence[date], per_day: Mapping[date, int], works: Callable[[date], bool]
) -> tuple[int, ...]:
    """Return the decisions of each business day; what was done on a Sunday counts for the last."""
    found: list[int] = []
    early = 0
    for day in days:
        if works(day):
            found.append(per_day.get(day, 0) + early)
            early = 0
        elif found:
            found[-1] += per_day.get(day, 0)
        else:
            early += per_day.get(day, 0)
    return tuple(found) if found or not early else (early,)


def _past(tx: Transaction, since: datetime) -> Sequence[Any]:
    row = RequestRow
    statement = (
        select(  # type: ignore[call-overload]
            row.received_at, row.verified_at, row.decided_at, row.ended_at, row.decided_by
        )
        .where(
            or_(col(row.received_at) >= since, col(row.decided_at) >= since),
            col(row.site) != DRILL_SITE,  # nobody decides on people whom a drill invented
            col(row.right_code).not_in(tuple(AT_ONCE)),
        )
        .order_by(col(row.received_at).desc())
        .limit(_MOST_PAST)
    )
    return list(tx.session.execute(statement).all())


def _days(rows: Sequence[Any], first: str, then: str) -> tuple[int, ...]:
    pairs = ((getattr(row, first), getattr(row, then)) for row in rows)
    return tuple(sorted(max(0, (end - start).days) for start, end in pairs if start and end))


def _period(tx: Transaction, today: date) -> int:
    facts = rules.Facts("delete", tx.settings.instance.jurisdiction, tx.now)
    clock = rules.answer_clock(facts)
    return (clock.legal_due_on - today).days if clock else 45


def waiting(tx: Transaction, today: date) -> list[Waiting]:
    """Return the open requests that somebody has to decide on, by the law's last day."""
    statement = (
        select(RequestRow)
        .where(
            col(RequestRow.state).in_(OPEN_STATES),
            col(RequestRow.site) != DRILL_SITE,
            col(RequestRow.decision).is_(None),
            col(RequestRow.right_code).not_in(tuple(AT_ONCE)),
            col(RequestRow.legal_due_on).is_not(None),
        )
        .order_by(col(RequestRow.legal_due_on), col(RequestRow.reference))
        .limit(_MOST_OPEN)
    )
    # The rows stay in the session while they are held here: none is asked for by itself.
    rows = list(tx.session.execute(statement).scalars())
    return [_as_waiting(get(tx.session, row.reference), today) for row in rows]


def _as_waiting(item: Request, today: date) -> Waiting:
    due_on = item.legal_due_on or today
    return Waiting(item.reference, due_on, _extended(item, today), ready=not item.unverified)


def _extended(item: Request, today: date) -> date | None:
    """Return the last day if the answer were extended now, or None where it lawfully cannot be."""
    if item.extended_at is not None or (item.legal_due_on and today > item.legal_due_on):
        return None
    later = rules.answer_clock(replace(item.facts, extended=True))
    return later.legal_due_on if later and later.legal_due_on != item.legal_due_on else None


def _business_days(tx: Transaction) -> Callable[[date], bool]:
    where = clauses.jurisdiction(tx.settings.instance.jurisdiction)
    return lambda day: calendars.is_business_day(day, calendar=where.calendar)
