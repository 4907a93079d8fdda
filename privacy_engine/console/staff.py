"""Who may use the console: seats, one-time sign-in links, sessions; operational, no register.

What must hold: an address is sealed, a link and a session are kept as hashes only, and a closed
seat, or one whose session or link ran out, opens nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, LargeBinary, delete, func, select, update
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.auditing import seats
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict, InvalidInput, NotFound, TooMany
from privacy_engine.identifiers import random_id, token
from privacy_engine.transaction import Transaction

LINK_FOR = timedelta(hours=24)
MAILED_LINK_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
IDLE_FOR = timedelta(hours=2)
_LONGEST_ADDRESS = 254
_MOST_LINKS = 5


class StaffRole(StrEnum):
    """What a seat may do; `access.PERMISSIONS` says which pages and acts that is."""

    OFFICER = "officer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"


class StaffRow(SQLModel, table=True):
    """A seat. The address is sealed under the instance's key; its keyed hash keeps it unique."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("role IN ('officer','approver','auditor','admin')", name="role_known"),
    )

    staff_id: str = Field(primary_key=True, max_length=32)
    address_hash: bytes = Field(sa_column=Column(LargeBinary, unique=True, nullable=False))
    address: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    role: str = Field(max_length=16)
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StaffSessionRow(SQLModel, table=True):
    """Somebody signed in on one device."""

    __tablename__ = "staff_session"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    staff_id: str = Field(max_length=32, index=True)
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class StaffSignInRow(SQLModel, table=True):
    """A one-time link; used by the press of a button, so that a mail scanner uses up nothing."""

    __tablename__ = "staff_sign_in"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    staff_id: str = Field(max_length=32, index=True)
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True, repr=False)
class Member:
    """Somebody of the staff; `address` is opened and shown to colleagues only."""

    staff_id: str
    address: str
    role: StaffRole
    added_at: datetime
    closed_at: datetime | None = None
    last_seen_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Member({self.staff_id}, {self.role})"


def add(tx: Transaction, address: str, *, role: StaffRole) -> Member:
    """Give somebody a seat; one who had a seat before gets it again, in the new role.

    Raises:
        InvalidInput: the address is none.
        Conflict: they have an open seat already.
    """
    address = _checked(address)
    row = _row_of(tx, address)
    if row is not None and row.closed_at is None:
        raise Conflict("this address has a seat already; make it a new sign-in link instead")
    if row is None:
        staff_id = random_id()
        row = StaffRow(
            staff_id=staff_id,
            address_hash=_address_hash(tx, address),
            address=keys.seal(
                tx.vault.instance_key().enc, address.encode(), bound_to=_bound_to(staff_id)
            ),
            role=role,
            added_at=tx.now,
        )
    row.role, row.closed_at = role, None
    tx.session.add(row)
    tx.session.flush()
    seats.clear(tx, row.staff_id)  # terms of an earlier seat are not those of this one
    tx.append("staff.changed", {"staff": row.staff_id, "change": f"added as {role}"})
    return _member(tx, row)


def change_role(tx: Transaction, staff_id: str, *, role: StaffRole) -> None:
    """Let a seat do something else from now on.

    Raises:
        NotFound: there is no such open seat.
        Conflict: nobody would be left who may change seats.
    """
    row = _open_row(tx, staff_id)
    if row.role == StaffRole.ADMIN and role is not StaffRole.ADMIN:
        _require_another_admin(tx, staff_id)
    row.role = role
    tx.session.add(row)
    tx.append("staff.changed", {"staff": staff_id, "change": f"made {role}"})


def close(tx: Transaction, staff_id: str) -> None:
    """Take a seat away; every session and link of it ends at once.

    Raises:
        NotFound: there is no such open seat.
        Conflict: nobody would be left who may change seats.
    """
    row = _open_row(tx, staff_id)
    if row.role == StaffRole.ADMIN:
        _require_another_admin(tx, staff_id)
    row.closed_at = tx.now
    tx.session.add(row)
    for table in (StaffSessionRow, StaffSignInRow):
        tx.session.execute(delete(table).where(col(table.staff_id) == staff_id))
    tx.append("staff.changed", {"staff": staff_id, "change": "closed"})


def find(tx: Transaction, address: str) -> Member | None:
    """Return the open seat of an address, or None."""
    row = _row_of(tx, address.strip().casefold())
    return _member(tx, row) if row and row.closed_at is None else None


def get(tx: Transaction, staff_id: str) -> Member | None:
    """Return a seat, open or closed, or None."""
    row = tx.session.get(StaffRow, staff_id)
    return _member(tx, row) if row else None


def everybody(tx: Transaction) -> list[Member]:
    """Return every seat, the open ones first, by address."""
    rows = tx.session.execute(select(StaffRow)).scalars()
    sessions = tx.session.execute(
        select(StaffSessionRow).order_by(col(StaffSessionRow.last_seen_at))
    ).scalars()
    last_seen = {row.staff_id: row.last_seen_at for row in sessions}
    members = [_member(tx, row, last_seen_at=last_seen.get(row.staff_id)) for row in rows]
    return sorted(members, key=lambda item: (item.closed_at is not None, item.address))


def make_link(tx: Transaction, staff_id: str, *, lasts: timedelta = LINK_FOR) -> str:
    """Return the token of a new one-time link.

    Earlier links go on working: otherwise anybody who knows an address could void them.

    Raises:
        NotFound: there is no such open seat.
        TooMany: several links of this seat wait to be used already.
    """
    _open_row(tx, staff_id)
    waiting = tx.session.execute(
        select(func.count())
        .select_from(StaffSignInRow)
        .where(
            col(StaffSignInRow.staff_id) == staff_id,
            col(StaffSignInRow.used_at).is_(None),
            col(StaffSignInRow.expires_at) > tx.now,
        )
    ).scalar_one()
    if waiting >= _MOST_LINKS:
        raise TooMany("Several links wait to be used already; use one, or wait.")
    made = token()
    tx.session.add(
        StaffSignInRow(token_hash=_token_hash(made), staff_id=staff_id, expires_at=tx.now + lasts)
    )
    return made


