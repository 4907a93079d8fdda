"""What can be done with a request: each verb decides, then appends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from privacy_engine.errors import Conflict, FieldError, InvalidInput
from privacy_engine.identifiers import reference as new_reference
from privacy_engine.log.event import Draft, Identifier, Trust, instant, parse_instant
from privacy_engine.rights import register, rules, verification, windows
from privacy_engine.rights.register import Filter, Request
from privacy_engine.transaction import Role, Transaction

FUTURE_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Intake:
    """A request as somebody made it, checked for shape but not yet for sense.

    Attributes:
        received_at: aware; may lie in the past (post, phone); now when None.
        origin: the sender's (source, id), so that a repeat is the same request.
        verified_by: how the sender already verified the person, by the tier that the right
            needs; empty when that is still to be done.
    """

    right: str
    subject: tuple[Identifier, ...]
    jurisdiction: str = ""
    channel: str = "form"
    acting_for: str = "self"
    name: str = ""
    details: str = ""
    agent: Mapping[str, Any] = field(default_factory=dict)
    corrections: Mapping[str, Any] = field(default_factory=dict)
    window: Any = None
    purposes: tuple[str, ...] = ()
    language: str = ""
    received_at: datetime | None = None
    site: str = "portal"
    trust: Trust = Trust.ENGINE
    origin: tuple[str, str] | None = None


def receive(tx: Transaction, intake: Intake) -> Request:
    """Take a request; the same (source, id) again gives the same request.

    Raises:
        InvalidInput: it was received in the future, or names nobody.
        EventConflict: the same (source, id) with other content.
    """
    if not intake.subject:
        raise InvalidInput("the request names no person: give an e-mail address or an account")
    optional = {
        "name": intake.name,
        "details": intake.details,
        "agent": dict(intake.agent),
        "corrections": dict(intake.corrections),
        "window": intake.window,
        "purposes": list(intake.purposes),
        "language": intake.language,
        "jurisdiction": intake.jurisdiction,
        "received_at": instant(intake.received_at) if intake.received_at else None,
    }
    data = {
        "right": intake.right,
        "channel": intake.channel,
        "for": intake.acting_for,
        **{name: value for name, value in optional.items() if value},
    }
    # What a stranger types into the public form joins nobody: whoever wrote their own address and
    # another's telephone would otherwise delete the other's data, and read it.
    claimed = tx.actor.role is Role.SUBJECT
    event = tx.append(
        "request.received",
        data,
        subject=intake.subject,
        site=intake.site,
        trust=Trust.BROWSER if claimed else intake.trust,
        origin=intake.origin,
    )
    return register.get(tx.session, str(event.data["case"]))


def complete(tx: Transaction, draft: Draft) -> Draft:
    """Add to a reported request what the engine decides: reference, law, workflow, receipt.

    Raises:
        InvalidInput: it was received in the future, or asks about it.
        UnknownCode: no workflow serves this right.
    """
    if draft.case_id:
        return draft
    data = dict(draft.data)
    jurisdiction = str(data.get("jurisdiction") or tx.settings.instance.jurisdiction)
    received_at = _received_at(tx, data.get("received_at") or draft.occurred_at)
    windows.require_begun(data.get("window"), now=tx.now)
    earlier = _open_twin(tx, draft)
    reference = new_reference()
    data |= {
        "case": reference,
        "jurisdiction": jurisdiction,
        "channel": data.get("channel") or "api",
        "for": data.get("for") or "self",
        "language": data.get("language") or tx.settings.instance.language,
        "received_at": instant(received_at),
        "workflow": tx.content.workflow_for(str(data["right"]), jurisdiction).code,
    }
    if earlier:
        data["duplicate_of"] = earlier
    return replace(draft, data=data, said=draft.data, case_id=reference)


def _received_at(tx: Transaction, given: object) -> datetime:
    if given is None:
        return tx.now
    moment = parse_instant(given) if isinstance(given, str) else given
    if not isinstance(moment, datetime) or moment > tx.now + FUTURE_TOLERANCE:
        fault = FieldError("/received_at", "lies in the future, or is no time")
        raise InvalidInput("received_at lies in the future", errors=[fault])
    return min(moment, tx.now)


def _open_twin(tx: Transaction, draft: Draft) -> str | None:
    subject_id = draft.subject_id or tx.find_subject(draft.subject, site=draft.site)
    if subject_id is None:
        return None
    same = [
        item
        for item in register.of_subjects(tx.session, tx.person(subject_id))
        if item.right == draft.data["right"] and not item.ended
    ]
    return min((item.duplicate_of or item.reference for item in same), default=None)


def acknowledge(tx: Transaction, reference: str) -> None:
    """Record that receipt was confirmed to the person."""
    request = _open(tx, reference)
    if request.acknowledged_at is None:
        _append(tx, request, "request.acknowledged")


def verification_sent(tx: Transaction, reference: str, *, method: str) -> None:
    """Record that the person was asked to confirm."""
    _append(tx, _open(tx, reference), "request.verification_sent", method=method)


def verify(tx: Transaction, reference: str, *, method: str) -> Request:
    """Record what a method shows of who asks; with enough of it the person is verified, once.

    `email_link` (the link in our letter), `reauthentication` (the site's own sign-in, made again),
    `officer:name+phone+declaration` (what a person of the staff compared).

    Raises:
        Conflict: the request has ended, or too many attempts failed.
    """
    return give_evidence(tx, reference, verification.evidence_of(method), method=method)


def give_evidence(
    tx: Transaction, reference: str, evidence: Iterable[str], *, method: str
) -> Request:
    """Add to what shows who asks, and verify the person as soon as nothing is lacking.

    Raises:
        Conflict: the request has ended, or too many attempts failed; an officer may go on.
    """
    request = _open(tx, reference)
    if request.verification_failed >= rules.MAX_ATTEMPTS and tx.actor.role is not Role.STAFF:
        raise Conflict("too many attempts failed; an officer has to look at this request")
    fresh = sorted(frozenset(evidence) - request.given - contested(tx, request))
    if request.verified_at is None and fresh:
        tx.append(
            "request.evidence_given",
            {"case": reference, "method": method, "evidence": fresh},
            subject_id=request.subject_id,
            case=reference,
        )
        request = register.get(tx.session, reference)
    if request.verified_at is None and not request.lacking:
        tier = verification.needed(request.asked).tier.code
        _append(tx, request, "request.verified", method=method, tier=tier)
    return register.get(tx.session, reference)


def contested(tx: Transaction, request: Request) -> frozenset[str]:
    """Return the details that a request to correct says are wrong; an officer sees them anyway."""
    if request.right != "correct" or tx.actor.role is Role.STAFF:
        return frozenset()
    return verification.contested(person_text(tx, request).get("corrections") or {})


def declare(
    tx: Transaction, reference: str, *, wording: str, signature: str, language: str
) -> Request:
    """Record a declaration under penalty of perjury, as worded and signed; it is kept.

    Source: 11 CCR 7062(c): all signed declarations are kept as records.

    Raises:
        InvalidInput: nobody signed it.
        Conflict: the request has ended, or was verified already.
    """
    request = _open(tx, reference)
    if not signature.strip():
        raise InvalidInput("the declaration is not signed")
    if request.verified_at is not None:
        raise Conflict("this request was verified already")
    if verification.DECLARATION not in request.given:
        _append(
            tx,
            request,
            "request.declared",
            wording=wording,
            signature=signature.strip(),
            language=language,
        )
    return give_evidence(tx, reference, {verification.DECLARATION}, method="declaration")


def suspect(tx: Transaction, reference: str, *, reason: str) -> None:
    """Note that somebody else may be asking: what was shown so far counts no more.

    Nothing is shown, corrected or deleted until an officer verified the person again, and higher.

    Raises:
        InvalidInput: no reason.
        Conflict: it has ended, or was decided already.

    Source: 11 CCR 7061(b).
    """
    request = _open(tx, reference)
    if not reason.strip():
        raise InvalidInput("say what makes you doubt that it is them")
    if request.decision and request.decision != "deny":
        raise Conflict("this was decided already; what was decided may be under way")
    _append(tx, request, "request.suspected", reason=reason.strip())


def fail_verification(tx: Transaction, reference: str, *, method: str) -> None:
    """Record an attempt that failed; attempts are limited."""
    _append(tx, _open(tx, reference), "request.verification_failed", method=method)


def assign(tx: Transaction, reference: str, *, to: str) -> None:
    """Give the request to a member of the staff, by staff id; one that came back too."""
    _append(tx, _unended(tx, reference), "request.assigned", approved_by=to)


def extend(tx: Transaction, reference: str, *, reason: str) -> Request:
    """Extend the answer once, with a reason that the person is told.

    Raises:
        InvalidInput: no reason.
        Conflict: see `rules.require_extendable`.
    """
    request = _open(tx, reference)
    if not reason.strip():
        raise InvalidInput("an extension needs a reason, which the person is told")
    rules.require_extendable(request.facts, on=tx.now.astimezone(tx.settings.zone).date())
    _append(tx, request, "request.extended", reason=reason.strip())
    return register.get(tx.session, reference)


def decide(
    tx: Transaction,
    reference: str,
    *,
    outcome: str,
    ground: str = "",
    citation: str = "",
    reason: str = "",
) -> Request:
    """Record the officer's decision: `fulfil`, `partial` or `deny`.

    Raises:
        InvalidInput: a denial, whole or partial, without ground and reason (11 CCR 7022(f)).
        Conflict: the person is not verified and the outcome is not a denial, or somebody has
            decided already; what was decided may be under way.
    """
    request = _open(tx, reference)
    if request.decision:
        raise Conflict(f"this request was decided already: {request.decision}")
    if outcome not in {"fulfil", "partial", "deny"}:
        raise InvalidInput("the outcome is fulfil, partial or deny")
    if outcome in {"deny", "partial"} and not (ground and reason.strip()):
        raise InvalidInput("a denial, whole or partial, names its ground and says why")
    if outcome != "deny":
        rules.require_verified(request.facts)
    extra = {"clause": ground, "citation": citation, "reason": reason.strip()}
    _append(
        tx,
        request,
        "request.approved",
        outcome=outcome,
        **{name: value for name, value in extra.items() if value},
    )
    return register.get(tx.session, reference)


def end(tx: Transaction, reference: str, *, as_: str, **data: str) -> None:
    """End a request as `fulfilled`, `partially_fulfilled`, `denied`, `revoked` or `expired`."""
    request = register.get(tx.session, reference)
    if not request.ended:
        _append(tx, request, f"request.{as_}", **data)


def revoke(tx: Transaction, reference: str) -> None:
    """Take a request back at the person's wish.

    Raises:
        Conflict: it has ended.
    """
    _append(tx, _open(tx, reference), "request.revoked")


def note(tx: Transaction, reference: str, *, text: str) -> None:
    """Keep a note of the staff; never sent to anybody.

    Raises:
        InvalidInput: it is empty.
    """
    if not text.strip():
        raise InvalidInput("the note is empty")
    _append(tx, register.get(tx.session, reference), "request.noted", note=text.strip())


def person_text(tx: Transaction, request: Request) -> Mapping[str, Any]:
    """Return what the person wrote (name, details, subject), opened; empty once erased."""
    return tx.event(request.received_event).data if request.subject_id else {}


def open_requests(tx: Transaction, *, wanted: Filter | None = None) -> Sequence[Request]:
    """Return the open queue."""
    return register.search(tx.session, wanted or Filter(states=register.OPEN_STATES))


def _unended(tx: Transaction, reference: str) -> Request:
    tx.lock(reference)
    request = register.get(tx.session, reference)
    rules.require_open(request.state)
    return request


def _open(tx: Transaction, reference: str) -> Request:
    request = _unended(tx, reference)
    if request.came_back:
        raise Conflict("this was answered; what came back of it is deleted again, and no more")
    return request


def _append(tx: Transaction, request: Request, kind: str, **data: str) -> None:
    tx.append(
        kind,
        {"case": request.reference, **data},
        subject_id=request.subject_id,
        case=request.reference,
    )
