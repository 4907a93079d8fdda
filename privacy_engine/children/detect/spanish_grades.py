"""Reads grades that Spanish tells by their number alone: "voy en 5to", "los de sexto"."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from privacy_engine.children.detect.claims import Claim, Who
from privacy_engine.children.detect.folding import words_of
from privacy_engine.children.detect.persons import ANY_CHILD, GROWN, PERSON
from privacy_engine.children.detect.pupils import is_told_by_pupil
from privacy_engine.children.grades import ORDINAL_WORDS

WORDS: Final = frozenset(words_of("segundo tercero cuarto quinto sexto"))
BESIDE_FIGURES: Final = frozenset(
    words_of(
        "soy voy vamos estoy toy estamos sigo curso cursando hago termino terminando terminar"
        " paso pase pasar entro entre repito empece empiezo alumno alumna estudiante salon clase"
        " grupo aula los las todos ninos ninas va esta entra pasa cursa"
    )
)
"""Words of which one must stand in a text for a figure in it to be a grade."""
_FIGURE: Final = r"[1-6] ?(?:\u00ba|to|do|ro|ero|er|vo|mo)"
ENDINGS: Final = frozenset(words_of("to do ro er ero vo mo"))
"""What stands behind a figure that counts a grade, where no ring does."""

_GRADE: Final = re.compile(
    rf"(?<!\w)(?P<grade>{_FIGURE}|{'|'.join(sorted(WORDS))})(?: ?[\"'(]?[a-d][\"')]?)?"
    # What follows is of closed classes: nouns are an open one, and "quinto piso" is no grade.
    r"(?=\s*(?:[.!?,;:)\n]|\Z)|\s+(?:y|pero|porque|xq|q|que|este ano|me|mi|mis|no|nadie|todos"
    r"|tengo|ya|con|la (?:maestra|profe)|el (?:profe|maestro|proximo|ano que)|los ninos|todavia"
    r"|tambien|quiero|necesito|en (?:la escuela|el colegio|mi)|les|hay)\b)"
)
_MINE: Final = re.compile(
    r"(?<!\w)(?<!no )(?:soy del?|(?:soy )?(?:alumn[oa]|estudiante) de|(?:voy|vamos) (?:en|a|al"
    r"|pa|para)|(?:estoy|toy|estamos|sigo) (?:en|cursando|repitiendo)|curs(?:o|ando)|hago"
    r"|termino|terminando|acabo de terminar|pas[eo] (?:a|al)|pasar a|entr[oe] (?:a|al|en)"
    r"|repito|empece|empiezo)(?: el)? \Z"
)
_CLASS: Final = re.compile(
    r"\b(?:(?:mi|nuestr[oa]) (?:salon|clase|grupo|aula)|l[oa]s|ninos|ninas|companer[oa]s|todos)"
    r" de \Z"
)
_THEIRS: Final = re.compile(
    rf"\b(?P<person>{PERSON})(?: \w+){{0,2}}? (?:va|esta|entra|entro|pasa|paso|cursa)"
    r"(?: en| a| al)?(?: el)? \Z"
)
_GROWN: Final = re.compile(rf"(?:{GROWN})\Z")
_NEXT: Final = re.compile(
    r"[^.!?\n]{0,4}(?:el (?:proximo|otro) ano|el ano que (?:viene|entra)|el proximo ciclo)\b"
)
_MOST: Final = 200


def spanish_grade_claims(folded: str) -> Iterator[Claim]:
    """Yield what grades without the word for them say about ages."""
    for found in islice(_GRADE.finditer(folded), _MOST):
        left = folded[max(0, found.start() - 60) : found.start()]
        who = _whose(folded, left, found.end())
        if who is None:
            continue
        text = found["grade"]
        grade = int(text[0]) if text[0].isdigit() else ORDINAL_WORDS[text]
        grade -= bool(_NEXT.match(folded, found.end()))
        rule = "school_grade" if who == "writer" else "other_grade"
        yield Claim(who, grade + 5, grade + 6, *found.span("grade"), rule, 0.85)


def _whose(folded: str, left: str, end: int) -> Who | None:
    if theirs := _THEIRS.search(left):
        return None if _GROWN.match(theirs["person"]) else "third_person"
    if _MINE.search(left):
        return None if ANY_CHILD.search(left) else "writer"
    return "writer" if _CLASS.search(left) and is_told_by_pupil(folded, end) else None
