"""Steps that a person or time decides."""

from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome


def decide(claim: Claim) -> Outcome:
    """Wait for the officer; the console shows the step as the next one."""
    return Outcome(Progress.WAITING, claim.step.actor)


def wait(claim: Claim) -> Outcome:
    """Be done: the due work of this step came only when the waiting period was over."""
    del claim
    return Outcome(Progress.DONE, "time is over")


def task(claim: Claim) -> Outcome:
    """Wait for a person to do something outside and say so."""
    return Outcome(Progress.WAITING, claim.step.actor)
