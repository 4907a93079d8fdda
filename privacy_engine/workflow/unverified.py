"""Requests that nobody confirmed: refused in time, with a letter that says so; never silently."""

from dataclasses import replace
from datetime import date, timedelta

from privacy_engine.law import provisions
from privacy_engine.law.provisions import Provision
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register, rules
from privacy_engine.rights.register import OPEN_STATES, Filter, Request
from privacy_engine.rights.verification import MAILBOX, lacking
from privacy_engine.transaction import ENGINE, Transaction, Transactions
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow.case import VERIFY_FOR, began_at, person_of
from privacy_engine.workflow.machine import answers_a_no

TASK = "unverified.look"
TEMPLATE = "unverified"
GROUND = "insuf_verification"
# The answer is due on a day that the letter must reach: a mail server may be away for a while.
LEAD = timedelta(days=5)
_MOST = 10_000
_DUTY = "11 CCR 7021(b)"
_REASONS = {
    "en": "we wrote to the address in the request, and no valid confirmation came.",
    "es": "escribimos a la dirección de la solicitud y no llegó ninguna confirmación válida.",
}
_TOO_LITTLE = {
    "en": "for a copy of somebody's data we need more than a link, and it did not come or fit.",
    "es": "para una copia de los datos no basta un enlace, y lo demás no llegó o no coincidió.",
}


_INSTEAD = {
    "en": (
        "We do this instead: we tell you which kinds of information we have about you, where they "
        "come from and who gets them. That takes less proof, and it comes in a letter of its own."
    ),
    "es": (
        "En su lugar le decimos qué tipos de datos tenemos de usted, de dónde vienen y quién los "
        "recibe. Para eso basta menos prueba, y llega en otra carta."
    ),
}


def look(engine: Transactions) -> None:
    """Refuse every request whose person was asked and never confirmed, a few days before its term.

    The letter goes out as the answer of its workflow; a second run finds the request decided.
    Source: 11 CCR 7021(b): a business that cannot verify within 45 days may deny the request.
    """
    with engine.reading() as tx:
        wanted = Filter(states=OPEN_STATES, unverified=True, due_until=_today(tx) + LEAD)
        found = [item.reference for item in register.search(tx.session, wanted, limit=_MOST)]
    for reference in found:
        engine.run(lambda tx, one=reference: _give_up(tx, one))  # type: ignore[misc]


def gets_categories(request: Request) -> bool:
    """Return whether a person, who proved too little for a copy, proved enough for its kinds."""
    asked = replace(request.asked, right="know:categories")
    return (
        request.right == "know:specific"
        and request.ground == GROUND
        and request.subject_id is not None
        and request.suspected_at is None
        and bool(request.given)
        and not lacking(asked, request.given)
    )


def instead(language: str) -> str:
    """Return, in a letter's language, what is done instead of giving a copy."""
    return _INSTEAD.get(language[:2], _INSTEAD["en"])


def was_given_up(request: Request) -> bool:
    """Return whether the engine itself refused a request because nobody confirmed it."""
    return request.ground == GROUND and request.decided_by == str(ENGINE)


def given_up_on(tx: Transaction, request: Request) -> date | None:
    """Return the local day on which a request that stays unconfirmed is refused.

    A link that was sent late, as for a letter by post, works to its end where the law allows.
    """
    if request.strict_due_on is None:
        return None
    zone = tx.settings.zone
    link_until = (began_at(tx, request) + VERIFY_FOR).astimezone(zone).date()
    return max(request.strict_due_on - LEAD, min(link_until, request.strict_due_on))


def _give_up(tx: Transaction, reference: str) -> None:
    tx.lock(reference)
    request = register.get(tx.session, reference)
    day = given_up_on(tx, request)
    if day is None or _today(tx) < day or not _waits_for_the_person(tx, request):
        return
    provision = _provision(request)
    rights.decide(
        tx,
        reference,
        outcome="deny",
        ground=provision.code,
        citation=f"{_DUTY}; {provision.citation}",
        reason=_reason(request),
    )


def _reason(request: Request) -> str:
    words = _TOO_LITTLE if MAILBOX in request.given else _REASONS
    return words.get(request.language[:2], words["en"])


def _waits_for_the_person(tx: Transaction, request: Request) -> bool:
    """Return whether only the person's confirmation is missing, and a letter can reach them.

    Whoever has no address never got our letter: an officer checks them, and answers by post.
    """
    if request.ended or request.decision or request.verified_at or request.subject_id is None:
        return False
    if not rules.needs_verification(request.right, request.jurisdiction):
        return False
    run = workflows.run(tx.session, request.reference)
    if request.verification_sent == 0 or request.suspected_at or run is None or run.ended_at:
        return False
    reachable = bool(person_of(tx, request.reference, request.subject_id).address)
    return reachable and answers_a_no(tx.content.workflow(run.workflow))


def _provision(request: Request) -> Provision:
    for place in (request.jurisdiction, rules.FALLBACK_JURISDICTION):
        try:
            reasons = provisions.denial_reasons(place)
        except KeyError:
            continue
        for item in reasons:
            if item.code == GROUND:
                return item
    msg = f"the law's data names no denial {GROUND!r}"
    raise LookupError(msg)


def _today(tx: Transaction) -> date:
    return tx.now.astimezone(tx.settings.zone).date()
