"""What a check of a promise finds, and how a check reads the promise's parameters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from privacy_engine.instance.model import Promise
from privacy_engine.reports.kinds.promises import Finding

MOST_EVENTS = 5


@dataclass(frozen=True)
class Found:
    """How one check came out; `why` is a clause that names the evidence, never a person.

    `events` are the ids of the events behind it, the telling ones first.
    """

    finding: Finding
    why: str
    citation: str = ""
    events: tuple[str, ...] = ()

    def shown_by(self, events: Iterable[str]) -> "Found":
        """Return the same with the events behind it; a few say as much as thousands."""
        return replace(self, events=tuple(dict.fromkeys(events))[:MOST_EVENTS])


def kept(why: str) -> Found:
    """Return that what is on record fits the promise."""
    return Found(Finding.KEPT, why)


def at_risk(why: str) -> Found:
    """Return that the promise holds so far, or only in part, and what stands against it."""
    return Found(Finding.AT_RISK, why)


def broken(why: str, citation: str = "") -> Found:
    """Return that something on record is against the promise."""
    return Found(Finding.BROKEN, why, citation)


def not_checked(why: str) -> Found:
    """Return that nothing on record says either way, and why not."""
    return Found(Finding.NOT_CHECKED, why)


def contradicts(why: str) -> Found:
    """Return that the sentence itself collides with the law."""
    return Found(Finding.CONTRADICTS, why)


def parameter(promise: Promise, name: str) -> str:
    """Return one parameter as text, empty when the promise has none of that name."""
    return str(promise.parameters.get(name, ""))


def parameters(promise: Promise, name: str) -> tuple[str, ...]:
    """Return a list of words among the parameters."""
    value = promise.parameters.get(name, ())
    return value if isinstance(value, tuple) else ()
