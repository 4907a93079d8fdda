"""Messages that may be requests: their rows, what is known of them, and how each is filed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, and_, func, or_, select, update
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import reference as new_reference
from privacy_engine.log.event import Event, Identifier, Trust, instant, parse_instant
from privacy_engine.rights import actions, afterwards, attachments, mail, register, rules
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.mail import Mail
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import Clock, Facts
from privacy_engine.transaction import Transaction

OPEN = "open"
MOST_BYTES = 16 * 1024 * 1024
"""How much of a message is read: its files as mail spells them, and room for its words."""
_KEYED_BYTES = 2 * 1024 * 1024
_MOST_LISTED = 500
# A message whose right nobody has named yet is held to the clocks of the most demanding one.
_UNNAMED = "know:specific"


class DraftRow(SQLModel, table=True):
    """A message that may be a request. Its words are opened from its events on read."""

    __tablename__ = "request_draft"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open','request','message','automatic','no_request')", name="state_known"
        ),
    )

    case: str = Field(primary_key=True, max_length=32)
    message_key: str = Field(max_length=64, unique=True)
    mail_event: str = Field(max_length=26)
    message_event: str | None = Field(default=None, max_length=26)
    subject_id: str | None = Field(default=None, max_length=32, index=True)
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    suggested: str = Field(default="", max_length=32)
    about: str | None = Field(default=None, max_length=32)
    attachments: int = 0
    state: str = Field(default=OPEN, max_length=16, index=True)
    request: str | None = Field(default=None, max_length=32)
    filed_by: str | None = Field(default=None, max_length=64)
    filed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


_WAITS = and_(col(DraftRow.state) == OPEN, col(DraftRow.subject_id).is_not(None))


@dataclass(frozen=True)
class MailDraft:
    """A message that may be a request, as everybody else reads it; instants are aware UTC.

    Attributes:
        suggested: the right that its words seem to ask for, or empty.
        about: the request that it names, or None.
        state: `open`, or what an officer said it was.
        request: the request that it became or belongs to.
    """

    case: str
    message_key: str
    mail_event: str
    message_event: str | None
    subject_id: str | None
    received_at: datetime
    suggested: str
    about: str | None
    attachments: int
    state: str
    request: str | None
    filed_by: str | None
    filed_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether nobody filed it, and its writer was not erased."""
        return self.state == OPEN and self.subject_id is not None

    @property
    def can_be_filed(self) -> bool:
        """Whether somebody may still say what it is; what a machine sent may be looked at too."""
        return self.state in {OPEN, "automatic"} and self.subject_id is not None


