"""Which versions were published, and which of them was shown to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import UtcDateTime, on_sqlite
from privacy_engine.documents import changes, rules
from privacy_engine.instance.terms import Reconsent
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.log.tables import VaultAliasRow

_CHUNK = 400
_PAGE = 5_000


class VersionRow(SQLModel, table=True):
    """One published version in one language; it never changes."""

    __tablename__ = "document_version"
    __table_args__ = (
        CheckConstraint("reconsent IN ('none','notice','required')", name="reconsent_known"),
    )

    document: str = Field(primary_key=True, max_length=64)
    version: str = Field(primary_key=True, max_length=64)
    language: str = Field(primary_key=True, max_length=35)
    title: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    effective_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    supersedes: str | None = Field(default=None, max_length=64)
    material: bool
    reconsent: str = Field(max_length=8)
    grace_days: int
    notice_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_by: str = Field(max_length=64)
    published_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    event_id: str = Field(max_length=26)


class ShowingRow(SQLModel, table=True):
    """That one version was put before one person."""

    __tablename__ = "document_showing"

    event_id: str = Field(primary_key=True, max_length=26)
    subject_id: str = Field(max_length=32, index=True)
    document: str = Field(max_length=64, index=True)
    version: str = Field(max_length=64)
    language: str = Field(max_length=35)
    surface: str = Field(default="", max_length=100)
    site: str = Field(max_length=64)
    trust: str = Field(max_length=8)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Published:
    """A published version, as everybody else reads it. `approved_by` is never an address."""

    document: str
    version: str
    language: str
    title: str
    sha256: str
    effective_at: datetime
    supersedes: str | None
    material: bool
    reconsent: Reconsent
    grace_days: int
    notice_at: datetime | None
    approved_by: str
    published_at: datetime
    event_id: str


@dataclass(frozen=True)
class Shown:
    """A version that was put before a person; `at` is aware UTC, by the site's word."""

    event_id: str
    subject_id: str
    document: str
    version: str
    language: str
    surface: str
    site: str
    trust: str
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Showings:
    """How often a version was put before people, from an instant on; instants are aware UTC."""

    count: int
    people: int
    first_at: datetime | None
    last_at: datetime | None


class DocumentRegister:
    """Applies publications and showings."""

    name = "documents"
    tables = (VersionRow, ShowingRow, *changes.TABLES)
    kinds = frozenset({"document.published", "notice.shown"}) | changes.KINDS

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Add what was published and shown, neither of which ever changes, and follow changes."""
        versions = [_version(item) for item in events if item.kind == "document.published"]
        showings = [
            _showing(item)
            for item in events
            if item.kind == "notice.shown" and item.subject_id and "document" in item.data
        ]
        _insert(session, VersionRow, versions)
        _insert(session, ShowingRow, showings)
        changes.apply(session, [item for item in events if item.kind in changes.KINDS])

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Delete the showings to erased people, and what was written to them."""
        for table in (ShowingRow, changes.TellingRow):
            for column, ids in ((table.subject_id, subject_ids), (table.event_id, event_ids)):
                for start in range(0, len(ids), _CHUNK):
                    chunk = list(ids[start : start + _CHUNK])
                    session.execute(delete(table).where(col(column).in_(chunk)))


def _version(event: Event) -> dict[str, object]:
    data = event.data
    notice_at = data.get("notice_at")
    return {
        "document": data["document"],
        "version": data["version"],
        "language": data["language"],
        "title": data.get("title", ""),
        "sha256": data["sha256"],
        "effective_at": parse_instant(str(data["effective_at"])),
        "supersedes": data.get("supersedes"),
        "material": bool(data.get("material")),
        "reconsent": data.get("reconsent", "none"),
        "grace_days": data.get("grace_days", 0),
        "notice_at": parse_instant(str(notice_at)) if notice_at else None,
        "approved_by": data.get("approved_by", ""),
        "published_at": event.recorded_at,
        "event_id": event.event_id,
    }


