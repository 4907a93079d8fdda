"""Whether an exercise of a drill passed: decided from what the systems board shows (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LIMIT = timedelta(hours=24)
"""How long an exercise may take; a connector that is silent for longer has failed."""


class Exercise(StrEnum):
    """What is asked of the engine for an invented person."""

    KNOW = "know"
    OPT_OUT = "opt-out"
    DELETE = "delete"
    UNDER_13 = "under-13"


class Outcome(StrEnum):
    """How an exercise or a whole drill ended; running until then."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


_DELETIONS = frozenset({Exercise.DELETE, Exercise.UNDER_13})


@dataclass(frozen=True)
class Answer:
    """What one system answered in the case: rows found before, the verdict, the last failure."""

    found: int | None = None
    verdict: str = ""
    message: str = ""


@dataclass(frozen=True)
class Seen:
    """What there is to judge an exercise by.

    Attributes:
        planted: rows of the person by system.
        answers: what each system answered.
        awaited: the systems for which the case waits.
        is_over: the case has come to its end.
        holds: what was asked for holds: the opt-out stands.
        since: aware; when it began.
    """

    exercise: Exercise
    planted: Mapping[str, int]
    answers: Mapping[str, Answer]
    awaited: frozenset[str]
    is_over: bool
    holds: bool
    since: datetime


@dataclass(frozen=True)
class Judgement:
    """How an exercise stands; a finding names a system, or nothing, and what was wrong."""

    outcome: Outcome
    findings: Sequence[tuple[str, str]] = ()


def judge(seen: Seen, *, now: datetime) -> Judgement:
    """Return how an exercise stands: failed as soon as it must fail, passed once it is over."""
    wrong = list(_wrong(seen))
    late = now - seen.since > LIMIT
    if not seen.is_over and not late:
        return Judgement(Outcome.RUNNING)
    if not seen.is_over:
        wrong += _silent(seen)
    return Judgement(Outcome.FAILED if wrong else Outcome.PASSED, tuple(wrong))


def _silent(seen: Seen) -> Sequence[tuple[str, str]]:
    failed = {code: item.message for code, item in seen.answers.items() if item.message}
    hours = int(LIMIT.total_seconds() // 3600)
    found = [(code, f"did not do its part: {why}") for code, why in failed.items()]
    found += [(code, f"has not answered after {hours} hours") for code in seen.awaited - {*failed}]
    return sorted(found) or [("", f"was not over after {hours} hours")]


def _wrong(seen: Seen) -> Sequence[tuple[str, str]]:
    if seen.exercise is Exercise.OPT_OUT:
        return [] if seen.holds or not seen.is_over else [("", "the opt-out does not hold")]
    found: list[tuple[str, str]] = []
    for code, rows in sorted(seen.planted.items()):
        answer = seen.answers.get(code, Answer())
        if answer.found is None and answer.message and not seen.is_over:
            continue  # nobody searched it: what it said instead is told
        if (answer.found or 0) < rows:
            found.append((code, f"found {answer.found or 0} of {rows} planted rows"))
        if seen.exercise in _DELETIONS and seen.is_over and answer.verdict != "erased":
            found.append((code, f"said {answer.verdict or 'nothing'} after the deletion"))
    return found


def of_all(outcomes: Sequence[Outcome]) -> Outcome:
    """Return how a drill stands whose exercises stand so."""
    if Outcome.RUNNING in outcomes:
        return Outcome.RUNNING
    return Outcome.FAILED if Outcome.FAILED in outcomes else Outcome.PASSED
