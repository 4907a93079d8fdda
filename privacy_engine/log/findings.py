"""What a check of the log says: numbered statements, each with its outcome and the reason."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a statement."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class Statement:
    """One statement about the log."""

    number: int
    text: str
    outcome: Outcome
    why: str

    @property
    def mark(self) -> str:
        """Return the sign that stands before it on a terminal."""
        return {Outcome.HOLDS: "✓", Outcome.FAILS: "✗", Outcome.NOT_CHECKED: "\u2013"}[
            self.outcome
        ]


@dataclass
class Finding:
    """What is known so far about one statement; the first fault is the one that is told."""

    checked: int = 0
    faults: int = 0
    first: str = ""

    def fault(self, sentence: str) -> None:
        """Take note of a fault."""
        self.faults += 1
        self.first = self.first or sentence

    def add(self, later: "Finding") -> None:
        """Take over what was found further on."""
        self.checked += later.checked
        self.faults += later.faults
        self.first = self.first or later.first

    def statement(self, number: int, text: str, *, good: str, none: str) -> Statement:
        """Return the statement: a fault decides, then whether anything was checked at all."""
        if self.faults:
            more = f" (and {self.faults - 1} more)" if self.faults > 1 else ""
            return Statement(number, text, Outcome.FAILS, self.first + more)
        if not self.checked:
            return Statement(number, text, Outcome.NOT_CHECKED, none)
        return Statement(number, text, Outcome.HOLDS, good)


def counted(count: int, one: str, many: str) -> str:
    """Return a count with its noun: `1 entry`, `4,120 entries`."""
    return f"{count:,} {one if count == 1 else many}"
