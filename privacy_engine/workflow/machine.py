"""Definition and history say what is due next (pure).

What must hold: a step is due when everything it comes after is settled, and everything that comes
before that: a decision that was made early never lets a deletion begin before the search. A step
that the decision ruled out is skipped, never silently forgotten; when nothing is left, the run
has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy_engine.instance.model import Step, Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.law.periods import add_to_instant


class Progress(StrEnum):
    """How far one step is."""

    DUE = "due"
    WAITING = "waiting"  # for a person, a system or time
    FAILED = "failed"  # will be tried again, or a person takes over
    DONE = "done"
    SKIPPED = "skipped"


SETTLED = frozenset({Progress.DONE, Progress.SKIPPED})
# A "no" needs no more than letters: what was still to be verified or searched before it, and done
# after it, is not.
_DESPITE_NO = frozenset({StepKind.MESSAGE})
_NO = frozenset({"deny", "not_a_child", "reject"})


@dataclass(frozen=True)
class StepRecord:
    """What happened to a step so far; `at` is aware UTC."""

    progress: Progress
    outcome: str = ""
    at: datetime | None = None


History = Mapping[str, StepRecord]


@dataclass(frozen=True)
class Due:
    """A step that comes next; `not_before` (aware UTC) delays it, None means now."""

    step: Step
    not_before: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """What is due, what is to be skipped, and whether that was all."""

    due: tuple[Due, ...]
    skipped: tuple[str, ...]
    ended: bool


def plan(workflow: Workflow, history: History, *, zone: ZoneInfo) -> Plan:
    """Return what comes next in a run.

    Waiting periods are calendar periods in `zone`, counted from the end of the latest step that
    the waiting one comes after.
    """
    settled = {code: record for code, record in history.items() if record.progress in SETTLED}
    through: set[str] = set()  # settled, and so is everything before it
    skipped: list[str] = []
    due: list[Due] = []
    for step in workflow.steps:
        if step.code not in settled and _ruled_out(step, workflow, settled):
            skipped.append(step.code)
            settled[step.code] = StepRecord(Progress.SKIPPED, at=_latest(step, settled))
        if not through.issuperset(step.after):
            continue
        if step.code in settled:
            through.add(step.code)
        elif step.code not in history or history[step.code].progress is Progress.DUE:
            due.append(Due(step, _not_before(step, settled, zone=zone)))
    ended = all(step.code in settled for step in workflow.steps)
    return Plan(tuple(due), tuple(skipped), ended)


def decision(workflow: Workflow, history: History) -> str:
    """Return the outcome of the decision in this run, empty before it."""
    for step in workflow.steps:
        record = history.get(step.code)
        if step.kind is StepKind.DECIDE and record and record.progress is Progress.DONE:
            return record.outcome
    return ""


def answers_a_no(workflow: Workflow) -> bool:
    """Return whether a denial in this workflow leads to a letter that tells the person."""
    return any(step.kind is StepKind.DECIDE for step in workflow.steps) and any(
        step.kind is StepKind.MESSAGE
        and "denied" in step.options
        and _comes_after_decision(step, workflow)
        for step in workflow.steps
    )


def _ruled_out(step: Step, workflow: Workflow, settled: History) -> bool:
    if step.skip_after is not None:
        code, wanted = step.skip_after
        if code in settled and settled[code].outcome == wanted:
            return True
    outcome = decision(workflow, settled)
    if step.path and outcome:
        return step.path != outcome
    if outcome not in _NO or step.kind is StepKind.DECIDE:
        return False
    if step.kind not in _DESPITE_NO:
        return True
    answers = outcome == "deny" and "denied" in step.options
    return _comes_after_decision(step, workflow) and not answers


def _comes_after_decision(step: Step, workflow: Workflow) -> bool:
    codes = [item.code for item in workflow.steps]
    decisions = [item.code for item in workflow.steps if item.kind is StepKind.DECIDE]
    return any(codes.index(step.code) > codes.index(code) for code in decisions)


def _latest(step: Step, settled: History) -> datetime | None:
    moments = [settled[code].at for code in step.after if code in settled]
    return max((moment for moment in moments if moment), default=None)


def _not_before(step: Step, settled: History, *, zone: ZoneInfo) -> datetime | None:
    latest = _latest(step, settled)
    if step.wait is None or latest is None:
        return None
    return add_to_instant(step.wait, to=latest, zone=zone)
