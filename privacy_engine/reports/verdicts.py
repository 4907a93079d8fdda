"""What a verification answers: checks, each one sentence, folded into two verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one check."""

    HOLDS = "holds"
    FAILS = "does not hold"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """One check and one sentence on it."""

    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """One verdict, its sentence, and the checks that it rests on."""

    outcome: Outcome
    sentence: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Identity:
    """What a file says it is, and by whom; empty where it could not be read."""

    kind: str = ""
    number: str = ""
    title: str = ""
    generated_at: str = ""
    signer: str = ""
    fingerprint: str = ""
    signed_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Verdicts:
    """The answer of a verification."""

    identity: Identity
    integrity: Verdict
    completeness: Verdict

    @property
    def stands(self) -> bool:
        """Whether nothing fails; what was not checked does not count against a report."""
        return Outcome.FAILS not in {self.integrity.outcome, self.completeness.outcome}


def holds(sentence: str) -> Check:
    """Return a check that holds."""
    return Check(Outcome.HOLDS, sentence)


def fails(sentence: str) -> Check:
    """Return a check that does not hold."""
    return Check(Outcome.FAILS, sentence)


def not_checked(sentence: str) -> Check:
    """Return a check that could not be made; the sentence says why."""
    return Check(Outcome.NOT_CHECKED, sentence)


def fold(checks: Iterable[Check], *, good: str, bad: str, open_: str) -> Verdict:
    """Return the verdict over checks: one that fails decides, then one that was not made."""
    checks = tuple(checks)
    outcomes = {check.outcome for check in checks}
    if Outcome.FAILS in outcomes:
        return Verdict(Outcome.FAILS, bad, checks)
    if Outcome.NOT_CHECKED in outcomes or not checks:
        return Verdict(Outcome.NOT_CHECKED, open_, checks)
    return Verdict(Outcome.HOLDS, good, checks)
