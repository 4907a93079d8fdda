"""Reads ages in an advertisement of oneself, or in a question that only a child would ask."""

import re
from typing import Final

from privacy_engine.children.detect.beside import CASE_FILE, FIRST_PERSON, OF_A_CASE
from privacy_engine.children.detect.hinted import Ended
from privacy_engine.children.detect.numbers import Number
from privacy_engine.children.detect.openings import CHILD_WORD
from privacy_engine.children.detect.persons import ANY_CHILD
from privacy_engine.children.detect.tails import Tail

_SHORT: Final = 90
"""Characters of an advertisement that may lack any word for the writer."""
_BEGINS: Final = (
    r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello|hola|buenas)[,!.]? )(?:just |only |solo |an? )?"
)
_OPENS: Final = Ended(
    _BEGINS + r"\Z",
    *(".", "!", "?", "\n", ",", "just", "only", "solo", "an", "a", "hi", "hey", "hello", "hola"),
    "buenas",
)
_SEX: Final = (
    r"(?:fem(?:ale)?|male|man|woman|guy|lady|hombre|mujer|varon|senora?|nonbinary|enby"
    r"|trans (?:man|woman|guy|girl|boy)"
)
_GROWN_OPENS: Final = Ended(
    _BEGINS + rf"(?:{_SEX}"
    r"|(?:retired |school |er |icu |single |stay at home )?(?:nurse|teacher|veteran|engineer"
    r"|lawyer|driver|paramedic|firefighter|cop|mom|mother|dad|father|widow(?:er)?|artist|musician"
    r"|designer|developer|student)|retired|retiree|divorced|married|single|widowed|gay|lesbian"
    r"|enfermer[oa]|maestr[oa]|profesora?|ingenier[oa]|abogad[oa]|viud[oa]|divorciad[oa]"
    r"|jubilad[oa]|solter[oa]|casad[oa]|ama de casa|estudiante))"
    r"[ ]?[,:/-]{1,2} ?(?:age |aged |de )?\Z",
    *(",", ":", "/", "-", "age", "aged", "de"),
)
_YOUNG_OPENS: Final = Ended(
    _BEGINS + rf"(?:{_SEX}|girl|boy|kid|student|pupil|freshman|sophomore|junior|senior"
    rf"|(?:\w+ )?grader|estudiante|alumn[oa]|{CHILD_WORD}))"
    r"[ ]?[,:/-]{1,2} ?(?:age |aged |de )?\Z",
    *(",", ":", "/", "-", "age", "aged", "de"),
)
_STOPS: Final = re.compile(
    r" *(?:[,.;!|\n/](?! ?(?:hits|bites|cries|wets|has|is|won'?t|refuses|throws"
    r"|screams|lies|steals)\b)"
    r"|\Z|- )| (?:from|in|de|en|living)\b"
)
_SELF_AFTER: Final = re.compile(
    r"[ ,.;/|-]{1,3}(?:(?:girl|boy|kid|guy|student|chic[oa]|nin[oa])\b[ ,.;-]{0,3})?"
    r"(?:non-?binary|enby|trans\b|gay\b|bi\b|lesbian|queer|foster kid|only child|orphan|homeless"
    r"|kicked out|ran away|runaway|staying (?:at|with)|living (?:with|in|at)|stuck\b|bullied"
    r"|scared|lonely|so sad|sad\b|depressed|failing|no friends|nobody|no one|bored|tired|hates? "
    r"(?:school|home|life)|grounded|sophomore|freshman|junior\b|senior\b|he/him|she/her"
    r"|they/them|el/|ella/|sin amig|hart[oa]|cansad[oa]|sol[oa]\b|triste|vivo|hij[oa] unic[oa]"
    r"|en la calle)"
)
_HELP_FOR: Final = re.compile(
    r"(?:\A|[.!?\n,] *|\b(?:need|want|find|get|looking for|any|an?|hi) )(?:(?:some|good|child"
    r"|kids?|free|an?) )*(?:counsel\w+|therap\w+|psycholog\w+|doctor|help|shrink|someone to talk"
    r" to|somebody to talk to|support|advice|appointment)(?: needed| pls| please)? for"
    r"(?: (?:an?|one|this|lil|little|just|poor|sad|only))*[ -]\Z"
)
_ME: Final = re.compile(
    r"(?: (?:girl|boy|kid))?[ ,(]{1,2}me\)?(?= *(?:\Z|[.!?,\n]|pls|plz|please"
    r"|cuz|bc|because|and i|asap|lol)\b| *\Z| *[.!?,\n])"
)
_QUESTION: Final = re.compile(
    r"(?:\A *|[.!?\n,] *|\b(?:hi|hey|hello|hola|ok|so|and|but) )(?:can|could|do|does|is|are|would"
    r"|may|will|should|what if|puede[ns]?|hay|tienen?|atienden?|aceptan?|reciben?|ven|ayudan?)\b"
    r"(?:(?! (?:my|our|mi|mis|i|his|her)\b)[^.!?\n]){0,60}\Z"
)
_ASKED: Final = re.compile(r"[^.!?\n]{0,90}\?")
_PARENT: Final = (
    r"(?:mom|mum|mommy|mama|mother|dad|daddy|father|parents?|grandma|nana|papas?|padres?|mami"
    r"|papi|abuela)"
)
_OWN_PARENTS: Final = re.compile(
    rf"\b(?:ask|tell|telling|asking|told|beg|show) (?:\w+ )?my {_PARENT}\b"
    rf"|\bmy {_PARENT}s? (?:(?:always|just|never|still) )*(?:wont|won'?t|doesn'?t|doesnt|don'?t"
    rf"|dont"
    r"|will not|refuses?|cant|can'?t|says?|said|thinks?) (?:\w+ ){0,4}?(?:me|i|i'?m)\b"
    rf"|\bwithout (?:my )?(?:\w+ )?(?:my )?{_PARENT}\b(?: know\w*| find\w*)?"
    rf"|\bsin que (?:\w+ ){{0,3}}?mis? {_PARENT}\b|\b(?:decirle|pedirle|preguntarle|contarle)s? a"
    rf" mis? {_PARENT}\b|\bmis? {_PARENT} no me (?:quieren?|dejan?|llevan?|creen?)\b"
)
_OWN_HOME: Final = re.compile(
    r"\b(?:husband|wife|my (?:kid|son|daughter|child)|as a (?:parent|teacher)|college|when i was"
    r"|years ago|my ex|class|students?|(?:bring|take|enroll|help|drive) (?:him|her|them))\b"
)


