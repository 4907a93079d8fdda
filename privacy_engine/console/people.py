"""Who may sign in, and as what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.auditing import seats
from privacy_engine.auditing.seats import Seat
from privacy_engine.console import staff
from privacy_engine.console.desk import ROLE_WORDS, Desk, Route
from privacy_engine.console.staff import Member, StaffRole
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.look.parts import Choice, Values
from privacy_engine.transaction import Transaction

_ROLES = (
    ("officer", "Works the requests, and decides."),
    ("approver", "Decides what somebody else took on."),
    ("auditor", "Reads and changes nothing; set afterwards what, and until when."),
    ("admin", "All of that, and who may sign in."),
)


@dataclass(frozen=True)
class StaffLine:
    """One seat."""

    staff_id: str
    email: str
    role: str
    state: str
    last_seen_at: datetime | None
    you: bool
    seat: Seat | None = None
    is_auditor: bool = False


def show(desk: Desk) -> ResponseReturnValue:
    """Show the seats."""
    return _page(desk)


def _page(
    desk: Desk,
    *,
    link: str = "",
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    given = typed or {}
    with desk.engine.reading() as tx:
        members = staff.everybody(tx)
        terms = seats.of_many(tx, [item.staff_id for item in members])
        lines = [_line(desk, item, terms.get(item.staff_id)) for item in members]
        return desk.render(
            "people",
            staff=lines,
            roles=[
                Choice(code, ROLE_WORDS[code].capitalize(), hint, given.get("role") == code)
                for code, hint in _ROLES
            ],
            values=Values(given),
            errors=errors or {},
            link=link,
            can_change=desk.may("add_person"),
            population=desk.population(tx, len(lines), "person", many="people"),
        )


def _line(desk: Desk, member: Member, seat: Seat | None) -> StaffLine:
    seen = member.last_seen_at
    over = seat is not None and seat.ends_at <= desk.now
    return StaffLine(
        staff_id=member.staff_id,
        email=member.address,
        role=ROLE_WORDS[member.role],
        state="active" if member.closed_at is None and not over else "inactive",
        last_seen_at=desk.local(seen) if seen else None,
        you=member.staff_id == desk.member.staff_id,
        seat=seat if member.role is StaffRole.AUDITOR else None,
        is_auditor=member.role is StaffRole.AUDITOR and member.closed_at is None,
    )


def add(desk: Desk) -> ResponseReturnValue:
    """Give somebody a seat and show their one-time link, this once."""
    role = request.form.get("role", "")
    typed = {"email": request.form.get("email", ""), "role": role}
    if role not in set(StaffRole):
        return _page(desk, errors={"role": "Choose what they may do."}, typed=typed), 422

    def work(tx: Transaction) -> str:
        member = staff.add(tx, typed["email"], role=StaffRole(role))
        return staff.make_link(tx, member.staff_id)

    try:
        token = desk.act(work)
    except (InvalidInput, Conflict) as error:
        return _page(desk, errors={"email": error.detail}, typed=typed), 422
    return _page(desk, link=_url(token))


def link(desk: Desk, staff_id: str) -> ResponseReturnValue:
    """Make somebody a new one-time link and show it, this once."""
    return _page(desk, link=_url(desk.act(lambda tx: staff.make_link(tx, staff_id))))


def remove(desk: Desk, staff_id: str) -> ResponseReturnValue:
    """Take a seat away."""
    if staff_id == desk.member.staff_id:
        raise Conflict("Somebody else has to take your own seat away.")
    desk.act(lambda tx: staff.close(tx, staff_id))
    desk.say("They can no longer sign in.")
    return redirect(url_for("console.people"), code=303)


def _url(token: str) -> str:
    return url_for("console.sign_in_link", token=token, _external=True)


ROUTES = (
    Route("/people", "people", show),
    Route("/people/add", "add_person", add, ("POST",)),
    Route("/people/<staff_id>/link", "link_person", link, ("POST",)),
    Route("/people/<staff_id>/remove", "remove_person", remove, ("POST",)),
)
