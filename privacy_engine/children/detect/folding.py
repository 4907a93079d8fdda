"""One spelling for reading: lower case, plain quotes, no accents, and every index unmoved."""

import re
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
_PLAIN: Final = (("\t", " "), ("\r", " "), ("*", " "), ("_", " "), ("~", " "), ("`", "'"))


_ONLY_LETTERS: Final = bytes(code if 97 <= code <= 122 else 32 for code in range(256))
# The figure first, what stands before it last: the engine then jumps from figure to figure.
_FIGURE_IN_WORD: Final = re.compile(r"[310](?=[a-z])(?<=[a-z].)", re.DOTALL)
_LETTERS: Final = {"3": "e", "1": "i", "0": "o"}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list that is written as running text."""
    return tuple(text.split())


def words_in(folded: str) -> set[str]:
    """Return the distinct runs of letters in a folded text."""
    return set(folded.encode("ascii", "replace").translate(_ONLY_LETTERS).decode().split())


def fold(text: str) -> str:
    """Return `text` in the spelling that the rules know; index i stays index i."""
    if text.isascii():
        folded = text.lower()
        for source, target in _PLAIN:  # each is a search for one byte; a table would touch all
            folded = folded.replace(source, target)
        return _respelt(folded)
    folded = text
    for source in _FOLDED.keys() & set(text):  # few of many: a table would touch every letter
        folded = folded.replace(source, _FOLDED[source])
    lowered = folded.lower()
    if len(lowered) == len(text):
        return _respelt(lowered)
    # A few letters grow when lowered; they stay as they are, or evidence would point beside.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)


def _respelt(folded: str) -> str:
    """Give figures inside of words the letters they stand for: "tw3lve"."""
    return _FIGURE_IN_WORD.sub(lambda found: _LETTERS[found[0]], folded)
