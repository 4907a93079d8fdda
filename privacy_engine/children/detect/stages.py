"""Reads stages of life that are said without a number: teenager, adult, in my forties."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.claims import NO_LIMIT, Claim
from privacy_engine.children.detect.openings import IM
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
_NOT_YET: Final = re.compile(
    # Whoever waits for these years has not reached them.
    rf"(?:{IM} not (?:(?:even|quite|yet) )*(?:an? )?(?:real )?(?:teen|teenager)(?= yet\b)"
    rf"|(?:{IM} (?:almost|nearly|gonna be|going to be|about to be|soon to be|soon)"
    r"|(?<![\w'])i ?(?:'ll|ll| will)(?: finally| soon| only)? (?:be|become)"
    r"|\b(?:when|until|till|before|once) (?:i (?:finally )?(?:become|am|turn into|get to be)|i'?m)"
    r"(?: finally)?|can ?'?t wait to (?:be|become)) (?:an? )?(?:real )?(?:teen|teenager)\b"
    r"|\b(?:(?:todavia|aun) no soy (?:una? )?|(?:ya )?casi (?:soy )?(?:una? )?"
    r"|cuando sea )adolescente\b"
    r"|\bno soy (?:una? )?adolescente (?=todavia|aun))"
    r"(?! (?:mom|mother|dad|parent|father|therap|anymore|again|pregnan|'))"
)
_TWO_FIGURES: Final = re.compile(
    r"(?<![\w'])(?:i(?:'m|m| am|'ve)?|finally|just|almost)(?: (?:just|finally|will|gonna"
    r"|about to))*"
    r" (?:turn(?:ed|ing)? |in |hit |hitting |at |reach(?:ed)? )?(?:the )?double digits\b"
)
_BORN_IN: Final = re.compile(
    r"(?:\A|[.!?\n,;] *|(?<![\w'])(?:i was|i'm|im|and|me) )(?:born"
    r"|naci(?:d[oa])?) (?:and raised )?"
    r"(?:in|en) (?:the |los )?(?:anos )?(?:early |mid |late |mid-|late-)?'?(?:19)?[3-9]0'?s?(?!\w)"
)
_AGES: Final = {
    "tween": (9, 12, 0.8),
    "teen": (13, 17, 0.85),
    "adult": (18, NO_LIMIT, 0.9),
    "decade": (18, NO_LIMIT, 0.95),
}


def stage_claims(folded: str) -> Iterator[Claim]:
    """Yield what the writer says of their own stage of life."""
    if "teen" in folded or "adolescente" in folded:
        ahead = list(_NOT_YET.finditer(folded))
        for found in ahead:
            yield Claim("writer", 5, 12, *found.span(), "not_yet_teen", 0.85)
        if ahead:
            return
    for found in _STAGE.finditer(folded):
        if UNREAL.search(folded[max(0, found.start() - 40) : found.start()]):
            continue
        lowest, highest, strength = _AGES[found.lastgroup or "adult"]
        rule = f"stage_{found.lastgroup}"
        yield Claim("writer", lowest, highest, found.start(), found.end(), rule, strength)


MILESTONE_WORDS: Final = frozenset({"double", "born", "naci", "nacido", "nacida"})


def milestone_claims(folded: str) -> Iterator[Claim]:
    """Yield what ages of two figures and decades of birth say of the writer."""
    if "double digits" in folded:
        for found in _TWO_FIGURES.finditer(folded):
            yield Claim("writer", 9, 10, *found.span(), "two_figures", 0.75)
    if "born" in folded or "naci" in folded:
        for found in _BORN_IN.finditer(folded):
            yield Claim("writer", 27, NO_LIMIT, *found.span(), "birth_decade", 0.9)
