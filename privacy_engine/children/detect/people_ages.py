"""Turns numbers in a text into claims about the age of the writer or of somebody else."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from privacy_engine.children.detect import adverts, beside, leads, persons, speech, tags, unled
from privacy_engine.children.detect.birthdays import BIRTHDAY_WORDS, birthday_claim
from privacy_engine.children.detect.choosing import leads_for, plain_lead
from privacy_engine.children.detect.claims import WEAK, Claim, writers_claim
from privacy_engine.children.detect.dismissing import NOT_YET, is_dismissed
from privacy_engine.children.detect.folding import words_in, words_of
from privacy_engine.children.detect.numbers import Number, find_numbers
from privacy_engine.children.detect.openings import Lead
from privacy_engine.children.detect.tails import Tail, tail_after

_OLDEST: Final = 110
_NEAR: Final = 56
"""More characters than words that make an age nobody's take."""
_SHORT: Final = 60
"""Characters of a text that may be nothing but a signature."""
_CASE: Final = re.compile(
    r",? (?:son|daughter|boy|girl|male|female|child|kid|client|patient|student|with|who|needs"
    r"|in|has|referred)\b"
)
_SIGNED_LINE: Final = re.compile(r" *[).!]* *(?:\Z|\n)")
_SIGNED_PLACE: Final = re.compile(r", ?[a-z]+(?: [a-z]+)?(?:, ?[a-z]{2,})? *[.!]*\Z")
_BELOW: Final = re.compile(r"\b(?:under|below|younger than|menor(?:es)? de) \Z")
_TODAY: Final = re.compile(r"\b(?:today|hoy)\b")
_GENERIC: Final = re.compile(
    r"\s*(?:\+|-\s*\d|(?:and|or|y|o|&) (?:up|under|over|older|younger|above|below|mas|menos"
    r"|menores|mayores)|"
    r"to \d|through \d)"
)


def age_claims(
    text: str, folded: str, words: Iterable[str], *, has_digit: bool
) -> Iterator[Claim]:
    """Yield a claim for each number that is somebody's age; `words` are those of the text."""
    has_birthday = not BIRTHDAY_WORDS.isdisjoint(words)
    for number in find_numbers(folded, words, has_digit=has_digit):
        if not 1 <= number.value <= _OLDEST:
            continue
        left = folded[max(0, number.start - leads.WINDOW) : number.start]
        claim = birthday_claim(folded, number, left) if has_birthday or number.is_ordinal else None
        if claim is None and not number.is_ordinal:
            claim = _aged(text, folded, number, left)
        if claim is not None:
            yield claim


def _aged(text: str, folded: str, number: Number, left: str) -> Claim | None:
    tail = tail_after(folded, number.end)
    if tail is None:
        return _counted(folded, number, left)
    kind, end = tail
    is_like_me = beside.LIKE_ME.match(folded, end) and (
        kind != "bare" or beside.CHILDREN_OF.search(left)
    )
    if is_like_me or beside.says_mine(folded, end):
        shape = "before" if _BELOW.search(left) else "is"
        return writers_claim(shape, number, end=end, rule="my_age", strength=0.85)
    if kind in {"plural", "old"} and adverts.asks_as_child(folded, number, left, end=end):
        return writers_claim("is", number, end=end, rule="asks_as_child", strength=0.75)
    if kind == "plural":
        return None
    if kind == "bare" and number.value < tags.YOUNGEST_BARE:
        # A figure may still be somebody's age, "Tim is 3"; a word counts.
        return None if number.is_word else _other(folded, number, left, kind=kind, end=end)
    return _led(text, folded, number, left, tail=tail)


def _counted(folded: str, number: Number, left: str) -> Claim | None:
    """Return whose age it is where what follows looks like a thing that is counted."""
    if number.value > 17 and unled.GROWN_DE.search(left):
        return writers_claim("is", number, end=number.end, rule="soy_de", strength=0.85)
    if beside.NINO_DE.search(left) and beside.FROM_PLACE.match(folded, number.end):
        return writers_claim("is", number, end=number.end, rule="soy_nino_de", strength=0.85)
    if beside.ON_EARTH.match(folded, number.end) and beside.FRAGMENT.search(left):
        return writers_claim("is", number, end=number.end, rule="alive_for", strength=0.85)
    if years := beside.YEARS_OF_CHILD.match(folded, number.end):
        # What follows may count years of something, but not where a person of that age stands.
        return _other(folded, number, left, kind="old", end=years.end())
    return tags.tagged(folded, number, left, end=number.end)


