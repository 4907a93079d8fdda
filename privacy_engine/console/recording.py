"""Writing down a choice that somebody made on paper or by phone, with what proves it."""

from collections.abc import Mapping
from datetime import date, datetime, time

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from privacy_engine.consent import actions, evidence
from privacy_engine.consent.actions import Choice as Said
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict, EngineError, InvalidInput
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Choice, Values
from privacy_engine.transaction import Transaction

_KINDS = (("given", "Yes"), ("refused", "No"), ("withdrawn", "Takes an earlier yes back"))
_METHODS = (("paper", "On paper"), ("phone", "By phone"))
_ACTORS = (
    ("self", "The person"),
    ("parent", "A parent or guardian"),
    ("agent", "Somebody they asked to"),
)
_LONGEST = {"wording": 4_000, "note": 1_500}
_REASON = "evidence"


def show(desk: Desk) -> ResponseReturnValue:
    """Show the empty form, or take what was written down."""
    if request.method == "GET":
        return _page(desk, {"on": desk.today.isoformat(), "actor": "self"}, {})
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = _faults(desk, typed)
    file = _file(errors)
    if errors:
        return _page(desk, typed, errors), 422
    try:
        event_id = desk.act(lambda tx: _record(desk, tx, typed, file))
    except (Conflict, InvalidInput) as error:
        return _page(desk, typed, {"kind": _sentence(error)}), 422
    desk.say("It is written down, and counts from now on.")
    return redirect(url_for("console.event", event_id=event_id), code=303)


def _page(desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    def options(name: str, *pairs: tuple[str, str]) -> list[Choice]:
        return [Choice(code, words, chosen=typed.get(name) == code) for code, words in pairs]

    purposes = [(item.code, item.title) for item in desk.engine.content.purposes]
    return desk.render(
        "record_consent",
        values=Values(typed),
        purposes=options("purpose", *purposes),
        kinds=options("kind", *_KINDS),
        methods=options("method", *_METHODS),
        actors=options("actor", *_ACTORS),
        errors=errors,
    )


def _faults(desk: Desk, typed: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    chosen = (
        ("purpose", {item.code for item in desk.engine.content.purposes}, "Choose for what."),
        ("kind", dict(_KINDS), "Choose what they said."),
        ("method", dict(_METHODS), "Choose how they said it."),
        ("actor", dict(_ACTORS), "Choose who said it."),
    )
    errors |= {name: words for name, known, words in chosen if typed.get(name) not in known}
    if "@" not in typed.get("email", ""):
        errors["email"] = "Write the whole address, with an @."
    day = _day(typed.get("on", ""))
    if day is None or day > desk.today:
        errors["on"] = "Give the day on which they said it; it cannot lie ahead."
    errors |= {
        name: f"This is longer than {most:,} characters."
        for name, most in _LONGEST.items()
        if len(typed.get(name, "")) > most
    }
    return errors


def _file(errors: dict[str, str]) -> evidence.File | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    file = evidence.File(sent.filename[:120], sent.mimetype, sent.read())
    try:
        evidence.require_sense(file)
    except InvalidInput as error:
        errors["file"] = _sentence(error)
    return file


def _sentence(error: EngineError) -> str:
    return f"{error.detail[:1].upper()}{error.detail[1:]}."


def _record(
    desk: Desk, tx: Transaction, typed: Mapping[str, str], file: evidence.File | None
) -> str:
    day = date.fromisoformat(typed["on"])
    # The hour is not known. A yes stands at the first moment of its day and a no at the last: of
    # a yes and a no on one day, the no holds.
    hour = time.min if typed["kind"] == "given" else time.max
    at = min(datetime.combine(day, hour, tzinfo=desk.engine.settings.zone), tx.now)
    proof = typed.get("note", "")
    if file is not None:
        proof = f"{proof} File {file.name}, SHA-256 {file.sha256}.".strip()
    said = Said(
        typed["purpose"],
        method=typed["method"],
        wording=typed.get("wording", ""),
        evidence=proof,
        occurred_at=at,
        actor=typed["actor"],
    )
    who = Identifier("email", typed["email"])
    event = actions.write_down(tx, who, said, kind=f"consent.{typed['kind']}", site="console")
    if file is not None and event.subject_id is not None:
        evidence.keep(tx, event.event_id, event.subject_id, file)
    return event.event_id


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def download(desk: Desk, event_id: str) -> ResponseReturnValue:
    """Give the file of a choice to whoever may see it; that they took it is written down."""

    def work(tx: Transaction) -> evidence.File:
        tx.append("message.opened", {"opened_event": event_id, "reason": _REASON})
        return evidence.read(tx, event_id)

    file = desk.act(work)
    answer = Response(file.content, mimetype=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=_plain(file.name))
    return answer


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)


ROUTES = (
    Route("/consent/record", "record_consent", show, ("GET", "POST")),
    Route("/events/<event_id>/evidence", "evidence", download, ("POST",)),
)
