"""One person on one day: what they had been shown, who could get what, which clocks ran."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from privacy_engine.consent.rules import Answer, Record
from privacy_engine.console import cases
from privacy_engine.console.desk import Desk
from privacy_engine.disclosures import register as disclosures
from privacy_engine.documents import register as documents
from privacy_engine.errors import NotFound
from privacy_engine.instance.model import Purpose, Recipient
from privacy_engine.law import deadlines
from privacy_engine.look.parts import Clock
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Transaction

_STOPS = {"unsubscribed", "withdrawn", "refused"}
_DUTIES = {"sms": ("TCPA-REVOKE", "Texts and calls stop")}
_BY_MAIL = ("CANSPAM-OPTOUT", "Commercial mail stops")
_MOST_CLOCKS = 20


@dataclass(frozen=True)
class ShownLine:
    """A version that was put before the person, or that was in force without being shown."""

    document: str
    title: str
    version: str
    at: datetime | None
    where: str


@dataclass(frozen=True)
class SharedLine:
    """One recipient: for which purposes they could get data, and what they had got by then."""

    title: str
    role: str
    categories: str
    allowed: str
    stopped: str
    may: bool
    made: int


@dataclass(frozen=True)
class RunningClock:
    """A clock that ran on the day, and what it belongs to; `reference` empty for a choice."""

    reference: str
    what: str
    clock: Clock


@dataclass(frozen=True)
class OneDay:
    """Everything beside the choices themselves."""

    shown: list[ShownLine]
    shared: list[SharedLine]
    clocks: list[RunningClock]


def of(
    desk: Desk,
    tx: Transaction,
    people: Sequence[str],
    *,
    until: datetime,
    answers: Mapping[str, Answer],
    records: Iterable[Record],
) -> OneDay:
    """Return the day that ends at `until` (aware); `records` are those of before."""
    on = desk.local(until).date() if until >= tx.now else _day_before(desk, until)
    return OneDay(
        _shown(desk, tx, people, until),
        _shared(tx, people, until, answers),
        [*_of_requests(desk, tx, people, until=until, on=on), *_of_choices(desk, tx, records, on)][
            :_MOST_CLOCKS
        ],
    )


def _day_before(desk: Desk, until: datetime) -> date:
    return date.fromordinal(desk.local(until).date().toordinal() - 1)


def _shown(desk: Desk, tx: Transaction, people: Sequence[str], until: datetime) -> list[ShownLine]:
    content = tx.content
    titles = {item.slug: item.title for item in content.documents}
    seen = [item for item in documents.shown_to(tx.session, people) if item.at < until]
    lines = [
        ShownLine(
            item.document,
            titles.get(item.document, item.document),
            item.version,
            desk.local(item.at),
            f"{item.site}{', ' + item.surface if item.surface else ''}",
        )
        for item in seen
    ]
    known = {(item.document, item.version) for item in seen}
    unseen = [
        ShownLine(held.document, held.title, held.version, None, "in force")
        for held in documents.in_force(tx.session, at=until)
        if held.language == content.default_language and (held.document, held.version) not in known
    ]
    return lines + unseen


def _shared(
    tx: Transaction, people: Sequence[str], until: datetime, answers: Mapping[str, Answer]
) -> list[SharedLine]:
    made = [item for item in disclosures.of_person(tx.session, people) if item.at < until]
    lines = [
        _recipient_line(
            item,
            [one for one in tx.content.purposes if item.code in one.recipients],
            answers,
            made=sum(one.facts.recipient == item.code for one in made),
        )
        for item in tx.content.recipients
    ]
    return [line for line in lines if line.allowed or line.stopped or line.made]


def _recipient_line(
    item: Recipient, purposes: Sequence[Purpose], answers: Mapping[str, Answer], *, made: int
) -> SharedLine:
    allowed = [one.title for one in purposes if answers[one.code].permitted]
    stopped = [one.title for one in purposes if not answers[one.code].permitted]
    return SharedLine(
        title=item.title,
        role=str(item.role).replace("_", " "),
        categories=", ".join(item.categories),
        allowed="; ".join(allowed),
        stopped="; ".join(stopped),
        may=bool(allowed),
        made=made,
    )


def _of_requests(
    desk: Desk, tx: Transaction, people: Sequence[str], *, until: datetime, on: date
) -> list[RunningClock]:
    found = []
    for request in rights.of_subjects(tx.session, people):
        if request.received_at >= until or (request.ended_at and request.ended_at < until):
            continue
        for clock in cases.clocks(desk, request):
            if clock.done_on is None or clock.done_on > on:
                open_then = replace(clock, today=on, done_on=None)
                found.append(RunningClock(request.reference, clock.label, open_then))
    return found


def _of_choices(
    desk: Desk, tx: Transaction, records: Iterable[Record], on: date
) -> list[RunningClock]:
    """Return the clocks by which mailers and callers must have acted on a no.

    Source: 15 USC 7704(a)(4); 47 CFR 64.1200(a)(10).
    """
    marketing = {item.code: item for item in tx.content.purposes if item.marketing}
    found = []
    for record in records:
        if record.kind not in _STOPS:
            continue
        purpose = marketing.get(record.purpose)
        if purpose is None and record.kind != "unsubscribed":
            continue
        duty, label = _DUTIES.get(purpose.channel if purpose else "", _BY_MAIL)
        try:
            due = deadlines.due(duty, record.at, zone=desk.engine.settings.zone)
        except NotFound:  # said before there was such a rule
            continue
        if due.legal_due_on < on:
            continue
        clock = Clock(
            label=label,
            strict_due_on=due.strict_due_on,
            legal_due_on=due.legal_due_on,
            today=on,
            reason=" ".join(due.steps),
            citation=due.citation,
        )
        what = purpose.title if purpose else record.service or "all mail"
        found.append(RunningClock("", f"{label}: {what}", clock))
    return found