def _led(
    text: str, folded: str, number: Number, left: str, *, tail: tuple[Tail, int]
) -> Claim | None:
    kind, end = tail
    if found := _lead_of(left, kind):
        lead, opens = found
        if lead.rule == "turned" and persons.JUST_NAMED.search(left[:opens]):
            value = number.value
            return Claim("third_person", value, value, number.start, end, "other_age", 0.85)
        return _writers(folded, number, lead, left=left[:opens], end=end)
    return (
        _named(text, number, left, end=end)
        or _spoken_for(folded, number, left, kind=kind, end=end)
        or _other(folded, number, left, kind=kind, end=end)
        or _other_named(text, folded, number, left=left)
        or tags.tagged(folded, number, left, end=end)
        or _case(folded, number, left, kind=kind, end=end)
    )


def _lead_of(left: str, kind: Tail) -> tuple[Lead, int] | None:
    """Return the first lead that ends at the number, and where in `left` it begins."""
    if kind in {"bare", "old"} and (plain := plain_lead(left)):
        return plain
    for lead in leads_for(words_in(left), kind):
        if found := lead.pattern.search(left):
            return lead, found.start()
    return None


def _writers(folded: str, number: Number, lead: Lead, *, left: str, end: int) -> Claim | None:
    shape = lead.shape
    if shape == "none":
        # "I'm not 13" tells nothing, "I'm not 13 yet" does.
        shape = "before" if NOT_YET.match(folded, number.end) else "none"
    if lead.rule == "tengo" and left.endswith("no ") and NOT_YET.match(folded, number.end):
        shape = "before"
    if shape == "none" or is_dismissed(folded, number, lead, left=left, end=end):
        return None
    if lead.rule == "is_age" and beside.UPCOMING.match(folded, number.end):
        shape = "next"
    if shape == "next" and _TODAY.search(folded, max(0, number.start - 24), number.end + 16):
        shape = "is"
    opens = max(0, number.start - leads.WINDOW) + len(left)
    rule, strength = lead.rule, lead.strength
    return writers_claim(shape, number, end=end, rule=rule, strength=strength, opens=opens)


def _named(text: str, number: Number, left: str, *, end: int) -> Claim | None:
    found = unled.PROPER_NAME.search(left)
    if not found:
        return None
    begin = number.start - len(left) + found.start("name")
    if not text[begin].isupper() or speech.REPORTED.search(left[: found.start()]):
        return None
    claim = writers_claim("is", number, end=end, rule="name_and_age", strength=0.8)
    return claim._replace(opens=number.start - len(left) + found.start())


