"""Letters that an officer sends: shown first, then kept in the log and sent in one breath."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from privacy_engine.console.desk import Desk
from privacy_engine.console.faces import mask
from privacy_engine.errors import Conflict
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.rights import actions as rights
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import letter_values, person_of

FREE = "officer"
"""The template code of a letter that an officer wrote without one."""


@dataclass(frozen=True, repr=False)
class Letter:
    """A letter as it is shown before it goes; the address is masked."""

    to: str
    subject: str
    body: str
    signed_by: str = ""
    template: str = FREE


def from_template(
    tx: Transaction, request: Request, code: str, *, words: Mapping[str, str]
) -> Letter:
    """Return the letter that a template makes of a request, with `words` put in."""
    name = str(rights.person_text(tx, request).get("name") or "")
    values = {**letter_values(tx, request, name=name), **words}
    made = compose.compose(tx.content.template(code, request.language), values)
    return Letter(_to(tx, request), made.subject, made.body, template=code)


def free(tx: Transaction, request: Request, *, subject: str, text: str) -> Letter:
    """Return a letter in the officer's own words, signed by role."""
    controller = tx.settings.controller
    return Letter(
        _to(tx, request), subject, text, f"{controller.officer_title}\n{controller.name}"
    )


def extended_words(request: Request, reason: str) -> dict[str, str]:
    """Return what the letter about an extension says besides the usual."""
    later = rules.answer_clock(replace(request.facts, extended=True))
    on = compose.day(later.strict_due_on, request.language) if later else ""
    return {"reason": reason, "extended_due_on": on, "citation": later.citation if later else ""}


def send(
    desk: Desk, request: Request, letter: Letter, *, first: Callable[[Transaction], object]
) -> str:
    """Do `first`, keep the letter and send it; return a sentence on what became of it.

    The letter goes out before the commit: when the mail server refuses, nothing at all happened
    and the officer keeps the text; a crash in between sends the letter again at the next try.

    Raises:
        Conflict: the person has no address any more.
        Unavailable: the mail server does not take it now.
    """
    with desk.engine.transaction(actor=desk.actor) as tx:
        first(tx)
        if request.subject_id is None:
            raise Conflict("The person was erased, so nobody can be written to.")
        person = person_of(tx, request.reference, request.subject_id)
        body = "\n\n".join(part for part in (letter.body.strip(), letter.signed_by) if part)
        event = tx.append(
            "message.sent",
            {
                "case": request.reference,
                "template": letter.template,
                "transport": tx.settings.mail.transport if person.address else "by hand",
                "subject_line": letter.subject,
                "body": body,
                "address": person.address,
            },
            case=request.reference,
            subject_id=request.subject_id,
        )
        key = tx.vault.key(request.subject_id)
        if not person.address or key is None:
            return "The letter is kept with the request; there is no address, so post it by hand."
        outgoing = Outgoing(
            message_id=event.event_id,
            address=person.address,
            subject=letter.subject,
            body=body,
            language=request.language,
            sent_at=event.recorded_at,
        )
        transport.send(tx.settings, outgoing, key=key)
    return f"Letter sent to {letter.to}."


def _to(tx: Transaction, request: Request) -> str:
    if request.subject_id is None:
        return "nobody: the person was erased"
    return mask(person_of(tx, request.reference, request.subject_id).identifiers)