def _showing(event: Event) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "subject_id": event.subject_id,
        "document": event.data["document"],
        "version": event.data["version"],
        "language": event.data.get("language", ""),
        "surface": event.data.get("surface", ""),
        "site": event.site,
        "trust": str(event.trust),
        "at": min(event.occurred_at, event.recorded_at),
        "recorded_at": event.recorded_at,
    }


def _insert(session: Session, table: type[SQLModel], values: Sequence[dict[str, object]]) -> None:
    if values:
        dialect = sqlite if on_sqlite(session) else postgresql
        statement = dialect.insert(table.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
        session.execute(statement, list(values))


REGISTER = DocumentRegister()


# Queries ---------------------------------------------------------------------------------


def published(
    session: Session, document: str = "", *, language: str = ""
) -> tuple[Published, ...]:
    """Return what was published, of one document or of all, oldest first."""
    statement = select(VersionRow).order_by(
        col(VersionRow.document), col(VersionRow.effective_at), col(VersionRow.language)
    )
    if document:
        statement = statement.where(col(VersionRow.document) == document)
    if language:
        statement = statement.where(col(VersionRow.language) == language)
    return tuple(_as_published(row) for row in session.execute(statement).scalars())


def published_names(session: Session) -> set[tuple[str, str]]:
    """Return (document, version) of everything that was published."""
    return {
        (document, version)
        for document, version in session.execute(select(VersionRow.document, VersionRow.version))  # type: ignore[call-overload]
    }


def in_force(session: Session, *, at: datetime) -> tuple[Published, ...]:
    """Return, of every document and language, the version in force at an aware instant."""
    held: dict[tuple[str, str], list[Published]] = {}
    for item in published(session):
        held.setdefault((item.document, item.language), []).append(item)
    found = (rules.in_force(versions, at=at) for versions in held.values())
    return tuple(item for item in found if item is not None)


def shown_to(session: Session, subject_ids: Sequence[str]) -> tuple[Shown, ...]:
    """Return what was put before a person, newest first."""
    statement = (
        select(ShowingRow)
        .where(col(ShowingRow.subject_id).in_(list(subject_ids)))
        .order_by(col(ShowingRow.at).desc(), col(ShowingRow.event_id).desc())
    )
    return tuple(Shown(**row.model_dump()) for row in session.execute(statement).scalars())


def showings(
    session: Session, document: str, version: str, *, surface: str = "", since: datetime
) -> Showings:
    """Return how often a version was shown since an aware instant, on one surface or on any."""
    statement: Any = select(
        func.count(),
        func.count(func.distinct(ShowingRow.subject_id)),
        func.min(ShowingRow.at),
        func.max(ShowingRow.at),
    ).where(
        col(ShowingRow.document) == document,
        col(ShowingRow.version) == version,
        col(ShowingRow.at) >= since,
    )
    if surface:
        statement = statement.where(col(ShowingRow.surface) == surface)
    return Showings(*session.execute(statement).one())


def people_before(session: Session, document: str, version: str) -> int:
    """Return how many people were shown a document, and not this version of it."""
    statement: Any = select(func.count(func.distinct(ShowingRow.subject_id))).where(
        *_saw_another(document, version)
    )
    return int(session.execute(statement).scalar_one())


def last_before(
    session: Session, document: str, version: str, *, limit: int, offset: int = 0
) -> tuple[Shown, ...]:
    """Return of those people, in the order of their ids, what each of them saw last."""
    page: Any = (
        select(ShowingRow.subject_id)  # type: ignore[call-overload]
        .where(*_saw_another(document, version))
        .distinct()
        .order_by(ShowingRow.subject_id)
        .limit(limit)
        .offset(offset)
    )
    people = list(session.execute(page).scalars())
    shown = [item for item in shown_to(session, people) if item.document == document]
    newest = {item.subject_id: item for item in reversed(shown)}
    return tuple(newest[subject_id] for subject_id in people)


def _saw_another(document: str, version: str) -> tuple[Any, Any]:
    seen_it = select(ShowingRow.subject_id).where(  # type: ignore[call-overload]
        col(ShowingRow.document) == document, col(ShowingRow.version) == version
    )
    return col(ShowingRow.document) == document, col(ShowingRow.subject_id).not_in(seen_it)


def seen_without_email(session: Session, document: str) -> int:
    """Return before how many people a document was put whom nobody can write to by e-mail."""
    with_email = select(VaultAliasRow.subject_id).where(  # type: ignore[call-overload]
        col(VaultAliasRow.kind) == "email", col(VaultAliasRow.claimed).is_(False)
    )
    statement: Any = select(func.count(func.distinct(ShowingRow.subject_id))).where(
        col(ShowingRow.document) == document, col(ShowingRow.subject_id).not_in(with_email)
    )
    return int(session.execute(statement).scalar_one())


def showings_by_day(
    session: Session, document: str, version: str, *, zone: ZoneInfo
) -> list[tuple[date, str, int]]:
    """Return (local day, surface, people) of the showings of a version, oldest first."""
    shown = (ShowingRow.at, ShowingRow.surface, ShowingRow.subject_id)
    statement: Any = select(*shown).where(  # type: ignore[call-overload]
        col(ShowingRow.document) == document, col(ShowingRow.version) == version
    )
    counted: list[tuple[date, str, int]] = []
    # One day after the other, so that only the people of one day are in memory.
    ordered = session.execute(statement.order_by(col(ShowingRow.at))).yield_per(_PAGE)
    for day, rows in groupby(ordered, key=lambda row: row[0].astimezone(zone).date()):
        people: dict[str, set[str]] = {}
        for _, surface, subject_id in rows:
            people.setdefault(surface, set()).add(subject_id)
        counted += [(day, surface, len(people[surface])) for surface in sorted(people)]
    return counted


def first_shown_at(session: Session, document: str, version: str) -> datetime | None:
    """Return when a version was first put before anybody, aware UTC; None for never."""
    statement = select(func.min(ShowingRow.at)).where(
        col(ShowingRow.document) == document, col(ShowingRow.version) == version
    )
    found: datetime | None = session.execute(statement).scalar_one()
    return found


def shown_versions(session: Session, document: str) -> dict[str, int]:
    """Return before how many people each version of a document was put."""
    statement = (
        select(ShowingRow.version, func.count(func.distinct(ShowingRow.subject_id)))  # type: ignore[call-overload]
        .where(col(ShowingRow.document) == document)
        .group_by(ShowingRow.version)
    )
    return {version: number for version, number in session.execute(statement)}  # noqa: C416


def to_tell(
    session: Session, document: str, *, language: str, after: str = "", limit: int = 500
) -> tuple[rules.Telling, ...]:
    """Return who saw an older version of a document and must hear of a newer, material one.

    People come in the order of their ids, at most `limit` of them from behind `after`.
    """
    people = _people(session, document, after=after, limit=limit)
    statement = select(ShowingRow).where(
        col(ShowingRow.document) == document, col(ShowingRow.subject_id).in_(people)
    )
    showings = [
        rules.Showing(row.subject_id, row.version, row.at)
        for row in session.execute(statement).scalars()
    ]
    return rules.to_tell(showings, published(session, document, language=language))


def _people(session: Session, document: str, *, after: str, limit: int) -> list[str]:
    statement: Any = (
        select(ShowingRow.subject_id)  # type: ignore[call-overload]
        .where(col(ShowingRow.document) == document, col(ShowingRow.subject_id) > after)
        .distinct()
        .order_by(ShowingRow.subject_id)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def _as_published(row: VersionRow) -> Published:
    return Published(**(row.model_dump() | {"reconsent": Reconsent(row.reconsent)}))
