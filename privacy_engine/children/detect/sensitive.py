"""Finds facts in free text that a site asked people not to send: health and other sensitive data.

A reason for seeking therapy counts as health data, even where it names no illness ("couples
counselling"): on a site that lists therapists it says why somebody seeks care. A search for a
therapist without any reason ("a therapist who speaks Farsi") does not count.

Source: Cal. Civ. Code 1798.140(ae); Cal. Civ. Code 56.05 (mental health application information).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Literal, cast, get_args

from privacy_engine.children.detect import sensitive_guards as guards
from privacy_engine.children.detect.detector import LONGEST, Evidence
from privacy_engine.children.detect.folding import fold
from privacy_engine.children.detect.sensitive_lexicon import Found, find
from privacy_engine.children.detect.sensitive_numbers import numbers, whereabouts
from privacy_engine.children.detect.sensitive_reasons import CARE, REASON_FOR_CARE

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
    "politics",
    "criminal_record",
    "biometrics",
]

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True)
class Sensitive:
    """What was found: kinds in a fixed order, and the words that say so."""

    found: bool
    kinds: tuple[Kind, ...]
    evidence: tuple[Evidence, ...]


FEWEST: Final = 2
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
    message = guards.Message(folded)
    words = guards.words(folded)
    yield from _told(message, words)
    if CARE.search(folded):
        for reason in REASON_FOR_CARE.finditer(folded):
            if not guards.refuses(message, *reason.span(), rule="reason_for_care", is_name=False):
                yield "health", Evidence(*reason.span(), "reason_for_care")
    for kind, rule, start, end in chain(numbers(folded, words), whereabouts(folded, words)):
        yield cast("Kind", kind), Evidence(start, end, rule)


def _told(message: guards.Message, words: set[str]) -> Iterator[tuple[Kind, Evidence]]:
    """Yield what the lists name; signs only where enough of different kinds come together."""
    signs: dict[str, Found] = {}
    for found in find(message.folded, words):
        is_name = found.level != "said"
        rule = "symptom" if found.level == "sign" else found.rule
        if guards.refuses(message, found.start, found.end, rule=rule, is_name=is_name):
            continue
        if found.level == "sign":
            signs.setdefault(found.rule, found)
        else:
            yield cast("Kind", found.kind), Evidence(found.start, found.end, found.rule)
    if len(signs) >= FEWEST and message.speaks_of_self and not message.is_of_trade:
        for sign in signs.values():
            yield cast("Kind", sign.kind), Evidence(sign.start, sign.end, "signs_together")
