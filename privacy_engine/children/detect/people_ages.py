"""Turns numbers in a text into claims about the age of the writer or of somebody else."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from privacy_engine.children.detect import beside, leads, persons, speech
from privacy_engine.children.detect.choosing import leads_for
from privacy_engine.children.detect.claims import NO_LIMIT, WEAK, Claim
from privacy_engine.children.detect.folding import words_in, words_of
from privacy_engine.children.detect.leads import Lead
from privacy_engine.children.detect.numbers import Number, find_numbers
from privacy_engine.children.detect.tails import Tail, tail_after

_OLDEST: Final = 110
_SHORT: Final = 60
"""Characters of a text that may be nothing but a signature."""
_YOUNGEST_BARE: Final = 4
"""Below this a bare number counts other things; nobody of three writes "I'm 3" without "years"."""

_DURING: Final = re.compile(r" ?\w* ?(?:for|since|like)\b")
_HERE: Final = re.compile(
    r"(?:[ /,-]{0,2}(?:f|m|girl|boy|female|male|kid|guy|nb|enby|trans \w+|student|teen"
    r"|teenager|yo|old))?,? "
    r"(?:here|aqui|por aca)\b(?! (?!for (?:help|advice))(?:for|to|yesterday|today|tomorrow"
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
_OLD_HERE: Final = re.compile(
    r"(?: (?!mom|mother|dad|father|parent|patient|son|daughter|client"
    r"|student)[a-z-]+){0,5},? here\b(?! for)"
)
_CASE: Final = re.compile(
    r",? (?:son|daughter|boy|girl|male|female|child|kid|client|patient|student|with|who|needs"
    r"|in|has|referred)\b"
)
_SEX_OF_ADULT: Final = re.compile(r"[ ,]{0,2}(?:f|m|female|male|woman|man)(?=[,/.)\]]|\Z)")
_SIGNED_END: Final = re.compile(r"\s*[).!]*\s*\Z")
_SIGNED_LINE: Final = re.compile(r" *[).!]* *(?:\Z|\n)")
_SIGNED_PLACE: Final = re.compile(r", ?[a-z]+(?: [a-z]+)?(?:, ?[a-z]{2,})? *[.!]*\Z")
_FORM_LINE: Final = re.compile(r"(?:\A|\n)(?:name:? )?[a-z' ]{0,24}\bage \Z")
_FORM_NEXT: Final = re.compile(r",? (?:grade|school|from|city|class|likes?)\b")
_FORM_END: Final = re.compile(
    r"\s*(?:\Z|\n|[|/;,.)]| {2}|(?:name|email|message|grade|school|nombre|mensaje)\b)"
)
_BIRTHDAY: Final = re.compile(r"(?: ano| numero)? ?(?:birth ?day|bday|b-day|cumpleanos)\b")
_MY: Final = re.compile(r"(?<![\w'])(?:my|our|mi) (?:\w+ )?\Z")
_CUMPLE: Final = re.compile(r"\bmi cumpleanos (?:numero )?\Z")
_SOON: Final = re.compile(
    r"\b(?:next|tomorrow|coming|soon|will be|is (?:on|in|this|coming)|this (?:week|satur|sun"
    r"|fri|mon|tues|"
    r"wednes|thurs)\w*|upcoming|can't wait|manana|proxim[oa]|se acerca|going to be)\b"
)
_JUST_NOW: Final = re.compile(
    r"\b(?:today|yesterday|last (?:week|night|month)|just had|hoy|ayer)\b"
)
_TODAY: Final = re.compile(r"\b(?:today|hoy)\b")
_NOT_YET: Final = re.compile(
    r"(?: years? old| anos)?,? (?:until|till|til|for another|yet"
    r"|todavia|aun)\b"
)
_GENERIC: Final = re.compile(
    r"\s*(?:\+|-\s*\d|(?:and|or|y|o|&) (?:up|under|over|older|younger|above|below|mas|menos"
    r"|menores|mayores)|"
    r"to \d|through \d)"
)


def age_claims(text: str, folded: str, words: Iterable[str]) -> Iterator[Claim]:
    """Yield a claim for each number that is somebody's age; `words` are those of the text."""
    for number in find_numbers(folded, words):
        if not 1 <= number.value <= _OLDEST:
            continue
        left = folded[max(0, number.start - leads.WINDOW) : number.start]
        claim = _birthday(folded, number, left) if number.is_ordinal else None
        if claim is None and not number.is_ordinal:
            claim = _aged(text, folded, number, left)
        if claim is not None:
            yield claim


