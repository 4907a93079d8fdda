"""Says whether the words around a statement of age take it back."""

import re
from typing import Final

from privacy_engine.children.detect import beside, persons, speech
from privacy_engine.children.detect.numbers import Number
from privacy_engine.children.detect.openings import Lead

_AS_A_JEST: Final = re.compile(r"\b(?:basically|practically|essentially|basicamente)[ ,]*\Z")
_IN_JEST: Final = re.compile(
    r",? *(?:lol|lmao|haha|jaja|xd|still (?:laugh|love|watch)|at heart|inside|in my head)"
)
_IN_MIND: Final = re.compile(
    r"(?: (?:years? old|anos))?,? (?:mentally|emotionally|at heart|on the inside|in spirit"
    r"|in (?:dog|cat) years|mentalmente|de corazon|por dentro|en el fondo)\b"
)
_TRADE: Final = re.compile(
    r"\bsoy (?:\w+ )?(?:maestr|profe|docente|enfermer|doctor|medic|terapeuta|psicolog|psiquiatra"
    r"|ingenier|abogad|contador|trabajador|consejer|cociner|policia|director|orientador)"
)
_PAST_AFTER: Final = re.compile(r"[^.!?\n]{0,50}\b(?:was|were|had|made|era|fue)\b")
_DURING: Final = re.compile(
    r" ?\w* ?(?:for|since|like)\b(?![^.!?\n]{0,40}\b(?:scale|pain|level|out of)\b)"
)
_IN_GENERAL: Final = re.compile(r" (?:is|are|was|seems|sounds|es|son|parece)\b")
_NEAR: Final = 48
"""More characters than words that make a statement unreal take."""
_MUST_FOLLOW: Final = {
    "have_been": _DURING,
    "almost_alone": beside.STOPS,
    "this_is_a": beside.WRITES,
}
NOT_YET: Final = re.compile(
    r"(?: years? old| anos)?,? (?:until|till|til|for another|yet"
    r"|todavia|aun)\b"
)


def is_dismissed(folded: str, number: Number, lead: Lead, *, left: str, end: int) -> bool:
    """Return whether the words around take the statement back: unreal, past or negated."""
    match lead.rule:
        case "turned":
            is_past = speech.NARRATIVE.search(left) is not None
            is_untrue = is_past and beside.LATELY.match(folded, end) is None
        case "tengo" | "soy_name" | "soy_de" | "soy_nino_de" | "a_mis_anos":
            is_untrue = _is_untrue_in_spanish(lead.rule, folded, number, left, end=end)
        case "is_age":
            is_untrue = _is_jest(folded, number)
        case "only_of_age":
            is_untrue = _PAST_AFTER.match(folded, end) is not None
        case "for_me":
            is_untrue = _IN_GENERAL.match(folded, end) is not None
        case "a_year_old":
            is_untrue = beside.AS_A_PAST.match(folded, end) is not None
        case "have_been" | "being_age" | "almost_alone" | "this_is_a" | "have_years":
            is_untrue = not _goes_on_as(lead.rule, folded, number, end)
        case _:
            is_untrue = False
    is_unreal = speech.UNREAL.search(
        left, max(0, len(left) - _NEAR)
    ) and not speech.REPORTED.search(left)
    return is_untrue or bool(is_unreal) or speech.FICTION.search(left) is not None


def _is_untrue_in_spanish(rule: str, folded: str, number: Number, left: str, *, end: int) -> bool:
    match rule:
        case "tengo":
            if _is_jest(folded, number):
                return True
            is_denied = left.endswith("no ") and not NOT_YET.match(folded, number.end)
            narrated = speech.NARRATIVE.search(left)
            return is_denied or bool(narrated and not narrated[0].startswith("apenas"))
        case "soy_name":
            told = folded[max(0, number.start - 60) : number.start]
            return number.value < 18 and _TRADE.search(told) is not None
        case "a_mis_anos":
            said = beside.YO_AHORA if "a" in folded[number.end : end] else beside.MAY_I
            return said.match(folded, end) is None
        case _:
            return left.endswith("no ")


def _is_jest(folded: str, number: Number) -> bool:
    """Return whether an age is only felt: "basically 12 lol", "8 at heart"."""
    if folded.startswith((" ", ","), number.end) and _IN_MIND.match(folded, number.end):
        return True
    before = folded[max(0, number.start - 20) : number.start]
    is_felt = "ally" in before or "basic" in before
    return bool(is_felt and _AS_A_JEST.search(before) and _IN_JEST.match(folded, number.end))


def _goes_on_as(rule: str, folded: str, number: Number, end: int) -> bool:
    """Return whether what follows fits a lead that says little by itself."""
    if pattern := _MUST_FOLLOW.get(rule):
        return pattern.match(folded, end) is not None
    match rule:
        case "being_age":
            is_hard = beside.IS_HARD.match(folded, end)
            return is_hard is not None and not persons.ANY_CHILD.search(folded[:6000])
        case _ if end == number.end:  # "I have 11" of anything
            return False
        case _ if "o" in folded[number.end : end]:  # "years old"
            return True
        case _:
            served = beside.SERVED.search(folded[:6000])
            return number.value < 13 and not served and bool(beside.GOES_ON.match(folded, end))
