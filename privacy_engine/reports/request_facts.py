"""The facts of the request register and of the yearly figures: one gathering for both."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache

from privacy_engine.instance.terms import RIGHTS
from privacy_engine.law import provisions
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.reports import filing, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Period, Report
from privacy_engine.reports.kinds import metrics, request_register
from privacy_engine.reports.kinds.metrics import Among, RightMetrics
from privacy_engine.reports.kinds.outside import Beside, Outside
from privacy_engine.reports.kinds.request_register import RegisteredRequest
from privacy_engine.rights import afterwards, received, rules
from privacy_engine.rights.received import Between
from privacy_engine.rights.register import Request
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
_DENIED = frozenset({State.DENIED, State.EXPIRED})
_ANSWERED = _DENIED | {State.FULFILLED, State.PARTIALLY_FULFILLED}


def request_register_report(tx: Transaction, ask: Ask) -> Report:
    """Return the register of the requests received in a period; of all of them without one.

    Raises:
        InvalidInput: the days asked about make no period.

    Source: 11 CCR 7101(b).
    """
    held, today = _Held(tx, ask), filing.local_now(tx).date()
    gathered = request_register.gather(
        (_registered(tx, one, today=today) for one in held.requests()),
        today=today,
        folder=tx.settings.exports_directory,
    )
    drawn = _drawn(tx, held, gathered.received, kind=request_register.KIND, listed_in="requests")
    return request_register.build(gathered, drawn, outside=held.beside.tables)


def metrics_report(tx: Transaction, ask: Ask) -> Report:
    """Return the yearly figures; of the last calendar year where no days are asked about.

    Raises:
        InvalidInput: the days asked about make no period.

    Source: 11 CCR 7102(a).
    """
    if ask.first_on is None:
        year = filing.local_now(tx).year - 1
        ask = Ask(first_on=date(year, 1, 1), last_on=date(year, 12, 31), site=ask.site)
    held = _Held(tx, ask)
    found: dict[str, _Figures] = {right: _Figures() for right in _COUNTED}
    among = Among()
    for one in held.requests():
        found.setdefault(one.right, _Figures()).count(tx, one)
        among.continued += one.follows is not None
        among.repeated += one.duplicate_of is not None and one.follows is None
        among.no_request += _is_spam(one)
    rows = [found[right].of(NATURES[right]) for right in RIGHTS if right in found]
    received = sum(one.received for one in rows)
    drawn = _drawn(tx, held, received, kind=metrics.KIND, listed_in="metrics.received")
    return metrics.build(rows, drawn, among, outside=held.beside.tables)


class _Held:
    """Every request of a stretch of the log, each either in the period or in `beside`."""

    def __init__(self, tx: Transaction, ask: Ask) -> None:
        self._tx = tx
        self.bounds = stretch.between(tx, RECEIVED, ask)
        self.beside = Beside(folder=tx.settings.exports_directory)

    def requests(self) -> Iterator[Request]:
        """Give those of the period, oldest first; read to the end, `beside` has all others."""
        tx, bounds = self._tx, self.bounds
        between = Between(bounds.after, bounds.before, bounds.site)
        for event in received.without_record(tx, between):
            self.beside.add(
                Outside(
                    "Record destroyed at the end of its retention",
                    _local_day(tx, _received_at(event)),
                )
            )
        for request in received.each(tx.session, between):
            on = _local_day(tx, request.received_at)
            if bounds.is_outside(on):
                self.beside.add(Outside(f"Request {request.reference}", on))
            else:
                yield request

    def drills(self) -> int:
        """Return how many of the stretch are of people whom drills invented; never listed."""
        bounds = self.bounds
        return received.drills(self._tx.session, Between(bounds.after, bounds.before, bounds.site))


def _received_at(event: Event) -> datetime:
    stated = event.data.get("received_at")
    return parse_instant(str(stated)) if stated else event.recorded_at


def _local_day(tx: Transaction, at: datetime) -> date:
    return at.astimezone(tx.settings.zone).date()


def _drawn(tx: Transaction, held: _Held, count: int, *, kind: str, listed_in: str) -> Drawn:
    found, beside = held.bounds, held.beside
    population = stretch.population(
        tx,
        found,
        count=count + beside.count,
        unit="request",
        listed_in=(listed_in, *beside.keys),
        outside=beside.count,
    )
    about = f"{found.site}:{found.period}"
    return Drawn(
        number=filing.dated_number(tx, kind, about),
        generated_at=filing.local_now(tx),
        site=found.site or tx.settings.instance.name,
        population=replace(population, drills=held.drills()),
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
    clock = rules.answer_clock(request.facts)
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
        citation=clock.citation if clock else "",
        taken_back=request.state is State.REVOKED,
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


@lru_cache(maxsize=64)
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


@dataclass
class _Figures:
    """What is counted of one right, request by request."""

    states: Counter[State] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)
    unverifiable: int = 0
    not_consumer: int = 0
    exempt: int = 0
    no_request: int = 0

    def count(self, tx: Transaction, one: Request) -> None:
        self.states[one.state] += 1
        if one.state in _ANSWERED and one.ended_at:
            spent = _local_day(tx, one.ended_at) - _local_day(tx, one.received_at)
            self.days.append(spent.days)
        if one.state in _DENIED:
            self.unverifiable += one.state is State.EXPIRED or one.ground in _UNVERIFIABLE
            self.not_consumer += one.ground == "outside_jurisdiction"
            self.exempt += _is_exempt(one)
            self.no_request += _is_spam(one)

    def of(self, title: str) -> RightMetrics:
        denied = sum(self.states[state] for state in _DENIED)
        told = self.unverifiable + self.not_consumer + self.exempt + self.no_request
        return RightMetrics(
            right=title,
            received=self.states.total(),
            complied=self.states[State.FULFILLED],
            complied_in_part=self.states[State.PARTIALLY_FULFILLED],
            denied=denied,
            days=tuple(self.days),
            withdrawn=self.states[State.REVOKED],
            denied_unverifiable=self.unverifiable,
            denied_not_consumer=self.not_consumer,
            denied_exempt=self.exempt,
            denied_no_request=self.no_request,
            denied_other=denied - told,
        )


def _is_spam(request: Request) -> bool:
    return request.ground == afterwards.SPAM


def _is_exempt(request: Request) -> bool:
    """Return whether a denial rests on data that the law excepts."""
    if request.ground == "claim_not_covered":
        return True
    try:
        grounds = provisions.grounds(request.jurisdiction)
    except KeyError:
        grounds = provisions.grounds(rules.FALLBACK_JURISDICTION)
    return request.ground in {item.code for item in grounds}