class DraftRegister:
    """Applies what came into the privacy mailbox, and what it was."""

    name = "mailbox"
    tables = (DraftRow,)
    kinds = frozenset({"mail.received", "mail.filed"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the drafts up to date."""
        for event in events:
            case = event.data.get("case")
            if case is None:
                continue  # the case reached the end of its own retention
            if event.kind == "mail.received":
                session.add(_received(event))
                session.flush()
                continue
            row = session.get(DraftRow, case)
            if row is not None:
                row.state = event.data["outcome"]
                row.request = event.data.get("request")
                row.filed_by, row.filed_at = event.actor, event.recorded_at
                session.add(row)
        session.flush()

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Let go of the person and their files; that a message came, and what it was, stays."""
        attachments.forget(session, subject_ids, event_ids)
        erased = col(DraftRow.subject_id).in_(list(subject_ids))
        ended = col(DraftRow.mail_event).in_(list(event_ids))
        session.execute(update(DraftRow).where(or_(erased, ended)).values(subject_id=None))


REGISTER = DraftRegister()


def _received(event: Event) -> DraftRow:
    data = event.data
    return DraftRow(
        case=data["case"],
        message_key=data["message_key"],
        mail_event=event.event_id,
        message_event=data.get("message_event"),
        subject_id=event.subject_id,
        received_at=parse_instant(data["received_at"]),
        suggested=data.get("suggested") or "",
        about=data.get("about"),
        attachments=data.get("attachments") or 0,
    )


# Questions -------------------------------------------------------------------------------


def get(tx: Transaction, case: str) -> MailDraft:
    """Return one draft.

    Raises:
        NotFound: there is none of this name.
    """
    row = tx.session.get(DraftRow, case)
    if row is None:
        raise NotFound("there is no message of this name")
    return MailDraft(**row.model_dump())


def waiting(tx: Transaction) -> list[MailDraft]:
    """Return what nobody has filed yet, oldest first: the nearest clock is the first.

    A message whose writer was erased waits for nothing: nobody is left to answer.
    """
    return _listed(tx, is_open=True)


def filed(tx: Transaction) -> list[MailDraft]:
    """Return what was filed, or was erased with its writer before; newest first."""
    return _listed(tx, is_open=False)


def _listed(tx: Transaction, *, is_open: bool) -> list[MailDraft]:
    at = col(DraftRow.received_at)
    statement = (
        select(DraftRow)
        .where(_WAITS if is_open else ~_WAITS)
        .order_by(at if is_open else at.desc(), col(DraftRow.mail_event))
        .limit(_MOST_LISTED)
    )
    return [MailDraft(**row.model_dump()) for row in tx.session.execute(statement).scalars()]


def count_waiting(tx: Transaction) -> int:
    """Return how many messages nobody has filed yet."""
    statement = select(func.count()).select_from(DraftRow).where(_WAITS)
    return int(tx.session.execute(statement).scalar_one())


def of_request(tx: Transaction, reference: str) -> str | None:
    """Return the message that a request came by, or None."""
    statement = select(DraftRow.case).where(  # type: ignore[call-overload]
        col(DraftRow.request) == reference, col(DraftRow.state) == "request"
    )
    found: str | None = tx.session.execute(statement.limit(1)).scalar()
    return found


def mails_of(tx: Transaction, reference: str) -> list[str]:
    """Return the events of the messages that a request came by, or that are about it, in order."""
    statement = (
        select(DraftRow.mail_event)  # type: ignore[call-overload]
        .where(col(DraftRow.request) == reference)
        .order_by(col(DraftRow.mail_event))
        .limit(_MOST_LISTED)
    )
    return list(tx.session.execute(statement).scalars())


def clocks(tx: Transaction, draft: MailDraft) -> tuple[Clock, ...]:
    """Return the clocks that run already, whether or not somebody has read the message."""
    right = draft.suggested or _UNNAMED
    return rules.clocks(Facts(right, tx.settings.instance.jurisdiction, draft.received_at))


# Verbs -----------------------------------------------------------------------------------


def take(tx: Transaction, raw: bytes, *, received_at: datetime) -> MailDraft:
    """Keep a message as a draft with its clock running; the same message again is the same draft.

    Args:
        tx: the transaction.
        raw: the message as the mailbox holds it.
        received_at: when the mailbox got it, aware; a moment ahead is now.
    """
    key = keys.mac(tx.world.ring.secret("dedupe-pepper"), b"mail\x1f" + raw[:_KEYED_BYTES]).hex()
    known = tx.session.execute(
        select(DraftRow.case).where(col(DraftRow.message_key) == key)  # type: ignore[call-overload]
    ).scalar()
    if known is not None:
        return get(tx, str(known))
    ours = tx.settings.controller.email
    read = mail.read(raw, is_whole=len(raw) < MOST_BYTES, ours=ours)
    return _keep(tx, read, key=key, received_at=min(received_at, tx.now))


def _keep(tx: Transaction, read: Mail, *, key: str, received_at: datetime) -> MailDraft:
    # Who a message says it is from is a claim, as in the public form; one that names nobody is
    # kept under its own name.
    who = (
        Identifier("email", read.address)
        if read.address
        else Identifier("external", key, "mailbox")
    )
    case = new_reference("M")
    words = tx.append(
        "message.received",
        {"channel": "email", "text": read.text or "(no text)"},
        subject=[who],
        site="portal",
        trust=Trust.BROWSER,
        occurred_at=received_at,
    )
    data = {
        "case": case,
        "received_at": instant(received_at),
        "message_key": key,
        "message_event": words.event_id,
        "suggested": mail.suggest(f"{read.subject}\n{read.text}"),
        "about": _known_request(tx, read.references, words.subject_id),
        "attachments": len(read.files),
        "attached_sha256": attachments.hashes(read.files),
        "subject_line": read.subject,
        "sender_name": read.name,
    }
    event = tx.append(
        "mail.received",
        {name: value for name, value in data.items() if value not in ("", None, [])},
        subject_id=words.subject_id,
        case=case,
    )
    if read.files and words.subject_id:
        attachments.keep(tx, event.event_id, read.files, case=case, subject_id=words.subject_id)
    if read.automatic:
        _file(tx, case, outcome="automatic")
    return get(tx, case)


def _known_request(
    tx: Transaction, references: Sequence[str], subject_id: str | None
) -> str | None:
    """Return the first named request that is this person's own; anybody can type a reference."""
    if subject_id is None:
        return None
    own = {item.reference for item in register.of_subjects(tx.session, tx.person(subject_id))}
    return next((item for item in references if item in own), None)


def file_as_request(
    tx: Transaction, case: str, *, right: str, acting_for: str = "self", jurisdiction: str = ""
) -> Request:
    """Make a request of a message, with the clock that runs since the mailbox got it.

    It goes through the one intake: nothing about a message verifies whoever wrote it.

    Raises:
        Conflict: somebody filed it, or its sender was erased.
        InvalidInput: it names nobody to answer.
    """
    draft = _open(tx, case)
    words = tx.read([draft.message_event]) if draft.message_event else []
    about = tx.event(draft.mail_event).data
    who = _sender(tx, draft)
    if who is None:
        raise InvalidInput("this message names nobody; write the request down by hand")
    text = str(words[0].data.get("text") or "") if words else ""
    intake = Intake(
        right=right,
        subject=(who,),
        jurisdiction=jurisdiction,
        channel="email",
        acting_for=acting_for,
        name=str(about.get("sender_name") or ""),
        details=f"{about.get('subject_line', '')}\n\n{text}".strip()[:10_000],
        received_at=draft.received_at,
        site="console",
        trust=Trust.OFFICER,
        origin=("urn:mailbox", case),
    )
    made = actions.receive(tx, intake)
    _file(tx, case, outcome="request", request=made.reference)
    return made


def file_as_message(tx: Transaction, case: str, *, reference: str) -> Request:
    """Keep a message with the request that it is about.

    Raises:
        NotFound: there is no such request.
        InvalidInput: the request is not this person's.
        Conflict: somebody filed it, or its sender was erased.
    """
    draft = _open(tx, case)
    found = register.get(tx.session, reference)
    if found.subject_id is None or found.subject_id not in tx.person(draft.subject_id or ""):
        raise InvalidInput("that request is not from whoever wrote this message")
    text = str(tx.event(draft.message_event or "").data.get("text") or "")
    afterwards.write_to_us(tx, reference, text=text[: afterwards.LONGEST_TEXT], channel="email")
    _file(tx, case, outcome="message", request=reference)
    return found


def put_aside(tx: Transaction, case: str, *, reason: str) -> None:
    """Say that a message asks for nothing, and why; it is kept.

    Raises:
        InvalidInput: no reason.
        Conflict: somebody filed it.
    """
    _open(tx, case)
    if not reason.strip():
        raise InvalidInput("say why this is no request")
    _file(tx, case, outcome="no_request", reason=reason.strip()[:500])


def _open(tx: Transaction, case: str) -> MailDraft:
    tx.lock(case)
    draft = get(tx, case)
    if not draft.can_be_filed:
        raise Conflict("this message was filed already")
    return draft


def _sender(tx: Transaction, draft: MailDraft) -> Identifier | None:
    own = tx.identifiers([draft.subject_id or ""])
    return next((item for item in own if item.kind == "email"), None)


def _file(tx: Transaction, case: str, **data: str) -> None:
    tx.append("mail.filed", {"case": case, **data}, case=case)
