"""What authorities asked to leave out of a person's accounting of disclosures, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route
from privacy_engine.disclosures import suspensions
from privacy_engine.disclosures.suspensions import Form, Statement, Suspension
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.instance.model import Recipient
from privacy_engine.instance.terms import RecipientRole
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long, sentence
from privacy_engine.look.parts import Choice, Person, Values
from privacy_engine.transaction import Transaction

_FORMS = {Form.WRITTEN: "In writing", Form.ORAL: "By word of mouth"}


@dataclass(frozen=True)
class SuspensionLine:
    """One suspension; `state` is `placed`, `released` or `expired`."""

    suspension: str
    recipient: str
    person: Person
    state: str
    form: str
    is_oral: bool
    agency: str
    statement: str
    stated_on: date
    until: date
    ended_on: date | None


def show(desk: Desk) -> ResponseReturnValue:
    """Show what is left out, what was, and the form for another statement."""
    return _page(desk, {}, {})


def _page(desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with desk.engine.reading() as tx:
        lines = [_line(desk, tx, item) for item in suspensions.everything(tx.session)]
        lines.sort(key=lambda line: line.state != "placed")
        return desk.render(
            "suspensions",
            suspensions=lines,
            values=Values(typed),
            errors=errors,
            authorities=[
                Choice(item.code, item.title, chosen=item.code == typed.get("recipient"))
                for item in _authorities(desk)
            ],
            forms_of_statement=[
                Choice(code, words, chosen=code == typed.get("form"))
                for code, words in _FORMS.items()
            ],
            can_change=desk.may("suspend_accounting"),
            oral_until=suspensions.oral_until(tx, desk.today),
            population=desk.population(tx, len(lines), "suspension"),
        )


def _authorities(desk: Desk) -> list[Recipient]:
    return [
        item for item in desk.engine.content.recipients if item.role is RecipientRole.AUTHORITY
    ]


def _line(desk: Desk, tx: Transaction, item: Suspension) -> SuspensionLine:
    titles = {one.code: one.title for one in desk.engine.content.recipients}
    said = tx.event(item.event_id).data
    over = "released" if item.ended_on else "expired"
    return SuspensionLine(
        suspension=item.suspension,
        recipient=titles.get(item.recipient, item.recipient),
        person=Person(item.subject_id, faces.mask(tx.identifiers([item.subject_id]))),
        state="placed" if item.stands(on=desk.today) else over,
        form=_FORMS[item.form],
        is_oral=item.form is Form.ORAL,
        agency=str(said.get("agency", "")),
        statement=str(said.get("statement", "")),
        stated_on=item.stated_on,
        until=item.until,
        ended_on=item.ended_on,
    )


def suspend(desk: Desk) -> ResponseReturnValue:
    """Leave what went to an authority out of a person's accounting."""
    typed = {name: value.strip() for name, value in request.form.items()}
    days, errors = _days(typed)
    errors |= _faults(desk, typed)
    if errors:
        return _page(desk, typed, errors), 422
    try:
        made = desk.act(lambda tx: suspensions.suspend(tx, *_statement(tx, typed, days)))
    except EngineError as error:
        return _page(desk, typed, {"until": sentence(error.detail)}), 422
    desk.say(f"It is left out of this person's accounting until {day_long(made.until)}.")
    return redirect(url_for("console.suspensions"), code=303)


def _days(typed: Mapping[str, str]) -> tuple[dict[str, date], dict[str, str]]:
    days: dict[str, date] = {}
    errors: dict[str, str] = {}
    for name in ("stated_on", "until"):
        try:
            if typed.get(name):
                days[name] = date.fromisoformat(typed[name])
        except ValueError:
            errors[name] = "This is no day."
    return days, errors


def _faults(desk: Desk, typed: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if "@" not in typed.get("email", ""):
        errors["email"] = "Write the whole address of the person."
    if typed.get("recipient") not in {item.code for item in _authorities(desk)}:
        errors["recipient"] = "Choose the authority."
    if typed.get("form") not in set(_FORMS):
        errors["form"] = "Choose how it was said."
    if not typed.get("agency"):
        errors["agency"] = "Write down which agency or official asked."
    if not typed.get("statement"):
        errors["statement"] = "Write the reference of the statement, or what was said."
    return errors


def _statement(
    tx: Transaction, typed: Mapping[str, str], days: Mapping[str, date]
) -> tuple[str, Statement]:
    subject_id = tx.find_subject([Identifier("email", typed["email"])], site="portal")
    if subject_id is None:
        raise NotFound("nobody is known by this address")
    return subject_id, Statement(
        recipient=typed["recipient"],
        form=Form(typed["form"]),
        agency=typed["agency"],
        words=typed["statement"],
        stated_on=days.get("stated_on") or tx.now.astimezone(tx.settings.zone).date(),
        until=days.get("until"),
    )


def resume(desk: Desk, suspension: str) -> ResponseReturnValue:
    """List it again before the time that was stated is over."""
    reason = request.form.get("reason", "")
    desk.act(lambda tx: suspensions.resume(tx, suspension, reason=reason))
    desk.say("It is listed again in this person's accounting, which says that it was left out.")
    return redirect(url_for("console.suspensions"), code=303)


ROUTES = (
    Route("/disclosures/left-out", "suspensions", show),
    Route("/disclosures/left-out/add", "suspend_accounting", suspend, ("POST",)),
    Route("/disclosures/left-out/<suspension>/end", "resume_accounting", resume, ("POST",)),
)
