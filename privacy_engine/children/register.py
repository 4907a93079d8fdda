"""Cases of people who are, or may be, under 13: one row per case, without the child."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, func, select, update
from sqlalchemy import case as when
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.children.rules import OPEN, State
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import NotFound
from privacy_engine.log.event import DRILL_SITE, Event, parse_instant
from privacy_engine.transaction import Transaction


class ChildCaseRow(SQLModel, table=True):
    """One case. What raised it is opened from its events on read."""

    __tablename__ = "children_case"
    __table_args__ = (
        CheckConstraint(
            "state IN ('suspected','known','asking','deleting','consented','withdrawn','cleared',"
            "'deleted')",
            name="state_known",
        ),
    )

    case: str = Field(primary_key=True, max_length=32)
    subject_id: str | None = Field(default=None, max_length=32, index=True)
    state: str = Field(max_length=12, index=True)
    rule: str = Field(max_length=200)
    site: str = Field(max_length=64)
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    knowledge_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_by: str | None = Field(default=None, max_length=64)
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    asked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answer_due_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    parent: str = Field(default="", max_length=16)
    method: str = Field(default="", max_length=32)


_PARENT = {
    "requested": "asked",
    "chosen": "chosen",
    "evidence_received": "evidence",
    "confirmation_sent": "confirming",
    "check_started": "checking",
    "check_failed": "failed",
    "verified": "verified",
    "refused": "refused",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "disputed": "disputed",
}
"""What an event says of the parent's answer, by the last word of its name."""


class ChildrenRegister:
    """Applies the events of children's cases."""

    name = "children"
    tables = (ChildCaseRow,)
    kinds = frozenset(
        {
            "child.suspected",
            "child.known",
            "child.confirmed",
            "child.cleared",
            "child.merged",
            "child.deleted",
            "child.reduced",
            "system.came_back",
            "system.gone_again",
            *(f"parental_consent.{word}" for word in _PARENT),
        }
    )

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the cases up to date."""
        for event in events:
            if "case" in event.data:  # absent once the case reached the end of its retention
                _apply_one(session, event)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Let go of the child; that and how the case was closed stays."""
        del event_ids
        session.execute(
            update(ChildCaseRow)
            .where(col(ChildCaseRow.subject_id).in_(list(subject_ids)))
            .values(subject_id=None)
        )


def _apply_one(session: Session, event: Event) -> None:
    data, at = event.data, event.recorded_at
    if event.kind == "child.suspected":
        knowledge = data.get("knowledge_at")
        session.add(
            ChildCaseRow(
                case=data["case"],
                subject_id=event.subject_id,
                rule=data.get("rule") or "",
                state=State.KNOWN if knowledge else State.SUSPECTED,
                site=event.site,
                opened_at=at,
                knowledge_at=parse_instant(knowledge) if knowledge else None,
            )
        )
        session.flush()
        return
    row = session.get(ChildCaseRow, data["case"])
    if row is None:
        return
    if event.kind.startswith("parental_consent."):
        _apply_parent(row, event)
    elif event.kind == "child.reduced":
        row.subject_id = event.subject_id  # the same child, under a new key and with less
    elif event.kind == "child.known":
        row.state, row.knowledge_at = State.KNOWN, parse_instant(str(data["knowledge_at"]))
        row.rule = str(data.get("rule") or row.rule)
    elif event.kind == "child.confirmed":
        asks = data.get("path") == "parent"
        row.state, row.knowledge_at = (
            State.ASKING if asks else State.DELETING,
            row.knowledge_at or at,
        )
        row.decided_at, row.decided_by = at, event.actor
    elif event.kind == "child.cleared":
        row.state, row.ended_at = State.CLEARED, at
        row.decided_at, row.decided_by = at, event.actor
    else:
        _apply_deletion(row, event)
    session.add(row)


def _apply_deletion(row: ChildCaseRow, event: Event) -> None:
    if event.kind == "system.came_back":
        row.state = State.DELETING
    elif event.kind == "system.gone_again":
        row.state = event.data.get("outcome") or row.state
    else:  # deleted, or merged into the case that deletes
        row.state, row.ended_at = State.DELETED, event.recorded_at


