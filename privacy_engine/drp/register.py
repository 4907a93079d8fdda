"""Which requests came from which agent: table, apply, questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction


class AgentRequestRow(SQLModel, table=True):
    """A request of an agent. How the agent calls it is opened from `event_id` on read."""

    __tablename__ = "agent_request"

    reference: str = Field(primary_key=True, max_length=32)
    request_id: str = Field(max_length=36, unique=True)
    agent_id: str = Field(max_length=64, index=True)
    event_id: str = Field(max_length=26)
    told_digest: str | None = Field(default=None, max_length=64)
    told_outcome: str | None = Field(default=None, max_length=64)


@dataclass(frozen=True)
class AgentRequest:
    """A request as its agent knows it.

    Attributes:
        request_id: ours, a UUID, by which the agent asks about it.
        agent_request_id: the agent's own name for it; empty when it gave none.
        status_callback: where the agent wants to be told; empty when nowhere.
        told_digest: of what the agent was told last; None when never.
    """

    reference: str
    request_id: str
    agent_id: str
    agent_request_id: str
    status_callback: str
    told_digest: str | None
    told_outcome: str | None


class AgentRequestRegister:
    """Applies what agents' services asked for, and what they were told."""

    name = "drp"
    tables = (AgentRequestRow,)
    kinds = frozenset({"agent_request.received", "agent_request.told"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the list up to date."""
        for event in events:
            reference = event.data.get("case")
            if reference is None:
                continue  # the case reached the end of its own retention
            if event.kind == "agent_request.received":
                session.add(
                    AgentRequestRow(
                        reference=reference,
                        request_id=event.data["request_id"],
                        agent_id=event.data["agent"],
                        event_id=event.event_id,
                    )
                )
                session.flush()
                continue
            row = session.get(AgentRequestRow, reference)
            if row is not None:
                row.told_outcome = event.data.get("outcome")
                row.told_digest = event.data.get("digest")
                session.add(row)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Keep everything: nothing here is about a person."""
        del session, subject_ids, event_ids


REGISTER = AgentRequestRegister()


def of_case(tx: Transaction, reference: str) -> AgentRequest | None:
    """Return what an agent knows of a request, or None when it came by another way."""
    row = tx.session.get(AgentRequestRow, reference)
    return _as_request(tx, row) if row else None


def by_id(tx: Transaction, request_id: str) -> AgentRequest:
    """Return a request by the id that its agent has.

    Raises:
        NotFound: there is none.
    """
    wanted = select(AgentRequestRow).where(col(AgentRequestRow.request_id) == request_id)
    row = tx.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotFound("there is no request of this id")
    return _as_request(tx, row)


def _as_request(tx: Transaction, row: AgentRequestRow) -> AgentRequest:
    said = tx.event(row.event_id).data
    return AgentRequest(
        row.reference,
        row.request_id,
        row.agent_id,
        agent_request_id=str(said.get("agent_request_id") or ""),
        status_callback=str(said.get("status_callback") or ""),
        told_digest=row.told_digest,
        told_outcome=row.told_outcome,
    )
