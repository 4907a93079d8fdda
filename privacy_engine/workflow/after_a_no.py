"""What a letter that says no offers instead: the kinds for a copy, a statement for a correction.

Source: 11 CCR 7023(f)(3), (4); 7024(a).
"""

from privacy_engine.law import provisions
from privacy_engine.rights import rules
from privacy_engine.rights.register import Request
from privacy_engine.workflow import unverified

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


def instead(request: Request, *, request_url: str) -> str:
    """Return, in the letter's language, what a no leaves the person to do; empty where nothing."""
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
