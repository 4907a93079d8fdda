"""What a parent reads of a purpose, and whether a parent is asked about it at all."""

from dataclasses import dataclass

from privacy_engine.instance.reading import Table
from privacy_engine.instance.terms import PARENT_CHOICES, Under13

_WORDS = ("parent_title", "parent_description", "parent_information")


@dataclass(frozen=True)
class ParentWords:
    """A purpose as a parent reads it; `information` is what would be collected from the child."""

    title: str
    description: str
    information: str


def read(table: Table) -> ParentWords:
    """Read the words for a parent; title and description are those of the purpose by default."""
    return ParentWords(
        title=table.text("parent_title", table.text("title")),
        description=table.text("parent_description", table.text("description")),
        information=table.text("parent_information", ""),
    )


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
        for key in ("parent_choice", *_WORDS):
            if table.values.get(key):
                table.fault(key, f"no parent is asked where under_13 is never: leave out {key}")
    return found
