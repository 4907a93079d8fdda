"""Finds facts in free text that a site asked people not to send: health and other sensitive data.

A reason for seeking therapy counts as health data, even where it names no illness ("couples
counselling"): on a site that lists therapists it says why somebody seeks care. A search for a
therapist without any reason ("a therapist who speaks Farsi") does not count.

Source: Cal. Civ. Code 1798.140(ae); Cal. Civ. Code 56.05 (mental health application information).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, cast, get_args

from privacy_engine.children.detect import sensitive_rules as rules
from privacy_engine.children.detect.detector import LONGEST, Evidence
from privacy_engine.children.detect.folding import fold
from privacy_engine.children.detect.sensitive_phrases import PHRASES

Kind = Literal[
    "health",
    "religion",
    "orientation",
    "immigration",
    "ethnic_origin",
    "union",
    "government_id",
    "payment_card",
    "account",
    "precise_location",
]

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True)
class Sensitive:
    """What was found: kinds in a fixed order, and the words that say so."""

    found: bool
    kinds: tuple[Kind, ...]
    evidence: tuple[Evidence, ...]


_RULES: Final[tuple[tuple[Kind, str, re.Pattern[str]], ...]] = (
    ("health", "condition", rules.HEALTH),
    ("health", "own_condition", rules.OWN_HEALTH),
    ("health", "own_plight", rules.PLIGHT),
    ("health", "diagnosis", rules.DIAGNOSIS),
    ("health", "reason_for_care", rules.REASON_FOR_CARE),
    ("religion", "religion", rules.RELIGION),
    ("orientation", "orientation", rules.ORIENTATION),
    ("immigration", "immigration", rules.IMMIGRATION),
    ("ethnic_origin", "ethnic_origin", rules.ETHNICITY),
    ("union", "union", rules.UNION),
    ("government_id", "ssn", rules.SSN),
    ("government_id", "identity_document", rules.IDENTITY_DOCUMENT),
    ("payment_card", "card_number", rules.CARD),
    ("account", "account", rules.ACCOUNT),
    ("precise_location", "coordinates", rules.LOCATION),
)
_PROFESSIONAL: Final = re.compile(
    r"\b(?:i|we) (?!need |want |get |got |have |could |please )(?:\w+ )?(?:specialize|treat|offer"
    r"|provide|work with|help|teach|prescribe|see (?:clients|patients|adults|children|couples"
    r"|teens"
    r"|people|families|kids))\b"
    r"|\b(?:i|we) (?:\w+ )?(?:supervise|train|present|lecture|work \w+ with)\b"
    r"|\b(?:certified|licensed|trained) in\b|\b(?:clients|patients|pacientes|clientes) (?:with"
    r"|con|que)\b|\b(?:superviso|imparto|capacito|formo a)\b"
    r"|\bmy caseload\b|\b(?:list|promote|advertise|share) our\b|\bespecializad[oa]s? en\b"
    r"|\bas an? (?:\w+ )?(?:psychiatrist|psychologist|therapist|counselor|social worker|lmft|lcsw"
    r"|clinician|provider)\b(?!,? i(?:'m| am| have| feel| suffer| struggle)\b)"
    r"|\bsoy (?:psicolog|psiquiatra|terapeuta|consejer)\w*(?! (?:y|pero) (?:tengo|sufro|padezco))"
    r"|\bspecializ(?:es|ing) in\b|\bour (?:practice|clinic|group) \b|\bmy (?:practice|clients"
    r"|approach)\b"
    r"|\b(?:ofrecemos|brind(?:o|amos)|tratamos|nuestra (?:clinica|practica)|somos (?:una"
    r" clinica|psicolog|terapeutas))\b"
    r"|\b(?:paper|articles?|essays?|thesis|research(?:ing)?|statistics|blog|podcast|books?"
    r"|workshop"
    r"|webinars?|newsletters?|emails?|charlas?|talleres|correos?|boletin|talk|class|course|post"
    r"|articulo|libro|tesis|curso|taller) (?:is )?(?:on|about|sobre|de)\b"
    r"|\b(?:atiendo|ofrezco|me especializo|trabajo con|mi consultorio|atendemos)\b"
    r"|\bdo you (?:treat|offer|see|provide|have|work)\b"
)
_OF_A_PERSON: Final = frozenset({"condition", "own_condition", "reason_for_care"})
"""Rules whose words are no fact where a thing, an idiom or a professional is behind them."""
_SENTENCE: Final = 400
"""Characters read before a fact: a sentence without end must not be read for each of them."""
MOST_EVIDENCE: Final = 100


def detect_sensitive(text: str) -> Sensitive:
    """Return the sensitive facts of a text, about its writer or about somebody it speaks of.

    What a professional says of their practice ("I treat depression") is no fact about a person.
    """
    folded = fold(text[:LONGEST])
    kinds: set[Kind] = set()
    evidence: list[Evidence] = []
    for kind, place in islice(_facts(folded), MOST_EVIDENCE):
        kinds.add(kind)
        evidence.append(place)
    return Sensitive(bool(kinds), tuple(sorted(kinds, key=_KINDS.index)), tuple(evidence))


def _facts(folded: str) -> Iterator[tuple[Kind, Evidence]]:
    for kind, rule, pattern in _RULES:
        for found in pattern.finditer(folded):
            if not _is_false(rule, found, folded):
                yield kind, Evidence(*found.span(found.lastgroup or 0), rule)
    for phrase in PHRASES:
        if not any(stem in folded for stem in phrase.stems):
            continue
        for found in phrase.pattern.finditer(folded):
            if not _is_no_persons(found, folded):
                yield cast("Kind", phrase.kind), Evidence(*found.span(), phrase.rule)


def _is_false(rule: str, found: re.Match[str], folded: str) -> bool:
    if rule == "card_number":
        return not _passes_luhn(found["fact"])
    if rule not in _OF_A_PERSON:
        return False
    if _is_no_persons(found, folded):
        return True
    left = folded[max(0, found.start() - 80) : found.start()]
    is_somebodys = rule != "condition" or rules.PERSON_BEFORE.search(left)
    return not is_somebodys and not (
        rules.ELIDED.search(left) and rules.GOES_ON_OWN.match(folded, found.end())
    )


def _is_no_persons(found: re.Match[str], folded: str) -> bool:
    """Return whether a thing, an animal, an idiom or a professional's trade is spoken of."""
    left = folded[max(0, found.start() - 80) : found.start()]
    if rules.FIGURATIVE_BEFORE.search(left) or rules.FIGURATIVE_AFTER.match(folded, found.end()):
        return True
    if rules.IDIOM.search(left + found[0]):
        return True
    far = max(0, found.start() - _SENTENCE)
    begin = max(far - 1, *(folded.rfind(mark, far, found.start()) for mark in ".!?\n")) + 1
    return _PROFESSIONAL.search(folded, begin, found.end()) is not None


def _passes_luhn(number: str) -> bool:
    """Return whether the digits carry the check digit of a payment card; all alike do not."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    if len(set(digits)) == 1 or digits[0] not in {2, 3, 4, 5, 6}:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
