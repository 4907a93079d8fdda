"""What an auditor may look at, and until when; an administrator sets it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.auditing import seats
from privacy_engine.auditing.seats import Seat
from privacy_engine.console import staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.staff import Member, StaffRole
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.ingest import sites
from privacy_engine.look.parts import Choice, Values

_USUAL_DAYS = 30


def terms(desk: Desk, staff_id: str) -> ResponseReturnValue:
    """Show the terms of an auditor's seat, and change them."""
    with desk.engine.reading() as tx:
        member = staff.get(tx, staff_id)
        now = seats.of(tx, staff_id)
    if member is None or member.role is not StaffRole.AUDITOR or member.closed_at is not None:
        raise NotFound("There is no open seat of an auditor here.")
    if request.method == "GET":
        return _page(desk, member, typed=_typed(desk, now), errors={})
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = {
        name: "Give a day." for name in ("since", "until", "ends") if _day(typed, name) is None
    }
    if not errors:
        try:
            seat = _seat(desk, staff_id, typed)
            desk.act(lambda tx: seats.give(tx, seat))
        except InvalidInput as error:
            said = f"{error.detail[:1].upper()}{error.detail[1:]}."
            errors = {_field(error.detail): said}
    if errors:
        return _page(desk, member, typed=typed, errors=errors), 422
    desk.say("From now on this seat reads its audit and nothing else.")
    return redirect(url_for("console.people"), code=303)


def _page(
    desk: Desk, member: Member, *, typed: Mapping[str, str], errors: Mapping[str, str]
) -> str:
    chosen = set(request.form.getlist("site")) or set(typed.get("sites", "").split(","))
    with desk.engine.reading() as tx:
        names = [item.name for item in sites.listing(tx)]
    return desk.render(
        "audit_terms",
        address=member.address,
        staff_id=member.staff_id,
        values=Values(typed),
        sites=[Choice(name, name, "", name in chosen) for name in names],
        errors=errors,
    )


def _typed(desk: Desk, now: Seat | None) -> dict[str, str]:
    if now is None:
        year = desk.today.year - 1
        ends = desk.today + timedelta(days=_USUAL_DAYS)
        first, last = date(year, 1, 1), date(year, 12, 31)
        return {"since": f"{first}", "until": f"{last}", "ends": f"{ends}"}
    return {
        "title": now.title,
        "since": f"{now.from_on}",
        "until": f"{now.to_on}",
        "ends": f"{desk.local(now.ends_at).date() - timedelta(days=1)}",
        "sites": ",".join(now.sites),
    }


def _seat(desk: Desk, staff_id: str, typed: Mapping[str, str]) -> Seat:
    since, until, ends = (_day(typed, name) or desk.today for name in ("since", "until", "ends"))
    after = datetime.combine(ends + timedelta(days=1), time.min, tzinfo=desk.engine.settings.zone)
    return Seat(
        staff_id, typed.get("title", ""), since, until, tuple(request.form.getlist("site")), after
    )


def _day(typed: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(typed.get(name, ""))
    except ValueError:
        return None


def _field(detail: str) -> str:
    if "last day" in detail:
        return "until"
    return "ends" if "ended" in detail else "title"


ROUTES = (Route("/audit/terms/<staff_id>", "audit_terms", terms, ("GET", "POST")),)
