"""What an authority asked to leave out of a person's accounting, for how long, and who asked.

An accounting that would impede an authority's work is not refused and not falsified for good:
what went to that authority is left out while its statement stands, and listed again afterwards.

Source: 45 CFR 164.528(a)(2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Date, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.database import on_sqlite
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import reference
from privacy_engine.instance.terms import RecipientRole
from privacy_engine.law import deadlines
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction

CITATION = "45 CFR 164.528(a)(2)"
ORAL_DUTY = "ACCT-ORAL"
_CHUNK = 400


class Form(StrEnum):
    """How an authority said it; one of `oral` binds for a short time only."""

    WRITTEN = "written"
    ORAL = "oral"


class AccountingSuspensionRow(SQLModel, table=True):
    """What is left out of a person's accounting; days are local, and the last day counts."""

    __tablename__ = "accounting_suspension"

    suspension: str = Field(primary_key=True, max_length=32)
    subject_id: str = Field(max_length=32, index=True)
    event_id: str | None = Field(default=None, max_length=26)
    recipient: str | None = Field(default=None, max_length=64)
    form: str | None = Field(default=None, max_length=8)
    stated_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    until: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    ended_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))


@dataclass(frozen=True)
class Suspension:
    """A suspension as everybody else reads it; it was ended before its time on `ended_on`."""

    suspension: str
    subject_id: str
    event_id: str
    recipient: str
    form: Form
    stated_on: date
    until: date
    ended_on: date | None

    def stands(self, *, on: date) -> bool:
        """Return whether what went to this recipient is left out on a local day."""
        return self.ended_on is None and on <= self.until

    @property
    def last_on(self) -> date:
        """The last day on which it was left out."""
        return min(self.until, self.ended_on or self.until)


