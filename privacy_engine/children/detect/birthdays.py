"""Reads birthdays that bear a number: "my 10th birthday is on Friday"."""

import re
from typing import Final

from privacy_engine.children.detect import persons
from privacy_engine.children.detect.claims import Claim, writers_claim
from privacy_engine.children.detect.numbers import Number

_BIRTHDAY: Final = re.compile(r"(?: ano| numero)? ?(?:birth ?day|bday|b-day|cumpleanos)\b")
_MY: Final = re.compile(r"(?<![\w'])(?:my|our|mi) (?:\w+ )?\Z")
_SOON: Final = re.compile(
    r"\b(?:next|tomorrow|coming|soon|will be|is (?:on|in|this|coming)|this (?:week|satur|sun"
    r"|fri|mon|tues|"
    r"wednes|thurs)\w*|upcoming|can't wait|manana|proxim[oa]|se acerca|going to be)\b"
)
_JUST_NOW: Final = re.compile(
    r"\b(?:today|yesterday|last (?:week|night|month)|just had|hoy|ayer)\b"
)


def birthday_claim(folded: str, number: Number, left: str) -> Claim | None:
    """Return whose birthday an ordinal counts, where a day near today stands beside it."""
    found = _BIRTHDAY.match(folded, number.end)
    if not found:
        return None
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
