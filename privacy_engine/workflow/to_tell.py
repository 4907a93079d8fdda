"""What a request that counts at once stops, and who has to hear of it."""

from collections.abc import Iterator

from privacy_engine.instance.model import Recipient, Workflow
from privacy_engine.instance.terms import Notify, PurposeRule, StepKind
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction


def purposes(tx: Transaction, request: Request) -> tuple[str, ...]:
    """Return the purposes that a request stops: those it names, else those of its workflow."""
    named = tx.event(request.received_event).data.get("purposes", ())
    return tuple(named) or _declared(tx, request.right, tx.content.workflow(request.workflow))


def _declared(tx: Transaction, right: str, workflow: Workflow) -> tuple[str, ...]:
    if right == "withdraw_consent":
        return tuple(item.code for item in tx.content.purposes if item.rule is PurposeRule.OPT_IN)
    for step in workflow.steps:
        if step.kind is StepKind.CONSENT:
            listed = step.options.get("purposes", ())
            return listed if isinstance(listed, tuple) else (str(listed),)
    return ()


def recipients(tx: Transaction, request: Request | None) -> Iterator[Recipient]:
    """Yield whom a case is told to; `request` is None for a case of another kind.

    That somebody takes back one permission is no business of those who never got anything for it;
    that somebody would opt in again is nobody's, for the request alone allows nothing (7028(a)).
    """
    right = request.right if request else ""
    if right == "opt_in":
        return
    named = {item.code for item in tx.content.recipients}
    if request and right == "withdraw_consent":
        stopped = purposes(tx, request)
        used = (item for item in tx.content.purposes if item.code in stopped)
        named = {code for item in used for code in item.recipients}
    for recipient in tx.content.recipients:
        if recipient.code in named and recipient.notify is not Notify.NONE:
            yield recipient
