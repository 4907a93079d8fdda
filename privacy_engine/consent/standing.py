"""Whose yes stands under which version of a document: for changes that ask for a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from privacy_engine.consent.register import StateRow
from privacy_engine.consent.rules import EMAIL, NOES, SIGNAL, Slot, opt_outs
from privacy_engine.instance.model import Content

_YES = (Slot.ASKED, Slot.OWN, Slot.UNCONTESTED, Slot.PARENT_YES)


@dataclass(frozen=True)
class Standing:
    """One yes that stands; `at` and `expires_at` are aware UTC."""

    subject_id: str
    purpose: str
    version: str
    at: datetime


def people_by_version(
    session: Session, content: Content, document: str, *, at: datetime
) -> Mapping[str, int]:
    """Return how many people's yes stands under each version of a document at an instant."""
    statement: Any = (
        select(StateRow.version, func.count(func.distinct(StateRow.subject_id)))  # type: ignore[call-overload]
        .where(_stands(content, document, at=at))
        .group_by(StateRow.version)
    )
    return {version: number for version, number in session.execute(statement)}  # noqa: C416


def count_under_others(
    session: Session, content: Content, document: str, version: str, *, at: datetime
) -> int:
    """Return how many people's yes stands under a version of a document other than this one."""
    statement: Any = select(func.count(func.distinct(StateRow.subject_id))).where(
        _stands(content, document, at=at), col(StateRow.version) != version
    )
    return int(session.execute(statement).scalar_one())


def under_others(  # noqa: PLR0913  each keyword narrows the one list
    session: Session,
    content: Content,
    document: str,
    version: str,
    *,
    at: datetime,
    limit: int,
    offset: int = 0,
) -> Sequence[Standing]:
    """Return what people agreed to under other versions of a document; a page counts people."""
    stands = (_stands(content, document, at=at), col(StateRow.version) != version)
    page: Any = (
        select(StateRow.subject_id)  # type: ignore[call-overload]
        .where(*stands)
        .distinct()
        .order_by(StateRow.subject_id)
        .limit(limit)
        .offset(offset)
    )
    people = list(session.execute(page).scalars())
    statement = (
        select(StateRow)
        .where(*stands, col(StateRow.subject_id).in_(people))
        .order_by(col(StateRow.subject_id), col(StateRow.purpose), col(StateRow.at))
    )
    return [
        Standing(row.subject_id, row.purpose, row.version, row.at)
        for row in session.execute(statement).scalars()
    ]


def _stands(content: Content, document: str, *, at: datetime) -> Any:
    """Return the condition that a row is a yes under a document against which no no stands."""
    # What `rules` decides one person at a time, for all of them at once. One `not exists`, so
    # that a database can join people's noes in one pass.
    no = aliased(StateRow)
    said: Any = (
        select(no.event_id)  # type: ignore[call-overload]
        .where(
            no.subject_id == col(StateRow.subject_id),
            no.slot.in_(sorted(NOES)),  # type: ignore[attr-defined]
            _is_about(content, no),
            or_(no.at >= col(StateRow.at), col(StateRow.slot) == Slot.UNCONTESTED),
        )
        .exists()
    )
    return and_(
        col(StateRow.document) == document,
        col(StateRow.kind) == "given",
        col(StateRow.slot).in_(_YES),
        or_(col(StateRow.expires_at).is_(None), col(StateRow.expires_at) > at),
        ~said,
    )


def _is_about(content: Content, no: Any) -> Any:
    """Return the condition that a no is about the purpose of a yes, by whatever name."""
    shared = [item.code for item in content.purposes if item.sale or item.sharing]
    lists = {name for item in content.purposes for name in (item.code, item.service)} - {""}
    yes = col(StateRow.purpose)
    off = [
        and_(yes == item.code, no.service.not_in(sorted(lists - {item.code, item.service})))
        for item in content.purposes
        if item.marketing
    ]
    return or_(
        no.purpose == yes,
        and_(no.purpose.in_([SIGNAL, *sorted(opt_outs(content))]), yes.in_(shared)),
        and_(no.purpose == EMAIL, or_(false(), *off)),
    )
