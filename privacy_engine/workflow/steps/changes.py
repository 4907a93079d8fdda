"""Steps of a change of a document: notice on the site, letters, effect, opt-outs compared."""

from datetime import timedelta

from privacy_engine.consent import everybody, rules
from privacy_engine.documents import actions, changes, changing
from privacy_engine.documents.changes import Change
from privacy_engine.errors import Conflict
from privacy_engine.instance.model import CHANGE, Content
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome

TELL = "change.tell"
_A_MOMENT = timedelta(microseconds=1)


# Reactions -------------------------------------------------------------------------------


def start(tx: Transaction, event: Event) -> None:
    """A change was begun: its workflow starts."""
    runner.start(tx, str(event.data["case"]), workflow=CHANGE, subject_id=None)


def settle_decision(tx: Transaction, event: Event) -> None:
    """A change was approved or rejected: the waiting step is done, or nothing more comes."""
    outcome = str(event.data["outcome"])
    _settle(tx, event, kind=StepKind.DECIDE, outcome=outcome)
    if outcome == "reject":
        runner.abandon(tx, str(event.data["case"]))


def confirm_notice(tx: Transaction, event: Event) -> None:
    """A site showed a version: if that is the notice of a change on its way, it is confirmed."""
    if not _is_to_come(tx.content, event, tx):
        return
    surface, showings = _asked_for(tx.content)
    change = changing.see_notice(tx, event, surface=surface, showings=showings)
    if change is not None:
        runner.settle(tx, change.case, step=_code(tx.content, StepKind.ANNOUNCE), outcome="shown")


def _is_to_come(content: Content, event: Event, tx: Transaction) -> bool:
    # Decided without a query: nearly every showing is of a version that is in force.
    named = (event.data.get("document"), event.data.get("version"))
    return any(
        (item.slug, item.version) == named and item.material and item.effective_at > tx.now
        for item in content.documents
    )


def _asked_for(content: Content) -> tuple[str, int]:
    steps = content.workflow(CHANGE).steps
    options = next((step.options for step in steps if step.kind is StepKind.ANNOUNCE), {})
    return str(options.get("surface", "")), int(str(options.get("showings", 1)))


def _settle(tx: Transaction, event: Event, *, kind: StepKind, outcome: str) -> None:
    runner.settle(tx, str(event.data["case"]), step=_code(tx.content, kind), outcome=outcome)


def _code(content: Content, kind: StepKind) -> str:
    steps = content.workflow(CHANGE).steps
    return next((step.code for step in steps if step.kind is kind), "")


# Steps -----------------------------------------------------------------------------------


def announce(claim: Claim) -> Outcome:
    """Wait until the site was seen to show the notice; its own reports of showings settle it."""
    with claim.engine.reading() as tx:
        noticed = changing.get(tx, claim.case).notice_at is not None
    return Outcome(Progress.DONE, "shown") if noticed else Outcome(Progress.WAITING, "notice")


def publish(claim: Claim) -> Outcome:
    """Publish the version, now that its notice stands; it begins on the day in its file.

    Raises:
        Conflict: the file was edited, or names a day before people had their time to read; the
            sentence says from which day on it may begin.
    """

    def work(tx: Transaction) -> None:
        change = changing.get(tx, claim.case)
        changing.require_same_text(tx, change)
        actions.publish(
            tx,
            change.document,
            change.version,
            approved_by=change.decided_by.removeprefix("staff:"),
            notice_at=change.notice_at,
        )

    claim.engine.run(work)
    return Outcome(Progress.DONE, "published")


def tell(claim: Claim) -> Outcome:
    """Order the letters, page by page; the last page settles the step."""

    def order(tx: Transaction) -> None:
        tx.order(TELL, name=f"tell:{claim.case}:", case=claim.case, step=claim.step.code, after="")

    claim.engine.run(order)
    return Outcome(Progress.WAITING, "letters")


def carry(claim: Claim) -> Outcome:
    """Compare, once the change holds, every no from before with what is answered now.

    Source: Civ. Code 1798.120: who took over a business honours the opt-outs made to it.
    """
    with claim.engine.reading() as tx:
        change = changing.get(tx, claim.case)
        begins = tx.content.document(change.document, change.version).effective_at
        is_early = tx.now < begins
    if is_early:
        claim.engine.run(
            lambda tx: tx.order(
                runner.TASK,
                name=f"step:{claim.case}:{claim.step.code}:effect",
                due_at=begins,
                case=claim.case,
                step=claim.step.code,
            )
        )
        return Outcome(Progress.WAITING, "effect")
    with claim.engine.reading() as tx:
        carried, lost, people = _compare(tx, change)
    claim.engine.run(
        lambda tx: changing.carry(tx, claim.case, carried=carried, lost=lost, people=people)
    )
    if lost:
        raise Conflict(f"{lost} opt-outs of before the change do not hold any more")
    return Outcome(Progress.DONE, "carried over", {"people": people})


def _compare(tx: Transaction, change: Change) -> tuple[dict[str, int], int, int]:
    """Return purpose to noes that still stand, how many were lost, and the number of people."""
    content = tx.content
    before = content.document(change.document, change.version).effective_at - _A_MOMENT
    wanted = [rules.terms(content, item.code, zone=tx.settings.zone) for item in content.purposes]
    carried = {terms.purpose.code: 0 for terms in wanted}
    lost = people = 0
    for _, records in everybody.whole(tx):
        people += 1
        known = [item for item in records if item.at <= before]
        for terms in wanted:
            if rules.decide(known, terms, at=before).state not in rules.SAID_NO:
                continue
            # Judged by the same words of the person: whoever changed their mind since, may.
            if rules.decide(known, terms, at=tx.now).permitted:
                lost += 1
            else:
                carried[terms.purpose.code] += 1
    return carried, lost, people


__all__ = [
    "TELL",
    "announce",
    "carry",
    "changes",
    "confirm_notice",
    "publish",
    "settle_decision",
    "start",
    "tell",
]