def _aged(text: str, folded: str, number: Number, left: str) -> Claim | None:
    tail = tail_after(folded, number.end)
    if tail is None:
        return _counted(folded, number, left)
    kind, end = tail
    if beside.says_mine(folded, end) or (kind != "bare" and beside.LIKE_ME.match(folded, end)):
        return _claim("is", number, end=end, rule="my_age", strength=0.85)
    if kind == "plural":
        return None
    if kind == "bare" and number.value < _YOUNGEST_BARE:
        # A figure may still be somebody's age, "Tim is 3"; a word counts.
        return None if number.is_word else _other(folded, number, left, kind=kind, end=end)
    return _led(text, folded, number, left, tail=tail)


def _counted(folded: str, number: Number, left: str) -> Claim | None:
    """Return whose age it is where what follows looks like a thing that is counted."""
    if beside.NINO_DE.search(left) and beside.FROM_PLACE.match(folded, number.end):
        return _claim("is", number, end=number.end, rule="soy_nino_de", strength=0.85)
    if years := beside.YEARS_OF_CHILD.match(folded, number.end):
        # What follows may count years of something, but not where a person of that age stands.
        return _other(folded, number, left, kind="old", end=years.end())
    return _tagged(folded, number, left, end=number.end)


def _led(
    text: str, folded: str, number: Number, left: str, *, tail: tuple[Tail, int]
) -> Claim | None:
    kind, end = tail
    if found := _lead_of(left, kind):
        lead, opens = found
        return _writers(folded, number, lead, left=left[:opens], end=end)
    return (
        _named(text, number, left, end=end)
        or _spoken_for(folded, number, left, kind=kind, end=end)
        or _other(folded, number, left, kind=kind, end=end)
        or _other_named(text, folded, number, left=left)
        or _tagged(folded, number, left, end=end)
        or _case(folded, number, left, kind=kind, end=end)
    )


def _lead_of(left: str, kind: Tail) -> tuple[Lead, int] | None:
    """Return the first lead that ends at the number, and where in `left` it begins."""
    for lead in leads_for(words_in(left), kind):
        if found := lead.pattern.search(left):
            return lead, found.start()
    return None


def _writers(folded: str, number: Number, lead: Lead, *, left: str, end: int) -> Claim | None:
    shape = lead.shape
    if shape == "none":
        # "I'm not 13" tells nothing, "I'm not 13 yet" does.
        shape = "before" if _NOT_YET.match(folded, number.end) else "none"
    if lead.rule == "tengo" and left.endswith("no ") and _NOT_YET.match(folded, number.end):
        shape = "before"
    if shape == "none" or _is_dismissed(folded, number, lead, left=left, end=end):
        return None
    if lead.rule == "is_age" and leads.UPCOMING.match(folded, number.end):
        shape = "next"
    if shape == "next" and _TODAY.search(folded, max(0, number.start - 24), number.end + 16):
        shape = "is"
    claim = _claim(shape, number, end=end, rule=lead.rule, strength=lead.strength)
    begin = max(0, number.start - leads.WINDOW)
    return claim._replace(opens=begin + len(left))


def _is_dismissed(folded: str, number: Number, lead: Lead, *, left: str, end: int) -> bool:
    """Return whether the words around take the statement back: unreal, past or negated."""
    match lead.rule:
        case "turned":
            is_past = speech.NARRATIVE.search(left) is not None
            is_untrue = is_past and beside.LATELY.match(folded, end) is None
        case "tengo":
            is_denied = left.endswith("no ") and not _NOT_YET.match(folded, number.end)
            narrated = speech.NARRATIVE.search(left)
            is_untrue = is_denied or bool(narrated and not narrated[0].startswith("apenas"))
        case "soy_de" | "soy_nino_de":
            is_untrue = left.endswith("no ")
        case "a_mis_anos":
            is_untrue = beside.YO_AHORA.match(folded, end) is None
        case "a_year_old":
            is_untrue = leads.AS_A_PAST.match(folded, end) is not None
        case "have_been":
            is_untrue = _DURING.match(folded, end) is None
        case "being_age" | "almost_alone" | "this_is_a" | "have_years":
            is_untrue = not _goes_on_as(lead.rule, folded, number, end)
        case _:
            is_untrue = False
    is_unreal = speech.UNREAL.search(left) and not speech.REPORTED.search(left)
    return is_untrue or bool(is_unreal) or speech.FICTION.search(left) is not None


