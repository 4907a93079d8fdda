"""What waits for a person beside the requests: approvals, holds, receipts, promises at risk."""

from collections.abc import Callable
from datetime import timedelta

from flask import url_for
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.console import changes, listing, second_person
from privacy_engine.console.desk import Desk
from privacy_engine.console.waiting_kinds import Waiting
from privacy_engine.documents import actions
from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports import promises_watch
from privacy_engine.reports.kinds.promises import Finding
from privacy_engine.retention import holds
from privacy_engine.retention import register as retention
from privacy_engine.retention.rules import State
from privacy_engine.retention.wording import past_time
from privacy_engine.rights import drafts
from privacy_engine.rights.register import OPEN_STATES
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import StepRow
from privacy_engine.workflow.steps.holding import HELD

_BY_ITSELF = timedelta(hours=1)  # a receipt goes out within seconds; after this it does not


def everything(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Return what waits, the most pressing kind first."""
    return [item for source in _SOURCES for item in source(desk, tx)]


def _receipts(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Requests of which the person was not told yet that we have them."""
    count, due_on, since = tx.session.execute(
        select(
            func.count(),
            func.min(col(RequestRow.acknowledge_due_on)),
            func.min(col(RequestRow.received_at)),
        ).where(
            col(RequestRow.state).in_(OPEN_STATES),
            col(RequestRow.acknowledged_at).is_(None),
            col(RequestRow.acknowledge_due_on).is_not(None),
            col(RequestRow.received_at) < tx.now - _BY_ITSELF,
            listing.REAL,
        )
    ).one()
    if not count:
        return []
    late = due_on < desk.today
    why = f"{plural(count, 'person', 'people')} not told; the first by {day_long(due_on)}."
    return [
        Waiting(
            "Confirm receipt",
            url_for("console.queue", view="acknowledge"),
            "late" if late else "awaiting_reply",
            why,
            desk.local(since),
        )
    ]


def _runs(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Runs of the schedule that nobody approved, or that stand half done."""
    titles = {row.series: row.title for row in desk.engine.content.retention}
    found = []
    for run in retention.runs(tx.session):
        if run.state is State.PREVIEWED and run.due:
            verb, state = "Approve what goes", "awaiting_approval"
        elif run.is_paused:
            verb, state = "Look why it stands still", "stopped"
        elif run.state in {State.APPROVED, State.RUNNING}:
            verb, state = "See the run through", "approved"
        else:
            continue
        what = titles.get(run.series, run.series)
        found.append(
            Waiting(
                verb,
                url_for("console.retention_run", run_id=run.run),
                state,
                f"{what}: {past_time(run.due)}.",
                desk.local(run.approved_at or run.previewed_at),
            )
        )
    return found


def _held(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Erasures that a legal hold puts off."""
    count, since = tx.session.execute(
        select(func.count(), func.min(col(StepRow.at))).where(
            col(StepRow.progress) == str(Progress.WAITING), col(StepRow.outcome) == HELD
        )
    ).one()
    if not count:
        return []
    why = f"{plural(count, 'erasure')} put off by a hold. Release it when its reason has ended."
    url = url_for("console.holds")
    return [Waiting("Look at the holds", url, "held", why, desk.local(since))]


def _ending_holds(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Holds that end soon: somebody must renew them, or let them end."""
    url = url_for("console.holds")
    return [
        Waiting(
            f"Renew {hold.hold}, or let it end",
            url,
            "at_risk",
            f"It ends by itself after {day_long(hold.until)}; what it kept may then go.",
            desk.local(hold.placed_at),
        )
        for hold in holds.ending_soon(tx)
        if hold.until is not None
    ]


def _proposals(desk: Desk, tx: Transaction) -> list[Waiting]:
    """What somebody proposed and a second person must carry out."""
    return [_proposal(desk, item) for item in second_person.waiting(tx)]


def _proposal(desk: Desk, item: second_person.Proposal) -> Waiting:
    if item.act == second_person.PUBLISH:
        slug, _, version = item.target.partition("@")
        verb = f"Publish {slug} {version}"
        url = url_for("console.document", slug=slug, version=version)
    else:
        verb, url = f"Release hold {item.target}", url_for("console.holds")
    own = item.proposed_by == str(desk.actor)
    why = "You proposed it; somebody else has to do it." if own else "A colleague proposed it."
    return Waiting(verb, url, "awaiting_approval", why, desk.local(item.proposed_at))


def _unpublished(_desk: Desk, tx: Transaction) -> list[Waiting]:
    """Texts that people see and that nobody published: the log holds no hash of them."""
    found = actions.never_published(tx)
    if not found:
        return []
    one = found[0] if len(found) == 1 else None
    what = f"{one.slug} {one.version}" if one else f"{len(found)} documents"
    url = (
        url_for("console.document", slug=one.slug, version=one.version)
        if one
        else url_for("console.documents")
    )
    why = "People are shown it already; until it is published, the log does not hold its text."
    return [Waiting(f"Publish {what}", url, "in_review", why, None)]


def _promises(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Promises that may soon be broken, and sentences that collide with the law."""
    titles = {item.id: item.title for item in desk.engine.content.promises}
    return [
        Waiting(
            _VERBS[item.finding],
            url_for("console.promises", _anchor=item.code),
            "broken" if item.finding is Finding.CONTRADICTS else "at_risk",
            f"{item.code}, {titles.get(item.code, '')}: {item.why}",
            desk.local(item.since_at),
        )
        for item in promises_watch.latest(tx)
        if item.finding in _VERBS
    ]


_VERBS = {Finding.AT_RISK: "Keep the promise", Finding.CONTRADICTS: "Write it anew"}


def _messages(desk: Desk, tx: Transaction) -> list[Waiting]:
    """Messages in the privacy mailbox that nobody has filed, by the clock of the oldest."""
    first = next(iter(drafts.waiting(tx)), None)
    if first is None:
        return []
    due_on = min(item.strict_due_on for item in drafts.clocks(tx, first))
    count = drafts.count_waiting(tx)
    return [
        Waiting(
            "Read the mailbox",
            url_for("console.drafts"),
            "late" if due_on < desk.today else "open",
            f"{plural(count, 'message')} to file; the first clock ends {day_long(due_on)}.",
            desk.local(first.received_at),
        )
    ]


_SOURCES: tuple[Callable[[Desk, Transaction], list[Waiting]], ...] = (
    _receipts,
    _messages,
    _proposals,
    _unpublished,
    changes.waiting,
    _runs,
    _ending_holds,
    _held,
    _promises,
)
