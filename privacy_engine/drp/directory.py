"""The network's directories: agents read from theirs, our own entry written for the businesses'.

Source: Data Rights Protocol 1.0, 3.05.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from privacy_engine import outbound
from privacy_engine.config import Settings
from privacy_engine.database import UtcDateTime
from privacy_engine.drp import agents
from privacy_engine.drp.messages import ACTIONS
from privacy_engine.errors import EngineError, InvalidInput, Unavailable
from privacy_engine.log.canonical import parse_strict
from privacy_engine.transaction import Transaction, Transactions

TASK = "drp.directory"
_WHO = "the directory of agents"
_VERIFICATIONS = ("email", "phone_number")


class AgentDirectoryRow(SQLModel, table=True):
    """How the newest look into the directory of agents came out."""

    __tablename__ = "agent_directory"

    name: str = Field(primary_key=True, max_length=16)
    outcome: str = Field(max_length=300)
    listed: int = 0
    looked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


def refresh(engine: Transactions, *, source: str = "") -> tuple[int, int]:
    """Read the directory and believe it; return how many agents are listed, and were dropped.

    Args:
        engine: where agents are kept.
        source: an https address or a file; that of the settings when empty.

    Raises:
        InvalidInput: there is no directory, or it cannot be believed; the agents stay as they are.
        Unavailable: it cannot be reached; the agents stay as they are.
    """
    where = source or engine.settings.drp.agents
    if not where:
        raise InvalidInput("no directory of agents is set: [drp] agents, or --file")
    try:
        listed = agents.read_directory(parse_strict(_read(engine.settings, where)))
    except EngineError as error:
        detail = error.detail
        engine.run(lambda tx: _note(tx, detail[:300], listed=0))
        raise
    return engine.run(lambda tx: _believe(tx, listed))


def look(engine: Transactions) -> None:
    """Read the directory, if there is one; that it failed is kept and shown, and tried again."""
    if engine.settings.drp.agents:
        refresh(engine)


def _believe(tx: Transaction, listed: list[agents.Listing]) -> tuple[int, int]:
    counts = agents.replace_listed(tx, listed)
    _note(tx, "", listed=counts[0])
    return counts


def _note(tx: Transaction, outcome: str, *, listed: int) -> None:
    before = tx.session.get(AgentDirectoryRow, "agents")
    good = not outcome
    tx.session.merge(
        AgentDirectoryRow(
            name="agents",
            outcome=outcome,
            listed=listed if good else (before.listed if before else 0),
            looked_at=tx.now,
            read_at=tx.now if good else (before.read_at if before else None),
        )
    )


def fault(tx: Transaction) -> str:
    """Return why the newest look into the directory failed; empty when all is well."""
    row = tx.session.get(AgentDirectoryRow, "agents")
    return row.outcome if row and tx.settings.drp.agents else ""


def _read(settings: Settings, where: str) -> bytes:
    if "://" in where:
        status, content = outbound.get(outbound.guarded(where, allow_private=False), who=_WHO)
        if status != 200:
            raise Unavailable(f"{_WHO} answered {status}")
        return content
    path = Path(where) if Path(where).is_absolute() else settings.path(where)
    try:
        return path.read_bytes()
    except OSError:
        raise InvalidInput(f"there is no readable file {where}") from None


def business_entries(settings: Settings) -> list[dict[str, Any]]:
    """Return our own entries for the directory of businesses, one for each business id."""
    base = settings.instance.public_url
    return [
        {
            "id": business,
            "name": settings.controller.name or settings.instance.name,
            "logo": None,
            "api_base": f"{base}/drp",
            "supported_actions": list(ACTIONS),
            "supported_verifications": list(_VERIFICATIONS),
            "web_url": base,
            "privacy_policy_url": f"{base}/policies",
            "technical_contact": settings.controller.email,
            "business_contact": settings.controller.email,
        }
        for business in settings.drp.sites
    ]
