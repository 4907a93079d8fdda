"""Writing down a request that came by phone, letter or mail: the clock runs from its receipt."""

from collections.abc import Mapping
from datetime import date, datetime, time

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import asking
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Choice, Values
from privacy_engine.look.words import plain_right
from privacy_engine.rights import actions
from privacy_engine.rights.actions import Intake

_CHANNELS = (("phone", "Phone"), ("mail", "Letter"), ("email", "Email"), ("store", "In person"))
_BACK = (("", "As far as the law asks without being asked"), ("all", "Everything, however old"))
_WINDOWED = "know:specific"
_LONGEST = {"name": 200, "email": 254, "phone": 40, "details": 10_000}


def show(desk: Desk) -> ResponseReturnValue:
    """Show the empty form, or take what was written down."""
    if request.method == "GET":
        return _page(desk, {"received_on": desk.today.isoformat(), "for": "self"}, {})
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = _faults(desk, typed)
    if errors:
        return _page(desk, typed, errors), 422
    try:
        made = desk.act(lambda tx: actions.receive(tx, _intake(desk, typed)))
    except InvalidInput as error:
        return _page(desk, typed, {"received_on": sentence(error.detail)}), 422
    desk.say(f"{made.reference} is written down, and its clock runs.")
    return redirect(url_for("console.one_request", reference=made.reference), code=303)


def _page(desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    def options(name: str, *pairs: tuple[str, str]) -> list[Choice]:
        return [Choice(code, words, chosen=typed.get(name) == code) for code, words in pairs]

    return desk.render(
        "new_request",
        values=Values(typed),
        rights=options("right", *[(code, plain_right(code)) for code in RIGHTS]),
        channels=options("channel", *_CHANNELS),
        whom=asking.whom(typed.get("for", "")),
        laws=asking.laws(desk, typed.get("jurisdiction", "")),
        languages=asking.languages(desk, typed.get("language", "")),
        windows=[Choice(*one, chosen=typed.get("window", "") == one[0]) for one in _BACK],
        errors=errors,
    )


def _faults(desk: Desk, typed: Mapping[str, str]) -> dict[str, str]:
    spoken = {item.value for item in asking.languages(desk, "")}
    law, language = typed.get("jurisdiction", ""), typed.get("language", "")
    chosen = {
        "right": (typed.get("right") in RIGHTS, "Choose what they ask for."),
        "channel": (typed.get("channel") in dict(_CHANNELS), "Choose how it came."),
        "for": (typed.get("for") in dict(asking.WHOM), "Say for whom they ask."),
        "jurisdiction": (not law or asking.is_law(law), "Choose a law from the list."),
        "language": (not language or language in spoken, "Choose a language from the list."),
    }
    errors = {name: words for name, (good, words) in chosen.items() if not good}
    received_on = _day(typed.get("received_on", ""))
    if received_on is None or received_on > desk.today:
        errors["received_on"] = "Give the day it reached us; it cannot lie ahead."
    if typed.get("email") and "@" not in typed["email"]:
        errors["email"] = "Write the whole address, with an @."
    elif not typed.get("email") and not any(map(str.isdigit, typed.get("phone", ""))):
        errors["email"] = "Write an address, or a phone number below."
    errors |= {
        name: f"This is longer than {most:,} characters."
        for name, most in _LONGEST.items()
        if len(typed.get(name, "")) > most
    }
    return errors


def _intake(desk: Desk, typed: Mapping[str, str]) -> Intake:
    day = date.fromisoformat(typed["received_on"])
    # The hour is not known: the first moment of that day is the reading that is never too late.
    at = datetime.combine(day, time.min, tzinfo=desk.engine.settings.zone)
    who = [Identifier(kind, typed[kind]) for kind in ("email", "phone") if typed.get(kind)]
    return Intake(
        right=typed["right"],
        subject=tuple(who),
        jurisdiction=typed.get("jurisdiction", ""),
        language=typed.get("language", ""),
        channel=typed["channel"],
        acting_for=typed["for"],
        name=typed.get("name", ""),
        details=typed.get("details", ""),
        window="all" if typed["right"] == _WINDOWED and typed.get("window") == "all" else None,
        received_at=desk.now if day == desk.today else at,
        site="console",
        trust=Trust.OFFICER,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES = (Route("/requests/new", "new_request", show, ("GET", "POST")),)
