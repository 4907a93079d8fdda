"""What people say of themselves or somebody near without naming any illness, by kind of fact.

Each row is a stem and a phrase: the phrase is searched only where one of its stems stands in the
text, so that most texts pay for a search of plain letters only. `<rel>` is somebody near, `<who>`
the writer or somebody near, `<rest>` a short piece of the same sentence.
"""

import re
from dataclasses import dataclass
from typing import Final

from privacy_engine.children.detect import sensitive_beliefs as beliefs
from privacy_engine.children.detect import sensitive_health as health

_REL: Final = (
    r"(?:(?:my|our) (?:\w+ )?(?:mom|mum|mother|dad|father|parents?|sons?|daughters?|kids?|child"
    r"|teen|twins?|baby|sister|brother|husband|wife|spouse|partner|boyfriend|girlfriend|bf|gf"
    r"|fiancee?|friend|roommate|uncle|aunt|cousin|nephew|niece|grand(?:ma|pa|mother|father|son"
    r"|daughter)|step ?-?(?:dad|mom|father|mother|brother|sister|son|daughter)|ex"
    r"(?:[- ](?:husband|wife|boyfriend|girlfriend))?|boss|coach|teacher|priest)"
    r"|(?:mi|mis|nuestr[oa]) (?:mama|madre|papa|padre|padres|hij[oa]s?|nin[oa]|bebe|herman[oa]s?"
    r"|marido|espos[oa]|mujer|pareja|novi[oa]|ex|amig[oa]|ti[oa]|prim[oa]|sobrin[oa]|abuel[oa]"
    r"|niet[oa]|padrastro|madrastra|jefe|entrenador|profesor|cunad[oa]|sueg?r[oa]))"
)
_WHO: Final = rf"(?:{_REL}|i|i've|ive|i'm|im|i'd|we|we've|he|she|he's|she's|they|yo|me|ella)"
_CLASSES: Final = (
    ("health", "harm_to_oneself", health.SELF_HARM),
    ("health", "violence", health.VIOLENCE),
    ("health", "substances_and_gambling", health.SUBSTANCES),
    ("health", "eating_and_weight", health.EATING),
    ("health", "symptom", health.BODY),
    ("health", "care_received", health.CARE),
    ("health", "pregnancy_and_loss", health.LOSS),
    ("health", "genetics", health.GENES),
    ("health", "condition_by_initials", health.SHORT_NAMES),
    ("orientation", "sexuality_and_gender", beliefs.GENDER),
    ("religion", "faith_lived_or_left", beliefs.FAITHS),
    ("union", "union_member", beliefs.UNIONS),
    ("immigration", "immigration_status", beliefs.STATUS),
)


@dataclass(frozen=True)
class Phrase:
    """One way to tell a fact, and the letters without which it cannot stand in a text."""

    kind: str
    rule: str
    stems: tuple[str, ...]
    pattern: re.Pattern[str]


def _compiled(phrase: str) -> re.Pattern[str]:
    filled = phrase.replace("<who>", _WHO).replace("<rel>", _REL)
    return re.compile(filled.replace("<rest>", r"[^.!?\n]{0,40}?"))


PHRASES: Final = tuple(
    Phrase(kind, rule, tuple(stems.split("|")), _compiled(phrase))
    for kind, rule, rows in _CLASSES
    for stems, phrase in rows
)
