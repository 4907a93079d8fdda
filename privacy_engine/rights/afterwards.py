"""What goes on around an answer: words both ways, an appeal, and what follows an ended request.

A request that has ended never opens again: its steps are settled and its letter is out. What is
still to do is a new request that names the old one and keeps its moment of receipt, so that no
clock starts anew.
"""

from datetime import datetime

from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.log.event import Trust, identifiers_from_data, instant
from privacy_engine.rights import actions, register, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import State
from privacy_engine.transaction import Transaction

REOPENED, APPEAL, INSTEAD = "reopened", "appeal", "instead"
SPAM = "spam"
UPHELD, REVERSED = "upheld", "reversed"
LONGEST_TEXT = 10_000
_MOST_UNREAD = 50
_REFUSED = frozenset({State.DENIED, State.PARTIALLY_FULFILLED})
_COPIED = (
    "name",
    "agent",
    "details",
    "corrections",
    "window",
    "purposes",
    "language",
    "jurisdiction",
    "channel",
    "for",
)


_OUTCOMES = {
    "en": {
        UPHELD: "our answer stays as it is.",
        REVERSED: "our answer was wrong; we do what you asked now, in a request of its own.",
    },
    "es": {
        UPHELD: "nuestra respuesta sigue igual.",
        REVERSED: "nuestra respuesta era errónea; ahora hacemos lo que pidió, en otra solicitud.",
    },
}


def follow(
    tx: Transaction,
    reference: str,
    *,
    why: str,
    right: str = "",
    reason: str = "",
    received_at: datetime | None = None,
) -> Request:
    """Let an ended request go on in a new one, and return that; once only.

    What the person had shown carries over; where it is not enough for the new right, they are
    asked again. The clock is the old one unless `received_at` (aware) names a later beginning.

    Raises:
        Conflict: it has not ended, goes on already, or the person was erased.
    """
    tx.lock(reference)
    old = register.get(tx.session, reference)
    _require_end(old)
    event = tx.event(old.received_event)
    said = {name: event.data[name] for name in _COPIED if event.data.get(name)}
    fresh = tx.append(
        "request.received",
        {
            **said,
            "right": right or old.right,
            "received_at": instant(received_at or old.received_at),
            "follows": reference,
            "why": why,
        },
        subject=identifiers_from_data(event.data.get("subject", ())),
        site=old.site,
        trust=Trust(event.trust),
    )
    new = str(fresh.data["case"])
    _append(tx, old, "request.reopened", follow=new, outcome=why, reason=reason)
    carried = _carried(old)
    if carried:
        actions.give_evidence(tx, new, carried, method="carried")
    return register.get(tx.session, new)


def _require_end(old: Request) -> None:
    if not old.ended:
        raise Conflict("this request is still open; work on it")
    if old.followed_by:
        raise Conflict(f"this goes on in {old.followed_by} already")
    if old.subject_id is None:
        raise Conflict("the person was erased; nothing is left that could go on")


def _carried(old: Request) -> frozenset[str]:
    if old.suspected_at is not None:
        return frozenset()
    # Before evidence was kept as codes, only the method was.
    return old.given or verification.evidence_of(old.verified_by or "")


def set_aside(tx: Transaction, reference: str, *, reason: str) -> None:
    """End what nobody asked for, such as an advertisement; the evidence stays, no letter goes out.

    Raises:
        InvalidInput: no reason.
        Conflict: it has ended.
    """
    if not reason.strip():
        raise InvalidInput("say by what you know that nobody asks here")
    tx.lock(reference)
    rules.require_open(register.get(tx.session, reference).state)
    actions.end(tx, reference, as_="denied", clause=SPAM, reason=reason.strip())


def write_to_us(tx: Transaction, reference: str, *, text: str, channel: str = "portal") -> None:
    """Keep what the person wrote about their request, open or ended; officers see it is unread.

    Raises:
        InvalidInput: it is empty or too long.
        Conflict: very much is unread already.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    written = text.strip()
    if not written:
        raise InvalidInput("the message is empty")
    if len(written) > LONGEST_TEXT:
        raise InvalidInput(f"a message has at most {LONGEST_TEXT:,} characters")
    if request.unread >= _MOST_UNREAD or request.subject_id is None:
        raise Conflict("we cannot take more messages here now; please answer our letter")
    _append(tx, request, "request.message_received", text=written, channel=channel)


def mark_read(tx: Transaction, reference: str) -> None:
    """Note that somebody of the staff read what the person wrote."""
    tx.lock(reference)
    request = register.get(tx.session, reference)
    if request.unread:
        _append(tx, request, "request.message_read")


def may_appeal(request: Request, *, now: datetime) -> bool:
    """Return whether the law lets the person have a no looked at again, and they have not yet."""
    clock = rules.appeal_clock(request.right, request.jurisdiction, now)
    refused = request.state in _REFUSED and request.ground != SPAM
    return clock is not None and refused and request.appealed_at is None


def appeal(
    tx: Transaction, reference: str, *, text: str, received_at: datetime | None = None
) -> Request:
    """Take an appeal against a no; its own clock runs from its receipt (aware; now if absent).

    Raises:
        InvalidInput: it lies in the future, before the answer, or is too long.
        Conflict: the law has none here, nothing was refused, or there was one.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    at = received_at or tx.now
    if at > tx.now or (request.ended_at and at < request.ended_at):
        raise InvalidInput("an appeal comes after the answer and not in the future")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"an appeal has at most {LONGEST_TEXT:,} characters")
    if not may_appeal(request, now=at):
        raise Conflict("there is no answer here against which the law has an appeal")
    words = {"note": text.strip()[:4_000]} if text.strip() else {}
    _append(tx, request, "request.appealed", received_at=instant(at), **words)
    return register.get(tx.session, reference)


def decide_appeal(tx: Transaction, reference: str, *, outcome: str, reason: str) -> Request | None:
    """Decide an appeal, `upheld` or `reversed`; return the request in which a reversed no goes on.

    Raises:
        InvalidInput: another outcome, or no reason.
        Conflict: nothing waits to be decided.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    if outcome not in {UPHELD, REVERSED} or not reason.strip():
        raise InvalidInput("an appeal is upheld or reversed, and the person is told why")
    if request.appealed_at is None or request.appeal_outcome:
        raise Conflict("no appeal waits to be decided here")
    _append(tx, request, "request.appeal_decided", outcome=outcome, reason=reason.strip())
    if outcome == UPHELD:
        return None
    return follow(tx, reference, why=APPEAL, reason=reason, received_at=request.appealed_at)


def in_words(outcome: str, language: str) -> str:
    """Return what came of an appeal, in a letter's language."""
    words = _OUTCOMES.get(language[:2], _OUTCOMES["en"])
    return words[outcome]


def _append(tx: Transaction, request: Request, kind: str, **data: str) -> None:
    filled = {name: value for name, value in data.items() if value}
    tx.append(
        kind,
        {"case": request.reference, **filled},
        subject_id=request.subject_id,
        case=request.reference,
    )
