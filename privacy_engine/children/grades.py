"""The ages at which people sit in a school grade.

A United States grade g holds the ages g+5 to g+6; other countries are moved to that scale first.
Source: the usual entry age of the states (kindergarten at 5); it is custom, not law.
"""

import re
from typing import Final

_ORDINALS: Final = (
    ("first", "primero", "primer", "primera"),
    ("second", "segundo", "segunda"),
    ("third", "tercero", "tercer", "tercera"),
    ("fourth", "cuarto", "cuarta"),
    ("fifth", "quinto", "quinta"),
    ("sixth", "sexto", "sexta"),
    ("seventh", "séptimo", "septimo"),
    ("eighth", "octavo"),
    ("ninth", "noveno"),
    ("tenth", "décimo", "decimo"),
    ("eleventh", "undécimo", "undecimo"),
    ("twelfth", "duodécimo", "duodecimo"),
)
ORDINAL_WORDS: Final[dict[str, int]] = {
    word: number for number, words in enumerate(_ORDINALS, start=1) for word in words
}

# A bare "freshman" may sit in a high school or in a college, so its range has no real end; nor has
# that of whoever studies.
_NAMED: Final[dict[str, tuple[int, int]]] = {
    "k": (5, 6),
    "kg": (5, 6),
    "kinder": (5, 6),
    "kindergarten": (5, 6),
    "kindergarden": (5, 6),
    "kindergartner": (5, 6),
    "tk": (4, 5),
    "transitional kindergarten": (4, 5),
    "pre-k": (3, 5),
    "pre k": (3, 5),
    "prek": (3, 5),
    "pk": (3, 5),
    "pre-kindergarten": (3, 5),
    "preschool": (2, 5),
    "pre-school": (2, 5),
    "preescolar": (3, 6),
    "jardín de infantes": (3, 6),
    "elementary": (5, 12),
    "elementary school": (5, 12),
    "primary school": (4, 12),
    "primaria": (5, 13),
    "middle school": (10, 14),
    "junior high": (11, 15),
    "secundaria": (11, 18),
    "high school": (13, 19),
    "college": (14, 120),
    "university": (14, 120),
    "universidad": (14, 120),
    "undergraduate": (14, 120),
    "graduate school": (17, 120),
    "freshman": (14, 120),
    "sophomore": (15, 120),
    "junior": (16, 120),
    "senior": (17, 120),
    "high school freshman": (14, 15),
    "high school sophomore": (15, 16),
    "high school junior": (16, 17),
    "high school senior": (17, 18),
    "freshman in high school": (14, 15),
    "sophomore in high school": (15, 16),
    "junior in high school": (16, 17),
    "senior in high school": (17, 18),
}

_ORDINAL = r"(?P<number>\d{1,2})(?:st|nd|rd|th|º|°|ª|o|er|ro|do|to|vo|mo)?"
_WORD = "(?P<word>" + "|".join(sorted(ORDINAL_WORDS, key=len, reverse=True)) + ")"
_NUMBERED = re.compile(
    rf"(?:(?P<before>grade|gr\.?|grado|year|yr|form|g) ?)?(?:{_ORDINAL}|{_WORD})"
    r"(?:[ -]?(?P<after>graders?|grade|gr\.?|grado|class|año))?"
    r"(?: ?(?:de |of |in )?(?:la )?(?P<school>primaria|secundaria|eso|bachillerato|preparatoria|"
    r"elementary(?: school)?|middle school|high school|básica|basica))?",
    re.ASCII,
)
_SHIFTS: Final = {"secundaria": 6, "eso": 6, "preparatoria": 9, "bachillerato": 10}


def us_grade_ages(grade: int) -> tuple[int, int] | None:
    """Return the youngest and oldest usual age in a United States grade; K is 0."""
    return (grade + 5, grade + 6) if 0 <= grade <= 12 else None


def grade_ages(text: str) -> tuple[int, int] | None:
    """Return the ages of a grade as people write it, in lower case, or None if it is none."""
    if named := _NAMED.get(text.removeprefix("grade ")):
        return named
    found = _NUMBERED.fullmatch(text)
    if not found:
        return None
    number = int(found["number"]) if found["number"] else ORDINAL_WORDS[found["word"]]
    if found["before"] in {"year", "yr"}:
        number -= 1  # England counts from Reception, one step ahead of kindergarten
    elif found["before"] == "form":
        number += 5
    return us_grade_ages(number + _SHIFTS.get(found["school"] or "", 0))
