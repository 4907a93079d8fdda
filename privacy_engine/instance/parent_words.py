"""What a parent reads of a purpose, and whether a parent is asked about it at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from privacy_engine.instance.reading import Table
from privacy_engine.instance.terms import PARENT_CHOICES, Under13

_WORDS = ("parent_title", "parent_description", "parent_information")
_COLLECTED: Mapping[str, str] = {"en": "We would collect", "es": "Recogeríamos"}
LANGUAGES = ("es",)
"""In which words for a parent may stand beside those of the instance's own language."""


@dataclass(frozen=True)
class ParentWords:
    """A purpose as a parent reads it; `information` is what would be collected from the child."""

    title: str
    description: str
    information: str
    others: Mapping[str, "ParentWords"] = field(default_factory=dict)

    def in_language(self, language: str) -> "ParentWords":
        """Return the words in a language such as `es` or `es-MX`; our own where there are none."""
        return self.others.get(language[:2], self)

    def told(self, language: str) -> str:
        """Return what it is for and what would be collected, in sentences."""
        words = self.in_language(language)
        collected = _COLLECTED.get(language[:2], _COLLECTED["en"])
        return words.description + (
            f" {collected}: {words.information}." if words.information else ""
        )


def read(table: Table) -> ParentWords:
    """Read the words for a parent; title and description are those of the purpose by default."""
    own = ParentWords(
        title=table.text("parent_title", table.text("title")),
        description=table.text("parent_description", table.text("description")),
        information=table.text("parent_information", ""),
    )
    others = {code: _translated(table, code, own) for code in LANGUAGES}
    return replace(own, others={code: words for code, words in others.items() if words})


def _translated(table: Table, language: str, own: ParentWords) -> ParentWords | None:
    """Return the words in one more language; all that a parent reads is there, or none of it."""
    title, description, information = (table.text(f"{key}_{language}", "") for key in _WORDS)
    if not (title or description or information):
        return None
    needed = (title, description, information or not own.information)
    for key, there in zip(_WORDS, needed, strict=True):
        if not there:
            name = f"{key}_{language}"
            table.fault(name, f"{name} is missing: a parent reads all of it in one language")
    return ParentWords(title, description, information)


def choice(table: Table) -> str:
    """Read whether a parent is asked for a purpose apart."""
    given = table.text("parent_choice", "")
    if given not in PARENT_CHOICES:
        known = ", ".join(filter(None, PARENT_CHOICES))
        table.fault("parent_choice", f"parent_choice {given!r} is none of: {known}")
    return given


def under_13(table: Table) -> Under13:
    """Read what may be done with a child's data; words for a parent need a parent who is asked."""
    found = table.one_of("under_13", Under13, Under13.PARENT)
    if found is Under13.NEVER:
        translated = (f"{key}_{language}" for key in _WORDS for language in LANGUAGES)
        for key in ("parent_choice", *_WORDS, *translated):
            if table.values.get(key):
                table.fault(key, f"no parent is asked where under_13 is never: leave out {key}")
    return found
