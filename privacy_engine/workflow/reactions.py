"""One table: what follows from an event, in the transaction that accepted it.

Registers never import each other; what one event means for another register stands here.
"""

from collections.abc import Mapping

from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Event
from privacy_engine.transaction import Reaction, Transaction
from privacy_engine.workflow import register, runner


def start_request(tx: Transaction, event: Event) -> None:
    """A request begins its workflow at once: the clocks run already."""
    runner.start(
        tx,
        str(event.data["case"]),
        workflow=str(event.data["workflow"]),
        subject_id=event.subject_id,
    )


def settle_verification(tx: Transaction, event: Event) -> None:
    """The person confirmed: the waiting step is done."""
    _settle(tx, event, kind=StepKind.VERIFY, outcome="verified")


def settle_decision(tx: Transaction, event: Event) -> None:
    """The officer decided: the waiting step is done with that outcome."""
    _settle(tx, event, kind=StepKind.DECIDE, outcome=str(event.data["outcome"]))


def settle_report(tx: Transaction, event: Event) -> None:
    """The report of a case was produced: the waiting step is done."""
    if "case" in event.data:
        _settle(tx, event, kind=StepKind.REPORT, outcome="produced")


def _settle(tx: Transaction, event: Event, *, kind: StepKind, outcome: str) -> None:
    case = str(event.data["case"])
    run = register.run(tx.session, case)
    if run is None:
        return
    for step in tx.content.workflow(run.workflow).steps:
        if step.kind is kind:
            runner.settle(tx, case, step=step.code, outcome=outcome)
            return


REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    "request.received": (start_request,),
    "request.verified": (settle_verification,),
    "request.approved": (settle_decision,),
    "report.produced": (settle_report,),
}
