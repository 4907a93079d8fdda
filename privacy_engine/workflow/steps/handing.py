"""Asking the keeper of a place that no program reaches, when a step comes to it."""

from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.workflow import hand_tasks
from privacy_engine.workflow.case import is_drill, request_of
from privacy_engine.workflow.hand_tasks import Action, HandTask, Keeper
from privacy_engine.workflow.runner import Claim


def ask(claim: Claim, code: str, action: Action) -> bool:
    """Write to the keeper of a system, once; return whether the step waits for their answer.

    A deletion always waits: an officer can do it where no keeper is named. For everything else
    somebody must be named to be asked. Nobody is asked to search for the people of a drill.
    """
    if claim.engine.content.system(code).connector is not ConnectorKind.MANUAL:
        return False
    task = HandTask(claim.case, Keeper.SYSTEM, code, action)
    with claim.engine.reading() as tx:
        idle = is_drill(tx, claim.case) or hand_tasks.was_done(tx, task)
    if idle:
        return False
    written = claim.engine.run(lambda tx: hand_tasks.order(tx, task))
    return written or action is Action.DELETE


def ask_what_is_there(claim: Claim, code: str) -> bool:
    """Ask a keeper to count, where the answer is which kinds of data are held; true: wait.

    Whoever copies or deletes by hand counts while doing so, and is not written to twice.
    """
    with claim.engine.reading() as tx:
        request = request_of(tx, claim.case)
    return (
        request is not None
        and request.right == "know:categories"
        and ask(claim, code, Action.LOCATE)
    )
