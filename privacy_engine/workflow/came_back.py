"""Data that an answered deletion had removed is found again: its case is open until it is gone.

A late search finds it by the sealed names, the nightly comparison by keyed hashes alone; a child's
case knows only the latter. The first answer keeps its day: no clock of the law begins anew. Nobody
is written to but the officers, for the person's address was destroyed; the person sees it on the
page of their request, and gets a new certificate.
"""

from collections.abc import Collection, Iterator, Sequence

from privacy_engine.children import register as children
from privacy_engine.children.rules import State as ChildState
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Event
from privacy_engine.look.formats import plural
from privacy_engine.rights import register as rights
from privacy_engine.rights.rules import ANSWERED_YES
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import officer_mail, register, runner
from privacy_engine.workflow.case import is_drill
from privacy_engine.workflow.officer_mail import Mail

TASK = "cases.came_back_mail"
CAME_BACK, GONE_AGAIN = "system.came_back", "system.gone_again"
SEARCH, COMPARISON = "search", "comparison"
_ENDS = {"request.fulfilled": "fulfilled", "request.partially_fulfilled": "partially_fulfilled"}
_MOST_LINES = 100


def open_systems(events: Sequence[Event]) -> dict[str, str]:
    """Return where data of a case came back and is not gone yet, and what found it there."""
    found: dict[str, str] = {}
    for event in events:
        if event.kind == CAME_BACK:
            found[str(event.data["system"])] = str(event.data.get("found_by") or "")
        elif event.kind == GONE_AGAIN:
            found.pop(str(event.data["system"]), None)
    return found


def compared(tx: Transaction, case: str) -> list[str]:
    """Return where the nightly comparison found data of a case again that is not gone yet."""
    found = open_systems(tx.events_of_case(case))
    return [system for system, by in found.items() if by == COMPARISON]


def note(tx: Transaction, case: str, *, systems: Sequence[str], found_by: str) -> list[str]:
    """Open an answered case again for each system; return the new events, none when it is open."""
    tx.lock(case)
    known = open_systems(tx.events_of_case(case))
    if is_drill(tx, case) or not (known or _was_answered(tx, case)):
        return []
    return [
        _append(tx, CAME_BACK, case, system=system, found_by=found_by)
        for system in systems
        if system not in known
    ]


def found_again(engine: Transactions, case: str, systems: Sequence[str]) -> None:
    """Note what a search found, and order the mail.

    Said when it is found and before it is deleted again: a crash between keeps nobody from it.
    """
    engine.run(
        lambda tx: order_mail(tx, note(tx, case, systems=systems, found_by=SEARCH)),
    )


def order_mail(tx: Transaction, events: Sequence[str]) -> None:
    """Order the one mail to the officers about what was found just now."""
    if events:
        tx.order(TASK, name=f"came-back:{events[0]}", events=list(events))


def _was_answered(tx: Transaction, case: str) -> bool:
    if rights.exists(tx.session, case):
        return rights.get(tx.session, case).state in ANSWERED_YES
    return bool(children.site_of(tx.session, case)) and (
        children.get(tx.session, case).state is ChildState.DELETED
    )


def gone(tx: Transaction, case: str, *, systems: Collection[str] | None = None) -> None:
    """Note that it is gone from systems again, or from all; with the last one the case closes.

    One transaction closes the case and orders its new report: a crash leaves neither or both.
    """
    tx.lock(case)
    events = tx.events_of_case(case)
    known = open_systems(events)
    done = [system for system in known if systems is None or system in systems]
    for system in done:
        last = len(known) == 1
        known.pop(system)
        closing = {"outcome": _answer(events)} if last else {}
        event = _append(tx, GONE_AGAIN, case, system=system, **closing)
        if last:
            _order_report(tx, case, because=event)


def _answer(events: Sequence[Event]) -> str:
    """Return how the case had ended, and ends again."""
    ends = [_ENDS[event.kind] for event in events if event.kind in _ENDS]
    return ends[-1] if ends else str(ChildState.DELETED)


def _order_report(tx: Transaction, case: str, *, because: str) -> None:
    run = register.run(tx.session, case)
    for step in tx.content.workflow(run.workflow).steps if run else ():
        if step.kind is StepKind.REPORT and step.options.get("report"):
            tx.order(
                "reports.case",
                name=f"report:{case}:{step.code}:{because}",
                case=case,
                step=step.code,
                report=str(step.options["report"]),
                because=because,
            )


def is_drawn(tx: Transaction, case: str, *, because: str) -> bool:
    """Return whether the report that an event ordered was produced."""
    kinds = [because if e.event_id == because else e.kind for e in tx.events_of_case(case)]
    return "report.produced" in kinds[kinds.index(because) :]


def reopened(tx: Transaction) -> list[str]:
    """Return the cases that are open again."""
    return [*rights.open_again(tx.session), *children.open_again(tx.session)]


def _append(tx: Transaction, kind: str, case: str, **data: str) -> str:
    subject_id = runner.subject_of(tx, case)
    event = tx.append(kind, {"case": case, **data}, case=case, subject_id=subject_id)
    return event.event_id


def send(engine: Transactions, *, events: Sequence[str]) -> None:
    """Send the mail; a second run sends the same one again. It names nobody.

    Raises:
        Unavailable: the mail server does not take it now; the order is tried again.
    """
    if events:
        officer_mail.send(
            engine,
            message_id=events[0],
            write=lambda tx: Mail("Deleted data came back", _lines(tx, events)),
        )


def _lines(tx: Transaction, events: Sequence[str]) -> Iterator[str]:
    yield "Data that we had deleted is in our systems again:\n"
    searched = False
    for event in tx.read(list(events)[:_MOST_LINES]):
        title = tx.content.data_map.ever(str(event.data["system"])).title
        searched = searched or event.data.get("found_by") == SEARCH
        if event.kind == CAME_BACK:
            yield f"- {event.data['case']}: found in {title}; the case is open again"
        else:
            back = plural(int(event.data["back"]), "identifier")
            yield f"- {title}: {back} of people who were deleted"
    if len(events) > _MOST_LINES:
        yield f"- and {len(events) - _MOST_LINES} more"
    if searched:
        yield "\nIt is being deleted there again; the page of the case shows how far."
    else:
        yield "\nThe page of the system has the button that deletes it there again."
    yield "\nFind out what brought it back, such as a restore, an import or a late job."
