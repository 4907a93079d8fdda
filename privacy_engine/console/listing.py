"""Which requests a view of the queue holds, counted and paged by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlmodel import col

from privacy_engine.children import register as child_cases
from privacy_engine.children.register import Case, ChildCaseRow
from privacy_engine.children.rules import State as ChildState
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import DRILL_SITE
from privacy_engine.look.formats import SOON_DAYS
from privacy_engine.rights import register
from privacy_engine.rights.register import OPEN_STATES, Request
from privacy_engine.rights.rules import AT_ONCE, FINAL
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import RunRow, StepRow

PAGE = 50
VIEWS = (
    ("open", "All open"),
    ("mine", "Mine"),
    ("nobody", "With no owner"),
    ("late", "Late"),
    ("due", f"Due in {SOON_DAYS} days"),
    ("acknowledge", "Acknowledge"),
    ("person", "Waiting for the person"),
    ("system", "Waiting for a system"),
    ("review", "Decide"),
    ("hand", "By hand"),
    ("opt_out", "Opt-outs"),
    ("unread", "They wrote"),
    ("appeal", "Appeals"),
    ("closed", "Closed"),
)
SORTS = (("risk", "Most urgent first"), ("newest", "Newest first"), ("oldest", "Oldest first"))


@dataclass(frozen=True)
class Wanted:
    """What was asked of the queue; `today` is the controller's day, empty fields do not filter."""

    today: date
    me: str
    view: str = "open"
    reference: str = ""
    subject: str = ""
    right: str = ""
    owner: str = ""
    jurisdiction: str = ""
    channel: str = ""
    sort: str = "risk"

    @property
    def is_whole_view(self) -> bool:
        """Whether nothing narrows the view down."""
        narrowed = (self.reference, self.subject, self.right, self.owner)
        return not any((*narrowed, self.jurisdiction, self.channel))


def page_number(text: str | None) -> int:
    """Return the page that a URL asks for; anything odd is the first page."""
    number = int(text) if text and text.isdecimal() and len(text) < 7 else 1
    return max(number, 1)


def tally(tx: Transaction, today: date, *, owner: str) -> dict[str, int]:
    """Return how many requests every view holds, in four passes however many views there are."""
    wanted = Wanted(today, owner)
    ended_too = {code: _of_view(tx, code, wanted) for code in ("unread", "appeal")}
    found = _counts(tx, {"open": true(), **_of_open(wanted)}, where=_IS_OPEN)
    found |= _counts(tx, ended_too, where=true())
    found |= _tally_steps(tx)
    return found | {"closed": count(tx, Wanted(today, owner, view="closed"))}


def _counts(
    tx: Transaction, views: Mapping[str, ColumnElement[bool]], *, where: ColumnElement[bool]
) -> dict[str, int]:
    columns = [func.count().filter(condition) for condition in views.values()]
    statement = select(*columns).select_from(RequestRow).where(where, REAL)
    counts = tx.session.execute(statement).one()
    return {code: int(number) for code, number in zip(views, counts, strict=True)}


def _tally_steps(tx: Transaction) -> dict[str, int]:
    """Return how many open requests stand at a step of each view's kind.

    The database says how many requests stand at which steps, and each kind is looked up here: to
    ask it for the kinds takes lists of codes that it would read anew for every row.
    """
    at_once = func.aggregate_strings(col(StepRow.step), ",").label("steps")
    each = (
        select(col(StepRow.case), col(StepRow.progress), at_once)
        .where(col(StepRow.progress).in_({str(at) for _, at in _STEPS.values()}))
        .group_by(col(StepRow.case), col(StepRow.progress))
        .subquery()
    )
    alike = (col(RequestRow.workflow), each.c.progress, each.c.steps)
    statement = (
        select(*alike, func.count())
        .select_from(each)
        .join(RequestRow, col(RequestRow.reference) == each.c.case)
        .where(_IS_OPEN, REAL)
        .group_by(*alike)
    )
    found = dict.fromkeys(_STEPS, 0)
    codes = {view: _codes_of(tx, kinds) for view, (kinds, _) in _STEPS.items()}
    for workflow, at, steps, number in tx.session.execute(statement):
        for view, (_, wanted) in _STEPS.items():
            if at == str(wanted) and codes[view].get(workflow, frozenset()).intersection(
                steps.split(",")
            ):
                found[view] += int(number)
    return found


