"""Finds the numbers in a folded text that could be an age, in figures and in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from privacy_engine.children.grades import ORDINAL_WORDS

_ENGLISH: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_SPANISH: Final = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciseis diecisiete dieciocho diecinueve"
).split()
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
    "setenta": 70, "ochenta": 80, "noventa": 90,
}  # fmt: skip
_MISSPELT: Final = {
    "elven": 11, "elevn": 11, "eleben": 11, "twelv": 12, "twelwe": 12, "tweleve": 12, "tewlve": 12,
    "thirten": 13, "forteen": 14, "fiveteen": 15, "nien": 9, "eigth": 8, "sevn": 7,
    "onse": 11, "dose": 12, "dies": 10, "nuebe": 9, "ocho": 8, "veintiuno": 21, "veintidos": 22,
    "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
_UNITS: Final[dict[str, int]] = {
    **{word: value for value, word in enumerate(_ENGLISH, start=1)},
    **{word: value for value, word in enumerate(_SPANISH, start=1)},
}
VALUES: Final[dict[str, int]] = {**_UNITS, **_MISSPELT, **_TENS}
_ORDINALS: Final = {
    word: value for word, value in ORDINAL_WORDS.items() if word.isascii() and value > 3
}


def _choice(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_NUMBER: Final = re.compile(
    # A figure glued to "im", "age" or "tengo" still counts; a price, a time or a date does not.
    r"(?:(?<![\w$€£#@%+])(?<!\d[.,:/-])(?<!\w-)|(?<=\bim)|(?<='m)|(?<=\bage)|(?<=\btengo))"
    r"(?:(?P<digits>\d{1,3})(?!\d|[.,]\d(?!\b)|[:/-]\d|,\d)(?P<th>st|nd|rd|th|er|ro|to|mo|vo|no)?"
    rf"|(?P<tens>{_choice(_TENS)})(?:(?:-| y | |)(?P<unit>{_choice(_ENGLISH[:9] + _SPANISH[:9])}))?"
    rf"|(?P<ordinal>{_choice(_ORDINALS)})"
    rf"|(?P<word>{_choice({**_UNITS, **_MISSPELT})}))"
)
_WORD_GOES_ON: Final = re.compile(r"\w")
_ALSO_ENGLISH: Final = frozenset({"once", "dose", "dies", "onse"})
_SPANISH_BEFORE: Final = re.compile(
    r"\b(?:te?ng[oa]|tienen?|tenemos|cumpl\w+|edad|es|de|los|mis|tener|solo|apenas|casi|ya|como|por|"
    r"hacer|\w+ando|recien)[ ,:]\Z"
)


@dataclass(frozen=True)
class Number:
    """A whole number at text[start:end]."""

    start: int
    end: int
    value: int
    is_ordinal: bool
    is_word: bool


def find_numbers(folded: str) -> Iterator[Number]:
    """Yield every number that stands alone, in order."""
    for found in _NUMBER.finditer(folded):
        digits, tens, word, ordinal = found.group("digits", "tens", "word", "ordinal")
        if digits:
            is_ordinal = found["th"] is not None
            yield Number(found.start(), found.end(), int(digits), is_ordinal, is_word=False)
            continue
        if _WORD_GOES_ON.match(folded, found.end()):
            continue
        if word in _ALSO_ENGLISH and not _SPANISH_BEFORE.search(
            folded[max(0, found.start() - 12) : found.start()]
        ):
            continue
        value = _ORDINALS[ordinal] if ordinal else 0
        if tens:
            value = _TENS[tens] + _UNITS.get(found["unit"] or "", 0)
        elif word:
            value = VALUES[word]
        yield Number(found.start(), found.end(), value, ordinal is not None, is_word=True)
