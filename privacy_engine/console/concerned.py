"""Whom a version concerns: who saw an earlier one and must be told, and who must agree again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from flask import request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.consent import register as consent
from privacy_engine.consent import standing
from privacy_engine.consent.rules import State
from privacy_engine.console import faces, listing
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE
from privacy_engine.console.queue import pages
from privacy_engine.documents import changes, register
from privacy_engine.documents.changes import Told
from privacy_engine.documents.register import Shown
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.instance.terms import Reconsent
from privacy_engine.log import reachable
from privacy_engine.look.parts import Person
from privacy_engine.transaction import Transaction

_TOLD = {
    "sent": "Letter sent",
    "frozen": "Not written to: may be a child",
    "bad address": "The address cannot be used: the notice alone",
}


@dataclass(frozen=True)
class Reach:
    """Whom a version concerns, in figures; `again_until` is the last day of an old yes."""

    must_be_told: int
    must_agree_again: int
    by_letter: int
    by_notice: int
    again_until: date | None


@dataclass(frozen=True)
class ToldLine:
    """One person who saw an earlier version."""

    person: Person
    version: str
    at: datetime
    site: str
    how: str
    told_at: datetime | None


@dataclass(frozen=True)
class AgreedLine:
    """One person whose yes stands under an earlier version: (purpose, version, since)."""

    person: Person
    choices: list[tuple[str, str, datetime]]


def reach(desk: Desk, tx: Transaction, found: DocumentVersion) -> Reach:
    """Return whom a version concerns; nobody where it says nothing new that matters."""
    told = register.people_before(tx.session, found.slug, found.version) if found.material else 0
    again = 0
    if _asks_again(found):
        again = standing.count_under_others(
            tx.session, tx.content, found.slug, found.version, at=tx.now
        )
    ends = found.effective_at + timedelta(days=found.grace_days)
    return Reach(
        must_be_told=told,
        must_agree_again=again,
        by_letter=reachable.count_with_email(tx.session) if found.material else 0,
        by_notice=register.seen_without_email(tx.session, found.slug) if found.material else 0,
        again_until=desk.local(ends).date() if _asks_again(found) else None,
    )


def _asks_again(found: DocumentVersion) -> bool:
    return found.material and found.reconsent is Reconsent.REQUIRED


def show(desk: Desk, slug: str, version: str) -> ResponseReturnValue:
    """Show who must be told of a version, or who must agree again."""
    again = request.args.get("who") == "agree"
    number = listing.page_number(request.args.get("page"))
    offset = (number - 1) * PAGE
    with desk.engine.reading() as tx:
        found = tx.content.document(slug, version)
        figures = reach(desk, tx, found)
        total = figures.must_agree_again if again else figures.must_be_told
        told = [] if again or not found.material else _told(desk, tx, found, offset=offset)
        agreed = _agreed(desk, tx, found, offset=offset) if again and _asks_again(found) else []
        here = url_for("console.concerned", slug=slug, version=version)
        words = f"of {slug} {version}"
        return desk.render(
            "concerned",
            slug=slug,
            version=version,
            title=found.title,
            material=found.material,
            asks_again=_asks_again(found),
            effective_on=found.effective_on,
            reach=figures,
            again=again,
            tabs=[
                (here, "Must be told", figures.must_be_told, not again),
                (f"{here}?who=agree", "Must agree again", figures.must_agree_again, again),
            ],
            told=told,
            agreed=agreed,
            change=changes.of_version(tx.session, slug, version),
            pages=pages(number, total, len(told) + len(agreed)),
            population=desk.population(
                tx,
                total,
                "person",
                ("must agree again" if again else "saw another version"),
                words,
                many="people",
            ),
        )


def _told(desk: Desk, tx: Transaction, found: DocumentVersion, *, offset: int) -> list[ToldLine]:
    seen = register.last_before(tx.session, found.slug, found.version, limit=PAGE, offset=offset)
    change = changes.of_version(tx.session, found.slug, found.version)
    ids = [item.subject_id for item in seen]
    done = changes.told_of(tx.session, change.case, ids) if change else {}
    return [_told_line(desk, tx, item, done) for item in seen]


def _told_line(desk: Desk, tx: Transaction, item: Shown, done: Mapping[str, Told]) -> ToldLine:
    people = tx.person(item.subject_id)
    told = done.get(item.subject_id)
    if told is not None:
        how = _TOLD.get(told.outcome, told.outcome)
    elif _is_frozen(tx, people):
        how = _TOLD["frozen"]
    elif reachable.first_of_person(tx.session, people):
        how = "By letter, and by the notice on the site"
    else:
        how = "By the notice on the site: no e-mail address"
    return ToldLine(
        person=faces.of_subject(tx, item.subject_id),
        version=item.version,
        at=desk.local(item.at),
        site=", ".join(part for part in (item.site, item.surface) if part),
        how=how,
        told_at=desk.local(told.at) if told else None,
    )


def _is_frozen(tx: Transaction, people: Sequence[str]) -> bool:
    code = tx.content.purposes[0].code
    return consent.check(tx, people, [code])[code].state is State.SUSPENDED


def _agreed(
    desk: Desk, tx: Transaction, found: DocumentVersion, *, offset: int
) -> list[AgreedLine]:
    rows = standing.under_others(
        tx.session, tx.content, found.slug, found.version, at=tx.now, limit=PAGE, offset=offset
    )
    titles = {item.code: item.title for item in tx.content.purposes}
    return [
        AgreedLine(
            faces.of_subject(tx, subject_id),
            [
                (titles.get(one.purpose, one.purpose), one.version, desk.local(one.at))
                for one in held
            ],
        )
        for subject_id, held in groupby(rows, key=attrgetter("subject_id"))
    ]


ROUTES = (Route("/documents/<slug>/<version>/people", "concerned", show),)
