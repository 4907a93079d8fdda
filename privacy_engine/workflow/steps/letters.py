"""Steps that write to the person: acknowledgement, verification, answer."""

from dataclasses import dataclass

from privacy_engine.errors import Conflict
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Event
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import actions as rights
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import after_a_no, machine, register, unverified
from privacy_engine.workflow.case import letter_values, person_of, request_of
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import DONE, Claim, Outcome

_ENDS = {"fulfil": "fulfilled", "partial": "partially_fulfilled", "deny": "denied"}


def message(claim: Claim) -> Outcome:
    """Write and send the letter of a step; an acknowledgement or an answer is recorded as such."""
    with claim.engine.reading() as tx:
        answered_by_link = _request(tx, claim).right == "opt_in"
    word = "second step sent" if answered_by_link else _write_and_send(claim)
    claim.engine.run(lambda tx: _note_letter(tx, claim))
    return Outcome(Progress.DONE, word)


def verify(claim: Claim) -> Outcome:
    """Ask the person to confirm, where their right needs it, and wait for them."""
    with claim.engine.reading() as tx:
        request = _request(tx, claim)
    if request.verified_at or not rules.needs_verification(request.right, request.jurisdiction):
        return Outcome(Progress.DONE, "verified" if request.verified_at else "not needed")
    word = _write_and_send(claim)
    if request.verification_sent == 0:
        claim.engine.run(lambda tx: rights.verification_sent(tx, claim.case, method="email_link"))
    return Outcome(Progress.WAITING, word)


def _write_and_send(claim: Claim) -> str:
    """Return `sent`, or `no address` when somebody has to post the letter by hand."""
    written = claim.engine.run(lambda tx: _write(tx, claim))
    if written is None:
        return "no address"
    transport.send(claim.engine.settings, written.letter, key=written.key)
    return "sent"


@dataclass(frozen=True, repr=False)
class _Written:
    letter: Outgoing
    key: DataKey


def _write(tx: Transaction, claim: Claim) -> _Written | None:
    """Compose the letter once and keep it sealed; after a crash the same letter goes out."""
    request = _request(tx, claim)
    if claim.subject_id is None:
        return None
    event = _already_written(tx, claim) or _compose(tx, claim, request)
    address = str(event.data.get("address") or "")
    key = tx.vault.key(claim.subject_id)
    if not address or key is None:
        return None
    return _Written(
        Outgoing(
            message_id=event.event_id,
            address=address,
            subject=str(event.data["subject_line"]),
            body=str(event.data["body"]),
            language=request.language,
            sent_at=event.recorded_at,
        ),
        key,
    )


def _already_written(tx: Transaction, claim: Claim) -> Event | None:
    return next(
        (
            event
            for event in tx.events_of_case(claim.case)
            if event.kind == "message.sent" and event.data.get("step") == claim.step.code
        ),
        None,
    )


def _compose(tx: Transaction, claim: Claim, request: Request) -> Event:
    template = tx.content.template(_template(tx, claim), request.language)
    text = rights.person_text(tx, request)
    decided = _decision_event(tx, claim)
    values = dict(letter_values(tx, request, name=str(text.get("name") or "")))
    values["reason"] = str(decided.data.get("reason") or "") if decided else ""
    values["instead"] = after_a_no.offers(tx, request)
    if values["reason"] and (request.right == "correct" or request.decision == "partial"):
        kept = any(row.retained for row in register.board(tx.session, claim.case))
        more = f"\n\n{values['kept']}" if kept and request.right != "correct" else ""
        values["kept"] = after_a_no.kept(template, request, values["reason"]) + more
    letter = compose.compose(template, values)
    person = person_of(tx, claim.case, claim.subject_id or "")
    return tx.append(
        "message.sent",
        {
            "case": claim.case,
            "template": letter.template,
            "step": claim.step.code,
            "transport": tx.settings.mail.transport if person.address else "by hand",
            "subject_line": letter.subject,
            "body": letter.body,
            "address": person.address,
        },
        case=claim.case,
        subject_id=claim.subject_id,
    )


def _template(tx: Transaction, claim: Claim) -> str:
    """Return which letter fits: the plain one, or the one for a partial answer or a denial."""
    run = register.run(tx.session, claim.case)
    outcome = machine.decision(claim.workflow, run.history) if run else ""
    kept = any(row.retained for row in register.board(tx.session, claim.case))
    options = claim.step.options
    if outcome == "deny" and "denied" in options:
        own_words = any(item.code == unverified.TEMPLATE for item in tx.content.templates)
        if own_words and unverified.was_given_up(_request(tx, claim)):
            return unverified.TEMPLATE
        return str(options["denied"])
    if "withdrawn" in options and _request(tx, claim).right == "withdraw_consent":
        return str(options["withdrawn"])
    if (outcome == "partial" or kept) and "partial" in options:
        return str(options["partial"])
    return claim.step.template or ""


def _decision_event(tx: Transaction, claim: Claim) -> Event | None:
    found = [
        e
        for e in tx.events_of_case(claim.case)
        if e.kind in {"request.approved", "request.extended"}
    ]
    return found[-1] if found else None


def _note_letter(tx: Transaction, claim: Claim) -> None:
    request = _request(tx, claim)
    if claim.step.due and claim.step.due.endswith("-ACK"):
        if not request.ended:
            rights.acknowledge(tx, claim.case)
        return
    if _is_answer(claim):
        run = register.run(tx.session, claim.case)
        outcome = machine.decision(claim.workflow, run.history) if run else ""
        kept = any(row.retained for row in register.board(tx.session, claim.case))
        end = _ENDS.get(outcome, "fulfilled")
        rights.end(
            tx, claim.case, as_="partially_fulfilled" if end == "fulfilled" and kept else end
        )


def _is_answer(claim: Claim) -> bool:
    last = [step.code for step in claim.workflow.steps if step.kind is claim.step.kind]
    return claim.step.code == last[-1] and claim.step.path is None


def _request(tx: Transaction, claim: Claim) -> Request:
    request = request_of(tx, claim.case)
    if request is None:
        raise Conflict("this step belongs to a request, and the case is none")
    return request


__all__ = ["DONE", "message", "verify"]
