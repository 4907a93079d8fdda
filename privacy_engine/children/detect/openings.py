"""The words that first persons and their ages are told with, and the shape of a lead."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Shape = Literal["is", "next", "about", "before", "from", "none"]
"""How the number bounds the age: equal, one less, either, any less, any more, not at all."""

GAP: Final = r"[ ,:.;-]{0,6}[\"'(]?\Z"
ADVERB: Final = (
    r"(?:[ ,.]{1,4}(?:(?!near|ear)\w+ly|just|like|kinda|kind of|sorta|sort of|about|around|now"
    r"|also|"
    r"still|already|rn|lowkey|legit|even|maybe|prob|currently|ok|well|uh|um|umm|tbh|so|too|both|"
    r"all|at the age of|age|aged|turned|there|here|btw|yes|in fact|sadly|young)\b){0,4}"
)
IM: Final = (
    r"(?:(?<!\w)(?<!\w')(?:i ?['?;,]? ?m{1,4}|i ?am|i'am|ima|imma|ime|i is|i are|i r"
    r"|i em|i an|i be|iam|a?im)"
    r"|(?:(?<=\A)|(?<=[.!?,\n] )|(?<=hi )|(?<=hello )|(?<=hey ))(?:am|me is|me am))"
)
WE: Final = (
    r"(?:(?<![\w'])we(?: ?'re| are| r)"
    r"|(?<![\w'])(?:and|&|n) (?:i|me|myself),?(?: who)? (?:are|r|is|am|we're|were both)"
    r"|(?<![\w'])(?<!than )me (?:and|&|n) (?:\w+ ){1,4}(?:are|r|is|am|we're)"
    r"|(?<!\w)(?:both|all|two|three) of us (?:are|r)|(?<!\w)us two (?:are|r))"
)
NOUN: Final = (
    r"(?:(?!(?:of|to|with|for|and|whose|who|from|in|mom|mum|mother|dad|father|parent|grand\w+"
    r"|aunt|uncle|"
    r"teacher|therapist|nurse|tutor|coach|counselor|nanny|sitter|guardian|sister|brother|about)\b)"
    r"[a-z'-]+,? )"
)
CHILD_WORD: Final = (
    r"(?:nin|chic|nen|chamac|muchach|pib|chav|morr|gur|pelad|patoj|cipot|chibol|joven|adolescent"
    r"|escuinc|crio|cria)\w*"
)
"""What the countries that speak Spanish call a child."""
NAME: Final = r"(?P<name>[a-z][a-z'.-]*(?: (?!and\b|i\b|im\b)[a-z][a-z'.-]*){0,2})"


@dataclass(frozen=True)
class Lead:
    """A named pattern for the text before a number."""

    rule: str
    shape: Shape
    pattern: re.Pattern[str]
    strength: float
    tails: tuple[str, ...]
    needs: frozenset[str]
    """Words of which one must stand before the number; a cheap test before the dear one."""


def lead(
    rule: str,
    shape: Shape,
    pattern: str,
    *,
    needs: str,
    strength: float = 0.95,
    tails: str = "old bare",
) -> Lead:
    """Return a lead; `needs` and `tails` are written as running text."""
    compiled = re.compile(pattern)
    return Lead(rule, shape, compiled, strength, tuple(tails.split()), frozenset(needs.split()))
