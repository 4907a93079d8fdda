"""Two people for one act: one proposes it, another one carries it out; where the settings say so.

A proposal is written to the log, and kept in a row so that pages find it; the row is operational
and ends with the act. It holds for exactly what was proposed: another text needs another proposal.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, delete, select
from sqlmodel import Field, SQLModel, col

from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict
from privacy_engine.transaction import Transaction

PUBLISH, RELEASE = "document.publish", "hold.release"
_SETTING = {PUBLISH: "document", RELEASE: "hold"}


class ProposalRow(SQLModel, table=True):
    """What somebody proposed and nobody carried out yet; `digest` says which text exactly."""

    __tablename__ = "staff_proposal"
    __table_args__ = (
        CheckConstraint("act IN ('document.publish','hold.release')", name="act_known"),
    )

    act: str = Field(primary_key=True, max_length=32)
    target: str = Field(primary_key=True, max_length=160)
    digest: str = Field(default="", max_length=64)
    proposed_by: str = Field(max_length=64)
    proposed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Proposal:
    """What waits for a second person; `proposed_by` is an actor, `proposed_at` aware UTC."""

    act: str
    target: str
    proposed_by: str
    proposed_at: datetime


def is_needed(tx: Transaction, act: str) -> bool:
    """Return whether the instance asks for two people."""
    return _SETTING[act] in tx.settings.approval.two_person


def waiting(tx: Transaction) -> list[Proposal]:
    """Return every proposal that nobody carried out yet, oldest first."""
    rows = tx.session.execute(select(ProposalRow).order_by(col(ProposalRow.proposed_at)))
    return [_as_proposal(row) for row in rows.scalars() if is_needed(tx, row.act)]


def find(tx: Transaction, act: str, target: str, *, digest: str = "") -> Proposal | None:
    """Return the proposal of exactly this, or None; always None where one person is enough."""
    row = tx.session.get(ProposalRow, (act, target))
    if row is None or row.digest != digest or not is_needed(tx, act):
        return None
    return _as_proposal(row)


def propose(tx: Transaction, act: str, target: str, *, digest: str = "") -> None:
    """Propose an act; proposing the same again changes nothing.

    Raises:
        Conflict: one person is enough for it here.
    """
    if not is_needed(tx, act):
        raise Conflict("This needs no second person here; do it.")
    if find(tx, act, target, digest=digest) is not None:
        return
    tx.append("approval.proposed", {"act": act, "target": target})
    row = ProposalRow(
        act=act,
        target=target,
        digest=digest,
        proposed_by=str(tx.actor),
        proposed_at=tx.now,
    )
    tx.session.merge(row)


def require(tx: Transaction, act: str, target: str, *, digest: str = "") -> None:
    """Let an act go on and end its proposal; call it in the transaction of the act itself.

    Raises:
        Conflict: two people are needed, and there were not two.
    """
    if not is_needed(tx, act):
        return
    found = find(tx, act, target, digest=digest)
    if found is None:
        raise Conflict("This needs two people: one proposes it, then another one does it.")
    if found.proposed_by == str(tx.actor):
        raise Conflict("You proposed this, so somebody else has to do it.")
    tx.session.execute(
        delete(ProposalRow).where(col(ProposalRow.act) == act, col(ProposalRow.target) == target)
    )


@dataclass(frozen=True)
class Standing:
    """Where an act stands for one member: what they may press now, and a sentence about it."""

    step: str
    words: str

    @property
    def may(self) -> bool:
        """Whether this member can do anything about it now."""
        return bool(self.step)


def standing(tx: Transaction, act: str, target: str, *, me: str, digest: str = "") -> Standing:
    """Return where an act stands for the actor `me`; `step` is `do`, `propose` or empty."""
    if not is_needed(tx, act):
        return Standing("do", "")
    found = find(tx, act, target, digest=digest)
    if found is None:
        return Standing("propose", "This needs two people: you propose it, somebody else does it.")
    if found.proposed_by == me:
        return Standing("", "You proposed it; somebody else has to do it.")
    return Standing("do", "A colleague proposed it; with you it is two people.")


def _as_proposal(row: ProposalRow) -> Proposal:
    return Proposal(row.act, row.target, row.proposed_by, row.proposed_at)
