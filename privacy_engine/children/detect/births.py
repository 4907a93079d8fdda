"""Reads dates and years of birth, and whose they are."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from privacy_engine.children.ages import age_on
from privacy_engine.children.detect.claims import Claim, Who
from privacy_engine.children.detect.persons import ANY_CHILD, PERSON

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY: Final = (
    r"(?:(?P<iso>(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})"
    r"|(?P<numeric>\d{1,2}[-/. ]\d{1,2}[-/. ](?:(?:19|20)\d\d|'?\d\d)\b)"
    rf"|(?P<monthfirst>{_MONTH} ?\d{{1,2}}(?:st|nd|rd|th)?,? (?:of )?(?:in )?(?:19|20)\d\d)"
    rf"|(?P<dayfirst>\d{{1,2}}(?:st|nd|rd|th|º|ro)? (?:of |de )?{_MONTH}(?: de| del|,)? (?:19"
    rf"|20)\d\d)"
    rf"|(?P<month>{_MONTH}(?: of| de| del|,)? (?:19|20)\d\d)"
    r"|(?:(?:the year|el ano|ano) )?(?P<year>(?:19|20)\d\d\b(?![-/.]\d)))"
)
_BIRTH: Final = re.compile(
    r"\b(?:(?P<verb>born|bron|nacid[oa]|naci|nacio)(?! again\b)(?: [a-z]+){0,3}?:? ?"
    r"(?:on |in |en |el "
    r"|back in |the |del? |dia ){0,3}"
    r"|(?P<self>soy del?(?: ano)?|(?:im|i'm|i am) an?(?= 20\d\d (?:baby|kid))) ?"
    r"|(?P<noun>d\.?o\.?b\.?|date of birth|birth ?date|birth ?day|bday|b-day|year of birth"
    r"|birth year|"
    r"fecha de nacimiento|ano de nacimiento|cumpleanos)"
    r"(?P<of> (?:of|de) (?:my|our|mi|su|his|her) \w+)?"
    r"(?: is| es|'s|:| =| was)*(?: on| in| el| en| the)? ?[:=-]? ?)" + _DAY
)
_CORRECTED: Final = re.compile(
    r"(?<![\w'])(?:i (?:\w+ ){0,2}?(?:put|said|chose|picked|entered|typed|wrote|clicked|selected"
    r"|used)|puse|escribi|elegi)\b[^.!?\n]{0,40}\b(?:19|20)\d\d\b[^.!?\n]{0,30}?\b(?:but|pero)\b"
    r"[^.!?\n\d]{0,40}?(?P<year>20\d\d)\b"
)
"""A year of birth that takes back another: "I put 2008 but really it's 2015"."""
_BY_WRITER: Final = re.compile(
    r"(?:(?<![\w'])(?:i|me)(?: was| were| am| wuz|'?m)?(?: only| just| literally| actually)?|"
    r"(?<!\w)(?:yo|im|i'm|soy|fui))[ ,]*\Z"
)
_WRITERS_NOUN: Final = re.compile(r"(?<![\w'])(?:my|mi|my actual|my real)[ ]\Z")
_OTHER: Final = re.compile(rf"\b(?:{PERSON}|child's|son's|daughter's)\b[^.!?\n]{{0,40}}\Z")
_CLAUSE: Final = re.compile(r"(?:\A|[.!?\n;,(|-] *|\b(?:and|so|but|cuz|because|bc|y|lol) )\Z")
_LOST: Final = re.compile(r"[^.!?\n]{0,24}\b(?:died|passed|stillborn|murio|fallecio)\b")
_NARRATIVE: Final = re.compile(
    r"\b(?:that|when|before|since|company|business|site|practice)[^.!?\n]{0,16}\Z"
)


def birth_claims(folded: str, on: date) -> Iterator[Claim]:
    """Yield what dates and years of birth say about ages on the day `on`."""
    if "but" in folded or "pero" in folded:
        for found in _CORRECTED.finditer(folded):
            ages = [age_on(day, on) for day in _days(found, on) if day <= on]
            if ages:
                place = found.span("year")
                yield Claim("writer", min(ages), max(ages), *place, "birth_year", 0.85)
    for found in _BIRTH.finditer(folded):
        days = [day for day in _days(found, on) if day <= on]
        who = _whose(folded, found)
        if not days or who is None or _LOST.match(folded, found.end()):
            continue
        lowest, highest = age_on(max(days), on), age_on(min(days), on)
        if highest <= 120:
            rule = "birth_year" if found["year"] else "birth_date"
            yield Claim(who, lowest, highest, found.start(), found.end(), rule, 0.92)


def _whose(folded: str, found: re.Match[str]) -> Who | None:
    left = folded[max(0, found.start() - 60) : found.start()]
    verb = found["verb"]
    if verb == "nacio" or found["of"]:
        return "third_person"
    if found["self"] or verb == "naci" or _BY_WRITER.search(left) or _WRITERS_NOUN.search(left):
        return "writer"
    if _OTHER.search(left) or ANY_CHILD.search(folded[:4000]):
        return "third_person"
    if _CLAUSE.search(left) and not _NARRATIVE.search(left):
        return "writer"
    return None


def _days(found: re.Match[str], on: date) -> list[date]:
    """Return the first and last day that the words can mean."""
    text = found[found.lastgroup or 0]
    if text is None:
        return []
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    match found.lastgroup:
        case "iso":
            return _valid(*numbers)
        case "numeric":
            first, second, year = numbers
            year = _full_year(year, on)
            return _valid(year, first, second) + _valid(year, second, first)
        case "monthfirst" | "dayfirst":
            return _valid(numbers[1], _month_in(text), numbers[0])
        case "month":
            year, month = numbers[0], _month_in(text)
            return _valid(year, month, 1) + _valid(year, month, 28)
        case _:
            return _valid(numbers[0], 1, 1) + _valid(numbers[0], 12, 31)


def _month_in(text: str) -> int:
    return next((_MONTHS[word] for word in re.findall(r"[a-z]+", text) if word in _MONTHS), 0)


def _full_year(year: int, on: date) -> int:
    """Two figures mean this century up to the present year, else the last one."""
    if year > 99:
        return year
    return 2000 + year if year <= on.year % 100 else 1900 + year


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
