"""The requests that a stretch of the log received, one after the other, however many."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from privacy_engine.log.event import DRILL_SITE, Event
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import State
from privacy_engine.rights.table import RequestRow
from privacy_engine.transaction import Transaction

_KIND = "request.received"
_STREAMED = 1_000
_COLUMNS = RequestRow.__table__.columns  # type: ignore[attr-defined]
_NAMES = tuple("right" if one.name == "right_code" else one.name for one in _COLUMNS)


@dataclass(frozen=True)
class Between:
    """Positions of the log between two others, of one site or of all where it is empty."""

    after: int
    before: int
    site: str = ""


def each(session: Session, between: Between) -> Iterator[Request]:
    """Give the requests on record that were received there, oldest first; none of a drill."""
    statement = (
        _there(select(*_COLUMNS).join(*_ON_EVENT), between)
        .where(col(LogEventRow.site) != DRILL_SITE)
        .order_by(col(RequestRow.received_at), col(RequestRow.reference))
    )
    # Plain columns: model instances of a million requests would take minutes.
    rows = session.execute(statement, execution_options={"yield_per": _STREAMED})
    for row in rows:
        values = dict(zip(_NAMES, row, strict=True))
        values["state"] = State(values["state"])
        yield Request(**values)


def without_record(tx: Transaction, between: Between) -> Iterator[Event]:
    """Give the entries there whose request is not on record any more, in log order."""
    statement = (
        _there(select(LogEntryRow.event_id, LogEntryRow.position), between)  # type: ignore[call-overload]
        .outerjoin(RequestRow, col(RequestRow.received_event) == col(LogEventRow.event_id))
        .where(
            col(LogEventRow.kind) == _KIND,
            col(LogEventRow.site) != DRILL_SITE,
            col(RequestRow.reference).is_(None),
        )
        .order_by(col(LogEntryRow.position))
        .limit(_STREAMED)
    )
    after = between.after
    # Page by page: opening events asks the database meanwhile.
    while page := tx.session.execute(statement.where(col(LogEntryRow.position) > after)).all():
        yield from tx.read([event_id for event_id, _ in page])
        after = page[-1][1]


def drills(session: Session, between: Between) -> int:
    """Return how many requests were received there of people whom drills invented."""
    statement = _there(select(func.count()).select_from(LogEntryRow), between).where(
        col(LogEventRow.kind) == _KIND, col(LogEventRow.site) == DRILL_SITE
    )
    return int(session.execute(statement).scalar_one())


_ON_EVENT: tuple[Any, Any] = (
    LogEntryRow,
    col(LogEntryRow.event_id) == col(RequestRow.received_event),
)


def _there(statement: Any, between: Between) -> Any:
    found = statement.join(
        LogEventRow, col(LogEventRow.event_id) == col(LogEntryRow.event_id)
    ).where(col(LogEntryRow.position) > between.after, col(LogEntryRow.position) < between.before)
    return found.where(col(LogEventRow.site) == between.site) if between.site else found
