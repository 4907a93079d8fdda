"""The facts of the request register and of the yearly figures: one gathering for both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from privacy_engine.instance.terms import RIGHTS
from privacy_engine.law import provisions
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.reports import filing, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Period, Report
from privacy_engine.reports.kinds import metrics, outside, request_register
from privacy_engine.reports.kinds.metrics import RightMetrics
from privacy_engine.reports.kinds.outside import Outside
from privacy_engine.reports.kinds.request_register import RegisteredRequest
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import Filter, Request
from privacy_engine.rights.rules import State
from privacy_engine.transaction import Transaction

RECEIVED = "request.received"
NATURES: Mapping[str, str] = {
    "know:specific": "Know (specific)",
    "know:categories": "Know (categories)",
    "delete": "Delete",
    "correct": "Correct",
    "opt_out": "Opt out",
    "limit": "Limit",
    "opt_in": "Opt in",
    "withdraw_consent": "Withdraw consent",
}
_MANNERS = {
    "form": "web form",
    "api": "through a site",
    "email": "e-mail",
    "phone": "telephone",
    "mail": "post",
    "store": "in person",
    "drp": "authorised agent's service",
}
_RESPONSES = {
    State.FULFILLED: "complied",
    State.PARTIALLY_FULFILLED: "complied in part",
    State.DENIED: "denied",
    State.REVOKED: "taken back",
    State.EXPIRED: "denied: not verified",
}
# What the law wants figures of (11 CCR 7102(a)(1)), in this order, even where there is none.
_COUNTED = ("know:specific", "know:categories", "delete", "correct", "opt_out", "limit")
_UNVERIFIABLE = frozenset({"insuf_verification", "no_match", "suspected_fraud"})
_CHUNK = 400


@dataclass(frozen=True)
class Gathered:
    """Every request that the log holds in a stretch: those of the period, and the others."""

    requests: tuple[Request, ...]
    outside: tuple[Outside, ...]
    stretch: stretch.Stretch


def request_register_report(tx: Transaction, ask: Ask) -> Report:
    """Return the register of the requests received in a period; of all of them without one.

    Raises:
        InvalidInput: the days asked about make no period.

    Source: 11 CCR 7101(b).
    """
    gathered = gather(tx, ask)
    today = filing.local_now(tx).date()
    rows = [_registered(tx, one, today=today) for one in gathered.requests]
    drawn = _drawn(tx, gathered, kind=request_register.KIND, listed_in="requests")
    return request_register.build(rows, drawn, outside=gathered.outside)


def metrics_report(tx: Transaction, ask: Ask) -> Report:
    """Return the yearly figures; of the last calendar year where no days are asked about.

    Raises:
        InvalidInput: the days asked about make no period.

    Source: 11 CCR 7102(a).
    """
    if ask.first_on is None:
        year = filing.local_now(tx).year - 1
        ask = Ask(first_on=date(year, 1, 1), last_on=date(year, 12, 31), site=ask.site)
    gathered = gather(tx, ask)
    drawn = _drawn(tx, gathered, kind=metrics.KIND, listed_in="metrics.received")
    figures = [
        _figures(tx, right, [one for one in gathered.requests if one.right == right])
        for right in RIGHTS
        if right in _COUNTED or any(one.right == right for one in gathered.requests)
    ]
    return metrics.build(figures, drawn, everyone=True, outside=gathered.outside)


def gather(tx: Transaction, ask: Ask) -> Gathered:
    """Return every request of a stretch of the log, each either in the period or outside it."""
    found = stretch.read(tx, RECEIVED, ask)
    known = _registered_requests(tx, found.events)
    inside: list[Request] = []
    beside: list[Outside] = []
    for event in found.events:
        on = _local_day(tx, _received_at(event))
        request = known.get(str(event.data.get("case")))
        if request is None:
            beside.append(Outside("Record destroyed at the end of its retention", on))
        elif found.is_outside(on):
            beside.append(Outside(f"Request {request.reference}", on))
        else:
            inside.append(request)
    return Gathered(tuple(inside), tuple(beside), found)


def _registered_requests(tx: Transaction, events: Iterable[Event]) -> dict[str, Request]:
    references = [str(event.data["case"]) for event in events if "case" in event.data]
    found: dict[str, Request] = {}
    for start in range(0, len(references), _CHUNK):
        chunk = tuple(references[start : start + _CHUNK])
        for request in register.search(tx.session, Filter(references=chunk), limit=len(chunk)):
            found[request.reference] = request
    return found


def _received_at(event: Event) -> datetime:
    stated = event.data.get("received_at")
    return parse_instant(str(stated)) if stated else event.recorded_at


def _local_day(tx: Transaction, at: datetime) -> date:
    return at.astimezone(tx.settings.zone).date()


def _drawn(tx: Transaction, gathered: Gathered, *, kind: str, listed_in: str) -> Drawn:
    found = gathered.stretch
    population = stretch.population(
        tx,
        found,
        count=len(found.events),
        unit="request",
        listed_in=(listed_in, *outside.keys(gathered.outside)),
        outside=len(gathered.outside),
    )
    about = f"{found.site}:{found.period}"
    return Drawn(
        number=filing.dated_number(tx, kind, about),
        generated_at=filing.local_now(tx),
        site=found.site or tx.settings.instance.name,
        population=population,
        period=_period(tx, found.period),
    )


def _period(tx: Transaction, period: Period | None) -> Period:
    if period is not None:
        return period
    today = filing.local_now(tx).date()
    opened = tx.read(stretch.opening(tx))
    return Period(_local_day(tx, opened[0].recorded_at) if opened else today, today)


# One request -----------------------------------------------------------------------------


def _registered(tx: Transaction, request: Request, *, today: date) -> RegisteredRequest:
    answered_on = _local_day(tx, request.ended_at) if request.ended_at else None
    return RegisteredRequest(
        reference=request.reference,
        received_on=_local_day(tx, request.received_at),
        nature=NATURES.get(request.right, request.right),
        manner=_MANNERS.get(request.channel, request.channel),
        due_on=request.legal_due_on,
        answered_on=answered_on,
        response=_RESPONSES.get(request.state, ""),
        denial_basis=_denial_basis(request),
        extended=request.extended_at is not None,
        acknowledged_in_time=_acknowledged(tx, request, today=today),
    )


def _denial_basis(request: Request) -> str:
    if request.state is State.EXPIRED:
        return "not verified in time"
    if request.state not in {State.DENIED, State.PARTIALLY_FULFILLED}:
        return ""
    words = _grounds(request.jurisdiction).get(request.ground or "", request.ground or "")
    if not words:
        return "records kept on a stated ground"
    return f"{words} ({request.citation})" if request.citation else words


def _grounds(jurisdiction: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for place in (rules.FALLBACK_JURISDICTION, jurisdiction):
        try:
            reasons = provisions.denial_reasons(place)
            grounds = provisions.grounds(place)
        except KeyError:
            continue
        found |= {item.code: item.title for item in (*reasons, *grounds)}
    return found


def _acknowledged(tx: Transaction, request: Request, *, today: date) -> bool | None:
    """Return whether receipt was confirmed by its last day; None while that day is to come."""
    clock = rules.acknowledge_clock(request.facts)
    if clock is None:
        return None
    if request.acknowledged_at is not None:
        return _local_day(tx, request.acknowledged_at) <= clock.legal_due_on
    if request.ended_at is not None:  # an answer within the days of the receipt is one
        return _local_day(tx, request.ended_at) <= clock.legal_due_on
    return False if today > clock.legal_due_on else None


# The yearly figures ----------------------------------------------------------------------


def _figures(tx: Transaction, right: str, requests: list[Request]) -> RightMetrics:
    def in_state(*states: State) -> list[Request]:
        return [one for one in requests if one.state in states]

    denied = in_state(State.DENIED, State.EXPIRED)
    answered = in_state(State.FULFILLED, State.PARTIALLY_FULFILLED, State.DENIED)
    unverifiable = [
        one for one in denied if one.state is State.EXPIRED or one.ground in _UNVERIFIABLE
    ]
    elsewhere = [one for one in denied if one.ground == "outside_jurisdiction"]
    exempt = [one for one in denied if _is_exempt(one)]
    return RightMetrics(
        right=NATURES[right],
        received=len(requests),
        complied=len(in_state(State.FULFILLED)),
        complied_in_part=len(in_state(State.PARTIALLY_FULFILLED)),
        denied=len(denied),
        days=tuple(
            (_local_day(tx, one.ended_at) - _local_day(tx, one.received_at)).days
            for one in answered
            if one.ended_at
        ),
        withdrawn=len(in_state(State.REVOKED)),
        denied_unverifiable=len(unverifiable),
        denied_not_consumer=len(elsewhere),
        denied_exempt=len(exempt),
        denied_other=len(denied) - len(unverifiable) - len(elsewhere) - len(exempt),
    )


def _is_exempt(request: Request) -> bool:
    """Return whether a denial rests on data that the law excepts."""
    if request.ground == "claim_not_covered":
        return True
    try:
        grounds = provisions.grounds(request.jurisdiction)
    except KeyError:
        grounds = provisions.grounds(rules.FALLBACK_JURISDICTION)
    return request.ground in {item.code for item in grounds}
