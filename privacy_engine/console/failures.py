"""What failed and must not be missed: on the first screen, with the next step beside it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import String, cast, func, or_, select
from sqlmodel import col

from privacy_engine.connectors import drills, health, reimports
from privacy_engine.connectors.drill_rules import Outcome
from privacy_engine.console import work
from privacy_engine.console.desk import Desk, case_url, is_childs
from privacy_engine.disclosures import register as disclosures
from privacy_engine.drp import directory
from privacy_engine.jobs import schedule
from privacy_engine.jobs.work import backlog
from privacy_engine.log.tables import LogEventRow, LogPendingRow
from privacy_engine.look.formats import day_long, plural
from privacy_engine.look.parts import Alert
from privacy_engine.reports import promises_watch
from privacy_engine.reports.kinds.promises import Finding
from privacy_engine.rights import mailbox
from privacy_engine.transaction import DueWorkRow, Transaction
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import CaseSystemRow, StepRow

QUIET_FOR = timedelta(minutes=2)
NOT_LOOKED_FOR = timedelta(days=2)
# How long after a start the loops may not have looked yet, so that nothing is said to stand still.
STARTS_WITHIN = timedelta(minutes=1)
_SHOWN = 8


@dataclass(frozen=True)
class Failure:
    """An alert; `retry` is the order of stopped work that can be tried again, or empty."""

    alert: Alert
    retry: str = ""


def _ways_in(desk: Desk, tx: Transaction) -> list[Failure]:
    """Return the doors at which requests come, and that are stuck."""
    found = []
    read = mailbox.health(tx)
    if read is not None and read.fault:
        since = desk.local(read.since) if read.since else None
        found.append(
            Failure(
                Alert(
                    "Nobody reads the privacy mailbox",
                    f"{read.fault[:1].upper()}{read.fault[1:]}. Clocks of messages run anyway.",
                    url_for("console.drafts"),
                    "See the mailbox",
                    since,
                )
            )
        )
    fault = directory.fault(tx)
    if fault:
        found.append(_operator("The directory of agents cannot be read", f"{fault}.", None))
    return found


def everything(desk: Desk, tx: Transaction) -> list[Failure]:
    """Return every failure, what stops the most first."""
    return [item for source in _SOURCES for item in source(desk, tx)]


def is_stopped(tx: Transaction) -> bool:
    """Return whether no scheduler has looked for a while."""
    looked = schedule.last_look(tx)
    return looked is None or tx.now - looked > QUIET_FOR


def is_starting(desk: Desk, tx: Transaction) -> bool:
    """Return whether the engine was opened so lately that its loops may not have looked yet."""
    return timedelta(0) <= tx.now - desk.engine.opened_at < STARTS_WITHIN


def _machinery(desk: Desk, tx: Transaction) -> list[Failure]:
    if is_starting(desk, tx):
        return []
    found = []
    if is_stopped(tx):
        looked = schedule.last_look(tx)
        found.append(
            _operator(
                "The scheduler has stopped" if looked else "No scheduler has ever run",
                "Deadlines, retention and daily checks are not looked at.",
                desk.local(looked) if looked else None,
            )
        )
    waits = work.overdue_since(tx)
    if waits is not None and tx.now - waits > QUIET_FOR:
        found.append(
            _operator(
                "No worker is taking the work that is due",
                "Letters, searches and deletions wait.",
                desk.local(waits),
            )
        )
    behind, since = _waiting_for_a_position(tx)
    if since is not None and tx.now - since > QUIET_FOR:
        why = f"Waiting for a position: {plural(behind, 'event')}; nothing is lost."
        found.append(_operator("The log is not being signed", why, desk.local(since)))
    return found


def _waiting_for_a_position(tx: Transaction) -> tuple[int, datetime | None]:
    """Return how many events have no position yet, and since when the oldest waits."""
    # Ids of events begin with their moment, so that the first one is the oldest.
    first = select(func.min(col(LogPendingRow.event_id))).scalar_subquery()
    asked = select(col(LogEventRow.recorded_at)).where(col(LogEventRow.event_id) == first)
    since: datetime | None = tx.session.execute(asked).scalar()
    behind = tx.session.execute(select(func.count()).select_from(LogPendingRow)).scalar_one()
    return int(behind), since


def _sold(desk: Desk, tx: Transaction) -> list[Failure]:
    """Return that something was sold or shared, at once, whatever the statement says."""
    wanted = disclosures.Filter(sold_or_shared=True)
    newest = disclosures.search(tx.session, wanted, limit=1)
    if not newest:
        return []
    count = plural(disclosures.count(tx.session, wanted), "disclosure")
    codes = {item.code: item.title for item in desk.engine.content.recipients}
    recipient = codes.get(newest[0].facts.recipient, newest[0].facts.recipient)
    alert = Alert(
        "Personal data was sold or shared",
        f"{count} on record, the newest to {recipient}.",
        url_for("console.disclosures", only="sold"),
        "See which",
        desk.local(newest[0].recorded_at),
    )
    return [Failure(alert)]


def _operator(title: str, why: str, since: datetime | None) -> Failure:
    step = "Ask whoever runs the engine to run “privacy-engine doctor”."
    return Failure(Alert(title, f"{why} {step}", "", "", since))


def _stopped_work(desk: Desk, tx: Transaction) -> list[Failure]:
    found = [_stopped(desk, item) for item in work.stopped(tx, limit=_SHOWN)]
    more = backlog(tx).dead - len(found)
    if more > 0:
        why = f"{plural(more, 'more order')} of work failed too often and stand still."
        found.append(_operator("There is more work that has stopped", why, None))
    return found


def _stopped(desk: Desk, item: work.Stopped) -> Failure:
    why = item.why or "It failed too often."
    since = desk.local(item.since)
    url, action = _page_of(item.case)
    title = f"Work on {item.case} has stopped" if item.case else f"{item.title} has stopped"
    retry = item.work_id if desk.may("retry_work") else ""
    return Failure(Alert(title, _sentence(why), url, action, since), retry)


def _page_of(case: str) -> tuple[str, str]:
    """Return the page of a case and what its link says; nothing where it has none."""
    if not case.startswith(("R-", "C-")):
        return "", ""
    return case_url(case), "Open the case" if is_childs(case) else "Open the request"


def _letters(desk: Desk, tx: Transaction) -> list[Failure]:
    """Letters that the mail server does not take: those of steps, and those of their own."""
    failing = or_(col(DueWorkRow.last_error).is_not(None), col(DueWorkRow.state) == "dead")
    orders, since = tx.session.execute(
        select(func.count(), func.min(col(DueWorkRow.ordered_at))).where(
            col(DueWorkRow.task).startswith("letters."),
            col(DueWorkRow.state) != "done",
            failing,
        )
    ).one()
    codes = {
        step.code for flow in desk.engine.content.workflows for step in flow.steps if step.template
    }
    steps, begun = tx.session.execute(
        select(func.count(), func.min(col(StepRow.at))).where(
            col(StepRow.progress) == str(Progress.FAILED),
            col(StepRow.step).in_(sorted(codes)),
            cast(col(StepRow.detail), String).contains("mail server"),
        )
    ).one()
    count = int(orders) + int(steps)
    if not count:
        return []
    first = min(moment for moment in (since, begun) if moment)
    title = f"{plural(count, 'letter')} could not be sent"
    why = "Each is tried again by itself. Look whether the mail server works."
    alert = Alert(title, why, url_for("console.outbox"), "See the letters", desk.local(first))
    return [Failure(alert)]


def _systems(desk: Desk, tx: Transaction) -> list[Failure]:
    titles = {item.code: item.title for item in desk.engine.content.systems}
    url = url_for("console.systems")
    tests = health.latest(tx)
    found = []
    waiting = _cases_waiting(tx)
    if waiting:
        named = ", ".join(
            f"{titles.get(code, code)} ({plural(cases, 'case')})"
            for code, cases in sorted(waiting.items())
        )
        title = f"{plural(len(waiting), 'system')} did not do what was asked"
        why = f"{named}. It is asked again by itself."
        found.append(Failure(Alert(title, why, url, "See the systems")))
    for item in tests.values():
        if item.outcome == "fault" and item.system in titles and item.system not in waiting:
            title = f"{titles[item.system]} cannot be used"
            since = desk.local(item.since_at)
            alert = Alert(title, _sentence(item.detail), url, "Test it again", since)
            found.append(Failure(alert))
    untested = [item.title for item in health.testable(desk.engine) if item.code not in tests]
    if untested:
        title = "Some systems were never tested"
        why = f"{', '.join(untested)}: nobody knows whether we could delete there."
        found.append(Failure(Alert(title, why, url, "Test them now")))
    return found


def _reimports(desk: Desk, tx: Transaction) -> list[Failure]:
    """People who were erased and are back in a system."""
    titles = {item.code: item.title for item in desk.engine.content.systems}
    found = []
    for item in reimports.latest(tx).values():
        if item.back and item.system in titles:
            title = f"{plural(item.back, 'erased person', 'erased people')} back in a system"
            why = f"{titles[item.system]}: a restore or an import brought them back."
            url = url_for("console.systems")
            since = desk.local(item.since_at)
            found.append(Failure(Alert(title, why, url, "Delete them again", since)))
    return found


def _drills(desk: Desk, tx: Transaction) -> list[Failure]:
    """The newest drill, when it failed: a connector broke before a real person asked."""
    drill = next(iter(drills.newest(tx.session, limit=1)), None)
    if drill is None or drill.outcome is not Outcome.FAILED:
        return []
    failed = [item for item in drill.exercises if item.outcome is Outcome.FAILED]
    titles = {item.code: item.title for item in desk.engine.content.systems}
    said = [(titles.get(code, code), what) for item in failed for code, what in item.findings]
    once = list(dict.fromkeys(said))[:_SHOWN]  # one system fails several exercises alike
    why = "; ".join(f"{title} {what}" if title else what for title, what in once)
    names = ", ".join(str(item.exercise).replace("-", " ") for item in failed)
    title = f"The drill of {day_long(desk.local(drill.started_at).date())} failed: {names}"
    url = url_for("console.systems", _anchor="drills")
    since = desk.local(drill.ended_at) if drill.ended_at else None
    return [Failure(Alert(title, _sentence(why), url, "See the drill", since))]


def _cases_waiting(tx: Transaction) -> Counter[str]:
    rows = tx.session.execute(
        select(CaseSystemRow.system, CaseSystemRow.removed).where(  # type: ignore[call-overload]
            col(CaseSystemRow.message) != ""
        )
    )
    return Counter(system for system, removed in rows if removed is None)


_NOT_KEPT = (Finding.BROKEN, Finding.CONTRADICTS)  # both read "Broken" on the page of promises


def _promises(desk: Desk, tx: Transaction) -> list[Failure]:
    titles = {item.id: item.title for item in desk.engine.content.promises}
    broken = [item for item in promises_watch.latest(tx) if item.finding in _NOT_KEPT]
    if not broken:
        return []
    # What happened against a promise comes before a sentence that nobody could keep.
    first = min(broken, key=lambda item: _NOT_KEPT.index(item.finding))
    name = f"{first.code}, {titles.get(first.code, '')}"
    title = f"{plural(len(broken), 'promise')} broken"
    more = f" And {len(broken) - 1:,} more." if len(broken) > 1 else ""
    why = f"{name}: {first.why}{more}"
    since = desk.local(min(item.since_at for item in broken))
    return [Failure(Alert(title, why, url_for("console.promises"), "See the promises", since))]


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


_SOURCES: tuple[Callable[[Desk, Transaction], list[Failure]], ...] = (
    _machinery,
    _stopped_work,
    _letters,
    _ways_in,
    _systems,
    _sold,
    _reimports,
    _drills,
    _promises,
)
