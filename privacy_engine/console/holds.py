"""Legal holds: what may not be deleted, why, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import second_person, staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.second_person import Standing
from privacy_engine.errors import EngineError
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long, sentence
from privacy_engine.look.parts import Choice, Values
from privacy_engine.retention import holds, register
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.register import Hold
from privacy_engine.retention.rules import HoldScope, Nature, hold_needs_a_look
from privacy_engine.transaction import Transaction

_PERSON = "person"
_CASE = "case"


@dataclass(frozen=True)
class HoldLine:
    """One hold."""

    hold_id: str
    scope: str
    state: str
    placed_at: datetime
    placed_by: str
    reason: str
    released_at: datetime | None
    until: date | None
    second: Standing
    is_lawful: bool
    ends_soon: bool


def show(desk: Desk) -> ResponseReturnValue:
    """Show the holds and the form for another."""
    return _page(desk, {}, {})


def _page(desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with desk.engine.reading() as tx:
        lines = [_line(desk, tx, item) for item in register.holds(tx.session)]
        lines.sort(key=lambda line: line.state != "placed")
        return desk.render(
            "holds",
            holds=lines,
            values=Values(typed),
            scopes=_scopes(desk, typed.get("what", "")),
            errors=errors,
            can_change=desk.may("place_hold"),
            lawful_until=holds.lawful_until(tx),
            population=desk.population(tx, len(lines), "hold"),
        )


def _scopes(desk: Desk, chosen: str) -> list[Choice]:
    content = desk.engine.content
    options = [(_PERSON, "Everything about one person"), (_CASE, "The person of one case")]
    options += [(f"series:{row.series}", f"All {row.title.lower()}") for row in content.retention]
    options += [(f"system:{item.code}", f"All in: {item.title}") for item in content.systems]
    return [Choice(code, words, chosen=code == chosen) for code, words in options]


def _line(desk: Desk, tx: Transaction, hold: Hold) -> HoldLine:
    name = hold.placed_by.removeprefix("staff:")
    state = "placed" if hold.stands(on=desk.today) else "released"
    return HoldLine(
        hold_id=hold.hold,
        scope=_covers(desk, hold),
        state=state if hold.released_at or state == "placed" else "expired",
        placed_at=desk.local(hold.placed_at),
        placed_by=staff.names(tx, [name]).get(name, name),
        reason=holds.ground_of(tx, hold),
        released_at=desk.local(hold.released_at) if hold.released_at else None,
        until=hold.until,
        is_lawful=hold.nature == Nature.LAW_ENFORCEMENT,
        ends_soon=hold_needs_a_look(
            until=hold.until,
            released=hold.released_at is not None,
            on=desk.today,
            distances=desk.engine.settings.retention.hold_distances,
        ),
        second=second_person.standing(tx, second_person.RELEASE, hold.hold, me=str(desk.actor)),
    )


def _covers(desk: Desk, hold: Hold) -> str:
    content = desk.engine.content
    if hold.scope is HoldScope.SERIES:
        titles = {row.series: row.title for row in content.retention}
        return f"All {titles.get(hold.target, hold.target).lower()}"
    if hold.scope is HoldScope.SYSTEM:
        names = {item.code: item.title for item in content.systems}
        return f"All in: {names.get(hold.target, hold.target)}"
    return f"Case {hold.target}" if hold.scope is HoldScope.CASE else "One person"


def place(desk: Desk) -> ResponseReturnValue:
    """Place a hold."""
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = _faults(desk, typed)
    if errors:
        return _page(desk, typed, errors), 422
    try:
        desk.act(lambda tx: holds.place(tx, _order(tx, typed)))
    except EngineError as error:
        return _page(desk, typed, {"reason": sentence(error.detail)}), 422
    desk.say("The hold is in place: nothing that it covers is deleted.")
    return redirect(url_for("console.holds"), code=303)


def _faults(desk: Desk, typed: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not typed.get("reason"):
        errors["reason"] = "Say in a sentence why this must be kept."
    if typed.get("what") == _CASE and not typed.get("case"):
        errors["case"] = "Write the reference of the case."
    if typed.get("what") not in {item.value for item in _scopes(desk, "")}:
        errors["what"] = "Choose what is kept."
    if typed.get("what") == _PERSON and "@" not in typed.get("email", ""):
        errors["email"] = "Write the whole address of the person."
    if typed.get("until"):
        try:
            date.fromisoformat(typed["until"])
        except ValueError:
            errors["until"] = "This is no day."
    return errors


def _order(tx: Transaction, typed: Mapping[str, str]) -> HoldOrder:
    kind, _, target = typed["what"].partition(":")
    target = typed.get("case", "") if kind == _CASE else target
    nature = Nature.LAW_ENFORCEMENT if typed.get("lawful") else Nature.DISPUTE
    until = date.fromisoformat(typed["until"]) if typed.get("until") else None
    if kind != _PERSON:
        return HoldOrder(
            HoldScope(kind), typed["reason"], target=target, until=until, nature=nature
        )
    who = Identifier("email", typed["email"])
    known = tx.find_subject([who], site="portal")
    return HoldOrder(
        HoldScope.SUBJECT,
        typed["reason"],
        subject_id=known,
        subject=() if known else (who,),
        until=until,
        nature=nature,
    )


def renew(desk: Desk, hold_id: str) -> ResponseReturnValue:
    """Let a hold stand longer: one of law enforcement by 90 days, another until the day typed."""
    typed = request.form.get("until", "").strip()
    try:
        until = date.fromisoformat(typed) if typed else None
    except ValueError:
        desk.say("This is no day: nothing has changed.")
        return redirect(url_for("console.holds"), code=303)
    renewed = desk.act(lambda tx: holds.renew(tx, hold_id, until=until))
    desk.say(f"The hold stands until {day_long(renewed.until or desk.today)}.")
    return redirect(url_for("console.holds"), code=303)


def release(desk: Desk, hold_id: str) -> ResponseReturnValue:
    """Release a hold, or propose it where two people are needed."""

    def work(tx: Transaction) -> str:
        if request.form.get("step") == "propose":
            register.hold(tx.session, hold_id)
            second_person.propose(tx, second_person.RELEASE, hold_id)
            return "Proposed. The hold stands until somebody else releases it."
        second_person.require(tx, second_person.RELEASE, hold_id)
        holds.release(tx, hold_id)
        return "The hold is released. What it kept may go again."

    desk.say(desk.act(work))
    return redirect(url_for("console.holds"), code=303)


ROUTES = (
    Route("/holds", "holds", show),
    Route("/holds/place", "place_hold", place, ("POST",)),
    Route("/holds/<hold_id>/renew", "renew_hold", renew, ("POST",)),
    Route("/holds/<hold_id>/release", "release_hold", release, ("POST",)),
)
