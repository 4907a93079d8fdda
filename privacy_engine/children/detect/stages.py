"""Reads stages of life that are said without a number: teenager, adult, in my forties."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.claims import NO_LIMIT, Claim
from privacy_engine.children.detect.leads import IM
from privacy_engine.children.detect.speech import UNREAL

_BEFORE: Final = (
    rf"(?:{IM}(?:[ ,]{{1,2}}(?:\w+ly|just|like|still|only|now|also|actually))*?"
    r"|(?<!\w)(?:as|soy|somos))(?: (?:an?|un|una))?"
    r"(?: (?!not\b|no\b|of\b|to\b|with\b|for\b|mom|mother|dad|father|parent|teacher)[a-z]+){0,2}? "
)
_STAGE: Final = re.compile(
    r"\b" + _BEFORE + r"(?:(?P<tween>pre-?teen|tween|preadolescente)"
    r"|(?P<teen>teen|teenager|teenage (?:girl|boy)|adolescente)"
    r"|(?P<adult>adult|grown[ -](?:woman|man|up|ass \w+)|grownup|adulto|adulta|mayor de edad"
    r"|of legal age|(?:\d0|twenty|thirty|forty|fifty|sixty)[ -]?something|"
    r"retired|senior citizen|jubilad[oa]|grandmother|grandfather|grandma|grandpa|abuel[oa])"
    r"|in (?:my )?(?:early |mid |late |mid-|my )*(?P<decade>20|30|40|50|60|70|80|twentie"
    r"|thirtie|fortie|"
    r"fiftie|sixtie|seventie|eightie)'?s)\b"
    r"(?!'s| (?:to|of) (?:a|an|my|our)\b| (?:psych\w*|therap\w*|counsel\w*|specialist|services"
    r"|group|clinic|program|"
    r"children|child))"
)
_AGES: Final = {
    "tween": (9, 12, 0.8),
    "teen": (13, 17, 0.85),
    "adult": (18, NO_LIMIT, 0.9),
    "decade": (18, NO_LIMIT, 0.95),
}


def stage_claims(folded: str) -> Iterator[Claim]:
    """Yield what the writer says of their own stage of life."""
    for found in _STAGE.finditer(folded):
        if UNREAL.search(folded[max(0, found.start() - 40) : found.start()]):
            continue
        lowest, highest, strength = _AGES[found.lastgroup or "adult"]
        rule = f"stage_{found.lastgroup}"
        yield Claim("writer", lowest, highest, found.start(), found.end(), rule, strength)