def jurisdictions(tx: Transaction) -> list[str]:
    """Return the laws under which anybody ever asked."""
    statement = select(col(RequestRow.jurisdiction)).distinct().order_by(RequestRow.jurisdiction)
    return [str(code) for code in tx.session.execute(statement).scalars()]


REAL = col(RequestRow.site) != DRILL_SITE
"""The condition that a request is a real person's, and no drill's."""
_IS_OPEN = col(RequestRow.state).in_(OPEN_STATES)
_UNDECIDED = col(ChildCaseRow.state).in_((ChildState.SUSPECTED, ChildState.KNOWN))


def drills(tx: Transaction) -> int:
    """Return how many requests were made by drills; every list leaves them out."""
    statement = select(func.count()).select_from(RequestRow).where(~REAL)
    return int(tx.session.execute(statement).scalar_one())


def undecided_children(tx: Transaction) -> int:
    """Return how many children's cases wait for somebody to decide."""
    statement = select(func.count()).select_from(ChildCaseRow).where(_UNDECIDED)
    return int(tx.session.execute(statement).scalar_one())


def going_children(tx: Transaction) -> list[Case]:
    """Return the cases that a parent answered while what was held before is still deleted."""
    statement = (
        select(ChildCaseRow.case)  # type: ignore[call-overload]
        .join(RunRow, col(RunRow.case) == col(ChildCaseRow.case))
        .where(
            col(ChildCaseRow.state).in_((ChildState.CONSENTED, ChildState.WITHDRAWN)),
            col(ChildCaseRow.site) != DRILL_SITE,
            col(RunRow.ended_at).is_(None),
        )
        .order_by(col(ChildCaseRow.opened_at), col(ChildCaseRow.case))
    )
    return [child_cases.get(tx.session, case) for case in tx.session.execute(statement).scalars()]


def next_children(tx: Transaction, *, limit: int) -> list[Case]:
    """Return the cases to decide first: known ones before suspected ones, then the oldest."""
    statement = (
        select(ChildCaseRow.case)  # type: ignore[call-overload]
        .where(_UNDECIDED)
        .order_by(col(ChildCaseRow.knowledge_at).is_(None), col(ChildCaseRow.opened_at))
        .limit(limit)
    )
    return [child_cases.get(tx.session, case) for case in tx.session.execute(statement).scalars()]


def count(tx: Transaction, wanted: Wanted) -> int:
    """Return how many requests fit."""
    statement = select(func.count()).select_from(RequestRow).where(_conditions(tx, wanted))
    return int(tx.session.execute(statement).scalar_one())


