"""What a letter that says no, or not all, offers: the kinds for a copy, a statement, an appeal.

Source: 11 CCR 7023(f)(3), (4), 7024(a); the appeals of other states, such as Va. Code 59.1-577(C).
"""

from privacy_engine.instance.model import Template
from privacy_engine.law import provisions
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import unverified
from privacy_engine.workflow.case import status_url

# Who could not be verified, or whose wish was invented, was not heard on the matter itself.
_NOT_HEARD = frozenset({"insuf_verification", "suspected_fraud", "no_match", "spam"})
_CORRECTION = {
    "en": (
        "You can do two things instead. If this is about your health, you may send us a written "
        "statement of at most {words} words for each thing that you say is wrong; we keep it with "
        "the record ({citation}). And you may ask us to delete the information: {request_url}"
    ),
    "es": (
        "En su lugar puede hacer dos cosas. Si se trata de su salud, puede enviarnos una "
        "declaración escrita de {words} palabras como máximo por cada dato que considere erróneo; "
        "la guardamos con el registro ({citation}). Y puede pedirnos que borremos la información: "
        "{request_url}"
    ),
}


_APPEAL = {
    "en": (
        "You can appeal against this answer: on the page of your request, {status_url}, or by "
        "answering this letter. Somebody looks at it anew, and it costs nothing ({citation})."
    ),
    "es": (
        "Puede recurrir esta respuesta: en la página de su solicitud, {status_url}, o "
        "respondiendo a esta carta. Alguien la mira de nuevo, y no cuesta nada ({citation})."
    ),
}


def offers(tx: Transaction, request: Request) -> str:
    """Return, in the letter's language, what a no leaves the person to do; empty where nothing."""
    denied = request.decision == "deny"
    found = _instead(request, f"{tx.settings.instance.public_url}/request") if denied else ""
    return "\n\n".join(filter(None, (found, _appeal(tx, request))))


def kept(template: Template, request: Request, reason: str) -> str:
    """Return why not all was done; with the rule, where the letter has no line for it.

    Source: 11 CCR 7022(f)(1), 7024(e).
    """
    says_rule = "citation" in template.placeholders or not request.citation
    return reason if says_rule else f"{reason} ({request.citation})"


def _appeal(tx: Transaction, request: Request) -> str:
    """Return how to appeal, where the law of the person has appeals."""
    clock = rules.appeal_clock(request.right, request.jurisdiction, tx.now)
    if clock is None:
        return ""
    words = _APPEAL.get(request.language[:2], _APPEAL["en"])
    url = status_url(tx, request.reference)
    return words.format(status_url=url, citation=clock.citation)


def _instead(request: Request, request_url: str) -> str:
    if unverified.gets_categories(request):
        return unverified.instead(request.language)
    if request.right != "correct" or request.ground in _NOT_HEARD:
        return ""
    words = _CORRECTION.get(request.language[:2], _CORRECTION["en"])
    for item in _statements(request.jurisdiction):
        return words.format(words=item.most_words, citation=item.citation, request_url=request_url)
    return ""


def _statements(jurisdiction: str) -> tuple[provisions.Statement, ...]:
    """Return a law's statements; California's where a law is silent, as with every right."""
    for place in (jurisdiction, rules.FALLBACK_JURISDICTION):
        try:
            found = provisions.statements(place, right="correct")
        except KeyError:
            continue
        if found:
            return found
    return ()
