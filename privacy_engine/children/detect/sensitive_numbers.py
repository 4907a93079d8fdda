"""Numbers that name a person or open something of theirs, and where somebody is right now."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.folding import count_figures, words_of

_NUMBERED: Final = (
    r"(?: (?:number|num|no|nr|id|card|is|es|son|numero|de|mi|el|la|#|nro|it's|its|:))*"
)
SSN: Final = re.compile(
    r"(?<!sku )(?<!order )(?<!item )(?<!part )(?<!case )(?<!ticket )(?<!pedido )"
    r"(?<![\d-])(?P<fact>(?!000|666)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4})(?![\d-])"
    r"|\b(?:ssn|itin|social security|social|seguro social|seguridad social|nss)\b[^\d\n]{0,20}"
    r"(?P<bare>\d{9,11}|\d{3}[- .]\d{2}[- .]\d{4}|\d{2}/\d{8}/\d{2})(?![\d-])"
)
_PAPER: Final = re.compile(
    r"\blicen[sc]e\b[^\n\d]{0,12}(?P<plate>[a-z]\d{3}-?\d{3}-?\d{2}-?\d{3}(?:-?\d)?)\b|"
    r"\b(?P<fact>(?:passport|pasaporte|driver'?s? licen[sc]e|driving licen[sc]e|state id|dl"
    r"|medicare"
    r"|medicaid|medi-cal|green card|uscis|alien|a-number|licencia (?:de )?(?:conducir|manejo"
    r"|manejar)"
    r"|dni|nie|nif|curp|cuil|cuit|rut|rfc|cpf|ine|cedula(?! profesional)|carnet de identidad"
    r"|tarjeta sanitaria|tarjeta de residencia|nhs|insurance (?:id|member)|member id|policy)"
    r"(?: no\.)?[^\n.!?;]{0,45}?(?<![\w])(?=[a-z0-9.-]*\d[a-z0-9.-]*\d[a-z0-9.-]*\d[a-z0-9.-]*\d)"
    r"(?=[a-z0-9.-]{7,})[a-z]{0,5}\d[a-z0-9.-]*[a-z0-9])(?!\w)"
)
CARD: Final = re.compile(r"(?<![\d-])(?P<fact>\d(?:[ -]?\d){12,18})(?![\d-])")
_ACCOUNT: Final = re.compile(
    r"\b(?P<fact>(?:(?:bank )?account|acct|routing|iban|cuenta(?: bancaria| de ahorros)?|clabe"
    r"|cbu)"
    r"(?: (?:number|no|num|#|is|es|numero))*[ :#.]*(?:[a-z]{2})?\d[\d -]{5,28}\d)"
    r"|\b(?P<login>(?:password|passwd|passcode|passphrase|pass|pw|pwd|pin|contrasena|clave|contra)"
    r"(?:(?: (?:is|es))? ?[:=] ?| (?:is|es) |[ ])(?!reset|is\b|on\b|to\b|and\b|for\b|page|was"
    r"|not\b"
    r"|doesn|rules)(?:(?=\S*[\d!@#$%&*])(?=\S*[a-z0-9])\S{4,}|[a-z]{3,} \d{2,}))"
    r"|\b(?:password|contrasena|clave)\b[^\n.!?]{0,30}?(?: is| es|:|=| it's) "
    r"(?P<late>(?=\S*\d)(?=\S*[a-z])\S{6,}|[a-z]{3,} \d{2,})"
    r"|\b(?:user(?:name)?|usuario|login|log-in)[ :=]{1,3}\S+[^\n]{0,20}?(?P<pair>\b(?:password"
    r"|pass|pw"
    r"|pwd|contrasena|clave)[ :=]{1,3}\S{4,})"
)
COORDINATES: Final = re.compile(
    r"(?P<fact>(?<![\d.])-?\d{1,2}\.\d{4,}\u00ba?\s*[ns]?\s*[,;]"
    r"\s*-?\d{1,3}\.\d{4,}\u00ba?(?![\d.]))"
)
_NO_PERSON_THERE: Final = re.compile(
    r"\b(?:clinic|office|practice|pin|branch|center|consultorio|sede|local|clinica|centro|map|mapa"
    r"|building|edificio|suite|listing)\b"
)
_ADDRESS: Final = re.compile(
    r"\b(?P<fact>\d{1,5} (?:[a-z]+\.? ){1,3}(?:st|street|ave|avenue|ct|court|rd|road|dr|drive|ln"
    r"|lane"
    r"|blvd|boulevard|way|pl|place|cir|circle|terrace|ter|pkwy|hwy|trail)\b"
    r"|(?:calle|carrera|cra|av|avda|avenida|jiron|jr|pasaje|pje|diagonal|transversal|manzana|mz"
    r"|callejon|privada|colonia|barrio)\.? [^.!?\n]{0,25}?\d+"
    r"|(?:apt|apartment|unit|room|cuarto|depto|piso) #?\d+\w?"
    r"|(?:at|on|behind|by|under|near|outside|corner of|en|detras|debajo|frente|afuera|esquina)"
    r" (?:the |del |de la |al |la |el )?[\w' ]{0,25}?"
    r"\b(?:(?:and|&|y|con) [a-z]+|walmart|target|station|bridge|overpass|motel|laundromat"
    r"|gas station"
    r"|parking (?:lot|structure|garage)|bus stop|park|shell|chevron|(?:route|rt|highway|hwy"
    r"|exit) \d+|shelter|puente|terminal|gasolinera|mercado"
    r"|plaza|estacion|metro|oxxo|parada))\b"
)
_HERE_NOW: Final = re.compile(
    r"\b(?:right now|rn|ahorita(?: mismo)?|ahora mismo|en este momento|at this moment|as i type"
    r"|i(?:'m| am) at \d+|(?:banging|pounding|golpeando) (?:on|at|la|mi)|i'?m (?:home"
    r"|at home) (?:alone|by myself)|home by myself|home alone|by myself right"
    r"|(?:come|can somebody|someone|please) (?:and )?(?:get|find|pick) me|vengan por mi|wake me"
    r"|i(?:'m| am)? (?:live|living|sleep|sleeping|hiding|parked|sitting|standing|locked|stuck"
    r"|trapped|walking) (?:in|at|behind|under|on)"
    r"|vivo en (?:mi carro|la calle(?! \d)|el coche|un albergue)|duermo en (?:la calle|el carro"
    r"|mi carro)"
    r"|estoy (?:escondid[oa]|sol[oa]|afuera)|he'?s (?:outside|here|circling)|esta afuera"
    r"|anda (?:dando vueltas|afuera|rondando))\b"
)
_FIRST_PERSON: Final = re.compile(
    r"(?<![\w'])(?:i|i'm|im|me|my|we|estoy|mi|me|vivo|sola|solo)(?![\w'])"
)


_TRIGGERS: Final[dict[str, frozenset[str]]] = {
    "identity_document": frozenset(
        words_of(
            """
            passport pasaporte license licence dl medicare medicaid cal card uscis alien number
            licencia dni nie nif curp cuil cuit rut rfc cpf ine cedula carnet tarjeta nhs insurance
            member policy id
            """
        )
    ),
    "account": frozenset(
        words_of(
            """
            account acct routing iban cuenta clabe cbu password passwd passcode passphrase pass pw
            pwd pin contrasena clave contra user username usuario login log
            """
        )
    ),
}
"""Words without one of which a rule has nothing to read."""
_DIGITS: Final = {
    "ssn": 9,
    "identity_document": 4,
    "card_number": 13,
    "account": 0,
    "coordinates": 10,
}
"""The fewest figures that a text must hold for a rule."""
FEWEST: Final = 4
_HERE: Final = frozenset(
    words_of(
        """
        banging pounding golpeando at now rn ahorita ahora momento moment type home alone myself
        get find pick wake vengan live
        living sleep sleeping hiding parked sitting standing locked stuck trapped walking vivo
        duermo escondida escondido sola solo afuera
        outside
        here circling anda esta estoy he's hes
        """
    )
)


def numbers(folded: str, words: set[str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, rule and place of each number that says who somebody is or what opens a lock."""
    digits = count_figures(folded)
    if digits < FEWEST and _TRIGGERS["account"].isdisjoint(words):
        return
    for kind, rule, pattern in (
        ("government_id", "ssn", SSN),
        ("government_id", "identity_document", _PAPER),
        ("payment_card", "card_number", CARD),
        ("account", "account", _ACCOUNT),
    ):
        if (rule in _TRIGGERS and _TRIGGERS[rule].isdisjoint(words)) or digits < _DIGITS[rule]:
            continue
        for found in pattern.finditer(folded):
            if rule != "card_number" or _passes_luhn(found["fact"]):
                yield kind, rule, *found.span(found.lastgroup or 0)
    if digits >= _DIGITS["coordinates"] and not _NO_PERSON_THERE.search(folded):
        for found in COORDINATES.finditer(folded):
            yield "precise_location", "coordinates", *found.span()


def whereabouts(folded: str, words: set[str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield where a person says to be right now, closer than a town."""
    here = None if _HERE.isdisjoint(words) else _HERE_NOW.search(folded)
    if here is None or not _FIRST_PERSON.search(folded):
        return
    for found in _ADDRESS.finditer(folded, max(0, here.start() - 150), here.end() + 150):
        yield "precise_location", "whereabouts", *found.span()


def _passes_luhn(number: str) -> bool:
    """Return whether the digits carry the check digit of a payment card; all alike do not."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    if len(set(digits)) == 1 or digits[0] not in {2, 3, 4, 5, 6}:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
