"""Works out an age from years still to come: "in two years I'll be 13", "not old enough"."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.claims import Claim
from privacy_engine.children.detect.folding import words_of
from privacy_engine.children.detect.numbers import NUMBER_WORDS

YEARS: Final = frozenset(words_of("year years yr yrs ano anos"))
"""Words of which one stands wherever years to come are counted."""

_WILL_BE: Final = (
    r"(?:i ?(?:'ll|ll| will)(?: finally| only)? (?:be|turn)|i(?:'m| am|m)(?: finally)?"
    r"|i(?: finally)? (?:turn|can be)|(?:cumplo|tendre|tenga|cumpla|cumplire|cumplir|tener"
    r"|voy a (?:tener|cumplir))(?: los)?|los)"
)
_COUNTED: Final = re.compile(r" (?:years?|yrs?|anos?)\b(?! old| de edad)")
_OPENINGS: Final = (" year", " yr", " ano")
_AHEAD: Final = re.compile(
    r"(?: more| mas)?(?P<until> (?:until|till?|til|before|and|para(?: que)?|hasta que|y)|,)?"
    rf" {_WILL_BE} (?P<age>\d{{1,2}})(?![\w%$]|[.,:/-]\d)"
)
_BEHIND: Final = re.compile(
    rf"(?<![\w']){_WILL_BE} (?P<age>\d{{1,2}}) (?:in|en|dentro de)(?: like| about| just| only)? \Z"
)
_IN: Final = re.compile(
    r"(?<!\w)(?:in|en|dentro de|faltan?|quedan?)(?: just| like| about| only)? \Z"
)
_NOT_OLD_ENOUGH: Final = re.compile(
    r"\b(?:have to|has to|must|need to|needs to|supposed to) be (?:at least |over )?"
    r"(?P<age>\d\d)\b[^.!?\n]{0,50}?[ ,](?:but|and|n)(?: i think| maybe| sadly)? (?P<me>i) ?"
    r"(?:'m|m| am) (?:not|younger|nt)\b"
    r"(?! (?:a|an|the|renting|buying|going|sure|asking|your|\w+ing)\b)"
)
_BESIDE: Final = 48
"""More characters than stand before the years in such a sentence."""
_YOUNGEST: Final = 3
_MOST_STEPS: Final = 15
_MOST: Final = 50


def ahead_claims(folded: str) -> Iterator[Claim]:
    """Yield what years still to come, and ages that the writer has not reached, say of them."""
    if "to be " in folded or "must be " in folded:
        for found in _NOT_OLD_ENOUGH.finditer(folded):
            age, place = int(found["age"]) - 1, found.span("age")
            yield Claim("writer", 0, age, *place, "not_yet_age", 0.85, found.start("me"))
    for opening in _OPENINGS:
        at = -1
        for _ in range(_MOST):
            at = folded.find(opening, at + 1)
            if at < 0:
                break
            if years := _COUNTED.match(folded, at):
                left = folded[max(0, at - _BESIDE) : at]
                if (claim := _ahead(folded, left, years)) is not None:
                    yield claim


def _ahead(folded: str, left: str, years: re.Match[str]) -> Claim | None:
    stem = left.removesuffix(" more").removesuffix(" mas")
    word = stem[stem.rfind(" ") + 1 :]
    step = int(word) if word.isdecimal() else NUMBER_WORDS.get(word, 0)
    if not 0 < step <= _MOST_STEPS:
        return None
    before = stem[: len(stem) - len(word)]
    start, end = years.start() - len(left) + len(before), years.end()
    if found := _AHEAD.match(folded, end):
        if not found["until"] and not _IN.search(before):
            return None
        if found["until"] == "," and not _IN.search(before):
            return None
        end = found.end()
    elif not (found := _BEHIND.search(before)):
        return None
    else:
        start = years.start() - len(left) + found.start()
    age = int(found["age"]) - step
    # The years may be counted from either of two birthdays.
    return (
        Claim("writer", age - 1, age, start, end, "years_ahead", 0.85, start)
        if age > _YOUNGEST
        else None
    )