def _apply_parent(row: ChildCaseRow, event: Event) -> None:
    word, data, at = event.kind.partition(".")[2], event.data, event.recorded_at
    row.parent = _PARENT[word]
    row.method = str(data.get("method") or row.method)
    match word:
        case "requested":
            row.asked_at, row.answer_due_at = at, parse_instant(str(data["due_at"]))
        case "verified":
            row.state, row.ended_at = State.CONSENTED, at
        case "refused" | "expired":
            row.state = State.DELETING
        case "withdrawn" | "disputed":
            row.state = State.WITHDRAWN
        case _:
            pass  # says how far the answer is, and no more


REGISTER = ChildrenRegister()


@dataclass(frozen=True)
class Case:
    """One case as everybody else reads it; instants are aware UTC.

    `parent` says how far the parent's answer is: empty before one was asked, then `asked`,
    `chosen`, `evidence`, `confirming`, `checking`, `failed`, `verified`, `refused`, `expired`,
    `withdrawn` or `disputed`; `method` is the way in which they prove to be the parent.
    """

    case: str
    subject_id: str | None
    state: State
    rule: str
    site: str
    opened_at: datetime
    knowledge_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    ended_at: datetime | None
    asked_at: datetime | None
    answer_due_at: datetime | None
    parent: str
    method: str

    @property
    def came_back(self) -> bool:
        """Whether it ended and is open again, since what was deleted is found again."""
        return self.state is State.DELETING and self.ended_at is not None


def get(session: Session, case: str) -> Case:
    """Return one case.

    Raises:
        NotFound: there is none with this reference.
    """
    row = session.get(ChildCaseRow, case)
    if row is None:
        raise NotFound("there is no case with this reference")
    return _as_case(row)


_REAL = col(ChildCaseRow.site) != DRILL_SITE


_ENDED = (
    col(ChildCaseRow.ended_at).is_not(None),
    ~col(ChildCaseRow.state).in_(sorted(OPEN)),
    _REAL,
)


def count_drills(session: Session) -> int:
    """Return how many cases drills invented; every list leaves them out."""
    statement = select(func.count()).select_from(ChildCaseRow).where(~_REAL)
    return int(session.execute(statement).scalar_one())


def open_cases(session: Session, *, limit: int = 200, offset: int = 0) -> list[Case]:
    """Return the open cases, the most urgent first.

    By a parent's last day where one is asked, else by when it was known or suspected: from then
    on it waits for us.
    """
    asking = when((col(ChildCaseRow.state) == State.ASKING, col(ChildCaseRow.answer_due_at)))
    since = func.coalesce(asking, col(ChildCaseRow.knowledge_at), col(ChildCaseRow.opened_at))
    statement = (
        select(ChildCaseRow)
        .where(col(ChildCaseRow.state).in_(sorted(OPEN)), _REAL)
        .order_by(since, col(ChildCaseRow.case))
        .limit(limit)
        .offset(offset)
    )
    return [_as_case(row) for row in session.execute(statement).scalars()]


def ended_cases(
    session: Session,
    *,
    limit: int = 200,
    offset: int = 0,
    but: AbstractSet[str] = frozenset(),
) -> list[Case]:
    """Return the ended cases but some, newest first."""
    statement = (
        select(ChildCaseRow)
        .where(*_ENDED, col(ChildCaseRow.case).not_in(sorted(but)))
        .order_by(col(ChildCaseRow.ended_at).desc(), col(ChildCaseRow.case))
        .limit(limit)
        .offset(offset)
    )
    return [_as_case(row) for row in session.execute(statement).scalars()]


def count_ended(session: Session) -> int:
    """Return how many cases have ended."""
    statement = select(func.count()).select_from(ChildCaseRow).where(*_ENDED)
    return int(session.execute(statement).scalar_one())


def open_again(session: Session) -> list[str]:
    """Return the cases that had ended with a deletion, and delete again."""
    statement = select(ChildCaseRow.case).where(  # type: ignore[call-overload]
        col(ChildCaseRow.state) == State.DELETING, col(ChildCaseRow.ended_at).is_not(None)
    )
    return list(session.execute(statement).scalars())


