"""The step that tells everybody who got the information to do the same."""

from dataclasses import replace

from privacy_engine.connectors.deliveries import CaseBook
from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import EngineError, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.instance.model import Recipient
from privacy_engine.instance.terms import Notify
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import corrections, hand_tasks, register, to_tell
from privacy_engine.workflow.case import is_drill, request_of
from privacy_engine.workflow.hand_tasks import HandTask, Keeper
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.rescans import turn_of
from privacy_engine.workflow.runner import Claim, Outcome
from privacy_engine.workflow.steps.asking import identifiers_for


def notify(claim: Claim) -> Outcome:
    """Tell recipients by signed webhook; those without an address are left to a person, aloud."""
    with claim.engine.reading() as tx:
        told = register.told(tx.session, claim.case)
        if is_drill(tx, claim.case):  # nobody got anything of a person who does not exist
            return Outcome(Progress.DONE, "nobody to tell")
        wanted = list(to_tell.recipients(tx, request_of(tx, claim.case)))
    by_hand: list[str] = []
    failed: list[str] = []
    for recipient in wanted:
        if recipient.code in told:
            continue
        try:
            outcome = _tell(claim, recipient)
        except Unavailable:
            failed.append(recipient.code)
            continue
        except EngineError:
            outcome = "refused"
        if outcome:
            _record(claim, recipient.code, outcome)
        else:
            by_hand.append(recipient.code)
    detail = {"by_hand": by_hand, "waiting_for": failed}
    if failed:
        return Outcome(Progress.FAILED, "partly", detail)
    word = "partly told" if by_hand else "told"
    return Outcome(Progress.DONE, word if wanted else "nobody to tell", detail)


def _tell(claim: Claim, recipient: Recipient) -> str:
    """Return the outcome, or nothing when no address is set and a person has to tell."""
    about = str(claim.step.options.get("about", "delete"))
    own = _system_of(claim, recipient)
    if own is not None and own.connector is ConnectorKind.WEBHOOK and about == "delete":
        return "acknowledged"  # it was asked as a system, and has answered
    if about == "correct":
        # The new value goes only where the officer sends it, and never to whoever may have had
        # something else of the person's: all others are told by a person.
        return "acknowledged" if own is not None and _was_corrected(claim, own) else ""
    url = claim.engine.settings.addresses.get(recipient.url_setting, "")
    if recipient.notify is Notify.MAIL and about == "delete":
        task = HandTask(claim.case, Keeper.RECIPIENT, recipient.code)
        return "letter" if claim.engine.run(lambda tx: hand_tasks.order(tx, task)) else ""
    if recipient.notify is not Notify.WEBHOOK or not url:
        return ""
    settings = claim.engine.settings
    with claim.engine.reading() as tx:
        turn = turn_of(tx, claim.case, step=claim.step.code)
    base = own or System(recipient.code, recipient.title, ConnectorKind.WEBHOOK)
    secret = base.secret_file or f"{settings.keys.directory}/{recipient.code}.secret"
    connector = open_connector(
        replace(
            base,
            connector=ConnectorKind.WEBHOOK,
            secret_file=secret,
            url_setting=recipient.url_setting,
        ),
        root=settings.root,
        settings=settings.addresses,
        asking=Asking(
            f"{claim.case}-{claim.step.code}-{recipient.code}{turn}",
            CaseBook(claim.engine, claim.case, claim.step.code, base.code),
        ),
    )
    if not isinstance(connector, WebhookConnector):
        return ""
    return "acknowledged" if connector.tell(about, identifiers_for(claim)) else "accepted"


def _was_corrected(claim: Claim, system: System) -> bool:
    with claim.engine.reading() as tx:
        decided = corrections.decided(tx, claim.case)
    return decided is not None and system.code in decided.systems


def _system_of(claim: Claim, recipient: Recipient) -> System | None:
    return next(
        (system for system in claim.engine.content.systems if recipient.code in system.recipients),
        None,
    )


def _record(claim: Claim, recipient: str, outcome: str) -> None:
    def work(tx: Transaction) -> None:
        tx.append(
            "recipient.told",
            {
                "case": claim.case,
                "recipient": recipient,
                "outcome": outcome,
            },
            case=claim.case,
            subject_id=claim.subject_id,
        )

    claim.engine.run(work)
