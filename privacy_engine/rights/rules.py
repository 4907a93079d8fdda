"""What may happen to a request, and by when it must (pure).

Every date comes from `law.deadlines`; every right's tier and clocks from the jurisdiction's data.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from privacy_engine.errors import Conflict
from privacy_engine.law import deadlines, provisions

FALLBACK_JURISDICTION = "us-ca"


class State(StrEnum):
    """Where a request stands, in the words of the Data Rights Protocol and one of our own."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    DENIED = "denied"
    REVOKED = "revoked"
    EXPIRED = "expired"


FINAL = frozenset(
    {State.FULFILLED, State.PARTIALLY_FULFILLED, State.DENIED, State.REVOKED, State.EXPIRED}
)
ANSWERED_YES = frozenset({State.FULFILLED, State.PARTIALLY_FULFILLED})
AT_ONCE = frozenset({"opt_out", "limit", "opt_in", "withdraw_consent"})
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Clock:
    """One duty with both readings of its last day, in the jurisdiction's calendar."""

    duty: str
    legal_due_on: date
    strict_due_on: date
    citation: str
    confidence: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of a request.

    Attributes:
        received_at: aware; the clocks run from its local day, whatever verification takes.
    """

    right: str
    jurisdiction: str
    received_at: datetime
    state: State = State.OPEN
    verified: bool = False
    extended: bool = False
    acting_for: str = "self"


def right_of(right: str, jurisdiction: str) -> provisions.Right:
    """Return how a jurisdiction's law treats a right; California's rules where it is silent.

    The instance promises Californian handling to everybody, so silence never means less.
    """
    return _rights(jurisdiction).get(right) or _rights(FALLBACK_JURISDICTION)[right]


@lru_cache(maxsize=64)
def _rights(jurisdiction: str) -> dict[str, provisions.Right]:
    try:
        return {item.code: item for item in provisions.rights(jurisdiction)}
    except KeyError:
        return {}


def needs_verification(right: str, jurisdiction: str) -> bool:
    """Return whether the person must be verified first; never for opt-out and limit.

    Source: 11 CCR 7026(d), 7027(e), 7060(b).
    """
    return right not in AT_ONCE and right_of(right, jurisdiction).verified


def clocks(facts: Facts) -> tuple[Clock, ...]:
    """Return the clocks of a request; the extended one stands beside the first.

    Source: 11 CCR 7021 and its like; the data of each jurisdiction names them.
    """
    right = right_of(facts.right, facts.jurisdiction)
    duties = [duty for duty in right.clocks if "APPEAL" not in duty]
    if not facts.extended:
        duties = [duty for duty in duties if not duty.endswith("-EXT")]
    return tuple(_clock(duty, facts.received_at) for duty in duties)


@lru_cache(maxsize=4_096)
def _clock(duty: str, received_at: datetime) -> Clock:
    found = deadlines.due(duty, received_at)
    return Clock(
        duty,
        found.legal_due_on,
        found.strict_due_on,
        found.citation,
        found.confidence,
        found.steps,
    )


def answer_clock(facts: Facts) -> Clock | None:
    """Return the clock by which the answer is due: the extended one once it was extended."""
    answered_by = right_of(facts.right, facts.jurisdiction).answered_by
    found = [
        clock
        for clock in clocks(facts)
        if clock.duty in answered_by or clock.duty.endswith("-EXT")
    ]
    return max(found, key=lambda clock: clock.legal_due_on, default=None)


def internal_due_on(facts: Facts, *, days: int, zone: ZoneInfo) -> date | None:
    """Return the day by which the house wants to answer, local; None where it set none.

    It is never later than the careful reading of the law, and never moves it.
    """
    answer = answer_clock(facts)
    if not days or answer is None or facts.right in AT_ONCE:
        return None
    own = facts.received_at.astimezone(zone).date() + timedelta(days=days)
    return min(own, answer.strict_due_on)


def acknowledge_clock(facts: Facts) -> Clock | None:
    """Return the clock of the acknowledgement, where the law has one."""
    return next((clock for clock in clocks(facts) if clock.duty.endswith("-ACK")), None)


def appeal_clock(right: str, jurisdiction: str, appealed_at: datetime) -> Clock | None:
    """Return the clock of an appeal against a no, where the law has appeals."""
    duties = [duty for duty in right_of(right, jurisdiction).clocks if duty.endswith("-APPEAL")]
    return _clock(duties[0], appealed_at) if duties else None


def require_open(state: State) -> None:
    """Refuse to act on a request that has ended; it never opens again.

    Its steps are settled, its letter is out, the person may be erased. What is still wanted is a
    request of its own, with clocks of its own.

    Raises:
        Conflict: naming the state.
    """
    if state in FINAL:
        ended = state.replace("_", " ")
        raise Conflict(f"the request has ended ({ended}); what is still to do is a new request")


def require_verified(facts: Facts) -> None:
    """Refuse to disclose or destroy anything before the person is verified.

    Raises:
        Conflict: verification is still to come.
    """
    if needs_verification(facts.right, facts.jurisdiction) and not facts.verified:
        raise Conflict("the person is not verified yet; nothing may be disclosed or deleted")


def require_extendable(facts: Facts, *, on: date) -> None:
    """Allow one extension, told to the person inside the first period.

    Raises:
        Conflict: there was one, the law has none, or the first period is over.

    Source: 11 CCR 7021(b).
    """
    right = right_of(facts.right, facts.jurisdiction)
    if facts.extended:
        raise Conflict("the request was extended once; the law allows no second time")
    if not any(duty.endswith("-EXT") for duty in right.clocks):
        raise Conflict("this right has no extension")
    first = answer_clock(facts)
    if first and on > first.strict_due_on:
        last = first.strict_due_on
        raise Conflict(f"the notice had to be sent by {last.day} {last:%B %Y}")