def _goes_on_as(rule: str, folded: str, number: Number, end: int) -> bool:
    """Return whether what follows fits a lead that says little by itself."""
    match rule:
        case "being_age":
            is_hard = beside.IS_HARD.match(folded, end)
            return is_hard is not None and not persons.ANY_CHILD.search(folded[:6000])
        case "almost_alone":
            return beside.STOPS.match(folded, end) is not None
        case "this_is_a":
            return beside.WRITES.match(folded, end) is not None
        case _ if end == number.end:  # "I have 11" of anything
            return False
        case _ if "o" in folded[number.end : end]:  # "years old"
            return True
        case _:
            served = beside.SERVED.search(folded[:6000])
            return number.value < 13 and not served and bool(beside.GOES_ON.match(folded, end))


def _claim(shape: str, number: Number, *, end: int, rule: str, strength: float) -> Claim:
    value = number.value
    lowest, highest = {
        "is": (value, value),
        "next": (value - 1, value - 1),
        "before": (0, value - 1),
        "from": (value, NO_LIMIT),
    }[shape]
    return Claim("writer", lowest, highest, number.start, end, rule, strength)


def _named(text: str, number: Number, left: str, *, end: int) -> Claim | None:
    found = leads.PROPER_NAME.search(left)
    if not found:
        return None
    begin = number.start - len(left) + found.start("name")
    if not text[begin].isupper() or speech.REPORTED.search(left[: found.start()]):
        return None
    claim = _claim("is", number, end=end, rule="name_and_age", strength=0.8)
    return claim._replace(opens=number.start - len(left) + found.start())


