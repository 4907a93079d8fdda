"""Faults of workflows that would be laxer than the law: what is checked, told and not asked."""

from collections.abc import Iterator

from privacy_engine.errors import Fault
from privacy_engine.instance.model import Step, Workflow
from privacy_engine.instance.terms import StepKind

_VERIFIED = frozenset({"know:specific", "know:categories", "delete", "correct"})
_AT_ONCE = frozenset({"opt_out", "limit", "opt_in", "withdraw_consent"})
_REACHES = frozenset({StepKind.COPY, StepKind.DELETE, StepKind.CORRECT})
_NEVER_VERIFIED = "asks for no verification: it counts at once (11 CCR 7026(d), 7027(e), 7060(b))"


def law_faults(workflow: Workflow) -> Iterator[Fault]:
    """Yield where a workflow would do less for a person than the law asks."""
    where = workflow.where
    for step in workflow.steps:
        if step.due and step.due.endswith("-EXT"):
            message = (
                f"{step.due} is an extension: it takes a notice with its reason, and is no due"
            )
            yield Fault(step.where.path, step.where.of("due"), message)
    verified = sorted(_VERIFIED.intersection(workflow.rights))
    at_once = sorted(_AT_ONCE.intersection(workflow.rights))
    if verified and at_once:
        message = f"{verified[0]} is verified and {at_once[0]} is not: they need two workflows"
        yield Fault(where.path, where.of("rights"), message)
    elif verified:
        yield from _verified_faults(workflow, verified[0])
    elif at_once:
        for step in _of(workflow, StepKind.VERIFY):
            yield Fault(step.where.path, step.where.of("kind"), f"{at_once[0]} {_NEVER_VERIFIED}")


def _verified_faults(workflow: Workflow, right: str) -> Iterator[Fault]:
    codes = [step.code for step in workflow.steps]
    where = workflow.where
    checks = _of(workflow, StepKind.VERIFY)
    if not checks:
        message = f"{right} needs a verify step (11 CCR 7060)"
        yield Fault(where.path, where.of("rights"), message)
    for step in workflow.steps:
        early = checks and codes.index(step.code) < codes.index(checks[0].code)
        if step.kind in _REACHES and early:
            message = f"{step.code!r} comes before the person is verified (11 CCR 7060)"
            yield Fault(step.where.path, step.where.of("kind"), message)
    if not _of(workflow, StepKind.DECIDE):
        message = f"{right} needs a decide step: a person answers for a yes and for a no"
        yield Fault(where.path, where.of("rights"), message)
    if not any(step.due and step.due.endswith("-ACK") for step in workflow.steps):
        message = f"{right} needs a message step due CA-ACK: receipt is confirmed (11 CCR 7021(a))"
        yield Fault(where.path, where.of("rights"), message)
    if not any("denied" in step.options for step in _of(workflow, StepKind.MESSAGE)):
        message = f"{right} needs a letter for a no: options = {{ denied = … }} (11 CCR 7022(f))"
        yield Fault(where.path, where.of("rights"), message)


def _of(workflow: Workflow, kind: StepKind) -> list[Step]:
    return [step for step in workflow.steps if step.kind is kind]
