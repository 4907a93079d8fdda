"""One spelling for reading: lower case, plain quotes, no accents, and every index unmoved."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_FOLDED: Final = {
    source: target
    for sources, target in (
        ("áàâäãÁÀÂÄÃ", "a"),
        ("éèêëÉÈÊË", "e"),
        ("íìîïÍÌÎÏİ", "i"),
        ("óòôöõÓÒÔÖÕ", "o"),
        ("úùûüÚÙÛÜ", "u"),
        ("ñÑ", "n"),
        ("çÇ", "c"),
        ("\u2018\u2019\u02bc\u0060\u00b4\u2032", "'"),
        ("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        ("\u2010\u2011\u2012\u2013\u2014\u2015", "-"),
        ("\u00a0\u2009\u200a\u202f\t\r*_~", " "),
        ("\u00bf\u00a1", " "),
        ("\u00ba\u00b0\u00aa", "\u00ba"),
    )
    for source in sources
}
KEPT: Final = frozenset("\N{KEYCAP TEN}\N{COMBINING ENCLOSING KEYCAP}")
"""Pictures that are read as they are, by whoever reads numbers."""
_PICTURES: Final = {"So": ",", "Sk": ",", "Cf": " "}
"""A picture parts what stands around it; a mark that is not seen parts nothing."""
_AS_THEY_ARE: Final = frozenset(map(chr, range(128))) - frozenset("\t\r*_~`")
_PLAIN: Final = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\t\r*_~`", b"abcdefghijklmnopqrstuvwxyz     '"
)


_ONLY_LETTERS: Final = bytes(code if 97 <= code <= 122 else 32 for code in range(256))
_FIGURE_IN_WORD: Final = re.compile(r"(?<=[a-z])[310](?=[a-z])")
_SHAPES: Final = bytes(
    ord("a" if 97 <= code <= 122 else "1" if code in b"310" else " ") for code in range(256)
)
# "1O yrs", "l1 years": only before years, for "1o" is an ordinal and "l2" the name of a bone.
_YEARS: Final = r" ?(?:years?|yrs?|y/?o|anos)\b"
_LETTER_IN_FIGURE: Final = re.compile(rf"(?<=\b1)[ol](?={_YEARS})|\bl(?=[0-9]{_YEARS})")
_FIGURES: Final = {"o": "0", "l": "1"}
_LETTERS: Final = {"3": "e", "1": "i", "0": "o"}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list that is written as running text."""
    return tuple(text.split())


def words_in(folded: str) -> list[str]:
    """Return the runs of letters in a folded text, in their order."""
    return folded.encode("ascii", "replace").translate(_ONLY_LETTERS).decode().split()


def has_figure(folded: str) -> bool:
    """Return whether a figure stands in a folded text."""
    return count_figures(folded) > 0


def count_figures(folded: str) -> int:
    """Return how many figures stand in a folded text."""
    letters = folded.encode("ascii", "replace")
    return len(letters) - len(letters.translate(None, b"0123456789"))


def fold(text: str) -> str:
    """Return `text` in the spelling that the rules know; index i stays index i."""
    if text.isascii():
        return _respelt(text.encode().translate(_PLAIN).decode())
    folded = text
    for source in set(text) - _AS_THEY_ARE:  # few of many: a table would touch every letter
        folded = folded.replace(source, _letter(source))
    lowered = folded.lower()
    if len(lowered) == len(text):
        return _respelt(lowered)
    # A few letters grow when lowered; they stay as they are, or evidence would point beside.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)


@lru_cache(maxsize=4096)
def _letter(source: str) -> str:
    """Return what one letter is read as: figures of any script as figures, pictures as commas."""
    if source in _FOLDED:
        return _FOLDED[source]
    if source in KEPT:
        return source
    figure = unicodedata.decimal(source, -1)
    if figure >= 0:
        return str(figure)
    return _PICTURES.get(unicodedata.category(source), source)


def _respelt(folded: str) -> str:
    """Give figures inside of words the letters they stand for, "tw3lve", and the other way."""
    if "1o" in folded or "l1" in folded or "l0" in folded:
        folded = _LETTER_IN_FIGURE.sub(lambda found: _FIGURES[found[0]], folded)
    if "g0 " in folded or "l0 " in folded:
        folded = folded.replace("teng0 ", "tengo ").replace("cumpl0 ", "cumplo ")
    if b"a1a" in folded.encode("ascii", "replace").translate(_SHAPES):
        return _FIGURE_IN_WORD.sub(lambda found: _LETTERS[found[0]], folded)
    return folded
