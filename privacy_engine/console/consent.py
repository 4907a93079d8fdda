"""One person, now or on a past day: choices, texts, recipients, clocks; the look-up is logged."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request
from flask.typing import ResponseReturnValue

from privacy_engine.consent import actions, register
from privacy_engine.consent.rules import Answer, Record, State
from privacy_engine.console import faces, one_day
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.one_day import OneDay
from privacy_engine.instance.model import Purpose
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Choice, Entry, Person, Population
from privacy_engine.transaction import Transaction

_KINDS = {
    "given": "Said yes to",
    "refused": "Said no to",
    "withdrawn": "Took back the yes to",
    "signal": "Browser signal: no sale, no sharing",
    "unsubscribed": "Unsubscribed",
}

_REASONS = (
    ("", "Choose why"),
    ("consent", "To see whether we may write or use it"),
    ("answer", "To answer their question"),
    ("audit", "To check our own work"),
    ("other", "Something else"),
)


@dataclass(frozen=True)
class ConsentLine:
    """Where one purpose stands."""

    purpose: str
    title: str
    state: str
    permitted: bool
    since: datetime | None
    document: str
    version: str
    method: str
    event_id: str
    note: str


@dataclass(frozen=True)
class ConsentView:
    """Where everything stands for one person."""

    person: Person
    child_state: str
    quarantined: bool
    as_of: date | None
    lines: list[ConsentLine]
    history: list[Entry]
    day: OneDay
    population: Population


def show(desk: Desk) -> ResponseReturnValue:
    """Show the form, or what was found."""
    email = request.form.get("email", "").strip()
    as_of = request.form.get("as_of", "")
    errors = {}
    if request.method == "POST" and "@" not in email:
        errors["email"] = "Write the whole address, with an @."
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        day, errors["as_of"] = None, "This is no day."
    reason = request.form.get("reason", "")
    if request.method == "POST" and reason not in dict(_REASONS[1:]):
        errors["reason"] = "Choose why; it is logged."
    asked = request.method == "POST" and not errors
    found = _look_up(desk, email, day, reason=reason) if asked else None
    page = desk.render(
        "consent",
        email=email,
        as_of=as_of,
        reasons=[Choice(code, words, chosen=code == reason) for code, words in _REASONS],
        errors=errors,
        found=found,
        asked=asked,
    )
    return (page, 422) if errors else page


def _look_up(desk: Desk, email: str, day: date | None, *, reason: str) -> ConsentView | None:
    def work(tx: Transaction) -> ConsentView | None:
        subject_id = tx.find_subject([Identifier("email", email)], site="portal")
        if subject_id is None:
            return None
        tx.append("identity.revealed", {"reason_code": reason})
        return _view(desk, tx, subject_id, day)

    return desk.act(work)


def _view(desk: Desk, tx: Transaction, subject_id: str, day: date | None) -> ConsentView:
    people = tx.person(subject_id)
    zone = desk.engine.settings.zone
    at = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone) if day else None
    purposes = desk.engine.content.purposes
    answers = actions.check_known(tx, people, [item.code for item in purposes], at=at)
    until = at or tx.now
    records = [item for item in register.history(tx, people) if item.at < until or at is None]
    by_event = {record.event_id: record for record in records}
    lines = [_line(desk, item, answers[item.code], by_event) for item in purposes]
    suspended = any(answer.state is State.SUSPENDED for answer in answers.values())
    return ConsentView(
        person=faces.of_subject(tx, subject_id),
        child_state="frozen" if suspended else "",
        quarantined=suspended,
        as_of=day,
        lines=lines,
        history=[_entry(desk, record) for record in records],
        day=one_day.of(desk, tx, people, until=until, answers=answers, records=records),
        population=desk.population(tx, len(lines), "purpose"),
    )


def _line(
    desk: Desk, purpose: Purpose, answer: Answer, by_event: dict[str, Record]
) -> ConsentLine:
    record = by_event.get(answer.event_id or "")
    state = "not_asked" if answer.state is State.UNKNOWN else str(answer.state)
    return ConsentLine(
        purpose=purpose.code,
        title=purpose.title,
        state="frozen" if answer.state is State.SUSPENDED else state,
        permitted=answer.permitted,
        since=desk.local(answer.since) if answer.since else None,
        document=answer.document or "",
        version=answer.version or "",
        method=record.method if record else "",
        event_id=answer.event_id or "",
        note=f"rule: {purpose.rule}",
    )


def _entry(desk: Desk, record: Record) -> Entry:
    what = "" if record.purpose.startswith("*") else f" {record.purpose}"
    under = f"Under {record.document} {record.version}." if record.document else ""
    return Entry(
        "event",
        desk.local(record.at),
        record.site,
        _KINDS.get(record.kind, record.kind.capitalize()) + what,
        f"{under} {'By ' + record.method + '.' if record.method else ''}".strip(),
        record.event_id,
    )


ROUTES = (Route("/consent", "consent", show, ("GET", "POST")),)
