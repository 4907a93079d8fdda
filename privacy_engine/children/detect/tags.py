"""Ages without a sentence: forms, signatures, "11/f", "twelve here"."""

import re
from typing import Final

from privacy_engine.children.detect import beside, persons, unled
from privacy_engine.children.detect.claims import WEAK, Claim
from privacy_engine.children.detect.numbers import Number

YOUNGEST_BARE: Final = 4
"""Below this a bare number counts other things; nobody of three writes "I'm 3" without "years"."""

HERE: Final = re.compile(
    r"(?:[ /,-]{0,2}(?:f|m|girl|boy|female|male|kid|guy|nb|enby|trans \w+|student|teen"
    r"|teenager|yo|old))?,? "
    r"(?:here|aqui|(?:por )?aca)\b(?! (?!for (?:help|advice))(?:for|to|yesterday|today|tomorrow"
    r"|and there|in|on|at|last|this)\b)"
)
_NOT_SEX: Final = (
    r"(?!\.d|'|&|\*| (?:high|from|away|tall|deep|long|wide|ago|left|to|of|outside|below|apart))"
)
_SEX: Final = re.compile(
    r"(?: ?/ ?)?(?:f|m|nb)\b"
    + _NOT_SEX
    + r"| ?/ ?(?:female|male|girl|boy)\b| (?:f|m|nb|girl|boy|female|male)(?=[,/.)\]]|\Z| "
    r"(?:usa|us|ca|cali|california|texas|tx|ny|nyc|uk|florida|fl|here|nv|nevada|az)\b)"
)
_SEX_APART: Final = re.compile(
    r" ?[.,;/|] ?(?:female|male|girl|boy|nin[oa]|chic[oa]|hombre|mujer|mujercita|varon)"
    r"(?=[,/.;!)\]|]|\Z)"
)
_OLD_HERE: Final = re.compile(
    r"(?: (?!mom|mother|dad|father|parent|patient|son|daughter|client"
    r"|student)[a-z-]+){0,5},? here\b(?! for)"
)
_SEX_OF_ADULT: Final = re.compile(r"[ ,]{0,2}(?:f|m|female|male|woman|man)(?=[,/.)\]]|\Z)")
_SIGNED_END: Final = re.compile(r"\s*[).!]*\s*\Z")
_FORM_LINE: Final = re.compile(r"(?:\A|\n)(?:name:? )?[a-z' ]{0,24}\b(?:age|edad) \Z")
_FORM_NEXT: Final = re.compile(
    r",? (?:grade|school|from|city|class|likes?|(?:my )?names?|called|sex|gender"
    r"|nombre|grado"
    r"|escuela|ciudad|me llamo)\b"
)
_AGE_FIRST: Final = re.compile(r"(?:\A|\n) *(?:age|edad) \Z")
_I_NEXT: Final = re.compile(r", (?:i|i'?m|my|i like|girl|boy|me gusta|soy|vivo|mi)\b")
_FORM_END: Final = re.compile(
    r"\s*(?:\Z|\n|[|/;,.)]| {2}|(?:name|email|message|grade|school|nombre|mensaje)\b)"
)


def tagged(folded: str, number: Number, left: str, *, end: int) -> Claim | None:
    """Ages without a sentence: forms, signatures, "11/f", "twelve here"."""
    value = number.value
    if value < YOUNGEST_BARE:
        return None
    rule = _tag(folded, number, left, end=end)
    if rule is None:
        return None
    if rule in {"form_age", "signed_age"} and persons.ANY_CHILD.search(folded[:6000]):
        return Claim("third_person", value, value, number.start, end, "other_age", WEAK)
    strength = WEAK if rule in {"signed_age", "form_age", "age_and_sex"} else 0.85
    return Claim("writer", value, value, number.start, end, rule, strength)


def _tag(folded: str, number: Number, left: str, *, end: int) -> str | None:
    if (named := _named_tag(folded, left, end=end)) is not None:
        return named or None
    is_sexed = unled.SEX_BEFORE.search(left, max(0, len(left) - 6)) is not None
    if not is_sexed and not unled.CLAUSE.search(left):
        return None
    if HERE.match(folded, end) or (_OLD_HERE.match(folded, end) and end > number.end + 2):
        return "age_here"
    is_sexed = is_sexed or _SEX.match(folded, number.end) is not None
    is_sexed = is_sexed or _SEX_APART.match(folded, end) is not None
    is_chat = is_sexed and not number.is_word and not persons.PARENTHESES_OF.search(left)
    is_grown = number.value > 17 and _SEX_OF_ADULT.match(folded, end) is not None
    is_case = (is_chat or is_grown) and beside.CASE_FILE.search(folded[:2000])
    return "age_and_sex" if (is_chat or is_grown) and not is_case else None


def _named_tag(folded: str, left: str, *, end: int) -> str | None:
    """Return the rule of an age that the word for it leads to, "" if it is none after all."""
    if "age" not in left and "edad" not in left and "how old" not in left:
        return None
    if unled.FORM_AGE.search(left):
        return "form_age" if _FORM_END.match(folded, end) else ""
    if unled.AGE_WORD.search(left) and _SIGNED_END.match(folded, end):
        return "signed_age"
    if _AGE_FIRST.search(left) and _I_NEXT.match(folded, end):
        return "form_age"
    if _FORM_LINE.search(left) and _FORM_NEXT.match(folded, end):
        return "form_age"
    return None