def count_open(session: Session) -> int:
    """Return how many cases are open."""
    statement = (
        select(func.count())
        .select_from(ChildCaseRow)
        .where(col(ChildCaseRow.state).in_(sorted(OPEN)), _REAL)
    )
    return int(session.execute(statement).scalar_one())


def open_case_of(session: Session, subject_ids: Sequence[str]) -> str | None:
    """Return the open case of a person, or None."""
    return session.execute(
        select(ChildCaseRow.case).where(  # type: ignore[call-overload]
            col(ChildCaseRow.subject_id).in_(list(subject_ids)),
            col(ChildCaseRow.state).in_(sorted(OPEN)),
        )
    ).scalar()


def mergeable_cases_of(session: Session, subject_ids: Sequence[str], *, but: str) -> list[str]:
    """Return the other cases of a person that somebody is still to decide or to answer."""
    found = _cases_in(session, subject_ids, OPEN - {State.DELETING})
    return [case for case in found if case != but]


def _cases_in(
    session: Session, subject_ids: Sequence[str], states: AbstractSet[State]
) -> list[str]:
    statement = (
        select(ChildCaseRow.case)  # type: ignore[call-overload]
        .where(
            col(ChildCaseRow.subject_id).in_(list(subject_ids)),
            col(ChildCaseRow.state).in_(sorted(states)),
        )
        .order_by(col(ChildCaseRow.case))
    )
    return list(session.execute(statement).scalars())


def decided_at(session: Session, case: str) -> datetime | None:
    """Return when it was decided that a case is about a child; None before, and of any other."""
    row = session.get(ChildCaseRow, case)
    return row.decided_at if row and row.state != State.CLEARED else None


def deleting_cases_of(session: Session, subject_ids: Sequence[str], *, but: str) -> list[str]:
    """Return the other cases of a person that delete."""
    return [case for case in _cases_in(session, subject_ids, {State.DELETING}) if case != but]


def decided_cases_of(session: Session, subject_ids: Sequence[str]) -> list[str]:
    """Return the cases of a person in which a deletion, or asking a parent, goes on."""
    return _cases_in(session, subject_ids, {State.ASKING, State.DELETING})


def is_known(session: Session, subject_id: str) -> bool:
    """Return whether a case of somebody's own says that they are a child, and still counts."""
    counts = {State.KNOWN, State.ASKING, State.DELETING, State.DELETED}
    statement = select(ChildCaseRow.case).where(  # type: ignore[call-overload]
        col(ChildCaseRow.subject_id) == subject_id,
        col(ChildCaseRow.state).in_(sorted(counts)),
        col(ChildCaseRow.knowledge_at).is_not(None),
    )
    return session.execute(statement.limit(1)).first() is not None


def consented_case_of(session: Session, subject_ids: Sequence[str]) -> str | None:
    """Return the case in which a parent's consent for a person stands, or None."""
    return _case_in(session, subject_ids, State.CONSENTED)


def was_consented(session: Session, subject_ids: Sequence[str]) -> bool:
    """Return whether a parent once showed that a person is their child, and it stands no more."""
    return _case_in(session, subject_ids, State.WITHDRAWN) is not None


def _case_in(session: Session, subject_ids: Sequence[str], state: State) -> str | None:
    return session.execute(
        select(ChildCaseRow.case).where(  # type: ignore[call-overload]
            col(ChildCaseRow.subject_id).in_(list(subject_ids)),
            col(ChildCaseRow.state) == state,
        )
    ).scalar()


def site_of(session: Session, case: str) -> str:
    """Return the site that reported a child; empty when it is no child's case."""
    row = session.get(ChildCaseRow, case)
    return row.site if row else ""


def subject_of(tx: Transaction, case: str) -> str | None:
    """Return whom a case is about; None once erased, or when it is no child's case."""
    row = tx.session.get(ChildCaseRow, case)
    return row.subject_id if row else None


def _as_case(row: ChildCaseRow) -> Case:
    return Case(**(row.model_dump() | {"state": State(row.state)}))
