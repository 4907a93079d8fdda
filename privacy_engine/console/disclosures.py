"""Who got what, when and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request
from flask.typing import ResponseReturnValue

from privacy_engine.console import faces, listing
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE
from privacy_engine.console.queue import pages
from privacy_engine.disclosures import register
from privacy_engine.disclosures.register import Disclosure, Filter
from privacy_engine.law import provisions
from privacy_engine.log.event import identifiers_from_data
from privacy_engine.look.parts import Choice, Person
from privacy_engine.transaction import Transaction

_ON_PAPER = frozenset({"legal_process", "consent", "business_transfer"})


@dataclass(frozen=True)
class DisclosureLine:
    """One disclosure in the list."""

    event_id: str
    at: datetime
    recipient: str
    kind: str
    purpose: str
    categories: list[str]
    basis: str
    sale: bool
    sharing: bool
    person: Person | None
    document: str


@dataclass(frozen=True)
class Days:
    """The days that were asked for, as typed."""

    since: str
    until: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show one page of the ledger."""
    content, asked = desk.engine.content, request.args
    codes = {item.code: item.title for item in content.recipients}
    recipient = asked.get("recipient", "") if asked.get("recipient") in codes else ""
    days = Days(asked.get("since", ""), asked.get("until", ""))
    wanted = Filter(
        recipients=(recipient,) if recipient else (),
        since=_start(desk, days.since),
        before=_start(desk, days.until, after=1),
        sold_or_shared=asked.get("only") == "sold",
    )
    number = listing.page_number(asked.get("page"))
    with desk.engine.reading() as tx:
        total = register.count(tx.session, wanted)
        found = register.search(tx.session, wanted, limit=PAGE, offset=(number - 1) * PAGE)
        rows = _rows(desk, tx, found)
        words = [f"to {codes[recipient]}"] if recipient else []
        words += [f"{name} {value}" for name, value in vars(days).items() if value]
        words += ["sold or shared"] if wanted.sold_or_shared else []
        return desk.render(
            "disclosures",
            rows=rows,
            filters=days,
            recipients=[
                Choice("", "Anybody", chosen=not recipient),
                *[Choice(code, title, chosen=code == recipient) for code, title in codes.items()],
            ],
            kinds=[
                Choice("", "All"),
                Choice("sold", "Sold or shared", chosen=wanted.sold_or_shared),
            ],
            svg=None,
            chart_summary="",
            population=desk.population(tx, total, "disclosure", *words),
            pages=pages(number, total, len(rows)),
        )


def _start(desk: Desk, text: str, *, after: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except ValueError:
        return None
    return datetime.combine(day, time.min, tzinfo=desk.engine.settings.zone)


def _rows(desk: Desk, tx: Transaction, found: Sequence[Disclosure]) -> list[DisclosureLine]:
    content = desk.engine.content
    recipients = {item.code: item for item in content.recipients}
    purposes = {item.code: item.title for item in content.purposes}
    people = _people(tx, found)
    lines = []
    for item in found:
        known = recipients.get(item.facts.recipient)
        lines.append(
            DisclosureLine(
                event_id=item.event_id,
                at=desk.local(item.at),
                recipient=known.title if known else item.facts.recipient,
                kind=str(known.role).replace("_", " ") if known else "no longer listed",
                purpose=purposes.get(item.purpose, item.purpose),
                categories=[_category(letter) for letter in item.facts.categories],
                basis=item.facts.basis.replace("_", " "),
                sale=item.facts.sale,
                sharing=item.facts.sharing,
                person=people.get(item.event_id),
                document="no document on file" if _needs_paper(item) else "",
            )
        )
    return lines


def _needs_paper(item: Disclosure) -> bool:
    return item.facts.documented is False and item.facts.basis in _ON_PAPER


def _people(tx: Transaction, found: Sequence[Disclosure]) -> Mapping[str, Person]:
    events = tx.read([item.event_id for item in found if item.subject_id])
    return {
        event.event_id: Person(
            event.subject_id, faces.mask(identifiers_from_data(event.data.get("subject")))
        )
        for event in events
        if event.subject_id
    }


def _category(letter: str) -> str:
    titles = {item.code: item.title for item in provisions.categories("us-ca")}
    return titles.get(letter, letter)


ROUTES = (Route("/disclosures", "disclosures", show),)