def page(tx: Transaction, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> list[Request]:
    """Return one page of the requests that fit, in their order."""
    statement = (
        select(RequestRow)
        .where(_conditions(tx, wanted))
        .order_by(*_order(wanted.sort))
        .limit(limit)
        .offset(offset)
    )
    rows = list(tx.session.execute(statement).scalars())
    # The rows stay in the session, so that none of these asks the database again.
    return [register.get(tx.session, row.reference) for row in rows]


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "newest":
        return col(RequestRow.received_at).desc(), col(RequestRow.reference)
    if sort == "oldest":
        return col(RequestRow.received_at), col(RequestRow.reference)
    return (
        col(RequestRow.strict_due_on).is_(None),
        col(RequestRow.strict_due_on),
        col(RequestRow.received_at),
        col(RequestRow.reference),
    )


def _conditions(tx: Transaction, wanted: Wanted) -> ColumnElement[bool]:
    conditions = [_of_view(tx, wanted.view, wanted), REAL]
    if wanted.reference:
        conditions = [col(RequestRow.reference) == wanted.reference.strip().upper()]
    if wanted.subject:
        people = tx.person(wanted.subject)
        conditions = [col(RequestRow.subject_id).in_(people)]
    if wanted.right:
        conditions.append(col(RequestRow.right_code) == wanted.right)
    if wanted.owner:
        nobody = wanted.owner == "nobody"
        owner = col(RequestRow.assigned_to)
        conditions.append(owner.is_(None) if nobody else owner == wanted.owner)
    if wanted.jurisdiction:
        conditions.append(col(RequestRow.jurisdiction) == wanted.jurisdiction)
    if wanted.channel:
        conditions.append(col(RequestRow.channel) == wanted.channel)
    return and_(*conditions)


def _of_view(tx: Transaction, view: str, wanted: Wanted) -> ColumnElement[bool]:
    row = RequestRow
    if view == "closed":
        return col(row.state).in_(tuple(FINAL))
    if view == "unread":
        return col(row.unread) > 0
    if view == "appeal":
        return and_(col(row.appealed_at).is_not(None), col(row.appeal_outcome).is_(None))
    plain = _of_open(wanted)
    return and_(_IS_OPEN, plain[view] if view in plain else _at_step(tx, view))


def _of_open(wanted: Wanted) -> dict[str, ColumnElement[bool]]:
    """Return what makes an open request one of a view, where its own row tells."""
    row, due_on = RequestRow, col(RequestRow.strict_due_on)
    return {
        "mine": col(row.assigned_to) == wanted.me,
        "nobody": col(row.assigned_to).is_(None),
        "late": due_on < wanted.today,
        "due": due_on.between(wanted.today, wanted.today + timedelta(days=SOON_DAYS)),
        "acknowledge": and_(
            col(row.acknowledged_at).is_(None), col(row.acknowledge_due_on).is_not(None)
        ),
        "opt_out": col(row.right_code).in_(tuple(AT_ONCE)),
    }


_STEPS = {
    "person": ((StepKind.VERIFY,), Progress.WAITING),
    "review": ((StepKind.DECIDE,), Progress.WAITING),
    "hand": ((StepKind.TASK,), Progress.WAITING),
    "system": (tuple(StepKind), Progress.FAILED),
}


def _at_step(tx: Transaction, view: str) -> ColumnElement[bool]:
    """Return the condition that a request stands at a step of the view's kind."""
    if view not in _STEPS:
        return true()
    kinds, progress = _STEPS[view]
    steps = _steps_of(tx, kinds)
    if not steps:
        return false()
    # One list of cases for each set of steps, made once: asking for every request by itself lets
    # SQLite walk the whole index of progress each time.
    return or_(
        *[
            and_(
                col(RequestRow.workflow).in_(workflows),
                col(RequestRow.reference).in_(
                    select(StepRow.case).where(  # type: ignore[call-overload]
                        col(StepRow.progress) == str(progress), col(StepRow.step).in_(codes)
                    )
                ),
            )
            for workflows, codes in steps
        ]
    )


def _codes_of(tx: Transaction, kinds: Sequence[StepKind]) -> dict[str, frozenset[str]]:
    """Return the steps of these kinds, by workflow."""
    return {
        flow.code: frozenset(step.code for step in flow.steps if step.kind in kinds)
        for flow in tx.content.workflows
    }


def _steps_of(
    tx: Transaction, kinds: Sequence[StepKind]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the steps of these kinds, and which workflows have just these."""
    found: dict[tuple[str, ...], list[str]] = {}
    for flow, codes in _codes_of(tx, kinds).items():
        if codes:
            found.setdefault(tuple(sorted(codes)), []).append(flow)
    return [(tuple(workflows), codes) for codes, workflows in found.items()]
