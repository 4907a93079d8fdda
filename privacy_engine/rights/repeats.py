"""Whether somebody asks so often that the law lets the house refuse (pure); an officer decides.

Source: Civ. Code 1798.130(b): two free answers to requests to know in 12 months, and its like;
11 CCR 7023(g): the same correction, refused within six months.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.errors import EngineError
from privacy_engine.law import clauses, deadlines, periods
from privacy_engine.law.clauses import Jurisdiction
from privacy_engine.rights.rules import ANSWERED_YES, FALLBACK_JURISDICTION, State

_KNOW = frozenset({"know:specific", "know:categories"})
_TWELVE_MONTHS = periods.Period(months=12)
_SAME_CORRECTION = "CA-CORRECT-REPEAT"


@dataclass(frozen=True)
class Earlier:
    """A request of the same person: what came of it, and when (aware)."""

    reference: str
    right: str
    state: State
    received_at: datetime
    ended_at: datetime | None
    follows: bool = False


@dataclass(frozen=True)
class Repeat:
    """That a request may be refused as one too many: which ones came before, and the rule."""

    references: tuple[str, ...]
    allowed: int
    citation: str


def repeat_of(now: Earlier, jurisdiction: str, others: Iterable[Earlier]) -> Repeat | None:
    """Return why a request may be refused as one too many, None where it may not.

    What goes on from an ended request is no request of its own, and never one too many.
    """
    before = [item for item in others if item.received_at <= now.received_at and not item.follows]
    if now.follows:
        return None
    if now.right in _KNOW:
        return _too_many(now, jurisdiction, before)
    return _same_correction(now, before) if now.right == "correct" else None


def _too_many(now: Earlier, jurisdiction: str, before: list[Earlier]) -> Repeat | None:
    place = _place(jurisdiction)
    allowed = place.free_per_12_months
    if allowed is None:
        return None
    answered = [
        item
        for item in before
        if item.right in _KNOW
        and item.state in ANSWERED_YES
        and _within_a_year(item.received_at, now.received_at)
    ]
    if len(answered) < allowed:
        return None
    cited = "Civ. Code 1798.130(b)" if place.code == FALLBACK_JURISDICTION else place.law
    return Repeat(tuple(item.reference for item in answered), allowed, cited)


def _within_a_year(earlier: datetime, later: datetime) -> bool:
    end = periods.add_to_instant(_TWELVE_MONTHS, to=earlier, zone=earlier.tzinfo or later.tzinfo)  # type: ignore[arg-type]
    return later < end


def _same_correction(now: Earlier, before: list[Earlier]) -> Repeat | None:
    found = []
    for item in before:
        if item.right != "correct" or item.state is not State.DENIED or item.ended_at is None:
            continue
        until = deadlines.due(_SAME_CORRECTION, item.ended_at)
        if now.received_at.date() < until.legal_due_on:
            found.append((item.reference, until.citation))
    if not found:
        return None
    return Repeat(tuple(reference for reference, _ in found), 0, found[0][1])


def _place(jurisdiction: str) -> Jurisdiction:
    try:
        return clauses.jurisdiction(jurisdiction)
    except EngineError:
        return clauses.jurisdiction(FALLBACK_JURISDICTION)


def in_words(found: Repeat, right: str) -> str:
    """Return a sentence for the officer; it says what may be done, never that it must."""
    named = ", ".join(found.references)
    if right == "correct":
        return (
            f"A correction was refused less than six months ago ({named}). If this is the same "
            f"one and they show nothing new, you may refuse it ({found.citation})."
        )
    return (
        f"In twelve months they were answered {len(found.references)} times already ({named}). "
        f"The law asks for {found.allowed} free answers ({found.citation}); you may refuse this "
        "one, or answer it all the same."
    )