def _other(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """Somebody else's age; what is said of the past is nobody's age today."""
    plain = (
        persons.THIRD_IS.search(left)
        or persons.THIRD_BESIDE.search(left)
        or persons.THIRD_SPANISH.search(left)
        or persons.THIRD_AGED.search(left)
    )
    attributed = kind == "old" and (
        persons.ATTRIBUTE.search(left) or persons.THIRD_NAMED.search(left)
    )
    if not plain and not attributed:
        return None
    if (
        _GENERIC.match(folded, end)
        or persons.NOBODY.search(left)
        or persons.NO_LONGER.match(folded, end)
        or persons.PAST.search(left[-30:])
    ):
        return None
    value = number.value
    return Claim("third_person", value, value, number.start, end, "other_age", 0.85)


def _case(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """A person described as a case: "10 year old with anxiety, needs a therapist"."""
    if kind != "old" or not leads.CLAUSE.search(left) or not _CASE.match(folded, end):
        return None
    value = number.value
    return Claim("third_person", value, value, number.start, end, "other_age", 0.6)


def _spoken_for(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """The writer's age where no first person stands before it."""
    rule, strength = _unlead(folded, number, left, kind=kind, end=end)
    if not rule or (rule == "signed_age" and persons.ANY_CHILD.search(folded[:6000])):
        return None
    return _claim("is", number, end=end, rule=rule, strength=strength)


def _unlead(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> tuple[str, float]:
    """Return the rule by which an age without a lead is the writer's, or an empty rule."""
    if leads.AGE_QUESTION.search(left) and not folded.startswith("?", end):
        return "answers_age", 0.85
    if kind == "old" and folded.startswith(" tengo", end) and not beside.SINCE.search(left):
        return "tengo", 0.9
    is_clock = kind == "bare" and number.value < 13
    if not is_clock and leads.AT_AGE.search(left) and beside.I_NOW.match(folded, end):
        return "at_age", 0.85
    if leads.SIGNATURE.search(left) and _ends_signature(folded, end):
        return "signed_age", WEAK
    if _is_fragment(folded, number, left, kind=kind, end=end):
        return "fragment", 0.8
    return ("age_here", 0.85) if _is_here(folded, number, left, kind=kind, end=end) else ("", 0.0)


def _ends_signature(folded: str, end: int) -> bool:
    in_one_line = len(folded) < _SHORT and _SIGNED_PLACE.match(folded, end)
    return bool(in_one_line or _SIGNED_LINE.match(folded, end))


def _is_here(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> bool:
    if leads.NINA_DE.search(left):
        return bool(beside.SIENTO.match(folded, end) or _HERE.match(folded, end))
    is_grown = number.value > 17 and kind == "old" and leads.CLAUSE.search(left)
    return bool(is_grown and beside.GROWN_HERE.match(folded, end))


def _is_fragment(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> bool:
    """Return whether a sentence that begins with an age is about the writer, and about no case."""
    begins = 4 < number.value < 18 and beside.FRAGMENT.search(left)
    if not begins or persons.ANY_CHILD.search(folded[:6000]):
        return False
    if kind == "bare":
        is_excuse = beside.ONLY.search(left) and (
            beside.EXCUSE.match(folded, end) or beside.WORN_OUT.match(folded, end)
        )
        return bool(is_excuse or beside.FEELING.match(folded, end))
    return (
        (beside.FIRST_PERSON.search(folded, end, end + 200) or beside.WORN_OUT.match(folded, end))
        is not None
        and not persons.NO_LONGER.match(folded, end)
        and not beside.OF_A_CASE.search(folded[:2000])
    )


def _other_named(text: str, folded: str, number: Number, *, left: str) -> Claim | None:
    """Somebody else by name: the name must look like one in the text as it was written."""
    found = persons.TURNED.search(left)
    if found is None and (found := persons.NAMED.search(left)):
        found = found if persons.ANY_CHILD.search(folded[:6000]) else None
    if found is None or not text[number.start - len(left) + found.start("name")].isupper():
        return None
    if found["name"] in _NO_NAME:
        return None
    value = number.value
    return Claim("third_person", value, value, number.start, number.end, "other_age", 0.75)


def _tagged(folded: str, number: Number, left: str, *, end: int) -> Claim | None:
    """Ages without a sentence: forms, signatures, "11/f", "twelve here"."""
    value = number.value
    if value < _YOUNGEST_BARE:
        return None
    rule = _tag(folded, number, left, end=end)
    if rule is None:
        return None
    if rule in {"form_age", "signed_age"} and persons.ANY_CHILD.search(folded[:6000]):
        return Claim("third_person", value, value, number.start, end, "other_age", WEAK)
    strength = WEAK if rule in {"signed_age", "form_age", "age_and_sex"} else 0.85
    return Claim("writer", value, value, number.start, end, rule, strength)


_NO_NAME: Final = frozenset(words_of("i we you it this that there what who he she they"))


def _tag(folded: str, number: Number, left: str, *, end: int) -> str | None:
    if (named := _named_tag(folded, left, end=end)) is not None:
        return named or None
    is_sexed = leads.SEX_BEFORE.search(left, max(0, len(left) - 6)) is not None
    if not is_sexed and not leads.CLAUSE.search(left):
        return None
    if _HERE.match(folded, end) or (_OLD_HERE.match(folded, end) and end > number.end + 2):
        return "age_here"
    is_sexed = is_sexed or _SEX.match(folded, number.end) is not None
    is_chat = is_sexed and not number.is_word and not persons.PARENTHESES_OF.search(left)
    is_grown = number.value > 17 and _SEX_OF_ADULT.match(folded, end) is not None
    return "age_and_sex" if is_chat or is_grown else None


def _named_tag(folded: str, left: str, *, end: int) -> str | None:
    """Return the rule of an age that the word for it leads to, "" if it is none after all."""
    if "age" not in left and "edad" not in left and "how old" not in left:
        return None
    if leads.FORM_AGE.search(left):
        return "form_age" if _FORM_END.match(folded, end) else ""
    if leads.AGE_WORD.search(left) and _SIGNED_END.match(folded, end):
        return "signed_age"
    if _FORM_LINE.search(left) and _FORM_NEXT.match(folded, end):
        return "form_age"
    return None


def _birthday(folded: str, number: Number, left: str) -> Claim | None:
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
        return _claim("is", number, end=found.end(), rule="birthday", strength=0.9)
    if _SOON.search(around):
        return _claim("next", number, end=found.end(), rule="birthday", strength=0.85)
    return None
