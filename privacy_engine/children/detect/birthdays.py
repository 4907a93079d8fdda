"""Reads birthdays that bear a number: "my 10th birthday is on Friday"."""

import re
from typing import Final

from privacy_engine.children.detect import persons
from privacy_engine.children.detect.claims import Claim, writers_claim
from privacy_engine.children.detect.numbers import Number

BIRTHDAY_WORDS: Final = frozenset({"cumple", "cumpleanos", "candles", "velas", "velitas"})
"""Words of which one must stand in a text whose birthdays are counted without an ordinal."""
_BIRTHDAY: Final = re.compile(r"(?: ano| numero)? ?(?:birth ?day|bday|b-day|cumpleanos)\b")
_MY: Final = re.compile(r"(?<![\w'])(?:my|our|mi) (?:\w+ )?\Z")
_SOON: Final = re.compile(
    r"\b(?:next|tomorrow|coming|soon|will be|is (?:on|in|this|coming)|tmrw|tmr|tmw|2morrow"
    r"|tomorow|this (?:week|satur|sun"
    r"|fri|mon|tues|"
    r"wednes|thurs)\w*|upcoming|can't wait|manana|proxim[oa]|se acerca|going to be)\b"
)
_JUST_NOW: Final = re.compile(
    r"\b(?:today|yesterday|last (?:week|night|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"|just had|hoy|ayer)\b"
)
_NUMBERED: Final = re.compile(
    r"(?<!\w)mi cumple(?:anos)?(?: es)?(?: el)?,?(?: numero| #| num)?[ :#]*\Z"
)
_CANDLES: Final = re.compile(r" (?:candles|velas|velitas)\b")
_MY_CAKE: Final = re.compile(r"\b(?:my|mi) (?:\w+ )?(?:cake|b-?day|birthday|pastel|torta|cumple)")


def birthday_claim(folded: str, number: Number, left: str) -> Claim | None:
    """Return whose birthday a number counts, where a day near today stands beside it."""
    if not number.is_ordinal:
        return _counted_birthday(folded, number, left)
    found = _BIRTHDAY.match(folded, number.end)
    return _ordinal_birthday(folded, number, left, found) if found else None


def _ordinal_birthday(
    folded: str, number: Number, left: str, found: re.Match[str]
) -> Claim | None:
    begin = max(0, number.start - 60)
    around = folded[begin : found.end() + 40]
    if not _MY.search(left) or re.search(r"(?:'s|my \w+s) \Z", left):
        third = persons.PERSON
        if re.search(rf"\b{third}'?s? \Z", left):
            value = number.value
            return Claim(
                "third_person", value - 1, value, number.start, found.end(), "other_age", 0.8
            )
        return None
    if _JUST_NOW.search(around):
        return writers_claim("is", number, end=found.end(), rule="birthday", strength=0.9)
    if _SOON.search(around):
        return writers_claim("next", number, end=found.end(), rule="birthday", strength=0.85)
    return None


def _counted_birthday(folded: str, number: Number, left: str) -> Claim | None:
    """Read "mi cumple numero 10" and the candles on a cake."""
    end = number.end
    is_numbered = "cumple" in left and _NUMBERED.search(left)
    if is_numbered and folded.startswith((" de ", " invitad", " person"), end):
        return None
    around = folded[max(0, number.start - 60) : end + 60]
    if not is_numbered and not (_CANDLES.match(folded, end) and _MY_CAKE.search(around)):
        return None
    if _JUST_NOW.search(around):
        return writers_claim("is", number, end=end, rule="birthday", strength=0.85)
    # Whether the birthday lies ahead or behind, the age is one of two.
    return writers_claim("about", number, end=end, rule="birthday", strength=0.8)