def advert_rule(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> str:
    """Return the rule by which an age is told in an advertisement of oneself, or nothing."""
    if kind == "old" and _HELP_FOR.search(left) and _ME.match(folded, end):
        return "" if "inner child" in folded or "healing" in folded else "help_for_me"
    if not 4 < number.value < 100 or kind not in {"old", "bare"}:
        return ""
    is_who = _OPENS.search(left) is not None and _SELF_AFTER.match(folded, end) is not None
    opens = _GROWN_OPENS if number.value > 17 else _YOUNG_OPENS
    is_opened = _STOPS.match(folded, end) is not None and opens.search(left) is not None
    is_own = (is_who or is_opened) and _is_own(folded, is_young=number.value < 18)
    return "own_advert" if is_own else ""


def _is_own(folded: str, *, is_young: bool) -> bool:
    """Return whether nobody else is spoken of, and with a young age nothing like a case."""
    told = folded[:2000]
    if ANY_CHILD.search(told) or CASE_FILE.search(told):
        return False
    return not is_young or not (
        OF_A_CASE.search(told) or (len(folded) >= _SHORT and not FIRST_PERSON.search(told))
    )


def asks_as_child(folded: str, number: Number, left: str, *, end: int) -> bool:
    """Return whether a child asks for children of an age: "... for 10 year olds? my mom won't"."""
    is_asked = folded.find("?", end, end + _SHORT) >= 0 and _ASKED.match(folded, end)
    if not 5 < number.value < 18 or not is_asked or not _QUESTION.search(left):
        return False
    told = folded[:2000]
    return (
        _OWN_PARENTS.search(told) is not None
        and not ANY_CHILD.search(told)
        and not _OWN_HOME.search(told)
    )