def _other(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """Somebody else's age; what is said of the past is nobody's age today."""
    plain = (
        persons.THIRD_IS.search(left)
        or persons.THIRD_BESIDE.search(left)
        or persons.THIRD_SPANISH.search(left)
        or persons.THIRD_AGED.search(left)
    )
    if kind != "old" and left.endswith((" a ", " an ")):
        return None  # "she's a 10" gives marks
    attributed = kind == "old" and (
        persons.ATTRIBUTE.search(left) or persons.THIRD_NAMED.search(left)
    )
    if not plain and not attributed:
        return None
    if (
        _GENERIC.match(folded, end)
        or persons.NOBODY.search(left, max(0, len(left) - _NEAR))
        or persons.NO_LONGER.match(folded, end)
        or persons.PAST.search(left[-30:])
    ):
        return None
    value = number.value
    return Claim("third_person", value, value, number.start, end, "other_age", 0.85)


def _case(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """A person described as a case: "10 year old with anxiety, needs a therapist"."""
    if kind != "old" or not unled.CLAUSE.search(left) or not _CASE.match(folded, end):
        return None
    value = number.value
    return Claim("third_person", value, value, number.start, end, "other_age", 0.6)


def _spoken_for(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> Claim | None:
    """The writer's age where no first person stands before it."""
    rule, strength = _unlead(folded, number, left, kind=kind, end=end)
    if not rule or (rule == "signed_age" and persons.ANY_CHILD.search(folded[:6000])):
        return None
    return writers_claim("is", number, end=end, rule=rule, strength=strength)


def _unlead(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> tuple[str, float]:
    """Return the rule by which an age without a lead is the writer's, or an empty rule."""
    if unled.AGE_QUESTION.search(left) and not folded.startswith("?", end):
        return "answers_age", 0.85
    if kind == "old" and _is_held(folded, left, end=end):
        return "tengo", 0.9
    is_clock = kind == "bare" and number.value < 13
    if not is_clock and unled.AT_AGE.search(left) and beside.I_NOW.match(folded, end):
        return "at_age", 0.85
    if unled.SIGNATURE.search(left) and _ends_signature(folded, end):
        return "signed_age", WEAK
    return _bare_rule(folded, number, left, kind=kind, end=end)


def _bare_rule(
    folded: str, number: Number, left: str, *, kind: Tail, end: int
) -> tuple[str, float]:
    if _is_fragment(folded, number, left, kind=kind, end=end):
        return "fragment", 0.8
    if rule := adverts.advert_rule(folded, number, left, kind=kind, end=end):
        return rule, 0.75
    if left.endswith("is ") and _asks_whether_too_young(folded, end):
        return "too_young_at", 0.75
    return ("age_here", 0.85) if _is_here(folded, number, left, kind=kind, end=end) else ("", 0.0)


def _is_held(folded: str, left: str, *, end: int) -> bool:
    """Return whether "12 anos tengo" or "los 12 anos que tengo" follows an age."""
    is_since = not folded.startswith(" que", end) and beside.SINCE.search(left) is not None
    return beside.QUE_TENGO.match(folded, end) is not None and not is_since


def _asks_whether_too_young(folded: str, end: int) -> bool:
    is_own = beside.FIRST_PERSON.search(folded) and not persons.ANY_CHILD.search(folded[:6000])
    return bool(is_own and beside.TOO_YOUNG.match(folded, end))


def _ends_signature(folded: str, end: int) -> bool:
    in_one_line = len(folded) < _SHORT and _SIGNED_PLACE.match(folded, end)
    return bool(in_one_line or _SIGNED_LINE.match(folded, end))


def _is_here(folded: str, number: Number, left: str, *, kind: Tail, end: int) -> bool:
    if unled.NINA_DE.search(left):
        return bool(beside.SIENTO.match(folded, end) or tags.HERE.match(folded, end))
    if number.value < 18:
        is_advert = (
            left.endswith((",", " ", "-"))
            and unled.GIRL.search(left)
            and beside.PLACE_OR_STOP.match(folded, end)
        )
        return bool(is_advert and _is_own_advert(folded))
    is_grown = kind == "old" and unled.CLAUSE.search(left)
    return bool((is_grown and beside.GROWN_HERE.match(folded, end)) or unled.GROWN_DE.search(left))


def _is_own_advert(folded: str) -> bool:
    """Return whether "girl, 11, Ohio" is told by the girl: somebody says "I", nobody "she"."""
    told = folded[:2000]
    return bool(beside.FIRST_PERSON.search(told) or len(told) < _SHORT) and not (
        beside.OF_A_CASE.search(told)
        or beside.CASE_FILE.search(told)
        or persons.ANY_CHILD.search(told)
    )


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
    is_own = (
        beside.FIRST_PERSON.search(folded, end, end + 200)
        or beside.WORN_OUT.match(folded, end)
        or (
            _SIGNED_LINE.match(folded, end)
            and beside.FIRST_PERSON.search(left)
            and not persons.OWNED_THING.search(left)
        )
    )
    return bool(is_own) and not (
        persons.NO_LONGER.match(folded, end)
        or beside.OF_A_CASE.search(folded[:2000])
        or beside.CASE_FILE.search(folded[:2000])
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


_NO_NAME: Final = frozenset(words_of("i we you it this that there what who he she they"))
