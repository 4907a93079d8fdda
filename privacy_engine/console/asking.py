"""For whom somebody asks, by which law, and in which language: what forms of the staff offer."""

from privacy_engine.console.desk import Desk
from privacy_engine.law import clauses
from privacy_engine.look.formats import language_name
from privacy_engine.look.parts import Choice

WHOM = (
    ("self", "For themselves"),
    ("child", "For their child"),
    ("agent", "For somebody who asked them to"),
    ("household", "For their household"),
    ("deceased", "For somebody who has died"),
    ("represented", "For somebody whom they represent by law"),
)


def whom(chosen: str) -> list[Choice]:
    """Return for whom one may ask."""
    return [Choice(code, words, chosen=code == chosen) for code, words in WHOM]


def laws(desk: Desk, chosen: str) -> list[Choice]:
    """Return the laws that are known; what the instance goes by is chosen unless another is."""
    usual = chosen if is_law(chosen) else desk.engine.settings.instance.jurisdiction
    return [
        Choice(item.code, f"{item.title} ({item.code})", chosen=item.code == usual)
        for item in clauses.jurisdictions()
    ]


def languages(desk: Desk, chosen: str) -> list[Choice]:
    """Return the languages that we have letters in; our own unless another is chosen."""
    usual = chosen or desk.engine.settings.instance.language
    return [
        Choice(code, language_name(code), chosen=code == usual)
        for code in sorted({item.language for item in desk.engine.content.templates})
    ]


def is_law(code: str) -> bool:
    """Return whether a law of this code is known."""
    return code in {item.code for item in clauses.jurisdictions()}
