"""Publish a version of a document, once and for good."""

from datetime import datetime

from sqlmodel import Session

from privacy_engine.documents import register, rules
from privacy_engine.documents.register import Published
from privacy_engine.errors import Conflict, Fault, InvalidInput
from privacy_engine.instance.activation import notice_period
from privacy_engine.instance.model import Content, DocumentVersion
from privacy_engine.law.periods import add_to_instant
from privacy_engine.log.event import instant
from privacy_engine.transaction import Transaction

_NAME_LENGTH = 64


def publish(
    tx: Transaction,
    slug: str,
    version: str,
    *,
    approved_by: str,
    notice_at: datetime | None = None,
) -> tuple[Published, ...]:
    """Publish a version in all its languages; what was published already stays as it is.

    Args:
        tx: a writing transaction.
        slug: the document.
        version: its version, as the file names it.
        approved_by: a staff id or an office such as `counsel`; never an address.
        notice_at: aware; when the prominent notice of a material change was put up.

    Raises:
        UnknownCode: no such document or version.
        InvalidInput: `approved_by` is an address.
        Conflict: it is a draft, nobody approved it, a published version was edited, or it would
            begin at a time at which it may not; the sentence names file and line.
    """
    tx.lock(f"document:{slug}"[:_NAME_LENGTH])
    tx.content.document(slug, version)
    _require_approval(slug, version, approved_by)
    chosen = [item for item in tx.content.versions(slug) if item.version == version]
    for item in chosen:
        _publish_one(tx, item, approved_by=approved_by, notice_at=notice_at)
    published = register.published(tx.session, slug)
    return tuple(item for item in published if item.version == version)


def publish_all_in_force(tx: Transaction, *, approved_by: str) -> tuple[Published, ...]:
    """Publish whatever is in force and of which no version is published yet; return those.

    A document that already has a published version is left alone: its next one is a change,
    and somebody has to decide on that.
    """
    found: list[Published] = []
    for item in never_published(tx):
        found += publish(tx, item.slug, item.version, approved_by=approved_by)
    return tuple(found)


def never_published(tx: Transaction) -> tuple[DocumentVersion, ...]:
    """Return what people are shown as in force though no version of it was ever published.

    Until it is, the log holds no hash of the text under which people say yes or no.
    """
    begun = {item.document for item in register.published(tx.session)}
    fresh = sorted({item.slug for item in tx.content.documents} - begun)
    held = (rules.in_force(_final(tx.content.versions(slug)), at=tx.now) for slug in fresh)
    return tuple(item for item in held if item is not None)


def may_begin_at(tx: Transaction, notice_at: datetime) -> datetime:
    """Return the aware instant from which a change may hold whose notice stood at `notice_at`."""
    period = notice_period(tx.content)
    return add_to_instant(period, to=notice_at, zone=tx.settings.zone) if period else notice_at


def edited(session: Session, content: Content) -> list[Fault]:
    """Return every published version whose file says something else by now, with its place."""
    now = {(item.slug, item.version, item.language): item for item in content.documents}
    faults: list[Fault] = []
    for item in register.published(session):
        file = now.get((item.document, item.version, item.language))
        if file is None:
            path = f"policies/{item.document}"
            message = f"version {item.version} was published, but its file is gone"
            faults.append(Fault(path, 1, message))
        elif file.sha256 != item.sha256:
            faults.append(Fault(file.where.path, file.where.line, _edited_message(item)))
    return faults


def _final(versions: tuple[DocumentVersion, ...]) -> list[DocumentVersion]:
    return [item for item in versions if not item.draft]


def _require_approval(slug: str, version: str, approved_by: str) -> None:
    if "@" in approved_by:
        raise InvalidInput("name who approved by staff id or office, not by an address")
    if not approved_by.strip():
        raise Conflict(f"version {version} of {slug!r} is not approved yet; say who approved it")


def _publish_one(
    tx: Transaction, item: DocumentVersion, *, approved_by: str, notice_at: datetime | None
) -> None:
    published = register.published(tx.session, item.slug, language=item.language)
    if item.draft:
        raise _refused(item, f"version {item.version} is a draft; finish it first")
    for one in published:
        if one.version == item.version:
            if one.sha256 != item.sha256:
                raise _refused(item, _edited_message(one))
            return
    try:
        rules.check_publication(
            item,
            published,
            now=tx.now,
            told_at=notice_at,
            may_begin_at=may_begin_at(tx, notice_at) if notice_at else None,
        )
    except Conflict as error:
        raise _refused(item, error.detail) from None
    tx.append("document.published", _data(item, approved_by=approved_by, notice_at=notice_at))


def _edited_message(item: Published) -> str:
    return (
        f"version {item.version} was published on {item.published_at:%Y-%m-%d} with other text; "
        "put the old text back and give the change a version of its own"
    )


def _refused(item: DocumentVersion, message: str) -> Conflict:
    return Conflict(str(Fault(item.where.path, item.where.line, message)))


def _data(
    item: DocumentVersion, *, approved_by: str, notice_at: datetime | None
) -> dict[str, object]:
    optional = {
        "supersedes": item.supersedes,
        "notice_at": instant(notice_at) if notice_at else None,
    }
    return {
        "document": item.slug,
        "version": item.version,
        "language": item.language,
        "title": item.title,
        "sha256": item.sha256,
        "effective_at": instant(item.effective_at),
        "material": item.material,
        "reconsent": item.reconsent.value,
        "grace_days": item.grace_days,
        "approved_by": approved_by,
        **{name: value for name, value in optional.items() if value},
    }
