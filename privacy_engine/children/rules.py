"""What a signal of age means, and what follows from it (pure).

Source: 16 CFR 312.2, 312.3; FTC COPPA FAQ H: an operator that learns an age below 13 has actual
knowledge, whoever tells it; a text that merely sounds so raises a suspicion.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from privacy_engine.children import ages
from privacy_engine.children.detect import detect
from privacy_engine.errors import Conflict


class State(StrEnum):
    """Where a child's case stands."""

    SUSPECTED = "suspected"  # frozen; a person has to look
    KNOWN = "known"  # frozen; the knowledge time is stamped
    DELETING = "deleting"
    CLEARED = "cleared"
    DELETED = "deleted"


OPEN = frozenset({State.SUSPECTED, State.KNOWN, State.DELETING})
UNDER_13 = "under_13"


@dataclass(frozen=True)
class Signal:
    """What one event tells about an age: `known` at receipt, or only suspected; and the rule."""

    known: bool
    rule: str


def of_age(kind: str, value: Any, *, on: date) -> Signal | None:
    """Return what a structured age signal tells; None unless it says under 13.

    `on` is the local day on which it was received.
    """
    finding = ages.evaluate(kind, value, on=on)
    if finding.verdict != UNDER_13:
        return None
    return Signal(
        known=True, rule=kind
    )  # never the age itself: the case outlives the child's data


def of_report(reported_by: str) -> Signal:
    """Return what somebody's word tells: a parent knows, others may be wrong."""
    known = reported_by == "parent"
    return Signal(known=known, rule=f"reported by {reported_by}")


def of_text(text: str, *, on: date) -> Signal | None:
    """Return what free text tells: at most a suspicion, for a person to look at."""
    found = detect(text, on=on)
    if found.verdict != UNDER_13 or found.about != "writer":
        return None
    rules = ", ".join(dict.fromkeys(item.rule for item in found.evidence))
    return Signal(known=False, rule=f"text: {rules}"[:200])


def require_open(state: State) -> None:
    """Refuse to decide a case twice.

    Raises:
        Conflict: naming the state.
    """
    if state not in {State.SUSPECTED, State.KNOWN}:
        raise Conflict(f"the case is {state} already")
