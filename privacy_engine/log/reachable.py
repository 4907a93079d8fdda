"""Who has an e-mail address here: people in order of their ids, a page at a time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from privacy_engine.log.tables import VaultAliasRow

_EMAIL = "email"


def with_email(session: Session, *, after: str = "", limit: int = 500) -> list[str]:
    """Return subjects that somebody trusted named by e-mail, at most `limit` behind `after`."""
    statement: Any = (
        select(VaultAliasRow.subject_id)  # type: ignore[call-overload]
        .where(
            col(VaultAliasRow.subject_id) > after,
            col(VaultAliasRow.kind) == _EMAIL,
            col(VaultAliasRow.claimed).is_(False),
        )
        .distinct()
        .order_by(VaultAliasRow.subject_id)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def count_with_email(session: Session) -> int:
    """Return how many subjects somebody trusted named by e-mail."""
    statement: Any = select(func.count(func.distinct(VaultAliasRow.subject_id))).where(
        col(VaultAliasRow.kind) == _EMAIL, col(VaultAliasRow.claimed).is_(False)
    )
    return int(session.execute(statement).scalar_one())


def first_of_person(session: Session, subject_ids: Sequence[str]) -> str:
    """Return the one of a person's subjects by whom a letter goes out: the first with an address.

    Linked subjects are one person and get one letter.
    """
    statement: Any = select(func.min(VaultAliasRow.subject_id)).where(
        col(VaultAliasRow.subject_id).in_(list(subject_ids)),
        col(VaultAliasRow.kind) == _EMAIL,
        col(VaultAliasRow.claimed).is_(False),
    )
    return str(session.execute(statement).scalar_one() or "")
