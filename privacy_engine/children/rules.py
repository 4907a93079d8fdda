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
from privacy_engine.log.event import Trust


class State(StrEnum):
    """Where a child's case stands."""

    SUSPECTED = "suspected"  # frozen; a person has to look
    KNOWN = "known"  # frozen; the knowledge time is stamped
    ASKING = "asking"  # all but name and contact destroyed; a parent is asked
    DELETING = "deleting"
    CONSENTED = "consented"  # what the parent allows may be collected anew, and nothing else
    WITHDRAWN = (
        "withdrawn"  # the parent took it back, or another disputes it; another case goes on
    )
    CLEARED = "cleared"
    DELETED = "deleted"


OPEN = frozenset({State.SUSPECTED, State.KNOWN, State.ASKING, State.DELETING})
HEARSAY = frozenset({"teacher", "therapist", "staff", "platform", "other"})
"""Whose word about somebody else's age is a suspicion only."""

LINKED = "linked"
"""The rule of a case about whoever was linked to a child after the decision about the child."""

ASKED = "age-question"
"""The rule of a case that an answer to our own question opened; no device said it."""

RETURNED = "returned"
"""The rule of a case about whoever was linked to a name under which a child was erased before."""

UNDER_13 = "under_13"
TEEN = "13_to_15"


@dataclass(frozen=True)
class Signal:
    """What one event tells about an age: `known` at receipt, or only suspected; and the rule."""

    known: bool
    rule: str


def of_age(
    kind: str, value: Any, *, on: date, declared_by: str = "", trust: Trust = Trust.SERVER
) -> Signal | None:
    """Return what a structured age signal tells; None unless it says under 13.

    A person's own statement and a device's bracket are knowledge. What somebody else declares is
    hearsay, and what a browser says is a claim that anybody could make: both freeze all the same.

    Args:
        kind: of the signal, as `age_signal.received` names it.
        value: as reported.
        on: the local day on which it was received.
        declared_by: who said so; empty or `self` for the person, `device` for a bracket.
        trust: who vouches for the event.
    """
    finding = ages.evaluate(kind, value, on=on)
    if finding.verdict != UNDER_13:
        return None
    known = trust is not Trust.BROWSER and declared_by.strip().lower() not in HEARSAY
    return Signal(known=known, rule=kind)  # never the age itself: the case outlives the child


def of_teen(kind: str, value: Any, *, on: date) -> date | None:
    """Return the first day on which somebody who is 13 to 15 is 16 for certain; else None.

    Source: Civ. Code 1798.120(c): under 16, nothing is sold or shared without an opt-in.
    """
    finding = ages.evaluate(kind, value, on=on)
    if finding.verdict != TEEN:
        return None
    youngest = ages.possible_ages(kind, value, on=on).lowest
    return date(on.year + 16 - youngest, on.month, min(on.day, 28))


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


def require(state: State, *wanted: State) -> None:
    """Refuse what a case is too early or too late for.

    Raises:
        Conflict: naming the state.
    """
    if state not in wanted:
        raise Conflict(f"this cannot be done any more: the case is {state}")
