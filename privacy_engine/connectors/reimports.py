"""Whether people who were erased are back in a system: what the nightly comparison found last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, select
from sqlmodel import Field, SQLModel

from privacy_engine.database import UtcDateTime
from privacy_engine.transaction import Transaction


class ReimportRow(SQLModel, table=True):
    """The newest comparison of one system; operational. Counts only, never whom."""

    __tablename__ = "system_reimport"

    system: str = Field(primary_key=True, max_length=64)
    compared: int = 0
    back: int = 0
    known_again: int = 0
    compared_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    since_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Compared:
    """What one comparison found; instants are aware UTC.

    Attributes:
        compared: identifiers that the system named.
        back: of them, those of erased people whom nobody has reported since: a restore or an
            import brought them back.
        known_again: of them, those who have come back by themselves since.
        since_at: since when it comes out like this.
    """

    system: str
    compared: int
    back: int
    known_again: int
    compared_at: datetime
    since_at: datetime


def keep(tx: Transaction, system: str, *, compared: int, back: int, known_again: int) -> bool:
    """Keep what a comparison found; return whether it found more people than the one before."""
    before = tx.session.get(ReimportRow, system)
    same = before is not None and before.back == back
    grown = back > (before.back if before else 0)
    tx.session.merge(
        ReimportRow(
            system=system,
            compared=compared,
            back=back,
            known_again=known_again,
            compared_at=tx.now,
            since_at=before.since_at if before and same else tx.now,
        )
    )
    return grown


def latest(tx: Transaction) -> Mapping[str, Compared]:
    """Return the newest comparison of every system, by code."""
    rows = tx.session.execute(select(ReimportRow)).scalars()
    return {row.system: Compared(**row.model_dump()) for row in rows}
