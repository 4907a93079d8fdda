"""Works out the writer's age from another's: "two years younger than my sister, who is 14"."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.claims import Claim
from privacy_engine.children.detect.folding import words_of
from privacy_engine.children.detect.numbers import NUMBER_WORDS
from privacy_engine.children.detect.openings import IM

WORDS: Final = frozenset(
    words_of("younger older same twin menor mayor menos mas misma gemelo gemela mellizo melliza")
    + words_of("lleva llevo")
)
"""Words without which nobody compares ages; a cheap test before the dear one."""

_REACH: Final = 120
"""Characters between the comparison and the age it starts from."""

_STEP: Final = (
    r"(?P<step>[1-9]|an?|una?|"
    + "|".join(word for word, value in NUMBER_WORDS.items() if value < 10)
    + ")"
)
_YEARS: Final = r"(?: (?:years?|yrs?|yr|anos?))?"
_NEAR: Final = r"(?: (?:only|just|like|about|solo|como))*"
_COMPARED: Final = re.compile(
    rf"(?:(?:{IM}|(?<!\w)(?:y|pero)? ?yo(?: soy| tengo)?|(?<!\w)(?:soy"
    rf"|tengo)){_NEAR} {_STEP}{_YEARS}"
    r" (?:(?P<younger>younger|menor|menos)|(?P<older>older|mayor|mas))\b"
    rf"|(?<!\w)(?:is|'s|are|es|son){_NEAR} {_STEP.replace('step', 'theirs')}{_YEARS}"
    r" (?:(?P<they_are_older>older|mayor)|(?P<they_are_younger>younger|menor)) (?:than|que)"
    r" (?:me|i am|i|yo|im|i'm)\b"
    rf"|(?<!\w)le llevo {_STEP.replace('step', 'behind')} anos?\b"
    rf"|(?<!\w)me lleva(?:n)? {_STEP.replace('step', 'ahead')} anos?\b"
    rf"|(?P<same>{IM}(?: \w+)? the same age as|(?<!\w)tengo la misma edad que))"
)
_SAME_PERSON: Final = re.compile(
    r"[,. ]*(?:and |y )?(?:(?:he|she|they)(?:'s| is|'re| are)|(?:el|ella )?tienen?) "
)
_TWIN: Final = re.compile(
    r"\b(?:my|mi) (?:twin(?!s)|gemel[oa]|melliz[oa])(?! (?:son|daughter|child|kid|boy|girl)s?\b)"
    r"(?: (?:brother|sister|bro|sis))?(?: \w+)? ?(?:'s|s|is|tiene|who is|,)"
    r"(?: \w+)? ?\Z"
)


def relative_claims(folded: str, others: list[Claim]) -> Iterator[Claim]:
    """Yield what comparisons with the ages of `others` say about the writer's own."""
    if not others:
        return
    for found in _COMPARED.finditer(folded):
        base = _nearest(others, found)
        age = base.lowest + _difference(found) if base else 0
        if base and age > 0:
            start, end = min(found.start(), base.start), max(found.end(), base.end)
            yield Claim("writer", age, age, start, end, "compared_age", 0.8)
    for other in others:
        if _TWIN.search(folded, max(0, other.start - 40), other.start):
            yield Claim("writer", other.lowest, other.highest, other.start, other.end, "twin", 0.8)


def _nearest(others: list[Claim], found: re.Match[str]) -> Claim | None:
    """Return the age that the comparison starts from: one exact age, behind it or before."""
    near = [
        other
        for other in others
        if other.lowest == other.highest
        and other.start < found.end() + _REACH
        and other.end > found.start() - _REACH
    ]
    behind = [other for other in near if other.start >= found.end()]
    if found["theirs"] or found["ahead"]:
        # "He is two years older than me" speaks of a person named before, or goes on about them.
        behind = [
            other
            for other in behind
            if _SAME_PERSON.fullmatch(found.string, found.end(), other.start)
        ]
    ahead = [other for other in near if other.start < found.end()]
    return behind[0] if behind else (ahead[-1] if ahead else None)


def _difference(found: re.Match[str]) -> int:
    """Return the years to add to the other person's age."""
    if found["same"]:
        return 0
    if found["step"]:
        return _value(found["step"]) * (1 if found["older"] else -1)
    if found["behind"]:
        return _value(found["behind"])
    if found["theirs"]:
        return _value(found["theirs"]) * (-1 if found["they_are_older"] else 1)
    return -_value(found["ahead"])


def _value(step: str) -> int:
    return int(step) if step.isdigit() else NUMBER_WORDS.get(step, 1)