class SuspensionRegister:
    """Applies what authorities asked to leave out of accountings."""

    name = "accounting suspensions"
    tables = (AccountingSuspensionRow,)
    kinds = frozenset({"accounting.suspended", "accounting.resumed"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Add or end a suspension; either may arrive first, and neither outlives the person."""
        dialect: Any = sqlite if on_sqlite(session) else postgresql
        for event in events:
            if event.subject_id is None:
                continue
            values = _values(event)
            statement = dialect.insert(AccountingSuspensionRow).values(
                suspension=event.data["suspension"], subject_id=event.subject_id, **values
            )
            session.execute(
                statement.on_conflict_do_update(index_elements=["suspension"], set_=values)
            )

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Delete what was left out of the accounting of a person who was erased."""
        del event_ids
        for start in range(0, len(subject_ids), _CHUNK):
            session.execute(
                delete(AccountingSuspensionRow).where(
                    col(AccountingSuspensionRow.subject_id).in_(
                        subject_ids[start : start + _CHUNK]
                    )
                )
            )


def _values(event: Event) -> dict[str, Any]:
    if event.kind == "accounting.resumed":
        return {"ended_on": date.fromisoformat(event.data["on"])}
    return {
        "event_id": event.event_id,
        "recipient": event.data["recipient"],
        "form": event.data["form"],
        "stated_on": date.fromisoformat(event.data["stated_on"]),
        "until": date.fromisoformat(event.data["until"]),
    }


REGISTER = SuspensionRegister()


# Queries --------------------------------------------------------------------------------------


def everything(session: Session) -> tuple[Suspension, ...]:
    """Return every suspension, that which ends last first."""
    found = session.execute(select(AccountingSuspensionRow)).scalars()
    kept = [one for one in map(_as_suspension, found) if one]
    return tuple(sorted(kept, key=lambda one: (one.until, one.suspension), reverse=True))


def of_person(session: Session, subject_ids: Sequence[str]) -> tuple[Suspension, ...]:
    """Return the suspensions of a person, the oldest statement first."""
    mine = col(AccountingSuspensionRow.subject_id).in_(list(subject_ids))
    found = session.execute(select(AccountingSuspensionRow).where(mine)).scalars()
    kept = [one for one in map(_as_suspension, found) if one]
    return tuple(sorted(kept, key=lambda one: (one.stated_on, one.suspension)))


def left_out(tx: Transaction, subject_ids: Sequence[str]) -> frozenset[str]:
    """Return the recipients that a person's accounting leaves out today."""
    today = _today(tx)
    found = of_person(tx.session, subject_ids)
    return frozenset(one.recipient for one in found if one.stands(on=today))


def _as_suspension(row: AccountingSuspensionRow) -> Suspension | None:
    if not (row.event_id and row.recipient and row.form and row.stated_on and row.until):
        return None  # its end arrived before its beginning
    return Suspension(
        row.suspension,
        row.subject_id,
        row.event_id,
        row.recipient,
        Form(row.form),
        row.stated_on,
        row.until,
        row.ended_on,
    )


# Acts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Statement:
    """What an authority said.

    Attributes:
        recipient: the code of the authority in `policies/recipients.toml`.
        agency: which agency or official said so.
        words: the reference of the written statement, or what was said; both are sealed.
        stated_on: the local day of the statement.
        until: the last local day on which it asks to be left out. Without it, what an oral one
            allows at most; a written one names it.
    """

    recipient: str
    form: Form
    agency: str
    words: str
    stated_on: date
    until: date | None = None


def suspend(tx: Transaction, subject_id: str, statement: Statement) -> Suspension:
    """Leave what went to an authority out of a person's accounting, for the time that it stated.

    Raises:
        UnknownCode: no such recipient.
        InvalidInput: it is no authority; who asked or the statement is missing; the time is
            missing, over, or longer than the law allows.

    Source: 45 CFR 164.528(a)(2).
    """
    if tx.content.recipient(statement.recipient).role is not RecipientRole.AUTHORITY:
        raise InvalidInput("only an authority may ask to be left out of an accounting")
    if not statement.agency.strip() or not statement.words.strip():
        raise InvalidInput("write down which agency or official asked, and its statement")
    until = _lawful_end(tx, statement)
    if statement.form is Form.ORAL:
        _require_first_word(tx, subject_id, statement)
    name = reference("S")
    tx.append(
        "accounting.suspended",
        {
            "suspension": name,
            "recipient": statement.recipient,
            "form": str(statement.form),
            "stated_on": statement.stated_on.isoformat(),
            "until": until.isoformat(),
            "agency": statement.agency.strip(),
            "statement": statement.words.strip(),
        },
        subject_id=subject_id,
    )
    return get(tx, name)


def resume(tx: Transaction, suspension: str, *, reason: str) -> None:
    """List what went to an authority again, before the time that it stated is over.

    Raises:
        NotFound: there is no such suspension. Conflict: it is over.
        InvalidInput: no reason was given.
    """
    if not reason.strip():
        raise InvalidInput("say in a sentence why it is listed again")
    found = get(tx, suspension)
    today = _today(tx)
    if not found.stands(on=today):
        raise Conflict("this suspension is over")
    tx.append(
        "accounting.resumed",
        {"suspension": suspension, "on": today.isoformat(), "reason": reason.strip()},
        subject_id=found.subject_id,
    )


def get(tx: Transaction, suspension: str) -> Suspension:
    """Return a suspension by its reference.

    Raises:
        NotFound: there is none.
    """
    row = tx.session.get(AccountingSuspensionRow, suspension)
    found = _as_suspension(row) if row else None
    if found is None:
        raise NotFound("there is no such suspension")
    return found


def oral_until(tx: Transaction, stated_on: date) -> date:
    """Return the last local day on which an oral statement of a day may bind."""
    return _oral_end(tx, stated_on).legal_due_on


def _oral_end(tx: Transaction, stated_on: date) -> deadlines.Deadline:
    zone = tx.settings.zone
    noon = datetime.combine(stated_on, time(12), tzinfo=zone)
    return deadlines.due(ORAL_DUTY, noon, zone=zone)


def _lawful_end(tx: Transaction, statement: Statement) -> date:
    today = _today(tx)
    if statement.stated_on > today:
        raise InvalidInput("the statement cannot lie in the future")
    until = statement.until
    if statement.form is Form.ORAL:
        longest = _oral_end(tx, statement.stated_on)
        if until and until > longest.legal_due_on:
            raise InvalidInput(
                f"what was said by word of mouth binds until {longest.legal_due_on.isoformat()} "
                f"at most ({longest.citation}); ask for a written statement"
            )
        until = until or longest.legal_due_on
    if until is None:
        raise InvalidInput(f"a written statement names the time that it asks for ({CITATION}(i))")
    if until < today:
        raise InvalidInput("the time that it asks for is over")
    return until


def _require_first_word(tx: Transaction, subject_id: str, statement: Statement) -> None:
    """Refuse to stretch the short time of an oral statement by another one."""
    for one in of_person(tx.session, sorted(tx.person(subject_id))):
        same = one.recipient == statement.recipient and one.form is Form.ORAL
        if same and one.ended_on is None and statement.stated_on <= one.until:
            raise Conflict(
                f"an oral statement stands until {one.until.isoformat()}; only a written one "
                f"lengthens it ({CITATION}(ii)(C))"
            )


def _today(tx: Transaction) -> date:
    return tx.now.astimezone(tx.settings.zone).date()
