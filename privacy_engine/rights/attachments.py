"""What came attached to messages in the privacy mailbox: sealed with its sender, gone with them.

A file lies beside the log and not in it; the event of the message names the SHA-256 of each,
sealed as the sender's. What is not taken is listed all the same, with the reason: it stays in the
mailbox, and whoever answers the message has to know that it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Column, LargeBinary, delete, or_, select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine import keys
from privacy_engine.errors import NotFound
from privacy_engine.rights.mail import Attached
from privacy_engine.transaction import Transaction

MOST = 20
MOST_BYTES = 5 * 1024 * 1024
_MOST_TOGETHER = 10 * 1024 * 1024
_HEAD_BYTES = 4
_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
KINDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/heic": "HEIC",
    "text/plain": "Text",
}
"""Which files are taken: pages, pictures and plain text; nothing that runs or unpacks."""


class AttachmentRow(SQLModel, table=True):
    """One attachment of a message. Operational: the log knows its hash, and cannot make it again.

    `fault` says why a file was not taken; its name is sealed, its content is not here.
    """

    __tablename__ = "mail_attachment"

    mail_event: str = Field(primary_key=True, max_length=26)
    number: int = Field(primary_key=True)
    case: str = Field(max_length=32, index=True)
    key_id: str = Field(max_length=32, index=True)
    kind: str = Field(default="", max_length=32)
    size_bytes: int = 0
    fault: str = Field(default="", max_length=16)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


@dataclass(frozen=True, repr=False)
class Attachment:
    """One attachment as it is listed.

    Attributes:
        kind: its media type by what it begins with; empty when it is none that is taken.
        fault: why it was not taken: `kind`, `large`, `cut` or `many`; empty when it is here.
    """

    number: int
    name: str
    kind: str
    size_bytes: int
    fault: str


def kind_of(content: bytes) -> str:
    """Return the media type of a file by its content, or "" when it is none that is taken."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1"}:
        return "image/heic"
    return "text/plain" if _is_text(content) else ""


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(c.isprintable() or c in "\r\n\t\ufeff" for c in text)


def hashes(files: Sequence[Attached]) -> list[str]:
    """Return the SHA-256 of each file, in order, for the event of the message."""
    return [keys.sha256(one.content).hex() for one in files[:MOST]]


def keep(
    tx: Transaction, mail_event: str, files: Sequence[Attached], *, case: str, subject_id: str
) -> None:
    """Keep the files of a message under its sender's key; what is not taken is noted."""
    key = tx.vault.key(subject_id)
    if key is None:
        return
    left = _MOST_TOGETHER
    for number, one in enumerate(files[:MOST]):
        kind = kind_of(one.content)
        fault = _fault(one, kind, left)
        left -= 0 if fault else len(one.content)
        head = orjson.dumps({"name": one.name})
        plain = len(head).to_bytes(_HEAD_BYTES, "big") + head + (b"" if fault else one.content)
        tx.session.add(
            AttachmentRow(
                mail_event=mail_event,
                number=number,
                case=case,
                key_id=subject_id,
                kind=kind,
                size_bytes=len(one.content),
                fault=fault,
                sealed=keys.seal(key.enc, plain, bound_to=_name(mail_event, number)),
            )
        )
    tx.session.flush()


def _fault(one: Attached, kind: str, left: int) -> str:
    if not one.is_whole:
        return "cut"
    if len(one.content) > MOST_BYTES:
        return "large"
    if not kind:
        return "kind"
    return "many" if len(one.content) > left else ""


def _name(mail_event: str, number: int) -> bytes:
    return f"{mail_event}-{number}".encode()


def of(tx: Transaction, mail_event: str) -> list[Attachment]:
    """Return what came with a message, in its order; nothing once its sender was erased."""
    statement = (
        select(AttachmentRow)
        .where(col(AttachmentRow.mail_event) == mail_event)
        .order_by(col(AttachmentRow.number))
    )
    found = []
    for row in tx.session.execute(statement).scalars():
        opened = _open(tx, row)
        if opened is not None:
            found.append(Attachment(row.number, opened[0], row.kind, row.size_bytes, row.fault))
    return found


def read(tx: Transaction, mail_event: str, number: int) -> tuple[Attachment, bytes]:
    """Return one file.

    Raises:
        NotFound: there is none, it was not taken, or its sender was erased.
    """
    row = tx.session.get(AttachmentRow, (mail_event, number))
    opened = _open(tx, row) if row is not None and not row.fault else None
    if row is None or opened is None:
        raise NotFound("there is no such file with this message, or its time is over")
    name, content = opened
    return Attachment(row.number, name, row.kind, row.size_bytes, ""), content


def _open(tx: Transaction, row: AttachmentRow) -> tuple[str, bytes] | None:
    key = tx.vault.key(row.key_id)
    if key is None:
        return None
    bound_to = _name(row.mail_event, row.number)
    plain = keys.unseal(key.enc, row.sealed, bound_to=bound_to)
    end = _HEAD_BYTES + int.from_bytes(plain[:_HEAD_BYTES], "big")
    return str(orjson.loads(plain[_HEAD_BYTES:end])["name"]), plain[end:]


def forget(session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]) -> None:
    """Delete the files of erased people, and of messages whose words reached their end."""
    session.execute(
        delete(AttachmentRow).where(
            or_(
                col(AttachmentRow.key_id).in_(list(subject_ids)),
                col(AttachmentRow.mail_event).in_(list(event_ids)),
            )
        )
    )


def forget_case(session: Session, case: str) -> None:
    """Delete the files of a message whose record reached its end."""
    session.execute(delete(AttachmentRow).where(col(AttachmentRow.case) == case))