def make_only_link(tx: Transaction, staff_id: str) -> str:
    """Return the token of a new one-time link, in the place of those that nobody used.

    For whoever starts the instance: they hold all of it, and may start it often.

    Raises:
        NotFound: there is no such open seat.
    """
    tx.session.execute(
        update(StaffSignInRow)
        .where(col(StaffSignInRow.staff_id) == staff_id, col(StaffSignInRow.used_at).is_(None))
        .values(used_at=tx.now)
    )
    return make_link(tx, staff_id)


def sign_in(tx: Transaction, link: str) -> str:
    """Use a link up and return the token of a new session.

    Raises:
        NotFound: the link is unknown, used or too old; the three look the same.
    """
    used = tx.session.execute(
        update(StaffSignInRow)
        .where(
            col(StaffSignInRow.token_hash) == _token_hash(link),
            col(StaffSignInRow.used_at).is_(None),
            col(StaffSignInRow.expires_at) > tx.now,
        )
        .values(used_at=tx.now)
        .returning(col(StaffSignInRow.staff_id))
    ).scalar()
    row = tx.session.get(StaffRow, used) if used else None
    if row is None or not _is_open(tx, row):
        raise NotFound("it was used already, or it is too old.")
    made = token()
    tx.session.add(
        StaffSessionRow(
            token_hash=_token_hash(made),
            staff_id=row.staff_id,
            expires_at=tx.now + SESSION_FOR,
            last_seen_at=tx.now,
        )
    )
    tx.append("staff.signed_in", {"staff": row.staff_id})
    return made


def signed_in(tx: Transaction, session: str) -> tuple[Member, bool] | None:
    """Return whose session a token is, and whether `seen` is due; None when it opens nothing."""
    row = tx.session.get(StaffSessionRow, _token_hash(session))
    if row is None or row.expires_at <= tx.now or tx.now - row.last_seen_at > IDLE_FOR:
        return None
    seat = tx.session.get(StaffRow, row.staff_id)
    if seat is None or not _is_open(tx, seat):
        return None
    return _member(tx, seat), tx.now - row.last_seen_at > SEEN_EVERY


def seen(tx: Transaction, session: str) -> None:
    """Note that a session is in use, and drop those that have run out."""
    tx.session.execute(
        update(StaffSessionRow)
        .where(col(StaffSessionRow.token_hash) == _token_hash(session))
        .values(last_seen_at=tx.now)
    )
    for table in (StaffSessionRow, StaffSignInRow):
        tx.session.execute(
            delete(table).where(col(table.expires_at) < tx.now - timedelta(days=30))
        )


def sign_out(tx: Transaction, session: str) -> None:
    """End a session."""
    tx.session.execute(
        delete(StaffSessionRow).where(col(StaffSessionRow.token_hash) == _token_hash(session))
    )


def names(tx: Transaction, staff_ids: Sequence[str]) -> dict[str, str]:
    """Return what colleagues call these members: the part of the address before the @."""
    rows = tx.session.execute(
        select(StaffRow).where(col(StaffRow.staff_id).in_(list(staff_ids)))
    ).scalars()
    return {row.staff_id: _member(tx, row).address.partition("@")[0] for row in rows}


def _checked(address: str) -> str:
    address = address.strip().casefold()
    local, at, domain = address.rpartition("@")
    odd = any(mark.isspace() or mark in ",;<>" for mark in address)
    if not (local and at and domain) or odd or len(address) > _LONGEST_ADDRESS:
        raise InvalidInput("Write the whole address, with an @.")
    return address


def _address_hash(tx: Transaction, address: str) -> bytes:
    return keys.mac(tx.world.ring.secret("alias-pepper"), f"staff\x1f{address}".encode())


def _token_hash(secret: str) -> bytes:
    return keys.sha256(secret.encode())


def _bound_to(staff_id: str) -> bytes:
    return f"staff:{staff_id}".encode()


def _row_of(tx: Transaction, address: str) -> StaffRow | None:
    statement = select(StaffRow).where(col(StaffRow.address_hash) == _address_hash(tx, address))
    return tx.session.execute(statement).scalar()


def _open_row(tx: Transaction, staff_id: str) -> StaffRow:
    row = tx.session.get(StaffRow, staff_id)
    if row is None or row.closed_at is not None:
        raise NotFound("There is no open seat of this person.")
    return row


def _is_open(tx: Transaction, row: StaffRow) -> bool:
    is_over = row.role == StaffRole.AUDITOR and seats.has_ended(tx, row.staff_id)
    return row.closed_at is None and not is_over


def _require_another_admin(tx: Transaction, staff_id: str) -> None:
    others = select(StaffRow.staff_id).where(  # type: ignore[call-overload]
        col(StaffRow.role) == StaffRole.ADMIN,
        col(StaffRow.closed_at).is_(None),
        col(StaffRow.staff_id) != staff_id,
    )
    if tx.session.execute(others.limit(1)).first() is None:
        raise Conflict("This is the last administrator; give somebody else that role first.")


def _member(tx: Transaction, row: StaffRow, *, last_seen_at: datetime | None = None) -> Member:
    address = keys.unseal(
        tx.vault.instance_key().enc, row.address, bound_to=_bound_to(row.staff_id)
    ).decode()
    return Member(
        row.staff_id, address, StaffRole(row.role), row.added_at, row.closed_at, last_seen_at
    )
