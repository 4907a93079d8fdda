"""What an officer may do beside and after an answer: doubt, set aside, reopen, hear an appeal."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from flask import request

from privacy_engine.console import posting
from privacy_engine.console.act_forms import Typed, Unfinished, mark_of
from privacy_engine.console.desk import Desk
from privacy_engine.errors import Conflict
from privacy_engine.rights import actions as rights
from privacy_engine.rights import afterwards, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import admitting, request_papers


def _suspect(desk: Desk, request: Request, typed: Typed) -> str:
    reason = needed(typed, "reason", "Say what makes you doubt that it is them.")
    desk.act(lambda tx: rights.suspect(tx, request.reference, reason=reason))
    return "Noted. Nothing is shown or deleted until you have verified them again, and higher."


def _set_aside(desk: Desk, request: Request, typed: Typed) -> str:
    reason = needed(typed, "reason", "Say by what you know that nobody asks here.")
    desk.act(lambda tx: afterwards.set_aside(tx, request.reference, reason=reason))
    return "Set aside, without a letter. It stays on record and can go on anew."


def _reopen(desk: Desk, request: Request, typed: Typed) -> str:
    reason = needed(typed, "reason", "Say why it goes on; this is on record.")
    made = desk.act(
        lambda tx: afterwards.follow(tx, request.reference, why=afterwards.REOPENED, reason=reason)
    )
    return f"It goes on as {made.reference}, with the clock of this one."


def _appeal(desk: Desk, request: Request, typed: Typed) -> str:
    text = needed(typed, "text", "Write down what they say.")
    at = _received_at(desk, typed.get("received_on", ""))
    desk.act(lambda tx: afterwards.appeal(tx, request.reference, text=text, received_at=at))
    return "The appeal is written down, and its clock runs."


def _received_at(desk: Desk, text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfinished({"received_on": "Give the day on which it reached us."}) from None
    if day == desk.today:
        return desk.now
    # The hour is not known; noon lies after the answer of that morning and before the night.
    return datetime.combine(day, time(12), tzinfo=desk.engine.settings.zone)


def _decide_appeal(desk: Desk, request: Request, typed: Typed) -> str:
    outcome = typed.get("outcome", "")
    if outcome not in {afterwards.UPHELD, afterwards.REVERSED}:
        raise Unfinished({"outcome": "Say what came of it."})
    reason = needed(typed, "explanation", "Say in plain words why; they read this.")
    clock = rules.appeal_clock(
        request.right, request.jurisdiction, request.appealed_at or desk.now
    )
    words = {
        "outcome": afterwards.in_words(outcome, request.language),
        "reason": reason,
        "citation": clock.citation if clock else "",
    }
    with desk.engine.reading() as tx:
        letter = posting.from_template(tx, request, "appeal-decided", words=words)
    if typed.get("seen") != mark_of(letter):
        raise Unfinished(letter=letter)

    def decide(tx: Transaction) -> None:
        afterwards.decide_appeal(tx, request.reference, outcome=outcome, reason=reason)

    return f"Decided. {posting.send(desk, request, letter, first=decide)}"


def _read(desk: Desk, request: Request, typed: Typed) -> str:
    del typed
    desk.act(lambda tx: afterwards.mark_read(tx, request.reference))
    return "Marked as read."


def _admit(desk: Desk, request: Request, typed: Typed) -> str:
    chosen = typed.get("owner", "")
    reason = needed(typed, "reason", "Say how you know that this is the same person.")
    with desk.engine.reading() as tx:
        known = {item.subject_id for item in admitting.left_out(tx, request)}
    if chosen not in known:
        raise Conflict("There is nothing of this kind to let in (any more).")
    desk.act(lambda tx: admitting.admit(tx, request, subject_id=chosen, reason=reason))
    return "It counts for this request from now on; systems are searched by it too."


def _paper(desk: Desk, found: Request, typed: Typed) -> str:
    sent = request.files.get("paper")
    content = sent.stream.read(request_papers.MOST_BYTES + 1) if sent and sent.filename else b""
    kind = typed.get("kind", "")
    faults = request_papers.faults(found, kind=kind, content=content)
    if faults:
        raise Unfinished(faults)
    desk.act(lambda tx: request_papers.keep(tx, found.reference, kind=kind, content=content))
    return "The paper is on file, sealed; it leaves with the record of this request."


def needed(typed: Typed, name: str, otherwise: str) -> str:
    """Return what was typed into a field that must not be empty.

    Raises:
        Unfinished: it is empty; `otherwise` says what to do.
    """
    text = typed.get(name, "").strip()
    if not text:
        raise Unfinished({name: otherwise})
    return text


DOERS: Mapping[str, Callable[[Desk, Request, Typed], str]] = {
    "suspect": _suspect,
    "set_aside": _set_aside,
    "reopen": _reopen,
    "appeal": _appeal,
    "decide_appeal": _decide_appeal,
    "read": _read,
    "admit": _admit,
    "paper": _paper,
}
