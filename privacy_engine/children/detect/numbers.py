"""Finds the numbers in a folded text that could be an age, in figures and in words."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from privacy_engine.children.grades import ORDINAL_WORDS

_ENGLISH: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_SPANISH: Final = (
    *("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once"),
    *("doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho"),
    "diecinueve",
)
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
    "setenta": 70, "ochenta": 80, "noventa": 90,
}  # fmt: skip
_MISSPELT: Final = {
    "elven": 11, "elevn": 11, "eleben": 11, "elevan": 11, "elaven": 11, "leven": 11,
    "twelv": 12, "twelwe": 12, "tweleve": 12, "tewlve": 12, "twleve": 12, "twevle": 12,
    "thirten": 13, "forteen": 14, "fourten": 14, "fiveteen": 15, "fiften": 15,
    "nien": 9, "eigth": 8, "eihgt": 8, "sevn": 7, "sevin": 7, "seben": 7, "tenn": 10,
    "onse": 11, "dose": 12, "dies": 10, "nuebe": 9, "sinco": 5, "ciete": 7, "dosce": 12,
    "doze": 12, "onze": 11, "eieven": 11, "tweive": 12,
    "veintiuno": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
    "veintinueve": 29,
}  # fmt: skip
_UNITS: Final[dict[str, int]] = {
    **{word: value for value, word in enumerate(_ENGLISH, start=1)},
    **{word: value for value, word in enumerate(_SPANISH, start=1)},
}
_ORDINALS: Final = {
    word: value for word, value in ORDINAL_WORDS.items() if word.isascii() and value > 3
}
_ARE_OTHER_WORDS: Final = frozenset({"ight", "aight", "sven"})


def _slips(word: str) -> set[str]:
    """Return what a slip of the pen makes of a long word: one vowel, one swap, one letter more."""
    made: set[str] = set()
    for place, letter in enumerate(word):
        before, after = word[:place], word[place + 1 :]
        made.add(before + letter + letter + after)
        if after:
            made.add(before + after[0] + letter + after[1:])
        if letter in "aeiou":
            made.update(before + vowel + after for vowel in ("a", "e", "i", "o", "u", ""))
    return made


_SLIPS: Final = {
    slip: value
    for value, word in enumerate(_ENGLISH, start=1)
    if value > 6 and len(word) > 4
    for slip in _slips(word)
    if slip not in _ARE_OTHER_WORDS
}
_DRAWN: Final = {
    word[:place] + letter * times + word[place + 1 :]: value
    for value in range(5, 18)
    for word in (_ENGLISH[value - 1], _SPANISH[value - 1])
    for place, letter in enumerate(word)
    for times in (2, 3, 4, 5)
    if word[:place] + letter * times + word[place + 1 :] not in {"teen", "occho"}
}
"""Words with one letter held long, "elevennn"."""
NUMBER_WORDS: Final[dict[str, int]] = {
    **_DRAWN,
    **_SLIPS,
    **_UNITS,
    **_MISSPELT,
    **_TENS,
    **_ORDINALS,
}
_SPELT: Final = frozenset(NUMBER_WORDS)

_DIGITS: Final = re.compile(
    # One class of letters first, checks behind: the engine then jumps from figure to figure.
    r"(?P<figures>[0-9][0-9]{0,2})(?![0-9]|[.,][0-9](?!\b)|[:/-][0-9]|,[0-9])(?P<th>st|nd|rd|th|er"
    r"|ro|to|mo|vo|no)?"
)
_NOT_ALONE: Final = re.compile(r"(?:[\w$€£#@%+]|[0-9][.,:/-]|\w-)\Z")
_GLUED: Final = re.compile(
    r"(?:\bi ?am|\bim|'m|\bage|\bturned|\btengo|\bcumplo|\bsoy|(?:\A|[\s(])[fm])\Z"
)
_SPACED_FIGURES: Final = re.compile(
    # The figures first, what stands before them last: the engine then jumps to them.
    r"1 ([0-9])(?= ?(?:years?|yrs?|y/?o|anos)\b(?! ago))"
    r"(?<![\w.,:/$-]1 .)(?<!grade 1 .)(?<!only 1 .)"
)
_SPACED: Final = {
    " ".join(word): value
    for value in range(5, 18)
    for word in (_ENGLISH[value - 1], _SPANISH[value - 1])
}
_SPACED_WORDS: Final = re.compile(
    r"(?<!\w)(?<!\b\w[ .-])(?:"
    + "|".join(re.escape(word).replace(r"\ ", "[ .-]") for word in _SPACED)
    + r")(?![ .-]?\w(?!\w))(?!\w)"
)
_KEYCAPS: Final = re.compile("1\ufe0f?\u20e3([0-9])\ufe0f?\u20e3|\N{KEYCAP TEN}")
_UNIT_AFTER: Final = re.compile(
    r"(?:-| y | |)(" + "|".join((*_ENGLISH[:9], *_SPANISH[:9])) + r")\b"
)
_TENS_BEFORE: Final = re.compile(r"(?:" + "|".join(_TENS) + r")(?:-| y | |)\Z")
_ALSO_ENGLISH: Final = frozenset(
    {"once", "dose", "dies", "onse", "leven", "uno", "dos", "doze", "onze"}
)
_SPANISH_BEFORE: Final = re.compile(
    r"\b(?:te?ng[oa]|tienen?|tenemos|cumpl\w+|edad|es|de|los|mis|tener|solo|apenas|casi|ya|como|"
    r"por|hacer|\w+ando|recien)[ ,:]\Z"
)

MOST_FIGURES: Final = 5000
"""Figures read in one text, so that a sheet of numbers cannot hold up the intake."""


class Number(NamedTuple):
    """A whole number at text[start:end]."""

    start: int
    end: int
    value: int
    is_ordinal: bool
    is_word: bool


def find_numbers(folded: str, words: Iterable[str], *, has_digit: bool) -> Iterator[Number]:
    """Yield every number that stands alone: figures first, then words.

    Args:
        folded: the text in the folded spelling.
        has_digit: whether the text holds any figure; without one none is looked for.
        words: distinct words of the text; a number word that is not among them costs nothing.
    """
    for found in islice(_DIGITS.finditer(folded), MOST_FIGURES) if has_digit else ():
        start = found.start()
        # Most figures follow a space, and need no further look at what stands before them.
        if start and folded[start - 1] != " ":
            before = folded[max(0, start - 6) : start]
            if _NOT_ALONE.search(before) and not _GLUED.search(before):
                continue
        is_ordinal = found["th"] is not None
        yield Number(start, found.end(), int(found["figures"]), is_ordinal, is_word=False)
    if not folded.isascii() and ("\u20e3" in folded or "\N{KEYCAP TEN}" in folded):
        for found in _KEYCAPS.finditer(folded):
            value = 10 + int(found[1] or 0)
            yield Number(*found.span(), value, is_ordinal=False, is_word=False)
    if (
        "1 " in folded
        or " e " in folded
        or ".e." in folded
        or "-e-" in folded
        or "c h o" in folded
    ):
        yield from _spaced(folded)
    for word in sorted(_SPELT.intersection(words)):
        yield from _spelt(folded, word)


def _spaced(folded: str) -> Iterator[Number]:
    """Yield numbers whose figures or letters stand apart: "1 0 years", "t e n"."""
    for found in _SPACED_FIGURES.finditer(folded):
        value = 10 + int(found[1])
        yield Number(*found.span(), value, is_ordinal=False, is_word=False)
    for found in _SPACED_WORDS.finditer(folded):
        value = _SPACED[" ".join(found[0][::2])]
        yield Number(*found.span(), value, is_ordinal=False, is_word=True)


@cache
def _alone(word: str) -> re.Pattern[str]:
    """Return the pattern of a number word; the word first, so that the engine jumps to it."""
    return re.compile(rf"{word}(?!\w)(?<!\w{word})")


def _spelt(folded: str, word: str) -> Iterator[Number]:
    for found in _alone(word).finditer(folded):
        start, end = found.span()
        before = folded[max(0, start - 14) : start]
        if word in _ALSO_ENGLISH and not _SPANISH_BEFORE.search(before):
            continue
        if _TENS_BEFORE.search(before):
            continue
        value = NUMBER_WORDS[word]
        if word in _TENS and (unit := _UNIT_AFTER.match(folded, end)):
            value, end = value + _UNITS[unit[1]], unit.end()
        yield Number(start, end, value, word in _ORDINALS, is_word=True)
