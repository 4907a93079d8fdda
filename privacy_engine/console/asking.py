"""For whom somebody asks, and by which law: what every form that writes one down offers."""

from privacy_engine.console.desk import Desk
from privacy_engine.law import clauses
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


def is_law(code: str) -> bool:
    """Return whether a law of this code is known."""
    return code in {item.code for item in clauses.jurisdictions()}
