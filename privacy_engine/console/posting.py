"""Letters that an officer writes: shown first, then kept in the log, then sent as due work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from privacy_engine.console.desk import Desk
from privacy_engine.console.faces import mask
from privacy_engine.errors import Conflict
from privacy_engine.letters import compose
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import officer_letters
from privacy_engine.workflow.case import letter_values, person_of

_SAME_LETTER = timedelta(minutes=10)
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
    """Do `first`, keep the letter and order that it is sent; return a sentence on what follows.

    The mail server is spoken to after the commit, by the worker: what it refuses is tried again
    and shown. A crash in between loses nothing, for letter and order stand in one transaction.

    Raises:
        Conflict: the person was erased, or this very letter went to them a moment ago.
    """

    def work(tx: Transaction) -> bool:
        tx.lock(request.reference)
        first(tx)
        found = register.get(tx.session, request.reference)
        if found.subject_id is None:
            raise Conflict("The person was erased, so nobody can be written to.")
        body = "\n\n".join(part for part in (letter.body.strip(), letter.signed_by) if part)
        _require_new(tx, request.reference, subject=letter.subject, body=body)
        kept = officer_letters.keep_and_order(
            tx,
            case=request.reference,
            subject_id=found.subject_id,
            template=letter.template,
            subject_line=letter.subject,
            body=body,
        )
        return bool(kept.data.get("address"))

    if not desk.act(work):
        return "The letter is kept with the request; there is no address, so post it by hand."
    return f"The letter to {letter.to} is kept, and goes out now."


def _require_new(tx: Transaction, reference: str, *, subject: str, body: str) -> None:
    """Refuse the second press of one button: the person must not get the same letter twice."""
    for event in reversed(tx.events_of_case(reference)):
        if event.kind != "message.sent" or tx.now - event.recorded_at > _SAME_LETTER:
            continue
        if (event.data.get("subject_line"), event.data.get("body")) == (subject, body):
            raise Conflict("This very letter was sent a few minutes ago; it is not sent twice.")


def _to(tx: Transaction, request: Request) -> str:
    if request.subject_id is None:
        return "nobody: the person was erased"
    return mask(person_of(tx, request.reference, request.subject_id).identifiers)
